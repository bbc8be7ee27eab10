package agent_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/docket-handoff/docket/agent"
	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var mira = handoff.Agent{ID: "marketing", Name: "Mira", Answers: []handoff.KnownAnswer{
	{Questions: []string{"How much does it cost?", "pricing"}, Answer: "Twenty euros."},
	{Questions: []string{"HubSpot integration"}, Answer: "Yes, built in."},
}, Handoff: handoff.Policy{Enabled: true, Instruction: `Hand off for "refund".`}}

// talk makes messages out of lines: v: the visitor's, a: the agent's, s: a specialist's.
func talk(lines ...string) []handoff.Message {
	kinds := map[string]handoff.Kind{"v": handoff.FromVisitor, "a": handoff.FromAgent, "s": handoff.FromSpecialist}
	var out []handoff.Message
	for i, line := range lines {
		who, text, _ := strings.Cut(line, ": ")
		out = append(out, handoff.Message{
			ID: "m" + string(rune('1'+i)), Seq: handoff.Seq(i + 1), From: handoff.Author{Kind: kinds[who]}, Text: text,
			At: time.Date(2026, 11, 23, 9, i, 0, 0, time.UTC),
		})
	}
	return out
}

func TestDecide(t *testing.T) {
	offer := "a: " + mira.Text(handoff.TextNoAnswer)
	for _, row := range []struct {
		name      string
		said      []string
		closed    bool
		text      string
		reason    string // part of it; empty: no handoff
		handedOff bool
	}{
		{name: "a known question", said: []string{"v: how much does it cost"}, text: "Twenty euros."},
		{name: "another wording", said: []string{"v: Do you have a HubSpot integration?"}, text: "Yes, built in."},
		{name: "an unknown question", said: []string{"v: Do you like cheese?"}, text: mira.Text(handoff.TextNoAnswer)},
		{name: "an unknown question, nobody there", said: []string{"v: Do you like cheese?"}, closed: true, text: mira.Text(handoff.TextNoIdea)},
		{name: "a wish", said: []string{"v: I want to talk to a person"}, handedOff: true, reason: "asked for a person"},
		{name: "a wish with a known answer", said: []string{"v: How much does it cost? I want to talk to a person"}, handedOff: true, reason: "asked for a person", text: "Twenty euros."},
		{name: "the instruction", said: []string{"v: I need a refund"}, handedOff: true, reason: "“refund”"},
		{name: "asked twice", said: []string{"v: how much does it cost", "a: Twenty euros.", "v: How much does it cost?"}, handedOff: true, reason: "same thing again", text: "Twenty euros."},
		{name: "asked twice before an answer", said: []string{"v: how much does it cost", "v: How much does it cost?"}, text: "Twenty euros."},
		{name: "a wish with a line behind it", said: []string{"v: I want to talk to a person", "v: hello?"}, handedOff: true, reason: "asked for a person"},
		{name: "a wish that was heard before", said: []string{"v: I want to talk to a person", "a: Nobody is there.", "v: how much does it cost"}, text: "Twenty euros."},
		{name: "two questions at once", said: []string{"v: how much does it cost", "v: and do you like cheese?"}, text: "Twenty euros."},
		{name: "thanked twice", said: []string{"v: Thanks", "a: Gladly.", "v: Thanks"}, text: mira.Text(handoff.TextNoAnswer)},
		{name: "yes to the offer", said: []string{"v: cheese?", offer, "v: Yes, please!"}, handedOff: true, reason: "accepted the offer"},
		{name: "yes to something else", said: []string{"v: cheese?", "a: Do you mean Gouda?", "v: yes"}, text: mira.Text(handoff.TextNoAnswer)},
		{name: "no to the offer", said: []string{"v: cheese?", offer, "v: no thanks"}, text: mira.Text(handoff.TextNoAnswer)},
	} {
		t.Run(row.name, func(t *testing.T) {
			said := talk(row.said...)
			got := agent.Decide(handoff.Turn{Agent: mira, Messages: said, Seq: handoff.Seq(len(said)), Available: !row.closed})
			if got.Text != row.text {
				t.Errorf("says %q, want %q", got.Text, row.text)
			}
			if (got.Handoff != nil) != row.handedOff {
				t.Fatalf("hands off: %v", got.Handoff != nil)
			}
			if row.handedOff && (!strings.Contains(got.Handoff.Reason, row.reason) || got.Handoff.By != handoff.FromAgent) {
				t.Errorf("the reason is %q by %s", got.Handoff.Reason, got.Handoff.By)
			}
		})
	}
}

func TestAnEndedHandoffIsNotAskedAgain(t *testing.T) {
	said := talk("v: how much does it cost", "a: Twenty euros.", "s: Twenty, and ten for you.", "v: How much does it cost?")
	turn := handoff.Turn{Agent: mira, Messages: said, Seq: 4, Available: true, Handoff: &handoff.Handoff{EndedAt: said[2].At}}
	if got := agent.Decide(turn); got.Handoff != nil {
		t.Error("a question from before the handoff counts as asked twice after it")
	}
}

func TestBrief(t *testing.T) {
	got := agent.Brief(talk(
		"v: Hello",
		"v: We are 850 people in Lisbon.",
		"v: Do you have a HubSpot integration?",
		"a: Yes, built in.",
		"v: Is there a discount for a year?",
		"a: I don't have a good answer to that. Would you like me to ask a person from our team?",
		"v: Is there a discount for a whole year?",
		"v: I want to talk to a person",
	))
	want := handoff.Brief{
		Summary: []handoff.Point{
			{Text: "We are 850 people in Lisbon.", Message: "m2"},
			{Text: "Do you have a HubSpot integration?", Message: "m3"},
			{Text: "Is there a discount for a whole year?", Message: "m7"},
		},
		OpenLoops: []handoff.Point{{Text: "Is there a discount for a year?", Message: "m5"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the brief differs (-want +got):\n%s", diff)
	}
}

func TestBriefIsBounded(t *testing.T) {
	var lines []string
	for range 8 {
		lines = append(lines, "v: "+strings.Repeat("What about this very particular matter number ", 20)+"?")
	}
	got := agent.Brief(talk(lines...))
	for _, p := range append(got.Summary, got.OpenLoops...) {
		if n := len([]rune(p.Text)); n > 200 {
			t.Errorf("a point has %d characters", n)
		}
	}
	if len(got.Summary) > 4 || len(got.OpenLoops) > 6 {
		t.Errorf("%d summary points, %d loops", len(got.Summary), len(got.OpenLoops))
	}
}

func TestClose(t *testing.T) {
	loops := []handoff.Point{{Text: "Is there a discount for a year?", Message: "m0"}, {Text: "Do you ship to Spain?", Message: "m00"}}
	got := agent.Close(loops, talk(
		"s: Yes, ten percent discount.",
		"v: Could the trial run longer?",
		"s: Gladly, the trial may run for two more weeks.",
		"v: Is there a discount  for a year?",
		"v: And who signs the papers?",
		"s: Which papers?",
		"s: I don't know.",
		"v: And who signs the papers?",
	))
	want := handoff.Closing{
		Settled: []handoff.Point{{Text: "Is there a discount for a year?", Message: "m1"}, {Text: "Could the trial run longer?", Message: "m3"}},
		Open:    []handoff.Point{{Text: "Do you ship to Spain?", Message: "m00"}, {Text: "And who signs the papers?", Message: "m5"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the closing differs (-want +got):\n%s", diff)
	}
}

// ear is a platform that acknowledges everything.
type ear struct{}

func (ear) Name() string { return "ear" }

func (ear) Deliver(_ context.Context, p handoff.Post) (handoff.Receipt, error) {
	return handoff.Receipt{Thread: "thread", Message: string(p.Kind)}, nil
}

// TestRunHandsOff: a question is answered, a wish brings a person, and the brief says what was asked.
func TestRunHandsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, err := bolt.Open(filepath.Join(t.TempDir(), "docket.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		desk := handoff.NewDesk(engine, handoff.Config{Platforms: []handoff.Platform{ear{}}, Brief: agent.Brief, Close: agent.Close})
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		defer group.Wait()
		defer cancel()
		for _, run := range []func(context.Context) error{desk.Run, (&agent.Builtin{Desk: desk}).Run} {
			group.Go(func() {
				if err := run(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		if err := desk.Connect(ctx, "k", handoff.Channel{ID: "ear-1", Platform: "ear"}, "t", "hello"); err != nil {
			t.Fatal(err)
		}
		asked := mira
		asked.Handoff.Channels = []handoff.ID{"ear-1"}
		if _, err := desk.PutAgent(ctx, audit.Actor{Kind: audit.System}, asked); err != nil {
			t.Fatal(err)
		}
		started, err := desk.Start(ctx, handoff.NewConversation{Agent: "marketing"})
		if err != nil {
			t.Fatal(err)
		}
		id := started.Conversation.ID
		for _, line := range []string{"How much does it cost?", "Do you like cheese?", "Yes please"} {
			if _, err := desk.FromVisitor(ctx, id, handoff.Say{Text: line}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		messages, err := desk.Messages(ctx, id, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range messages {
			got = append(got, string(m.From.Kind)+": "+m.Text)
		}
		want := []string{
			"visitor: How much does it cost?", "agent: Twenty euros.",
			"visitor: Do you like cheese?", "agent: " + mira.Text(handoff.TextNoAnswer),
			"visitor: Yes please", "agent: " + mira.Text(handoff.TextAsking),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the conversation (-want +got):\n%s", diff)
		}
		c, err := desk.Conversation(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		h, err := desk.Handoff(ctx, c.Handoff)
		if err != nil {
			t.Fatal(err)
		}
		if loops := h.Brief.OpenLoops; len(loops) != 1 || loops[0].Text != "Do you like cheese?" || h.Reason != "The visitor accepted the offer to ask a person." {
			t.Errorf("the handoff is %+v", h)
		}
	})
}

// TestRunAnswersOnce stops the agent between a line and its answer and starts another one on the same store.
func TestRunAnswersOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "docket.db")
	open := func() (*bolt.Engine, *handoff.Desk) {
		engine, err := bolt.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		return engine, handoff.NewDesk(engine, handoff.Config{Brief: agent.Brief, Close: agent.Close})
	}
	engine, desk := open()
	if _, err := desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, mira); err != nil {
		t.Fatal(err)
	}
	started, err := desk.Start(t.Context(), handoff.NewConversation{Agent: "marketing"})
	if err != nil {
		t.Fatal(err)
	}
	id := started.Conversation.ID
	if _, err := desk.FromVisitor(t.Context(), id, handoff.Say{ClientID: "1", Text: "How much does it cost?"}); err != nil {
		t.Fatal(err)
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}

	engine, desk = open()
	defer engine.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	for range 2 { // two at once must not answer twice either
		go func() {
			ended <- (&agent.Builtin{Desk: desk, Log: slog.New(slog.DiscardHandler)}).Run(ctx)
		}()
	}
	if _, err := desk.FromVisitor(ctx, id, handoff.Say{ClientID: "2", Text: "I need a refund"}); err != nil {
		t.Fatal(err)
	}
	answers := map[string]int{}
	for e, err := range desk.Events(ctx, id, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Name == handoff.EventMessage && e.Message.From.Kind == handoff.FromAgent {
			answers[e.Message.Text]++
		}
		if answers[mira.Text(handoff.TextUnavailable)] > 0 { // no channel is connected: it says so and goes on
			break
		}
	}
	cancel()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	for text, n := range answers {
		if n != 1 {
			t.Errorf("%q was said %d times", text, n)
		}
	}
}
