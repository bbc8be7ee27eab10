package handoff_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// TestEventsResume reads the log from every place, while it stands still.
func TestEventsResume(t *testing.T) {
	play(t, func(h *house) {
		dana, id := h.joined("Dana")
		h.says(dana, "Hello")
		h.writes(sam, sales, "Hi")
		h.does(handoff.VerbEnd, sam, sales, id)
		all := h.events(dana)
		for after := range all {
			var got []handoff.Event
			for e, err := range h.desk.Events(h.Context(), dana, handoff.Seq(after)) {
				h.must(err)
				if got = append(got, e); int(e.Seq) == len(all) {
					break
				}
			}
			if diff := cmp.Diff(all[after:], got); diff != "" {
				t.Errorf("after %d (-want +got):\n%s", after, diff)
			}
		}
	})
}

// TestEventsUnderWriters lets many write and many read at once, each from a place of its own.
func TestEventsUnderWriters(t *testing.T) {
	play(t, func(h *house) {
		const writers, each, readers = 8, 30, 12
		dana := h.visitor("Dana")
		var group sync.WaitGroup
		for reader := range readers {
			group.Go(func() {
				want := handoff.Seq(reader * 7)
				for e, err := range h.desk.Events(h.Context(), dana, want) {
					if want++; err != nil || e.Seq != want {
						t.Errorf("reader %d got the event %d, %v; want %d", reader, e.Seq, err, want)
						return
					}
					if want == writers*each {
						return
					}
					if reader == 0 {
						time.Sleep(time.Second) // a slow one misses nothing and delays nobody
					}
				}
			})
		}
		for writer := range writers {
			group.Go(func() {
				for n := range each {
					if _, err := h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: fmt.Sprint(writer, "/", n), Text: fmt.Sprint(n)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
	})
}

// TestEventsWatchBeforeRead provokes both gaps: an event is written while the reader holds a page that does not have it yet,
// and when the reader has been given the last one, before it asks for more.
func TestEventsWatchBeforeRead(t *testing.T) {
	play(t, func(h *house) {
		dana, n := h.visitor("Dana"), 0
		write := func() {
			n++
			_, err := h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: h.key(), Text: fmt.Sprint(n)})
			h.must(err)
		}
		h.engine.read = write
		read := 0
		for e, err := range h.desk.Events(h.Context(), dana, 0) {
			h.must(err)
			if read++; e.Message.Text != fmt.Sprint(read) {
				t.Fatalf("event %d is %q", read, e.Message.Text)
			}
			if read == 50 {
				break
			}
			write()
		}
	})
}

// TestEventsEnd: a stream ends with its context, with an unknown conversation, and when the conversation is erased.
func TestEventsEnd(t *testing.T) {
	play(t, func(h *house) {
		started, err := h.desk.Start(h.Context(), handoff.NewConversation{Agent: "marketing", Verified: true, Visitor: handoff.Visitor{ID: "crm-1"}})
		h.must(err)
		dana := started.Conversation.ID

		ctx, cancel := context.WithCancel(h.Context())
		ended := make(chan []error, 2)
		read := func(ctx context.Context) {
			var errs []error
			for _, err := range h.desk.Events(ctx, dana, 0) {
				errs = append(errs, err)
			}
			ended <- errs
		}
		go read(ctx)
		synctest.Wait()
		cancel()
		if errs := <-ended; len(errs) != 0 {
			t.Errorf("the end of the context is told as %v", errs)
		}

		go read(h.Context())
		synctest.Wait()
		_, err = h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		h.must(err)
		if errs := <-ended; len(errs) != 1 || handoff.CodeOf(errs[0]) != handoff.CodeUnknownConversation {
			t.Errorf("an erased conversation is told as %v", errs)
		}
		for _, err := range h.desk.Events(h.Context(), "nobody", 0) {
			h.wantCode(err, handoff.CodeUnknownConversation)
		}
	})
}

// TestManyEvents reads a log of several pages.
func TestManyEvents(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		for n := range 450 {
			_, err := h.desk.FromAgent(h.Context(), dana, handoff.Say{Text: fmt.Sprint(n)})
			h.must(err)
		}
		if got := h.events(dana); len(got) != 450 || got[449].Message.Text != "449" {
			t.Errorf("%d events", len(got))
		}
		for _, row := range []struct {
			after handoff.Seq
			limit int
			first string
			n     int
		}{{0, 10, "0", 10}, {10, 10, "10", 10}, {445, 10, "445", 5}, {450, 10, "", 0}, {0, 1000, "0", 450}} {
			got, err := h.desk.Messages(h.Context(), dana, row.after, row.limit)
			h.must(err)
			if len(got) != row.n || row.n > 0 && got[0].Text != row.first {
				t.Errorf("Messages(after %d, limit %d): %d of them", row.after, row.limit, len(got))
			}
		}
	})
}

// TestAgentTurns: a line that waits for the agent comes until it is answered, and is answered once.
func TestAgentTurns(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		h.says(dana, "one")
		turn := h.nextTurn()
		if turn.Conversation.ID != dana || turn.Seq != 1 || !turn.Available || turn.Handoff != nil || len(turn.Messages) != 1 || turn.Agent.ID != "marketing" {
			t.Fatalf("the turn is %+v", turn)
		}
		if again := h.nextTurn(); again.Seq != turn.Seq {
			t.Errorf("an unanswered turn comes again as %+v", again)
		}
		h.says(dana, "two") // before the answer to the first
		h.must(h.desk.Answer(h.Context(), turn, handoff.Reply{Text: "to one"}))
		second := h.nextTurn()
		if second.Seq != 2 {
			t.Errorf("the next turn is %+v", second)
		}
		h.must(h.desk.Answer(h.Context(), second, handoff.Reply{Text: "to two"}))
		for _, late := range []handoff.Turn{turn, second} {
			h.must(h.desk.Answer(h.Context(), late, handoff.Reply{Text: "again"}))
		}
		wantLines(t, "the log", h.log(dana), "visitor: one", "visitor: two", "agent: to one", "agent: to two")
		if turns := h.turns(); len(turns) != 0 {
			t.Errorf("turns are left: %q", turns)
		}
	})
}

func (h *house) nextTurn() handoff.Turn {
	h.Helper()
	for turn, err := range h.desk.Turns(h.Context()) {
		h.must(err)
		return turn
	}
	h.Fatal("no turn")
	return handoff.Turn{}
}

func (h *house) turns() (out []string) {
	for key := range h.rows() {
		if len(key) > 6 && key[:6] == "turns/" {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// TestAnswerMeetsAHandoff: an answer that comes after somebody else has taken the conversation is not said.
func TestAnswerMeetsAHandoff(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		h.says(dana, "one")
		turn := h.nextTurn()
		h.asks(dana)
		h.must(h.desk.Answer(h.Context(), turn, handoff.Reply{Text: "too late"}))
		wantLines(t, "the log", h.log(dana), "visitor: one", "handoff: waiting", "agent: "+text(handoff.TextAsking))
	})
}

// TestAnswerAsksForAPerson: the reply's text is said only when nobody can come.
func TestAnswerAsksForAPerson(t *testing.T) {
	reply := handoff.Reply{Text: "What I know is this.", Handoff: &handoff.Request{By: handoff.FromAgent, Reason: "asked"}}
	for _, row := range []struct {
		name    string
		enabled bool
		want    []string
	}{
		{"somebody can", true, []string{"visitor: A person, please", "handoff: waiting", "agent: " + text(handoff.TextAsking)}},
		{"nobody can", false, []string{"visitor: A person, please", "agent: " + text(handoff.TextUnavailable), "agent: What I know is this."}},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.set(func(a *handoff.Agent) { a.Handoff.Enabled = row.enabled })
				dana := h.visitor("Dana")
				h.says(dana, "A person, please")
				h.must(h.desk.Answer(h.Context(), h.nextTurn(), reply))
				h.pass(0)
				wantLines(t, "the log", h.log(dana), row.want...)
				if turns := h.turns(); len(turns) != 0 {
					t.Errorf("turns are left: %q", turns)
				}
			})
		})
	}
}

// TestAgentWithWebhookAnswers: nothing is sent to a webhook, so that whoever has set one is still owed an answer.
func TestAgentWithWebhookAnswers(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Webhook = &handoff.Webhook{URL: "https://agent.example/hook"} })
		h.says(h.visitor("Dana"), "Hello")
		if turns := h.turns(); len(turns) != 1 {
			t.Errorf("turns: %q", turns)
		}
	})
}

func TestEpoch(t *testing.T) {
	play(t, func(h *house) {
		first, err := h.desk.Epoch(h.Context())
		h.must(err)
		h.restart()
		second, err := h.desk.Epoch(h.Context())
		if err != nil || first == "" || first != second {
			t.Errorf("the epoch was %q, is %q, %v", first, second, err)
		}
	})
}
