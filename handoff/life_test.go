package handoff_test

import (
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// restore does to the store what a restore of its backup does, while nobody serves it.
func (h *house) restore() {
	h.Helper()
	h.close()
	engine, err := bolt.Open(h.path)
	h.must(err)
	h.must(engine.Update(h.Context(), func(tx store.Tx) error { return handoff.BeginAnew(tx, time.Now()) }))
	h.must(engine.Close())
	h.open()
}

// TestOutboxOfARestoredBackup: what waited when the backup was made may stand in the channel by now, so every copy says so, and what
// was in doubt already is left to a person. What is said afterwards is not in doubt.
func TestOutboxOfARestoredBackup(t *testing.T) {
	play(t, func(h *house) {
		dana, _ := h.joined("Dana")
		lee, _ := h.joined("Lee")
		kim, _ := h.joined("Kim")
		h.chat.forget()
		faults := map[string]fault{"Dana": later(time.Hour), "Lee": doubtTaken(), "Kim": {}}
		h.chat.fails(func(p handoff.Post) fault {
			if p.Kind != handoff.PostLine {
				return later(time.Hour)
			}
			return faults[p.Lines[0].Speaker]
		})
		h.says(dana, "one")
		h.says(dana, "two")
		h.says(lee, "three")
		h.says(kim, "four")
		wantLines(t, "before, the channel", h.chat.said(sales), "Lee: three", "Kim: four")
		h.chat.forget()
		epoch, err := h.desk.Epoch(h.Context())
		h.must(err)

		h.restore()
		h.chat.fails(nil)
		h.says(kim, "five")
		h.says(dana, "six")
		h.pass(0)
		wantLines(t, "at first, the channel", h.chat.said(sales), "Kim: five")
		h.pass(untilHeld)
		wantLines(t, "the channel", h.chat.said(sales), "Kim: five", "Dana: one (2)", "Dana: two (2)", "Dana: six", strings.Replace(missing, "Dana", "Lee", 1))
		if held := h.held(); len(held) != 1 || held[0].Text != "three" || held[0].Cause == "" {
			t.Errorf("held are %+v", held)
		}
		if after, err := h.desk.Epoch(h.Context()); err != nil || after == epoch {
			t.Errorf("the store's life is %q, was %q, %v", after, epoch, err)
		}
	})
}
