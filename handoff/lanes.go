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
	deliverTime = 30 * time.Second // the longest a platform may take for one post
	recordTime  = 10 * time.Second // how long a desk that is to stop holds its outcome for a store that does not take it
	storePause  = time.Second      // before the store is asked again after it failed
	sickPause   = time.Minute      // before a queue is looked at again that nothing could be done with
)

// runLanes keeps one worker for each channel that has something to post. Workers end when their lane is empty; the set of
// those that run belongs to this function alone.
func (d *Desk) runLanes(ctx context.Context) error {
	var workers sync.WaitGroup
	defer workers.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if err := d.openBooks(ctx); err != nil {
		return err
	}
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
		lanes = segments(tx, backlogs)
		return nil
	})
	return lanes, err
}

// segments lists the distinct names that follow prefix, up to the next slash.
func segments(tx store.Tx, prefix string) []ID {
	var names []ID
	for after := ""; ; {
		name := ""
		for key := range tx.Each(prefix, after) {
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
	d.seen.lanes.Add(1)
	defer d.seen.lanes.Add(-1)
	wake := d.engine.Watch(ctx, laneRows(channel))
	last, sick := "", map[ID]time.Time{}
	for ctx.Err() == nil {
		j, due, err := d.pick(ctx, channel, last, sick)
		var broken *unreadable
		switch {
		case errors.Is(err, store.ErrClosed):
			return
		case errors.As(err, &broken):
			d.passOver(ctx, channel, broken, sick)
		case err != nil:
			d.complain("read a lane", err)
			_ = d.sleep(ctx, nil, storePause)
		case j != nil:
			if !d.awaitTurn(ctx, channel) {
				continue
			}
			last = j.Queue
			if err := d.try(ctx, *j); err != nil {
				d.afterFailure(ctx, *j, err, sick)
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
		c, _, err = store.Get[Channel](tx, channelKey(channel))
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

// carry does one job, with those behind it that go into the same post: the intent is on disk before the call, the result
// after it. A call that has begun is finished even when the desk is told to stop. What became of it is held until the store
// takes it: to forget it would be to doubt what is known.
func (d *Desk) carry(ctx context.Context, j job) error {
	post, sending, err := d.intend(ctx, j)
	if err != nil || len(sending) == 0 {
		return err
	}
	calling, done := context.WithTimeout(context.WithoutCancel(ctx), deliverTime)
	defer done()
	receipt, failure := d.deliver(calling, post)
	d.heed(post.Channel, failure)
	recording := context.WithoutCancel(ctx)
	for until := d.now().Add(recordTime); ; {
		err := d.record(recording, sending, post, receipt, failure)
		if !errors.Is(err, store.ErrUnavailable) || ctx.Err() != nil && !d.now().Before(until) {
			return err
		}
		_ = d.sleep(recording, nil, storePause)
	}
}

// heed leaves the whole channel alone for as long as its service asks. What a service counts is the channel's posts, so those
// of other conversations would be refused as well.
func (d *Desk) heed(c Channel, failure error) {
	var failed *DeliveryError
	if errors.As(failure, &failed) && failed.Throttled {
		d.paces.rest(c, d.platforms[c.Platform], d.now().Add(min(max(failed.RetryAfter, backoffMin), maxPause)))
	}
}
