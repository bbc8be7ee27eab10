package handoff

import (
	"context"
	"errors"
	"time"

	"github.com/docket-handoff/docket/store"
)

const (
	defaultHeartbeat = 6 * time.Second // three of them are little more than the time after which Teams delivers once more
	missedBeats      = 3               // so many in a row that are missing are a gap
	gapAtOnce        = 50              // handoffs that are told in one transaction
	mostSet          = 5 * time.Minute // a clock is hardly ever set by more while the desk lives: then the machine slept
)

// runHeart notes that the desk is alive, once in a while and when it stops. A platform that met nobody gives up soon, so
// whoever finds that the desk was away tells the threads that something may not have arrived.
func (d *Desk) runHeart(ctx context.Context) error {
	var noted *time.Duration // when it last did, by the clock that nobody sets; nil: not in this life
	for {
		at := d.ticks()
		err := d.beat(ctx, noted)
		if errors.Is(err, store.ErrClosed) {
			return err
		}
		if err == nil {
			noted = &at
		}
		d.complain("note that it is alive", err)
		if err := d.sleep(ctx, nil, d.heartbeat); err != nil {
			d.complain("note that it stops", d.alive(context.WithoutCancel(ctx)))
			return err
		}
	}
}

// beat notes the moment, after everybody was told of the time in which nobody did. While it lives the desk measures that time
// itself: somebody may have set the clock meanwhile, and a desk that was there has missed nothing. Only a machine that sleeps
// stops what it measures with.
func (d *Desk) beat(ctx context.Context, noted *time.Duration) error {
	var since time.Time
	var found bool
	err := d.view(ctx, func(tx store.Tx) (err error) {
		since, found, err = store.Get[time.Time](tx, aliveRow)
		return err
	})
	if err != nil {
		return err
	}
	now := d.now()
	if noted != nil {
		if measured := d.ticks() - *noted; now.Sub(since) <= measured+mostSet {
			now = since.Add(measured)
		}
	}
	if found && now.Sub(since) > missedBeats*d.heartbeat {
		d.log.Warn("the desk was away; open threads are told", "since", since, "for", now.Sub(since).Round(time.Second))
		for _, stage := range []Stage{StageJoined, StageWaiting} {
			if err := d.tellGap(ctx, stage, since, now); err != nil {
				return err
			}
		}
	}
	return d.alive(ctx)
}

func (d *Desk) alive(ctx context.Context) error {
	return d.update(ctx, func(tx store.Tx) error { return store.Put(tx, aliveRow, d.now().UTC()) })
}

// tellGap posts a line into the threads of all handoffs of a stage. When it is interrupted, the next start goes on.
func (d *Desk) tellGap(ctx context.Context, stage Stage, since, until time.Time) error {
	list := boardList(stage, "", "")
	for after := ""; ; {
		var told int
		var last string
		err := d.update(ctx, func(tx store.Tx) error {
			told, last = 0, after
			for key := range tx.Each(list, after) {
				if told == gapAtOnce {
					return nil
				}
				id := ID(key[len(list)+len("0000000000000/"):])
				if err := d.tellGapIn(tx, id, since, until); errors.Is(err, store.ErrDamaged) {
					d.complain("tell a thread of the time away", err)
				} else if err != nil {
					return err
				}
				told, last = told+1, key
			}
			return nil
		})
		if err != nil || told < gapAtOnce {
			return err
		}
		after = last
	}
}

func (d *Desk) tellGapIn(tx store.Tx, id ID, since, until time.Time) error {
	h, found, err := store.Get[Handoff](tx, handoffKey(id))
	if err != nil || !found {
		return err
	}
	var ignored bool
	key := string(id) + " " + since.UTC().Format(time.RFC3339Nano)
	if found, err := once(tx, "gap", key, "", &ignored); err != nil || found {
		return err
	}
	f, err := d.load(tx, h.Conversation)
	if err != nil || f.handoff == nil || f.handoff.ID != id {
		return err
	}
	f.away(since, until)
	if err := remember(tx, "gap", key, "", true, d.now()); err != nil {
		return err
	}
	return d.save(tx, f)
}

// away says in the threads where somebody may have written that the desk was not there to hear it.
func (f *dossier) away(since, until time.Time) {
	h, zone := f.handoff, f.agent.Zone()
	shown := "15:04 MST"
	if until.Sub(since) > 12*time.Hour {
		shown = "2 January 15:04 MST"
	}
	text := f.app + " was not running between " + since.In(zone).Format(shown) + " and " + until.In(zone).Format(shown) + ". "
	if h.Stage == StageJoined {
		label, _ := labelOf(f.conversation)
		f.notice(h.Home.Channel, text+"What was written here in that time may not have reached "+label+"; please send it again.")
		return
	}
	for _, t := range h.Threads {
		f.notice(t.Channel, text+"If you pressed Join conversation in that time and nothing happened, please press it again.")
	}
}
