package handoff_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// wantBooks says that the counts of what waits and is kept are right.
func (h *house) wantBooks() {
	h.Helper()
	type books struct{ Waiting, Held, Dead int }
	rows := h.rows()
	counted, queues, marks := map[string]books{}, map[string]int{}, map[string]bool{}
	channelOf := func(row string) string {
		var j struct{ Channel, Conversation string }
		h.must(json.Unmarshal([]byte(row), &j))
		if j.Conversation != "" {
			marks[j.Conversation] = true
		}
		return j.Channel
	}
	for key, row := range rows {
		parts := strings.Split(key, "/")
		switch parts[0] {
		case "outbox":
			c := counted[parts[1]]
			c.Waiting++
			counted[parts[1]] = c
			queues["queues/"+parts[1]+"/"+parts[2]]++
		case "held":
			c := counted[channelOf(row)]
			c.Held++
			counted[channelOf(row)] = c
		case "dead":
			c := counted[channelOf(row)]
			c.Dead++
			counted[channelOf(row)] = c
		}
	}
	for key, row := range rows {
		switch kind, rest, _ := strings.Cut(key, "/"); kind {
		case "depths":
			var got books
			h.must(json.Unmarshal([]byte(row), &got))
			if got != counted[rest] {
				h.Errorf("the books of %s say %+v; there are %+v", rest, got, counted[rest])
			}
			delete(counted, rest)
		case "queues":
			if waiting, _, _ := strings.Cut(row, " "); waiting != fmt.Sprint(queues[key]) {
				h.Errorf("%s says %q; there are %d", key, row, queues[key])
			}
			delete(queues, key)
		}
	}
	if len(counted)+len(queues) > 0 {
		h.Errorf("the books lack %v and %v", counted, queues)
	}
	for key := range rows {
		if id, _, is := strings.Cut(strings.TrimPrefix(key, "conversations/"), "/kept/"); is && !marks[id] {
			h.Errorf("%s names nothing", key)
		}
	}
}

// TestNothingToDo: a desk without work looks at nothing, however many conversations there are.
func TestNothingToDo(t *testing.T) {
	play(t, func(h *house) {
		for range 20 {
			h.joined("Dana")
		}
		h.pass(20 * time.Minute) // the clocks of the waits have struck
		before := h.engine.views.Load()
		h.pass(20 * time.Minute)
		if n := h.engine.views.Load() - before; n > 4 {
			t.Errorf("%d views in twenty idle minutes", n)
		}
		h.chat.fails(func(handoff.Post) fault { return later(time.Hour) })
		h.asks(h.visitor("Lee"))
		before = h.engine.views.Load()
		h.pass(5 * time.Minute)
		if n := h.engine.views.Load() - before; n > 4 {
			t.Errorf("%d views while a post must wait", n)
		}
	})
}

// TestOldStoreGetsBooks: what waits in a store that has no books is counted before the lanes run, and is sent.
func TestOldStoreGetsBooks(t *testing.T) {
	play(t, func(h *house) {
		h.chat.fails(func(handoff.Post) fault { return later(time.Minute) })
		dana := h.visitor("Dana")
		h.asks(dana)
		for n := range 3 {
			h.says(dana, fmt.Sprint(n))
		}
		h.close()
		engine, err := bolt.Open(h.path)
		h.must(err)
		h.must(engine.Update(h.Context(), func(tx store.Tx) error {
			for _, prefix := range []string{"queues/", "depths/", "meta/books"} {
				for key := range tx.Scan(prefix, "") {
					if err := tx.Delete(key); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		h.must(engine.Close())
		h.chat.fails(nil)
		h.open()
		h.pass(0)
		h.wantBooks()
		h.pass(time.Minute)
		wantLines(t, "the channel", h.chat.said(sales), "thread for Dana", "Dana: 0 | Dana: 1 | Dana: 2")
	})
}
