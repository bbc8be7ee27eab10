package handoff_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

const (
	sales   = handoff.ID("chat-sales")
	support = handoff.ID("chat-support")
	oncall  = handoff.ID("chat-oncall")
)

var (
	sam = handoff.Person{ID: "sam", Name: "Sam Ortiz", Photo: "/sam.png"}
	kim = handoff.Person{ID: "kim", Name: "Kim Adeyemi"}
)

// house is a desk at work, over a real store, with a chat platform that can fail. In a bubble its clock is the bubble's.
type house struct {
	*testing.T
	path   string
	chat   *chat
	engine *mortal
	desk   *handoff.Desk
	leave  func()
	keys   int
	agent  handoff.Agent
	ruined bool // the test leaves a store that cannot be read
	limits handoff.Limits
	beat   time.Duration
	place  *handoff.Place // where act presses; nil: on the newest card
	room   handoff.Room   // what the disk has room for
	clock  func() time.Time
}

// play runs a test in a bubble with a house in it, and sees that the lists are right when it is over.
func play(t *testing.T, f func(h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		f(h)
		if !h.ruined && !h.engine.dead.Load() {
			h.wantLists()
			h.wantBooks()
		}
	})
}

func newHouse(t *testing.T) *house {
	h := &house{T: t, path: filepath.Join(t.TempDir(), "docket.db"), chat: &chat{}, beat: 365 * 24 * time.Hour}
	h.agent = handoff.Agent{ID: "marketing", Name: "Ava", Handoff: handoff.Policy{Enabled: true, Channels: []handoff.ID{sales}}}
	h.open()
	h.Cleanup(h.close)
	for _, id := range []handoff.ID{sales, support, oncall} {
		h.must(h.desk.Connect(h.Context(), "connect "+string(id), handoff.Channel{ID: id, Platform: "chat", Name: string(id)}, "t", "hello"))
	}
	h.set(func(*handoff.Agent) {})
	synctest.Wait()
	h.chat.forget()
	return h
}

// open opens the store and lets a desk run on it.
func (h *house) open() {
	h.Helper()
	engine, err := bolt.Open(h.path)
	h.must(err)
	h.engine = &mortal{Engine: engine}
	h.desk = handoff.NewDesk(h.engine, handoff.Config{
		Limits: h.limits, Heartbeat: h.beat, Platforms: []handoff.Platform{h.chat}, Brief: brief, Close: closing,
		Room: func() handoff.Room { return h.room }, Clock: h.clock, Log: slog.New(slog.NewTextHandler(h.Output(), nil)),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.desk.Run(ctx) }()
	h.leave = func() {
		cancel()
		if err := <-ended; err != nil {
			h.Errorf("Run: %v", err)
		}
	}
}

// close stops the desk in good order.
func (h *house) close() {
	h.leave()
	h.must(h.engine.Close())
}

// within lets the desk run with other limits.
func (h *house) within(l handoff.Limits) {
	h.Helper()
	h.limits = l
	h.restart()
}

func (h *house) restart() {
	h.Helper()
	h.close()
	h.open()
	synctest.Wait()
}

// die is the end of the process: from now on nothing reaches the store. Whoever was in a call comes back to nobody.
func (h *house) die() {
	h.engine.dead.Store(true)
	h.close()
}

// mortal is an engine that can be cut off.
type mortal struct {
	store.Engine
	dead  atomic.Bool  // the process is gone
	full  atomic.Bool  // the disk is
	torn  atomic.Value // string: rows under it cannot be read
	views atomic.Int64 // so many were begun

	read func() // happens once, behind the next view, before its caller goes on
}

func (m *mortal) View(ctx context.Context, fn func(store.Tx) error) error {
	m.views.Add(1)
	if m.dead.Load() {
		return store.ErrClosed
	}
	err := m.Engine.View(ctx, m.over(fn))
	if then := m.read; then != nil {
		m.read = nil
		then()
	}
	return err
}

func (m *mortal) Update(ctx context.Context, fn func(store.Tx) error) error {
	switch {
	case m.dead.Load():
		return store.ErrClosed
	case m.full.Load():
		return fmt.Errorf("%w: no space left on device", store.ErrUnavailable)
	}
	return m.Engine.Update(ctx, m.over(fn))
}

// brief and closing are the simplest that can be told apart: every question is open until Sam says "settled".
func brief(said []handoff.Message) handoff.Brief {
	var b handoff.Brief
	for _, m := range said {
		if m.From.Kind == handoff.FromVisitor {
			b.Summary = append(b.Summary, handoff.Point{Text: m.Text, Message: m.ID})
			if strings.HasSuffix(m.Text, "?") {
				b.OpenLoops = append(b.OpenLoops, handoff.Point{Text: m.Text, Message: m.ID})
			}
		}
	}
	return b
}

func closing(loops []handoff.Point, after []handoff.Message) handoff.Closing {
	settled := slices.ContainsFunc(after, func(m handoff.Message) bool {
		return m.From.Kind == handoff.FromSpecialist && strings.Contains(m.Text, "settled")
	})
	if settled {
		return handoff.Closing{Settled: loops}
	}
	return handoff.Closing{Open: loops}
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// key is one that nobody has used.
func (h *house) key() string {
	h.keys++
	return fmt.Sprintf("key-%d", h.keys)
}

// set changes the agent.
func (h *house) set(change func(*handoff.Agent)) {
	h.Helper()
	change(&h.agent)
	_, err := h.desk.PutAgent(h.Context(), audit.Actor{Kind: audit.System}, h.agent)
	h.must(err)
}

// pass lets time go by, and everything happen that it brings.
func (h *house) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// visitor begins a conversation.
func (h *house) visitor(name string) handoff.ID {
	h.Helper()
	s, err := h.desk.Start(h.Context(), handoff.NewConversation{Agent: h.agent.ID, Visitor: handoff.Visitor{Name: name}})
	h.must(err)
	return s.Conversation.ID
}

func (h *house) says(id handoff.ID, text string) handoff.Said {
	h.Helper()
	said, err := h.desk.FromVisitor(h.Context(), id, handoff.Say{ClientID: h.key(), Text: text})
	h.must(err)
	synctest.Wait()
	return said
}

// asks requests a person for the visitor, and expects that one is asked.
func (h *house) asks(id handoff.ID) handoff.ID {
	h.Helper()
	answer, err := h.desk.Request(h.Context(), id, handoff.Request{By: handoff.FromVisitor, Reason: "asked for a person"})
	h.must(err)
	if answer.State != handoff.AnswerWaiting {
		h.Fatalf("the answer is %+v", answer)
	}
	synctest.Wait()
	return answer.Handoff
}

// act presses a button on the newest card of a channel.
func (h *house) act(verb handoff.Verb, p handoff.Person, channel, id handoff.ID) handoff.Outcome {
	h.Helper()
	thread, card := h.chat.thread(channel)
	at := handoff.Place{Channel: channel, Thread: thread}
	if h.place != nil {
		at = *h.place
	}
	acted, err := h.desk.Act(h.Context(), handoff.Act{Verb: verb, Person: p, Handoff: id, Card: card, Place: at})
	h.must(err)
	synctest.Wait()
	return acted.Outcome
}

// does is act where the outcome must be Done.
func (h *house) does(verb handoff.Verb, p handoff.Person, channel, id handoff.ID) {
	h.Helper()
	if got := h.act(verb, p, channel, id); got != handoff.OutcomeDone {
		h.Fatalf("%s: the outcome is %s", verb, got)
	}
}

// writes puts a specialist's line into the newest thread of a channel, under a message id that is its text.
func (h *house) writes(p handoff.Person, channel handoff.ID, text string) handoff.Heard {
	h.Helper()
	thread, _ := h.chat.thread(channel)
	heard, err := h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{
		Key: h.key(), Person: p, Message: text, Text: text, Place: handoff.Place{Channel: channel, Thread: thread},
	})
	h.must(err)
	synctest.Wait()
	return heard
}

func (h *house) conversation(id handoff.ID) handoff.Conversation {
	h.Helper()
	c, err := h.desk.Conversation(h.Context(), id)
	h.must(err)
	return c
}

func (h *house) handoff(id handoff.ID) handoff.Handoff {
	h.Helper()
	got, err := h.desk.Handoff(h.Context(), id)
	h.must(err)
	return got
}

// events reads the log as it stands, and checks that it has no hole.
func (h *house) events(id handoff.ID) []handoff.Event {
	h.Helper()
	last := h.conversation(id).LastSeq
	var out []handoff.Event
	if last == 0 {
		return nil
	}
	for e, err := range h.desk.Events(h.Context(), id, 0) {
		h.must(err)
		if e.Seq != handoff.Seq(len(out)+1) {
			h.Fatalf("event %d has the seq %d", len(out)+1, e.Seq)
		}
		if out = append(out, e); e.Seq == last {
			break
		}
	}
	return out
}

// log tells the events in a few words each. Deliveries are left out: delivered tells them.
func (h *house) log(id handoff.ID) []string {
	h.Helper()
	out := []string{}
	for _, e := range h.events(id) {
		switch e.Name {
		case handoff.EventMessage:
			out = append(out, string(e.Message.From.Kind)+": "+e.Message.Text)
		case handoff.EventEdited, handoff.EventDeleted:
			out = append(out, string(e.Name)+": "+e.Message.Text)
		case handoff.EventHandoff:
			line := "handoff: " + string(e.Handoff.State)
			if e.Handoff.State == handoff.StateJoined {
				line += " by " + e.Handoff.Specialist.Name
			}
			if e.Handoff.Reason != "" {
				line += ", " + string(e.Handoff.Reason)
			}
			out = append(out, line)
		case handoff.EventReaction:
			out = append(out, "reaction: "+e.Reaction.Type+" by "+e.Reaction.By)
		}
	}
	return out
}

// delivered tells what the visitor hears of a line's way.
func (h *house) delivered(id handoff.ID, said handoff.Said) []handoff.DeliveryState {
	h.Helper()
	out := []handoff.DeliveryState{}
	for _, e := range h.events(id) {
		if e.Name == handoff.EventDelivery && e.Delivery.Message == said.ID {
			out = append(out, e.Delivery.State)
		}
	}
	return out
}

// rows is everything in the store.
func (h *house) rows() map[string]string {
	h.Helper()
	out := map[string]string{}
	h.must(h.engine.View(h.Context(), func(tx store.Tx) error {
		for key, value := range tx.Scan("", "") {
			out[key] = string(value)
		}
		return nil
	}))
	return out
}

// outbox counts what waits to be posted.
func (h *house) outbox() int {
	h.Helper()
	n := 0
	for key := range maps.Keys(h.rows()) {
		if strings.HasPrefix(key, "outbox/") {
			n++
		}
	}
	return n
}

// wantCode says that an error must carry a code.
func (h *house) wantCode(err error, code handoff.Code) {
	h.Helper()
	if handoff.CodeOf(err) != code {
		h.Errorf("got the error %v, want the code %s", err, code)
	}
	var refused *handoff.Error
	if errors.As(err, &refused) && refused.Msg == "" {
		h.Errorf("the error with the code %s says nothing", code)
	}
}
