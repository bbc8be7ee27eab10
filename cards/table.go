package cards

// A Table is a grid. Its first row is its header unless PlainFirstRow is set.
// https://adaptivecards.io/explorer/Table.html
type Table struct {
	Base
	Columns       []TableColumn  `json:"columns"`
	Rows          []TableRow     `json:"rows"`
	PlainFirstRow bool           `json:"-"`
	NoGridLines   bool           `json:"-"`
	GridStyle     ContainerStyle `json:"gridStyle,omitempty"`

	HorizontalCellContentAlignment Align `json:"horizontalCellContentAlignment,omitempty"`
	VerticalCellContentAlignment   Align `json:"verticalCellContentAlignment,omitempty"`
}

// A TableColumn describes a column. Its alignments win over the table's.
type TableColumn struct {
	Width                          Width `json:"width"` // a weight or pixels; required
	HorizontalCellContentAlignment Align `json:"horizontalCellContentAlignment,omitempty"`
	VerticalCellContentAlignment   Align `json:"verticalCellContentAlignment,omitempty"`
}

// A TableRow has as many cells as the table has columns.
type TableRow struct {
	Cells []TableCell    `json:"cells"`
	Style ContainerStyle `json:"style,omitempty"`

	HorizontalCellContentAlignment Align `json:"horizontalCellContentAlignment,omitempty"`
	VerticalCellContentAlignment   Align `json:"verticalCellContentAlignment,omitempty"`
}

// A TableCell holds elements.
type TableCell struct {
	Items                    []Element        `json:"items"`
	Style                    ContainerStyle   `json:"style,omitempty"`
	Bleed                    bool             `json:"bleed,omitempty"`
	MinHeight                string           `json:"minHeight,omitempty"` // pixels, as in "50px"
	VerticalContentAlignment Align            `json:"verticalContentAlignment,omitempty"`
	BackgroundImage          *BackgroundImage `json:"backgroundImage,omitempty"`
	SelectAction             Action           `json:"selectAction,omitempty"`
}

// MarshalJSON writes the element. The member for the header is the renderer's:
// the schema spells it in the singular, which nothing reads. Both take a header
// for granted.
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
	checkCells(c, e.HorizontalCellContentAlignment, e.VerticalCellContentAlignment)
	if len(e.Columns) == 0 {
		c.add("a Table has no columns")
	}
	for _, column := range e.Columns {
		if !column.Width.isWeight() && !isPixels(string(column.Width)) {
			c.add("the width %q of a table's column is neither a weight nor pixels", column.Width)
		}
		checkCells(c, column.HorizontalCellContentAlignment, column.VerticalCellContentAlignment)
	}
	for i, row := range e.Rows {
		if len(row.Cells) != len(e.Columns) {
			c.add("row %d of a Table has %d cells, not %d", i+1, len(row.Cells), len(e.Columns))
		}
		row.check(c)
	}
}

func (r TableRow) check(c *checker) {
	checkStyle(c, r.Style)
	checkCells(c, r.HorizontalCellContentAlignment, r.VerticalCellContentAlignment)
	for _, cell := range r.Cells {
		checkStyle(c, cell.Style)
		checkVertical(c, cell.VerticalContentAlignment)
		checkPixels(c, "minHeight", cell.MinHeight)
		cell.BackgroundImage.check(c)
		checkSelect(c, cell.SelectAction)
		checkAll(c, "item", cell.Items)
	}
}

// checkCells checks how cells are aligned.
func checkCells(c *checker, horizontal, vertical Align) {
	c.oneOf("horizontalCellContentAlignment", string(horizontal), "left", "center", "right")
	c.oneOf("verticalCellContentAlignment", string(vertical), "top", "center", "bottom")
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
	e.Base, e.Rows = e.Base.cut(max), rows
	return e
}
