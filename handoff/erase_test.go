package handoff_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// known begins a conversation whose visitor a back end has named.
func (h *house) known(visitor handoff.ID, name string) handoff.ID {
	h.Helper()
	s, err := h.desk.Start(h.Context(), handoff.NewConversation{
		Agent: "marketing", Verified: true, Visitor: handoff.Visitor{ID: visitor, Name: name, Email: name + "@example.com"},
		Account:    handoff.Account{Name: name + " & Sons"},
		Transcript: []handoff.TranscriptLine{{From: handoff.FromVisitor, Text: name + " was here before"}},
	})
	h.must(err)
	return s.Conversation.ID
}

// leftOver lists the rows in which a word stands.
func (h *house) leftOver(words ...string) (out []string) {
	for key, value := range h.rows() {
		for _, word := range words {
			if strings.Contains(key, word) || strings.Contains(value, word) {
				out = append(out, key)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestErase removes everything of a visitor, here and in the channels, and nothing of anybody else's.
func TestErase(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.Channels, a.Files = []handoff.ID{sales, support}, true })
		lee := h.known("crm-2", "Leopold")
		h.asks(lee)
		leesThread, leesCard := h.chat.thread(sales)

		dana := h.known("crm-1", "Danaë")
		saved, err := h.desk.SaveFile(h.Context(), dana, "danaë.txt", "text/plain", []byte("Danaë's secret"))
		h.must(err)
		first := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, first)
		_, err = h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: "c", Text: "Danaë speaking", Attachments: []handoff.Attachment{saved}})
		h.must(err)
		h.pass(0)
		h.writes(sam, sales, "Hello Danaë")
		h.does(handoff.VerbEnd, sam, sales, first)
		h.must(h.desk.Rate(h.Context(), dana, 5, "Danaë is happy"))
		h.asks(dana) // a second one, under way
		other := h.known("crm-1", "Danaë")
		h.says(other, "Danaë once more")

		erased, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		if err != nil || erased.Conversations != 2 || len(erased.InDoubt) != 0 {
			t.Fatalf("erased: %+v, %v", erased, err)
		}
		h.pass(0)
		if rows := h.leftOver("Danaë", "dana", "crm-1", string(saved.URL)); len(rows) != 0 {
			t.Errorf("these rows tell of the visitor: %q", rows)
		}
		for _, row := range h.leftOver(string(dana), string(other)) {
			if !strings.HasPrefix(row, "expiries/") { // gone within a week, and naming only ids of no more use
				t.Errorf("%s names the conversation", row)
			}
		}
		for _, channel := range []handoff.ID{sales, support} {
			for _, p := range h.chat.in(channel) {
				lees := p.Thread == leesThread || p.View != nil && p.View.Conversation.ID == lee
				if p.Kind != handoff.PostErase && p.Gone == lees {
					t.Errorf("in %s: %s; gone: %v", channel, p, p.Gone)
				}
			}
		}
		if got := h.act(handoff.VerbJoin, sam, sales, first); got != handoff.OutcomeForeign {
			t.Errorf("a press on an erased card is %s", got)
		}
		wantEverythingSettled(h)

		_, err = h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		h.wantCode(err, handoff.CodeUnknownVisitor)
		_, err = h.desk.Conversation(h.Context(), dana)
		h.wantCode(err, handoff.CodeUnknownConversation)
		_, err = h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: "c", Text: "Hello?"})
		h.wantCode(err, handoff.CodeUnknownConversation)
		h.place = &handoff.Place{Channel: sales, Thread: leesThread}
		if got := h.act(handoff.VerbJoin, sam, sales, h.conversation(lee).Handoff); got != handoff.OutcomeDone || leesCard == "" {
			t.Errorf("the other visitor's handoff: %s", got)
		}
		h.pass(24 * time.Hour) // no clock of the erased one does harm
	})
}

// TestEraseWhileSending: what arrives while its conversation is erased is taken back when that is known.
func TestEraseWhileSending(t *testing.T) {
	for _, row := range []struct {
		name  string
		fault fault
		gone  bool
	}{
		{"it arrives", fault{slow: 5 * time.Second}, true},
		{"it is refused", fault{slow: 5 * time.Second, err: refusal("no").err}, false},
		{"it must wait", fault{slow: 5 * time.Second, err: later(0).err}, false},
		{"it stays in doubt", fault{slow: 5 * time.Second, err: doubtLost().err}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				dana := h.known("crm-1", "Danaë")
				id := h.asks(dana)
				h.does(handoff.VerbJoin, sam, sales, id)
				h.chat.failsOnce(handoff.PostLine, row.fault)
				h.says(dana, "Danaë speaking")
				h.says(dana, "Danaë speaking on")
				_, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
				h.must(err)
				h.pass(time.Hour)
				if rows := h.leftOver("Danaë", "crm-1"); len(rows) != 0 {
					t.Errorf("these rows tell of the visitor: %q", rows)
				}
				for _, p := range h.chat.in(sales) {
					if p.Kind != handoff.PostErase && !p.Gone {
						t.Errorf("%s is left", p)
					}
				}
				wantEverythingSettled(h)
			})
		})
	}
}

// TestEraseAdoptedCard: a card that was known by a press alone is removed too.
func TestEraseAdoptedCard(t *testing.T) {
	play(t, func(h *house) {
		h.chat.failsOnce(handoff.PostThread, doubtTaken())
		dana := h.known("crm-1", "Danaë")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		_, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		h.must(err)
		h.pass(0)
		for _, p := range h.chat.in(sales) {
			if p.Kind != handoff.PostErase && !p.Gone {
				t.Errorf("%s is left", p)
			}
		}
	})
}

// TestEraseMeetsFaults: a removal is tried until it is certain.
func TestEraseMeetsFaults(t *testing.T) {
	play(t, func(h *house) {
		dana := h.known("crm-1", "Danaë")
		h.asks(dana)
		h.chat.failsOnce(handoff.PostErase, doubtLost(), later(time.Minute), doubtTaken())
		_, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		h.must(err)
		h.restart()
		h.pass(time.Hour)
		for _, p := range h.chat.in(sales) {
			if p.Kind != handoff.PostErase && !p.Gone {
				t.Errorf("%s is left", p)
			}
		}
		wantEverythingSettled(h)
	})
}

// TestEraseWhatIsInDoubt: of posts that may stand in a channel without a trace, whoever erases hears where to look.
func TestEraseWhatIsInDoubt(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(h *house, dana handoff.ID)
		left bool
	}{
		{"all is sent", func(h *house, dana handoff.ID) { h.says(dana, "Danaë speaking") }, false},
		{"refused for good", func(h *house, dana handoff.ID) {
			h.chat.failsOnce(handoff.PostLine, refusal("no"))
			h.says(dana, "Danaë speaking")
		}, false},
		{"asked to wait", func(h *house, dana handoff.ID) {
			h.chat.failsOnce(handoff.PostLine, later(time.Hour))
			h.says(dana, "Danaë speaking")
			h.says(dana, "Danaë speaking on")
		}, false},
		{"in doubt once", func(h *house, dana handoff.ID) {
			h.chat.failsOnce(handoff.PostLine, doubtTaken())
			h.says(dana, "Danaë speaking")
		}, true},
		{"resting", func(h *house, dana handoff.ID) {
			h.chat.failsOnce(handoff.PostLine, doubtTaken(), doubtLost())
			h.says(dana, "Danaë speaking")
			h.pass(30 * time.Second)
		}, true},
		{"held", func(h *house, dana handoff.ID) {
			h.chat.failsOnce(handoff.PostLine, doubtTaken(), doubtLost())
			h.says(dana, "Danaë speaking")
			h.pass(untilHeld)
		}, true},
		{"being sent", func(h *house, dana handoff.ID) {
			h.chat.failsOnce(handoff.PostLine, fault{slow: 5 * time.Second, err: doubtLost().err})
			h.says(dana, "Danaë speaking")
		}, true},
		{"a card in doubt, which can be drawn again", func(h *house, dana handoff.ID) {
			h.pass(time.Minute)
			h.chat.failsOnce(handoff.PostCard, doubtLost())
			h.does(handoff.VerbLeave, sam, sales, h.conversation(dana).Handoff)
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				dana := h.known("crm-1", "Danaë")
				h.does(handoff.VerbJoin, sam, sales, h.asks(dana))
				thread, _ := h.chat.thread(sales)
				row.do(h, dana)
				erased, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
				h.must(err)
				want, noted := []handoff.Left{}, map[string]string{"conversations": "1"}
				if row.left {
					want = append(want, handoff.Left{Channel: sales, Thread: thread})
					noted["threads_in_doubt"], noted["channels_in_doubt"] = "1", string(sales)
				}
				if diff := cmp.Diff(handoff.Erased{Conversations: 1, InDoubt: want}, erased); diff != "" {
					t.Errorf("the answer (-want +got):\n%s", diff)
				}
				page, err := audit.List(h.Context(), h.engine, audit.Query{Act: audit.VisitorErased})
				h.must(err)
				if diff := cmp.Diff(noted, page.Entries[0].Details); diff != "" {
					t.Errorf("the audit log (-want +got):\n%s", diff)
				}
				h.pass(time.Hour)
				if rows := h.leftOver("Danaë", "crm-1"); len(rows) != 0 {
					t.Errorf("these rows tell of the visitor: %q", rows)
				}
				wantEverythingSettled(h)
			})
		})
	}
}

// TestEraseAThreadInDoubt: a thread that may have begun has no address yet.
func TestEraseAThreadInDoubt(t *testing.T) {
	play(t, func(h *house) {
		h.chat.failsOnce(handoff.PostThread, doubtTaken(), doubtTaken())
		h.asks(h.known("crm-1", "Danaë"))
		h.pass(untilHeld)
		erased, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		h.must(err)
		if diff := cmp.Diff(handoff.Erased{Conversations: 1, InDoubt: []handoff.Left{{Channel: sales}}}, erased); diff != "" {
			t.Errorf("the answer (-want +got):\n%s", diff)
		}
	})
}
