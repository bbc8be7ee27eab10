package handoff

import (
	"context"
	"strconv"
	"strings"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
)

// EraseVisitor removes every conversation of a visitor that a back end named, and orders the removal of what the bot
// posted about them in the channels. The audit log keeps a fingerprint of the id, which proves an erasure to whoever knows the
// id and tells nobody else. It returns the number of conversations; none is CodeUnknownVisitor.
func (d *Desk) EraseVisitor(ctx context.Context, by audit.Actor, visitor ID) (int, error) {
	erased := 0
	err := d.update(ctx, func(tx store.Tx) error {
		erased = 0
		for row := range tx.Scan(visitorRows(visitor), "") {
			id := ID(row[strings.LastIndexByte(row, '/')+1:])
			if err := d.erase(tx, id); err != nil {
				return err
			}
			if err := tx.Delete(row); err != nil {
				return err
			}
			erased++
		}
		if erased == 0 {
			return refuse(CodeUnknownVisitor, "there is no visitor with this id")
		}
		if err := deleteAll(tx, engagedRows(visitor)); err != nil {
			return err
		}
		return audit.Append(tx, d.now(), audit.Entry{
			By: by, Act: audit.VisitorErased, Subject: fingerprint(string(visitor)), Details: map[string]string{"conversations": strconv.Itoa(erased)},
		})
	})
	return erased, err
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
	for row := range tx.Scan(ownedRows(id), "") {
		if err := tx.Delete(row[len(conversationRows(id)):]); err != nil {
			return err
		}
	}
	for row := range tx.Scan(handoffsOf(id), "") {
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
	for row := range tx.Scan(prefix, "") {
		if err := tx.Delete(row); err != nil {
			return err
		}
	}
	return nil
}
