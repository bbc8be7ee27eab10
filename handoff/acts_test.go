package handoff_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/handoff"
)

// TestJoinRace lets fifty people press at the same moment.
func TestJoinRace(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = []handoff.ID{sales, support} })
		dana := h.visitor("Dana")
		id := h.asks(dana)
		const people = 50
		outcomes := make([]handoff.Outcome, people)
		var group sync.WaitGroup
		for i := range people {
			group.Go(func() {
				channel := []handoff.ID{sales, support}[i%2]
				thread, card := h.chat.thread(channel)
				acted, err := h.desk.Act(context.Background(), handoff.Act{
					Verb: handoff.VerbJoin, Handoff: id, Card: card, Place: handoff.Place{Channel: channel, Thread: thread},
					Person: handoff.Person{ID: fmt.Sprint(i), Name: fmt.Sprint("Person ", i)},
				})
				if err != nil {
					t.Error(err)
				}
				outcomes[i] = acted.Outcome
				if acted.View == nil || acted.View.Handoff.Stage != handoff.StageJoined {
					t.Errorf("person %d is shown %+v", i, acted.View)
				}
			})
		}
		group.Wait()
		winner := -1
		for i, outcome := range outcomes {
			switch {
			case outcome == handoff.OutcomeDone && winner < 0:
				winner = i
			case outcome != handoff.OutcomeTaken:
				t.Errorf("person %d got %s", i, outcome)
			}
		}
		if got := h.handoff(id); got.Specialist == nil || got.Specialist.ID != fmt.Sprint(winner) {
			t.Errorf("%d won, and the handoff is %+v's", winner, got.Specialist)
		}
		joins := 0
		for _, e := range h.events(dana) {
			if e.Handoff != nil && e.Handoff.State == handoff.StateJoined {
				joins++
			}
		}
		if joins != 1 {
			t.Errorf("the visitor sees %d joins", joins)
		}
	})
}

// TestOutcomes presses every button as everybody at every stage. What is refused changes no row.
func TestOutcomes(t *testing.T) {
	type try struct {
		verb handoff.Verb
		by   handoff.Person
		want handoff.Outcome
	}
	for _, row := range []struct {
		name  string
		stage func(h *house, id handoff.ID)
		tries []try
	}{
		{"waiting", func(*house, handoff.ID) {}, []try{
			{handoff.VerbEnd, sam, handoff.OutcomeNotJoined},
			{handoff.VerbLeave, sam, handoff.OutcomeNotJoined},
			{handoff.VerbBack, sam, handoff.OutcomeNotJoined},
			{handoff.VerbTranscript, kim, handoff.OutcomeDone},
			{handoff.VerbStatus, kim, handoff.OutcomeDone},
		}},
		{"joined", func(h *house, id handoff.ID) { h.does(handoff.VerbJoin, sam, sales, id) }, []try{
			{handoff.VerbJoin, sam, handoff.OutcomeAgain},
			{handoff.VerbJoin, kim, handoff.OutcomeTaken},
			{handoff.VerbEnd, kim, handoff.OutcomeTaken},
			{handoff.VerbLeave, kim, handoff.OutcomeTaken},
			{handoff.VerbBack, kim, handoff.OutcomeTaken},
			{handoff.VerbTranscript, kim, handoff.OutcomeDone},
			{handoff.VerbStatus, kim, handoff.OutcomeDone},
		}},
		{"ended", func(h *house, id handoff.ID) {
			h.does(handoff.VerbJoin, sam, sales, id)
			h.does(handoff.VerbEnd, sam, sales, id)
		}, []try{
			{handoff.VerbJoin, sam, handoff.OutcomeStale},
			{handoff.VerbJoin, kim, handoff.OutcomeStale},
			{handoff.VerbEnd, sam, handoff.OutcomeStale},
			{handoff.VerbLeave, sam, handoff.OutcomeStale},
			{handoff.VerbBack, sam, handoff.OutcomeStale},
			{handoff.VerbTranscript, kim, handoff.OutcomeDone},
		}},
		{"followed by another handoff", func(h *house, id handoff.ID) {
			h.does(handoff.VerbJoin, sam, sales, id)
			h.does(handoff.VerbEnd, sam, sales, id)
			thread, _ := h.chat.thread(sales)
			h.asks(h.handoff(id).Conversation)
			h.place = &handoff.Place{Channel: sales, Thread: thread} // the first one's
		}, []try{
			{handoff.VerbJoin, sam, handoff.OutcomeStale},
			{handoff.VerbEnd, sam, handoff.OutcomeStale},
			{handoff.VerbTranscript, sam, handoff.OutcomeStale},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				dana := h.visitor("Dana")
				h.says(dana, "Hello")
				id := h.asks(dana)
				row.stage(h, id)
				h.pass(time.Second)
				before := h.rows()
				for _, try := range row.tries {
					if got := h.act(try.verb, try.by, sales, id); got != try.want {
						t.Errorf("%s by %s is %s, want %s", try.verb, try.by.Name, got, try.want)
					}
				}
				if diff := cmp.Diff(before, h.rows()); diff != "" {
					t.Errorf("rows have changed:\n%s", diff)
				}
			})
		})
	}
}

// TestForeignPresses: a press counts only from a thread of the handoff that it names.
func TestForeignPresses(t *testing.T) {
	play(t, func(h *house) {
		danas := h.asks(h.visitor("Dana"))
		danasThread, _ := h.chat.thread(sales)
		lees := h.asks(h.visitor("Lee"))
		leesThread, card := h.chat.thread(sales)
		before := h.rows()
		for _, row := range []struct {
			name    string
			handoff handoff.ID
			place   handoff.Place
		}{
			{"another handoff's thread", danas, handoff.Place{Channel: sales, Thread: leesThread}},
			{"and the other way round", lees, handoff.Place{Channel: sales, Thread: danasThread}},
			{"a thread of no handoff", danas, handoff.Place{Channel: sales, Thread: "elsewhere"}},
			{"no handoff at all", "made-up", handoff.Place{Channel: sales, Thread: danasThread}},
			{"a channel that was not asked", danas, handoff.Place{Channel: support, Thread: danasThread}},
			{"a channel that nobody knows", danas, handoff.Place{Channel: "chat-nowhere", Thread: danasThread}},
			{"a command outside a handoff", "", handoff.Place{Channel: sales, Thread: "elsewhere"}},
			{"keys that look like paths", "../x", handoff.Place{Channel: sales, Thread: "../" + danasThread}},
		} {
			acted, err := h.desk.Act(h.Context(), handoff.Act{Verb: handoff.VerbJoin, Person: sam, Handoff: row.handoff, Card: card, Place: row.place})
			if err != nil || acted.Outcome != handoff.OutcomeForeign || acted.View != nil {
				t.Errorf("%s: %+v, %v", row.name, acted, err)
			}
		}
		if diff := cmp.Diff(before, h.rows()); diff != "" {
			t.Errorf("rows have changed:\n%s", diff)
		}
	})
}

// TestCommandMeansTheThreadsHandoff: a command after a mention names no handoff, and counts once.
func TestCommandMeansTheThreadsHandoff(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		thread, _ := h.chat.thread(sales)
		command := handoff.Act{Key: "activity 7", Verb: handoff.VerbLeave, Person: sam, Place: handoff.Place{Channel: sales, Thread: thread}}
		for range 3 { // redelivered
			acted, err := h.desk.Act(h.Context(), command)
			if err != nil || acted.Outcome != handoff.OutcomeDone {
				t.Errorf("%+v, %v", acted, err)
			}
		}
		h.pass(0)
		if got := h.handoff(id); got.Stage != handoff.StageWaiting {
			t.Errorf("the stage is %s", got.Stage)
		}
		if _, err := h.desk.Act(h.Context(), handoff.Act{Key: "activity 8", Verb: handoff.VerbJoin, Person: kim, Place: command.Place}); err != nil {
			t.Error(err)
		}
		if acted, err := h.desk.Act(h.Context(), command); err != nil || acted.Outcome != handoff.OutcomeDone || acted.View.Handoff.Specialist.ID != kim.ID {
			t.Errorf("a late copy of the first command: %+v, %v", acted, err)
		}
	})
}

func TestTranscript(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		h.says(dana, "one")
		h.says(dana, "two")
		h.asks(dana)
		thread, _ := h.chat.thread(sales)
		acted, err := h.desk.Act(h.Context(), handoff.Act{Verb: handoff.VerbTranscript, Person: kim, Place: handoff.Place{Channel: sales, Thread: thread}})
		h.must(err)
		var got []string
		for _, m := range acted.Messages {
			got = append(got, m.Text)
		}
		wantLines(t, "the transcript", got, "one", "two", text(handoff.TextAsking))
	})
}

// TestLeaveAndJoinAgain: leaving is not ending. The team is asked again, in the same thread.
func TestLeaveAndJoinAgain(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		asked := h.handoff(id).StartedAt
		h.does(handoff.VerbJoin, sam, sales, id)
		h.pass(3 * time.Minute)
		h.does(handoff.VerbLeave, sam, sales, id)
		left := h.handoff(id)
		if !left.StartedAt.Equal(asked) || left.WaitingSince.Sub(asked) != 3*time.Minute || left.Specialist != nil || left.Home != nil {
			t.Errorf("after leaving, the handoff is %+v", left)
		}
		if got := h.writes(sam, sales, "Still here?"); got != handoff.HeardUnjoined {
			t.Errorf("a line of one who has left is %s", got)
		}
		h.says(dana, "Hello?")
		h.does(handoff.VerbJoin, kim, sales, id)
		if got := h.writes(kim, sales, "Hi, I'm Kim"); got != handoff.HeardRelayed {
			t.Errorf("the second specialist's line is %s", got)
		}
		if got := h.act(handoff.VerbEnd, sam, sales, id); got != handoff.OutcomeTaken {
			t.Errorf("the first one ends it: %s", got)
		}
		h.does(handoff.VerbEnd, kim, sales, id)
		wantLines(t, "the log", h.log(dana),
			"handoff: waiting",
			"agent: "+text(handoff.TextAsking),
			"handoff: joined by Sam Ortiz",
			"agent: "+text(handoff.TextJoined, "specialist", sam.Name),
			"handoff: waiting",
			"agent: "+text(handoff.TextLeft, "specialist", sam.Name),
			"visitor: Hello?",
			"handoff: joined by Kim Adeyemi",
			"agent: "+text(handoff.TextJoined, "specialist", kim.Name),
			"specialist: Hi, I'm Kim",
			"handoff: agent, specialist",
			"agent: "+text(handoff.TextEnded, "specialist", kim.Name))
		if threads := len(h.chat.in(sales)) - len(h.linesBeside("thread", sales)); threads != 1 {
			t.Errorf("%d threads", threads)
		}
	})
}

// linesBeside is what was said in a channel without the posts of one kind.
func (h *house) linesBeside(kind handoff.PostKind, channel handoff.ID) []string {
	var out []string
	for _, p := range h.chat.in(channel) {
		if p.Kind != kind {
			out = append(out, p.String())
		}
	}
	return out
}

// TestWaitAfterLeaving: whoever leaves starts a new wait, and the clock of the first one is no longer heard.
func TestWaitAfterLeaving(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.pass(handoff.DefaultWait - time.Minute)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.does(handoff.VerbLeave, sam, sales, id)
		h.pass(handoff.DefaultWait - time.Second)
		if got := h.handoff(id).Stage; got != handoff.StageWaiting {
			t.Errorf("a second before the end the stage is %s", got)
		}
		h.pass(time.Second)
		if got := h.handoff(id).Ended; got != handoff.EndedNobodyCame {
			t.Errorf("it ended by %q", got)
		}
	})
}

// TestSecondHandoff: a conversation may be handed off again, in a thread of its own.
func TestSecondHandoff(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		first := h.asks(dana)
		_, err := h.desk.Request(h.Context(), dana, handoff.Request{By: handoff.FromVisitor})
		h.wantCode(err, handoff.CodeUnderWay)
		h.does(handoff.VerbJoin, sam, sales, first)
		h.does(handoff.VerbEnd, sam, sales, first)
		firstThread, _ := h.chat.thread(sales)

		second := h.asks(dana)
		h.does(handoff.VerbJoin, kim, sales, second)
		secondThread, _ := h.chat.thread(sales)
		if firstThread == secondThread || first == second {
			t.Fatalf("threads %s and %s, handoffs %s and %s", firstThread, secondThread, first, second)
		}
		h.chat.forget()
		h.says(dana, "Me again")
		if got := h.chat.in(sales); len(got) != 1 || got[0].Thread != secondThread {
			t.Errorf("the line went to %+v", got)
		}
		for thread, want := range map[string]handoff.Heard{firstThread: handoff.HeardEnded, secondThread: handoff.HeardInternal} {
			heard, err := h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{Key: h.key(), Person: sam, Text: "Hi", Place: handoff.Place{Channel: sales, Thread: thread}})
			if err != nil || heard != want {
				t.Errorf("Sam's line in %s is %s, %v; want %s", thread, heard, err, want)
			}
		}
	})
}

// TestPressOvertakesTheAcknowledgement: the channel took the thread, its answer was lost, and somebody presses Join before
// the second attempt. The card itself is the proof.
func TestPressOvertakesTheAcknowledgement(t *testing.T) {
	play(t, func(h *house) {
		h.chat.failsOnce(handoff.PostThread, doubtTaken())
		dana := h.visitor("Dana")
		id := h.asks(dana)
		thread, card := h.chat.thread(sales)
		press := handoff.Act{Verb: handoff.VerbJoin, Person: sam, Handoff: id, Place: handoff.Place{Channel: sales, Thread: thread}}
		if acted, err := h.desk.Act(h.Context(), press); err != nil || acted.Outcome != handoff.OutcomeForeign {
			t.Errorf("a press that names no card: %+v, %v", acted, err)
		}
		press.Card = card
		if acted, err := h.desk.Act(h.Context(), press); err != nil || acted.Outcome != handoff.OutcomeDone {
			t.Fatalf("%+v, %v", acted, err)
		}
		h.pass(time.Hour / 2)
		wantLines(t, "one thread, no copy", h.chat.said(sales),
			"thread for Dana", "card: joined",
			"notice: Sam Ortiz has joined. What Sam Ortiz writes here goes to the visitor; lines that begin with // and everybody else's stay internal.")
		if got := h.handoff(id).Threads; len(got) != 1 || got[0].Address != thread || got[0].Card != card {
			t.Errorf("the threads are %+v", got)
		}
	})
}

// TestPressDeliveredAgain: a platform delivers a press again. Meanwhile the state may have gone round, and look as it did; the
// press gets its first answer and does nothing.
func TestPressDeliveredAgain(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		thread, card := h.chat.thread(sales)
		press := func(key string, verb handoff.Verb, want handoff.State) {
			t.Helper()
			acted, err := h.desk.Act(h.Context(), handoff.Act{
				Key: key, Verb: verb, Person: sam, Handoff: id, Card: card, Place: handoff.Place{Channel: sales, Thread: thread},
			})
			h.must(err)
			if acted.Outcome != handoff.OutcomeDone || acted.View == nil {
				t.Errorf("%s by the press %s: %s", verb, key, acted.Outcome)
			}
			h.pass(0)
			if got := h.conversation(dana).State; got != want {
				t.Errorf("after %s by the press %s the state is %s, want %s", verb, key, got, want)
			}
		}
		press("1", handoff.VerbJoin, handoff.StateJoined)
		press("2", handoff.VerbLeave, handoff.StateWaiting)
		press("1", handoff.VerbJoin, handoff.StateWaiting)
		press("3", handoff.VerbJoin, handoff.StateJoined)
		press("2", handoff.VerbLeave, handoff.StateJoined)
		press("4", handoff.VerbEnd, handoff.StateAgent)
		press("3", handoff.VerbJoin, handoff.StateAgent)
	})
}
