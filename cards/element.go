package cards

import (
	"encoding/json"
	"fmt"
)

// An Element is a part of a card's body. The set is closed: the types of this
// package, which are all of schema 1.5.
type Element interface {
	json.Marshaler
	// check reports what is wrong with the element and those inside it.
	check(*checker)
	// cut returns the element with foreign texts shortened to max characters.
	cut(max int) Element
}

// Base has the members that every element has.
// https://adaptivecards.io/explorer/TextBlock.html
type Base struct {
	ID        string  `json:"id,omitempty"` // unique in the card
	Spacing   Spacing `json:"spacing,omitempty"`
	Separator bool    `json:"separator,omitempty"` // a line above
	Height    Height  `json:"height,omitempty"`
	// IsVisible is nil for visible.
	IsVisible *bool `json:"isVisible,omitempty"`
	// Requires names features that the client must have, each with its lowest
	// version, as in {"adaptiveCards": "1.5"}; the version * is any.
	Requires map[string]string `json:"requires,omitempty"`
	// Fallback is drawn by clients that do not know the element or lack what it
	// requires: another element, or Drop.
	Fallback Element `json:"fallback,omitempty"`
}

func (b Base) check(c *checker) {
	c.id(b.ID)
	checkSpacing(c, b.Spacing)
	c.oneOf("height", string(b.Height), "auto", "stretch")
	checkRequires(c, b.Requires)
	checkFallback(c, b.Fallback)
}

func checkSpacing(c *checker, s Spacing) {
	c.oneOf("spacing", string(s), "default", "none", "small", "medium", "large", "extraLarge", "padding")
}

func (b Base) cut(max int) Base {
	if b.Fallback != nil {
		b.Fallback = b.Fallback.cut(max)
	}
	return b
}

// Spacing is the room above an element.
type Spacing string

// Values of Spacing.
const (
	SpacingNone       Spacing = "none"
	SpacingSmall      Spacing = "small"
	SpacingMedium     Spacing = "medium"
	SpacingLarge      Spacing = "large"
	SpacingExtraLarge Spacing = "extraLarge"
	SpacingPadding    Spacing = "padding"
)

// Height says whether an element takes the room that is left.
type Height string

// Values of Height.
const (
	HeightAuto    Height = "auto"
	HeightStretch Height = "stretch"
)

// Color is the meaning of a text's colour; the theme chooses the colour itself.
type Color string

// Values of Color.
const (
	ColorDark      Color = "dark"
	ColorLight     Color = "light"
	ColorAccent    Color = "accent"
	ColorGood      Color = "good"
	ColorWarning   Color = "warning"
	ColorAttention Color = "attention"
)

// Size is the size of a text or a picture.
type Size string

// Values of Size. SizeStretch and SizeAuto are for pictures alone, SizeDefault
// and SizeExtraLarge for texts.
const (
	SizeDefault    Size = "default"
	SizeSmall      Size = "small"
	SizeMedium     Size = "medium"
	SizeLarge      Size = "large"
	SizeExtraLarge Size = "extraLarge"
	SizeAuto       Size = "auto"
	SizeStretch    Size = "stretch"
)

// Weight is how bold a text is.
type Weight string

// Values of Weight.
const (
	WeightLighter Weight = "lighter"
	WeightBolder  Weight = "bolder"
)

// Align is a horizontal or vertical alignment.
type Align string

// Values of Align. The first three are horizontal, the others vertical, with
// AlignCenter in both.
const (
	AlignLeft   Align = "left"
	AlignCenter Align = "center"
	AlignRight  Align = "right"
	AlignTop    Align = "top"
	AlignBottom Align = "bottom"
)

// typed writes an element's members after its type.
func typed(kind string, members any) ([]byte, error) {
	data, err := json.Marshal(members)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	head := fmt.Appendf(nil, `{"type":%q`, kind)
	if len(data) > len("{}") {
		head = append(head, ',')
	}
	return append(head, data[1:]...), nil
}

func checkAll(c *checker, where string, elements []Element) {
	for i, e := range elements {
		if e == nil {
			c.add("%s %d is missing", where, i+1)
			continue
		}
		e.check(c)
	}
}

func cutAll(elements []Element, max int) []Element {
	short := make([]Element, len(elements))
	for i, e := range elements {
		short[i] = e.cut(max)
	}
	return short
}
