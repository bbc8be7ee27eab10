// Load measures examples/echo beside the yardstick of package bench, each in a
// process of its own, and prints the ratios. It plays Teams, the token endpoint
// and the Connector on loopback and ends by itself; see bench/README.md.
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"os"
	"time"
)

// limit ends a run that hangs.
const limit = 100 * time.Second

func main() {
	log.SetFlags(0)
	plan := plan{}
	flag.IntVar(&plan.rounds, "rounds", 28, "how often each side is measured")
	flag.DurationVar(&plan.window, "window", 250*time.Millisecond, "length of one measurement")
	flag.IntVar(&plan.callers, "callers", 32, "callers, each waiting for its turn to end")
	flag.IntVar(&plan.tokens, "tokens", 2048, "fresh tokens, which come round in order")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := run(ctx, plan, os.Stdout); err != nil {
		log.Fatal("bench: ", err)
	}
}

func run(ctx context.Context, p plan, out io.Writer) error {
	cloud, err := startCloud(p.callers, p.tokens)
	if err != nil {
		return err
	}
	defer cloud.close()
	dir, err := os.MkdirTemp("", "docket-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sides, err := startSides(ctx, cloud, dir)
	if err != nil {
		return err
	}
	defer stopSides(sides)
	results, err := p.measure(ctx, sides)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, report(p, sides, results))
	return err
}
