package teams_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

func TestPressesThatChangeNothing(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)
	w.waitCard(thread.ID, thread.Root, "End conversation")
	presses := 0
	invoke := func(t *testing.T, conversation, verb, data string) string {
		t.Helper()
		presses++
		body := fmt.Sprintf(`{"type":"invoke","name":"adaptiveCard/action","id":"f:%d","channelId":"msteams","serviceUrl":%q,
			"from":{"id":%q,"name":"Ben","aadObjectId":%q},"recipient":{"id":%q},"replyToId":%q,
			"conversation":{"id":%q,"conversationType":"channel","isGroup":true,"tenantId":%q},
			"channelData":{"tenant":{"id":%q},"channel":{"id":%q}},
			"value":{"action":{"type":"Action.Execute","verb":%q,"data":%s}}}`,
			presses, w.service.ServiceURL(), w.ben.ID, w.ben.AADObjectID, w.service.BotID(), thread.Root, conversation, bottest.DefaultTenant, bottest.DefaultTenant, w.channel.ID, verb, data)
		answer, err := w.service.SendRaw(t.Context(), []byte(body), bottest.TokenOptions{})
		must(t, err)
		if answer.Status != 200 {
			t.Fatalf("the press was answered %d", answer.Status)
		}
		return string(answer.Body)
	}
	c, err := w.desk.Conversation(t.Context(), id)
	must(t, err)
	mine := fmt.Sprintf(`{"handoff":%q}`, c.Handoff)
	for _, row := range []struct{ name, conversation, verb, data, want string }{
		{"another person's end", thread.ID, "handoff.end", mine, "has this conversation"},
		{"another person's leave", thread.ID, "handoff.leave", mine, "has this conversation"},
		{"another person's hand back", thread.ID, "handoff.back", mine, "has this conversation"},
		{"a late join", thread.ID, "handoff.join", mine, "has this conversation"},
		{"an invented handoff", thread.ID, "handoff.join", `{"handoff":"no-such"}`, "does not belong"},
		{"a foreign thread", w.channel.ID + ";messageid=1", "handoff.join", mine, "does not belong"},
		{"no data", thread.ID, "handoff.join", `null`, "does not belong"},
		{"data of another kind", thread.ID, "handoff.join", `"handoff"`, "does not belong"},
		{"an invented verb", thread.ID, "handoff.delete", mine, "does not belong"},
	} {
		t.Run(row.name, func(t *testing.T) {
			before, err := w.desk.Conversation(t.Context(), id)
			must(t, err)
			if got := invoke(t, row.conversation, row.verb, row.data); !strings.Contains(got, row.want) {
				t.Errorf("answered %s, want %q", got, row.want)
			}
			after, err := w.desk.Conversation(t.Context(), id)
			must(t, err)
			if before.LastSeq != after.LastSeq || before.State != after.State {
				t.Error("the conversation changed")
			}
		})
	}
	_, err = w.desk.End(t.Context(), id, handoff.FromVisitor)
	must(t, err)
	t.Run("a stale card", func(t *testing.T) {
		if got := invoke(t, thread.ID, "handoff.end", mine); !strings.Contains(got, "has ended (ended by the visitor)") {
			t.Errorf("answered %s", got)
		}
	})
}

// TestPressDeliveredAgain: Teams repeats a press that it thinks was not heard. What it did is not done again, though the same
// press would do something by then.
func TestPressDeliveredAgain(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)
	w.waitCard(thread.ID, thread.Root, "End conversation")
	_, err := w.service.Press(t.Context(), w.ana.ID, thread.ID, thread.Root, "Leave")
	must(t, err)
	leave := w.service.Deliveries()[len(w.service.Deliveries())-1]
	w.waitCard(thread.ID, thread.Root, "Join conversation")
	_, err = w.service.Press(t.Context(), w.ana.ID, thread.ID, thread.Root, "Join conversation")
	must(t, err)
	answer, err := w.service.SendRaw(t.Context(), leave.Activity, bottest.TokenOptions{})
	must(t, err)
	if answer.Status != http.StatusOK || !strings.Contains(string(answer.Body), "End conversation") {
		t.Errorf("it is answered %d %s, want the card as it is now", answer.Status, answer.Body)
	}
	if got := state(t, w, id); got != handoff.StateJoined {
		t.Errorf("the conversation is %s", got)
	}
}

// TestRefusedPressDeliveredAgain: a refusal is repeated, and not decided anew, when the conversation is nobody's any more.
func TestRefusedPressDeliveredAgain(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)
	w.waitCard(thread.ID, thread.Root, "End conversation")
	_, err := w.service.Press(t.Context(), w.ben.ID, thread.ID, thread.Root, "Leave")
	must(t, err)
	refused := w.service.Deliveries()[len(w.service.Deliveries())-1]
	_, err = w.service.Press(t.Context(), w.ana.ID, thread.ID, thread.Root, "Leave")
	must(t, err)
	answer, err := w.service.SendRaw(t.Context(), refused.Activity, bottest.TokenOptions{})
	must(t, err)
	if answer.Status != http.StatusOK || !strings.Contains(string(answer.Body), "Nothing was changed") {
		t.Errorf("it is answered %d %s", answer.Status, answer.Body)
	}
	if got := state(t, w, id); got != handoff.StateWaiting {
		t.Errorf("the conversation is %s", got)
	}
}

func TestPressOnACardThatWasNeverAcknowledged(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	w.connect()
	w.service.Fail(bottest.OpCreate, 1, bottest.Fault{Status: http.StatusGatewayTimeout, AfterPosting: true})
	id := w.visit()
	w.say(id, "I want to talk to a person")
	thread := w.handoffThread()
	pressed, err := w.service.Press(t.Context(), w.ana.ID, thread.ID, thread.Root, "Join conversation")
	must(t, err)
	if pressed.Type != activity.ResponseCard {
		t.Fatalf("Join was answered %s", pressed.Answer.Body)
	}
	w.waitText(id, handoff.FromAgent, w.ana.Name+" has joined")
	w.say(id, "Good to have you here")
	w.waitLine(thread.ID, "Good to have you here")
	if n := w.service.Count(bottest.OpCreate); n != 1 {
		t.Errorf("%d threads were begun, want 1", n)
	}
}
