package handoff

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/docket-handoff/docket/store"
)

// enqueue gives a job its number and puts it behind all others of its queue.
func enqueue(tx store.Tx, j job) error {
	n, err := next(tx, "outbox")
	if err != nil {
		return err
	}
	j.N, j.Phase = n, phasePending
	if err := lengthen(tx, j.Channel, backlogKey(j.Channel, j.Queue), 1); err != nil {
		return err
	}
	return store.Put(tx, j.key(), j)
}

// dequeue takes jobs of one queue out.
func dequeue(tx store.Tx, jobs ...job) error {
	if err := lengthen(tx, jobs[0].Channel, backlogKey(jobs[0].Channel, jobs[0].Queue), -len(jobs)); err != nil {
		return err
	}
	for _, j := range jobs {
		if err := tx.Delete(j.key()); err != nil {
			return err
		}
	}
	return nil
}

// rewrite puts a job back where it stands; head says that it is the first of its queue.
func rewrite(tx store.Tx, j job, head bool) error {
	if err := store.Put(tx, j.key(), j); err != nil || !head {
		return err
	}
	key := backlogKey(j.Channel, j.Queue)
	b, err := readBacklog(tx, key)
	if due := dueAt(j.NotBefore); err != nil || b.due == due {
		return err
	} else {
		b.due = due
	}
	return b.write(tx, key)
}

// empty takes out all jobs of a queue.
func empty(tx store.Tx, channel ID, queue string) error {
	n := howMany(tx, queueRows(channel, queue))
	if n == 0 {
		return nil
	}
	if err := lengthen(tx, channel, backlogKey(channel, queue), -n); err != nil {
		return err
	}
	return deleteAll(tx, queueRows(channel, queue))
}

// unreadable is a queue that does not get on because its first row cannot be read.
type unreadable struct {
	queue ID     // as it stands in keys
	key   string // empty where the store does not even tell the key
	err   error
}

func (u *unreadable) Error() string { return "the queue " + string(u.queue) + ": " + u.err.Error() }

func (u *unreadable) Unwrap() error { return u.err }

// pick finds the next job: the first of each queue counts, and the queue after the one served last comes first. Queues in
// sick are left alone until their moment. When all must wait, due is the earliest moment; when there is none, due is zero.
func (d *Desk) pick(ctx context.Context, channel ID, last string, sick map[ID]time.Time) (picked *job, due time.Time, err error) {
	var broken *unreadable
	err = d.view(ctx, func(tx store.Tx) error {
		picked, due, broken = nil, time.Time{}, nil
		now := d.now()
		soon := dueAt(now)
		return inTurn(tx, channel, last, func(queue ID, b backlog) (bool, error) {
			at := sick[queue]
			if b.due > soon {
				at = later(at, time.UnixMilli(b.due))
			}
			if !at.After(now) {
				j, key, err := head(tx, channel, queue)
				if err != nil || key == "" {
					broken = &unreadable{queue: queue, key: key, err: cmp.Or(err, errNoHead)}
					return false, nil
				}
				if at = j.NotBefore; !at.After(now) {
					picked = &j
					return false, nil
				}
			}
			if due.IsZero() || at.Before(due) {
				due = at
			}
			return true, nil
		})
	})
	if broken != nil && (err == nil || errors.Is(err, store.ErrDamaged)) {
		return nil, due, broken
	}
	return picked, due, err
}

// errNoHead says that the store shows no first job where one must be: it cannot read it, and does not tell its key.
var errNoHead = errors.New("its first job cannot be found")

// head reads the first job of a queue; the key is empty when there is none.
func head(tx store.Tx, channel, queue ID) (j job, key string, err error) {
	for key, row := range tx.Each(laneRows(channel)+string(queue)+"/", "") {
		j, err := store.Read[job](key, row)
		return j, key, err
	}
	return job{}, "", nil
}

// inTurn shows the queues of a channel, those behind last first, until show says no more.
func inTurn(tx store.Tx, channel ID, last string, show func(queue ID, b backlog) (more bool, err error)) error {
	rows, from := backlogRows(channel), backlogKey(channel, last)
	for _, after := range []string{from, ""} {
		for key, row := range tx.Each(rows, after) {
			if after == "" && last != "" && key > from {
				return nil
			}
			b, err := parseBacklog(tx, key, row)
			if err != nil {
				return err
			}
			if more, err := show(ID(key[len(rows):]), b); err != nil || !more {
				return err
			}
		}
		if last == "" {
			return nil
		}
	}
	return nil
}
