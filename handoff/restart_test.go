package handoff_test

import (
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// TestRestartWhileWaiting: what was not sent is sent, and the clocks go on where they stood.
func TestRestartWhileWaiting(t *testing.T) {
	play(t, func(h *house) {
		h.chat.fails(func(handoff.Post) fault { return later(time.Minute) })
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.says(dana, "one")
		h.says(dana, "two")
		h.close()
		h.pass(2 * time.Minute)
		h.chat.fails(nil)
		h.open()
		h.pass(0)
		wantLines(t, "the channel", h.chat.said(sales), "thread for Dana", "Dana: one | Dana: two")
		h.close()
		h.pass(handoff.DefaultWait) // it ends while nobody is there
		h.open()
		h.pass(0)
		if got := h.handoff(id).Ended; got != handoff.EndedNobodyCame {
			t.Errorf("it ended by %q", got)
		}
		wantEverythingSettled(h)
	})
}

// TestRestartAfterTheJoin: a conversation goes on as if nothing had been.
func TestRestartAfterTheJoin(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		before := h.log(dana)
		h.restart()
		wantLines(t, "the log", h.log(dana), before...)
		h.chat.forget()
		h.says(dana, "Hello again")
		wantLines(t, "the channel", h.chat.said(sales), "Dana: Hello again")
		h.place = &handoff.Place{Channel: sales, Thread: h.handoff(id).Home.Address}
		if got := h.act(handoff.VerbJoin, sam, sales, id); got != handoff.OutcomeAgain {
			t.Errorf("a second join is %s", got)
		}
		if got := h.act(handoff.VerbEnd, sam, sales, id); got != handoff.OutcomeDone {
			t.Errorf("the end is %s", got)
		}
		h.restart()
		h.pass(time.Hour)
		wantLines(t, "the channel", h.chat.said(sales), "Dana: Hello again", "closing: specialist", "card: ended")
	})
}

// TestRestartAtEveryStep runs one story and ends the process after each of its steps, in good order or at once.
func TestRestartAtEveryStep(t *testing.T) {
	steps := []func(h *house, dana handoff.ID){
		func(h *house, dana handoff.ID) { h.says(dana, "Is there a trial?") },
		func(h *house, dana handoff.ID) { h.asks(dana) },
		func(h *house, dana handoff.ID) { h.says(dana, "Hello?") },
		func(h *house, dana handoff.ID) { h.does(handoff.VerbJoin, sam, sales, h.conversation(dana).Handoff) },
		func(h *house, _ handoff.ID) { h.writes(sam, sales, "It is settled") },
		func(h *house, dana handoff.ID) { h.says(dana, "Thanks") },
		func(h *house, dana handoff.ID) { h.does(handoff.VerbEnd, sam, sales, h.conversation(dana).Handoff) },
	}
	run := func(h *house, after int, end func()) (log, said []string) {
		dana := h.visitor("Dana")
		for i, step := range steps {
			step(h, dana)
			if i == after {
				end()
				h.open()
				h.pass(0)
			}
		}
		h.pass(3 * time.Second) // the card may not change sooner
		wantEverythingSettled(h)
		return h.log(dana), h.chat.said(sales)
	}
	var log, said []string
	play(t, func(h *house) { log, said = run(h, -1, nil) })
	for after := range steps {
		for name, end := range map[string]func(h *house){"stopped": (*house).close, "killed": (*house).die} {
			play(t, func(h *house) {
				gotLog, gotSaid := run(h, after, func() { end(h) })
				wantLines(t, name+": the log", gotLog, log...)
				wantLines(t, name+": the channel", gotSaid, said...)
			})
		}
	}
}

// TestDeathWhileSending: nobody knows whether the line arrived. It is in doubt, sent once more after 20 s with a visible
// ordinal, and the line behind it waits so long.
func TestDeathWhileSending(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.chat.forget()
		hang := make(chan struct{})
		h.chat.failsOnce(handoff.PostLine, fault{until: hang})
		said := h.says(dana, "one")
		next := h.says(dana, "two")
		h.engine.dead.Store(true)
		close(hang) // it arrives, but nobody is there to write that down
		h.die()
		wantLines(t, "the channel", h.chat.said(sales), "Dana: one")

		h.open()
		h.pass(19 * time.Second)
		wantLines(t, "the channel, before the doubt has settled", h.chat.said(sales), "Dana: one")
		h.pass(time.Second)
		wantLines(t, "the channel", h.chat.said(sales), "Dana: one", "Dana: one (2)", "Dana: two")
		wantStates(t, "the first line", h.delivered(dana, said), handoff.DeliveryUncertain, handoff.DeliverySent)
		wantStates(t, "the second line", h.delivered(dana, next), handoff.DeliverySent)
		wantEverythingSettled(h)
	})
}

// TestDeathTwice: a line that is in doubt twice is held, and the next one goes.
func TestDeathTwice(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.chat.forget()
		said := handoff.Said{}
		for round := range 2 {
			hang := make(chan struct{})
			h.chat.failsOnce(handoff.PostLine, fault{until: hang})
			if round == 0 {
				said = h.says(dana, "one")
			}
			h.pass(20 * time.Second)
			h.engine.dead.Store(true)
			close(hang)
			h.die()
			h.open()
		}
		h.pass(time.Minute) // until it has rested
		h.says(dana, "two")
		h.pass(time.Hour / 2)
		wantLines(t, "the channel", h.chat.said(sales), "Dana: one", "Dana: one (2)", missing, "Dana: two")
		wantStates(t, "the line", h.delivered(dana, said), handoff.DeliveryUncertain)
		held := 0
		for key := range h.rows() {
			held += countPrefix([]string{key}, "held/")
		}
		if held != 1 {
			t.Errorf("%d posts are held", held)
		}
	})
}

// TestDeathWhileAskingForAThread: a thread in doubt promises nothing until a channel has acknowledged it.
func TestDeathWhileAskingForAThread(t *testing.T) {
	play(t, func(h *house) {
		hang := make(chan struct{})
		h.chat.failsOnce(handoff.PostThread, fault{until: hang})
		dana := h.visitor("Dana")
		h.asks(dana)
		h.engine.dead.Store(true)
		close(hang)
		h.die()
		h.open()
		h.pass(10 * time.Second)
		wantLines(t, "the log, in doubt", h.log(dana), "handoff: waiting")
		h.pass(10 * time.Second)
		wantLines(t, "the log", h.log(dana), "handoff: waiting", "agent: "+text(handoff.TextAsking))
		wantLines(t, "the channel", h.chat.said(sales), "thread for Dana", "thread for Dana (2)")
	})
}

// TestDeathWhileRedrawing: a card may be drawn twice at once, without any doubt.
func TestDeathWhileRedrawing(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		hang := make(chan struct{})
		h.chat.failsOnce(handoff.PostCard, fault{until: hang})
		h.does(handoff.VerbJoin, sam, sales, id)
		h.engine.dead.Store(true)
		close(hang)
		h.die()
		h.open()
		h.pass(2 * time.Second)
		wantLines(t, "the channel", h.chat.said(sales), "thread for Dana", "card: joined", "card: joined",
			"notice: Sam Ortiz has joined. What Sam Ortiz writes here goes to the visitor; lines that begin with // and everybody else's stay internal.")
		wantEverythingSettled(h)
	})
}

func wantStates(t testing.TB, what string, got []handoff.DeliveryState, want ...handoff.DeliveryState) {
	t.Helper()
	lines := func(states []handoff.DeliveryState) (out []string) {
		for _, s := range states {
			out = append(out, string(s))
		}
		return out
	}
	wantLines(t, what, lines(got), lines(want)...)
}
