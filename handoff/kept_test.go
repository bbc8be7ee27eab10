package handoff_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
)

// held and dead list what is kept.
func (h *house) held() []handoff.Kept { return h.keptBy(h.desk.Held) }

func (h *house) dead() []handoff.Kept { return h.keptBy(h.desk.Dead) }

func (h *house) keptBy(list func(ctx context.Context, after string, limit int) (handoff.KeptPage, error)) (all []handoff.Kept) {
	h.Helper()
	for after := ""; ; {
		page, err := list(h.Context(), after, 2)
		h.must(err)
		all = append(all, page.Posts...)
		if after = page.Next; after == "" {
			return all
		}
	}
}

// untilHeld is how long a post that is in doubt twice keeps its place: until the second attempt, and until that one shows
// nothing any more.
const untilHeld = 20*time.Second + time.Minute

// doubted is a joined conversation with one line that is held.
func (h *house) doubted(faults ...fault) (dana, id handoff.ID, said handoff.Said) {
	h.Helper()
	dana, id = h.joined("Dana")
	h.chat.forget()
	h.chat.failsOnce(handoff.PostLine, faults...)
	said = h.says(dana, "one")
	h.pass(untilHeld)
	return dana, id, said
}

// TestHeldLine: a line in doubt twice waits for a person, who may send it again or say that it is there, and hears of every
// repeat what became of it. The thread is told once, however many lines are missing.
func TestHeldLine(t *testing.T) {
	play(t, func(h *house) {
		dana, id, said := h.doubted(doubtLost(), doubtLost(), doubtLost(), doubtTaken())
		other := h.says(dana, "two")
		h.pass(untilHeld)
		wantLines(t, "the channel", h.chat.said(sales), missing, "Dana: two (2)")
		held := h.held()
		if len(held) != 2 {
			t.Fatalf("%d posts are held: %+v", len(held), held)
		}
		first, second := held[0], held[1]
		if first.State != handoff.KeptHeld || first.Channel != sales || first.Conversation != dana || first.Handoff != id || first.Kind != handoff.PostLine ||
			first.Message != said.ID || first.Text != "one" || first.Cause == "" || first.Attempts != 2 || first.At.IsZero() || first.KeptAt.Sub(first.At) != untilHeld {
			t.Errorf("the first is %+v", first)
		}

		if inDoubt, dead, err := h.desk.CountKept(h.Context()); err != nil || inDoubt != 2 || dead != 0 {
			t.Errorf("counted are %d in doubt and %d dead, %v", inDoubt, dead, err)
		}
		if one, err := h.desk.Kept(h.Context(), second.ID); err != nil || !reflect.DeepEqual(one, second) {
			t.Errorf("the second alone is %+v, %v", one, err)
		}

		h.says(dana, "three")
		h.must(h.desk.SendAgain(h.Context(), first.ID, nil))
		h.must(h.desk.MarkSent(h.Context(), second.ID, handoff.Receipt{}, nil))
		if _, err := h.desk.Kept(h.Context(), second.ID); handoff.CodeOf(err) != handoff.CodeUnknownDelivery {
			t.Errorf("once it is decided about it is %v", err)
		}
		h.pass(0)
		h.must(h.desk.SendAgain(h.Context(), first.ID, nil)) // another admin, a moment later
		h.must(h.desk.MarkSent(h.Context(), second.ID, handoff.Receipt{Message: "message-99"}, nil))
		h.wantCode(h.desk.MarkSent(h.Context(), first.ID, handoff.Receipt{}, nil), handoff.CodeDecided)
		h.wantCode(h.desk.SendAgain(h.Context(), second.ID, nil), handoff.CodeDecided)
		for _, id := range []string{"999", "", "-1", "one", "../x"} {
			h.wantCode(h.desk.SendAgain(h.Context(), id, nil), handoff.CodeUnknownDelivery)
		}
		h.pass(0)
		wantLines(t, "the channel", h.chat.said(sales), missing, "Dana: two (2)", "Dana: three", "Dana: one (3)")
		wantStates(t, "the line sent again", h.delivered(dana, said), handoff.DeliveryUncertain, handoff.DeliverySent)
		wantStates(t, "the line that was there", h.delivered(dana, other), handoff.DeliveryUncertain, handoff.DeliverySent)
		wantEverythingSettled(h)
	})
}

// TestHeldAgain: a line that is sent again and meets a doubt again gets no further attempt and is held, under another id, and the thread hears
// of the next one that is missing.
func TestHeldAgain(t *testing.T) {
	play(t, func(h *house) {
		dana, _, said := h.doubted(doubtLost(), doubtLost(), doubtTaken(), doubtLost(), doubtLost())
		first := h.held()[0].ID
		h.must(h.desk.SendAgain(h.Context(), first, nil))
		h.pass(time.Minute)
		held := h.held()
		if len(held) != 1 || held[0].ID == first {
			t.Fatalf("held are %+v", held)
		}
		h.restart()
		h.must(h.desk.MarkSent(h.Context(), held[0].ID, handoff.Receipt{Message: "message-77"}, nil))
		wantStates(t, "the line", h.delivered(dana, said), handoff.DeliveryUncertain, handoff.DeliverySent)
		h.must(h.desk.FromReaction(h.Context(), h.key(), sales, "message-77", sam, handoff.Reaction{Type: "like"}))
		if log := h.log(dana); log[len(log)-1] != "reaction: like by Sam Ortiz" {
			t.Errorf("a mark on the post that an admin named is lost: %q", log)
		}
		h.chat.forget()
		h.chat.failsOnce(handoff.PostLine, doubtLost(), doubtLost())
		h.says(dana, "two")
		h.pass(untilHeld)
		wantLines(t, "the channel, when the next one is missing", h.chat.said(sales), missing)
	})
}

// TestHeldThread: a thread in doubt twice counts as refused. While the handoff waits it may be asked for again, be named, or
// be known by a press on its card; all lead to one thread.
func TestHeldThread(t *testing.T) {
	for _, row := range []struct {
		name   string
		decide func(h *house, id handoff.ID, held handoff.Kept)
	}{
		{"sent again", func(h *house, _ handoff.ID, held handoff.Kept) {
			h.must(h.desk.SendAgain(h.Context(), held.ID, nil))
		}},
		{"named", func(h *house, _ handoff.ID, held handoff.Kept) {
			h.wantCode(h.desk.MarkSent(h.Context(), held.ID, handoff.Receipt{}, nil), handoff.CodeInvalid)
			thread, card := h.chat.thread(support)
			h.must(h.desk.MarkSent(h.Context(), held.ID, handoff.Receipt{Thread: thread, Message: card}, nil))
		}},
		{"pressed", func(h *house, id handoff.ID, held handoff.Kept) {
			h.act(handoff.VerbTranscript, kim, support, id)
			h.wantCode(h.desk.SendAgain(h.Context(), held.ID, nil), handoff.CodeUnknownDelivery)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.set(func(a *handoff.Agent) { a.Handoff.Channels = []handoff.ID{sales, support} })
				faults := []fault{doubtTaken(), doubtTaken()}
				h.chat.fails(func(p handoff.Post) fault {
					if p.Kind != handoff.PostThread || p.Channel.ID != support || len(faults) == 0 {
						return fault{}
					}
					next := faults[0]
					faults = faults[1:]
					return next
				})
				dana := h.visitor("Dana")
				id := h.asks(dana)
				h.pass(untilHeld)
				h.says(dana, "sales alone hears this")
				held := h.held()
				if len(held) != 1 || held[0].Kind != handoff.PostThread || held[0].Channel != support {
					t.Fatalf("held are %+v", held)
				}
				row.decide(h, id, held[0])
				h.pass(0)
				h.does(handoff.VerbJoin, kim, support, id)
				h.says(dana, "Hello Kim")
				said := h.chat.said(support)
				if said[len(said)-1] != "Dana: Hello Kim" {
					t.Errorf("support has %q", said)
				}
				if got := h.handoff(id); len(got.Threads) != 2 || len(got.Failed) != 0 {
					t.Errorf("the handoff is %+v", got)
				}
				h.pass(3 * time.Second)
				wantEverythingSettled(h)
			})
		})
	}
	t.Run("too late", func(t *testing.T) {
		play(t, func(h *house) {
			h.chat.failsOnce(handoff.PostThread, doubtLost(), doubtLost())
			dana := h.visitor("Dana")
			h.asks(dana)
			h.pass(untilHeld)
			if got := h.conversation(dana).State; got != handoff.StateAgent {
				t.Fatalf("the state is %s", got)
			}
			calls := h.chat.called()
			h.must(h.desk.SendAgain(h.Context(), h.held()[0].ID, nil))
			h.pass(time.Minute)
			if h.chat.called() != calls || len(h.held()) != 0 {
				t.Error("a thread that nobody needs any more was begun")
			}
		})
	})
}

// TestOtherPostsHeld: a notice and a closing summary are decided about like a line, after the end too.
func TestOtherPostsHeld(t *testing.T) {
	for _, row := range []struct {
		kind handoff.PostKind
		want string
	}{{handoff.PostNotice, "notice: Sam Ortiz has left. The visitor is waiting for somebody to join. (3)"}, {handoff.PostClosing, "closing: visitor"}} {
		play(t, func(h *house) {
			dana, id := h.joined("Dana")
			h.chat.failsOnce(row.kind, doubtLost(), doubtLost())
			h.does(handoff.VerbLeave, sam, sales, id)
			h.pass(untilHeld)
			h.ends(dana, handoff.FromVisitor)
			h.pass(untilHeld)
			held := h.held()
			if len(held) != 1 || held[0].Kind != row.kind {
				t.Fatalf("held are %+v", held)
			}
			h.chat.forget()
			h.must(h.desk.SendAgain(h.Context(), held[0].ID, nil))
			h.pass(0)
			wantLines(t, "the channel", h.chat.said(sales), row.want)
		})
	}
}

// TestDeadLetter: what is certainly not there is kept for thirty days, with its cause, and may be sent again.
func TestDeadLetter(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.IdleSeconds = 7 * 24 * 3600 })
		dana, _ := h.joined("Dana")
		h.chat.forget()
		h.chat.failsOnce(handoff.PostLine, refusal("no"), refusal("never"))
		one, two := h.says(dana, "one"), h.says(dana, "two")
		dead := h.dead()
		if len(dead) != 2 || dead[0].State != handoff.KeptDead || dead[0].Cause != "no" || dead[1].Cause != "never" || dead[0].Message != one.ID {
			t.Fatalf("dead are %+v", dead)
		}
		h.must(h.desk.SendAgain(h.Context(), dead[0].ID, nil))
		h.pass(0)
		wantLines(t, "the channel", h.chat.said(sales), missing, "Dana: one")
		wantStates(t, "the line", h.delivered(dana, one), handoff.DeliveryFailed, handoff.DeliverySent)
		wantStates(t, "the other", h.delivered(dana, two), handoff.DeliveryFailed)
		h.pass(29 * 24 * time.Hour)
		if got := h.dead(); len(got) != 1 {
			t.Errorf("after 29 days dead are %+v", got)
		}
		h.pass(26 * time.Hour)
		if got := h.dead(); len(got) != 0 {
			t.Errorf("after 30 days dead are %+v", got)
		}
	})
}

// TestDecideTogether: two admins who press at once get one post.
func TestDecideTogether(t *testing.T) {
	play(t, func(h *house) {
		h.doubted(doubtLost(), doubtLost())
		id := h.held()[0].ID
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				if err := h.desk.SendAgain(h.Context(), id, nil); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		h.pass(0)
		wantLines(t, "the channel", h.chat.said(sales), missing, "Dana: one (3)")
	})
}

// TestDecideWithANote: a note that cannot be made undoes the decision.
func TestDecideWithANote(t *testing.T) {
	play(t, func(h *house) {
		h.doubted(doubtLost(), doubtLost())
		id, no := h.held()[0].ID, errors.New("no")
		if err := h.desk.SendAgain(h.Context(), id, func(store.Tx) error { return no }); !errors.Is(err, no) {
			t.Errorf("the error is %v", err)
		}
		if got := h.held(); len(got) != 1 {
			t.Errorf("held are %+v", got)
		}
		h.must(h.desk.MarkSent(h.Context(), id, handoff.Receipt{}, func(tx store.Tx) error { return tx.Put("meta/note", nil) }))
		if _, noted := h.rows()["meta/note"]; !noted {
			t.Error("the note was not made")
		}
	})
}

// TestKeptErased: an erased visitor leaves nothing among what is kept.
func TestKeptErased(t *testing.T) {
	play(t, func(h *house) {
		dana := h.known("crm-1", "Danaë")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.chat.failsOnce(handoff.PostLine, refusal("no"), doubtLost(), doubtLost())
		h.says(dana, "Danaë one")
		h.says(dana, "Danaë two")
		h.pass(untilHeld)
		if len(h.held()) != 1 || len(h.dead()) != 1 {
			t.Fatalf("held %+v, dead %+v", h.held(), h.dead())
		}
		_, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		h.must(err)
		if rows := h.leftOver("Danaë"); len(rows) != 0 || len(h.held())+len(h.dead()) != 0 {
			t.Errorf("these rows tell of the visitor: %q", rows)
		}
	})
}

// TestPanickingPlatform: a post that makes its platform panic is tried three times, the last ones with a mark, and is dead
// then. Lines of the same burst and everybody else's go on.
func TestPanickingPlatform(t *testing.T) {
	play(t, func(h *house) {
		lee, _ := h.joined("Lee")
		dana, _, open := h.piled()
		tries := 0
		h.chat.fails(func(p handoff.Post) fault {
			if slices.ContainsFunc(p.Lines, func(l handoff.Line) bool { return l.Text == "poison" }) {
				if tries++; p.Ordinal != tries {
					t.Errorf("try %d has the ordinal %d", tries, p.Ordinal)
				}
				return fault{panics: true}
			}
			return fault{}
		})
		one, bad, two := h.says(dana, "one"), h.says(dana, "poison"), h.says(dana, "two")
		open()
		said := h.says(lee, "Hello")
		wantStates(t, "the neighbour's line", h.delivered(lee, said), handoff.DeliverySent)
		h.pass(5 * time.Second)
		wantStates(t, "the line ahead", h.delivered(dana, one), handoff.DeliverySent)
		wantStates(t, "the poison", h.delivered(dana, bad), handoff.DeliveryFailed)
		wantStates(t, "the line behind", h.delivered(dana, two), handoff.DeliverySent)
		if dead := h.dead(); tries != 3 || len(dead) != 1 || dead[0].Message != bad.ID {
			t.Errorf("%d tries, dead are %+v", tries, dead)
		}
		h.restart()
		h.pass(time.Hour / 2)
		if tries != 3 {
			t.Errorf("%d tries after a restart", tries)
		}
	})
}

// TestUnreadableJob: a row that is no job is put aside, and its queue goes on.
func TestUnreadableJob(t *testing.T) {
	play(t, func(h *house) {
		h.chat.fails(func(handoff.Post) fault { return later(10 * time.Second) })
		dana, lee := h.visitor("Dana"), h.visitor("Lee")
		h.asks(dana)
		h.says(dana, "Hello?")
		h.must(h.engine.Update(h.Context(), func(tx store.Tx) error {
			for key := range tx.Scan("outbox/"+string(sales)+"/"+string(dana)+"/", "") {
				return tx.Put(key, []byte(`{"n":`))
			}
			return errors.New("nothing waits")
		}))
		h.asks(lee)
		h.chat.fails(nil)
		h.pass(time.Minute)
		if said := h.chat.said(sales); !slices.Contains(said, "thread for Lee") {
			t.Errorf("the neighbour has %q", said)
		}
		dead := h.dead()
		if i := slices.IndexFunc(dead, func(k handoff.Kept) bool { return strings.Contains(k.Cause, "cannot be read") }); i < 0 {
			t.Fatalf("dead are %+v", dead)
		} else {
			h.must(h.desk.SendAgain(h.Context(), dead[i].ID, nil)) // nothing can be sent, and it goes away
		}
		if n := h.outbox(); n != 0 {
			t.Errorf("%d posts wait", n)
		}
		h.wantBooks()
		h.ruined = true
	})
}
