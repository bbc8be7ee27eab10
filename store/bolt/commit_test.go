package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// writes counts what went to the disk since the last call.
func writes(engine *bolt.Engine) func() int64 {
	last := engine.DB().Stats()
	return func() int64 {
		now := engine.DB().Stats()
		diff := now.Sub(&last)
		last = now
		return diff.TxStats.GetWrite()
	}
}

// TestConcurrentCallersShareACommit holds one commit open until others have come: they are carried by the next one.
func TestConcurrentCallersShareACommit(t *testing.T) {
	engine := open(t, place(t))
	put(t, engine, "warm", "")
	written := writes(engine)
	put(t, engine, "one", "")
	single := written()

	const callers = 32
	inside, goOn := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		_ = engine.Update(t.Context(), func(tx store.Tx) error {
			close(inside)
			<-goOn
			return tx.Put("first", nil)
		})
	})
	<-inside
	for i := range callers {
		group.Go(func() { put(t, engine, fmt.Sprintf("row/%d", i), "") })
	}
	for engine.Waiting() < callers {
		runtime.Gosched()
	}
	close(goOn)
	group.Wait()
	if got := written(); got > 3*single {
		t.Errorf("%d callers cost %d writes, a single one %d", callers+1, got, single)
	}
	if rows := dump(t, engine); len(rows) != callers+3 {
		t.Errorf("%d rows, want %d", len(rows), callers+3)
	}
}

// TestCommitThatHangs: whoever waits for its end can leave, and is not committed then; whoever is in it is told what became
// of it, and nothing else.
func TestCommitThatHangs(t *testing.T) {
	engine := open(t, place(t))
	hang := func(key string) (inside, goOn chan struct{}) {
		inside, goOn = make(chan struct{}), make(chan struct{})
		before := engine.Waiting()
		go func() {
			_ = engine.Update(context.WithoutCancel(t.Context()), func(tx store.Tx) error {
				close(inside)
				<-goOn
				return tx.Put(key, nil)
			})
		}()
		for before > 0 && engine.Waiting() == before {
			runtime.Gosched()
		}
		return inside, goOn
	}
	call := func(key string) (leave func(), told chan error) {
		ctx, leave := context.WithCancel(t.Context())
		told = make(chan error, 1)
		before := engine.Waiting()
		go func() { told <- engine.Update(ctx, func(tx store.Tx) error { return tx.Put(key, nil) }) }()
		for engine.Waiting() == before {
			runtime.Gosched()
		}
		return leave, told
	}
	inside, goOn := hang("first")
	<-inside
	leave, told := call("gone")
	leave()
	if err := <-told; !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("who left is told %v, want ErrUnavailable and why", err)
	}
	if err := engine.Err(); err != nil {
		t.Errorf("a commit that takes long has broken the store: %v", err)
	}
	_, stays := call("stays")
	inside, next := hang("second")
	leave, told = call("taken")
	close(goOn)
	<-inside
	leave()
	close(next)
	for key, told := range map[string]chan error{"stays": stays, "taken": told} {
		if err := <-told; err != nil {
			t.Errorf("%s is told %v, and was committed", key, err)
		}
	}
	put(t, engine, "last", "")
	if rows := dump(t, engine); len(rows) != 5 {
		t.Errorf("the rows are %q", rows)
	}
}

// TestRefusalCostsNoWrite: a function that fails, or that only reads, brings nothing to the disk.
func TestRefusalCostsNoWrite(t *testing.T) {
	engine := open(t, place(t))
	written := writes(engine)
	refusal := errors.New("refused")
	for _, fn := range []func(store.Tx) error{
		func(store.Tx) error { return nil },
		func(store.Tx) error { return refusal },
		func(tx store.Tx) error { return errors.Join(tx.Put("a", nil), refusal) },
	} {
		if err := engine.Update(t.Context(), fn); err != nil && !errors.Is(err, refusal) {
			t.Fatal(err)
		}
	}
	if got := written(); got != 0 {
		t.Errorf("%d writes", got)
	}
}

// BenchmarkUpdate compares one small row a commit with bbolt's own Batch, which waits for company.
func BenchmarkUpdate(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("writers=%d/engine", writers), func(b *testing.B) {
			engine := open(b, place(b))
			contend(b, writers, func(n int) error {
				return engine.Update(context.Background(), func(tx store.Tx) error {
					return tx.Put(fmt.Sprintf("row/%08d", n), make([]byte, 200))
				})
			})
		})
		b.Run(fmt.Sprintf("writers=%d/bbolt", writers), func(b *testing.B) {
			db := open(b, place(b)).DB()
			contend(b, writers, func(n int) error {
				return db.Batch(func(tx *bbolt.Tx) error {
					return tx.Bucket([]byte("rows")).Put(fmt.Appendf(nil, "row/%08d", n), make([]byte, 200))
				})
			})
		})
	}
}

// contend shares b.N calls among writers.
func contend(b *testing.B, writers int, do func(n int) error) {
	b.ReportAllocs()
	numbers := make(chan int)
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for n := range numbers {
				if err := do(n); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for n := range b.N {
		numbers <- n
	}
	close(numbers)
	group.Wait()
}
