package handoff_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
)

func counts(t handoff.Tally) handoff.Tally {
	t.Join, t.Length = handoff.Spread{}, handoff.Spread{}
	return t
}

// TestReport counts every way a handoff can go.
func TestReport(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) {
			a.Handoff.Channels, a.Handoff.FallbackChannels, a.Handoff.WaitSeconds = []handoff.ID{sales, support}, []handoff.ID{oncall}, 600
		})
		dana := h.visitor("Dana")
		first := h.asks(dana) // joined in sales after 40 s, 5 minutes long
		h.pass(38 * time.Second)
		h.does(handoff.VerbJoin, sam, sales, first)
		h.pass(5 * time.Minute)
		h.does(handoff.VerbEnd, sam, sales, first)
		h.must(h.desk.Rate(h.Context(), dana, 2, ""))
		h.must(h.desk.Rate(h.Context(), dana, 5, "on second thought"))

		second := h.asks(dana) // joined in support after 90 s, left, joined again, handed back
		h.pass(90 * time.Second)
		h.does(handoff.VerbJoin, kim, support, second)
		h.does(handoff.VerbLeave, kim, support, second)
		h.pass(time.Second)
		h.does(handoff.VerbJoin, kim, support, second)
		h.does(handoff.VerbBack, kim, support, second)

		h.asks(dana) // nobody came, in three channels
		h.pass(time.Hour)
		h.asks(dana) // taken back
		h.ends(dana, handoff.FromVisitor)
		h.set(func(a *handoff.Agent) {
			a.Handoff.WorkHours = &handoff.WorkHours{TimeZone: "UTC", Override: handoff.OverrideClosed}
		})
		_, err := h.desk.Request(h.Context(), dana, handoff.Request{By: handoff.FromVisitor, Key: "k"})
		h.must(err)
		_, err = h.desk.Request(h.Context(), dana, handoff.Request{By: handoff.FromVisitor, Key: "k"}) // the same wish
		h.must(err)
		h.set(func(a *handoff.Agent) { a.Handoff.WorkHours = nil })
		h.asks(dana) // waits

		got := h.report(handoff.ReportQuery{})
		if diff := cmp.Diff(handoff.Tally{
			Asked: 5, Joined: 2, Ratings: [5]int{0, 0, 0, 0, 1},
			Ended:   map[handoff.Ending]int{handoff.EndingSpecialist: 1, handoff.EndingHandedBack: 1, handoff.EndingMissed: 1, handoff.EndingWithdrawn: 1},
			Refused: map[handoff.UnavailableBy]int{handoff.ByOverride: 1},
		}, counts(got.Total)); diff != "" {
			t.Errorf("the total, -want +got:\n%s", diff)
		}
		if got.Total.Open() != 1 {
			t.Errorf("%d are open", got.Total.Open())
		}
		want := map[handoff.ID]handoff.Tally{
			sales:   {Asked: 5, Joined: 1, Ratings: [5]int{0, 0, 0, 0, 1}, Ended: map[handoff.Ending]int{handoff.EndingSpecialist: 1, handoff.EndingMissed: 1, handoff.EndingWithdrawn: 1, handoff.EndingElsewhere: 1}},
			support: {Asked: 5, Joined: 1, Ended: map[handoff.Ending]int{handoff.EndingElsewhere: 1, handoff.EndingHandedBack: 1, handoff.EndingMissed: 1, handoff.EndingWithdrawn: 1}},
			oncall:  {Asked: 1, Ended: map[handoff.Ending]int{handoff.EndingMissed: 1}},
		}
		for _, c := range got.Channels {
			if diff := cmp.Diff(want[c.Channel], counts(c.Tally)); diff != "" {
				t.Errorf("%s, -want +got:\n%s", c.Channel, diff)
			}
			if open := map[handoff.ID]int{sales: 1, support: 1}[c.Channel]; c.Open() != open {
				t.Errorf("%s: %d are open", c.Channel, c.Open())
			}
		}
		if join, length := got.Total.Join, got.Total.Length; join.Mean() != 64*time.Second || join.Count != 2 || length.Count != 2 || length.Mean() != 150*time.Second+500*time.Millisecond {
			t.Errorf("to join %s of %+v, long %s of %+v", join.Mean(), join, length.Mean(), length)
		}
		if half, ok := got.Total.Join.Share(50); half != 40*time.Second || !ok {
			t.Errorf("half joined within %s", half)
		}
		if most, ok := got.Total.Join.Share(90); most != 90*time.Second || !ok {
			t.Errorf("nine of ten joined within %s", most)
		}
		here := h.report(handoff.ReportQuery{Channel: oncall})
		if here.Total.Asked != 1 || len(here.Channels) != 1 || len(here.Agents) != 1 {
			t.Errorf("the report of one channel: %+v", here)
		}
		if other := h.report(handoff.ReportQuery{Agent: "nobody"}); other.Total.Asked != 0 || len(other.Agents) != 0 {
			t.Errorf("the report of nobody: %+v", other)
		}
	})
}

// TestReportDays counts a handoff on the date it has where the agent's people work, and all of it there.
func TestReportDays(t *testing.T) {
	play(t, func(h *house) { // it is midnight UTC of 2000-01-01
		h.set(func(a *handoff.Agent) {
			a.Handoff.WorkHours = &handoff.WorkHours{TimeZone: "America/New_York", Override: handoff.OverrideOpen}
			a.Handoff.WaitSeconds = 24 * 3600
		})
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.pass(12 * time.Hour)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.does(handoff.VerbEnd, sam, sales, id)
		r := h.report(handoff.ReportQuery{From: "1999-12-30", To: "2000-01-02"})
		var asked []int
		for _, day := range r.Days {
			asked = append(asked, day.Asked, day.Joined)
		}
		if diff := cmp.Diff([]int{0, 0, 1, 1, 0, 0, 0, 0}, asked); diff != "" || r.Days[1].Day != "1999-12-31" {
			t.Errorf("asked and joined by day, -want +got:\n%s", diff)
		}
		if later := h.report(handoff.ReportQuery{From: "2000-01-01", To: "2000-01-02"}); later.Total.Asked != 0 || len(later.Days) != 2 {
			t.Errorf("the days after: %+v", later)
		}
	})
}

func TestReportRefuses(t *testing.T) {
	play(t, func(h *house) {
		for name, q := range map[string]handoff.ReportQuery{
			"no dates":      {},
			"a wrong from":  {From: "2026-02-30", To: "2026-03-01"},
			"a wrong to":    {From: "2026-02-01", To: "reports/"},
			"backwards":     {From: "2026-02-02", To: "2026-02-01"},
			"too many days": {From: "2024-01-01", To: "2025-01-01"},
		} {
			_, err := h.desk.Report(h.Context(), q)
			if handoff.CodeOf(err) != handoff.CodeInvalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if r := h.report(handoff.ReportQuery{From: "2024-01-01", To: "2024-12-31"}); len(r.Days) != 366 {
			t.Errorf("a leap year has %d days", len(r.Days))
		}
	})
}

// TestErasedInReports: numbers stay, also that of one that was under way, and nothing else does.
func TestErasedInReports(t *testing.T) {
	play(t, func(h *house) {
		dana := h.known("crm-1", "Danaë")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.does(handoff.VerbEnd, sam, sales, id)
		h.asks(dana)
		if got := h.finds("danae"); len(got) != 2 {
			t.Fatalf("%d are found before the erasure", len(got))
		}
		_, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1")
		h.must(err)
		for _, word := range []string{"danae", "crm", "sons", "example", string(id)} {
			if got := h.finds(word); len(got) != 0 {
				t.Errorf("%s still finds %q", word, got)
			}
		}
		for key := range h.rows() {
			if strings.HasPrefix(key, "search/") || strings.HasPrefix(key, "board/") {
				t.Errorf("%s is left", key)
			}
		}
		got := h.report(handoff.ReportQuery{}).Total
		want := map[handoff.Ending]int{handoff.EndingSpecialist: 1, handoff.EndingErased: 1}
		if diff := cmp.Diff(want, got.Ended); diff != "" || got.Asked != 2 || got.Open() != 0 {
			t.Errorf("asked %d, open %d, ended -want +got:\n%s", got.Asked, got.Open(), diff)
		}
	})
}

// TestCatchUp: a store from before the lists has the same ones after a start.
func TestCatchUp(t *testing.T) {
	play(t, func(h *house) {
		h.within(handoff.Limits{ChannelOpen: 1000})
		h.set(func(a *handoff.Agent) {
			a.Handoff.Channels, a.Handoff.WaitSeconds = []handoff.ID{sales, support}, 7*24*3600
		})
		dana := h.visitor("Dana")
		first := h.asks(dana)
		h.pass(time.Minute)
		h.does(handoff.VerbJoin, sam, sales, first)
		h.pass(time.Minute)
		h.does(handoff.VerbEnd, sam, sales, first)
		h.must(h.desk.Rate(h.Context(), dana, 4, ""))
		second := h.asks(dana)
		h.does(handoff.VerbJoin, kim, support, second)
		for range 250 {
			h.asks(h.visitor("Lee"))
		}
		lists := func() map[string]string {
			out := map[string]string{}
			for key, value := range h.rows() {
				for _, prefix := range []string{"board/", "search/", "reports/", "handoffs/", "meta/listed"} {
					if strings.HasPrefix(key, prefix) || strings.Contains(key, "/words/") {
						out[key] = value
					}
				}
			}
			return out
		}
		want := lists()
		h.must(h.engine.Update(h.Context(), func(tx store.Tx) error {
			for key, value := range want {
				if !strings.HasPrefix(key, "handoffs/") {
					h.must(tx.Delete(key))
					continue
				}
				h.must(tx.Put(key, []byte(withoutLists(value))))
			}
			return nil
		}))
		h.restart()
		h.restart() // and it does nothing twice
		if diff := cmp.Diff(want, lists(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// withoutLists takes out of a handoff's row what older rows do not have.
func withoutLists(row string) string {
	for _, name := range []string{`"day":"`, `"first_joined":"`} {
		if before, after, found := strings.Cut(row, name); found {
			_, after, _ = strings.Cut(after, `",`)
			row = before + after
		}
	}
	return row
}

// TestDamagedTally: people come before figures.
func TestDamagedTally(t *testing.T) {
	play(t, func(h *house) {
		h.must(h.engine.Update(h.Context(), func(tx store.Tx) error {
			return tx.Put("reports/"+time.Now().UTC().Format(time.DateOnly)+"/marketing/", []byte("{"))
		}))
		id := h.asks(h.visitor("Dana"))
		h.does(handoff.VerbJoin, sam, sales, id)
		h.ruined = true
	})
}
