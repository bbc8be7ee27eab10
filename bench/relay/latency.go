package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/docket-handoff/docket/bot/bottest"
)

// A load is a way to write: how many conversations at a time, and how long a visitor waits between two lines. Teams takes 40
// posts a second of an app in a tenant, of which a lane uses 80 %; that is why visitors pause.
type load struct {
	name    string
	talks   int
	between time.Duration // two visitors' lines, of all conversations together
}

func (p plan) loads() []load {
	return []load{{"light", 1, 200 * time.Millisecond}, {"heavy", p.writers, time.Second / 30}}
}

// figures are what one round gave for one store.
type figures struct{ toVisitor, toTeams []time.Duration }

// latencies are the figures by load, store and round.
type latencies map[string][2][]figures

// latencies measures both worlds in turn under each load.
func (p plan) latencies(ctx context.Context, empty, full *world) (latencies, error) {
	all := latencies{}
	for _, l := range p.loads() {
		var stores [2][]figures
		for round := range p.rounds {
			say("latency under %s load, round %d of %d", l.name, round+1, p.rounds)
			for i, w := range []*world{empty, full} {
				f, err := w.measure(ctx, l, p.lines)
				if err != nil {
					return nil, err
				}
				stores[i] = append(stores[i], f)
			}
		}
		all[l.name] = stores
	}
	return all, nil
}

// measure lets specialists and visitors write at the same time, as they do.
func (w *world) measure(ctx context.Context, l load, lines int) (figures, error) {
	var f figures
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		f.toTeams, err = w.visitorsWrite(ctx, l, lines)
		return err
	})
	group.Go(func() (err error) {
		f.toVisitor, err = w.specialistsWrite(ctx, l, lines)
		return err
	})
	return f, group.Wait()
}

// specialistsWrite measures from the moment at which Teams begins to deliver a line until the visitor's stream has it. Each
// specialist writes the next line when the last one has come.
func (w *world) specialistsWrite(ctx context.Context, l load, lines int) ([]time.Duration, error) {
	var mu sync.Mutex
	var all []time.Duration
	group, ctx := errgroup.WithContext(ctx)
	for i := range l.talks {
		t := w.talks[i]
		group.Go(func() error {
			for range max(1, lines/l.talks) {
				t.said++
				text, began := fmt.Sprintf("answer %d", t.said), time.Now()
				if _, err := w.teams.Say(ctx, w.ana.ID, t.thread, text); err != nil {
					return err
				}
				if err := t.await(ctx, text); err != nil {
					return err
				}
				mu.Lock()
				all = append(all, time.Since(began))
				mu.Unlock()
			}
			return nil
		})
	}
	return all, group.Wait()
}

// visitorsWrite measures from the moment at which a visitor's line is sent until the Connector has it.
func (w *world) visitorsWrite(ctx context.Context, l load, lines int) ([]time.Duration, error) {
	sent := map[string]time.Time{}
	tick := time.NewTicker(l.between)
	defer tick.Stop()
	for n := range lines {
		<-tick.C
		t, text := w.visitor(), fmt.Sprintf("question %d of %d.", n, time.Now().UnixNano())
		sent[text] = time.Now()
		line := map[string]any{"client_id": text, "text": text}
		if err := w.call(ctx, http.MethodPost, "/v1/conversations/"+t.id+"/messages", t.token, line, nil); err != nil {
			return nil, err
		}
	}
	return w.arrivals(ctx, sent)
}

// visitor is the next to write. They take turns, since each may write some lines a minute only.
func (w *world) visitor() *talk {
	t := w.talks[0]
	w.talks = append(w.talks[1:], t)
	return t
}

// arrivals waits until every line is at the Connector and says how long each took.
func (w *world) arrivals(ctx context.Context, sent map[string]time.Time) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	changes := w.teams.Changes(ctx)
	for {
		var all []time.Duration
		posts := w.teams.Requests(bottest.OpSend)
		for text, began := range sent {
			at := slices.IndexFunc(posts, func(r bottest.Request) bool { return strings.Contains(string(r.Body), text) })
			if at >= 0 {
				all = append(all, posts[at].At.Sub(began))
			}
		}
		if len(all) == len(sent) {
			return all, nil
		}
		select {
		case <-changes:
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d lines came to the Connector", len(all), len(sent))
		}
	}
}

// report writes a row for each way and load: both stores, and the second as a multiple of the first.
func (all latencies) report(out io.Writer, p plan) {
	fmt.Fprintf(out, "| way, load | empty store, p50 ms | p99 ms | %d conversations stored, p50 ms | p99 ms | full / empty, p50 |\n|---|---:|---:|---:|---:|---:|\n", p.stored)
	for _, l := range p.loads() {
		for _, way := range []struct {
			name string
			of   func(figures) []time.Duration
		}{
			{"specialist to the visitor's stream", func(f figures) []time.Duration { return f.toVisitor }},
			{"visitor to the Connector", func(f figures) []time.Duration { return f.toTeams }},
		} {
			column := func(store, percent int) []float64 {
				var values []float64
				for _, f := range all[l.name][store] {
					values = append(values, percentile(way.of(f), percent))
				}
				return values
			}
			fmt.Fprintf(out, "| %s, %s | %.2f | %.2f | %.2f | %.2f | %.2f |\n", way.name, l.name,
				spreadOf(column(0, 50)), spreadOf(column(0, 99)), spreadOf(column(1, 50)), spreadOf(column(1, 99)), shares(column(1, 50), column(0, 50)))
		}
	}
	fmt.Fprintln(out)
}
