package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

const (
	maxStreams = 32
	heartbeat  = 20 * time.Second
	frameTime  = 10 * time.Second // what writing one frame may take
)

// stream tells the page, as Server-Sent Events, that the channel has changed. A word is a version, and several changes may
// make one word. https://html.spec.whatwg.org/multipage/server-sent-events.html
func (p *page) stream(w http.ResponseWriter, r *http.Request) {
	defer p.streams.Add(-1)
	if p.streams.Add(1) > maxStreams {
		w.Header().Set("Retry-After", "5")
		refusal{http.StatusServiceUnavailable, "too_many_streams", "This page is open too often; close some of its tabs."}.write(w)
		return
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	changes := p.Service.Changes(ctx) // before the first version is read, so that nothing falls in between
	w.Header().Set("Content-Type", "text/event-stream")
	out := frames{w, http.NewResponseController(w)}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for open := true; open; {
		if out.write(fmt.Sprintf("event: changed\ndata: {\"version\":%d}\n\n", p.Service.Version())) != nil {
			return
		}
		if open = out.idle(changes, beat.C); !open {
			_ = out.write("retry: 1000\n\n") // whoever still listens may come back
		}
	}
}

// frames writes to one reader.
type frames struct {
	to      http.ResponseWriter
	control *http.ResponseController
}

func (f frames) write(frame string) error {
	if err := f.control.SetWriteDeadline(time.Now().Add(frameTime)); err != nil {
		return err
	}
	if _, err := f.to.Write([]byte(frame)); err != nil {
		return err
	}
	return f.control.Flush()
}

// idle keeps the connection alive until there is a change. It is false when there will be none.
func (f frames) idle(changes <-chan struct{}, beat <-chan time.Time) bool {
	for {
		select {
		case _, open := <-changes:
			return open
		case <-beat:
			if f.write(": still here\n\n") != nil {
				return false
			}
		}
	}
}
