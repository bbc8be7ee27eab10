package handoff

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/docket-handoff/docket/store"
)

// seen is what the desk counts while it runs.
type seen struct {
	lanes    atomic.Int64 // workers that run
	sending  atomic.Int64 // posts under way
	retries  atomic.Int64 // attempts at a post that certainly failed and are made again
	doubts   atomic.Int64 // attempts at a post of which nobody knows
	repeated atomic.Int64 // inputs of platforms that had come before
}

// judged counts an attempt at one post, however many lines it carried.
func (s *seen) judged(jobs []judged) {
	met := func(v verdict) bool { return slices.ContainsFunc(jobs, func(j judged) bool { return j.verdict == v }) }
	switch {
	case met(verdictDoubt):
		s.doubts.Add(1)
	case met(verdictAgain):
		s.retries.Add(1)
	}
}

// input counts what a platform delivered again.
func (s *seen) input(repeated bool) {
	if repeated {
		s.repeated.Add(1)
	}
}

// Stats is how the desk is doing.
type Stats struct {
	Posts  map[string]Posts // by platform; those that are set up are always there
	Oldest time.Time        // when the post was ordered that has waited longest; zero when none waits
	Open   map[Stage]int    // handoffs that have not ended

	Lanes   int // channels that are being worked for
	Sending int // posts under way

	// These grow from the desk's beginning.
	Retries    int64 // attempts that certainly failed and were made again
	Doubts     int64 // attempts of which nobody knows whether they succeeded
	Duplicates int64 // inputs from platforms that had come before
}

// Posts counts the posts of a platform's channels.
type Posts struct {
	Waiting int // to be sent, those under way included
	Held    int // in doubt twice
	Dead    int // certainly not delivered
}

// Stats reads how the desk is doing. Its cost grows with what is under way, not with what is stored.
func (d *Desk) Stats(ctx context.Context) (Stats, error) {
	s := Stats{
		Posts: map[string]Posts{}, Open: map[Stage]int{StageWaiting: 0, StageJoined: 0},
		Lanes: int(d.seen.lanes.Load()), Sending: int(d.seen.sending.Load()),
		Retries: d.seen.retries.Load(), Doubts: d.seen.doubts.Load(), Duplicates: d.seen.repeated.Load(),
	}
	for name := range d.platforms {
		s.Posts[name] = Posts{}
	}
	var busy []ID
	err := d.view(ctx, func(tx store.Tx) error {
		for stage := range s.Open {
			s.Open[stage] = 0
			for range tx.Each(boardList(stage, "", ""), "") {
				s.Open[stage]++
			}
		}
		busy = nil
		return eachDepth(tx, func(channel ID, books depth) error {
			c, _, err := store.Get[Channel](tx, channelKey(channel))
			if errors.Is(err, store.ErrDamaged) {
				c.Platform = "unknown"
			} else if err != nil {
				return err
			}
			p := s.Posts[c.Platform]
			s.Posts[c.Platform] = Posts{Waiting: p.Waiting + books.Waiting, Held: p.Held + books.Held, Dead: p.Dead + books.Dead}
			if books.Waiting > 0 {
				busy = append(busy, channel)
			}
			return nil
		})
	})
	for _, channel := range busy {
		if at := d.oldestIn(ctx, channel); !at.IsZero() && (s.Oldest.IsZero() || at.Before(s.Oldest)) {
			s.Oldest = at
		}
	}
	return s, err
}

// oldestIn looks at the first job of each queue of a channel. A row that cannot be read hides those of its channel alone.
func (d *Desk) oldestIn(ctx context.Context, channel ID) (oldest time.Time) {
	_ = d.view(ctx, func(tx store.Tx) error {
		oldest = time.Time{}
		return inTurn(tx, channel, "", func(queue ID, _ backlog) (bool, error) {
			j, _, err := head(tx, channel, queue)
			if err == nil && !j.At.IsZero() && (oldest.IsZero() || j.At.Before(oldest)) {
				oldest = j.At
			}
			return true, nil
		})
	})
	return oldest
}
