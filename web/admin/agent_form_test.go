package admin_test

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/docket-handoff/docket/web/admin/admintest"
)

// These read pages as browsers do.

func parsed(t *testing.T, page admintest.Page) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page.Body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func attr(n *html.Node, name string) string {
	value, _ := attribute(n, name)
	return value
}

func attribute(n *html.Node, name string) (string, bool) {
	if n == nil {
		return "", false
	}
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// find is the first element for which something is so; nil when there is none.
func find(n *html.Node, is func(*html.Node) bool) *html.Node {
	if n == nil || n.Type == html.ElementNode && is(n) {
		return n
	}
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && is(d) {
			return d
		}
	}
	return nil
}

// all are the elements of a name under another one.
func all(n *html.Node, name string) (out []*html.Node) {
	if n == nil {
		return nil
	}
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == name {
			out = append(out, d)
		}
	}
	return out
}

// words are the text of an element.
func words(n *html.Node) string {
	if n == nil {
		return ""
	}
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(out.String())
}

// settings is an editor's form as a browser sends it from a page, without the button that is pressed.
func settings(t *testing.T, page admintest.Page) url.Values {
	t.Helper()
	doc := parsed(t, page)
	form := find(doc, func(n *html.Node) bool { return attr(n, "id") == "settings" })
	if form == nil {
		t.Fatalf("the page has no form of settings, %d:\n%s", page.Status, page.Body)
	}
	out := url.Values{}
	for n := range doc.Descendants() {
		name, named := attribute(n, "name")
		if n.Type != html.ElementNode || !named || attr(n, "form") != "settings" && !under(n, func(up *html.Node) bool { return up == form }) {
			continue
		}
		if under(n, func(up *html.Node) bool { _, off := attribute(up, "disabled"); return up.Data == "fieldset" && off }) {
			continue
		}
		switch n.Data {
		case "textarea":
			text := ""
			if n.FirstChild != nil {
				text = n.FirstChild.Data
			}
			out.Add(name, text)
		case "select":
			chosen := ""
			for _, o := range all(n, "option") {
				if _, is := attribute(o, "selected"); is {
					chosen = attr(o, "value")
				}
			}
			out.Add(name, chosen)
		case "input":
			kind := attr(n, "type")
			if _, ticked := attribute(n, "checked"); ticked || kind != "checkbox" && kind != "radio" {
				out.Add(name, attr(n, "value"))
			}
		}
	}
	return out
}

func under(n *html.Node, is func(*html.Node) bool) bool {
	for up := range n.Ancestors() {
		if is(up) {
			return true
		}
	}
	return false
}

// differences are what a page says that two admins left different: "field: stored now / yours".
func differences(t *testing.T, page admintest.Page) (out []string) {
	t.Helper()
	table := find(parsed(t, page), func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "differ") })
	for _, row := range all(table, "tr") {
		if cells := all(row, "td"); len(cells) == 2 {
			out = append(out, words(all(row, "th")[0])+": "+words(cells[0])+" / "+words(cells[1]))
		}
	}
	return out
}
