package storetest

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/docket-handoff/docket/store"
)

var watchChecks = []check{
	{"a commit under the prefix wakes", func(t *testing.T, b bench) {
		woken := b.engine.Watch(t.Context(), "a/")
		b.put("a/1", "")
		wait(t, woken)
		b.update(func(tx store.Tx) error { return tx.Delete("a/1") })
		wait(t, woken)
	}},
	{"many commits are one token", checkCoalescing},
	{"only the prefix wakes", checkPrefix},
	{"every watcher of a prefix is woken", func(t *testing.T, b bench) {
		first, second := b.engine.Watch(t.Context(), "a/"), b.engine.Watch(t.Context(), "a/")
		b.put("a/1", "")
		wait(t, first)
		wait(t, second)
	}},
	{"what was undone wakes nobody", checkUndone},
	{"a token comes after its commit", checkTokenAfterCommit},
	{"who watches before reading misses nothing", checkWatchThenRead},
	{"a watch is forgotten with its context", checkForgotten},
}

// quiet fails when there is a token. Engines wake before Update returns, or not at all, in every case that uses it: each
// case first waits for a token of a later commit on another watch.
func quiet(t *testing.T, c <-chan struct{}, why string) {
	t.Helper()
	select {
	case <-c:
		t.Errorf("woken by %s", why)
	default:
	}
}

func checkCoalescing(t *testing.T, b bench) {
	woken := b.engine.Watch(t.Context(), "a/")
	last := b.engine.Watch(t.Context(), "last/")
	for i := range 10 {
		b.put(fmt.Sprintf("a/%d", i), "")
	}
	b.put("last/", "")
	wait(t, last)
	wait(t, woken)
	quiet(t, woken, "the commits that the first token stood for")
	b.put("a/again", "")
	wait(t, woken)
}

func checkPrefix(t *testing.T, b bench) {
	deep, wide := b.engine.Watch(t.Context(), "a/b/c/"), b.engine.Watch(t.Context(), "a/")
	last := b.engine.Watch(t.Context(), "last/")
	b.put("a", "", "ab/1", "", "b/a/1", "", "a/b/c", "", "last/", "")
	wait(t, last)
	quiet(t, deep, "a key beside the prefix")
	wait(t, wide) // a/b/c
	b.put("a/b/cc/1", "", "a/b/1", "", "last/", "")
	wait(t, last)
	quiet(t, deep, "a key beside the prefix")
	b.put("a/b/c/d/e", "")
	wait(t, deep)
}

func checkUndone(t *testing.T, b bench) {
	woken, last := b.engine.Watch(t.Context(), "a/"), b.engine.Watch(t.Context(), "last/")
	err := b.engine.Update(t.Context(), func(tx store.Tx) error {
		if err := putAll(tx, "a/1", ""); err != nil {
			return err
		}
		return errWanted
	})
	b.refuses(err, errWanted)
	func() {
		defer func() { _ = recover() }()
		_ = b.engine.Update(t.Context(), func(tx store.Tx) error {
			_ = putAll(tx, "a/1", "")
			panic(errWanted)
		})
	}()
	b.view(func(tx store.Tx) error {
		_ = tx.Put("a/1", nil)
		return nil
	})
	b.put("last/", "")
	wait(t, last)
	quiet(t, woken, "a transaction that was undone")
}

// checkTokenAfterCommit reads at each token: what the token stands for is there already.
func checkTokenAfterCommit(t *testing.T, b bench) {
	const rounds = 200
	woken := b.engine.Watch(t.Context(), "a/")
	var group sync.WaitGroup
	group.Go(func() {
		for range rounds {
			b.update(func(tx store.Tx) error {
				_, err := increment(tx, "a/count")
				return err
			})
		}
	})
	for b.get("a/count") != fmt.Sprint(rounds) {
		wait(t, woken)
	}
	group.Wait()
}

// checkWatchThenRead provokes the moment between Watch and the first read: a row that is written there is either read or
// brings a token. The other order, reading first, would lose it.
func checkWatchThenRead(t *testing.T, b bench) {
	const rounds = 100
	for round := range rounds {
		prefix := fmt.Sprintf("log/%d/", round)
		ctx, forget := context.WithCancel(t.Context())
		woken := b.engine.Watch(ctx, prefix)
		written := make(chan struct{})
		go func() {
			defer close(written)
			b.put(prefix+"1", "here")
		}()
		for range round % 5 { // let the writer come sooner or later
			runtime.Gosched()
		}
		if round%2 == 0 {
			wait(t, written)
		}
		for b.get(prefix+"1") == missing {
			wait(t, woken)
		}
		wait(t, written)
		forget()
	}
}

func checkForgotten(t *testing.T, b bench) {
	ctx, forget := context.WithCancel(t.Context())
	woken := b.engine.Watch(ctx, "a/")
	forget()
	// The engine hears of the end in its own time. What it must not do is keep waking for good.
	for i := 0; ; i++ {
		b.put("a/1", fmt.Sprint(i))
		select {
		case <-woken:
			runtime.Gosched()
			continue
		default:
		}
		break
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if c := b.engine.Watch(ended, "a/"); c == nil {
		t.Error("a watch with an ended context is nil")
	}
}
