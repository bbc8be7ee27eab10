package cards

import (
	"encoding/json"
	"strings"
)

// A Column is one column of a ColumnSet.
// https://adaptivecards.io/explorer/Column.html
type Column struct {
	ID        string         `json:"id,omitempty"` // unique in the card
	Items     []Element      `json:"items,omitempty"`
	Width     Width          `json:"width,omitempty"`
	Spacing   Spacing        `json:"spacing,omitempty"`
	Separator bool           `json:"separator,omitempty"`
	IsVisible *bool          `json:"isVisible,omitempty"` // nil for visible
	Style     ContainerStyle `json:"style,omitempty"`
	Bleed     bool           `json:"bleed,omitempty"`
	MinHeight string         `json:"minHeight,omitempty"` // pixels, as in "50px"
	RTL       bool           `json:"rtl,omitempty"`

	VerticalContentAlignment Align            `json:"verticalContentAlignment,omitempty"`
	BackgroundImage          *BackgroundImage `json:"backgroundImage,omitempty"`
	SelectAction             Action           `json:"selectAction,omitempty"`

	Requires map[string]string `json:"requires,omitempty"` // as in Base
	Fallback ColumnFallback    `json:"fallback,omitempty"`
}

// A ColumnFallback stands in place of a column: another Column, or Drop.
type ColumnFallback interface{ inPlaceOfColumn() }

func (Column) inPlaceOfColumn() {}

// A Width is that of a column: "auto" and "stretch" in a ColumnSet alone, and
// everywhere a weight such as "2" or pixels such as "50px".
type Width string

// Widths that are words.
const (
	WidthAuto    Width = "auto"
	WidthStretch Width = "stretch"
)

// MarshalJSON writes a weight as a number.
func (w Width) MarshalJSON() ([]byte, error) {
	if w.isWeight() {
		return []byte(w), nil
	}
	return json.Marshal(string(w))
}

// isWeight reports whether the width is a number that JSON takes as it stands.
func (w Width) isWeight() bool {
	return len(w) < 4 && w != "" && w[0] != '0' && strings.Trim(string(w), digits) == ""
}

// MarshalJSON writes the column.
func (e Column) MarshalJSON() ([]byte, error) {
	type members Column
	return typed("Column", members(e))
}

func (e Column) check(c *checker) {
	c.id(e.ID)
	checkSpacing(c, e.Spacing)
	checkStyle(c, e.Style)
	checkVertical(c, e.VerticalContentAlignment)
	checkPixels(c, "minHeight", e.MinHeight)
	e.BackgroundImage.check(c)
	checkSelect(c, e.SelectAction)
	if w := e.Width; w != "" && w != WidthAuto && w != WidthStretch && !w.isWeight() && !isPixels(string(w)) {
		c.add("width %q is not auto, stretch, a weight or pixels", w)
	}
	checkAll(c, "item", e.Items)
	checkRequires(c, e.Requires)
	if other := e.spare(); other != nil {
		c.apart(func() { other.check(c) })
	}
}

// spare is the column that stands in place of this one; nil when none does.
func (e Column) spare() *Column {
	switch other := e.Fallback.(type) {
	case Column:
		return &other
	case *Column:
		return other
	}
	return nil
}

func (e Column) cut(max int) Column {
	e.Items = cutAll(e.Items, max)
	if other := e.spare(); other != nil {
		e.Fallback = other.cut(max)
	}
	return e
}
