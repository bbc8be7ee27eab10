package handoff

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
)

// Erased is what an erasure did.
type Erased struct {
	Conversations int
	InDoubt       []Left
}

// Left is where a post of the bot's may still stand after an erasure, because nobody knows, or knew at that moment, whether
// the channel took it.
type Left struct {
	Channel ID     `json:"channel"`
	Thread  string `json:"thread,omitempty"` // empty: the post would have begun one
}

// EraseVisitor removes every conversation of a visitor, those that only claim the id included, and orders the removal of what the
// bot posted about them in the channels. A visitor of whom nobody said who they are has the id of their conversation. What may stand
// in the channels and cannot be removed from here is a person's to look for. The audit log keeps a fingerprint of the id, which proves
// an erasure to whoever knows the id and tells nobody else. No conversation is CodeUnknownVisitor.
func (d *Desk) EraseVisitor(ctx context.Context, by audit.Actor, visitor ID) (Erased, error) {
	var erased Erased
	err := d.update(ctx, func(tx store.Tx) error {
		erased = Erased{InDoubt: []Left{}}
		ids, err := conversationsOf(tx, visitor)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return refuse(CodeUnknownVisitor, "there is no visitor with this id")
		}
		for _, id := range ids {
			left, err := leftBy(tx, id)
			if err != nil {
				return err
			}
			erased.InDoubt = append(erased.InDoubt, left...)
			if err := d.erase(tx, id); err != nil {
				return err
			}
			erased.Conversations++
		}
		for _, prefix := range []string{visitorRows(visitor), engagedRows(visitor)} {
			if err := deleteAll(tx, prefix); err != nil {
				return err
			}
		}
		return audit.Append(tx, d.now(), audit.Entry{
			By: by, Act: audit.VisitorErased, Subject: fingerprint(string(visitor)), Details: erased.details(),
		})
	})
	return erased, err
}

// conversationsOf finds what there is of a visitor.
func conversationsOf(tx store.Tx, visitor ID) (ids []ID, err error) {
	for row := range tx.Each(visitorRows(visitor), "") {
		ids = append(ids, ID(row[len(visitorRows(visitor)):]))
	}
	if len(ids) > 0 {
		return ids, nil
	}
	c, found, err := store.Get[Conversation](tx, recordKey(visitor))
	if err != nil || !found || c.Visitor.ID != "" {
		return nil, err
	}
	return []ID{visitor}, nil
}

func (e Erased) details() map[string]string {
	details := map[string]string{"conversations": strconv.Itoa(e.Conversations)}
	if len(e.InDoubt) > 0 {
		var channels []string
		for _, left := range e.InDoubt {
			channels = append(channels, string(left.Channel))
		}
		slices.Sort(channels)
		details["threads_in_doubt"] = strconv.Itoa(len(e.InDoubt))
		details["channels_in_doubt"] = strings.Join(slices.Compact(channels), ", ")
	}
	return details
}

// leftBy lists where posts of a conversation may stand of which there is no trace.
func leftBy(tx store.Tx, id ID) (left []Left, err error) {
	note := func(j job) error {
		if !j.mayStand() {
			return nil
		}
		h, _, err := store.Get[Handoff](tx, handoffKey(j.Handoff))
		if err != nil {
			return err
		}
		at := Left{Channel: j.Channel}
		if t := h.threadIn(j.Channel, ""); t != nil {
			at.Thread = t.Address
		}
		if !slices.Contains(left, at) {
			left = append(left, at)
		}
		return nil
	}
	for row := range tx.Each(handoffsOf(id), "") {
		h, _, err := store.Get[Handoff](tx, handoffKey(ID(row[len(handoffsOf(id)):])))
		if err != nil {
			return nil, err
		}
		for _, channel := range h.Channels {
			for key, row := range tx.Each(queueRows(channel, string(id)), "") {
				j, err := store.Read[job](key, row)
				if err == nil { // one that cannot be read was never begun
					err = note(j)
				}
				if err != nil && !errors.Is(err, store.ErrDamaged) {
					return nil, err
				}
			}
		}
	}
	return left, eachKept(tx, id, note)
}

// mayStand says whether the job's post may be in its channel though nobody there has acknowledged it.
func (j job) mayStand() bool {
	return !j.repeatable() && (j.Doubts > 0 || j.Phase == phaseSending || j.Phase == phaseHeld)
}

// erase removes one conversation, and orders the removal of what the bot posted about it. What is being sent at this
// moment is removed when its outcome is known.
func (d *Desk) erase(tx store.Tx, id ID) error {
	for row, raw := range tx.Scan(postedRows(id), "") {
		at, err := store.Decode[posted](row, raw)
		if err != nil {
			return err
		}
		if err := d.unpost(tx, id, at); err != nil {
			return err
		}
	}
	for row := range tx.Each(ownedRows(id), "") {
		if err := tx.Delete(row[len(conversationRows(id)):]); err != nil {
			return err
		}
	}
	for row := range tx.Each(handoffsOf(id), "") {
		if err := d.eraseHandoff(tx, id, ID(row[len(handoffsOf(id)):])); err != nil {
			return err
		}
	}
	if err := dropKept(tx, id, func(job) bool { return true }); err != nil {
		return err
	}
	for _, prefix := range []string{conversationRows(id), "keys/visitor/" + string(id) + "/", "keys/agent/" + string(id) + "/", "keys/handoff/" + string(id) + "/"} {
		if err := deleteAll(tx, prefix); err != nil {
			return err
		}
	}
	if err := tx.Delete(logKey(id, 0)); err != nil { // wakes whoever follows the log, also one that was empty
		return err
	}
	return tx.Delete(turnKey(id))
}

// unpost orders the removal of one post.
func (d *Desk) unpost(tx store.Tx, id ID, at posted) error {
	return enqueue(tx, job{Channel: at.Channel, Queue: "erase " + string(id), Kind: PostErase, Thread: at.Thread, Target: at.Message, At: d.now()})
}

func (d *Desk) eraseHandoff(tx store.Tx, conversation, id ID) error {
	h, found, err := store.Get[Handoff](tx, handoffKey(id))
	if err != nil || !found {
		return err
	}
	for _, t := range h.Threads {
		if err := tx.Delete(threadKey(t.Channel, t.Address)); err != nil {
			return err
		}
	}
	for _, channel := range h.Channels {
		for _, queue := range []string{string(conversation), cardQueue(conversation)} {
			if err := empty(tx, channel, queue); err != nil {
				return err
			}
		}
	}
	if err := d.unlist(tx, h); err != nil {
		return err
	}
	return tx.Delete(handoffKey(id))
}

// unlist takes a handoff off the board and out of the search. The reports keep what they have counted, and learn of one that
// had not ended that it never will.
func (d *Desk) unlist(tx store.Tx, h Handoff) error {
	f, err := d.load(tx, h.Conversation)
	if err != nil {
		return err
	}
	f.take(&h)
	for _, key := range f.was.keys(f.conversation.Agent, h.Channels) {
		if err := tx.Delete(key); err != nil {
			return err
		}
	}
	if f.under() {
		f.countEnded(EndingErased)
	}
	if err := d.saveCounts(tx, f); err != nil {
		return err
	}
	return unindex(tx, h.Conversation, h.ID)
}

func deleteAll(tx store.Tx, prefix string) error {
	for row := range tx.Each(prefix, "") {
		if err := tx.Delete(row); err != nil {
			return err
		}
	}
	return nil
}
