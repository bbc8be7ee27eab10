package handoff_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
)

// BenchmarkFromVisitor measures a visitor's line from the call until it is on the disk, beside bbolt's own Batch of as
// many bytes. The metric "x-bbolt" is the time of one divided by the time of the other, in the same run.
func BenchmarkFromVisitor(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			say := sayer(b)
			b.ReportAllocs()
			b.ResetTimer()
			ours := share(b.N, writers, say)
			b.StopTimer()
			raw := share(b.N, writers, batcher(b))
			b.ReportMetric(float64(ours)/float64(raw), "x-bbolt")
		})
	}
}

// sayer writes lines of 64 conversations.
func sayer(b *testing.B) func(n int) {
	engine, err := bolt.Open(filepath.Join(b.TempDir(), "docket.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = engine.Close() })
	desk := handoff.NewDesk(engine, handoff.Config{})
	ctx := context.Background()
	if _, err := desk.PutAgent(ctx, audit.Actor{Kind: audit.System}, handoff.Agent{ID: "marketing"}); err != nil {
		b.Fatal(err)
	}
	var ids []handoff.ID
	for range 64 {
		started, err := desk.Start(ctx, handoff.NewConversation{Agent: "marketing"})
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, started.Conversation.ID)
	}
	return func(n int) {
		if _, err := desk.FromVisitor(ctx, ids[n%len(ids)], handoff.Say{ClientID: fmt.Sprint(n), Text: "Do you have a HubSpot integration?"}); err != nil {
			b.Error(err)
		}
	}
}

// batcher writes what a line comes to: an event, the conversation's record, the row of its client_id with its expiry, and the
// turn that waits for the agent.
func batcher(b *testing.B) func(n int) {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("rows"))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return func(n int) {
		err := db.Batch(func(tx *bbolt.Tx) error {
			rows := tx.Bucket([]byte("rows"))
			id := n % 64
			for key, size := range map[string]int{
				fmt.Sprintf("conversations/%036d/log/%016d", id, n):          260,
				fmt.Sprintf("conversations/%036d/record", id):                460,
				fmt.Sprintf("keys/visitor/%036d/%d", id, n):                  110,
				fmt.Sprintf("turns/%036d", id):                               40,
				fmt.Sprintf("expiries/%08d/keys/visitor/%036d/%d", 1, id, n): 0,
			} {
				if err := rows.Put([]byte(key), make([]byte, size)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Error(err)
		}
	}
}

// share lets writers do n things together and returns how long that took.
func share(n, writers int, do func(n int)) time.Duration {
	var next atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range writers {
		group.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				do(i)
			}
		})
	}
	group.Wait()
	return time.Since(began)
}
