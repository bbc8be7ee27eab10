package cards

import (
	"strings"
	"time"
)

// Elements that ask for something.

// Asked has the members that every input has. ID and Label are required, and with
// IsRequired the ErrorMessage. What was typed arrives in the data of the button
// that was pressed, under the ID, which is therefore none of the data's own members; it is foreign text. Never ask for secrets.
// https://adaptivecards.io/explorer/Input.Text.html
type Asked struct {
	Base
	Label        Text `json:"label,omitzero"`
	IsRequired   bool `json:"isRequired,omitempty"`
	ErrorMessage Text `json:"errorMessage,omitzero"`
}

func (a Asked) check(c *checker) {
	a.Base.check(c)
	if a.ID == "" {
		c.add("an input has no id")
	}
	c.asked = append(c.asked, a.ID)
	if a.Label.empty() {
		c.add("the input %q has no label", a.ID)
	}
	if a.IsRequired && a.ErrorMessage.empty() {
		c.add("the required input %q has no error message", a.ID)
	}
}

func (a Asked) cut(max int) Asked {
	a.Base, a.Label, a.ErrorMessage = a.Base.cut(max), a.Label.cut(max), a.ErrorMessage.cut(max)
	return a
}

// InputText asks for text. The password style only hides the letters.
// https://adaptivecards.io/explorer/Input.Text.html
type InputText struct {
	Asked
	Placeholder Text           `json:"placeholder,omitzero"`
	Value       Text           `json:"value,omitzero"`
	IsMultiline bool           `json:"isMultiline,omitempty"`
	MaxLength   int            `json:"maxLength,omitempty"` // characters; 0 for no limit
	Regex       string         `json:"regex,omitempty"`     // what the text must match, as JavaScript has it
	Style       InputTextStyle `json:"style,omitempty"`
	// InlineAction is a button beside the input.
	InlineAction Action `json:"inlineAction,omitempty"`
}

// InputTextStyle says what kind of text is asked for.
type InputTextStyle string

// Values of InputTextStyle.
const (
	StyleTel      InputTextStyle = "tel"
	StyleURL      InputTextStyle = "url"
	StyleEmail    InputTextStyle = "email"
	StylePassword InputTextStyle = "password"
)

// InputNumber asks for a number. Nil bounds are none.
// https://adaptivecards.io/explorer/Input.Number.html
type InputNumber struct {
	Asked
	Placeholder Text     `json:"placeholder,omitzero"`
	Min         *float64 `json:"min,omitempty"`
	Max         *float64 `json:"max,omitempty"`
	Value       *float64 `json:"value,omitempty"`
}

// InputDate asks for a day. All days are written as 2006-01-02.
// https://adaptivecards.io/explorer/Input.Date.html
type InputDate struct {
	Asked
	Placeholder Text   `json:"placeholder,omitzero"`
	Min         string `json:"min,omitempty"`
	Max         string `json:"max,omitempty"`
	Value       string `json:"value,omitempty"`
}

// InputTime asks for a time of day. All times are written as 15:04.
// https://adaptivecards.io/explorer/Input.Time.html
type InputTime struct {
	Asked
	Placeholder Text   `json:"placeholder,omitzero"`
	Min         string `json:"min,omitempty"`
	Max         string `json:"max,omitempty"`
	Value       string `json:"value,omitempty"`
}

// InputToggle asks for yes or no. ValueOn and ValueOff are "true" and "false" when
// empty.
// https://adaptivecards.io/explorer/Input.Toggle.html
type InputToggle struct {
	Asked
	Title    Text   `json:"title"`
	Value    string `json:"value,omitempty"`
	ValueOn  string `json:"valueOn,omitempty"`
	ValueOff string `json:"valueOff,omitempty"`
	NoWrap   bool   `json:"-"` // the title on one line, cut at its end
}

// InputChoiceSet asks for one of several choices, or for some of them, which then
// arrive joined by commas, so that none of their values may have one. Value is what is chosen at first, several joined likewise.
// https://adaptivecards.io/explorer/Input.ChoiceSet.html
type InputChoiceSet struct {
	Asked
	Choices       []Choice    `json:"choices"`
	Placeholder   Text        `json:"placeholder,omitzero"`
	Value         string      `json:"value,omitempty"`
	IsMultiSelect bool        `json:"isMultiSelect,omitempty"`
	Style         ChoiceStyle `json:"style,omitempty"`
	NoWrap        bool        `json:"-"` // each choice on one line, cut at its end
}

// A Choice is one entry of an InputChoiceSet: what is shown and what is sent.
type Choice struct {
	Title Text   `json:"title"`
	Value string `json:"value"`
}

// ChoiceStyle says how choices are shown.
type ChoiceStyle string

// Values of ChoiceStyle.
const (
	StyleCompact  ChoiceStyle = "compact"
	StyleExpanded ChoiceStyle = "expanded"
)

// MarshalJSON writes the input.
func (i InputText) MarshalJSON() ([]byte, error) {
	type members InputText
	return typed("Input.Text", members(i))
}

// MarshalJSON writes the input.
func (i InputNumber) MarshalJSON() ([]byte, error) {
	type members InputNumber
	return typed("Input.Number", members(i))
}

// MarshalJSON writes the input.
func (i InputDate) MarshalJSON() ([]byte, error) {
	type members InputDate
	return typed("Input.Date", members(i))
}

// MarshalJSON writes the input.
func (i InputTime) MarshalJSON() ([]byte, error) {
	type members InputTime
	return typed("Input.Time", members(i))
}

// MarshalJSON writes the input.
func (i InputToggle) MarshalJSON() ([]byte, error) {
	type members InputToggle
	return typed("Input.Toggle", struct {
		members
		Wrap bool `json:"wrap,omitempty"`
	}{members(i), !i.NoWrap})
}

// MarshalJSON writes the input.
func (i InputChoiceSet) MarshalJSON() ([]byte, error) {
	type members InputChoiceSet
	return typed("Input.ChoiceSet", struct {
		members
		Wrap bool `json:"wrap,omitempty"`
	}{members(i), !i.NoWrap})
}

func (i InputText) check(c *checker) {
	i.Asked.check(c)
	c.oneOf("style", string(i.Style), "text", "tel", "url", "email", "password")
	if i.MaxLength < 0 {
		c.add("the maxLength of the input %q is negative", i.ID)
	}
	checkSelect(c, i.InlineAction)
}

func (i InputNumber) check(c *checker) {
	i.Asked.check(c)
	if i.Min != nil && i.Max != nil && *i.Min > *i.Max {
		c.add("the bounds of the input %q leave no number", i.ID)
	}
}

func (i InputDate) check(c *checker) {
	i.Asked.check(c)
	checkMoments(c, i.ID, time.DateOnly, i.Min, i.Max, i.Value)
}

func (i InputTime) check(c *checker) {
	i.Asked.check(c)
	checkMoments(c, i.ID, "15:04", i.Min, i.Max, i.Value)
}

func checkMoments(c *checker, id, form, least, most, value string) {
	for _, m := range []string{least, most, value} {
		if _, err := time.Parse(form, m); m != "" && err != nil {
			c.add("%q in the input %q is not written as %s", m, id, form)
		}
	}
	if least != "" && most != "" && least > most { // as they are written, the order of words is that of time
		c.add("the bounds of the input %q leave no moment", id)
	}
}

func (i InputToggle) check(c *checker) {
	i.Asked.check(c)
	if i.Title.empty() {
		c.add("the input %q has no title", i.ID)
	}
}

func (i InputChoiceSet) check(c *checker) {
	i.Asked.check(c)
	c.oneOf("style", string(i.Style), "compact", "expanded")
	if len(i.Choices) == 0 {
		c.add("the input %q has no choices", i.ID)
	}
	for _, choice := range i.Choices {
		if choice.Title.empty() || choice.Value == "" {
			c.add("a choice of the input %q has no title or no value", i.ID)
		}
		if i.IsMultiSelect && strings.Contains(choice.Value, ",") {
			c.add("the choice %q of the input %q has a comma, which parts the answers", choice.Value, i.ID)
		}
	}
}

func (i InputText) cut(max int) Element {
	i.Asked, i.Placeholder, i.Value = i.Asked.cut(max), i.Placeholder.cut(max), i.Value.cut(max)
	if i.InlineAction != nil {
		i.InlineAction = i.InlineAction.cutAction(max)
	}
	return i
}

func (i InputNumber) cut(max int) Element {
	i.Asked, i.Placeholder = i.Asked.cut(max), i.Placeholder.cut(max)
	return i
}

func (i InputDate) cut(max int) Element {
	i.Asked, i.Placeholder = i.Asked.cut(max), i.Placeholder.cut(max)
	return i
}

func (i InputTime) cut(max int) Element {
	i.Asked, i.Placeholder = i.Asked.cut(max), i.Placeholder.cut(max)
	return i
}

func (i InputToggle) cut(max int) Element {
	i.Asked, i.Title = i.Asked.cut(max), i.Title.cut(max)
	return i
}

func (i InputChoiceSet) cut(max int) Element {
	choices := make([]Choice, len(i.Choices))
	for n, choice := range i.Choices {
		choices[n] = Choice{choice.Title.cut(max), choice.Value}
	}
	i.Asked, i.Placeholder, i.Choices = i.Asked.cut(max), i.Placeholder.cut(max), choices
	return i
}
