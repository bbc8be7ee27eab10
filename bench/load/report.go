package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// report writes two tables: what each side did, and each measured side as a
// share of its yardstick, more being better. Shares are formed within a round;
// then their median is taken.
func report(p plan, sides []*side, rows [][]result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d rounds of %s for each side in turn, %d callers, %d cores, %s; median (min–max) of the rounds\n\n",
		len(rows), p.window, p.callers, runtime.NumCPU(), runtime.Version())
	b.WriteString("| bot | turns/s | CPU of the bot, µs per turn |\n|---|---:|---:|\n")
	for i, s := range sides {
		fmt.Fprintf(&b, "| %s | %.0f | %.1f |\n", s.name, column(rows, i, result.rate), column(rows, i, result.cost))
	}
	b.WriteString("\n| share of the yardstick | by turns/s | by CPU per turn |\n|---|---:|---:|\n")
	for _, c := range comparisons {
		fmt.Fprintf(&b, "| %s / %s | %.3f | %.3f |\n", sides[c.side].name, sides[c.yardstick].name,
			shares(rows, result.rate, c.side, c.yardstick), shares(rows, result.cost, c.yardstick, c.side))
	}
	return b.String()
}

// spread is the middle and the ends of what the rounds gave.
type spread struct{ least, median, most float64 }

func spreadOf(values []float64) spread {
	slices.Sort(values)
	n := len(values)
	return spread{least: values[0], median: (values[(n-1)/2] + values[n/2]) / 2, most: values[n-1]}
}

// Format writes all three numbers with the same verb.
func (s spread) Format(f fmt.State, verb rune) {
	number := fmt.FormatString(f, verb)
	fmt.Fprintf(f, number+" ("+number+"–"+number+")", s.median, s.least, s.most)
}

func column(rows [][]result, side int, of func(result) float64) spread {
	var values []float64
	for _, row := range rows {
		values = append(values, of(row[side]))
	}
	return spreadOf(values)
}

// shares divides a number of one side by that of another, round by round.
func shares(rows [][]result, of func(result) float64, side, by int) spread {
	var values []float64
	for _, row := range rows {
		values = append(values, of(row[side])/of(row[by]))
	}
	return spreadOf(values)
}
