package demo_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/web/demo"
)

// listen opens the stream and answers a function that reads the next version.
func (s *stage) listen(ctx context.Context) (next func() (int64, bool)) {
	s.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/channel/events", nil)
	s.must(err)
	resp, err := http.DefaultClient.Do(r)
	s.must(err)
	s.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		s.Fatalf("the stream answered %d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(resp.Body)
	return func() (int64, bool) {
		for lines.Scan() {
			var version int64
			if n, _ := fmt.Sscanf(lines.Text(), `data: {"version":%d}`, &version); n == 1 {
				return version, true
			}
		}
		return 0, false
	}
}

func TestStreamTellsOfChanges(t *testing.T) {
	s := newStage(t)
	next := s.listen(t.Context())
	before, _ := next()
	if now := s.look(ana).Version; before != now {
		t.Errorf("the first word is version %d, the channel's is %d", before, now)
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { s.do("messages", map[string]any{"text": fmt.Sprint("line ", i)}, http.StatusCreated, nil) })
	}
	wg.Wait()
	last := s.look(ana)
	for version := before; version < last.Version; {
		var open bool
		if version, open = next(); !open {
			t.Fatalf("the stream ended before version %d", last.Version)
		}
	}
	if len(last.Threads) != 20 {
		t.Errorf("%d posts are there, want 20", len(last.Threads))
	}
}

func TestStreamEndsWithTheService(t *testing.T) {
	s := newStage(t)
	next := s.listen(t.Context())
	next()
	s.must(s.service.Close())
	for {
		if _, open := next(); !open {
			return
		}
	}
}

func TestStreamsAreBounded(t *testing.T) {
	s := newStage(t)
	ctx, closeAll := context.WithCancel(t.Context())
	for range 32 {
		s.listen(ctx)
	}
	var refused problem
	s.get("/channel/events", http.StatusServiceUnavailable, &refused)
	if refused.Code != "too_many_streams" {
		t.Errorf("refused with %+v", refused)
	}
	closeAll()
	for again := false; !again; { // the places come free as the server notices
		resp, err := http.Get(s.url + "/channel/events")
		s.must(err)
		again = resp.StatusCode == http.StatusOK
		resp.Body.Close()
	}
}

func TestStreamStaysAliveInSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := bottest.New(demo.World())
		page, err := demo.New(demo.Config{Service: service, Channel: room, ServerURL: "http://127.0.0.1:1"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, leave := context.WithCancel(t.Context())
		r := httptest.NewRequestWithContext(ctx, "GET", "/channel/events", nil)
		r.RemoteAddr, r.Host = "127.0.0.1:50000", "localhost:3979"
		reader := &reader{ResponseRecorder: httptest.NewRecorder()}
		done := make(chan struct{})
		go func() {
			defer close(done)
			page.ServeHTTP(reader, r)
		}()
		time.Sleep(time.Minute)
		synctest.Wait()
		if beats := strings.Count(reader.Body.String(), ": still here\n\n"); beats < 2 {
			t.Errorf("%d words in a minute of silence: %q", beats, reader.Body)
		}
		leave()
		<-done
		if !reader.deadline.After(time.Now().Add(-time.Minute)) {
			t.Error("a reader that does not read is waited for without end")
		}
	})
}

// reader is a connection that notes until when it may be written to.
type reader struct {
	*httptest.ResponseRecorder
	deadline time.Time
}

func (r *reader) SetWriteDeadline(at time.Time) error {
	r.deadline = at
	return nil
}
