package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report writes two tables: what each side did, and each measured side as a
// share of its yardstick. Ratios are formed within a round; then their median is
// taken.
func report(p plan, sides []*side, rows [][]result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d rounds of %s for each side in turn, %d callers, %d cores, %s\n\n",
		len(rows), p.window, p.callers, runtime.NumCPU(), runtime.Version())
	b.WriteString("| bot | turns/s, median (min–max) | CPU s per 1000 turns |\n|---|---:|---:|\n")
	for i, s := range sides {
		rate := spreadOf(column(rows, i, result.rate))
		fmt.Fprintf(&b, "| %s | %.0f (%.0f–%.0f) | %.4f |\n", s.name, rate.median, rate.least, rate.most, cpuPerThousand(rows, i))
	}
	b.WriteString("\n| share of the yardstick | turns/s, median (min–max) | CPU per turn |\n|---|---:|---:|\n")
	for _, c := range comparisons {
		share := spreadOf(shares(rows, c.side, c.yardstick))
		fmt.Fprintf(&b, "| %s / %s | %.3f (%.3f–%.3f) | %.3f |\n", sides[c.side].name, sides[c.yardstick].name,
			share.median, share.least, share.most, cpuPerThousand(rows, c.yardstick)/cpuPerThousand(rows, c.side))
	}
	return b.String()
}

type spread struct{ least, median, most float64 }

func spreadOf(values []float64) spread {
	slices.Sort(values)
	n := len(values)
	return spread{least: values[0], median: (values[(n-1)/2] + values[n/2]) / 2, most: values[n-1]}
}

func column(rows [][]result, side int, of func(result) float64) []float64 {
	var values []float64
	for _, row := range rows {
		values = append(values, of(row[side]))
	}
	return values
}

// shares is one side's rate as a share of another's, round by round.
func shares(rows [][]result, side, yardstick int) []float64 {
	var values []float64
	for _, row := range rows {
		values = append(values, row[side].rate()/row[yardstick].rate())
	}
	return values
}

// cpuPerThousand is taken over all rounds together: the clock of one is coarse.
func cpuPerThousand(rows [][]result, side int) float64 {
	var cpu time.Duration
	var turns int64
	for _, row := range rows {
		cpu += row[side].cpu
		turns += row[side].turns
	}
	return cpu.Seconds() * 1000 / float64(turns)
}
