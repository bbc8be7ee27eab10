package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
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

var (
	errDraining = errors.New("web: the server is stopping")
	errLeft     = errors.New("web: the reader has left")
)

// stream is one open event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). It takes its connection
// over from net/http: what is kept there for a request, two buffers, a context and a deep stack, is several times what a
// stream needs that only waits. Frames come from its own goroutine and from the heartbeat's timer.
type stream struct {
	conversation handoff.ID
	visitor      bool   // read with a visitor's token
	address      string // of the reader, for the limits
	end          context.CancelCauseFunc

	mu     sync.Mutex
	conn   net.Conn
	beat   *time.Timer
	closed bool
}

// takeOver makes the request's connection the stream's own, and sends the headers at once, so that the reader knows that
// it is connected. The body ends with the connection.
func (st *stream) takeOver(w http.ResponseWriter) error {
	conn, _, err := http.NewResponseController(w).Hijack()
	if errors.Is(err, http.ErrNotSupported) {
		return refuse(codeVersion, "a stream needs HTTP/1.1")
	}
	if err != nil {
		return err
	}
	header := w.Header().Clone()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set("X-Accel-Buffering", "no")
	header.Set("Connection", "close")
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 200 OK\r\n")
	_ = header.Write(&head) // into memory
	head.WriteString("\r\n: connected\n\n")

	st.mu.Lock()
	defer st.mu.Unlock()
	st.conn = conn
	st.beat = time.AfterFunc(heartbeat, st.sayAlive)
	if err = conn.SetDeadline(time.Time{}); err == nil { // those of the server are for requests
		err = st.write(head.Bytes())
	}
	if err != nil {
		st.end(err)
	}
	return nil
}

// listen waits for the reader to leave. A reader has nothing to say: a word from it ends the stream as well.
func (st *stream) listen() {
	var word [1]byte
	_, _ = st.conn.Read(word[:])
	st.end(errLeft)
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
	_ = st.conn.Close() // nothing is left to be said
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
	if err := st.conn.SetWriteDeadline(time.Now().Add(frameWrite)); err != nil {
		return err
	}
	_, err := st.conn.Write(frame)
	return err
}
