package main

import (
	"context"
	"sync"
	"time"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web"
)

// readiness says whether the server should get traffic: the store can be written, its disk has room, and with a bot there
// are keys to know the channel by, and a clock that the tokens' times can be held against.
type readiness struct {
	checks []func(context.Context) error // in the order in which they are asked; the first that refuses counts
	clock  *clockWatch                   // nil without a bot
}

func (srv *server) newReadiness(disk *disk) *readiness {
	written := &remembered{check: srv.desk.Ready, now: time.Now}
	r := &readiness{checks: []func(context.Context) error{disk.ready, written.ask}}
	if srv.verifier == nil || srv.settings.InsecureNoBotAuth {
		return r
	}
	r.clock = &clockWatch{url: srv.settings.Bot.metadata(), log: srv.log}
	keys := func(ctx context.Context) error {
		return notReady("the channel's signing keys cannot be fetched", srv.verifier.Preload(ctx))
	}
	r.checks = append(r.checks, keys, r.clock.ready)
	return r
}

// check is the door's: nil when all is well.
func (r *readiness) check(ctx context.Context) error {
	for _, check := range r.checks {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

// run makes ready before anybody asks, and keeps an eye on the clock until ctx ends.
func (r *readiness) run(ctx context.Context) error {
	for _, check := range r.checks {
		_ = check(ctx) // whoever asks is told
	}
	if r.clock != nil {
		r.clock.run(ctx)
	}
	<-ctx.Done()
	return nil
}

// notReady is what keeps the server from getting traffic; nil without a cause.
func notReady(msg string, cause error) error {
	if cause == nil {
		return nil
	}
	return &handoff.Error{Code: web.CodeNotReady, Msg: msg, Err: cause}
}

// remembered spares the store: anybody may ask whether the server is ready, and the answer is a write. While a disk hangs, so
// does whoever asks: the door lets one ask for all.
type remembered struct {
	check func(context.Context) error
	now   func() time.Time

	mu    sync.Mutex
	asked time.Time
	err   error
}

const (
	goodFor = 5 * time.Second // how long a write that was taken counts
	badFor  = time.Second     // and one that was refused
)

func (r *remembered) ask(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := goodFor
	if r.err != nil {
		last = badFor
	}
	if now := r.now(); r.asked.IsZero() || now.Sub(r.asked) >= last {
		r.err, r.asked = r.check(ctx), now
	}
	return r.err
}
