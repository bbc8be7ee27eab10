package admin

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCells writes what a spreadsheet reads back as it was meant, and computes none of it.
func TestCells(t *testing.T) {
	for _, row := range []struct{ name, cell, want string }{
		{"a name", "Dana Cole", "Dana Cole"},
		{"a formula", "=HYPERLINK(\"https://evil.example\")", "'=HYPERLINK(\"https://evil.example\")"},
		{"a sum", "+1+1", "'+1+1"},
		{"a difference", "-2+3", "'-2+3"},
		{"a function", "@SUM(1,2)", "'@SUM(1,2)"},
		{"behind blanks", "  =1", "'  =1"},
		{"behind a no-break space", "\u00a0=1", "'\u00a0=1"},
		{"behind a tab", "\t=1", "'\t=1"},
		{"behind a return", "\r=1", "'=1"},
		{"on a new line", "\n=1", "'\n=1"},
		{"a wide sign", "＝1+1", "'＝1+1"},
		{"a sign inside", "a=b", "a=b"},
		{"quotes and commas", "a \"b\", c\nd", "a \"b\", c\nd"},
		{"nothing", "", ""},
		{"a dash as a word", "-", "'-"},
		{"not UTF-8", "\xff=1", "\xff=1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			c, err := newCells(&out, "head", "other")
			if err != nil {
				t.Fatal(err)
			}
			given := []string{row.cell, "x"}
			if err := c.row(given...); err != nil {
				t.Fatal(err)
			}
			if err := c.flush(); err != nil {
				t.Fatal(err)
			}
			if given[0] != row.cell {
				t.Errorf("the caller's row became %q", given)
			}
			text, marked := strings.CutPrefix(out.String(), byteOrderMark)
			if !marked {
				t.Error("a spreadsheet would not know that it is UTF-8")
			}
			read, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{{"head", "other"}, {row.want, "x"}}, read); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
