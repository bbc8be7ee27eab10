package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/docket-handoff/docket/store"
)

// Run checks an engine. open returns a fresh, empty one for each call, and closes it when its t ends; closing it earlier
// too does no harm.
func Run(t *testing.T, open func(t *testing.T) store.Engine) {
	for _, part := range []struct {
		name   string
		checks []check
	}{
		{"rows", rowChecks},
		{"scan", scanChecks},
		{"transactions", transactionChecks},
		{"watch", watchChecks},
		{"end", endChecks},
	} {
		t.Run(part.name, func(t *testing.T) {
			for _, c := range part.checks {
				t.Run(c.name, func(t *testing.T) { c.run(t, bench{t, open(t)}) })
			}
		})
	}
}

// check is one sentence of the contract.
type check struct {
	name string
	run  func(t *testing.T, b bench)
}

// bench is an engine with short words for what checks do to it. Its methods end the test when the engine fails them.
type bench struct {
	*testing.T
	engine store.Engine
}

func (b bench) update(fn func(store.Tx) error) {
	b.Helper()
	if err := b.engine.Update(b.Context(), fn); err != nil {
		b.Fatalf("Update: %v", err)
	}
}

func (b bench) view(fn func(store.Tx) error) {
	b.Helper()
	if err := b.engine.View(b.Context(), fn); err != nil {
		b.Fatalf("View: %v", err)
	}
}

// put commits rows, in pairs of key and value.
func (b bench) put(pairs ...string) {
	b.Helper()
	b.update(func(tx store.Tx) error { return putAll(tx, pairs...) })
}

func putAll(tx store.Tx, pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if err := tx.Put(pairs[i], []byte(pairs[i+1])); err != nil {
			return err
		}
	}
	return nil
}

// get reads one row in a transaction of its own; missing is "-".
func (b bench) get(key string) string {
	b.Helper()
	var value string
	b.view(func(tx store.Tx) (err error) {
		value, err = read(tx, key)
		return err
	})
	return value
}

const missing = "-"

func read(tx store.Tx, key string) (string, error) {
	value, err := tx.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return missing, nil
	}
	return string(value), err
}

// want compares what rows hold, in pairs of key and value.
func (b bench) want(pairs ...string) {
	b.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := b.get(pairs[i]); got != pairs[i+1] {
			b.Errorf("row %q holds %q, want %q", pairs[i], got, pairs[i+1])
		}
	}
}

// keys lists what a scan yields, and Each likewise.
func keys(tx store.Tx, prefix, after string) []string {
	var out, each []string
	for key := range tx.Scan(prefix, after) {
		out = append(out, key)
	}
	for key, row := range tx.Each(prefix, after) {
		if value, err := tx.Get(key); err != nil || row.Err != nil || !bytes.Equal(row.Value, value) {
			return []string{"Each yields another row at", key}
		}
		each = append(each, key)
	}
	if !slices.Equal(out, each) {
		return append([]string{"Each yields others:"}, each...)
	}
	return out
}

// scan lists what a scan yields in a transaction of its own.
func (b bench) scan(prefix, after string) []string {
	b.Helper()
	var out []string
	b.view(func(tx store.Tx) error {
		out = keys(tx, prefix, after)
		return nil
	})
	return out
}

// refuses says that an error must be one of the contract's.
func (b bench) refuses(err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Errorf("got the error %v, want %v", err, want)
	}
}

// wait returns when the channel gives a value, and ends the test when the test's time is over.
func wait[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	ctx, cancel := deadline(t)
	defer cancel()
	select {
	case v := <-c:
		return v
	case <-ctx.Done():
		t.Fatal("waited in vain")
		panic("unreachable")
	}
}

// grace is what a failing wait leaves to the test binary for its report.
const grace = 2 * time.Second

// deadline ends a little before the test binary would be killed, so that a failing wait names its line.
func deadline(t *testing.T) (context.Context, context.CancelFunc) {
	if at, set := t.Deadline(); set {
		return context.WithDeadline(t.Context(), at.Add(-grace))
	}
	return context.WithCancel(t.Context())
}
