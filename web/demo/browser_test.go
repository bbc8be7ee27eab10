package demo_test

import (
	"fmt"
	"testing"

	"github.com/docket-handoff/docket/checks/browser"
)

// tab is a tab of a browser, with what people do on this page.
type tab struct{ *browser.Tab }

func newTab(t *testing.T) *tab {
	t.Helper()
	return &tab{browser.New(t)}
}

// open opens a page in a window of this size.
func (b *tab) open(url string, width, height int64) {
	b.Helper()
	b.Window(width, height)
	b.Go(url)
}

// write types a text into the field that an expression names and ends it with Enter.
func (b *tab) write(field, text string) {
	b.Helper()
	b.Wait("a field to write into", field)
	b.Script("(" + field + ").focus()")
	b.Type(text)
	b.Key("Enter")
}

// quoted writes a text as a JavaScript string.
func quoted(text string) string { return fmt.Sprintf("%q", text) }
