package handoff_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// beating is a house whose desk notes that it is alive.
func (h *house) beating() {
	h.Helper()
	h.beat = 20 * time.Second
	h.restart()
}

// gaps are the lines about a time away in a channel.
func (h *house) gaps(channel handoff.ID) []string {
	return slices.DeleteFunc(h.chat.said(channel), func(line string) bool { return !strings.Contains(line, "was not running") })
}

// TestTimeAway: after a time in which nobody noted that the desk was alive, each open thread hears of it once, within a minute.
func TestTimeAway(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(*house)
		away time.Duration
		told bool
	}{
		{"a quick restart", (*house).close, 15 * time.Second, false},
		{"a minute", (*house).close, time.Minute, false},
		{"more than a minute", (*house).close, time.Minute + time.Second, true},
		{"killed, and back soon", (*house).die, 30 * time.Second, false},
		{"killed, and away for long", (*house).die, 10 * time.Minute, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.beating()
				h.set(func(a *handoff.Agent) { a.Handoff.Channels, a.Handoff.WaitSeconds = []handoff.ID{sales, support}, 3600 })
				dana, _ := h.joined("Dana")
				h.asks(h.visitor("Lee"))
				ended := h.visitor("Noor")
				h.asks(ended)
				h.ends(ended, handoff.FromVisitor)
				h.pass(time.Minute)
				row.end(h)
				h.pass(row.away)
				h.open()
				h.pass(time.Minute)
				joined := "notice: Docket was not running between 00:01 UTC and 00:11 UTC. What was written here in that time may not have reached Dana; please send it again."
				waiting := "notice: Docket was not running between 00:01 UTC and 00:11 UTC. If you pressed Join conversation in that time and nothing happened, please press it again."
				switch {
				case !row.told:
					wantLines(t, "sales", h.gaps(sales))
				case row.away == 10*time.Minute:
					wantLines(t, "sales", h.gaps(sales), joined, waiting)
					wantLines(t, "support", h.gaps(support), waiting)
				case len(h.gaps(sales)) != 2 || len(h.gaps(support)) != 1:
					t.Errorf("told are %q and %q", h.gaps(sales), h.gaps(support))
				}
				told := len(h.gaps(sales))
				h.restart()
				h.pass(10 * time.Minute)
				h.says(dana, "still here")
				if n := len(h.gaps(sales)); n != told {
					t.Errorf("told %d times more", n-told)
				}
			})
		})
	}
}

// TestTimeAwayIsToldOnce: a desk that dies while it tells the threads goes on where it was.
func TestTimeAwayIsToldOnce(t *testing.T) {
	play(t, func(h *house) {
		h.limits = handoff.Limits{ChannelOpen: 1000}
		h.beating()
		h.set(func(a *handoff.Agent) { a.Handoff.WaitSeconds = 7 * 24 * 3600 })
		for n := range 70 {
			h.asks(h.visitor(fmt.Sprint("Visitor ", n)))
		}
		h.die()
		h.pass(10 * time.Minute)
		for range 3 {
			h.chat.fails(func(handoff.Post) fault { return later(time.Second) })
			h.open()
			h.die()
		}
		h.chat.fails(nil)
		h.open()
		h.pass(time.Minute)
		if n := len(h.gaps(sales)); n != 70 {
			t.Errorf("%d lines in 70 threads", n)
		}
		h.restart()
	})
}

// TestClockIsSet: a desk that runs on while somebody sets the clock was not away, and knows how long it was when it is.
func TestClockIsSet(t *testing.T) {
	for _, step := range []time.Duration{90 * time.Second, -time.Hour} {
		t.Run(step.String(), func(t *testing.T) {
			play(t, func(h *house) {
				var set atomic.Int64
				h.clock = func() time.Time { return time.Now().Add(time.Duration(set.Load())) }
				h.beating()
				h.joined("Dana")
				h.pass(time.Minute)
				set.Store(int64(step))
				h.pass(2 * time.Minute)
				wantLines(t, "after the step", h.gaps(sales))
				h.engine.full.Store(true)
				set.Store(0)
				h.pass(5 * time.Minute)
				h.engine.full.Store(false)
				h.pass(time.Minute)
				if n := len(h.gaps(sales)); n != 1 {
					t.Errorf("told %d times of a time in which the store was away", n)
				}
			})
		})
	}
}

// TestMachineThatSleeps: what a desk measures stands still then, and only the clock on the wall tells.
func TestMachineThatSleeps(t *testing.T) {
	play(t, func(h *house) {
		var slept atomic.Int64
		h.clock = func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }
		h.beating()
		h.joined("Dana")
		h.pass(time.Minute)
		slept.Store(int64(8 * time.Hour))
		h.pass(time.Minute)
		if gaps := h.gaps(sales); len(gaps) != 1 || !strings.Contains(gaps[0], "08:01") {
			t.Errorf("the thread is told %q", gaps)
		}
	})
}

// TestStoreAway: a desk that lives and cannot note it was deaf too.
func TestStoreAway(t *testing.T) {
	play(t, func(h *house) {
		h.beating()
		h.joined("Dana")
		h.engine.full.Store(true)
		h.pass(5 * time.Minute)
		h.engine.full.Store(false)
		h.pass(time.Minute)
		if n := len(h.gaps(sales)); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}
