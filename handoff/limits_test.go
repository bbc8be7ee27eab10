package handoff_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// wish asks for a person for the visitor and says what the desk answers.
func (h *house) wish(id handoff.ID) (handoff.Answer, error) {
	h.Helper()
	answer, err := h.desk.Request(h.Context(), id, handoff.Request{By: handoff.FromVisitor})
	h.pass(0)
	return answer, err
}

// TestOpenHandoffs: a channel has so many handoffs under way and no more, until one ends. One that is full does not keep the
// others from being asked.
func TestOpenHandoffs(t *testing.T) {
	play(t, func(h *house) {
		h.within(handoff.Limits{ChannelOpen: 2})
		first := h.visitor("Dana")
		id := h.asks(first)
		h.does(handoff.VerbJoin, sam, sales, id) // one that waits and one that is joined count alike
		h.asks(h.visitor("Lee"))
		next := h.visitor("Kim")
		_, err := h.wish(next)
		h.wantCode(err, handoff.CodeBusy)
		if got := h.conversation(next); got.State != handoff.StateAgent || got.Handoff != "" {
			t.Errorf("after the refusal the conversation is %+v", got)
		}
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = []handoff.ID{sales, support} })
		if got := h.handoff(h.asks(next)); len(got.Channels) != 1 || got.Channels[0] != support {
			t.Errorf("asked were %v", got.Channels)
		}
		h.ends(first, handoff.FromVisitor)
		if got := h.handoff(h.asks(h.visitor("Noor"))); len(got.Channels) != 2 {
			t.Errorf("after an end, asked were %v", got.Channels)
		}
	})
}

// TestWaitingPosts: a channel that is far behind gets no new handoff, and when all channels together are, not even a line.
func TestWaitingPosts(t *testing.T) {
	for _, row := range []struct {
		name   string
		limits handoff.Limits
		wish   handoff.Code
		line   handoff.Code
	}{
		{"one less than the channel takes", handoff.Limits{ChannelWaiting: 4}, "", ""},
		{"as many as the channel takes", handoff.Limits{ChannelWaiting: 3}, handoff.CodeBusy, ""},
		{"one less than all take", handoff.Limits{AllWaiting: 4}, "", ""},
		{"as many as all take", handoff.Limits{AllWaiting: 3}, handoff.CodeBusy, handoff.CodeBusy},
		{"one less than the conversation takes", handoff.Limits{ConversationWaiting: 4}, "", ""},
		{"as many as the conversation takes", handoff.Limits{ConversationWaiting: 3}, "", handoff.CodeBehind},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.within(row.limits)
				dana, _ := h.joined("Dana")
				h.chat.fails(func(handoff.Post) fault { return later(time.Hour) })
				for n := range 3 {
					h.says(dana, fmt.Sprint(n))
				}
				_, err := h.wish(h.visitor("Lee"))
				if handoff.CodeOf(err) != row.wish {
					t.Errorf("the wish is answered %v, want %q", err, row.wish)
				}
				if row.wish == "" && row.line == "" {
					return // the thread that was wished for waits too now
				}
				_, err = h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: "c", Text: "one more"})
				if handoff.CodeOf(err) != row.line {
					t.Errorf("the line is answered %v, want %q", err, row.line)
				}
			})
		})
	}
}

// TestBehindElsewhere: once somebody has joined, what still waits for another channel keeps the visitor from nothing.
func TestBehindElsewhere(t *testing.T) {
	play(t, func(h *house) {
		h.within(handoff.Limits{ConversationWaiting: 3})
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = []handoff.ID{sales, support} })
		h.chat.fails(func(p handoff.Post) fault {
			if p.Channel.ID == support {
				return later(time.Hour)
			}
			return fault{}
		})
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.says(dana, "one")
		h.says(dana, "two")
		_, err := h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: "c", Text: "three"})
		h.wantCode(err, handoff.CodeBehind)
		h.pass(time.Second)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.says(dana, "three")
		h.pass(time.Minute)
		if said := h.chat.said(sales); !slices.Contains(said, "Dana: three") {
			t.Errorf("the channel says %q", said)
		}
	})
}

// TestOneHandoffOfAVisitor: a visitor whom a back end knows has one at a time with an agent, however many conversations they
// open at once.
func TestOneHandoffOfAVisitor(t *testing.T) {
	play(t, func(h *house) {
		var talks []handoff.ID
		for range 50 {
			talks = append(talks, h.known("crm-1", "Dana"))
		}
		var mu sync.Mutex
		var begun []handoff.ID
		var group sync.WaitGroup
		for _, id := range talks {
			group.Go(func() {
				_, err := h.desk.Request(h.Context(), id, handoff.Request{By: handoff.FromVisitor})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					begun = append(begun, id)
				} else {
					h.wantCode(err, handoff.CodeUnderWay)
				}
			})
		}
		group.Wait()
		h.pass(0)
		if len(begun) != 1 {
			t.Fatalf("%d handoffs began", len(begun))
		}
		wantLines(t, "the channel", h.chat.said(sales), "thread for Dana")
		h.asks(h.known("crm-2", "Lee"))
		h.ends(begun[0], handoff.FromVisitor)
		h.asks(talks[0])
		for range 2 { // nobody vouches for these
			started, err := h.desk.Start(h.Context(), handoff.NewConversation{Agent: "marketing", Visitor: handoff.Visitor{ID: "crm-1"}})
			h.must(err)
			h.asks(started.Conversation.ID)
		}
		_, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		h.must(err)
		h.asks(h.known("crm-1", "Dana"))
	})
}

// TestAgentMeetsALimit: when the agent asks for a person and there is no room, the visitor hears that nobody is available, and
// the turn is over.
func TestAgentMeetsALimit(t *testing.T) {
	play(t, func(h *house) {
		h.within(handoff.Limits{ChannelOpen: 1})
		h.asks(h.visitor("Lee"))
		dana := h.visitor("Dana")
		h.says(dana, "a person please")
		h.must(h.desk.Answer(h.Context(), h.nextTurn(), handoff.Reply{Handoff: &handoff.Request{By: handoff.FromVisitor}}))
		wantLines(t, "the log", h.log(dana), "visitor: a person please", "agent: "+text(handoff.TextUnavailable))
		if n := len(h.turns()); n != 0 {
			t.Errorf("%d turns are left", n)
		}
	})
}

// TestCardPace: a card changes at once, and then every three seconds at most; it always ends with the latest state, and what
// is said does not wait for it.
func TestCardPace(t *testing.T) {
	play(t, func(h *house) {
		dana, id := h.joined("Dana")
		for range 5 {
			h.does(handoff.VerbLeave, sam, sales, id)
			h.does(handoff.VerbJoin, sam, sales, id)
			h.says(dana, "Hello")
			h.pass(time.Second)
		}
		h.does(handoff.VerbEnd, sam, sales, id)
		h.pass(time.Minute)
		var last time.Time
		cards, lines := 0, 0
		for _, p := range h.chat.in(sales) {
			lines += len(p.Lines)
			if p.Kind != handoff.PostCard {
				continue
			}
			if cards++; !last.IsZero() && p.At.Sub(last) < 3*time.Second {
				t.Errorf("%s after %v", p, p.At.Sub(last))
			}
			last = p.At
		}
		said := h.chat.said(sales)
		if cards != 3 || lines != 5 || said[len(said)-1] != "card: ended" || !strings.HasPrefix(said[len(said)-2], "closing") {
			t.Errorf("%d changes of the card, %d lines: %q", cards, lines, said)
		}
		wantEverythingSettled(h)
	})
}
