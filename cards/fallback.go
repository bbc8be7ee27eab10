package cards

import (
	"maps"
	"regexp"
)

// Drop is a fallback that draws nothing. It stands in the member Fallback of an
// element, a column or a button and nowhere else.
// https://adaptivecards.io/explorer/TextBlock.html
type Drop struct{}

// MarshalJSON writes the word for it.
func (Drop) MarshalJSON() ([]byte, error) { return []byte(`"drop"`), nil }

func (Drop) check(c *checker)       { c.add("Drop is a fallback, not an element") }
func (Drop) checkAction(c *checker) { c.add("Drop is a fallback, not a button") }
func (d Drop) cut(int) Element      { return d }
func (d Drop) cutAction(int) Action { return d }
func (Drop) inPlaceOfColumn()       {}

func checkFallback(c *checker, e Element) {
	switch e.(type) {
	case nil, Drop, *Drop:
	default:
		c.apart(func() { e.check(c) })
	}
}

func checkFallbackAction(c *checker, a Action) {
	switch a.(type) {
	case nil, Drop, *Drop:
	default:
		c.apart(func() { a.checkAction(c) })
	}
}

// apart runs the checks of what is drawn in place of something else: its ids need
// differ only from each other.
func (c *checker) apart(check func()) {
	outer := c.ids
	c.ids = make(map[string]bool)
	check()
	maps.Copy(c.spare, c.ids)
	c.ids = outer
}

var lowestVersion = regexp.MustCompile(`^(?:\*|[0-9]+(?:\.[0-9]+)+)$`)

func checkRequires(c *checker, requires map[string]string) {
	for feature, version := range requires {
		if feature == "" || !lowestVersion.MatchString(version) {
			c.add("a requirement %q of %q is not a feature and a version", feature, version)
		}
	}
}
