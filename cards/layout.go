package cards

import "strings"

// Elements that hold others, and pictures.
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

func checkVertical(c *checker, a Align) {
	c.oneOf("verticalContentAlignment", string(a), "top", "center", "bottom")
}

// A Container groups elements.
type Container struct {
	Base
	Items                    []Element      `json:"items"`
	Style                    ContainerStyle `json:"style,omitempty"`
	Bleed                    bool           `json:"bleed,omitempty"`
	MinHeight                string         `json:"minHeight,omitempty"` // pixels, as in "50px"
	VerticalContentAlignment Align          `json:"verticalContentAlignment,omitempty"`
	SelectAction             Action         `json:"selectAction,omitempty"`
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
	checkSelect(c, e.SelectAction)
	if len(e.Items) == 0 {
		c.add("a Container is empty")
	}
	checkAll(c, "item", e.Items)
}

func (e Container) cut(max int) Element {
	e.Items = cutAll(e.Items, max)
	return e
}

// A ColumnSet puts elements side by side. Telephones have room for three columns
// at most.
type ColumnSet struct {
	Base
	Columns             []Column       `json:"columns,omitempty"`
	Style               ContainerStyle `json:"style,omitempty"`
	Bleed               bool           `json:"bleed,omitempty"`
	MinHeight           string         `json:"minHeight,omitempty"`
	HorizontalAlignment Align          `json:"horizontalAlignment,omitempty"`
	SelectAction        Action         `json:"selectAction,omitempty"`
}

// A Column is one column of a ColumnSet. Its Width is "auto", "stretch", a weight
// such as "2", or pixels such as "50px".
type Column struct {
	Base
	Items                    []Element      `json:"items,omitempty"`
	Width                    string         `json:"width,omitempty"`
	Style                    ContainerStyle `json:"style,omitempty"`
	Bleed                    bool           `json:"bleed,omitempty"`
	MinHeight                string         `json:"minHeight,omitempty"`
	VerticalContentAlignment Align          `json:"verticalContentAlignment,omitempty"`
	SelectAction             Action         `json:"selectAction,omitempty"`
}

// MarshalJSON writes the element.
func (e ColumnSet) MarshalJSON() ([]byte, error) {
	type members ColumnSet
	return typed("ColumnSet", members(e))
}

// MarshalJSON writes the column.
func (e Column) MarshalJSON() ([]byte, error) {
	type members Column
	return typed("Column", members(e))
}

func (e ColumnSet) check(c *checker) {
	e.Base.check(c)
	checkStyle(c, e.Style)
	checkHorizontal(c, e.HorizontalAlignment)
	checkSelect(c, e.SelectAction)
	for _, column := range e.Columns {
		column.Base.check(c)
		checkStyle(c, column.Style)
		checkVertical(c, column.VerticalContentAlignment)
		checkSelect(c, column.SelectAction)
		checkWidth(c, column.Width)
		checkAll(c, "item", column.Items)
	}
}

func checkWidth(c *checker, width string) {
	number := strings.TrimSuffix(width, "px")
	if width == "" || width == "auto" || width == "stretch" || strings.Trim(number, "0123456789") == "" && number != "" {
		return
	}
	c.add("width %q is not auto, stretch, a weight or pixels", width)
}

func (e ColumnSet) cut(max int) Element {
	columns := make([]Column, len(e.Columns))
	for i, column := range e.Columns {
		column.Items = cutAll(column.Items, max)
		columns[i] = column
	}
	e.Columns = columns
	return e
}

// An Image is a picture. Its URL is https or a data URI, fetched by Teams and its
// clients: never one that a visitor gave. AltText is what a screen reader says,
// empty for decoration.
type Image struct {
	Base
	URL                 string     `json:"url"`
	AltText             string     `json:"altText"`
	Size                Size       `json:"size,omitempty"`
	Style               ImageStyle `json:"style,omitempty"`
	Width               string     `json:"width,omitempty"` // pixels, as in "50px"
	BackgroundColor     string     `json:"backgroundColor,omitempty"`
	HorizontalAlignment Align      `json:"horizontalAlignment,omitempty"`
	SelectAction        Action     `json:"selectAction,omitempty"`
}

// ImageStyle is the outline of a picture.
type ImageStyle string

// StylePerson draws a picture in a circle.
const StylePerson ImageStyle = "person"

// MarshalJSON writes the element.
func (e Image) MarshalJSON() ([]byte, error) {
	type members Image
	return typed("Image", members(e))
}

func (e Image) check(c *checker) {
	e.Base.check(c)
	c.oneOf("size", string(e.Size), "auto", "stretch", "small", "medium", "large")
	c.oneOf("style", string(e.Style), "default", "person")
	checkHorizontal(c, e.HorizontalAlignment)
	checkSelect(c, e.SelectAction)
	if !strings.HasPrefix(e.URL, "https://") && !strings.HasPrefix(e.URL, "data:image/") {
		c.add("the URL of an Image must begin with https:// or data:image/")
	}
}

func (e Image) cut(int) Element { return e }

// An ActionSet puts buttons into the body.
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
	e.Actions = cutActions(e.Actions, max)
	return e
}

// A Table is a grid. Its first row is its header unless PlainFirstRow is set.
type Table struct {
	Base
	Columns       []TableColumn  `json:"columns"`
	Rows          []TableRow     `json:"rows"`
	PlainFirstRow bool           `json:"-"`
	NoGridLines   bool           `json:"-"`
	GridStyle     ContainerStyle `json:"gridStyle,omitempty"`
}

// A TableColumn has the relative width of a column.
type TableColumn struct {
	Width                          int   `json:"width"` // a weight, at least 1
	HorizontalCellContentAlignment Align `json:"horizontalCellContentAlignment,omitempty"`
	VerticalCellContentAlignment   Align `json:"verticalCellContentAlignment,omitempty"`
}

// A TableRow has as many cells as the table has columns.
type TableRow struct {
	Cells []TableCell    `json:"cells"`
	Style ContainerStyle `json:"style,omitempty"`
}

// A TableCell holds elements.
type TableCell struct {
	Items []Element      `json:"items"`
	Style ContainerStyle `json:"style,omitempty"`
}

// MarshalJSON writes the element. The member for the header is the renderer's: the schema spells it in the singular, which
// nothing reads. Both take a header for granted.
func (e Table) MarshalJSON() ([]byte, error) {
	type members Table
	var header *bool
	if e.PlainFirstRow {
		header = new(bool)
	}
	return typed("Table", struct {
		members
		FirstRowAsHeaders *bool `json:"firstRowAsHeaders,omitempty"`
		ShowGridLines     bool  `json:"showGridLines"`
	}{members(e), header, !e.NoGridLines})
}

// MarshalJSON writes the row.
func (r TableRow) MarshalJSON() ([]byte, error) {
	type members TableRow
	return typed("TableRow", members(r))
}

// MarshalJSON writes the cell.
func (t TableCell) MarshalJSON() ([]byte, error) {
	type members TableCell
	if t.Items == nil {
		t.Items = []Element{}
	}
	return typed("TableCell", members(t))
}

func (e Table) check(c *checker) {
	e.Base.check(c)
	checkStyle(c, e.GridStyle)
	if len(e.Columns) == 0 {
		c.add("a Table has no columns")
	}
	for _, column := range e.Columns {
		if column.Width < 1 {
			c.add("the width of a table's column is a weight of at least 1")
		}
		checkHorizontal(c, column.HorizontalCellContentAlignment)
		checkVertical(c, column.VerticalCellContentAlignment)
	}
	for i, row := range e.Rows {
		checkStyle(c, row.Style)
		if len(row.Cells) != len(e.Columns) {
			c.add("row %d of a Table has %d cells, not %d", i+1, len(row.Cells), len(e.Columns))
		}
		for _, cell := range row.Cells {
			checkStyle(c, cell.Style)
			checkAll(c, "item", cell.Items)
		}
	}
}

func (e Table) cut(max int) Element {
	rows := make([]TableRow, len(e.Rows))
	for i, row := range e.Rows {
		cells := make([]TableCell, len(row.Cells))
		for j, cell := range row.Cells {
			cell.Items = cutAll(cell.Items, max)
			cells[j] = cell
		}
		row.Cells = cells
		rows[i] = row
	}
	e.Rows = rows
	return e
}
