package handoff_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/handoff"
)

// TestClientID: the same client_id is the same line, whoever asks and however often.
func TestClientID(t *testing.T) {
	play(t, func(h *house) {
		dana, lee := h.visitor("Dana"), h.visitor("Lee")
		h.says(dana, "before")
		say := handoff.Say{ClientID: "c1", Text: "Hello"}
		first, err := h.desk.FromVisitor(h.Context(), dana, say)
		if err != nil || first.Repeated || first.Seq != 2 {
			t.Fatalf("%+v, %v", first, err)
		}
		before := h.rows()
		for _, text := range []string{"Hello", " Hello\n"} {
			again, err := h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: "c1", Text: text})
			if err != nil || !again.Repeated || again.ID != first.ID || again.Seq != first.Seq {
				t.Errorf("%q again is %+v, %v", text, again, err)
			}
		}
		_, err = h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: "c1", Text: "Other"})
		h.wantCode(err, handoff.CodeClientIDReused)
		_, err = h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: "c1", Text: "Hello", Attachments: []handoff.Attachment{{URL: "/x"}}})
		h.wantCode(err, handoff.CodeClientIDReused)
		if diff := cmp.Diff(before, h.rows()); diff != "" {
			t.Errorf("rows have changed:\n%s", diff)
		}

		for name, other := range map[string]func() (handoff.Said, error){
			"another conversation": func() (handoff.Said, error) { return h.desk.FromVisitor(h.Context(), lee, say) },
			"the agent":            func() (handoff.Said, error) { return h.desk.FromAgent(h.Context(), dana, say) },
		} {
			if said, err := other(); err != nil || said.Repeated {
				t.Errorf("%s has client ids of its own: %+v, %v", name, said, err)
			}
		}
		for range 2 { // none at all
			if said, err := h.desk.FromAgent(h.Context(), dana, handoff.Say{Text: "Hello"}); err != nil || said.Repeated {
				t.Errorf("%+v, %v", said, err)
			}
		}
	})
}

// TestClientIDRace repeats one line fifty times at once, as a nervous browser might.
func TestClientIDRace(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.chat.forget()
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				if _, err := h.desk.FromVisitor(h.Context(), dana, handoff.Say{ClientID: "c1", Text: "Hello"}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		h.pass(0)
		wantLines(t, "the channel", h.chat.said(sales), "Dana: Hello")
	})
}

func TestRequestKey(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		request := handoff.Request{Key: "k1", By: handoff.FromAgent, Reason: "pricing"}
		first, err := h.desk.Request(h.Context(), dana, request)
		h.must(err)
		again, err := h.desk.Request(h.Context(), dana, request)
		if err != nil || again.Handoff != first.Handoff || again.State != first.State {
			t.Errorf("%+v, %v; want %+v", again, err, first)
		}
		h.pass(0)
		empty := request
		empty.Brief, empty.Channels = handoff.Brief{Summary: []handoff.Point{}}, []handoff.ID{}
		if same, err := h.desk.Request(h.Context(), dana, empty); err != nil || same.Handoff != first.Handoff {
			t.Errorf("with empty lists: %+v, %v", same, err)
		}
		for name, change := range map[string]func(*handoff.Request){
			"another reason":       func(r *handoff.Request) { r.Reason = "contract" },
			"another summary":      func(r *handoff.Request) { r.Brief.Summary = []handoff.Point{{Text: "850 people"}} },
			"another open loop":    func(r *handoff.Request) { r.Brief.OpenLoops = []handoff.Point{{Text: "850 people"}} },
			"another message":      func(r *handoff.Request) { r.Brief.Summary = []handoff.Point{{Text: "850 people", Message: "m"}} },
			"another channel":      func(r *handoff.Request) { r.Channels = ids(support) },
			"somebody else's wish": func(r *handoff.Request) { r.By = handoff.FromVisitor },
		} {
			other := request
			change(&other)
			before := h.rows()
			_, err = h.desk.Request(h.Context(), dana, other)
			if handoff.CodeOf(err) != handoff.CodeClientIDReused {
				t.Errorf("%s: %v", name, err)
			}
			if diff := cmp.Diff(before, h.rows()); diff != "" {
				t.Errorf("%s: rows have changed:\n%s", name, diff)
			}
		}
		h.ends(dana, handoff.FromVisitor)
		if late, err := h.desk.Request(h.Context(), dana, request); err != nil || late.Handoff != first.Handoff {
			t.Errorf("after the end: %+v, %v", late, err)
		}
		if got := h.conversation(dana).State; got != handoff.StateAgent {
			t.Errorf("a repeated request has begun a handoff: %s", got)
		}
	})
}

// TestRequestRace: many requests at once begin one handoff.
func TestRequestRace(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		var mu sync.Mutex
		began := 0
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				_, err := h.desk.Request(h.Context(), dana, handoff.Request{By: handoff.FromVisitor})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					began++
				} else {
					h.wantCode(err, handoff.CodeUnderWay)
				}
			})
		}
		group.Wait()
		h.pass(0)
		if began != 1 {
			t.Errorf("%d handoffs began", began)
		}
		wantLines(t, "the channel", h.chat.said(sales), "thread for Dana")
	})
}

// TestPlatformKeys: a platform delivers again after 15 s, after minutes, after a restart. Nothing happens twice.
func TestPlatformKeys(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		thread, _ := h.chat.thread(sales)
		place := handoff.Place{Channel: sales, Thread: thread}
		long := strings.Repeat("19:very/long;", 200)
		send := func() {
			t.Helper()
			for _, line := range []struct {
				text string
				want handoff.Heard
			}{{"Hello", handoff.HeardRelayed}, {"// internal", handoff.HeardInternal}} {
				heard, err := h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{Key: long + line.text, Person: sam, Message: "m1", Text: line.text, Place: place})
				if err != nil || heard != line.want {
					t.Errorf("%q is %s, %v", line.text, heard, err)
				}
			}
			h.must(h.desk.FromEdit(h.Context(), handoff.Change{Key: long + "edit", Channel: sales, Message: "m1", Text: "Hello, Dana"}))
			h.must(h.desk.FromReaction(h.Context(), long+"like", sales, "m1", sam, handoff.Reaction{Type: "like"}))
			h.must(h.desk.Reply(h.Context(), long+"reply", place, "Understood."))
			h.must(h.desk.Connect(h.Context(), long+"connect", handoff.Channel{ID: support, Platform: "chat"}, "t", "connected"))
			h.pass(0)
		}
		send()
		log, said := h.log(dana), append(h.chat.said(sales), h.chat.said(support)...)
		for _, pause := range []time.Duration{0, 15 * time.Second, 10 * time.Minute, time.Hour} {
			h.pass(pause)
			if pause == 10*time.Minute {
				h.restart()
			}
			send()
		}
		wantLines(t, "the log", h.log(dana)[:len(log)], log...)
		for _, line := range h.log(dana)[len(log):] {
			if !strings.HasPrefix(line, "handoff: agent, idle") && !strings.HasPrefix(line, "agent: ") {
				t.Errorf("more in the log: %q", line)
			}
		}
		now := append(h.chat.said(sales), h.chat.said(support)...)
		if n := countPrefix(now, "notice: Understood") + countPrefix(now, "notice: connected"); n != 2 {
			t.Errorf("replies were posted %d times:\n%q\n%q", n, said, now)
		}
	})
}

func countPrefix(lines []string, prefix string) int {
	n := 0
	for _, line := range lines {
		if strings.HasPrefix(line, prefix) {
			n++
		}
	}
	return n
}

// TestKeysAreForgotten: keys are kept for a week and then removed, a batch at a time.
func TestKeysAreForgotten(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		h.says(dana, "Hello")
		for range 100 {
			_, err := h.desk.FromAgent(h.Context(), dana, handoff.Say{ClientID: h.key(), Text: "x"})
			h.must(err)
		}
		count := func() int {
			n := 0
			for key := range h.rows() {
				if strings.HasPrefix(key, "keys/") || strings.HasPrefix(key, "expiries/") {
					n++
				}
			}
			return n
		}
		kept := count()
		h.pass(7*24*time.Hour - time.Hour)
		if got := count(); got != kept || got < 200 {
			t.Errorf("after almost a week %d of %d rows are there", got, kept)
		}
		h.pass(4 * time.Hour)
		if got := count(); got != 0 {
			t.Errorf("%d rows are left", got)
		}
	})
}
