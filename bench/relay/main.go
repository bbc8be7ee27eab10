// Relay measures docket serve as a whole: how long a line takes from a specialist to the visitor's stream and from a visitor to
// the Connector, with an empty store and with many stored conversations side by side, and what idle streams cost and how they
// come back. It plays Teams and the visitors on loopback and ends by itself; see bench/README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime"
	"time"
)

// plan says how much is measured.
type plan struct {
	stored  int // conversations in the full store
	rounds  int // in which both stores are measured, one right after the other
	lines   int // of each kind in a round
	writers int // conversations at a time under heavy load
	streams int // idle ones
	replay  int // events that each of them reads when it comes back
}

func main() {
	log.SetFlags(0)
	var p plan
	flag.IntVar(&p.stored, "stored", 20_000, "conversations in the full store")
	flag.IntVar(&p.rounds, "rounds", 5, "how often each store is measured")
	flag.IntVar(&p.lines, "lines", 100, "lines of each kind in a round")
	flag.IntVar(&p.writers, "writers", 32, "conversations at a time under heavy load")
	flag.IntVar(&p.streams, "streams", 10_000, "idle streams")
	flag.IntVar(&p.replay, "replay", 20, "events that a stream reads when it comes back")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := p.run(ctx, os.Stdout); err != nil {
		log.Fatal("bench: ", err)
	}
}

func (p plan) run(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "docket-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := build(ctx, dir)
	if err != nil {
		return err
	}
	say("storing %d conversations", p.stored)
	if err := fill(ctx, dir+"/full.db", p.stored); err != nil {
		return err
	}
	empty, err := open(ctx, program, dir+"/empty.db", p.writers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, empty.close()) }()
	full, err := open(ctx, program, dir+"/full.db", p.writers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, full.close()) }()

	times, err := p.latencies(ctx, empty, full)
	if err != nil {
		return err
	}
	idle, err := p.idle(ctx, empty)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d cores, %s, %s; %d rounds, the two stores in turn; median (min–max) of the rounds\n\n",
		runtime.NumCPU(), runtime.Version(), time.Now().Format(time.DateOnly), p.rounds)
	times.report(out, p)
	idle.report(out, p)
	return nil
}
