package teams_test

import (
	"net/http"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
)

// TestTheBotsOwnArrivalAsksForNobody: that the bot is among the members added is no reason to look anybody up.
func TestTheBotsOwnArrivalAsksForNobody(t *testing.T) {
	w := newWorld(t, bottest.Config{NotInstalled: true})
	answers, err := w.service.Install(t.Context(), w.ana.ID, w.channel.ID)
	must(t, err)
	for _, answer := range answers {
		if answer.Status != http.StatusOK {
			t.Errorf("the arrival was answered %d", answer.Status)
		}
	}
	if n := w.service.Count(bottest.OpMember) + w.service.Count(bottest.OpMembers); n != 0 {
		t.Errorf("%d people were looked up", n)
	}
}
