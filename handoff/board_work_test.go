package handoff_test

import (
	"context"
	"iter"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docket-handoff/docket/checks/archive"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// counting is an engine that counts the rows that were read.
type counting struct {
	store.Engine
	rows atomic.Int64
}

func (c *counting) View(ctx context.Context, fn func(store.Tx) error) error {
	return c.Engine.View(ctx, func(tx store.Tx) error { return fn(countingTx{tx, c}) })
}

type countingTx struct {
	store.Tx
	of *counting
}

func (c countingTx) Get(key string) ([]byte, error) {
	c.of.rows.Add(1)
	return c.Tx.Get(key)
}

func (c countingTx) Scan(prefix, after string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for key, value := range c.Tx.Scan(prefix, after) {
			if c.of.rows.Add(1); !yield(key, value) {
				return
			}
		}
	}
}

func (c countingTx) Each(prefix, after string) iter.Seq2[string, store.Row] {
	return func(yield func(string, store.Row) bool) {
		for key, row := range c.Tx.Each(prefix, after) {
			if c.of.rows.Add(1); !yield(key, row) {
				return
			}
		}
	}
}

// TestLongLists: a page, a search and a report read as many rows where there are ten times as many handoffs.
func TestLongLists(t *testing.T) {
	ask := func(n int) map[string]int64 {
		engine, err := bolt.Open(filepath.Join(t.TempDir(), "docket.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = engine.Close() }()
		if err := archive.Fill(t.Context(), engine, n); err != nil {
			t.Fatal(err)
		}
		counted := &counting{Engine: engine}
		desk := handoff.NewDesk(counted, handoff.Config{})
		read := map[string]int64{}
		board := func(name string, q handoff.BoardQuery) {
			counted.rows.Store(0)
			q.Stage, q.Limit = handoff.StageEnded, 20
			page, err := desk.Board(t.Context(), q)
			if err != nil || len(page.Handoffs) == 0 {
				t.Fatalf("%s: %d handoffs, %v", name, len(page.Handoffs), err)
			}
			read[name] = counted.rows.Load()
		}
		board("the first page", handoff.BoardQuery{})
		board("a page in the middle", handoff.BoardQuery{Until: archive.Begin.AddDate(0, 0, archive.Days/2)})
		board("a page of one agent in one channel", handoff.BoardQuery{Agent: "agent-1", Channel: "chat-1"})
		counted.rows.Store(0)
		if _, err := desk.Search(t.Context(), "dana0@mail"); err != nil {
			t.Fatal(err)
		}
		read["a search for one"] = counted.rows.Load()
		counted.rows.Store(0)
		if found, err := desk.Search(t.Context(), "mail"); err != nil || len(found.Handoffs) != 50 || !found.More {
			t.Fatalf("a word that all share finds %d, more: %v, %v", len(found.Handoffs), found.More, err)
		}
		if rows := counted.rows.Load(); rows > 1300 { // 1,000 of the index, and 50 handoffs
			t.Errorf("a search for very many reads %d rows of %d handoffs", rows, n)
		}
		counted.rows.Store(0)
		q := handoff.ReportQuery{From: archive.Begin.Format(time.DateOnly), To: archive.Begin.AddDate(0, 0, archive.Days).Format(time.DateOnly)}
		if r, err := desk.Report(t.Context(), q); err != nil || r.Total.Asked != n {
			t.Fatalf("the report: %d of %d, %v", r.Total.Asked, n, err)
		}
		read["a report"] = counted.rows.Load()
		return read
	}
	few, many := ask(300), ask(3000)
	for name, rows := range few {
		if many[name] > rows {
			t.Errorf("%s reads %d rows, and %d where there are ten times as many handoffs", name, rows, many[name])
		}
	}
	t.Logf("rows read: %v", many)
}
