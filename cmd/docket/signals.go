package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// lastResort is how long the program may take to end after it was asked to. A platform's own grace should be longer.
const lastResort = 40 * time.Second

// echo is how soon after the first a second signal is the same wish: who ends a whole group of processes sends the signal to the
// group and to the program by itself.
const echo = time.Second

// heedSignals ends the context it answers at the first SIGTERM or SIGINT; the program then stops in order. A second one that is no
// echo, or a stop that takes too long, ends the program at once with exit code 1. That is as safe as a power failure: what was
// acknowledged is on the disk, and a post whose answer nobody saw is taken as in doubt at the next start.
func heedSignals(stderr io.Writer) context.Context {
	ctx, stop := context.WithCancel(context.Background())
	asked := make(chan os.Signal, 2)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-asked
		first, patience := time.Now(), time.After(lastResort)
		stop()
		for {
			select {
			case <-asked:
				if time.Since(first) < echo {
					continue
				}
				fmt.Fprintln(stderr, "docket: asked a second time, so it ends at once")
			case <-patience:
				fmt.Fprintf(stderr, "docket: it did not stop within %s, so it ends at once\n", lastResort)
			}
			os.Exit(1)
		}
	}()
	return ctx
}
