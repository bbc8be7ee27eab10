package cards

import "encoding/json"

// Elements that show words.
// https://adaptivecards.io/explorer/TextBlock.html

// A TextBlock is a paragraph in which Markdown works. Foreign parts of its Text
// are escaped; a RichTextBlock, which interprets nothing, is the better place for
// them. In Teams the Markdown is bold, italic, lists and links.
// https://adaptivecards.io/explorer/TextBlock.html
type TextBlock struct {
	Base
	Text                Text           `json:"-"`
	Style               TextBlockStyle `json:"style,omitempty"`
	Size                Size           `json:"size,omitempty"`
	Weight              Weight         `json:"weight,omitempty"`
	Color               Color          `json:"color,omitempty"`
	IsSubtle            bool           `json:"isSubtle,omitempty"`
	FontType            FontType       `json:"fontType,omitempty"`
	HorizontalAlignment Align          `json:"horizontalAlignment,omitempty"`
	MaxLines            int            `json:"maxLines,omitempty"`
	NoWrap              bool           `json:"-"` // one line, cut at its end
}

// TextBlockStyle tells screen readers what a text is.
type TextBlockStyle string

// StyleHeading marks a heading.
const StyleHeading TextBlockStyle = "heading"

// FontType chooses between the normal and the monospaced font.
type FontType string

// FontMonospace is the font for code.
const FontMonospace FontType = "monospace"

// MarshalJSON writes the element.
func (t TextBlock) MarshalJSON() ([]byte, error) {
	type members TextBlock
	return typed("TextBlock", struct {
		Text string `json:"text"`
		Wrap bool   `json:"wrap,omitempty"`
		members
	}{t.Text.markdown(), !t.NoWrap, members(t)})
}

func (t TextBlock) check(c *checker) {
	t.Base.check(c)
	c.oneOf("style", string(t.Style), "default", "heading")
	checkFont(c, t.Size, t.Weight, t.Color, t.FontType)
	checkHorizontal(c, t.HorizontalAlignment)
	if t.MaxLines < 0 {
		c.add("maxLines is negative")
	}
}

func (t TextBlock) cut(max int) Element {
	t.Base, t.Text = t.Base.cut(max), t.Text.cut(max)
	return t
}

// A RichTextBlock is a paragraph of runs, in which no Markdown works. A line end
// in a run is not shown by every client: use an element for each line.
// https://adaptivecards.io/explorer/RichTextBlock.html
type RichTextBlock struct {
	Base
	Inlines             []TextRun `json:"inlines"`
	HorizontalAlignment Align     `json:"horizontalAlignment,omitempty"`
}

// MarshalJSON writes the element.
func (r RichTextBlock) MarshalJSON() ([]byte, error) {
	type members RichTextBlock
	return typed("RichTextBlock", members(r))
}

func (r RichTextBlock) check(c *checker) {
	r.Base.check(c)
	checkHorizontal(c, r.HorizontalAlignment)
	if len(r.Inlines) == 0 {
		c.add("a RichTextBlock has no text")
	}
	for _, run := range r.Inlines {
		checkFont(c, run.Size, run.Weight, run.Color, run.FontType)
		checkSelect(c, run.SelectAction)
	}
}

func (r RichTextBlock) cut(max int) Element {
	runs := make([]TextRun, len(r.Inlines))
	for i, run := range r.Inlines {
		run.Text = run.Text.cut(max)
		runs[i] = run
	}
	r.Base, r.Inlines = r.Base.cut(max), runs
	return r
}

// A TextRun is a stretch of text in one look.
type TextRun struct {
	Text          Text     `json:"text"`
	Size          Size     `json:"size,omitempty"`
	Weight        Weight   `json:"weight,omitempty"`
	Color         Color    `json:"color,omitempty"`
	IsSubtle      bool     `json:"isSubtle,omitempty"`
	FontType      FontType `json:"fontType,omitempty"`
	Italic        bool     `json:"italic,omitempty"`
	Highlight     bool     `json:"highlight,omitempty"`
	Strikethrough bool     `json:"strikethrough,omitempty"`
	Underline     bool     `json:"underline,omitempty"`
	SelectAction  Action   `json:"selectAction,omitempty"`
}

// MarshalJSON writes the run.
func (r TextRun) MarshalJSON() ([]byte, error) {
	type members TextRun
	return typed("TextRun", members(r))
}

// A FactSet is a table of names and values. Markdown works in both; foreign
// parts are escaped.
// https://adaptivecards.io/explorer/FactSet.html
type FactSet struct {
	Base
	Facts []FactRow `json:"facts"`
}

// A FactRow is one line of a FactSet.
type FactRow struct {
	Title Text
	Value Text
}

// MarshalJSON writes the row.
func (f FactRow) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Title string `json:"title"`
		Value string `json:"value"`
	}{f.Title.markdown(), f.Value.markdown()})
}

// MarshalJSON writes the element.
func (f FactSet) MarshalJSON() ([]byte, error) {
	type members FactSet
	return typed("FactSet", members(f))
}

func (f FactSet) check(c *checker) {
	f.Base.check(c)
	if len(f.Facts) == 0 {
		c.add("a FactSet has no facts")
	}
}

func (f FactSet) cut(max int) Element {
	rows := make([]FactRow, len(f.Facts))
	for i, row := range f.Facts {
		rows[i] = FactRow{row.Title.cut(max), row.Value.cut(max)}
	}
	f.Base, f.Facts = f.Base.cut(max), rows
	return f
}

func checkFont(c *checker, size Size, weight Weight, color Color, font FontType) {
	c.oneOf("size", string(size), "default", "small", "medium", "large", "extraLarge")
	c.oneOf("weight", string(weight), "default", "lighter", "bolder")
	c.oneOf("color", string(color), "default", "dark", "light", "accent", "good", "warning", "attention")
	c.oneOf("fontType", string(font), "default", "monospace")
}

func checkHorizontal(c *checker, a Align) {
	c.oneOf("horizontalAlignment", string(a), "left", "center", "right")
}
