package activity_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/docket-handoff/docket/activity"
)

func TestCardAction(t *testing.T) {
	press, err := golden(t, "join_pressed").CardAction()
	if err != nil {
		t.Fatal(err)
	}
	if press.Action.Verb != "handoff.join" || press.Trigger != "manual" || string(press.Action.Data) != `{"handoff": "h-7"}` {
		t.Errorf("got %+v", press)
	}
}

func TestCardActionRefuses(t *testing.T) {
	for _, row := range []struct{ name, text, code string }{
		{"no value", `{}`, activity.CodeBadRequest},
		{"null", `{"value":null}`, activity.CodeBadRequest},
		{"a string", `{"value":"join"}`, activity.CodeBadRequest},
		{"no action", `{"value":{"trigger":"manual"}}`, activity.CodeBadRequest},
		{"null action", `{"value":{"action":null}}`, activity.CodeBadRequest},
		{"action is a string", `{"value":{"action":"join"}}`, activity.CodeBadRequest},
		{"no type", `{"value":{"action":{"verb":"join"}}}`, activity.CodeBadRequest},
		{"another type", `{"value":{"action":{"type":"Action.Submit","verb":"join"}}}`, activity.CodeNotSupported},
		{"type in another case", `{"value":{"action":{"type":"action.execute","verb":"join"}}}`, activity.CodeNotSupported},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := decode(t, row.text).CardAction()
			var refusal *activity.InvokeError
			if !errors.As(err, &refusal) || refusal.Code != row.code || refusal.Status != 400 {
				t.Fatalf("got %v", err)
			}
			if got := refusal.Response(); got.Status != 200 {
				t.Errorf("the status belongs inside the answer: %+v", got)
			}
		})
	}
}

func TestCardActionWithoutData(t *testing.T) {
	press, err := decode(t, `{"value":{"action":{"type":"Action.Execute","verb":"v"}}}`).CardAction()
	if err != nil || press.Action.Data != nil {
		t.Errorf("%+v %v", press, err)
	}
}

func TestResponses(t *testing.T) {
	for _, row := range []struct {
		name string
		in   activity.InvokeResponse
		want string
	}{
		{"card", activity.CardResponse(json.RawMessage(`{"type":"AdaptiveCard"}`)),
			`{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{"type":"AdaptiveCard"}}`},
		{"message", activity.MessageResponse("Already taken by Ines."),
			`{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Already taken by Ines."}`},
		{"error", activity.ErrorResponse(400, "BadRequest", "No."),
			`{"statusCode":400,"type":"application/vnd.microsoft.error","value":{"code":"BadRequest","message":"No."}}`},
		{"sign in", activity.LoginResponse(map[string]string{"text": "Sign in"}),
			`{"statusCode":401,"type":"application/vnd.microsoft.activity.loginRequest","value":{"text":"Sign in"}}`},
		{"a wrong code", activity.IncorrectAuthCodeResponse(),
			`{"statusCode":401,"type":"application/vnd.microsoft.error.incorrectAuthCode","value":null}`},
		{"no exchange", activity.PreconditionResponse("412", "Consent is needed."),
			`{"statusCode":412,"type":"application/vnd.microsoft.error.preconditionFailed","value":{"code":"412","message":"Consent is needed."}}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			body, err := json.Marshal(row.in.Body)
			if err != nil || string(body) != row.want || row.in.Status != 200 {
				t.Errorf("%d %s %v", row.in.Status, body, err)
			}
		})
	}
}
