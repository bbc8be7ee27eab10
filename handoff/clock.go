package handoff

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
)

const sweepEvery = time.Hour

// runClock fires the timers when their moments come, and forgets the keys of inputs that nobody repeats any more.
func (d *Desk) runClock(ctx context.Context) error {
	wake := d.engine.Watch(ctx, timerRows)
	sweep := d.now()
	for {
		if !d.now().Before(sweep) {
			d.complain("forget old keys", d.forget(ctx))
			sweep = d.now().Add(sweepEvery)
		}
		pause := sweep.Sub(d.now())
		due, err := d.fire(ctx)
		switch {
		case errors.Is(err, store.ErrClosed):
			return err
		case errors.Is(err, store.ErrDamaged):
			d.complain("fire a timer", err)
			pause = min(pause, sickPause)
		case err != nil:
			d.complain("fire a timer", err)
			pause = storePause
		}
		if !due.IsZero() {
			pause = min(pause, due.Sub(d.now()))
		}
		if err := d.sleep(ctx, wake, pause); err != nil {
			return err
		}
	}
}

// untilWoken is the pause of whoever has nothing to do but for a wake.
const untilWoken time.Duration = math.MaxInt64

// sleep returns after the pause, or when woken, or with the context's end as its error.
func sleep(ctx context.Context, wake <-chan struct{}, pause time.Duration) error {
	var over <-chan time.Time
	if pause != untilWoken {
		t := time.NewTimer(max(pause, 0))
		defer t.Stop()
		over = t.C
	}
	select {
	case <-over:
	case <-wake:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// fire runs every timer whose moment has come, and returns the moment of the next one. A timer that fails stays and does
// not stop those behind it.
func (d *Desk) fire(ctx context.Context) (due time.Time, err error) {
	var failed []error
	for after := ""; ; {
		key, err := d.timerBehind(ctx, after)
		if err != nil || key == "" {
			return time.Time{}, errors.Join(append(failed, err)...)
		}
		at, handoff, kind, err := parseTimer(key)
		if err == nil && at.After(d.now()) {
			return at, errors.Join(failed...)
		}
		if err == nil {
			err = d.tick(ctx, key, handoff, kind)
		}
		if err != nil {
			failed = append(failed, err)
		}
		after = key
	}
}

func (d *Desk) timerBehind(ctx context.Context, after string) (key string, err error) {
	err = d.view(ctx, func(tx store.Tx) error {
		key = ""
		for key = range tx.Each(timerRows, after) {
			break
		}
		return nil
	})
	return key, err
}

func parseTimer(key string) (time.Time, ID, timerKind, error) {
	parts := strings.Split(strings.TrimPrefix(key, timerRows), "/")
	if len(parts) != 3 {
		return time.Time{}, "", "", fmt.Errorf("%w: timer %q", store.ErrDamaged, key)
	}
	ms, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return time.Time{}, "", "", fmt.Errorf("%w: timer %q", store.ErrDamaged, key)
	}
	return time.UnixMilli(ms), ID(parts[1]), timerKind(parts[2]), nil
}

// tick takes one timer away and does what it stood for, in one transaction.
func (d *Desk) tick(ctx context.Context, key string, id ID, kind timerKind) error {
	return d.update(ctx, func(tx store.Tx) error {
		if err := tx.Delete(key); err != nil {
			return err
		}
		h, found, err := store.Get[Handoff](tx, handoffKey(id))
		if err != nil || !found {
			return err
		}
		f, err := d.load(tx, h.Conversation)
		if CodeOf(err) == CodeUnknownConversation {
			return nil
		}
		if err != nil {
			return err
		}
		if f.handoff == nil || f.handoff.ID != id {
			return nil
		}
		closing, err := d.close(tx, f)
		if err != nil {
			return err
		}
		f.tick(kind, closing)
		return d.save(tx, f)
	})
}

const forgetAtOnce = 1000

// forget removes the keys whose time is over, a batch at a time.
func (d *Desk) forget(ctx context.Context) error {
	now := fmt.Sprintf("expiries/%08d/", d.now().Unix()/3600)
	for {
		removed := 0
		err := d.update(ctx, func(tx store.Tx) error {
			removed = 0
			for row := range tx.Each("expiries/", "") {
				if row >= now || removed == forgetAtOnce {
					return nil
				}
				if err := forgetRow(tx, row[len(now):]); err != nil {
					return err
				}
				if err := tx.Delete(row); err != nil {
					return err
				}
				removed++
			}
			return nil
		})
		if err != nil || removed < forgetAtOnce {
			return err
		}
	}
}

// forgetRow takes a row out; of a dead job that cannot be read nobody knows what else belongs to it.
func forgetRow(tx store.Tx, key string) error {
	if strings.HasPrefix(key, deadRows) {
		if err := forgetKept(tx, key); !errors.Is(err, store.ErrDamaged) {
			return err
		}
	}
	return tx.Delete(key)
}

// complain logs an error of the background, where no caller is.
func (d *Desk) complain(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		d.log.Error("the desk could not "+what, "error", err)
	}
}
