package handoff_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/docket-handoff/docket/handoff"
)

func wantLines(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func text(name string, slots ...string) string {
	return (&handoff.Agent{Name: "Ava"}).Text(name, slots...)
}

// TestStory is the main job from the first line to the last.
func TestStory(t *testing.T) {
	play(t, func(h *house) {
		release := make(chan struct{})
		h.chat.fails(func(p handoff.Post) fault {
			if p.Kind == handoff.PostThread {
				return fault{until: release}
			}
			return fault{}
		})
		dana := h.visitor("Dana Cole")
		h.says(dana, "Do you have a HubSpot integration?")
		id := h.asks(dana)
		h.says(dana, "Are you there?")
		wantLines(t, "before the channel has acknowledged, nothing is promised", h.log(dana),
			"visitor: Do you have a HubSpot integration?",
			"handoff: waiting",
			"visitor: Are you there?")
		if c := h.conversation(dana); c.State != handoff.StateWaiting || c.Handoff != id {
			t.Errorf("the conversation is %+v", c)
		}

		close(release)
		h.pass(0)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.says(dana, "Hello Sam")
		for _, line := range []struct {
			by   handoff.Person
			text string
			want handoff.Heard
		}{
			{sam, "Hello Dana, that is settled", handoff.HeardRelayed},
			{sam, "// she is a big one", handoff.HeardInternal},
			{kim, "Tell her about Salesforce too", handoff.HeardInternal},
			{sam, "Anything else?", handoff.HeardRelayed},
		} {
			if got := h.writes(line.by, sales, line.text); got != line.want {
				t.Errorf("%q is %s, want %s", line.text, got, line.want)
			}
		}
		h.does(handoff.VerbEnd, sam, sales, id)
		h.says(dana, "Thanks")

		joined := text(handoff.TextJoined, "specialist", sam.Name)
		wantLines(t, "the visitor's log", h.log(dana),
			"visitor: Do you have a HubSpot integration?",
			"handoff: waiting",
			"visitor: Are you there?",
			"agent: "+text(handoff.TextAsking),
			"handoff: joined by Sam Ortiz",
			"agent: "+joined,
			"visitor: Hello Sam",
			"specialist: Hello Dana, that is settled",
			"specialist: Anything else?",
			"handoff: agent, specialist",
			"agent: "+text(handoff.TextEnded, "specialist", sam.Name),
			"visitor: Thanks")
		h.pass(3 * time.Second) // the card may not change sooner
		wantLines(t, "the channel", h.chat.said(sales),
			"thread for Dana Cole",
			"Dana Cole: Are you there?",
			"card: joined",
			"notice: Sam Ortiz has joined. What Sam Ortiz writes here goes to the visitor; lines that begin with // and everybody else's stay internal.",
			"Dana Cole: Hello Sam",
			"closing: specialist",
			"card: ended")
		wantEverythingSettled(h)
		story(t, h, dana, id)
	})
}

// story looks at what a card and a report would show of it.
func story(t *testing.T, h *house, dana, id handoff.ID) {
	got := h.handoff(id)
	loop := handoff.Point{Text: "Do you have a HubSpot integration?", Message: string(dana) + ".1"}
	want := handoff.Handoff{
		ID: id, Conversation: dana, Stage: handoff.StageEnded, By: handoff.FromVisitor, Reason: "asked for a person",
		Brief:      handoff.Brief{Summary: []handoff.Point{loop}, OpenLoops: []handoff.Point{loop}},
		Channels:   []handoff.ID{sales},
		Specialist: &sam, Promised: true, AskedFrom: 1, Ended: handoff.EndedBySpecialist,
		Closing: &handoff.Closing{Settled: []handoff.Point{loop}},
	}
	if got.Day != got.StartedAt.Format(time.DateOnly) || !got.FirstJoined.Equal(got.JoinedAt) {
		t.Errorf("it counts on %s and was first joined at %s, but began %s and was joined at %s", got.Day, got.FirstJoined, got.StartedAt, got.JoinedAt)
	}
	got.Threads, got.Home, got.Version, got.Day, got.FirstJoined = nil, nil, 0, "", time.Time{}
	got.StartedAt, got.WaitingSince, got.WaitUntil, got.JoinedAt, got.EndedAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the handoff (-want +got):\n%s", diff)
	}
	messages, err := h.desk.Messages(h.Context(), dana, 0, 100)
	h.must(err)
	for _, m := range messages {
		if m.From.Kind == handoff.FromSpecialist && (m.From.Name != sam.Name || m.From.Photo != sam.Photo) {
			t.Errorf("the specialist is shown as %+v", m.From)
		}
		if m.From.Kind == handoff.FromAgent && m.From.Name != "Ava" {
			t.Errorf("the agent is shown as %+v", m.From)
		}
	}
}

// wantEverythingSettled says that nothing waits any more: no post, no doubt.
func wantEverythingSettled(h *house) {
	h.Helper()
	for key := range h.rows() {
		if strings.HasPrefix(key, "outbox/") || strings.HasPrefix(key, "held/") {
			h.Errorf("%s is left", key)
		}
	}
}

// TestEnds goes through every way in which a handoff ends.
func TestEnds(t *testing.T) {
	for _, row := range []struct {
		reason handoff.EndReason
		joined bool
		end    func(h *house, dana, id handoff.ID)
		says   string // the text that the agent takes over with
	}{
		{handoff.EndedBySpecialist, true, func(h *house, _, id handoff.ID) { h.does(handoff.VerbEnd, sam, sales, id) }, handoff.TextEndedOpen},
		{handoff.EndedHandedBack, true, func(h *house, _, id handoff.ID) { h.does(handoff.VerbBack, sam, sales, id) }, handoff.TextHandedBack},
		{handoff.EndedByVisitor, true, func(h *house, dana, _ handoff.ID) { h.ends(dana, handoff.FromVisitor) }, handoff.TextEndedOpen},
		{handoff.EndedByVisitor, false, func(h *house, dana, _ handoff.ID) { h.ends(dana, handoff.FromVisitor) }, handoff.TextCancelled},
		{handoff.EndedByAgent, true, func(h *house, dana, _ handoff.ID) { h.ends(dana, handoff.FromAgent) }, handoff.TextEndedOpen},
		{handoff.EndedByAgent, false, func(h *house, dana, _ handoff.ID) { h.ends(dana, handoff.FromAgent) }, handoff.TextCancelled},
		{handoff.EndedIdle, true, func(h *house, _, _ handoff.ID) { h.pass(handoff.DefaultIdle) }, handoff.TextIdle},
		{handoff.EndedNobodyCame, false, func(h *house, _, _ handoff.ID) { h.pass(handoff.DefaultWait) }, handoff.TextNobodyCame},
	} {
		name := string(row.reason) + " while waiting"
		if row.joined {
			name = string(row.reason) + " after the join"
		}
		t.Run(name, func(t *testing.T) {
			play(t, func(h *house) {
				dana := h.visitor("Dana")
				h.says(dana, "Is there a trial?")
				id := h.asks(dana)
				slots := []string{"loops", "Is there a trial?"}
				if row.joined {
					h.does(handoff.VerbJoin, sam, sales, id)
					slots = append(slots, "specialist", sam.Name)
				}
				row.end(h, dana, id)

				log := h.log(dana)
				wantLines(t, "the end of the log", log[len(log)-2:],
					"handoff: agent, "+string(row.reason), "agent: "+text(row.says, slots...))
				h.pass(3 * time.Second) // the card may not change sooner
				said := h.chat.said(sales)
				slices.Sort(said[len(said)-2:])
				wantLines(t, "the end of the channel", said[len(said)-2:], "card: ended", "closing: "+string(row.reason))
				if c := h.conversation(dana); c.State != handoff.StateAgent {
					t.Errorf("the state is %s", c.State)
				}
				if got := h.handoff(id); got.Ended != row.reason || got.Stage != handoff.StageEnded || got.EndedAt.IsZero() || len(got.Closing.Open) != 1 {
					t.Errorf("the handoff is %+v", got)
				}
				_, err := h.desk.End(h.Context(), dana, handoff.FromVisitor)
				h.wantCode(err, handoff.CodeNoHandoff)
				h.pass(24 * time.Hour) // no clock of the handoff strikes any more
				if after := h.log(dana); len(after) != len(log) {
					t.Errorf("afterwards: %q", after[len(log):])
				}
				wantEverythingSettled(h)
			})
		})
	}
}

func (h *house) ends(id handoff.ID, by handoff.Kind) {
	h.Helper()
	c, err := h.desk.End(h.Context(), id, by)
	h.must(err)
	if c.State != handoff.StateAgent {
		h.Errorf("the state is %s", c.State)
	}
	h.pass(0)
}

// TestSilenceOfTheAgent: while a person talks, the agent does not.
func TestSilenceOfTheAgent(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		say := func() error {
			_, err := h.desk.FromAgent(h.Context(), dana, handoff.Say{Text: "As an AI, …"})
			return err
		}
		h.must(say())
		id := h.asks(dana)
		h.must(say())
		h.does(handoff.VerbJoin, sam, sales, id)
		h.wantCode(say(), handoff.CodeSpecialistHasIt)
		h.does(handoff.VerbBack, sam, sales, id)
		h.must(say())
	})
}

func TestVisitorCancelsBeforeTheThread(t *testing.T) {
	play(t, func(h *house) {
		h.chat.failsOnce(handoff.PostThread, later(time.Minute))
		dana := h.visitor("Dana")
		h.asks(dana)
		said := h.says(dana, "Never mind")
		h.ends(dana, handoff.FromVisitor)
		h.pass(time.Hour)
		wantLines(t, "the channel", h.chat.said(sales))
		wantLines(t, "the log", h.log(dana),
			"handoff: waiting", "visitor: Never mind", "handoff: agent, visitor", "agent: "+text(handoff.TextCancelled))
		if got := h.delivered(dana, said); len(got) != 1 || got[0] != handoff.DeliveryFailed {
			t.Errorf("the line is %v", got)
		}
		wantEverythingSettled(h)
	})
}

// TestVisitorCancelsWhileTheThreadIsPosted: the thread that comes all the same is told at once that it is over.
func TestVisitorCancelsWhileTheThreadIsPosted(t *testing.T) {
	play(t, func(h *house) {
		h.chat.failsOnce(handoff.PostThread, fault{slow: 5 * time.Second})
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.ends(dana, handoff.FromVisitor)
		h.pass(10 * time.Second)
		wantLines(t, "the channel", h.chat.said(sales), "thread for Dana", "card: ended", "closing: visitor")
		if got := h.act(handoff.VerbJoin, sam, sales, id); got != handoff.OutcomeStale {
			t.Errorf("a join is %s", got)
		}
		wantLines(t, "nobody is promised a person", h.log(dana),
			"handoff: waiting", "handoff: agent, visitor", "agent: "+text(handoff.TextCancelled))
	})
}
