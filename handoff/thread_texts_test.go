package handoff_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// TestThreadTexts: an admin's texts replace ours in the threads too, and an empty one mutes it there.
func TestThreadTexts(t *testing.T) {
	for _, row := range []struct {
		name        string
		texts       map[string]string
		here, there []string // notices in the channel where Sam joins, and in the other one
	}{
		{"own texts", map[string]string{
			handoff.TextThreadWaiting: "{agent} waits since {since}.", handoff.TextThreadJoined: "{specialist} has it here.", handoff.TextThreadElsewhere: "{specialist} has it there.",
			handoff.TextThreadLeft: "{specialist} is off.", handoff.TextThreadLost: "Where {specialist} was is gone.",
		}, []string{"Ava waits since 00:00 UTC.", "Sam Ortiz has it here.", "Sam Ortiz is off.", "Sam Ortiz has it here."},
			[]string{"Ava waits since 00:00 UTC.", "Sam Ortiz has it there.", "Sam Ortiz is off.", "Sam Ortiz has it there.", "Where Sam Ortiz was is gone."}},
		{"muted", map[string]string{
			handoff.TextThreadWaiting: "", handoff.TextThreadJoined: "", handoff.TextThreadElsewhere: "", handoff.TextThreadLeft: "", handoff.TextThreadLost: "",
		}, nil, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.set(func(a *handoff.Agent) {
					a.Texts, a.Handoff.Channels, a.Handoff.RemindSeconds = row.texts, ids(sales, support), 60
				})
				id := h.asks(h.visitor("Dana"))
				h.pass(61 * time.Second)
				h.does(handoff.VerbJoin, sam, sales, id)
				h.does(handoff.VerbLeave, sam, sales, id)
				h.does(handoff.VerbJoin, sam, sales, id)
				h.loses(sales, handoff.LostDeleted)
				h.pass(10 * time.Second) // a thread has its pace
				synctest.Wait()
				for channel, want := range map[handoff.ID][]string{sales: row.here, support: row.there} {
					var got []string
					for _, p := range h.chat.in(channel) {
						if p.Kind == handoff.PostNotice {
							got = append(got, p.Text)
						}
					}
					if !slices.Equal(got, want) {
						t.Errorf("in %s stands %q, want %q", channel, got, want)
					}
				}
			})
		})
	}
}
