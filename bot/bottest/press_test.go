package bottest_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

const joinCard = `{"type":"AdaptiveCard","version":"1.5","body":[{"type":"ColumnSet","columns":[{"type":"Column","items":[{"type":"ActionSet","actions":[
  {"type":"Action.Execute","id":"join","title":"Join conversation","verb":"handoff.join","data":{"handoff":"h1"},
   "fallback":{"type":"Action.Submit","title":"Join conversation","data":{"handoff":"h1","verb":"handoff.join"}}}]}]}]}],
  "actions":[{"type":"Action.Execute","title":"No fallback","verb":"plain"},{"type":"Action.Submit","title":"Old","data":{"verb":"old"}},{"type":"Action.OpenUrl","title":"Site","url":"https://example.com"}]}`

const joinedCard = `{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"joined"}]}`

// pressing makes a bot that answers a press, with a card in a thread.
func pressing(t *testing.T, answer *activity.InvokeResponse) (w *world, thread, message string, got func() *activity.Activity) {
	t.Helper()
	var last *activity.Activity
	w = newWorld(t, bottest.Config{}, func(_ context.Context, _ *world, turn *bot.Turn) (*activity.InvokeResponse, error) {
		last = turn.Activity
		return answer, nil
	})
	group := true
	created, err := w.client.CreateConversation(t.Context(), w.ServiceURL(), activity.ConversationParameters{
		IsGroup: &group, ChannelData: &activity.ChannelData{Channel: &activity.ChannelInfo{ID: channelID}},
		Activity: &activity.Activity{Type: activity.TypeMessage, Summary: "a card", Attachments: []activity.Attachment{{ContentType: activity.ContentAdaptiveCard, Content: json.RawMessage(joinCard)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, created.ID, created.ActivityID, func() *activity.Activity { return last }
}

func respond(r activity.InvokeResponse) *activity.InvokeResponse { return &r }

func TestPressShowsTheCardToOnePerson(t *testing.T) {
	w, thread, message, got := pressing(t, respond(activity.CardResponse(json.RawMessage(joinedCard))))
	pressed, err := w.Press(t.Context(), "29:ada", thread, message, "Join conversation", map[string]any{"note": "hi"})
	if err != nil || pressed.Type != activity.ResponseCard || pressed.StatusCode != 200 {
		t.Fatalf("%+v, %v", pressed, err)
	}
	a := got()
	action, err := a.CardAction()
	if err != nil || action.Action.Verb != "handoff.join" || action.Action.ID != "join" || action.Trigger != "manual" || string(action.Action.Data) != `{"handoff":"h1","note":"hi"}` {
		t.Errorf("action %+v, %v", action, err)
	}
	if a.Type != activity.TypeInvoke || a.Name != activity.InvokeAdaptiveCard || a.ReplyToID != message || a.Conversation.ID != thread || a.From.ID != "29:ada" || !strings.HasPrefix(a.ID, "f:") {
		t.Errorf("invoke %+v", a)
	}
	m := w.Message(thread, message)
	if !strings.Contains(string(m.CardFor("29:ada")), "joined") || strings.Contains(string(m.CardFor("29:grace")), "joined") {
		t.Errorf("ada sees %s, grace sees %s", m.CardFor("29:ada"), m.CardFor("29:grace"))
	}
	if _, err := w.Press(t.Context(), "29:ada", thread, message, "handoff.join"); err == nil {
		t.Error("a button was pressed that is no longer on the screen")
	}
	if _, err := w.Press(t.Context(), "29:grace", thread, message, "handoff.join"); err != nil {
		t.Error(err)
	}
	update := &activity.Activity{Type: activity.TypeMessage, Attachments: []activity.Attachment{{ContentType: activity.ContentAdaptiveCard, Content: json.RawMessage(joinCard)}}}
	if err := w.client.Update(t.Context(), w.ServiceURL(), thread, message, update); err != nil {
		t.Fatal(err)
	}
	if m := w.Message(thread, message); strings.Contains(string(m.CardFor("29:ada")), "joined") || m.Revision != 1 {
		t.Errorf("the update did not reach ada: %s", m.CardFor("29:ada"))
	}
}

func TestPressFallback(t *testing.T) {
	w, thread, message, got := pressing(t, nil)
	for button, want := range map[string]string{"Join conversation": `{"handoff":"h1","verb":"handoff.join"}`, "Old": `{"verb":"old"}`} {
		if _, err := w.PressFallback(t.Context(), "29:ada", thread, message, button); err != nil {
			t.Fatal(err)
		}
		if a := got(); a.Type != activity.TypeMessage || a.Text != "" || !a.HasSubmit() || string(a.Value) != want || a.ReplyToID != message {
			t.Errorf("%s: %+v", button, a)
		}
	}
	for _, button := range []string{"No fallback", "Site", "Nothing"} {
		if _, err := w.PressFallback(t.Context(), "29:ada", thread, message, button); err == nil {
			t.Errorf("%s was pressed", button)
		}
	}
}

func TestPressAnswers(t *testing.T) {
	raw := func(body string) *activity.InvokeResponse {
		return &activity.InvokeResponse{Status: 200, Body: json.RawMessage(body)}
	}
	for _, row := range []struct {
		name      string
		answer    *activity.InvokeResponse
		status    int
		kind      string
		text      string
		violation string // empty: none
	}{
		{"a message", respond(activity.MessageResponse("Taken.")), 200, activity.ResponseMessage, "Taken.", ""},
		{"an error", respond(activity.ErrorResponse(400, "BadRequest", "No.")), 400, activity.ResponseError, "No.", ""},
		{"without a status inside", raw(`{"type":"application/vnd.microsoft.activity.message","value":"x"}`), 200, activity.ResponseMessage, "x", ""},
		{"nothing: unable to reach", nil, 0, "", "", ""},
		{"a status of its own: unable to reach", &activity.InvokeResponse{Status: 500}, 0, "", "", ""},
		{"no envelope", raw(`"x"`), 0, "", "", "no object"},
		{"an empty answer", &activity.InvokeResponse{Status: 200}, 0, "", "", "content type"},
		{"the type that a page misprints", raw(`{"statusCode":200,"type":"application/vnd.microsoft.adaptive.card","value":` + joinedCard + `}`), 200, "", "", "not one that Teams knows"},
		{"a wrapper too many", raw(`{"status":200,"body":{"statusCode":200}}`), 200, "", "", "not one that Teams knows"},
		{"a card in a string", raw(`{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":"{}"}`), 200, "", "", "not an object"},
		{"a message that is an object", raw(`{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":{}}`), 200, "", "", "not a string"},
		{"a request to sign in", respond(activity.LoginResponse(map[string]string{"text": "Sign in"})), 401, activity.ResponseLogin, "", ""},
		{"a wrong code of a sign-in", respond(activity.IncorrectAuthCodeResponse()), 401, activity.ResponseIncorrectAuthCode, "", ""},
		{"an exchange that failed", respond(activity.PreconditionResponse("412", "Consent is needed.")), 412, activity.ResponsePrecondition, "Consent is needed.", ""},
		{"a request to sign in that says 200", raw(`{"statusCode":200,"type":"application/vnd.microsoft.activity.loginRequest","value":{"text":"x"}}`), 200, "", "", "statusCode 401"},
		{"a wrong code with a value", raw(`{"statusCode":401,"type":"application/vnd.microsoft.error.incorrectAuthCode","value":"x"}`), 401, "", "", "no value"},
		{"a failed exchange without a code", raw(`{"statusCode":412,"type":"application/vnd.microsoft.error.preconditionFailed","value":null}`), 412, "", "", "code and message"},
		{"an error that says 200", raw(`{"statusCode":200,"type":"application/vnd.microsoft.error","value":{"code":"X","message":"y"}}`), 200, "", "", "statusCode from 400"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, thread, message, _ := pressing(t, row.answer)
			if row.violation != "" {
				w.ExpectViolation(row.violation)
			}
			pressed, err := w.Press(t.Context(), "29:ada", thread, message, "handoff.join")
			if err != nil {
				t.Fatal(err)
			}
			if pressed.StatusCode != row.status || pressed.Type != row.kind || pressed.Text != row.text {
				t.Errorf("%+v", pressed)
			}
			notices := w.Message(thread, message).Notices["29:ada"]
			if (len(notices) == 1) != (row.text != "") {
				t.Errorf("notices %v", notices)
			}
		})
	}
}
