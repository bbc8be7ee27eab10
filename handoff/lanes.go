package handoff

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/docket-handoff/docket/store"
)

const (
	heldRows    = "held/"
	deliverTime = 30 * time.Second // the longest a platform may take for one post
	recordTime  = 30 * time.Second // how long its outcome is held for a store that does not take it
	storePause  = time.Second      // before the store is asked again after it failed
)

// runLanes keeps one worker for each channel that has something to post. Workers end when their lane is empty; the set of
// those that run belongs to this function alone.
func (d *Desk) runLanes(ctx context.Context) error {
	var workers sync.WaitGroup
	defer workers.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	wake := d.engine.Watch(ctx, outboxRows)
	finished := make(chan ID)
	running := map[ID]bool{}
	for {
		lanes, err := d.lanes(ctx)
		if errors.Is(err, store.ErrClosed) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			d.complain("read the outbox", err)
			if d.sleep(ctx, nil, storePause) == nil {
				continue
			}
		}
		for _, lane := range lanes {
			if !running[lane] && ctx.Err() == nil {
				running[lane] = true
				workers.Go(func() {
					d.runLane(ctx, lane)
					select {
					case finished <- lane:
					case <-ctx.Done():
					}
				})
			}
		}
		select {
		case <-wake:
		case lane := <-finished:
			delete(running, lane)
		case <-ctx.Done():
			return nil
		}
	}
}

// lanes lists the channels with jobs, jumping from one to the next.
func (d *Desk) lanes(ctx context.Context) ([]ID, error) {
	var lanes []ID
	err := d.view(ctx, func(tx store.Tx) error {
		lanes = segments(tx, outboxRows)
		return nil
	})
	return lanes, err
}

// segments lists the distinct names that follow prefix, up to the next slash.
func segments(tx store.Tx, prefix string) []ID {
	var names []ID
	for after := ""; ; {
		name := ""
		for key := range tx.Scan(prefix, after) {
			name, _, _ = strings.Cut(key[len(prefix):], "/")
			break
		}
		if name == "" {
			return names
		}
		names = append(names, ID(name))
		after = prefix + name + "/\xff"
	}
}

// runLane does the jobs of one channel, one after another, until none is left. Its queues take turns, so that a
// conversation that must wait does not delay the others.
func (d *Desk) runLane(ctx context.Context, channel ID) {
	ctx, forget := context.WithCancel(ctx)
	defer forget()
	wake := d.engine.Watch(ctx, laneRows(channel))
	last := ""
	for ctx.Err() == nil {
		j, due, err := d.pick(ctx, channel, last)
		switch {
		case errors.Is(err, store.ErrClosed):
			return
		case err != nil:
			d.complain("read a lane", err)
			_ = d.sleep(ctx, nil, storePause)
		case j != nil:
			if !d.awaitTurn(ctx, channel) {
				continue
			}
			last = j.Queue
			if err := d.carry(ctx, *j); err != nil {
				d.complain("carry a post", err)
				_ = d.sleep(ctx, nil, storePause)
			}
		case due.IsZero():
			return
		default:
			_ = d.sleep(ctx, wake, due.Sub(d.now()))
		}
	}
}

// awaitTurn keeps the channel's pace. It waits before a post is begun, so that what waits is not in doubt when the desk
// stops; then what comes first may have changed, and the caller looks again.
func (d *Desk) awaitTurn(ctx context.Context, channel ID) bool {
	var c Channel
	err := d.view(ctx, func(tx store.Tx) error {
		var err error
		c, _, err = get[Channel](tx, channelKey(channel))
		return err
	})
	if err != nil {
		d.complain("read a channel", err)
		_ = d.sleep(ctx, nil, storePause)
		return false
	}
	at, given := d.paces.turn(c, d.platforms[c.Platform], d.now())
	if !given {
		_ = d.sleep(ctx, nil, at.Sub(d.now()))
	}
	return given
}

// pick finds the next job: the first of each queue counts, and the queue after the one served last comes first. When all
// must wait, due is the earliest moment; when there is none, due is zero.
func (d *Desk) pick(ctx context.Context, channel ID, last string) (picked *job, due time.Time, err error) {
	err = d.view(ctx, func(tx store.Tx) error {
		picked, due = nil, time.Time{}
		for _, queue := range inTurn(segments(tx, laneRows(channel)), ID(segment(last))) {
			j, err := head(tx, channel, queue)
			if err != nil {
				return err
			}
			if !j.NotBefore.After(d.now()) {
				picked = &j
				return nil
			}
			if due.IsZero() || j.NotBefore.Before(due) {
				due = j.NotBefore
			}
		}
		return nil
	})
	return picked, due, err
}

func head(tx store.Tx, channel, queue ID) (j job, err error) {
	for key, raw := range tx.Scan(laneRows(channel)+string(queue)+"/", "") {
		j, err = decode[job](key, raw)
		break
	}
	return j, err
}

// inTurn rotates names, which are sorted as their keys are, so that those behind last come first.
func inTurn(names []ID, last ID) []ID {
	for i, name := range names {
		if name+"/" > last+"/" {
			return append(append([]ID{}, names[i:]...), names[:i]...)
		}
	}
	return names
}

// carry does one job, with those behind it that go into the same post: the intent is on disk before the call, the result
// after it. A call that has begun is finished even when the desk is told to stop.
func (d *Desk) carry(ctx context.Context, j job) error {
	post, sending, err := d.intend(ctx, j)
	if err != nil || len(sending) == 0 {
		return err
	}
	calling, done := context.WithTimeout(context.WithoutCancel(ctx), deliverTime)
	defer done()
	receipt, failure := d.deliver(calling, post)
	recording := context.WithoutCancel(ctx)
	for until := d.now().Add(recordTime); ; {
		err := d.record(recording, sending, post, receipt, failure)
		if !errors.Is(err, store.ErrUnavailable) || !d.now().Before(until) {
			return err
		}
		_ = d.sleep(recording, nil, storePause)
	}
}

func (d *Desk) deliver(ctx context.Context, post Post) (Receipt, error) {
	platform, found := d.platforms[post.Channel.Platform]
	if !found {
		return Receipt{}, &DeliveryError{Certain: true, Channel: true, Cause: "the platform " + post.Channel.Platform + " is not set up"}
	}
	return platform.Deliver(ctx, post)
}
