package handoff_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// piled is a joined conversation whose channel is closed until open is called, with something under way in it, so that what
// is said meanwhile piles up.
func (h *house) piled() (dana, id handoff.ID, open func()) {
	h.Helper()
	dana, id = h.joined("Dana")
	h.chat.forget()
	gate := make(chan struct{})
	h.chat.failsOnce(handoff.PostLine, fault{until: gate})
	h.says(dana, "first")
	return dana, id, func() {
		close(gate)
		h.pass(0)
	}
}

// TestBurst: lines that pile up go in one post, up to ten, and each hears of its own way.
func TestBurst(t *testing.T) {
	play(t, func(h *house) {
		dana, _, open := h.piled()
		var said []handoff.Said
		for n := range 12 {
			said = append(said, h.says(dana, fmt.Sprint(n)))
		}
		open()
		wantLines(t, "the channel", h.chat.said(sales), "Dana: first",
			"Dana: 0 | Dana: 1 | Dana: 2 | Dana: 3 | Dana: 4 | Dana: 5 | Dana: 6 | Dana: 7 | Dana: 8 | Dana: 9", "Dana: 10 | Dana: 11")
		for n := range said {
			wantStates(t, fmt.Sprint("line ", n), h.delivered(dana, said[n]), handoff.DeliverySent)
		}
		wantEverythingSettled(h)
	})
}

// TestBurstBytes: a post carries 8 KB of lines; one that is longer alone goes alone.
func TestBurstBytes(t *testing.T) {
	for _, row := range []struct {
		name  string
		sizes []int
		posts []int // lines of each post
	}{
		{"exactly full", []int{4000, 4000, 192}, []int{3}},
		{"one byte more", []int{4000, 4000, 193}, []int{2, 1}},
		{"all short", []int{1, 1, 1}, []int{3}},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				dana, _, open := h.piled()
				for _, size := range row.sizes {
					h.says(dana, strings.Repeat("x", size))
				}
				open()
				var posts []int
				for _, p := range h.chat.in(sales)[1:] {
					posts = append(posts, len(p.Lines))
				}
				if fmt.Sprint(posts) != fmt.Sprint(row.posts) {
					t.Errorf("the posts have %d lines, want %d", posts, row.posts)
				}
			})
		})
	}
	play(t, func(h *house) { // 4,000 characters of four bytes
		dana, _, open := h.piled()
		h.says(dana, strings.Repeat("🦊", 4000))
		h.says(dana, "short")
		open()
		if posts := h.chat.in(sales); len(posts) != 3 || len(posts[1].Lines) != 1 {
			t.Errorf("%d posts", len(posts))
		}
	})
}

// TestBurstKeepsOrder: a burst ends where something else stands in the queue, and never reaches across it.
func TestBurstKeepsOrder(t *testing.T) {
	play(t, func(h *house) {
		dana, id, open := h.piled()
		h.says(dana, "one")
		h.says(dana, "two")
		h.place = &handoff.Place{Channel: sales, Thread: h.handoff(id).Home.Address}
		h.does(handoff.VerbLeave, sam, sales, id)
		h.says(dana, "three")
		h.does(handoff.VerbJoin, kim, sales, id)
		h.says(dana, "four")
		h.says(dana, "five")
		h.ends(dana, handoff.FromVisitor)
		open()
		h.pass(time.Minute)
		var lines []string
		for _, line := range h.chat.said(sales) {
			if !strings.HasPrefix(line, "card") {
				lines = append(lines, line)
			}
		}
		wantLines(t, "the channel", lines, "Dana: first", "Dana: one | Dana: two",
			"notice: Sam Ortiz has left. The visitor is waiting for somebody to join.", "Dana: three",
			"notice: Kim Adeyemi has joined. What Kim Adeyemi writes here goes to the visitor; lines that begin with // and everybody else's stay internal.",
			"Dana: four | Dana: five", "closing: visitor")
	})
}

// TestBurstInDoubt: when nobody knows of a burst, each of its lines is in doubt, goes again alone with its mark, and no line
// that came later goes with it.
func TestBurstInDoubt(t *testing.T) {
	for name, end := range map[string]func(h *house, gate chan struct{}){
		"no answer": func(h *house, gate chan struct{}) { close(gate) },
		"a death": func(h *house, gate chan struct{}) {
			h.engine.dead.Store(true)
			close(gate)
			h.die()
			h.open()
		},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(h *house) {
				dana, _, open := h.piled()
				one, two := h.says(dana, "one"), h.says(dana, "two")
				gate := make(chan struct{})
				f := doubtTaken()
				f.until = gate
				h.chat.failsOnce(handoff.PostLine, f)
				open()
				three := h.says(dana, "three")
				end(h, gate)
				h.pass(19 * time.Second)
				wantLines(t, "the channel, before the doubt has settled", h.chat.said(sales), "Dana: first", "Dana: one | Dana: two")
				h.pass(time.Second)
				wantLines(t, "the channel", h.chat.said(sales), "Dana: first", "Dana: one | Dana: two", "Dana: one (2)", "Dana: two (2)", "Dana: three")
				wantStates(t, "the first line", h.delivered(dana, one), handoff.DeliveryUncertain, handoff.DeliverySent)
				wantStates(t, "the second line", h.delivered(dana, two), handoff.DeliveryUncertain, handoff.DeliverySent)
				wantStates(t, "the line behind", h.delivered(dana, three), handoff.DeliverySent)
				wantEverythingSettled(h)
			})
		})
	}
}

// TestBurstAskedToWait: a burst that is certainly not there stays together, and may grow.
func TestBurstAskedToWait(t *testing.T) {
	play(t, func(h *house) {
		dana, _, open := h.piled()
		h.says(dana, "one")
		h.says(dana, "two")
		h.chat.failsOnce(handoff.PostLine, later(10*time.Second))
		open()
		h.says(dana, "three")
		h.pass(9 * time.Second)
		wantLines(t, "the channel, too early", h.chat.said(sales), "Dana: first")
		h.pass(time.Second)
		wantLines(t, "the channel", h.chat.said(sales), "Dana: first", "Dana: one | Dana: two | Dana: three")
	})
}

// TestTooLarge: a burst that the channel finds too large is taken apart; a line that is, is shortened and says so.
func TestTooLarge(t *testing.T) {
	play(t, func(h *house) {
		dana, _, open := h.piled()
		one := h.says(dana, strings.Repeat("1", 1000))
		two := h.says(dana, strings.Repeat("2", 3900))
		h.chat.fails(func(p handoff.Post) fault {
			total := 0
			for _, line := range p.Lines {
				total += len(line.Text)
			}
			if total > 1000 {
				return fault{err: &handoff.DeliveryError{Certain: true, TooLarge: true, Cause: "too large"}}
			}
			return fault{}
		})
		open()
		wantLines(t, "the channel", h.chat.said(sales), "Dana: first", "Dana: "+strings.Repeat("1", 1000), "Dana: "+strings.Repeat("2", 975)+" [...]")
		wantStates(t, "the whole line", h.delivered(dana, one), handoff.DeliverySent)
		wantStates(t, "the shortened line", h.delivered(dana, two), handoff.DeliverySent)

		h.chat.fails(func(p handoff.Post) fault {
			if p.Kind == handoff.PostLine {
				return fault{err: &handoff.DeliveryError{Certain: true, TooLarge: true, Cause: "too large"}}
			}
			return fault{}
		})
		never := h.says(dana, strings.Repeat("3", 4000))
		wantStates(t, "a line that is never small enough", h.delivered(dana, never), handoff.DeliveryFailed)
	})
}

// TestReactionToABurst marks each of the lines that the post carries.
func TestReactionToABurst(t *testing.T) {
	play(t, func(h *house) {
		dana, _, open := h.piled()
		one, two := h.says(dana, "one"), h.says(dana, "two")
		open()
		posts := h.chat.in(sales)
		h.must(h.desk.FromReaction(h.Context(), h.key(), sales, posts[len(posts)-1].ID, sam, handoff.Reaction{Type: "like"}))
		var marked []string
		for _, e := range h.events(dana) {
			if e.Name == handoff.EventReaction {
				marked = append(marked, e.Reaction.Message)
			}
		}
		wantLines(t, "the marked lines", marked, one.ID, two.ID)
	})
}

// TestBurstErased: a post of several lines is one post to take back.
func TestBurstErased(t *testing.T) {
	play(t, func(h *house) {
		dana := h.known("crm-1", "Danaë")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.chat.failsOnce(handoff.PostLine, fault{slow: time.Second}, fault{slow: 5 * time.Second})
		h.says(dana, "one")
		h.says(dana, "two")
		h.says(dana, "three")
		h.pass(2 * time.Second) // two and three are under way
		_, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		h.must(err)
		h.pass(time.Minute)
		for _, p := range h.chat.in(sales) {
			if p.Kind != handoff.PostErase && !p.Gone {
				t.Errorf("%s is left", p)
			}
		}
		wantEverythingSettled(h)
	})
}

// TestBurstsUnderFaults writes faster than a channel takes, with everything that can go wrong.
func TestBurstsUnderFaults(t *testing.T) {
	for seed := range uint64(20) {
		play(t, func(h *house) {
			faults := rand.New(rand.NewPCG(seed, 3))
			var visitors []handoff.ID
			for i := range 3 {
				dana, _ := h.joined(fmt.Sprint("Visitor ", i))
				visitors = append(visitors, dana)
			}
			h.chat.forget()
			h.chat.fails(func(p handoff.Post) fault {
				if p.Kind != handoff.PostLine {
					return fault{}
				}
				return []fault{{slow: 2 * time.Second}, {slow: time.Second}, later(0), later(3 * time.Second), doubtLost(), doubtTaken()}[faults.IntN(6)]
			})
			lines := map[string]handoff.Said{}
			for n := range 10 {
				for i, dana := range visitors {
					lines[fmt.Sprintf("Visitor %d: %d", i, n)] = h.says(dana, fmt.Sprint(n))
				}
			}
			h.pass(30 * time.Minute)
			wantOrder(t, h, visitors, lines)
		})
	}
}
