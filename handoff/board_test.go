package handoff_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
)

// list reads a whole list of the board, a page of two at a time.
func (h *house) list(q handoff.BoardQuery) (out []handoff.ID) {
	h.Helper()
	q.Limit = 2
	for {
		page, err := h.desk.Board(h.Context(), q)
		h.must(err)
		for _, l := range page.Handoffs {
			if l.Handoff.Stage != q.Stage || l.Conversation.ID != l.Handoff.Conversation || l.Label == "" {
				h.Errorf("the list of %s has %+v", q.Stage, l)
			}
			out = append(out, l.Handoff.ID)
		}
		if page.Next == "" {
			return out
		}
		q.After = page.Next
	}
}

// wantLists compares the lists, the search and the reports with the handoffs that are there. Every test of the house ends
// with it.
func (h *house) wantLists() {
	h.Helper()
	rows := h.rows()
	listed, asked, joined, open := map[string]bool{}, map[handoff.ID]int{}, map[handoff.ID]int{}, map[handoff.ID]int{}
	for key := range rows {
		id, is := strings.CutPrefix(key, "handoffs/")
		if !is {
			continue
		}
		got := h.handoff(handoff.ID(id))
		agent := h.conversation(got.Conversation).Agent
		for _, a := range []handoff.ID{"", agent} {
			for _, c := range append([]handoff.ID{""}, got.Channels...) {
				listed[fmt.Sprintf("board/%s/%s/%s/%s/%s", got.Stage, a, c, order(got), id)] = true
			}
		}
		if agent == handoff.TrialAgent {
			continue // on the board alone
		}
		if _, indexed := rows["conversations/"+string(got.Conversation)+"/words/"+id]; !indexed {
			h.Errorf("the handoff %s is not in the search", id)
		}
		asked[agent]++
		if !got.FirstJoined.IsZero() {
			joined[agent]++
		}
		if got.Stage != handoff.StageEnded {
			open[agent]++
		}
	}
	for key := range rows {
		if strings.HasPrefix(key, "board/") && !listed[key] {
			h.Errorf("the board has %s", key)
		}
		delete(listed, key)
	}
	for key := range listed {
		h.Errorf("the board lacks %s", key)
	}
	for _, a := range h.report(handoff.ReportQuery{}).Agents { // which also know of what was erased
		if a.Asked < asked[a.Agent] || a.Joined < joined[a.Agent] || a.Open() != open[a.Agent] || a.Join.Count != a.Joined {
			h.Errorf("the report says %+v; the store has %d asked, %d joined, %d open", a, asked[a.Agent], joined[a.Agent], open[a.Agent])
		}
		delete(asked, a.Agent)
	}
	for agent := range asked {
		h.Errorf("the report lacks %s", agent)
	}
}

// order is how a handoff sorts in the list of its stage.
func order(x handoff.Handoff) string {
	const endOfTime = 9_999_999_999_999
	switch x.Stage {
	case handoff.StageJoined:
		return fmt.Sprintf("%013d", endOfTime-x.JoinedAt.UnixMilli())
	case handoff.StageEnded:
		return fmt.Sprintf("%013d", endOfTime-x.EndedAt.UnixMilli())
	}
	return fmt.Sprintf("%013d", x.WaitingSince.UnixMilli())
}

// report asks for a report of the last months, unless the query says otherwise.
func (h *house) report(q handoff.ReportQuery) handoff.Report {
	h.Helper()
	if q.From == "" {
		q.From, q.To = time.Now().AddDate(0, 0, -300).Format(time.DateOnly), time.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	}
	r, err := h.desk.Report(h.Context(), q)
	h.must(err)
	return r
}

// TestBoard moves handoffs from list to list, each in its order.
func TestBoard(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = []handoff.ID{sales, support} })
		var ids []handoff.ID
		for i := range 5 {
			ids = append(ids, h.asks(h.visitor(fmt.Sprintf("Visitor %d", i))))
			h.pass(time.Second)
		}
		board := func(stage handoff.Stage) []handoff.ID { return h.list(handoff.BoardQuery{Stage: stage}) }
		if got := board(handoff.StageWaiting); !slices.Equal(got, ids) {
			t.Errorf("waiting, oldest first: %q, want %q", got, ids)
		}
		n, err := h.desk.CountBoard(h.Context(), handoff.BoardQuery{Stage: handoff.StageWaiting}, 3)
		if n != 3 || err != nil {
			t.Errorf("counted up to 3: %d, %v", n, err)
		}
		for _, i := range []int{1, 3} {
			h.press(handoff.VerbJoin, sam, sales, ids[i])
			h.pass(time.Second)
		}
		if got, want := board(handoff.StageJoined), []handoff.ID{ids[3], ids[1]}; !slices.Equal(got, want) {
			t.Errorf("joined, newest first: %q, want %q", got, want)
		}
		h.press(handoff.VerbLeave, sam, sales, ids[1])
		if got, want := board(handoff.StageWaiting), []handoff.ID{ids[0], ids[2], ids[4], ids[1]}; !slices.Equal(got, want) {
			t.Errorf("waiting after one left: %q, want %q", got, want)
		}
		h.pass(time.Second)
		h.press(handoff.VerbEnd, sam, sales, ids[3])
		h.pass(time.Second)
		_, err = h.desk.End(h.Context(), h.handoff(ids[0]).Conversation, handoff.FromVisitor)
		h.must(err)
		if got, want := board(handoff.StageEnded), []handoff.ID{ids[0], ids[3]}; !slices.Equal(got, want) {
			t.Errorf("ended, newest first: %q, want %q", got, want)
		}
		if got := h.list(handoff.BoardQuery{Stage: handoff.StageEnded, Until: h.handoff(ids[3]).EndedAt}); !slices.Equal(got, ids[3:4]) {
			t.Errorf("ended until the first end: %q", got)
		}
		if got := h.list(handoff.BoardQuery{Stage: handoff.StageEnded, From: h.handoff(ids[0]).EndedAt}); !slices.Equal(got, ids[:1]) {
			t.Errorf("ended from the second end on: %q", got)
		}
	})
}

// press is does for a handoff that has not the newest thread of the channel.
func (h *house) press(verb handoff.Verb, p handoff.Person, channel, id handoff.ID) {
	h.Helper()
	for _, t := range h.handoff(id).Threads {
		if t.Channel == channel {
			h.place = &handoff.Place{Channel: channel, Thread: t.Address}
		}
	}
	h.does(verb, p, channel, id)
	h.place = nil
}

// TestBoardFilters shows in each list what belongs there, also when further channels are asked later.
func TestBoardFilters(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) {
			a.Handoff.Channels, a.Handoff.FallbackChannels, a.Handoff.WaitSeconds = []handoff.ID{sales}, []handoff.ID{oncall}, 60
		})
		first := h.asks(h.visitor("Dana"))
		h.pass(time.Second)
		h.agent.ID = "support"
		h.set(func(a *handoff.Agent) {
			a.Handoff.Channels, a.Handoff.FallbackChannels = []handoff.ID{sales, support}, nil
		})
		second := h.asks(h.visitor("Lee"))
		for _, row := range []struct {
			name           string
			agent, channel handoff.ID
			want           []handoff.ID
		}{
			{"all", "", "", []handoff.ID{first, second}},
			{"one agent", "marketing", "", []handoff.ID{first}},
			{"another agent", "support", "", []handoff.ID{second}},
			{"a channel of both", "", sales, []handoff.ID{first, second}},
			{"a channel of one", "", support, []handoff.ID{second}},
			{"agent and channel", "marketing", sales, []handoff.ID{first}},
			{"an agent that was not asked there", "marketing", support, nil},
			{"a channel that nobody was asked in yet", "", oncall, nil},
			{"an agent that is not there", "nobody", "", nil},
		} {
			if got := h.list(handoff.BoardQuery{Stage: handoff.StageWaiting, Agent: row.agent, Channel: row.channel}); !slices.Equal(got, row.want) {
				t.Errorf("%s: %q, want %q", row.name, got, row.want)
			}
		}
		h.pass(time.Minute)
		if got := h.list(handoff.BoardQuery{Stage: handoff.StageWaiting, Agent: "marketing", Channel: oncall}); !slices.Equal(got, []handoff.ID{first}) {
			t.Errorf("after the fallback was asked: %q", got)
		}
	})
}

func TestBoardRefuses(t *testing.T) {
	play(t, func(h *house) {
		for name, q := range map[string]handoff.BoardQuery{
			"no stage":           {},
			"an unknown stage":   {Stage: "gone"},
			"a foreign place":    {Stage: handoff.StageEnded, After: "../agents/"},
			"a place elsewhere":  {Stage: handoff.StageEnded, After: "0000000000000/a/b"},
			"a slash in an id":   {Stage: handoff.StageEnded, Channel: "c/0000000000001"},
			"a slash in another": {Stage: handoff.StageEnded, Agent: "a/b"},
		} {
			_, err := h.desk.Board(h.Context(), q)
			if handoff.CodeOf(err) != handoff.CodeInvalid {
				t.Errorf("%s: %v", name, err)
			}
			for _, err := range h.desk.EachOnBoard(h.Context(), q, nil) {
				h.wantCode(err, handoff.CodeInvalid)
			}
		}
	})
}

// TestBoardWakes tells whoever looks at the board that it has changed, and nobody of a line.
func TestBoardWakes(t *testing.T) {
	play(t, func(h *house) {
		woken := h.desk.WatchBoard(h.Context())
		changed := func() bool {
			synctest.Wait()
			select {
			case <-woken:
				return true
			default:
				return false
			}
		}
		id := h.visitor("Dana")
		if changed() {
			t.Error("a conversation is no change of the board")
		}
		handed := h.asks(id)
		if !changed() {
			t.Error("a new handoff was not told")
		}
		h.says(id, "Hello?")
		if changed() {
			t.Error("a line is no change of the board")
		}
		h.does(handoff.VerbJoin, sam, sales, handed)
		if !changed() {
			t.Error("a join was not told")
		}
		h.does(handoff.VerbEnd, sam, sales, handed)
		if !changed() {
			t.Error("an end was not told")
		}
	})
}

// TestEachOnBoard walks over many pages, and reads nothing when its note cannot be written.
func TestEachOnBoard(t *testing.T) {
	play(t, func(h *house) {
		var want []handoff.ID
		for i := range handoff.MaxBoardPage + 5 {
			id := h.visitor(fmt.Sprint("Visitor ", i))
			want = append(want, h.asks(id))
			h.pass(time.Millisecond)
		}
		q := handoff.BoardQuery{Stage: handoff.StageWaiting}
		noted := 0
		note := func(tx store.Tx) error {
			noted++
			return tx.Put("test/note", nil)
		}
		var got []handoff.ID
		for l, err := range h.desk.EachOnBoard(h.Context(), q, note) {
			h.must(err)
			got = append(got, l.Handoff.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" || noted != 1 {
			t.Errorf("%d notes, -want +got:\n%s", noted, diff)
		}
		if _, kept := h.rows()["test/note"]; !kept {
			t.Error("the note was not kept")
		}
		full := errors.New("no room for the note")
		for l, err := range h.desk.EachOnBoard(h.Context(), q, func(store.Tx) error { return full }) {
			if !errors.Is(err, full) || l.Handoff.ID != "" {
				t.Errorf("%s was read, %v", l.Handoff.ID, err)
			}
		}
		for range h.desk.EachOnBoard(h.Context(), q, nil) {
			break // whoever has seen enough may go
		}
	})
}

// TestReadTranscript reads what was said, with each line's way, and reads nothing when the note cannot be written.
func TestReadTranscript(t *testing.T) {
	play(t, func(h *house) {
		id := h.visitor("Dana")
		before := h.says(id, "Do you have a HubSpot integration?")
		handed := h.asks(id)
		h.does(handoff.VerbJoin, sam, sales, handed)
		h.chat.failsOnce(handoff.PostLine, refusal("the channel was deleted"))
		lost := h.says(id, "Are you there?")
		sent := h.says(id, "Hello?")
		h.writes(sam, sales, "Yes, I am")
		h.writes(sam, sales, "// not for the visitor")

		got, err := h.desk.Transcript(h.Context(), handed, 0, func(tx store.Tx) error { return tx.Put("test/read", nil) })
		h.must(err)
		var said []string
		for _, e := range got.Events {
			if e.Name == handoff.EventMessage && e.Message.From.Kind != handoff.FromAgent {
				said = append(said, e.Message.Text)
			}
		}
		if want := []string{"Do you have a HubSpot integration?", "Are you there?", "Hello?", "Yes, I am"}; !slices.Equal(said, want) {
			t.Errorf("it was said %q", said)
		}
		want := map[string]handoff.DeliveryState{lost.ID: handoff.DeliveryFailed, sent.ID: handoff.DeliverySent}
		if diff := cmp.Diff(want, got.Deliveries); diff != "" || got.Deliveries[before.ID] != "" {
			t.Errorf("deliveries, -want +got:\n%s", diff)
		}
		if len(got.Kept) != 1 || got.Kept[0].Message != lost.ID || got.Kept[0].State != handoff.KeptDead || got.Kept[0].Cause == "" {
			t.Errorf("kept are %+v", got.Kept)
		}
		if got.Label != "Dana" || got.Agent.ID != "marketing" || got.Next != 0 {
			t.Errorf("it is %+v", got)
		}
		if _, kept := h.rows()["test/read"]; !kept {
			t.Error("the note was not kept")
		}
		none, err := h.desk.Transcript(h.Context(), handed, 0, func(store.Tx) error { return errors.New("no room") })
		if err == nil {
			t.Errorf("%d events were read without a note", len(none.Events))
		}
		_, err = h.desk.Transcript(h.Context(), "none", 0, nil)
		h.wantCode(err, handoff.CodeNoHandoff)
	})
}

// TestLongTranscript is read a page at a time.
func TestLongTranscript(t *testing.T) {
	play(t, func(h *house) {
		id := h.visitor("Dana")
		handed := h.asks(id)
		last := h.conversation(id).LastSeq
		for last < handoff.MaxTranscript+20 {
			h.says(id, "and another thing")
			last = h.conversation(id).LastSeq
		}
		var seq handoff.Seq
		for pages := 1; ; pages++ {
			got, err := h.desk.Transcript(h.Context(), handed, seq, nil)
			h.must(err)
			for _, e := range got.Events {
				if seq++; e.Seq != seq {
					t.Fatalf("event %d comes where %d is due", e.Seq, seq)
				}
			}
			if got.Next == 0 {
				if seq != last || pages < 2 {
					t.Errorf("%d of %d events were read in %d pages", seq, last, pages)
				}
				return
			}
		}
	})
}
