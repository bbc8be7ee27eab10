package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// plan says how much is measured.
type plan struct {
	rounds  int
	window  time.Duration
	callers int
	// tokens is how many fresh ones there are. auth.Verifier remembers 1024 and
	// forgets the oldest first: of more than that, coming round in order, it never
	// knows one.
	tokens int
}

// result is one window of one side.
type result struct {
	turns int64
	took  time.Duration
	cpu   time.Duration // of the bot, user and system
}

// rate is in turns per second.
func (r result) rate() float64 { return float64(r.turns) / r.took.Seconds() }

// cost is the bot's CPU time of a turn, in microseconds.
func (r result) cost() float64 { return float64(r.cpu.Microseconds()) / float64(r.turns) }

// measure runs every side once in each round, one right after the other, in an
// order that turns round each time: whatever else the machine does then falls
// on all of them alike. The answer has a row for each round.
func (p plan) measure(ctx context.Context, sides []*side) ([][]result, error) {
	for _, s := range sides {
		if _, err := p.one(ctx, s); err != nil {
			return nil, fmt.Errorf("warm-up: %w", err)
		}
	}
	var rows [][]result
	for round := range p.rounds {
		row := make([]result, len(sides))
		for i := range sides {
			at := (i + round) % len(sides)
			if round%2 == 1 {
				at = len(sides) - 1 - at
			}
			var err error
			if row[at], err = p.one(ctx, sides[at]); err != nil {
				return nil, err
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// one is one window: every caller delivers until it is over, and ends its turn.
func (p plan) one(ctx context.Context, s *side) (result, error) {
	before, err := cpuOf(s.process.Process.Pid)
	if err != nil {
		return result{}, err
	}
	var turns atomic.Int64
	start := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for _, c := range s.callers {
		group.Go(func() error {
			for time.Since(start) < p.window && ctx.Err() == nil {
				if err := c.turn(); err != nil {
					return err
				}
				turns.Add(1)
			}
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return result{}, err
	}
	took := time.Since(start)
	after, err := cpuOf(s.process.Process.Pid)
	return result{turns: turns.Load(), took: took, cpu: after - before}, err
}
