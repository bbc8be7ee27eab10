package handoff_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
)

// joined is a house with a conversation that Sam has.
func (h *house) joined(name string) (visitor, id handoff.ID) {
	h.Helper()
	visitor = h.visitor(name)
	id = h.asks(visitor)
	h.does(handoff.VerbJoin, sam, sales, id)
	return visitor, id
}

const missing = "notice: A line of Dana's may be missing here. View transcript on the card shows everything that was said."

// TestDelivery lets one line meet everything that a channel can do to it, with another line behind it.
func TestDelivery(t *testing.T) {
	for _, row := range []struct {
		name   string
		faults []fault
		takes  time.Duration // until the line behind has arrived, at most
		said   []string
		states []handoff.DeliveryState
	}{
		{"nothing bad", nil, 0,
			[]string{"Dana: one", "Dana: two"}, []handoff.DeliveryState{handoff.DeliverySent}},
		{"asked to wait", []fault{later(30 * time.Second)}, 30 * time.Second,
			[]string{"Dana: one | Dana: two"}, []handoff.DeliveryState{handoff.DeliverySent}},
		{"asked to wait again and again", []fault{later(0), later(0), later(0), later(0)}, 15 * time.Second,
			[]string{"Dana: one | Dana: two"}, []handoff.DeliveryState{handoff.DeliverySent}},
		{"asked to wait a year", []fault{later(365 * 24 * time.Hour)}, time.Hour,
			[]string{"Dana: one | Dana: two"}, []handoff.DeliveryState{handoff.DeliverySent}},
		{"refused", []fault{refusal("too long")}, 0,
			[]string{missing, "Dana: two"}, []handoff.DeliveryState{handoff.DeliveryFailed}},
		{"in doubt, and not there", []fault{doubtLost()}, 20 * time.Second,
			[]string{"Dana: one (2)", "Dana: two"}, []handoff.DeliveryState{handoff.DeliveryUncertain, handoff.DeliverySent}},
		{"in doubt, and there", []fault{doubtTaken()}, 20 * time.Second,
			[]string{"Dana: one", "Dana: one (2)", "Dana: two"}, []handoff.DeliveryState{handoff.DeliveryUncertain, handoff.DeliverySent}},
		{"in doubt, then asked to wait", []fault{doubtLost(), later(5 * time.Second)}, 25 * time.Second,
			[]string{"Dana: one (2)", "Dana: two"}, []handoff.DeliveryState{handoff.DeliveryUncertain, handoff.DeliverySent}},
		{"in doubt, then refused", []fault{doubtTaken(), refusal("no")}, untilHeld,
			[]string{"Dana: one", "Dana: two", missing}, []handoff.DeliveryState{handoff.DeliveryUncertain}},
		{"in doubt twice", []fault{doubtLost(), doubtTaken()}, untilHeld,
			[]string{"Dana: one (2)", "Dana: two", missing}, []handoff.DeliveryState{handoff.DeliveryUncertain}},
		{"an error of no kind", []fault{{err: errors.New("what?")}}, 20 * time.Second,
			[]string{"Dana: one (2)", "Dana: two"}, []handoff.DeliveryState{handoff.DeliveryUncertain, handoff.DeliverySent}},
		{"no answer at all", []fault{{slow: time.Hour}}, 50 * time.Second,
			[]string{"Dana: one (2)", "Dana: two"}, []handoff.DeliveryState{handoff.DeliveryUncertain, handoff.DeliverySent}},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.set(func(a *handoff.Agent) { a.Handoff.IdleSeconds = 7 * 24 * 3600 })
				dana, _ := h.joined("Dana")
				h.chat.forget()
				h.chat.failsOnce(handoff.PostLine, row.faults...)
				said := h.says(dana, "one")
				behind := h.says(dana, "two")
				h.pass(row.takes)
				wantLines(t, "the channel", h.chat.said(sales), row.said...)
				wantStates(t, "the line", h.delivered(dana, said), row.states...)
				wantStates(t, "the line behind", h.delivered(dana, behind), handoff.DeliverySent)
				for _, e := range h.events(dana) {
					if d := e.Delivery; d != nil && (d.State == handoff.DeliverySent) != (d.Cause == "") {
						t.Errorf("the visitor hears %q with the cause %q", d.State, d.Cause)
					}
				}
				if n := h.outbox(); n != 0 {
					t.Errorf("%d posts wait", n)
				}
			})
		})
	}
}

// TestGivingUp: a channel that is certain to be away for a day gets no more tries, and the visitor hears of it.
func TestGivingUp(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.IdleSeconds = 7 * 24 * 3600 })
		dana, _ := h.joined("Dana")
		h.chat.fails(func(handoff.Post) fault { return later(2 * time.Hour) })
		said := h.says(dana, "one")
		h.pass(30 * time.Hour)
		wantStates(t, "the line", h.delivered(dana, said), handoff.DeliveryFailed)
		h.pass(30 * time.Hour) // what would have told the thread is given up too
		if n := h.outbox(); n != 0 {
			t.Errorf("%d posts wait", n)
		}
	})
}

// TestHardlyEverSent: at most thirty tries.
func TestHardlyEverSent(t *testing.T) {
	play(t, func(h *house) {
		dana, _ := h.joined("Dana")
		tries := 0
		h.chat.fails(func(p handoff.Post) fault {
			if p.Kind == handoff.PostLine {
				tries++
			}
			return later(0)
		})
		said := h.says(dana, "one")
		h.pass(40 * time.Minute)
		wantStates(t, "the line", h.delivered(dana, said), handoff.DeliveryFailed)
		if tries != 30 {
			t.Errorf("%d tries", tries)
		}
	})
}

// TestOrderUnderFaults: whatever happens to a conversation's posts, their first appearances keep the order, and none is
// lost without a word.
func TestOrderUnderFaults(t *testing.T) {
	for seed := range uint64(10) {
		play(t, func(h *house) {
			source, faults := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
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
				return []fault{{}, {}, {slow: time.Second}, later(0), later(3 * time.Second), doubtLost(), doubtTaken()}[faults.IntN(7)]
			})
			lines := map[string]handoff.Said{}
			for n := range 10 {
				for i, dana := range visitors {
					line := fmt.Sprintf("Visitor %d: %d", i, n)
					lines[line] = h.says(dana, fmt.Sprint(n))
				}
				h.pass(time.Duration(source.IntN(5)) * time.Second)
			}
			h.pass(30 * time.Minute)
			wantOrder(t, h, visitors, lines)
		})
	}
}

func wantOrder(t *testing.T, h *house, visitors []handoff.ID, lines map[string]handoff.Said) {
	t.Helper()
	first, copies := map[string]int{}, map[string]int{}
	for at, p := range h.chat.in(sales) {
		for i, l := range p.Lines {
			line := l.Speaker + ": " + l.Text
			if copies[line]++; copies[line] == 1 {
				first[line] = 100*at + i
			}
		}
	}
	for i, dana := range visitors {
		last := -1
		for n := range 10 {
			line := fmt.Sprintf("Visitor %d: %d", i, n)
			states := h.delivered(dana, lines[line])
			at, there := first[line]
			switch {
			case copies[line] > 2:
				t.Errorf("%s appeared %d times", line, copies[line])
			case len(states) == 0:
				t.Errorf("nothing is known of %s", line)
			case !there && states[len(states)-1] == handoff.DeliverySent:
				t.Errorf("%s is called sent and is not there", line)
			case there && at < last:
				t.Errorf("%s appeared before the line ahead of it", line)
			}
			last = max(last, at)
		}
	}
	if n := h.outbox(); n != 0 {
		t.Errorf("%d posts wait", n)
	}
}

// TestTurns: a conversation that must wait does not delay its neighbours, and neighbours take turns.
func TestTurns(t *testing.T) {
	play(t, func(h *house) {
		stuck, _ := h.joined("Stuck")
		one, _ := h.joined("One")
		two, _ := h.joined("Two")
		h.chat.forget()
		gate := make(chan struct{})
		h.chat.fails(func(p handoff.Post) fault {
			switch {
			case p.Kind == handoff.PostLine && p.Lines[0].Speaker == "Stuck":
				return later(time.Hour)
			case p.Kind == handoff.PostLine:
				return fault{until: gate}
			}
			return fault{}
		})
		h.says(stuck, "a")
		h.says(stuck, "b")
		for n := range 3 {
			h.says(one, fmt.Sprint(n))
		}
		for n := range 3 {
			h.says(two, fmt.Sprint(n))
		}
		close(gate)
		h.pass(0)
		wantLines(t, "the channel", h.chat.said(sales), "One: 0", "Two: 0 | Two: 1 | Two: 2", "One: 1 | One: 2")
	})
}

// TestSlowChannel: a channel that hangs delays no other channel.
func TestSlowChannel(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = []handoff.ID{sales, support} })
		h.chat.fails(func(p handoff.Post) fault {
			if p.Channel.ID == sales {
				return fault{slow: 25 * time.Second}
			}
			return fault{}
		})
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, kim, support, id)
		h.says(dana, "Hello")
		said := h.chat.said(support)
		wantLines(t, "the other channel", said[len(said)-1:], "Dana: Hello")
		h.pass(25 * time.Second)
		wantLines(t, "the slow one is drawn anew", h.chat.said(sales), "thread for Dana")
		h.pass(25 * time.Second)
		wantLines(t, "the slow one", h.chat.said(sales), "thread for Dana", "card: joined")
	})
}

// TestOneAtATime: the platform is called for one post of a channel at a time.
func TestOneAtATime(t *testing.T) {
	play(t, func(h *house) {
		dana, _ := h.joined("Dana")
		lee, _ := h.joined("Lee")
		busy, most := 0, 0
		h.chat.fails(func(handoff.Post) fault { // called with the chat's lock held
			busy++
			most = max(most, busy)
			time.AfterFunc(time.Second, func() {
				h.chat.mu.Lock()
				defer h.chat.mu.Unlock()
				busy--
			})
			return fault{slow: time.Second}
		})
		for n := range 5 {
			h.says(dana, fmt.Sprint(n))
			h.says(lee, fmt.Sprint(n))
		}
		h.pass(time.Minute)
		if most != 1 {
			t.Errorf("%d calls at once", most)
		}
	})
}

// TestStopWithinAPost: Run waits for the call that has begun, and begins no other.
func TestStopWithinAPost(t *testing.T) {
	play(t, func(h *house) {
		dana, _ := h.joined("Dana")
		h.chat.forget()
		h.chat.fails(func(p handoff.Post) fault { return fault{slow: 10 * time.Second} })
		said := h.says(dana, "one")
		h.says(dana, "two")
		began := time.Now()
		h.leave()
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("Run ended after %v", took)
		}
		wantLines(t, "the channel", h.chat.said(sales), "Dana: one")
		wantStates(t, "the line", h.delivered(dana, said), handoff.DeliverySent)
		h.leave = func() {}
	})
}

// TestStoreComesBack: while the store cannot write, nothing is sent twice, and afterwards all goes on.
func TestStoreComesBack(t *testing.T) {
	play(t, func(h *house) {
		dana, _ := h.joined("Dana")
		h.chat.forget()
		hang := make(chan struct{})
		h.chat.failsOnce(handoff.PostLine, fault{until: hang})
		said := h.says(dana, "one")
		h.engine.full.Store(true)
		close(hang)
		h.pass(10 * time.Minute) // the line is there, and its outcome is held
		_, err := h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: "c", Text: "two"})
		h.wantCode(err, handoff.CodeStore)
		var refused *handoff.Error
		if !errors.As(err, &refused) || refused.RetryAfter == 0 || refused.HTTPStatus() != 503 {
			t.Errorf("the refusal is %+v", refused)
		}
		h.wantCode(h.desk.Ready(h.Context()), handoff.CodeStore)
		h.engine.full.Store(false)
		h.must(h.desk.Ready(h.Context()))
		h.pass(time.Minute)
		wantLines(t, "the channel", h.chat.said(sales), "Dana: one")
		wantStates(t, "the line", h.delivered(dana, said), handoff.DeliverySent)
	})
}

// TestUnknownPlatform: a channel whose platform is not set up refuses at once.
func TestUnknownPlatform(t *testing.T) {
	play(t, func(h *house) {
		h.must(h.desk.Connect(h.Context(), "k", handoff.Channel{ID: "slack-1", Platform: "slack"}, "t", "hello"))
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = []handoff.ID{"slack-1"} })
		dana := h.visitor("Dana")
		h.asks(dana)
		wantLines(t, "the log", h.log(dana), "handoff: waiting", "handoff: agent, nobody_came", "agent: "+text(handoff.TextNobodyCame))
	})
}

// TestStoreClosedTooEarly ends Run instead of letting it complain for ever.
func TestStoreClosedTooEarly(t *testing.T) {
	play(t, func(h *house) {
		h.chat.fails(func(handoff.Post) fault { return later(time.Minute) })
		h.asks(h.visitor("Dana"))
		h.must(h.engine.Close())
		h.ruined = true
		h.pass(time.Hour) // the desk meets the closed store
		if err := h.desk.Run(h.Context()); err != nil {
			t.Errorf("a desk over a closed store ends with %v", err)
		}
	})
}

// TestDamagedConversation: one that cannot be read delays neither the clocks nor the posts of the others.
func TestDamagedConversation(t *testing.T) {
	play(t, func(h *house) {
		h.chat.fails(func(handoff.Post) fault { return later(time.Second) })
		broken := h.visitor("Broken")
		h.asks(broken)
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.must(h.engine.Update(h.Context(), func(tx store.Tx) error {
			return tx.Put("conversations/"+string(broken)+"/record", []byte("{"))
		}))
		h.chat.fails(nil)
		h.pass(5 * time.Second)
		wantLines(t, "the channel", h.chat.said(sales), "thread for Dana")
		h.pass(handoff.DefaultWait)
		if got := h.handoff(id).Ended; got != handoff.EndedNobodyCame {
			t.Errorf("the other handoff ended by %q", got)
		}
		if _, err := h.desk.Conversation(h.Context(), broken); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("the broken one reads as %v", err)
		}
		page, err := h.desk.Board(h.Context(), handoff.BoardQuery{Stage: handoff.StageWaiting})
		if h.must(err); len(page.Handoffs) != 1 || !page.Handoffs[0].Damaged {
			t.Errorf("the board has %+v", page)
		}
		h.ruined = true
	})
}

// TestDamagedChannel: agents whose channel cannot be read go on without it, and ask their other channels.
func TestDamagedChannel(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = ids(sales, support) })
		h.must(h.engine.Update(h.Context(), func(tx store.Tx) error { return tx.Put("channels/"+string(sales), []byte("{")) }))
		dana := h.visitor("Dana")
		h.says(dana, "Hello")
		h.asks(dana)
		h.pass(time.Second)
		wantLines(t, "the other channel", h.chat.said(support), "thread for Dana")
		h.must(h.engine.Update(h.Context(), func(tx store.Tx) error { return tx.Put("channels/"+string(support), []byte("{")) }))
		ed := h.visitor("Ed")
		h.says(ed, "Hello")
		answer, err := h.desk.Request(h.Context(), ed, handoff.Request{By: handoff.FromVisitor})
		if h.must(err); answer.State != handoff.AnswerUnavailable || answer.Reason != handoff.NoChannel {
			t.Errorf("with no channel that can be read the answer is %+v", answer)
		}
		h.ruined = true
	})
}

// TestThreadOfAnEarlierHandoff: what arrives for a handoff that is over belongs to that one, though the next has begun.
func TestThreadOfAnEarlierHandoff(t *testing.T) {
	play(t, func(h *house) {
		h.chat.failsOnce(handoff.PostThread, fault{slow: 5 * time.Second}, fault{slow: 5 * time.Second})
		dana := h.visitor("Dana")
		first := h.asks(dana)
		h.ends(dana, handoff.FromVisitor)
		second := h.asks(dana)
		h.pass(5 * time.Second)
		wantLines(t, "the log promises nothing for the first", h.log(dana),
			"handoff: waiting", "handoff: agent, visitor", "agent: "+text(handoff.TextCancelled), "handoff: waiting")
		h.pass(5 * time.Second)
		wantLines(t, "the channel", h.chat.said(sales), "thread for Dana", "thread for Dana", "card: ended", "closing: visitor")
		one, two := h.handoff(first), h.handoff(second)
		if len(one.Threads) != 1 || one.Promised || len(two.Threads) != 1 || !two.Promised || one.Threads[0].Address == two.Threads[0].Address {
			t.Errorf("the handoffs are %+v and %+v", one, two)
		}
		h.does(handoff.VerbJoin, sam, sales, second)
	})
}

// TestThrottledChannel: a channel that asks for silence is left alone by all its conversations; other channels are not.
func TestThrottledChannel(t *testing.T) {
	play(t, func(h *house) {
		var toSales, toSupport atomic.Int64
		var spent atomic.Bool // the budget of the one channel is
		spent.Store(true)
		h.chat.fails(func(p handoff.Post) fault {
			if p.Channel.ID != sales {
				toSupport.Add(1)
				return fault{}
			}
			toSales.Add(1)
			if spent.Load() {
				return fault{err: &handoff.DeliveryError{Certain: true, Retry: true, Throttled: true, RetryAfter: 30 * time.Second, Cause: "too fast"}}
			}
			return fault{}
		})
		for n := range 5 {
			h.asks(h.visitor(fmt.Sprint(n)))
		}
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = ids(support) })
		h.asks(h.visitor("Lee"))
		h.pass(29 * time.Second)
		if toSales.Load() != 1 || toSupport.Load() != 1 {
			t.Errorf("within half a minute there were %d calls, and %d to the other channel", toSales.Load(), toSupport.Load())
		}
		h.pass(time.Minute)
		if n := toSales.Load(); n > 3 {
			t.Errorf("in a minute and a half of silence there were %d calls", n)
		}
		spent.Store(false)
		h.pass(time.Minute)
		if said := h.chat.said(sales); len(said) != 5 {
			t.Errorf("after it the channel says %q", said)
		}
	})
}

// TestCardPostedAnew: a card that had to be posted anew is posted twice at most when nobody knows whether it is there, and then
// left to a person; one that was only changed is changed again as often as it takes.
func TestCardPostedAnew(t *testing.T) {
	for _, row := range []struct {
		name        string
		anew        bool
		calls, held int
	}{
		{"posted anew", true, 2, 1},
		{"changed", false, 9, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				_, id := h.joined("Dana")
				h.pass(time.Minute)
				calls := 0
				h.chat.fails(func(p handoff.Post) fault {
					if p.Kind != handoff.PostCard {
						return fault{}
					}
					if calls++; calls > 8 {
						return fault{}
					}
					return fault{err: &handoff.DeliveryError{Anew: row.anew, Cause: "no answer"}}
				})
				h.does(handoff.VerbEnd, sam, sales, id)
				h.pass(10 * time.Minute)
				if held := h.held(); calls != row.calls || len(held) != row.held {
					t.Errorf("after %d calls are held %+v", calls, held)
				}
			})
		})
	}
}
