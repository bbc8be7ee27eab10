package cards

import "encoding/json"

// ToggleVisibility is a button that shows and hides elements. Nothing is sent.
// https://adaptivecards.io/explorer/Action.ToggleVisibility.html
type ToggleVisibility struct {
	Button
	Targets []Target
}

// A Target is an element, or a column, and what happens to it. Make one with
// Toggle, Show or Hide.
type Target struct {
	id      string
	visible *bool
}

// Toggle shows the element when it is hidden and hides it when it is not.
func Toggle(id string) Target { return Target{id: id} }

// Show shows the element, hidden or not.
func Show(id string) Target {
	visible := true
	return Target{id, &visible}
}

// Hide hides the element, hidden or not.
func Hide(id string) Target { return Target{id, new(bool)} }

// MarshalJSON writes the target: the id alone for one that is toggled.
func (t Target) MarshalJSON() ([]byte, error) {
	if t.visible == nil {
		return json.Marshal(t.id)
	}
	return json.Marshal(struct {
		ElementID string `json:"elementId"`
		IsVisible bool   `json:"isVisible"`
	}{t.id, *t.visible})
}

// MarshalJSON writes the action.
func (t ToggleVisibility) MarshalJSON() ([]byte, error) {
	return typed("Action.ToggleVisibility", struct {
		button
		Targets []Target `json:"targetElements"`
	}{t.written(), t.Targets})
}

func (t ToggleVisibility) checkAction(c *checker) {
	t.check(c)
	if len(t.Targets) == 0 {
		c.add("the button %q has nothing to show or hide", t.Title)
	}
	for _, target := range t.Targets {
		c.targets = append(c.targets, target.id)
	}
}

func (t ToggleVisibility) cutAction(max int) Action {
	t.Button = t.Button.cut(max)
	return t
}
