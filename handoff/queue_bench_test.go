package handoff

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// BenchmarkPick measures how long a lane looks for its next job with 10,000 jobs in it: when all queues may go, when all of
// them must wait, and when the one that may go stands behind all that must wait.
func BenchmarkPick(b *testing.B) {
	for _, row := range []struct {
		name    string
		waiting int // so many of the 2,000 queues must wait
	}{{"ready", 0}, {"one ready", 1999}, {"waiting", 2000}} {
		b.Run(row.name, func(b *testing.B) {
			engine, err := bolt.Open(filepath.Join(b.TempDir(), "docket.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer engine.Close()
			desk := NewDesk(engine, Config{})
			fill(b, engine, row.waiting)
			b.ReportAllocs()
			for b.Loop() {
				j, due, err := desk.pick(context.Background(), "busy", "queue 0000", nil)
				if err != nil || (j == nil) != (row.waiting == 2000) || j == nil && due.IsZero() {
					b.Fatal(j, due, err)
				}
			}
		})
	}
}

// fill orders five posts in each of 2,000 queues, the first of which must wait in some of them.
func fill(b *testing.B, engine store.Engine, waiting int) {
	later := time.Now().Add(time.Hour)
	err := engine.Update(context.Background(), func(tx store.Tx) error {
		for n := range 2000 {
			for range 5 {
				j := job{Channel: "busy", Queue: fmt.Sprintf("queue %04d", (n+1)%2000), Kind: PostLine, Text: "Do you have a HubSpot integration?", At: time.Now()}
				if n < waiting {
					j.NotBefore = later
				}
				if err := enqueue(tx, j); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for n := range waiting {
		err := engine.Update(context.Background(), func(tx store.Tx) error {
			j, _, err := head(tx, "busy", ID(fmt.Sprintf("queue %04d", (n+1)%2000)))
			if err != nil {
				return err
			}
			return rewrite(tx, j, true)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
