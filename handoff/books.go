package handoff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/docket-handoff/docket/store"
)

// The books say how much waits and where, so that nobody counts it. They can always be made anew from the jobs: a damaged row
// of theirs stops nobody.

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
	return parseBacklog(tx, key, store.Row{Value: raw, Err: err})
}

// parseBacklog counts the queue anew where its row is damaged.
func parseBacklog(tx store.Tx, key string, row store.Row) (b backlog, err error) {
	if row.Err != nil && !errors.Is(row.Err, store.ErrDamaged) {
		return backlog{}, row.Err
	}
	waiting, due, _ := bytes.Cut(row.Value, []byte(" "))
	b.waiting, err = strconv.Atoi(string(waiting))
	if err == nil {
		b.due, err = strconv.ParseInt(string(due), 10, 64)
	}
	if row.Err != nil || err != nil {
		return backlog{waiting: howMany(tx, outboxRows+key[len(backlogs):]+"/")}, nil
	}
	return b, nil
}

// howMany counts the rows under a prefix, those that cannot be read too.
func howMany(tx store.Tx, prefix string) (n int) {
	for range tx.Each(prefix, "") {
		n++
	}
	return n
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

// lengthen changes how many jobs a queue has, before they are put there or taken out: where the books are damaged they are
// counted anew. When one is taken out, nobody has looked at the next.
func lengthen(tx store.Tx, channel ID, key string, by int) error {
	b, err := readBacklog(tx, key)
	if err != nil {
		return err
	}
	if err := deepen(tx, channel, depth{Waiting: by}); err != nil {
		return err
	}
	b.waiting += by
	if by < 0 {
		b.due = 0
	}
	return b.write(tx, key)
}

// deepen changes a channel's books, before its rows are changed.
func deepen(tx store.Tx, channel ID, by depth) error {
	d, err := readDepth(tx, channel)
	if err != nil {
		return err
	}
	return store.Put(tx, depthKey(channel), d.plus(by))
}

// readDepth reads a channel's books, and counts anew where they are damaged.
func readDepth(tx store.Tx, channel ID) (depth, error) {
	d, _, err := store.Get[depth](tx, depthKey(channel))
	if errors.Is(err, store.ErrDamaged) {
		return countDepth(tx, channel)
	}
	return d, err
}

func countDepth(tx store.Tx, channel ID) (d depth, err error) {
	for key, row := range tx.Each(backlogRows(channel), "") {
		b, err := parseBacklog(tx, key, row)
		if err != nil {
			return depth{}, err
		}
		d.Waiting += b.waiting
	}
	d.Held, d.Dead = countKept(tx, heldRows, channel), countKept(tx, deadRows, channel)
	return d, nil
}

// countKept leaves out what cannot be read: nobody knows whose it is.
func countKept(tx store.Tx, rows string, channel ID) (n int) {
	for key, row := range tx.Each(rows, "") {
		if j, err := store.Read[job](key, row); err == nil && j.Channel == channel {
			n++
		}
	}
	return n
}

// eachDepth reads the books of all channels.
func eachDepth(tx store.Tx, do func(channel ID, d depth) error) error {
	for key := range tx.Each(depths, "") {
		channel := ID(key[len(depths):])
		d, err := readDepth(tx, channel)
		if err != nil {
			return err
		}
		if err := do(channel, d); err != nil {
			return err
		}
	}
	return nil
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
				n := howMany(tx, laneRows(channel)+string(queue)+"/")
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
