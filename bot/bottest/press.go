package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/docket-handoff/docket/activity"
)

// Pressed is what a person sees after a press.
type Pressed struct {
	Answer     Answer
	StatusCode int             // inside the answer; 200 when it is left out
	Type       string          // of the answer, such as activity.ResponseCard; empty if the app was "unable to reach"
	Card       json.RawMessage // the card that replaces the message's for this person
	Text       string          // the line shown at the card, for a message or an error
	Code       string          // of an error
}

// Press presses an Action.Execute button of a message's card, named by its title
// or verb, as it stands on the person's screen. A card that the bot answers
// with replaces the card for this person alone.
//
// The error is about the press itself: no such button, no answer. A button that is
// there but not pressable, such as one without a verb, is an error too.
func (s *Service) Press(ctx context.Context, userID, threadID, messageID, button string, inputs ...map[string]any) (Pressed, error) {
	a, action, err := s.pressing(userID, threadID, messageID, button)
	if err != nil {
		return Pressed{}, err
	}
	if action.kind() != activity.ActionExecute || action.verb() == "" {
		return Pressed{}, fmt.Errorf("bottest: %q is no Action.Execute with a verb", button)
	}
	a.Type, a.Name = activity.TypeInvoke, activity.InvokeAdaptiveCard
	a.Value, err = json.Marshal(map[string]any{
		"action": map[string]any{
			"type": action.kind(), "id": action.text("id"), "verb": action.verb(), "title": action.title(),
			"data": withInputs(action["data"], inputs),
		},
		"trigger": "manual",
	})
	if err != nil {
		return Pressed{}, fmt.Errorf("bottest: %w", err)
	}
	answer, err := s.Deliver(ctx, a)
	if err != nil {
		return Pressed{Answer: answer}, err
	}
	pressed, err := readPressed(answer)
	if err != nil {
		s.violate(OpInvoke, "%v", err)
		return pressed, nil
	}
	s.show(a.From.ID, threadID, messageID, pressed)
	return pressed, nil
}

// PressFallback presses the same button on an old client, which does not know
// Action.Execute: it sends the fallback's Action.Submit as a message without
// text. A button that is itself an Action.Submit is pressed as it is.
func (s *Service) PressFallback(ctx context.Context, userID, threadID, messageID, button string, inputs ...map[string]any) (Answer, error) {
	a, action, err := s.pressing(userID, threadID, messageID, button)
	if err != nil {
		return Answer{}, err
	}
	if action.kind() == activity.ActionExecute {
		fallback, _ := action["fallback"].(map[string]any)
		action = fallback
	}
	if action.kind() != "Action.Submit" {
		return Answer{}, fmt.Errorf("bottest: %q has no Action.Submit to fall back to", button)
	}
	a.Type = activity.TypeMessage
	if a.Value, err = json.Marshal(withInputs(action["data"], inputs)); err != nil {
		return Answer{}, fmt.Errorf("bottest: %w", err)
	}
	return s.Deliver(ctx, a)
}

// pressing finds the button on the person's screen and makes the activity's
// frame.
func (s *Service) pressing(userID, threadID, messageID, button string) (*activity.Activity, element, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, c, t, err := s.place(userID, threadID)
	if err != nil {
		return nil, nil, err
	}
	m := s.seen(t, messageID, from.ID)
	if m == nil {
		return nil, nil, fmt.Errorf("bottest: the thread has no message %q", messageID)
	}
	card, err := parseCard(m.CardFor(from.ID))
	if err != nil {
		return nil, nil, fmt.Errorf("bottest: the message has no card: %w", err)
	}
	for _, action := range card.actions() {
		if action.title() == button || action.verb() == button {
			a := s.inChannel(from, c, c.conversation(t))
			a.ReplyToID = messageID
			return a, action, nil
		}
	}
	return nil, nil, fmt.Errorf("bottest: the card has no button %q", button)
}

// withInputs merges what was typed into the button's data.
func withInputs(data any, inputs []map[string]any) any {
	if len(inputs) == 0 {
		return data
	}
	merged := make(map[string]any)
	if members, ok := data.(map[string]any); ok {
		maps.Copy(merged, members)
	}
	for _, values := range inputs {
		maps.Copy(merged, values)
	}
	return merged
}

// readPressed reads the answer to an adaptiveCard/action as Teams does. An
// answer with another HTTP status shows "Unable to reach app"; one with 200 and the
// wrong shape does too, and is the bot's mistake.
// See https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model.
func readPressed(answer Answer) (Pressed, error) {
	pressed := Pressed{Answer: answer}
	if answer.Status != http.StatusOK {
		return pressed, nil
	}
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		return pressed, errors.New("the answer's content type is not JSON")
	}
	var envelope struct {
		StatusCode *int            `json:"statusCode"`
		Type       string          `json:"type"`
		Value      json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(answer.Body, &envelope); err != nil {
		return pressed, fmt.Errorf("the answer is no object with statusCode, type and value: %w", err)
	}
	pressed.StatusCode = http.StatusOK
	if envelope.StatusCode != nil {
		pressed.StatusCode = *envelope.StatusCode
	}
	if err := pressed.readValue(envelope.Type, envelope.Value); err != nil {
		return pressed, err
	}
	pressed.Type = envelope.Type
	return pressed, nil
}

func (p *Pressed) readValue(kind string, value json.RawMessage) error {
	switch kind {
	case activity.ResponseCard:
		if refused := checkCard(value); refused != nil {
			return errors.New(refused.message)
		}
		p.Card = value
		return nil
	case activity.ResponseMessage:
		if json.Unmarshal(value, &p.Text) != nil {
			return errors.New("the value of a message answer is not a string")
		}
		return nil
	case activity.ResponseError:
		var fault activity.InvokeFault
		if json.Unmarshal(value, &fault) != nil || fault.Code == "" || p.StatusCode < 400 {
			return errors.New("an error answer needs a statusCode from 400 and a value with code and message")
		}
		p.Text, p.Code = fault.Message, fault.Code
		return nil
	case activity.ResponseLogin:
		var card map[string]any
		if json.Unmarshal(value, &card) != nil || len(card) == 0 || p.StatusCode != http.StatusUnauthorized {
			return errors.New("a request to sign in needs statusCode 401 and the content of an OAuth card as its value")
		}
		return nil
	case activity.ResponseIncorrectAuthCode:
		if string(value) != "null" && len(value) > 0 || p.StatusCode != http.StatusUnauthorized {
			return errors.New("the answer to a wrong code needs statusCode 401 and no value")
		}
		return nil
	case activity.ResponsePrecondition:
		var fault activity.InvokeFault
		if json.Unmarshal(value, &fault) != nil || fault.Code == "" || p.StatusCode != http.StatusPreconditionFailed {
			return errors.New("a failed exchange needs statusCode 412 and a value with code and message")
		}
		p.Text, p.Code = fault.Message, fault.Code
		return nil
	}
	return fmt.Errorf("the answer's type %q is not one that Teams knows", kind)
}

// show puts the answer on the screen of the person who pressed.
func (s *Service) show(userID, threadID, messageID string, p Pressed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, t := s.find(threadID)
	if t == nil {
		return
	}
	m := t.message(messageID)
	if m == nil || m.Deleted {
		return
	}
	if p.Card != nil {
		if m.Views == nil {
			m.Views = make(map[string]json.RawMessage)
		}
		m.Views[userID] = p.Card
	}
	if p.Text != "" {
		if m.Notices == nil {
			m.Notices = make(map[string][]string)
		}
		m.Notices[userID] = append(m.Notices[userID], p.Text)
	}
	s.changed()
}
