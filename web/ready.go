package web

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

const (
	lookTime    = 4 * time.Second        // how long a look at the server's fitness may take
	readyWithin = lookTime + time.Second // and when the answer is no, though the look has not ended
)

// readiness tells whether the server is fit to serve. There is one look at a time, shared by all who ask meanwhile: what hangs
// in a disk hangs once, and not for everybody.
type readiness struct {
	check func(context.Context) error

	mu  sync.Mutex
	now *look // the one under way; nil when there is none
}

type look struct {
	until time.Time // when nobody waits for it any more
	done  chan struct{}
	err   error // once done is closed
}

// ask is nil when all is well.
func (r *readiness) ask(ctx context.Context) error {
	l := r.join()
	ctx, cancel := context.WithDeadline(ctx, l.until)
	defer cancel()
	select {
	case <-l.done:
		return l.err
	case <-ctx.Done():
		return &handoff.Error{
			Code: handoff.CodeStore, Msg: "the store does not answer", RetryAfter: storePause,
			Err: errors.Join(errors.New("a look at the server's fitness has not come to an end"), ctx.Err()),
		}
	}
}

func (r *readiness) join() *look {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil {
		r.now = &look{until: time.Now().Add(readyWithin), done: make(chan struct{})}
		go r.look(r.now)
	}
	return r.now
}

func (r *readiness) look(l *look) {
	ctx, done := context.WithTimeout(context.Background(), lookTime)
	defer done()
	defer func() {
		if p := recover(); p != nil {
			l.err = &panicError{value: p, stack: debug.Stack()}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.now = nil
		close(l.done)
	}()
	l.err = r.check(ctx)
}

func (s *Server) healthy(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

func (s *Server) ready(c echo.Context) error {
	if s.leaving.Load() {
		return refuse(codeDraining, "the server is stopping")
	}
	if err := s.readiness.ask(c.Request().Context()); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ready"})
}
