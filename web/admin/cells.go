package admin

import (
	"encoding/csv"
	"io"
	"strings"
)

// byteOrderMark makes spreadsheets read the file as UTF-8.
const byteOrderMark = "\ufeff"

// cells writes a table for spreadsheets. Names come from visitors: a cell that a spreadsheet would take for a formula is
// defused with an apostrophe, which spreadsheets show or swallow and never compute.
type cells struct{ w *csv.Writer }

// newCells begins a table with its head.
func newCells(w io.Writer, head ...string) (cells, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return cells{}, err
	}
	c := cells{csv.NewWriter(w)}
	c.w.UseCRLF = true
	return c, c.row(head...)
}

func (c cells) row(row ...string) error {
	safe := make([]string, len(row))
	for i, cell := range row {
		safe[i] = defused(cell)
	}
	return c.w.Write(safe)
}

func (c cells) flush() error {
	c.w.Flush()
	return c.w.Error()
}

// formulaStarts are the characters, also their wide forms, with which a formula can begin. A tab or a line break at the
// front moves what follows into a cell of its own.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

func defused(cell string) string {
	if strings.ContainsAny(firstRune(cell), formulaStarts) || strings.ContainsAny(firstRune(strings.TrimSpace(cell)), formulaStarts) {
		return "'" + cell
	}
	return cell
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
