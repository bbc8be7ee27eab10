package handoff

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/docket-handoff/docket/store"
)

// intend writes that a post is being sent and draws it, in one transaction. sending are the jobs it stands for. A job that
// is not needed any more, that died while it was being sent, or that has rested is dealt with here, and nothing is sent.
func (d *Desk) intend(ctx context.Context, j job) (post Post, sending []job, err error) {
	chance := d.chance()
	var after []judged
	err = d.update(ctx, func(tx store.Tx) error {
		sending, after = nil, nil
		head, found, err := store.Get[job](tx, j.key())
		if err != nil || !found {
			return err
		}
		f, err := d.caseOf(tx, head)
		if err != nil {
			return err
		}
		switch head.Phase {
		case phaseSending:
			died, err := interruptedWith(tx, head)
			if err != nil {
				return err
			}
			after = interrupted(died, d.now(), chance)
			return d.settle(tx, f, after, Post{}, Receipt{})
		case phaseResting:
			after = []judged{{head, verdictHeld}}
			return d.settle(tx, f, after, Post{}, Receipt{})
		}
		var ready bool
		if post, ready, err = d.draw(tx, f, head); err != nil || !ready {
			return err
		}
		if sending, err = d.burst(tx, head); err != nil {
			return err
		}
		if head.Kind == PostLine {
			post.Lines = linesOf(sending, post.View.Label)
		}
		return begin(tx, sending)
	})
	if err != nil {
		return Post{}, nil, err
	}
	d.seen.judged(after)
	return post, sending, nil
}

// begin marks jobs as being sent.
func begin(tx store.Tx, sending []job) error {
	for i := range sending {
		j := &sending[i]
		j.Phase = phaseSending
		j.Attempt++
		if err := rewrite(tx, *j, i == 0); err != nil {
			return err
		}
	}
	return nil
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
	h, found, err := store.Get[Handoff](tx, handoffKey(j.Handoff)) // an older handoff's post
	if err != nil || !found {
		return nil, err
	}
	f.take(&h)
	return f, nil
}

// draw makes the post out of the job as things stand now.
func (d *Desk) draw(tx store.Tx, f *dossier, j job) (post Post, ready bool, err error) {
	channel, found, err := store.Get[Channel](tx, channelKey(j.Channel))
	if err != nil {
		return Post{}, false, err
	}
	post = Post{Kind: j.Kind, Channel: channel, Thread: j.Thread, Message: j.Target, Text: j.Text, Ordinal: j.Doubts + j.Panics + 1}
	if !found || (j.Conversation != "" && f == nil) {
		return Post{}, false, dequeue(tx, j)
	}
	if f == nil {
		return post, true, nil
	}
	post.View = f.view()
	thread := f.handoff.threadIn(j.Channel, "")
	switch {
	case j.Kind == PostThread && (thread != nil || f.handoff.Stage == StageEnded):
		return Post{}, false, dequeue(tx, j) // it is there, or nobody needs it any more
	case j.Kind == PostThread:
		return post, true, nil
	case thread == nil:
		goes, err := f.goesElsewhere(tx, j)
		if err != nil {
			return Post{}, false, err
		}
		if goes {
			return Post{}, false, dequeue(tx, j)
		}
		j.Cause = "the channel has no thread for this conversation"
		return Post{}, false, d.settle(tx, f, []judged{{j, verdictFailed}}, post, Receipt{})
	case j.Kind == PostCard && thread.Drawn >= f.handoff.Version:
		return Post{}, false, dequeue(tx, j) // a later state is on it already
	case j.Kind == PostCard && d.now().Before(thread.DrawnAt.Add(cardPause)):
		return Post{}, false, putOff(tx, j, thread.DrawnAt.Add(cardPause))
	}
	post.Thread = thread.Address
	if j.Kind == PostCard {
		post.Message = thread.Card
	}
	return post, true, nil
}

// cardPause is the least time between two changes of one card.
const cardPause = 3 * time.Second

func cardQueue(conversation ID) string { return "card " + string(conversation) }

// putOff moves the change of a card to a queue of its own, so that what is said does not wait for it. One that waits there
// already shows the latest state when its time comes.
func putOff(tx store.Tx, j job, until time.Time) error {
	if err := dequeue(tx, j); err != nil {
		return err
	}
	j.Queue, j.NotBefore = cardQueue(j.Conversation), until
	if b, err := readBacklog(tx, backlogKey(j.Channel, j.Queue)); err != nil || b.waiting > 0 {
		return err
	}
	return enqueue(tx, j)
}

// goesElsewhere says whether a line that has no thread here is in another channel, or on its way there, or known not to be.
func (f *dossier) goesElsewhere(tx store.Tx, line job) (bool, error) {
	if line.Kind != PostLine {
		return false, nil
	}
	if _, known, err := store.Get[DeliveryState](tx, deliveryKey(f.conversation.ID, line.Message)); err != nil || known {
		return known, err
	}
	for _, channel := range f.handoff.Channels {
		if channel == line.Channel {
			continue
		}
		for key, row := range tx.Each(queueRows(channel, line.Queue), "") {
			if j, err := store.Read[job](key, row); err == nil && j.Message == line.Message {
				return true, nil
			}
		}
	}
	return false, nil
}

// record writes what became of a post, with everything that follows from it, in one transaction.
func (d *Desk) record(ctx context.Context, sent []job, post Post, r Receipt, failure error) error {
	head := sent[0]
	if failure != nil {
		d.log.Warn("a post was not acknowledged", "kind", head.Kind, "channel", head.Channel, "conversation", head.Conversation, "attempt", head.Attempt, "error", failure)
	}
	after := judge(sent, failure, d.now(), d.chance())
	err := d.update(ctx, func(tx store.Tx) error {
		f, err := d.caseOf(tx, head)
		if err != nil {
			return err
		}
		if done, err := written(tx, head); err != nil || done && (f != nil || head.Conversation == "") {
			return err
		}
		if err := d.watchChannel(tx, post.Channel, failure); err != nil {
			return err
		}
		return d.settle(tx, f, slices.Clone(after), post, r)
	})
	if err == nil {
		d.seen.judged(after)
	}
	return err
}

// written says whether what became of this attempt is written down already: a commit may have taken effect though the store
// reported that it failed.
func written(tx store.Tx, sent job) (bool, error) {
	row, found, err := store.Get[job](tx, sent.key())
	return !found || row.Phase != phaseSending || row.Attempt != sent.Attempt, err
}

// watchChannel lets a channel's state follow what posts meet there. It is told how the channel was when the post set out.
func (d *Desk) watchChannel(tx store.Tx, then Channel, failure error) error {
	c, found, err := store.Get[Channel](tx, channelKey(then.ID))
	if err != nil || !found {
		return err
	}
	before := c
	var failed *DeliveryError
	switch {
	case failure == nil:
		c.reachedSince(then)
		if err := d.posted(tx, c); err != nil {
			return err
		}
	case errors.As(failure, &failed):
		c.missed(failed)
	}
	if c.State == before.State && c.Cause == before.Cause && len(c.Lost) == len(before.Lost) {
		return nil
	}
	return d.saveChannel(tx, before, c)
}

// settle brings the outbox and the dossier to where the verdicts on the jobs of one post say they are.
func (d *Desk) settle(tx store.Tx, f *dossier, jobs []judged, post Post, r Receipt) error {
	head := &jobs[0]
	if f == nil && head.Conversation != "" {
		return d.settleErased(tx, jobs, post, r)
	}
	if head.Kind == PostThread && f != nil && f.handoff.threadIn(head.Channel, "") != nil {
		head.verdict = verdictSent // whatever the channel said, somebody has pressed the card
	}
	for i, j := range jobs {
		if err := moveJob(tx, j, i == 0, d.now()); err != nil {
			return err
		}
	}
	if f == nil {
		return nil
	}
	if head.verdict == verdictSent {
		if err := d.sent(tx, f, jobs, post, r); err != nil {
			return err
		}
	}
	if head.Kind == PostThread && (head.verdict == verdictFailed || head.verdict == verdictHeld) {
		f.threadFailed(head.Channel)
	}
	for _, j := range jobs {
		if j.Kind != PostLine {
			continue
		}
		if err := f.delivered(tx, j); err != nil {
			return err
		}
		if j.verdict == verdictHeld || j.verdict == verdictFailed {
			f.missing(j.Channel)
		}
	}
	return d.save(tx, f)
}

// settleErased forgets jobs whose conversation was erased while they were being sent, and takes back what was posted.
func (d *Desk) settleErased(tx store.Tx, jobs []judged, post Post, r Receipt) error {
	for _, j := range jobs {
		if _, found, err := store.Get[job](tx, j.key()); err != nil {
			return err
		} else if found {
			if err := dequeue(tx, j.job); err != nil {
				return err
			}
		}
	}
	head := jobs[0]
	if head.verdict != verdictSent || r.Message == "" {
		return nil
	}
	return d.unpost(tx, head.Conversation, posted{Channel: head.Channel, Thread: cmp.Or(post.Thread, r.Thread), Message: r.Message})
}

// moveJob brings a job to where its verdict belongs; head says that it is the first of its queue.
func moveJob(tx store.Tx, j judged, head bool, now time.Time) error {
	if j.verdict == verdictAgain || j.verdict == verdictDoubt {
		return rewrite(tx, j.job, head)
	}
	if err := dequeue(tx, j.job); err != nil {
		return err
	}
	switch j.verdict {
	case verdictHeld:
		return keep(tx, j.job, phaseHeld, now)
	case verdictFailed:
		return keep(tx, j.job, phaseDead, now)
	}
	return nil
}

// sent keeps what is needed to find the post again, and lets the handoff know of its thread.
func (d *Desk) sent(tx store.Tx, f *dossier, jobs []judged, post Post, r Receipt) error {
	id, channel := f.conversation.ID, jobs[0].Channel
	if r.Message != "" {
		if err := trace(tx, id, posted{Channel: channel, Thread: cmp.Or(post.Thread, r.Thread), Message: r.Message}); err != nil {
			return err
		}
	}
	switch jobs[0].Kind {
	case PostThread:
		if f.handoff.threadIn(channel, "") != nil {
			return nil // a press on the card has told us before the channel did
		}
		owner := threadOwner{Conversation: id, Handoff: f.handoff.ID}
		if err := store.Put(tx, threadKey(channel, r.Thread), owner); err != nil {
			return err
		}
		f.threadMade(Thread{Channel: channel, Address: r.Thread, Card: r.Message, Drawn: post.View.Handoff.Version})
	case PostCard:
		if t := f.handoff.threadIn(channel, ""); t != nil {
			t.Card, t.Drawn, t.DrawnAt = cmp.Or(r.Message, t.Card), post.View.Handoff.Version, f.now
		}
	case PostLine:
		if seqs := seqsOf(jobs); r.Message != "" && len(seqs) > 0 {
			return own(tx, channel, r.Message, messageOwner{Conversation: id, Seq: seqs[0], More: seqs[1:]})
		}
	}
	return nil
}

// trace keeps where a post stands, so that it can be erased.
func trace(tx store.Tx, id ID, at posted) error {
	return store.Put(tx, postedRows(id)+string(at.Channel)+"/"+segment(at.Message), at)
}

// delivered tells the visitor what is known about their line. Several channels may carry it: once sent, it stays sent.
func (f *dossier) delivered(tx store.Tx, j judged) error {
	state, known := map[verdict]DeliveryState{
		verdictSent: DeliverySent, verdictDoubt: DeliveryUncertain, verdictHeld: DeliveryUncertain, verdictFailed: DeliveryFailed,
	}[j.verdict]
	key := deliveryKey(f.conversation.ID, j.Message)
	before, _, err := store.Get[DeliveryState](tx, key)
	if err != nil || !known || before == DeliverySent || before == state {
		return err
	}
	cause := ""
	if state != DeliverySent {
		cause = j.Cause
	}
	f.append(Event{Name: EventDelivery, Delivery: &Delivery{Message: j.Message, State: state, Cause: cause}})
	return store.Put(tx, key, state)
}
