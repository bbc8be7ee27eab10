package main

import (
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestARunEndsWithAReport plays everything once, as short as it can be. What it
// measures means nothing and is not looked at.
func TestARunEndsWithAReport(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the CPU clock of another process is read as Linux has it")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the bots are built with the go command, which is not there")
	}
	var out strings.Builder
	if err := run(t.Context(), plan{rounds: 2, window: 20 * time.Millisecond, callers: 2, tokens: 16}, &out); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"| bare |", "| echo, token reused |", "| echo, fresh tokens / bare + RSA check |", "| echo, fresh tokens / bare + golang-jwt |"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("the report has no line %q:\n%s", line, out.String())
		}
	}
}

// TestSharesAreFormedWithinARound has a machine that slows down to a hundredth:
// the rates halve between the sides of each round and nowhere else.
func TestSharesAreFormedWithinARound(t *testing.T) {
	round := func(yardstick, side int64) []result {
		return []result{{turns: yardstick, took: time.Second, cpu: time.Second}, {turns: side, took: time.Second, cpu: time.Second}}
	}
	rows := [][]result{round(1000, 500), round(100, 50), round(10, 5)}
	for name, s := range map[string]spread{"by rate": shares(rows, result.rate, 1, 0), "by CPU": shares(rows, result.cost, 0, 1)} {
		if s != (spread{0.5, 0.5, 0.5}) {
			t.Errorf("%s: %.2f", name, s)
		}
	}
	if text := fmt.Sprintf("%.0f", column(rows, 0, result.rate)); text != "100 (10–1000)" {
		t.Errorf("rates %s", text)
	}
}

func TestSpread(t *testing.T) {
	for _, row := range []struct {
		name   string
		values []float64
		want   spread
	}{
		{"one", []float64{3}, spread{3, 3, 3}},
		{"two", []float64{4, 2}, spread{2, 3, 4}},
		{"three, unsorted", []float64{9, 1, 2}, spread{1, 2, 9}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := spreadOf(row.values); got != row.want {
				t.Errorf("%.1f, want %.1f", got, row.want)
			}
		})
	}
}
