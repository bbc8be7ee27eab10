package handoff

import (
	"context"
	"errors"

	"github.com/docket-handoff/docket/store"
)

const (
	listedForm    = 1 // of the lists, the index and the reports
	catchUpAtOnce = 100
)

// catchUp lists, indexes and counts the handoffs of a store that is older than the lists, a batch at a time. A handoff that
// has a Day is in them already, so that it may be stopped anywhere and begin again. Wishes that began nothing before there
// were reports are not known.
func (d *Desk) catchUp(ctx context.Context) error {
	done := false
	err := d.view(ctx, func(tx store.Tx) (err error) {
		_, done, err = store.Get[int](tx, listedRow)
		return err
	})
	for after := ""; err == nil && !done; {
		after, done, err = d.catchUpBehind(ctx, after)
	}
	return err
}

func (d *Desk) catchUpBehind(ctx context.Context, after string) (last string, done bool, err error) {
	err = d.update(ctx, func(tx store.Tx) error {
		n := 0
		last = after
		for key := range tx.Each(handoffRows, after) {
			if n == catchUpAtOnce {
				return nil
			}
			err := d.list(tx, ID(key[len(handoffRows):]))
			if err != nil && !errors.Is(err, store.ErrDamaged) {
				return err
			}
			d.complain("list "+key, err)
			n, last = n+1, key
		}
		done = true
		return store.Put(tx, listedRow, listedForm)
	})
	return last, done, err
}

// list does for one handoff what its transactions would have done.
func (d *Desk) list(tx store.Tx, id ID) error {
	h, found, err := store.Get[Handoff](tx, handoffKey(id))
	if err != nil || !found || h.Day != "" {
		return err
	}
	f, err := d.load(tx, h.Conversation)
	if CodeOf(err) == CodeUnknownConversation {
		return nil
	}
	if err != nil || f.conversation.Trial {
		return err
	}
	f.take(&h)
	h.Day, h.FirstJoined = f.day(h.StartedAt), h.JoinedAt
	f.countAsked(append([]ID{whole}, h.Channels...)...)
	if !h.FirstJoined.IsZero() && h.Home != nil {
		f.countJoined()
	}
	if h.Stage == StageEnded {
		f.countEnded(endingOf(&h))
	}
	if h.Rating != nil {
		f.countRating(nil, *h.Rating)
	}
	if err := store.Put(tx, handoffKey(id), h); err != nil {
		return err
	}
	if err := d.saveCounts(tx, f); err != nil {
		return err
	}
	if err := index(tx, f.conversation, &h); err != nil {
		return err
	}
	return putOnBoard(tx, placeOf(&h), f.conversation.Agent, h.Channels)
}
