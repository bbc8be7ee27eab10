package handoff

import (
	"cmp"
	"context"
	"errors"

	"github.com/docket-handoff/docket/store"
)

// intend writes that the job is being sent and draws what will be sent, in one transaction. A job that is not needed any
// more, or that died while it was being sent, is dealt with here and is not ready.
func (d *Desk) intend(ctx context.Context, j *job) (post Post, ready bool, err error) {
	at := *j
	err = d.update(ctx, func(tx store.Tx) error {
		ready = false
		row, found, err := get[job](tx, at.key())
		if err != nil || !found {
			return err
		}
		*j = row
		f, err := d.caseOf(tx, *j)
		if err != nil {
			return err
		}
		if j.Phase == phaseSending {
			judged, v := interrupted(*j, d.now())
			return d.settle(tx, f, judged, v, Post{}, Receipt{})
		}
		if post, ready, err = d.draw(tx, f, *j); err != nil || !ready {
			return err
		}
		j.Phase = phaseSending
		j.Attempt++
		return put(tx, j.key(), j)
	})
	return post, ready && err == nil, err
}

// caseOf loads the dossier a job belongs to; nil when it belongs to none, or to one that was erased.
func (d *Desk) caseOf(tx store.Tx, j job) (*dossier, error) {
	if j.Conversation == "" {
		return nil, nil
	}
	f, err := d.load(tx, j.Conversation)
	if CodeOf(err) == CodeUnknownConversation {
		return nil, nil
	}
	if err != nil || f.handoff == nil || f.handoff.ID == j.Handoff {
		return f, err
	}
	h, found, err := get[Handoff](tx, handoffKey(j.Handoff)) // an older handoff's post
	if err != nil || !found {
		return nil, err
	}
	f.take(&h)
	return f, nil
}

// draw makes the post out of the job as things stand now.
func (d *Desk) draw(tx store.Tx, f *dossier, j job) (post Post, ready bool, err error) {
	channel, found, err := get[Channel](tx, channelKey(j.Channel))
	if err != nil {
		return Post{}, false, err
	}
	post = Post{Kind: j.Kind, Channel: channel, Thread: j.Thread, Message: j.Target, Text: j.Text, Ordinal: j.Doubts + 1}
	if !found || (j.Conversation != "" && f == nil) {
		return Post{}, false, tx.Delete(j.key())
	}
	if f == nil {
		return post, true, nil
	}
	post.View = f.view()
	thread := f.handoff.threadIn(j.Channel, "")
	switch {
	case j.Kind == PostThread && (thread != nil || f.handoff.Stage == StageEnded):
		return Post{}, false, tx.Delete(j.key()) // it is there, or nobody needs it any more
	case j.Kind == PostThread:
		return post, true, nil
	case thread == nil && j.Kind == PostLine && f.handoff.askedBeside(j.Channel):
		return Post{}, false, tx.Delete(j.key()) // the line goes, or has gone, to the other channels
	case thread == nil:
		return Post{}, false, d.settle(tx, f, withCause(j, "the channel has no thread for this conversation"), verdictFailed, post, Receipt{})
	case j.Kind == PostCard && thread.Drawn >= f.handoff.Version:
		return Post{}, false, tx.Delete(j.key()) // a later state is on it already
	}
	post.Thread = thread.Address
	if j.Kind == PostCard {
		post.Message = thread.Card
	}
	if j.Kind == PostLine {
		post.Line = &Line{Speaker: post.View.Label, Text: j.Text, Files: j.Files}
	}
	return post, true, nil
}

func withCause(j job, cause string) job {
	j.Cause = cause
	return j
}

// record writes what became of an attempt, with everything that follows from it, in one transaction.
func (d *Desk) record(ctx context.Context, j job, post Post, r Receipt, failure error) error {
	if failure != nil {
		d.log.Warn("a post was not acknowledged", "kind", j.Kind, "channel", j.Channel, "conversation", j.Conversation, "attempt", j.Attempt, "error", failure)
	}
	return d.update(ctx, func(tx store.Tx) error {
		f, err := d.caseOf(tx, j)
		if err != nil {
			return err
		}
		judged, v := judge(j, failure, d.now())
		if err := d.watchChannel(tx, j.Channel, failure); err != nil {
			return err
		}
		return d.settle(tx, f, judged, v, post, r)
	})
}

// watchChannel lets a channel's state follow what posts meet there.
func (d *Desk) watchChannel(tx store.Tx, id ID, failure error) error {
	c, found, err := get[Channel](tx, channelKey(id))
	if err != nil || !found {
		return err
	}
	var failed *DeliveryError
	switch {
	case failure == nil && c.State == ChannelDegraded:
		c.State, c.Cause = ChannelConnected, ""
	case errors.As(failure, &failed) && failed.Channel && c.State == ChannelConnected:
		c.State, c.Cause = ChannelDegraded, failed.Cause
	default:
		return nil
	}
	return put(tx, channelKey(id), c)
}

// settle brings the outbox and the dossier to where the verdict says they are.
func (d *Desk) settle(tx store.Tx, f *dossier, j job, v verdict, post Post, r Receipt) error {
	if f == nil && j.Conversation != "" {
		return d.settleErased(tx, j, v, post, r)
	}
	if j.Kind == PostThread && f != nil && f.handoff.threadIn(j.Channel, "") != nil {
		v = verdictSent // whatever the channel said, somebody has pressed the card
	}
	if err := moveJob(tx, j, v); err != nil || f == nil {
		return err
	}
	if v == verdictSent {
		if err := d.sent(tx, f, j, post, r); err != nil {
			return err
		}
	}
	if j.Kind == PostThread && (v == verdictFailed || v == verdictHeld) {
		f.threadFailed(j.Channel)
	}
	if j.Kind == PostLine {
		if err := f.delivered(tx, j, v); err != nil {
			return err
		}
	}
	return d.save(tx, f)
}

// settleErased forgets a job whose conversation was erased while it was being sent, and takes back what was posted.
func (d *Desk) settleErased(tx store.Tx, j job, v verdict, post Post, r Receipt) error {
	if err := tx.Delete(j.key()); err != nil || v != verdictSent || r.Message == "" {
		return err
	}
	return d.unpost(tx, j.Conversation, posted{Channel: j.Channel, Thread: cmp.Or(post.Thread, r.Thread), Message: r.Message})
}

func moveJob(tx store.Tx, j job, v verdict) error {
	switch v {
	case verdictAgain, verdictDoubt:
		return put(tx, j.key(), j)
	case verdictHeld:
		if err := put(tx, heldRows+j.key()[len(outboxRows):], j); err != nil {
			return err
		}
	}
	return tx.Delete(j.key())
}

// sent keeps what is needed to find the post again, and lets the handoff know of its thread.
func (d *Desk) sent(tx store.Tx, f *dossier, j job, post Post, r Receipt) error {
	id := f.conversation.ID
	if r.Message != "" {
		if err := trace(tx, id, posted{Channel: j.Channel, Thread: cmp.Or(post.Thread, r.Thread), Message: r.Message}); err != nil {
			return err
		}
	}
	switch j.Kind {
	case PostThread:
		if f.handoff.threadIn(j.Channel, "") != nil {
			return nil // a press on the card has told us before the channel did
		}
		owner := threadOwner{Conversation: id, Handoff: f.handoff.ID}
		if err := put(tx, threadKey(j.Channel, r.Thread), owner); err != nil {
			return err
		}
		f.threadMade(Thread{Channel: j.Channel, Address: r.Thread, Card: r.Message, Drawn: post.View.Handoff.Version})
	case PostCard:
		if t := f.handoff.threadIn(j.Channel, ""); t != nil {
			t.Card, t.Drawn = cmp.Or(r.Message, t.Card), post.View.Handoff.Version
		}
	case PostLine:
		if seq := seqOf(j.Message); r.Message != "" && seq > 0 {
			return own(tx, j.Channel, r.Message, messageOwner{Conversation: id, Seq: seq})
		}
	}
	return nil
}

// trace keeps where a post stands, so that it can be erased.
func trace(tx store.Tx, id ID, at posted) error {
	return put(tx, postedRows(id)+string(at.Channel)+"/"+segment(at.Message), at)
}

// delivered tells the visitor what is known about their line. Several channels may carry it: once sent, it stays sent.
func (f *dossier) delivered(tx store.Tx, j job, v verdict) error {
	state, known := map[verdict]DeliveryState{
		verdictSent: DeliverySent, verdictDoubt: DeliveryUncertain, verdictHeld: DeliveryUncertain, verdictFailed: DeliveryFailed,
	}[v]
	key := deliveryKey(f.conversation.ID, j.Message)
	before, _, err := get[DeliveryState](tx, key)
	if err != nil || !known || before == DeliverySent || before == state {
		return err
	}
	cause := ""
	if state != DeliverySent {
		cause = j.Cause
	}
	f.append(Event{Name: EventDelivery, Delivery: &Delivery{Message: j.Message, State: state, Cause: cause}})
	return put(tx, key, state)
}
