package storetest

import (
	"context"
	"sync"
	"testing"

	"github.com/docket-handoff/docket/store"
)

var endChecks = []check{
	{"a context that has ended starts nothing", checkEndedContext},
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
