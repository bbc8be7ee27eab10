package cards

import "strings"

// Elements that hold others.
// https://adaptivecards.io/explorer/Container.html

// ContainerStyle is the background of a container, by meaning.
type ContainerStyle string

// Values of ContainerStyle.
const (
	StyleEmphasis  ContainerStyle = "emphasis"
	StyleGood      ContainerStyle = "good"
	StyleAttention ContainerStyle = "attention"
	StyleWarning   ContainerStyle = "warning"
	StyleAccent    ContainerStyle = "accent"
)

func checkStyle(c *checker, s ContainerStyle) {
	c.oneOf("style", string(s), "default", "emphasis", "good", "attention", "warning", "accent")
}

const digits = "0123456789"

func isPixels(length string) bool {
	number, ok := strings.CutSuffix(length, "px")
	return ok && number != "" && strings.Trim(number, digits) == ""
}

func checkPixels(c *checker, member, length string) {
	if length != "" && !isPixels(length) {
		c.add("%s %q is not a number of pixels, as in 50px", member, length)
	}
}

func checkVertical(c *checker, a Align) {
	c.oneOf("verticalContentAlignment", string(a), "top", "center", "bottom")
}

// A Container groups elements. Bleed extends its background to the card's edge.
// https://adaptivecards.io/explorer/Container.html
type Container struct {
	Base
	Items                    []Element        `json:"items"`
	Style                    ContainerStyle   `json:"style,omitempty"`
	Bleed                    bool             `json:"bleed,omitempty"`
	MinHeight                string           `json:"minHeight,omitempty"` // pixels, as in "50px"
	VerticalContentAlignment Align            `json:"verticalContentAlignment,omitempty"`
	BackgroundImage          *BackgroundImage `json:"backgroundImage,omitempty"`
	SelectAction             Action           `json:"selectAction,omitempty"`
}

// MarshalJSON writes the element.
func (e Container) MarshalJSON() ([]byte, error) {
	type members Container
	return typed("Container", members(e))
}

func (e Container) check(c *checker) {
	e.Base.check(c)
	checkStyle(c, e.Style)
	checkVertical(c, e.VerticalContentAlignment)
	checkPixels(c, "minHeight", e.MinHeight)
	e.BackgroundImage.check(c)
	checkSelect(c, e.SelectAction)
	if len(e.Items) == 0 {
		c.add("a Container is empty")
	}
	checkAll(c, "item", e.Items)
}

func (e Container) cut(max int) Element {
	e.Base, e.Items = e.Base.cut(max), cutAll(e.Items, max)
	return e
}

// A ColumnSet puts elements side by side. Telephones have room for three columns
// at most.
// https://adaptivecards.io/explorer/ColumnSet.html
type ColumnSet struct {
	Base
	Columns             []Column       `json:"columns,omitempty"`
	Style               ContainerStyle `json:"style,omitempty"`
	Bleed               bool           `json:"bleed,omitempty"`
	MinHeight           string         `json:"minHeight,omitempty"` // pixels, as in "50px"
	HorizontalAlignment Align          `json:"horizontalAlignment,omitempty"`
	SelectAction        Action         `json:"selectAction,omitempty"`
}

// MarshalJSON writes the element.
func (e ColumnSet) MarshalJSON() ([]byte, error) {
	type members ColumnSet
	return typed("ColumnSet", members(e))
}

func (e ColumnSet) check(c *checker) {
	e.Base.check(c)
	checkStyle(c, e.Style)
	checkHorizontal(c, e.HorizontalAlignment)
	checkSelect(c, e.SelectAction)
	checkPixels(c, "minHeight", e.MinHeight)
	for _, column := range e.Columns {
		column.check(c)
	}
}

func (e ColumnSet) cut(max int) Element {
	columns := make([]Column, len(e.Columns))
	for i, column := range e.Columns {
		columns[i] = column.cut(max)
	}
	e.Base, e.Columns = e.Base.cut(max), columns
	return e
}

// An ActionSet puts buttons into the body.
// https://adaptivecards.io/explorer/ActionSet.html
type ActionSet struct {
	Base
	Actions []Action `json:"actions"`
}

// MarshalJSON writes the element.
func (e ActionSet) MarshalJSON() ([]byte, error) {
	type members ActionSet
	return typed("ActionSet", members(e))
}

func (e ActionSet) check(c *checker) {
	e.Base.check(c)
	if len(e.Actions) == 0 {
		c.add("an ActionSet has no actions")
	}
	checkActions(c, e.Actions)
}

func (e ActionSet) cut(max int) Element {
	e.Base, e.Actions = e.Base.cut(max), cutActions(e.Actions, max)
	return e
}
