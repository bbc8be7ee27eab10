package handoff

import (
	"cmp"

	"github.com/docket-handoff/docket/store"
)

// Limits bound what may be under way. What comes on top is refused and may try again: a queue that only grows delivers
// nothing in time. A zero member means the default.
type Limits struct {
	ConversationWaiting int // posts of one conversation that wait for one channel: 200
	ChannelWaiting      int // posts that wait for one channel, before it gets no new handoff: 2,000
	AllWaiting          int // posts that wait in all: 100,000
	ChannelOpen         int // handoffs in one channel that have not ended: 200
}

func (l Limits) orDefaults() Limits {
	return Limits{
		ConversationWaiting: cmp.Or(l.ConversationWaiting, 200),
		ChannelWaiting:      cmp.Or(l.ChannelWaiting, 2_000),
		AllWaiting:          cmp.Or(l.AllWaiting, 100_000),
		ChannelOpen:         cmp.Or(l.ChannelOpen, 200),
	}
}

// crowded refuses a line for a channel that is so far behind that more lines would only pile up.
func (d *Desk) crowded(tx store.Tx, f *dossier) error {
	if !f.under() {
		return nil
	}
	const tooMany = "too many messages are still on their way to our team; please wait a moment"
	for _, channel := range f.audience() {
		b, err := readBacklog(tx, backlogKey(channel, string(f.conversation.ID)))
		if err != nil {
			return err
		}
		if b.waiting >= d.limits.ConversationWaiting {
			return &Error{Code: CodeBehind, Msg: tooMany, RetryAfter: busyPause}
		}
	}
	all, err := totalDepth(tx)
	if err == nil && all.Waiting >= d.limits.AllWaiting {
		return busy(tooMany)
	}
	return err
}

// totalDepth adds up the books: one row for each channel.
func totalDepth(tx store.Tx) (all depth, err error) {
	err = eachDepth(tx, func(_ ID, d depth) error {
		all = all.plus(d)
		return nil
	})
	return all, err
}

// room says which channels have room for the handoff that is wished for, and refuses the wish when none has. A visitor whom
// a back end knows has one handoff at a time with an agent, in whichever conversation.
func (d *Desk) room(tx store.Tx, f *dossier, r Request) ([]ID, error) {
	channels, _, err := f.wish(r)
	if err != nil || len(channels) == 0 {
		return r.Channels, err
	}
	if engaged, err := f.engaged(tx); err != nil {
		return nil, err
	} else if engaged {
		return nil, refuse(CodeUnderWay, "a handoff is under way with this visitor, in another conversation")
	}
	all, err := totalDepth(tx)
	if err != nil {
		return nil, err
	}
	var free []ID
	for _, channel := range channels {
		full, err := d.isFull(tx, channel)
		if err != nil {
			return nil, err
		}
		if !full {
			free = append(free, channel)
		}
	}
	if all.Waiting >= d.limits.AllWaiting || len(free) == 0 {
		return nil, busy("our team has as much to do as it can take; please try again in a moment")
	}
	return free, nil
}

func (d *Desk) isFull(tx store.Tx, channel ID) (bool, error) {
	books, err := readDepth(tx, channel)
	if err != nil || books.Waiting >= d.limits.ChannelWaiting {
		return true, err
	}
	open := 0
	for _, stage := range []Stage{StageWaiting, StageJoined} {
		for range tx.Each(boardList(stage, "", channel), "") {
			if open++; open >= d.limits.ChannelOpen {
				return true, nil
			}
		}
	}
	return false, nil
}

func engagedRows(visitor ID) string { return "engaged/" + segment(string(visitor)) + "/" }

func (f *dossier) engagedKey() string {
	return engagedRows(f.conversation.Visitor.ID) + string(f.conversation.Agent)
}

// known says whether a back end vouches for who the visitor is.
func (f *dossier) known() bool { return f.conversation.Verified && f.conversation.Visitor.ID != "" }

// engaged says whether the visitor's last handoff with this agent has not ended.
func (f *dossier) engaged(tx store.Tx) (bool, error) {
	if !f.known() {
		return false, nil
	}
	id, found, err := store.Get[ID](tx, f.engagedKey())
	if err != nil || !found {
		return false, err
	}
	h, found, err := store.Get[Handoff](tx, handoffKey(id))
	return found && h.Stage != StageEnded, err
}

// engage keeps the handoff that has begun as the visitor's last one with this agent.
func (f *dossier) engage(tx store.Tx) error {
	if !f.known() {
		return nil
	}
	return store.Put(tx, f.engagedKey(), f.handoff.ID)
}
