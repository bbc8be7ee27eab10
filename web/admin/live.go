package admin

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/docket-handoff/docket/handoff"
)

// maxLive is how many browsers may wait for news at one time.
const maxLive = 200

const liveRetry = 10 // seconds, for a browser that was not let in

// live knows the browsers that wait for news, so that they can be counted and sent away.
type live struct {
	mu       sync.Mutex
	open     map[int]context.CancelFunc
	last     int
	draining bool
}

// enter gives a browser its wait: a context that also ends with the server, and what gives the place back.
func (l *live) enter(ctx context.Context) (context.Context, func(), bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.draining || len(l.open) >= maxLive {
		return nil, nil, false
	}
	if l.open == nil {
		l.open = map[int]context.CancelFunc{}
	}
	ctx, end := context.WithCancel(ctx)
	l.last++
	place := l.last
	l.open[place] = end
	return ctx, func() { l.leave(place) }, true
}

func (l *live) leave(place int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[place]()
	delete(l.open, place)
}

// Drain answers the browsers that wait for news at once, and lets no more wait, so that a stopping server need not wait for
// them.
func (s *Server) Drain() {
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	s.live.draining = true
	for _, end := range s.live.open {
		end()
	}
}

// liveBoard waits until the lists show something else than what the browser has, and answers with the new ones.
func (v *visit) liveBoard() error {
	ctx, leave, in := v.live.enter(v.ctx())
	if !in {
		v.w.Header().Set("Retry-After", strconv.Itoa(liveRetry))
		return problem{http.StatusServiceUnavailable, "Not right now", "The board cannot follow by itself right now. Load the page again to bring it up to date."}
	}
	defer leave()
	n, err := v.boards().names(ctx)
	if err != nil {
		return err
	}
	b, changed, err := v.boards().news(ctx, n, filterOf(v.r.URL.Query()), tagGiven(v.r))
	if handoff.CodeOf(err) == handoff.CodeInvalid {
		return problem{http.StatusUnprocessableEntity, "Not understood", publicText(err)}
	}
	if err != nil {
		return err
	}
	if in, err := v.stillIn(); err != nil || !in {
		return err
	}
	if !changed {
		v.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	v.w.Header().Set("ETag", `"`+b.Tag+`"`)
	return v.showPart("handoffs.html", "board", b)
}

// stillIn asks again for the session, which may have ended during the wait.
func (v *visit) stillIn() (bool, error) {
	v.session, v.role = nil, ""
	if err := v.recognise(); err != nil {
		return false, err
	}
	if v.session == nil {
		v.askToSignIn()
		return false, nil
	}
	return true, nil
}

// tagGiven is what the browser shows.
func tagGiven(r *http.Request) string {
	return strings.Trim(strings.TrimPrefix(r.Header.Get("If-None-Match"), "W/"), `"`)
}

// showPart renders one part of a page, without what is around it.
func (v *visit) showPart(file, part string, data any) error {
	var out bytes.Buffer
	if err := v.pages[file].ExecuteTemplate(&out, part, data); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = out.WriteTo(v.w) // whoever went away needs no page
	return nil
}
