// Command mutants breaks the program on purpose, one breakage at a time, and shows that a test turns red for each. A breakage
// that no test notices is a promise that nothing holds.
//
//	go run ./scripts/mutants             # all of them; some minutes
//	go run ./scripts/mutants -run jwks   # those whose name contains it
//	go run ./scripts/mutants -list       # only say what there is
//
// No file of the tree is changed: the broken one is laid over it for the build alone. It exits with 1 when a breakage survived, and
// with 2 when one does not fit the code any more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	only := flag.String("run", "", "only the breakages whose `name` contains this")
	list := flag.Bool("list", false, "name them and stop")
	parallel := flag.Int("parallel", max(1, runtime.NumCPU()), "`how many` at a time")
	flag.Parse()
	chosen := matching(mutants, *only)
	if *list {
		for _, m := range chosen {
			fmt.Printf("%-36s %s\n", m.name, m.breaks)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	switch survived, err := play(ctx, chosen, *parallel); {
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	case survived > 0:
		os.Exit(1)
	}
}

func matching(all []mutant, part string) (chosen []mutant) {
	for _, m := range all {
		if strings.Contains(m.name, part) {
			chosen = append(chosen, m)
		}
	}
	return chosen
}

// play tries every mutant and prints a line for each as it ends.
func play(ctx context.Context, chosen []mutant, parallel int) (survived int, err error) {
	folder, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	began := time.Now()
	var mu sync.Mutex
	var unfit []error
	done := 0
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i, m := range chosen {
		group.Go(func() error {
			red, err := m.try(ctx, fmt.Sprintf("%s/%d", folder, i))
			if ctx.Err() != nil {
				return ctx.Err()
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			fate := "found by " + red
			switch {
			case err != nil:
				fate = "does not fit"
				unfit = append(unfit, fmt.Errorf("%s: %w", m.name, err))
			case red == "":
				fate = "SURVIVED"
				survived++
			}
			fmt.Printf("[%d/%d] %-36s %s\n", done, len(chosen), m.name, fate)
			return nil
		})
	}
	err = group.Wait()
	fmt.Printf("%d passed, %d failed: of %d breakages so many were found and survived, in %s\n",
		done-survived-len(unfit), survived+len(unfit), len(chosen), time.Since(began).Round(time.Second))
	return survived, errors.Join(append(unfit, err)...)
}
