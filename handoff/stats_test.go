package handoff_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/handoff"
)

func (h *house) stats() handoff.Stats {
	h.Helper()
	s, err := h.desk.Stats(h.Context())
	h.must(err)
	return s
}

// TestStats follows one desk through good and bad times.
func TestStats(t *testing.T) {
	play(t, func(h *house) {
		open := func(waiting, joined int) map[handoff.Stage]int {
			return map[handoff.Stage]int{handoff.StageWaiting: waiting, handoff.StageJoined: joined}
		}
		want := handoff.Stats{Posts: map[string]handoff.Posts{"chat": {}}, Open: open(0, 0)}
		see := func(when string) {
			t.Helper()
			if diff := cmp.Diff(want, h.stats()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		see("at rest")

		dana, _ := h.joined("Dana")
		h.asks(h.visitor("Lee"))
		want.Open = open(1, 1)
		see("with two handoffs")

		began := time.Now()
		h.chat.failsOnce(handoff.PostLine, refusal("no"), doubtLost(), doubtLost(), later(time.Minute), fault{slow: 10 * time.Second})
		h.says(dana, "refused")
		h.says(dana, "in doubt")
		h.pass(untilHeld)
		h.says(dana, "must wait")
		h.says(dana, "waits behind")
		want.Posts["chat"] = handoff.Posts{Waiting: 2, Held: 1, Dead: 1}
		want.Oldest, want.Lanes, want.Doubts, want.Retries = began.Add(untilHeld), 1, 2, 1
		see("with one that must wait")

		h.pass(time.Minute)
		want.Sending = 1
		see("with one under way")

		h.pass(10 * time.Second)
		want.Posts["chat"], want.Oldest, want.Lanes, want.Sending = handoff.Posts{Held: 1, Dead: 1}, time.Time{}, 0, 0
		see("when all is sent")

		for range 3 {
			thread, _ := h.chat.thread(sales)
			_, err := h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{Key: "again", Person: sam, Text: "Hello", Place: handoff.Place{Channel: sales, Thread: thread}})
			h.must(err)
		}
		want.Duplicates = 2
		see("after a line that came three times")

		h.restart()
		want.Doubts, want.Retries, want.Duplicates = 0, 0, 0
		see("after a restart")
	})
}
