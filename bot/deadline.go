package bot

import (
	"context"
	"errors"
	"sync"
)

// deadline does what is to be done when the time of an answer is over. That
// changes on the way: a body is read no further, a handler is answered for.
type deadline struct {
	mu      sync.Mutex
	do      func() // nil: nothing
	done    bool   // it was done
	expired bool
}

// follow waits for the end of ctx until stop is called.
func (d *deadline) follow(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { d.reached(ctx) })
}

// reached does it, unless ctx ended because whoever asked has gone.
func (d *deadline) reached(ctx context.Context) {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.expired = true
		d.act()
	}
}

// act needs the lock. Of two contexts that are followed the second finds it done.
func (d *deadline) act() {
	if d.expired && d.do != nil {
		do := d.do
		d.do, d.done = nil, true
		do()
	}
}

// until says what is to be done if the time is over before settled is called. It
// reports whether the time is over already; then it was done.
func (d *deadline) until(do func()) (over bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.do, d.done = do, false
	d.act()
	return d.done
}

// settled says whether it was done. From here on it will not be.
func (d *deadline) settled() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.do = nil
	return d.done
}
