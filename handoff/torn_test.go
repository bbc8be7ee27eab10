package handoff_test

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
)

// tornTx is a transaction on a store with rows that cannot be read, as a real one is: a scan ends before such a row and fails
// the transaction.
type tornTx struct {
	store.Tx
	of     *mortal
	prefix string
	failed error
}

func (m *mortal) over(fn func(store.Tx) error) func(store.Tx) error {
	prefix, _ := m.torn.Load().(string)
	if prefix == "" {
		return fn
	}
	return func(tx store.Tx) error {
		torn := &tornTx{Tx: tx, of: m, prefix: prefix}
		if err := fn(torn); err != nil {
			return err
		}
		return torn.failed
	}
}

func (t *tornTx) Get(key string) ([]byte, error) {
	if strings.HasPrefix(key, t.prefix) {
		return nil, store.ErrDamaged
	}
	return t.Tx.Get(key)
}

// Put mends a row that it replaces.
func (t *tornTx) Put(key string, value []byte) error {
	if key == t.prefix {
		t.of.torn.Store("")
		t.prefix = "\xff"
	}
	return t.Tx.Put(key, value)
}

func (t *tornTx) Each(prefix, after string) iter.Seq2[string, store.Row] {
	return func(yield func(string, store.Row) bool) {
		for key, row := range t.Tx.Each(prefix, after) {
			if strings.HasPrefix(key, t.prefix) {
				row = store.Row{Err: store.ErrDamaged}
			}
			if !yield(key, row) {
				return
			}
		}
	}
}

func (t *tornTx) Scan(prefix, after string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for key, value := range t.Tx.Scan(prefix, after) {
			if strings.HasPrefix(key, t.prefix) {
				t.failed = store.ErrDamaged
				return
			}
			if !yield(key, value) {
				return
			}
		}
	}
}

// TestRowThatTheStoreCannotRead: it is put aside and holds up nobody, and the lane does not spin.
func TestRowThatTheStoreCannotRead(t *testing.T) {
	play(t, func(h *house) {
		h.chat.fails(func(handoff.Post) fault { return later(10 * time.Second) })
		dana, lee := h.visitor("Dana"), h.visitor("Lee")
		h.asks(dana)
		h.asks(lee)
		h.engine.torn.Store("outbox/" + string(sales) + "/" + string(dana) + "/")
		h.chat.fails(nil)
		h.pass(time.Minute)
		wantLines(t, "the channel", h.chat.said(sales), "thread for Lee")
		before := h.engine.views.Load()
		h.pass(5 * time.Minute)
		if n := h.engine.views.Load() - before; n > 50 {
			t.Errorf("%d views in five minutes", n)
		}
		h.engine.torn.Store("")
		if dead := h.dead(); len(dead) != 1 || !strings.Contains(dead[0].Cause, "cannot be read") {
			t.Errorf("put aside are %+v", dead)
		}
		h.wantBooks()
	})
}

// tears lets the row that h finds first under a prefix, with a word in its key, be one that the store cannot read.
func (h *house) tears(prefix string, word handoff.ID) {
	h.Helper()
	for _, key := range slices.Sorted(maps.Keys(h.rows())) {
		if strings.HasPrefix(key, prefix) && strings.Contains(key, string(word)) {
			h.engine.torn.Store(key)
			return
		}
	}
	h.Fatalf("there is no row %s%s", prefix, word)
}

// TestRowOfOne: one row that the store cannot read, of those that the desk walks through for everybody, stops nobody else; and
// what can be made anew is.
func TestRowOfOne(t *testing.T) {
	for _, row := range []struct {
		name string
		play func(h *house)
	}{
		{"how much waits in a queue", func(h *house) {
			h.chat.fails(func(handoff.Post) fault { return later(10 * time.Second) })
			dana := h.visitor("Dana")
			h.asks(dana)
			h.tears("queues/", dana)
			h.chat.fails(nil)
			h.asks(h.visitor("Lee"))
			h.pass(time.Minute)
			wantLines(h.T, "the channel", slices.Sorted(slices.Values(h.chat.said(sales))), "thread for Dana", "thread for Lee")
		}},
		{"how much waits in a channel", func(h *house) {
			h.chat.fails(func(handoff.Post) fault { return later(10 * time.Second) })
			h.asks(h.visitor("Dana"))
			h.tears("depths/", sales)
			if n := h.stats().Posts["chat"].Waiting; n != 1 {
				h.Errorf("%d posts are said to wait", n)
			}
			h.asks(h.visitor("Lee"))
			if n := h.stats().Posts["chat"].Waiting; n != 2 {
				h.Errorf("%d posts are said to wait", n)
			}
			h.chat.fails(nil)
			h.pass(time.Minute)
			wantLines(h.T, "the channel", slices.Sorted(slices.Values(h.chat.said(sales))), "thread for Dana", "thread for Lee")
		}},
		{"a timer", func(h *house) {
			dana := h.asks(h.visitor("Dana"))
			h.pass(time.Second)
			lee := h.asks(h.visitor("Lee"))
			h.tears("timers/", dana)
			h.pass(24 * time.Hour)
			for _, id := range []handoff.ID{dana, lee} {
				if got := h.handoff(id); got.Stage != handoff.StageEnded {
					h.Errorf("after a day the handoff is %s", got.Stage)
				}
			}
		}},
		{"what a timer is for", func(h *house) {
			dana := h.asks(h.visitor("Dana"))
			h.pass(time.Second)
			lee := h.asks(h.visitor("Lee"))
			h.tears("handoffs/", dana)
			h.pass(time.Hour)
			before := h.engine.views.Load()
			h.pass(5 * time.Minute)
			if n := h.engine.views.Load() - before; n > 50 {
				h.Errorf("%d views in five minutes", n)
			}
			if got := h.handoff(lee); got.Stage != handoff.StageEnded {
				h.Errorf("after an hour the neighbour's handoff is %s", got.Stage)
			}
		}},
		{"a turn", func(h *house) {
			dana, lee := h.visitor("Dana"), h.visitor("Lee")
			h.says(dana, "Hello")
			h.says(lee, "Hi")
			h.tears("turns/", dana)
			if turn := h.nextTurn(); turn.Conversation.ID != lee {
				h.Errorf("the turn is that of %s", turn.Conversation.ID)
			}
		}},
		{"a conversation whose turn it is", func(h *house) {
			dana, lee := h.visitor("Dana"), h.visitor("Lee")
			h.says(dana, "Hello")
			h.says(lee, "Hi")
			h.tears("conversations/"+string(dana)+"/record", "")
			if turn := h.nextTurn(); turn.Conversation.ID != lee {
				h.Errorf("the turn is that of %s", turn.Conversation.ID)
			}
		}},
		{"a post of a visitor who is erased", func(h *house) {
			dana := h.known("crm-1", "Dana")
			h.chat.fails(func(handoff.Post) fault { return later(time.Hour) })
			h.asks(dana)
			h.tears("outbox/", dana)
			erased, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
			if h.must(err); erased.Conversations != 1 {
				h.Errorf("erased: %+v", erased)
			}
		}},
		{"a post that waits for a person", func(h *house) {
			h.chat.fails(func(p handoff.Post) fault { return refusal("no") })
			h.asks(h.visitor("Dana"))
			h.asks(h.visitor("Lee"))
			h.pass(time.Second)
			h.tears("dead/", "")
			if dead := h.dead(); len(dead) != 1 {
				h.Errorf("shown are %+v", dead)
			}
		}},
		{"when a key is to be forgotten", func(h *house) {
			h.says(h.visitor("Dana"), "Hello")
			h.tears("expiries/", "")
			h.pass(8 * 24 * time.Hour)
			h.wantForgotten()
		}},
		{"a dead post that is to be forgotten", func(h *house) {
			h.chat.failsOnce(handoff.PostThread, fault{err: &handoff.DeliveryError{Certain: true, Cause: "no"}})
			h.asks(h.visitor("Dana"))
			h.pass(time.Second)
			h.tears("dead/", "")
			h.pass(40 * 24 * time.Hour)
			h.wantForgotten()
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.ruined = true
				row.play(h)
			})
		})
	}
}

// wantForgotten says that no key is kept of what nobody repeats any more.
func (h *house) wantForgotten() {
	h.Helper()
	h.engine.torn.Store("")
	for key := range h.rows() {
		if strings.HasPrefix(key, "keys/") || strings.HasPrefix(key, "expiries/") || strings.HasPrefix(key, "dead/") {
			h.Errorf("%s is still there", key)
		}
	}
}
