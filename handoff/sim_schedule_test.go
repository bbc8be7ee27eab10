package handoff

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A schedule is everything that chance decides in one run: the first step says which faults there are and how many, each
// later one what happens next and what goes wrong meanwhile. A draw that is not there is zero, and zero is always the plain
// thing (no fault, the first of several), so that a schedule may be cut anywhere and is still one.
type simSchedule [][]byte

const simSteps = 28 // of a schedule that is made

// simDice draws what chance decides: fresh and noted down, or as it was noted.
type simDice struct {
	fresh *rand.Rand // nil: everything is noted already
	steps simSchedule
	at    int // the step, and how much of it is drawn
	drawn int
}

func freshDice(seed uint64) simDice {
	return simDice{fresh: rand.New(rand.NewPCG(seed, 0)), at: -1}
}

func replay(s simSchedule) simDice { return simDice{steps: s, at: -1} }

// step goes on to the next step; false: there is none.
func (d *simDice) step() bool {
	d.at++
	d.drawn = 0
	if d.fresh == nil {
		return d.at < len(d.steps)
	}
	if d.at < simSteps {
		d.steps = append(d.steps, nil)
	}
	return d.at < simSteps
}

func (d *simDice) draw() byte {
	if d.fresh == nil {
		if d.at >= len(d.steps) || d.drawn >= len(d.steps[d.at]) {
			return 0
		}
		d.drawn++
		return d.steps[d.at][d.drawn-1]
	}
	b := byte(d.fresh.Uint32())
	d.steps[d.at] = append(d.steps[d.at], b)
	return b
}

// below draws a number from 0 to n-1.
func (d *simDice) below(n int) int {
	if n < 2 {
		return 0
	}
	return int(d.draw()) % n
}

// chance is true so many times of a thousand.
func (d *simDice) chance(thousandth int) bool {
	return thousandth > 0 && int(d.draw())*1000 >= 256*(1000-thousandth)
}

func one[T any](d *simDice, of ...T) T { return of[d.below(len(of))] }

// String writes a schedule for a file: a line of draws for each step.
func (s simSchedule) String() string {
	var b strings.Builder
	for _, step := range s {
		for i, draw := range step {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprint(&b, draw)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// parseSchedule reads what String wrote. Lines that begin with # are for people.
func parseSchedule(text string) (simSchedule, error) {
	var s simSchedule
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		var step []byte
		for _, word := range strings.Fields(line) {
			var draw byte
			if _, err := fmt.Sscan(word, &draw); err != nil {
				return nil, fmt.Errorf("step %d: %w", len(s), err)
			}
			step = append(step, draw)
		}
		s = append(s, step)
	}
	return s, nil
}
