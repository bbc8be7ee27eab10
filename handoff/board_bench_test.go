package handoff_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/docket-handoff/docket/checks/archive"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
)

// BenchmarkLists measures what the pages of the admins ask for in a store of 20,000 ended handoffs of 90 days, or as many as
// DOCKET_BENCH_HANDOFFS says, beside the same in a store of 1,000. The metric "x-small" is the time in the one divided by the
// time in the other, in the same run; "x-empty" is likewise, beside a store with no handoff, where a page has nothing to show.
// begin-and-end is a whole handoff, from the first line to the rating.
func BenchmarkLists(b *testing.B) {
	many := 20_000
	if n, err := strconv.Atoi(os.Getenv("DOCKET_BENCH_HANDOFFS")); err == nil {
		many = n
	}
	stores := []*archived{newArchived(b, 0), newArchived(b, 1000), newArchived(b, many)}
	ended := func(q handoff.BoardQuery) func(*archived) error {
		q.Stage, q.Limit = handoff.StageEnded, 50
		return func(a *archived) error {
			_, err := a.desk.Board(context.Background(), q)
			return err
		}
	}
	search := func(text string) func(*archived) error {
		return func(a *archived) error {
			_, err := a.desk.Search(context.Background(), text)
			return err
		}
	}
	for _, row := range []struct {
		name string
		ask  func(*archived) error
	}{
		{"first-page", ended(handoff.BoardQuery{})},
		{"last-page", ended(handoff.BoardQuery{Until: archive.Begin.Add(24 * time.Hour)})},
		{"filtered-page", ended(handoff.BoardQuery{Agent: "agent-1", Channel: "chat-1"})},
		{"search-first-name", search("dana")},
		{"search-two-names", search("dana company")},
		{"search-one", search("dana0@mail.example")},
		{"report-90-days", func(a *archived) error {
			_, err := a.desk.Report(context.Background(), handoff.ReportQuery{From: "2026-01-01", To: "2026-03-31"})
			return err
		}},
		{"begin-and-end", func(a *archived) error {
			a.n++
			return archive.One(context.Background(), a.desk, a.n, &a.now)
		}},
	} {
		b.Run(row.name, func(b *testing.B) {
			var took [3]time.Duration
			for range b.N {
				for i, a := range stores {
					began := time.Now()
					if err := row.ask(a); err != nil {
						b.Fatal(err)
					}
					took[i] += time.Since(began)
				}
			}
			b.ReportMetric(float64(took[2].Microseconds())/float64(b.N), "µs-large")
			b.ReportMetric(float64(took[2])/float64(took[1]), "x-small")
			b.ReportMetric(float64(took[2])/float64(took[0]), "x-empty")
		})
	}
}

// archived is a store with so many ended handoffs.
type archived struct {
	desk *handoff.Desk
	now  time.Time
	n    int
}

func newArchived(b *testing.B, n int) *archived {
	engine, err := bolt.Open(filepath.Join(b.TempDir(), "docket.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = engine.Close() })
	if err := archive.Fill(context.Background(), engine, n); err != nil {
		b.Fatal(err)
	}
	a := &archived{now: archive.Begin.AddDate(0, 0, archive.Days), n: n}
	a.desk = handoff.NewDesk(engine, handoff.Config{Clock: func() time.Time { return a.now }})
	return a
}
