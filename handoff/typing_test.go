package handoff_test

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// TestTyping: only who joined is seen writing, in the thread that joined, and not more often than every three seconds.
func TestTyping(t *testing.T) {
	play(t, func(h *house) {
		var heard []handoff.Typing
		go func() {
			for t := range h.desk.Typing(h.Context()) {
				heard = append(heard, t)
			}
		}()
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.pass(0)
		thread := h.handoff(id).Threads[0].Address
		types := func(p handoff.Person, channel handoff.ID, thread string) (times int) {
			t.Helper()
			heard = nil
			h.must(h.desk.FromTyping(h.Context(), handoff.Place{Channel: channel, Thread: thread}, p))
			synctest.Wait()
			return len(heard)
		}
		if types(sam, sales, thread) != 0 {
			t.Error("heard before anybody joined")
		}
		h.does(handoff.VerbJoin, sam, sales, id)
		h.pass(0)
		before := h.rows()
		for _, row := range []struct {
			name    string
			person  handoff.Person
			channel handoff.ID
			thread  string
			times   int
		}{
			{"a colleague", kim, sales, thread, 0},
			{"another thread", sam, sales, "elsewhere", 0},
			{"another channel", sam, support, thread, 0},
			{"who joined", sam, sales, thread, 1},
			{"who joined, at once again", sam, sales, thread, 0},
		} {
			if times := types(row.person, row.channel, row.thread); times != row.times {
				t.Errorf("%s: heard %d times, want %d", row.name, times, row.times)
			}
		}
		h.pass(3 * time.Second)
		if types(sam, sales, thread) != 1 {
			t.Error("not heard three seconds later")
		} else if got := heard[0]; got.Conversation != dana || got.From != (handoff.Author{Kind: handoff.FromSpecialist, Name: sam.Name, Photo: sam.Photo}) {
			t.Errorf("heard %+v", got)
		}
		if !maps.Equal(before, h.rows()) {
			t.Error("something was stored")
		}
		h.does(handoff.VerbEnd, sam, sales, id)
		h.pass(3 * time.Second)
		if types(sam, sales, thread) != 0 {
			t.Error("heard after the end")
		}
	})
}
