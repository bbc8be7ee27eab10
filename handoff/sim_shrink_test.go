package handoff

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const seedsAt = "testdata/seeds"

// kindOf is the promise that a breach is of, without its particulars.
func kindOf(promise string) string {
	kind, _, _ := strings.Cut(promise, ":")
	return kind[:min(len(kind), 12)]
}

const shrinkRuns = 4000 // at most, for one schedule

// shrink takes out of a schedule what its breach does not need: steps, then draws, then what the draws say.
func shrink(s simSchedule, kind string) simSchedule {
	runs := 0
	breaks := func(smaller simSchedule) bool {
		if runs++; runs > shrinkRuns {
			return false
		}
		_, _, promise := simulate(replay(smaller), nil)
		return promise != "" && kindOf(promise) == kind
	}
	return shrinkWhile(s, breaks)
}

// shrinkWhile makes a schedule smaller as long as breaks says that it still is one.
func shrinkWhile(s simSchedule, breaks func(simSchedule) bool) simSchedule {
	for before := ""; before != s.String(); {
		before = s.String()
		s = dropSteps(s, breaks)
		s = dropDraws(s, breaks)
		s = lowerDraws(s, breaks)
	}
	return s
}

func dropSteps(s simSchedule, breaks func(simSchedule) bool) simSchedule {
	for size := len(s) / 2; size > 0; size /= 2 {
		for at := len(s) - size; at > 0; at-- { // the first step says what the run is like
			if smaller := slices.Delete(slices.Clone(s), at, at+size); breaks(smaller) {
				s = smaller
				at = min(at, len(s)-size+1)
			}
		}
	}
	return s
}

func dropDraws(s simSchedule, breaks func(simSchedule) bool) simSchedule {
	for i := range s {
		for keep := 0; keep < len(s[i]); keep += 1 + keep/2 {
			smaller := slices.Clone(s)
			smaller[i] = s[i][:keep]
			if breaks(smaller) {
				s = smaller
				break
			}
		}
	}
	return s
}

func lowerDraws(s simSchedule, breaks func(simSchedule) bool) simSchedule {
	for i := range s {
		for j, draw := range s[i] {
			if draw == 0 {
				continue
			}
			smaller := slices.Clone(s)
			smaller[i] = slices.Clone(s[i])
			smaller[i][j] = 0
			if breaks(smaller) {
				s = smaller
			}
		}
	}
	return s
}

// save keeps a schedule for TestSeeds.
func (s simSchedule) save(promise string) (file string, err error) {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(s.String()))
	kind := strings.Map(func(r rune) rune {
		if r == ' ' || r == '"' || r == '/' {
			return '-'
		}
		return r
	}, kindOf(promise))
	file = filepath.Join(seedsAt, fmt.Sprintf("%s-%08x.txt", kind, hash.Sum32()))
	if err := os.MkdirAll(seedsAt, 0o755); err != nil {
		return "", err
	}
	return file, os.WriteFile(file, []byte("# "+strings.ReplaceAll(promise, "\n", "\n# ")+"\n"+s.String()), 0o644)
}

func loadSchedule(file string) (simSchedule, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return parseSchedule(string(text))
}

// TestShrink: what is left of a schedule is what the breach needs.
func TestShrink(t *testing.T) {
	s := simSchedule{{9, 9}, {1, 2, 3}, {4}, {5, 7, 6}, {8, 8, 8, 8}, {1}}
	got := shrinkWhile(s, func(s simSchedule) bool {
		return slices.ContainsFunc(s[1:], func(step []byte) bool { return len(step) > 1 && step[1] == 7 })
	})
	if want := "\n0 7\n"; got.String() != want {
		t.Errorf("what is left is %q, want %q", got.String(), want)
	}
}
