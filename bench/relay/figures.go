package main

import (
	"fmt"
	"log"
	"slices"
	"time"
)

// say tells whoever waits what is going on.
func say(format string, args ...any) { log.Printf(format, args...) }

// percentile is in milliseconds.
func percentile(times []time.Duration, percent int) float64 {
	sorted := slices.Sorted(slices.Values(times))
	at := min(len(sorted)*percent/100, len(sorted)-1)
	return float64(sorted[at].Microseconds()) / 1000
}

// spread is the middle and the ends of what the rounds gave.
type spread struct{ least, median, most float64 }

func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{least: sorted[0], median: (sorted[(n-1)/2] + sorted[n/2]) / 2, most: sorted[n-1]}
}

// shares divides round by round.
func shares(of, by []float64) spread {
	values := make([]float64, len(of))
	for i := range of {
		values[i] = of[i] / by[i]
	}
	return spreadOf(values)
}

// Format writes all three numbers with the same verb.
func (s spread) Format(f fmt.State, verb rune) {
	number := fmt.FormatString(f, verb)
	fmt.Fprintf(f, number+" ("+number+"–"+number+")", s.median, s.least, s.most)
}
