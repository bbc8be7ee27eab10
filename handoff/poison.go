package handoff

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/docket-handoff/docket/store"
)

// maxPanics is how often something is tried that makes a platform, or the desk, panic.
const maxPanics = 3

// panicked is a panic that was caught.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// recovered turns a panic of the caller's into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = &panicked{value: r, stack: debug.Stack()}
	}
}

// deliver takes a post to its platform. A panic there says nothing of how far the platform had come.
func (d *Desk) deliver(ctx context.Context, post Post) (receipt Receipt, err error) {
	platform, found := d.platforms[post.Channel.Platform]
	if !found {
		return Receipt{}, &DeliveryError{Certain: true, Channel: true, Cause: "the platform " + post.Channel.Platform + " is not set up"}
	}
	d.seen.sending.Add(1)
	defer d.seen.sending.Add(-1)
	defer recovered(&err)
	return platform.Deliver(ctx, post)
}

// try does one job. Whatever panics on the way is an error, so that the lane goes on.
func (d *Desk) try(ctx context.Context, j job) (err error) {
	defer recovered(&err)
	return d.carry(ctx, j)
}

// afterFailure deals with a job that the desk itself could not do. A store that does not answer concerns all jobs; anything
// else concerns this one: it is tried again, and put aside in the end.
func (d *Desk) afterFailure(ctx context.Context, j job, err error, sick map[ID]time.Time) {
	d.complain("carry a post", err)
	var p *panicked
	if !errors.As(err, &p) && !errors.Is(err, store.ErrDamaged) {
		_ = d.sleep(ctx, nil, storePause)
		return
	}
	if err := d.poisoned(ctx, j); err != nil {
		d.complain("put a post aside", err)
		sick[ID(segment(j.Queue))] = d.now().Add(sickPause)
	}
}

// poisoned counts a failure of the desk's own at a job. After the last one the job is dead, and what belongs to it hears of
// that where it can be read.
func (d *Desk) poisoned(ctx context.Context, j job) (err error) {
	defer recovered(&err)
	key := j.key()
	return d.update(ctx, func(tx store.Tx) error {
		j, found, err := store.Get[job](tx, key)
		if err != nil || !found {
			return err
		}
		j.Cause = "docket failed on this post"
		after := failedInside(j, d.now())
		f, err := d.caseOf(tx, j)
		if err != nil || f == nil {
			return moveJob(tx, after, true, d.now())
		}
		return d.settle(tx, f, []judged{after}, Post{}, Receipt{})
	})
}

// passOver gets a lane past a row that cannot be read: it is put aside. Where even that cannot be done it holds up its queue alone.
func (d *Desk) passOver(ctx context.Context, channel ID, broken *unreadable, sick map[ID]time.Time) {
	d.complain("read a post", broken)
	var err error = broken
	if broken.key != "" {
		err = d.putAside(ctx, channel, broken)
	}
	if err != nil {
		sick[broken.queue] = d.now().Add(sickPause)
	}
}

// putAside takes a row out of the outbox that is no job. What it said is lost; that it was there is not.
func (d *Desk) putAside(ctx context.Context, channel ID, broken *unreadable) error {
	return d.update(ctx, func(tx store.Tx) error {
		var n uint64
		if _, err := fmt.Sscanf(broken.key[len(laneRows(channel)+string(broken.queue)+"/"):], "%d", &n); err != nil {
			return err
		}
		if err := lengthen(tx, channel, backlogRows(channel)+string(broken.queue), -1); err != nil {
			return err
		}
		if err := tx.Delete(broken.key); err != nil {
			return err
		}
		return keep(tx, job{N: n, Channel: channel, At: d.now(), Cause: "its row in the store cannot be read"}, phaseDead, d.now())
	})
}
