package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/docket-handoff/docket/store"
)

var endChecks = []check{
	{"a context that has ended starts nothing", checkEndedContext},
	{"a context that ends while others are waited for", checkContextEnds},
	{"a closed engine refuses", checkClosed},
	{"Close waits for transactions", checkCloseWaits},
}

func checkEndedContext(t *testing.T, b bench) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	touched := false
	fn := func(store.Tx) error {
		touched = true
		return nil
	}
	b.refuses(b.engine.Update(ctx, fn), context.Canceled)
	b.refuses(b.engine.View(ctx, fn), context.Canceled)
	if touched {
		t.Error("the function was called")
	}
	b.put("a", "1")
	b.want("a", "1")
}

// checkContextEnds lets a function hang, as a disk may. Whoever comes meanwhile and cannot stay is told in time: that the
// row is there, where an engine waits for nobody, or that it never will be.
func checkContextEnds(t *testing.T, b bench) {
	inside, goOn := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		b.update(func(tx store.Tx) error {
			select {
			case inside <- struct{}{}: // an engine may call this more than once
			case <-goOn:
			}
			<-goOn
			return putAll(tx, "first", "kept")
		})
	})
	wait(t, inside)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	told := make(chan error, 1)
	go func() { told <- b.engine.Update(ctx, func(tx store.Tx) error { return putAll(tx, "second", "kept") }) }()
	err := wait(t, told)
	close(goOn)
	group.Wait()
	b.put("third", "kept")
	second := "kept"
	if err != nil {
		second = missing
	}
	if err != nil && !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, ctx.Err()) {
		b.Errorf("got the error %v", err)
	}
	b.want("first", "kept", "second", second, "third", "kept")
}

func checkClosed(t *testing.T, b bench) {
	b.put("a", "1")
	if err := b.engine.Close(); err != nil {
		t.Fatal(err)
	}
	fn := func(store.Tx) error {
		t.Error("the function was called")
		return nil
	}
	b.refuses(b.engine.Update(t.Context(), fn), store.ErrClosed)
	b.refuses(b.engine.View(t.Context(), fn), store.ErrClosed)
}

func checkCloseWaits(t *testing.T, b bench) {
	b.put("a", "1")
	inside, goOn := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		b.view(func(tx store.Tx) error {
			close(inside)
			<-goOn
			if got, err := read(tx, "a"); err != nil || got != "1" {
				t.Errorf("a running transaction reads %q, %v", got, err)
			}
			return nil
		})
	})
	wait(t, inside)
	group.Go(func() {
		if err := b.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	close(goOn)
	group.Wait()
}
