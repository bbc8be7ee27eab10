package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	perAddress = 40  // streams from one address; a server takes 50
	dialers    = 500 // connections that are being made at a time

	// An idle Go process collects garbage every two minutes. What streams cost while they only wait shows after that.
	settle = 4*time.Minute + 10*time.Second
)

// idleFigures are what idle streams cost, and how they come back together.
type idleFigures struct {
	each  float64 // KiB
	took  time.Duration
	times []time.Duration // of each stream: from the dial to its last event
}

func (p plan) idle(ctx context.Context, w *world) (idleFigures, error) {
	var f idleFigures
	say("beginning %d conversations", p.streams)
	streams, err := p.visitors(ctx, w)
	if err != nil {
		return f, err
	}
	before, err := w.server.resident()
	if err != nil {
		return f, err
	}
	say("opening %d streams", p.streams)
	if _, _, err := connectAll(ctx, w, streams, p.replay); err != nil {
		return f, err
	}
	say("letting the server's collector come by twice, %s", settle)
	time.Sleep(settle)
	after, err := w.server.resident()
	if err != nil {
		return f, err
	}
	f.each = float64(after-before) / 1024 / float64(p.streams)
	say("all %d streams leave and come back at once", p.streams)
	for _, s := range streams {
		if err := s.conn.Close(); err != nil {
			return f, err
		}
	}
	f.took, f.times, err = connectAll(ctx, w, streams, p.replay)
	return f, err
}

// visitors begins the conversations, each with as many events as its stream will read.
func (p plan) visitors(ctx context.Context, w *world) ([]*idler, error) {
	transcript := make([]map[string]string, p.replay)
	for i := range transcript {
		transcript[i] = map[string]string{"from": "visitor", "text": "Do you have a HubSpot integration?"}
	}
	streams := make([]*idler, p.streams)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(64)
	for i := range streams {
		group.Go(func() error {
			var begun struct {
				ID    string
				Token string `json:"visitor_token"`
			}
			err := w.call(ctx, http.MethodPost, "/v1/conversations", apiKey, map[string]any{"agent": "bench", "transcript": transcript}, &begun)
			streams[i] = &idler{id: begun.ID, token: begun.Token}
			return err
		})
	}
	return streams, group.Wait()
}

// connectAll opens every stream and waits until each has read its events.
func connectAll(ctx context.Context, w *world, streams []*idler, events int) (took time.Duration, times []time.Duration, err error) {
	host := strings.TrimPrefix(w.server.url, "http://")
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(dialers)
	began := time.Now()
	for i, s := range streams {
		group.Go(func() error {
			at := time.Now()
			from := net.IPv4(127, 1, byte(i/perAddress/250), byte(1+i/perAddress%250))
			if err := s.connect(ctx, host, from, events); err != nil {
				return fmt.Errorf("stream %d: %w", i, err)
			}
			mu.Lock()
			defer mu.Unlock()
			times = append(times, time.Since(at))
			return nil
		})
	}
	err = group.Wait()
	return time.Since(began), times, err
}

func (f idleFigures) report(out io.Writer, p plan) {
	fmt.Fprintf(out, "| %d streams | |\n|---|---:|\n", p.streams)
	fmt.Fprintf(out, "| memory of the server for each, after it has read %d events and waits | %.1f KiB |\n", p.replay, f.each)
	fmt.Fprintf(out, "| all come back at once and read them again | %.2f s |\n", f.took.Seconds())
	fmt.Fprintf(out, "| each of them, p50 | %.1f ms |\n| each of them, p99 | %.1f ms |\n", percentile(f.times, 50), percentile(f.times, 99))
}
