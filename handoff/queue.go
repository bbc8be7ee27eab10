package handoff

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/docket-handoff/docket/store"
)

// backlog is what is known of a queue without reading its jobs. A lane looks at all of them when none may go, so its row is
// two bare numbers.
type backlog struct {
	waiting int
	due     int64 // Unix milliseconds before which the first job must not be tried; 0: nobody has looked
}

// readBacklog reads the row at a key; none is an empty backlog.
func readBacklog(tx store.Tx, key string) (backlog, error) {
	raw, err := tx.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return backlog{}, nil
	}
	if err != nil {
		return backlog{}, err
	}
	return parseBacklog(key, raw)
}

func parseBacklog(key string, raw []byte) (b backlog, err error) {
	waiting, due, _ := bytes.Cut(raw, []byte(" "))
	b.waiting, err = strconv.Atoi(string(waiting))
	if err == nil {
		b.due, err = strconv.ParseInt(string(due), 10, 64)
	}
	if err != nil {
		return backlog{}, fmt.Errorf("%w: row %q: %w", store.ErrDamaged, key, err)
	}
	return b, nil
}

func (b backlog) write(tx store.Tx, key string) error {
	if b.waiting <= 0 {
		return tx.Delete(key)
	}
	return tx.Put(key, fmt.Appendf(nil, "%d %d", b.waiting, b.due))
}

// dueAt rounds up, as timers do.
func dueAt(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Millisecond - 1).UnixMilli()
}

// depth is what stands in a channel's books: jobs that wait, and those that are kept for a person.
type depth struct {
	Waiting int `json:"waiting,omitempty"`
	Held    int `json:"held,omitempty"`
	Dead    int `json:"dead,omitempty"`
}

func (d depth) plus(o depth) depth {
	return depth{Waiting: d.Waiting + o.Waiting, Held: d.Held + o.Held, Dead: d.Dead + o.Dead}
}

func backlogRows(channel ID) string { return backlogs + string(channel) + "/" }

func backlogKey(channel ID, queue string) string { return backlogRows(channel) + segment(queue) }

func depthKey(channel ID) string { return depths + string(channel) }

// enqueue gives a job its number and puts it behind all others of its queue.
func enqueue(tx store.Tx, j job) error {
	n, err := next(tx, "outbox")
	if err != nil {
		return err
	}
	j.N, j.Phase = n, phasePending
	if err := store.Put(tx, j.key(), j); err != nil {
		return err
	}
	return lengthen(tx, j.Channel, backlogKey(j.Channel, j.Queue), 1)
}

// dequeue takes jobs of one queue out.
func dequeue(tx store.Tx, jobs ...job) error {
	for _, j := range jobs {
		if err := tx.Delete(j.key()); err != nil {
			return err
		}
	}
	return lengthen(tx, jobs[0].Channel, backlogKey(jobs[0].Channel, jobs[0].Queue), -len(jobs))
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

// lengthen changes how many jobs a queue has. When one is taken out, nobody has looked at the next.
func lengthen(tx store.Tx, channel ID, key string, by int) error {
	b, err := readBacklog(tx, key)
	if err != nil {
		return err
	}
	b.waiting += by
	if by < 0 {
		b.due = 0
	}
	if err := b.write(tx, key); err != nil {
		return err
	}
	return deepen(tx, channel, depth{Waiting: by})
}

func deepen(tx store.Tx, channel ID, by depth) error {
	d, _, err := store.Get[depth](tx, depthKey(channel))
	if err != nil {
		return err
	}
	return store.Put(tx, depthKey(channel), d.plus(by))
}

// empty takes out all jobs of a queue.
func empty(tx store.Tx, channel ID, queue string) error {
	n := 0
	for row := range tx.Scan(queueRows(channel, queue), "") {
		if err := tx.Delete(row); err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return nil
	}
	return lengthen(tx, channel, backlogKey(channel, queue), -n)
}

// bookForm is the form of the books.
const bookForm = 1

// openBooks counts what waits in a store that is older than the books.
func (d *Desk) openBooks(ctx context.Context) error {
	open := false
	err := d.view(ctx, func(tx store.Tx) (err error) {
		_, open, err = store.Get[int](tx, booksRow)
		return err
	})
	if err != nil || open {
		return err
	}
	return d.update(ctx, func(tx store.Tx) error {
		for _, channel := range segments(tx, outboxRows) {
			for _, queue := range segments(tx, laneRows(channel)) {
				n := 0
				for range tx.Scan(laneRows(channel)+string(queue)+"/", "") {
					n++
				}
				key := backlogRows(channel) + string(queue)
				b, err := readBacklog(tx, key)
				if err != nil {
					return err
				}
				if err := lengthen(tx, channel, key, n-b.waiting); err != nil {
					return err
				}
			}
		}
		return store.Put(tx, booksRow, bookForm)
	})
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
	for row, raw := range tx.Scan(laneRows(channel)+string(queue)+"/", "") {
		key = row
		j, err = store.Decode[job](row, raw)
		break
	}
	return j, key, err
}

// inTurn shows the queues of a channel, those behind last first, until show says no more.
func inTurn(tx store.Tx, channel ID, last string, show func(queue ID, b backlog) (more bool, err error)) error {
	rows, from := backlogRows(channel), backlogKey(channel, last)
	for _, after := range []string{from, ""} {
		for key, raw := range tx.Scan(rows, after) {
			if after == "" && last != "" && key > from {
				return nil
			}
			b, err := parseBacklog(key, raw)
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
