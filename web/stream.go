package web

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

const (
	heartbeat  = 20 * time.Second // proxies cut a connection that is silent for longer, commonly after 30 to 60 seconds
	frameWrite = 10 * time.Second // a reader that takes longer for one frame is cut
)

var errDraining = errors.New("web: the server is stopping")

// stream is one open event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). Frames come from the
// handler's goroutine and from the heartbeat's timer; nothing else runs while it is idle.
type stream struct {
	conversation handoff.ID
	visitor      bool   // read with a visitor's token
	address      string // of the reader, for the limits
	end          context.CancelCauseFunc

	mu     sync.Mutex
	w      http.ResponseWriter
	rc     *http.ResponseController
	beat   *time.Timer
	closed bool
}

// begin sends the headers at once, so that the reader knows that it is connected.
func (st *stream) begin(header http.Header) error {
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set("X-Accel-Buffering", "no")
	if err := st.rc.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("web: a stream cannot outlive the server's read timeout: %w", err)
	}
	st.w.WriteHeader(http.StatusOK)
	st.mu.Lock()
	defer st.mu.Unlock()
	st.beat = time.AfterFunc(heartbeat, st.sayAlive)
	return st.write([]byte(": connected\n\n"))
}

// finish ends the stream for good: no heartbeat writes after it. A draining server asks the reader to come back a little
// later, each at its own moment.
func (st *stream) finish(ctx context.Context) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.closed = true
	st.beat.Stop()
	if errors.Is(context.Cause(ctx), errDraining) {
		_ = st.write(fmt.Appendf(nil, "retry: %d\n\n", 1000+rand.IntN(4001))) // a reader that is gone needs no advice
	}
	_ = st.rc.SetWriteDeadline(time.Time{}) // the connection may serve another request
}

// frame writes one frame and puts the heartbeat off.
func (st *stream) frame(frame []byte) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.beat.Reset(heartbeat)
	return st.write(frame)
}

func (st *stream) sayAlive() {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.closed {
		return
	}
	if err := st.write([]byte(": alive\n\n")); err != nil {
		st.end(err)
		return
	}
	st.beat.Reset(heartbeat)
}

// write needs the lock.
func (st *stream) write(frame []byte) error {
	if err := st.rc.SetWriteDeadline(time.Now().Add(frameWrite)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := st.w.Write(frame); err != nil {
		return err
	}
	return st.rc.Flush()
}
