package teams_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

// TestRefusals lets the Connector answer a visitor's line in every way that says that it was not posted, and counts what the
// bot makes of it.
func TestRefusals(t *testing.T) {
	for _, row := range []struct {
		name   string
		fault  bottest.Fault
		strike int // so many times
		calls  int
		want   handoff.DeliveryState
	}{
		{"412 four times", bottest.Fault{Status: http.StatusPreconditionFailed}, 4, 5, handoff.DeliverySent},
		{"412 five times", bottest.Fault{Status: http.StatusPreconditionFailed}, 5, 5, handoff.DeliveryFailed},
		{"429 without a word", bottest.Fault{Status: http.StatusTooManyRequests}, 7, 8, handoff.DeliverySent},
		{"429 with nonsense", bottest.Fault{Status: http.StatusTooManyRequests, RetryAfter: "soon"}, 1, 2, handoff.DeliverySent},
		{"401 once", bottest.Fault{Status: http.StatusUnauthorized}, 1, 2, handoff.DeliverySent},
		{"403", bottest.Fault{Status: http.StatusForbidden, Code: "BotNotInConversationRoster"}, 1, 1, handoff.DeliveryFailed},
		{"404", bottest.Fault{Status: http.StatusNotFound}, 1, 1, handoff.DeliveryFailed},
		{"400", bottest.Fault{Status: http.StatusBadRequest}, 1, 1, handoff.DeliveryFailed},
		{"413 for a short line", bottest.Fault{Status: http.StatusRequestEntityTooLarge}, 1, 1, handoff.DeliveryFailed},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, bottest.Config{})
			id, thread := joined(t, w)
			w.waitCard(thread.ID, thread.Root, "End conversation")
			w.waitLine(thread.ID, "has joined")
			before := w.service.Count(bottest.OpSend)
			w.service.Fail(bottest.OpSend, row.strike, row.fault)
			w.say(id, "Hello there")
			told := w.waitEvent(id, "what became of the line", func(e handoff.Event) bool { return e.Name == handoff.EventDelivery })
			if told.Delivery.State != row.want || (row.want == handoff.DeliveryFailed) != (told.Delivery.Cause != "") {
				t.Errorf("the visitor hears %+v, want %s", told.Delivery, row.want)
			}
			if n := w.service.Count(bottest.OpSend) - before; n != row.calls {
				t.Errorf("%d calls, want %d", n, row.calls)
			}
		})
	}
}

// TestTooLargeIsShortened: a long line that the Connector finds too large goes in half, and says where the rest is.
func TestTooLargeIsShortened(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)
	w.waitLine(thread.ID, "has joined")
	w.service.Fail(bottest.OpSend, 1, bottest.Fault{Status: http.StatusRequestEntityTooLarge})
	_, err := w.desk.FromVisitor(t.Context(), id, handoff.Say{Text: strings.Repeat("a", 2000) + strings.Repeat("b", 2000)})
	must(t, err)
	w.waitLine(thread.ID, "Dana Cole: "+strings.Repeat("a", 2000)+" […] (This line is too long for Teams.")
}
