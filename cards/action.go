package cards

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
)

// An Action is a button, or what happens on a click. The set is closed: the types
// of this package, which are all of schema 1.5.
type Action interface {
	json.Marshaler
	checkAction(*checker)
	cutAction(max int) Action
}

// MaxActions is how many buttons Teams shows in one row.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
const MaxActions = 6

// ActionStyle is the meaning of a button. Some clients of Teams ignore it.
type ActionStyle string

// Values of ActionStyle.
const (
	StylePositive    ActionStyle = "positive"
	StyleDestructive ActionStyle = "destructive"
)

// Button has the members that every action has. Titles are words of the program:
// they are shown on one line and cut at its end.
type Button struct {
	ID      string      `json:"id,omitempty"` // unique in the card
	Title   string      `json:"title,omitempty"`
	Style   ActionStyle `json:"style,omitempty"`
	Tooltip string      `json:"tooltip,omitempty"`
	IconURL string      `json:"iconUrl,omitempty"` // https or a data URI
	// Secondary puts the button behind the "more" menu.
	Secondary bool `json:"-"`
	// Disabled shows the button but lets nobody press it. Old clients do not heed
	// it, so a press can still arrive.
	Disabled bool `json:"-"`
	// Requires is as in Base.
	Requires map[string]string `json:"requires,omitempty"`
	// Fallback stands where the client does not know the action or lacks what it
	// requires: another action, or Drop. For an Execute nil is a Submit.
	Fallback Action `json:"fallback,omitempty"`
}

// button is a Button as it is written.
type button struct {
	Button
	Mode      string `json:"mode,omitempty"`
	IsEnabled *bool  `json:"isEnabled,omitempty"`
}

func (b Button) written() button {
	w := button{Button: b}
	if b.Secondary {
		w.Mode = "secondary"
	}
	if b.Disabled {
		w.IsEnabled = new(bool)
	}
	return w
}

func (b Button) check(c *checker) {
	c.id(b.ID)
	c.oneOf("style", string(b.Style), "default", "positive", "destructive")
	if b.Title == "" {
		c.add("a button has no title")
	}
	if b.IconURL != "" {
		checkPicture(c, "a button", b.IconURL)
	}
	checkRequires(c, b.Requires)
	checkFallbackAction(c, b.Fallback)
}

func (b Button) cut(max int) Button {
	if b.Fallback != nil {
		b.Fallback = b.Fallback.cutAction(max)
	}
	return b
}

// Execute is a button whose press arrives as an adaptiveCard/action invoke and is
// answered with a card or a line. Make one with NewExecute.
// https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
type Execute struct {
	Button
	// IgnoreInputs leaves the card's inputs out of the data.
	IgnoreInputs bool

	verb string
	data map[string]json.RawMessage
	err  error
}

// NewExecute returns a button that executes verb. Data is nil or marshals to a
// JSON object without a member named verb, nor one that is called as an input of the card is: what
// is typed would take its place, unless IgnoreInputs is set. For clients that do not know Execute
// the button falls back to a Submit of the same data and the verb. What is wrong
// with the arguments is reported by Validate and by marshalling.
func NewExecute(title, verb string, data any) Execute {
	e := Execute{Button: Button{Title: title}, verb: verb}
	e.data, e.err = dataObject(data)
	switch _, clash := e.data["verb"]; {
	case e.err != nil:
	case verb == "":
		e.err = errors.New("an Execute without a verb is never delivered")
	case clash:
		e.err = errors.New("the data of an Execute names a verb of its own")
	}
	return e
}

// Verb returns the verb.
func (e Execute) Verb() string { return e.verb }

// MarshalJSON writes the action and its fallback.
func (e Execute) MarshalJSON() ([]byte, error) {
	if e.Fallback == nil {
		e.Fallback = e.submit()
	}
	return e.write()
}

// submit is the same button for clients that do not know Execute.
func (e Execute) submit() Submit {
	s := Submit{Button: e.Button, Data: map[string]any{"verb": e.verb}, IgnoreInputs: e.IgnoreInputs}
	s.ID, s.Requires = "", nil
	for name, value := range e.data {
		s.Data[name] = value
	}
	return s
}

func (e Execute) write() ([]byte, error) {
	return typed("Action.Execute", struct {
		button
		Verb             string                     `json:"verb"`
		Data             map[string]json.RawMessage `json:"data,omitempty"`
		AssociatedInputs string                     `json:"associatedInputs,omitempty"`
	}{e.written(), e.verb, e.data, inputs(e.IgnoreInputs)})
}

func inputs(ignored bool) string {
	if ignored {
		return "none"
	}
	return ""
}

func (e Execute) checkAction(c *checker) {
	e.check(c)
	switch {
	case e.err != nil:
		c.add("%w", e.err)
	case e.verb == "":
		c.add("an Execute was not made by NewExecute")
	}
	if !e.IgnoreInputs {
		c.sends(slices.Collect(maps.Keys(e.data))...)
		c.sends("verb") // in the Submit that it falls back to
	}
}

func (e Execute) cutAction(max int) Action {
	e.Button = e.Button.cut(max)
	return e
}

// Submit is a button whose press arrives as a message with a value and no text.
// It cannot be answered with a card: prefer Execute. IgnoreInputs leaves the card's
// inputs out of the data.
// https://adaptivecards.io/explorer/Action.Submit.html
type Submit struct {
	Button
	Data         map[string]any
	IgnoreInputs bool
}

// MarshalJSON writes the action.
func (s Submit) MarshalJSON() ([]byte, error) {
	return typed("Action.Submit", struct {
		button
		Data             map[string]any `json:"data,omitempty"`
		AssociatedInputs string         `json:"associatedInputs,omitempty"`
	}{s.written(), s.Data, inputs(s.IgnoreInputs)})
}

func (s Submit) checkAction(c *checker) {
	s.check(c)
	if _, err := dataObject(s.Data); err != nil {
		c.add("%w", err)
	}
	if !s.IgnoreInputs {
		c.sends(slices.Collect(maps.Keys(s.Data))...)
	}
}

func (s Submit) cutAction(max int) Action {
	s.Button = s.Button.cut(max)
	return s
}

// OpenURL is a button that opens a page. The URL is http or https and has a host;
// one that a visitor gave does not belong on a button.
// https://adaptivecards.io/explorer/Action.OpenUrl.html
type OpenURL struct {
	Button
	URL string
}

// MarshalJSON writes the action.
func (o OpenURL) MarshalJSON() ([]byte, error) {
	return typed("Action.OpenUrl", struct {
		button
		URL string `json:"url"`
	}{o.written(), o.URL})
}

func (o OpenURL) checkAction(c *checker) {
	o.check(c)
	if u, err := url.Parse(o.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		c.add("the URL of the button %q must be http or https and have a host", o.Title)
	}
}

func (o OpenURL) cutAction(max int) Action {
	o.Button = o.Button.cut(max)
	return o
}

// ShowCard is a button that unfolds a card inside the card. Nothing is sent.
// https://adaptivecards.io/explorer/Action.ShowCard.html
type ShowCard struct {
	Button
	Card Card
}

// MarshalJSON writes the action.
func (s ShowCard) MarshalJSON() ([]byte, error) {
	card, err := s.Card.write()
	if err != nil {
		return nil, err
	}
	return typed("Action.ShowCard", struct {
		button
		Card json.RawMessage `json:"card"`
	}{s.written(), card})
}

func (s ShowCard) checkAction(c *checker) {
	s.check(c)
	if inner := s.Card; inner.Refresh != nil || inner.Authentication != nil || inner.FullWidth || len(inner.Mentions) > 0 {
		c.add("width, mentions, refresh and authentication of the button %q belong to the outer card", s.Title)
	}
	s.Card.check(c)
}

func (s ShowCard) cutAction(max int) Action {
	s.Button, s.Card = s.Button.cut(max), s.Card.cut(max)
	return s
}

// dataObject returns the members of the object that data marshals to.
func dataObject(data any) (map[string]json.RawMessage, error) {
	if data == nil {
		return nil, nil
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("the data of an action cannot be written: %w", err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, errors.New("the data of an action is not an object")
	}
	return members, nil
}

func checkActions(c *checker, actions []Action) {
	if len(actions) > MaxActions {
		c.add("%d buttons in a row are more than %d", len(actions), MaxActions)
	}
	for i, a := range actions {
		if a == nil {
			c.add("action %d is missing", i+1)
			continue
		}
		a.checkAction(c)
	}
}

func cutActions(actions []Action, max int) []Action {
	short := make([]Action, len(actions))
	for i, a := range actions {
		short[i] = a.cutAction(max)
	}
	return short
}

// checkSelect checks what happens on a click on an element.
func checkSelect(c *checker, a Action) {
	switch a := a.(type) {
	case nil:
	case ShowCard, *ShowCard:
		c.add("a ShowCard cannot be the select action of an element")
	default:
		a.checkAction(c)
	}
}
