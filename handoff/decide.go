package handoff

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/docket-handoff/docket/store"
)

// What a person decides about a kept post.
const (
	decisionSend = "send"
	decisionSent = "sent"
)

// SendAgain puts a kept post behind all others of its conversation. One that may be there already says so. The same decision
// again changes nothing; after the other one it is CodeDecided. note, when there is one, runs in the same transaction.
func (d *Desk) SendAgain(ctx context.Context, id string, note func(store.Tx) error) error {
	return d.decideKept(ctx, id, decisionSend, note, func(tx store.Tx, f *dossier, j job) error {
		if j.Kind == PostThread && !f.wantsThread(j.Channel) {
			return nil // nobody needs it any more
		}
		return enqueue(tx, j.anew(d.now()))
	})
}

// MarkSent takes a person's word that a kept post stands in its channel. r names the post, where they know that; a thread
// must be named, or somebody presses a button on its card, which tells it too. For repeats and note see SendAgain.
func (d *Desk) MarkSent(ctx context.Context, id string, r Receipt, note func(store.Tx) error) error {
	return d.decideKept(ctx, id, decisionSent, note, func(tx store.Tx, f *dossier, j job) error {
		switch {
		case f == nil, j.Kind == PostThread && !f.wantsThread(j.Channel):
			return nil
		case j.Kind == PostThread && r.Thread == "":
			return refuse(CodeInvalid, "thread: the address of the thread is needed; a press on its card tells it too")
		}
		post := Post{View: f.view()}
		if t := f.handoff.threadIn(j.Channel, ""); t != nil {
			post.Thread = t.Address
		}
		sent := []judged{{j, verdictSent}}
		if err := d.sent(tx, f, sent, post, r); err != nil || j.Kind != PostLine {
			return err
		}
		return f.delivered(tx, sent[0])
	})
}

// decideKept does what a person decided about a kept post, once.
func (d *Desk) decideKept(ctx context.Context, id, decision string, note func(store.Tx) error, do func(store.Tx, *dossier, job) error) error {
	unknown := refuse(CodeUnknownDelivery, "there is no such delivery")
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return unknown
	}
	return d.update(ctx, func(tx store.Tx) error {
		var before string
		if found, err := once(tx, "decision", id, "", &before); err != nil || found {
			if err == nil && before != decision {
				err = refuse(CodeDecided, "somebody else has decided about this delivery: it was "+map[string]string{decisionSend: "sent again", decisionSent: "marked as sent"}[before])
			}
			return err
		}
		j, found, err := kept(tx, n)
		if err != nil {
			return err
		}
		if !found {
			return unknown
		}
		f, err := d.caseOf(tx, j)
		if err != nil {
			return err
		}
		if err := unkeep(tx, j); err != nil {
			return err
		}
		if err := remember(tx, "decision", id, "", decision, d.now()); err != nil {
			return err
		}
		if j.Kind == "" || j.Conversation != "" && f == nil {
			return noted(tx, note) // nothing is left of it
		}
		if err := do(tx, f, j); err != nil {
			return err
		}
		if f != nil {
			f.complete(tx, j.Channel)
			if err := d.save(tx, f); err != nil {
				return err
			}
		}
		return noted(tx, note)
	})
}

func noted(tx store.Tx, note func(store.Tx) error) error {
	if note == nil {
		return nil
	}
	return note(tx)
}

// anew is a job for its next life: what it has met counts no more, but for the doubts, which its readers must know of.
func (j job) anew(now time.Time) job {
	j.Attempt, j.Refusals, j.Few, j.Panics, j.Cause, j.NotBefore, j.At, j.KeptAt = 0, 0, 0, 0, "", time.Time{}, now, time.Time{}
	return j
}

// wantsThread says whether a channel that did not acknowledge its thread is still wanted to; then it counts again.
func (f *dossier) wantsThread(channel ID) bool {
	h := f.handoff
	if h.Stage == StageEnded || h.threadIn(channel, "") != nil {
		return false
	}
	h.Failed = slices.DeleteFunc(h.Failed, func(id ID) bool { return id == channel })
	return true
}

// missing tells a thread, once, that a line of the visitor's may not stand in it.
func (f *dossier) missing(channel ID) {
	t := f.handoff.threadIn(channel, "")
	if t == nil || t.Missing {
		return
	}
	t.Missing = true
	label, _ := labelOf(f.conversation)
	f.notice(channel, "A line of "+label+"'s may be missing here. View transcript on the card shows everything that was said.")
}

// complete takes note that nothing of a conversation is kept any more.
func (f *dossier) complete(tx store.Tx, channel ID) {
	for range tx.Scan(keptOf(f.conversation.ID), "") {
		return
	}
	if t := f.handoff.threadIn(channel, ""); t != nil {
		t.Missing = false
	}
}
