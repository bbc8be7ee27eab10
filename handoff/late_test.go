package handoff_test

import (
	"slices"
	"testing"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// hand delivers a line of Sam's from the newest thread, with the platform's own moment.
func (h *house) hand(message, text string, at time.Time) handoff.Heard {
	h.Helper()
	thread, _ := h.chat.thread(sales)
	heard, err := h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{
		Key: "line " + message, Person: sam, Message: message, Text: text, At: at, Place: handoff.Place{Channel: sales, Thread: thread},
	})
	h.must(err)
	h.pass(0)
	return heard
}

// changes delivers a change of one of Sam's messages.
func (h *house) changes(message, text string, at time.Time) {
	h.Helper()
	thread, _ := h.chat.thread(sales)
	h.must(h.desk.FromEdit(h.Context(), handoff.Change{
		Key: "change " + message + at.String(), Channel: sales, Thread: thread, Message: message, Text: text, Delete: text == "", At: at,
	}))
	h.pass(0)
}

// TestChangeOvertakesItsMessage: it waits for the message, and the visitor never reads the old text.
func TestChangeOvertakesItsMessage(t *testing.T) {
	for _, row := range []struct {
		name  string
		texts []string      // of the changes, a second after another; empty: a removal
		wait  time.Duration // until the message
		heard handoff.Heard
		log   []string
	}{
		{"an edit", []string{"49 euros"}, 0, handoff.HeardRelayed, []string{"specialist: 49 euros"}},
		{"two edits", []string{"48 euros", "49 euros"}, 0, handoff.HeardRelayed, []string{"specialist: 49 euros"}},
		{"a minute later", []string{"49 euros"}, time.Minute, handoff.HeardRelayed, []string{"specialist: 49 euros"}},
		{"a removal", []string{""}, 0, handoff.HeardInternal, nil},
		{"made internal", []string{"// 94 euros"}, 0, handoff.HeardInternal, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				dana, _ := h.joined("Dana")
				before, written := h.log(dana), time.Now()
				for i, text := range row.texts {
					h.changes("m1", text, written.Add(time.Duration(i+1)*time.Second))
					h.changes("m1", text, written.Add(time.Duration(i+1)*time.Second)) // delivered again
				}
				h.pass(row.wait)
				if got := h.hand("m1", "94 euros", written); got != row.heard {
					t.Errorf("the line is %s, want %s", got, row.heard)
				}
				wantLines(t, "the log", h.log(dana)[len(before):], row.log...)
				h.hand("m1", "94 euros", written) // delivered again
				wantLines(t, "the log", h.log(dana)[len(before):], row.log...)
			})
		})
	}
}

// TestLastChangeWins: by the platform's moment, in whatever order changes arrive, before the message and after it.
func TestLastChangeWins(t *testing.T) {
	play(t, func(h *house) {
		dana, _ := h.joined("Dana")
		written := time.Now()
		h.changes("m1", "three", written.Add(3*time.Second))
		h.changes("m1", "two", written.Add(2*time.Second))
		h.hand("m1", "one", written)
		h.changes("m1", "two again", written.Add(2500*time.Millisecond))
		h.changes("m1", "five", written.Add(5*time.Second))
		h.changes("m1", "four", written.Add(4*time.Second))
		log := h.log(dana)
		wantLines(t, "the log", log[len(log)-2:], "specialist: five", "message_edited: five")
		for n := range 100 {
			h.changes("m1", "again", written.Add(time.Duration(10+n)*time.Second))
		}
		h.changes("m1", "the last", written.Add(1000*time.Second))
		said, err := h.desk.Messages(h.Context(), dana, 0, 100)
		h.must(err)
		if got := said[len(said)-1].Text; got != "the last" {
			t.Errorf("the text is %q", got)
		}
	})
}

// TestChangeOfAForeignMessage: what is no handoff's is not kept, not even for a moment.
func TestChangeOfAForeignMessage(t *testing.T) {
	play(t, func(h *house) {
		h.joined("Dana")
		h.must(h.desk.FromEdit(h.Context(), handoff.Change{Key: "k", Channel: sales, Thread: "somebody's own", Message: "m", Text: "a private matter"}))
		if rows := h.leftOver("a private matter"); len(rows) != 0 {
			t.Errorf("it stands in %q", rows)
		}
	})
}

// TestParkedChangeErased: an erased visitor leaves no change behind that waits.
func TestParkedChangeErased(t *testing.T) {
	play(t, func(h *house) {
		dana := h.known("crm-1", "Danaë")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.changes("m1", "Hello Danaë", time.Now())
		_, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		h.must(err)
		if rows := h.leftOver("Danaë"); len(rows) != 0 {
			t.Errorf("it stands in %q", rows)
		}
	})
}

// TestLateLine: a line of more than a week ago says when it was written, and is heard once although its key is forgotten.
func TestLateLine(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.IdleSeconds = 7 * 24 * 3600 })
		dana, _ := h.joined("Dana")
		written := time.Now()
		h.hand("early", "in time", written)
		h.pass(4 * 24 * time.Hour)
		h.says(dana, "still here")
		h.pass(3*24*time.Hour + 2*time.Hour) // the key of the first line is forgotten
		for range 2 {
			if got := h.hand("early", "in time", written); got != handoff.HeardRelayed {
				t.Errorf("the line that is there is %s", got)
			}
			if got := h.hand("late", "out of time", written); got != handoff.HeardRelayed {
				t.Errorf("the late line is %s", got)
			}
		}
		said, err := h.desk.Messages(h.Context(), dana, 0, 100)
		h.must(err)
		said = slices.DeleteFunc(said, func(m handoff.Message) bool { return m.From.Kind != handoff.FromSpecialist })
		if len(said) != 2 || said[0].WrittenAt != nil || said[1].Text != "out of time" || said[1].WrittenAt == nil || !said[1].WrittenAt.Equal(written) {
			t.Errorf("the visitor reads %+v", said)
		}
	})
}
