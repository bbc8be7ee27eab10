package cards_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/docket-handoff/docket/cards"
)

// reporter is what testing.T and rapid.T have in common.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// object is an object of the schema, or of a card.
type object = map[string]any

// schema is the official schema 1.5, as far as its structure says something: which types there are, and which members each has.
type schema struct{ definitions object }

// official reads the committed copy of the schema.
var official = sync.OnceValues(func() (schema, error) {
	data, err := os.ReadFile("../checks/data/adaptive-card-1.5.schema.json")
	if err != nil {
		return schema{}, err
	}
	var document struct{ Definitions object }
	return schema{document.Definitions}, json.Unmarshal(data, &document)
})

// spoken is how every renderer names a member that the schema misspells.
var spoken = map[string]string{"firstRowAsHeader": "firstRowAsHeaders"}

// required lists the members that this package always writes, though the schema lets them be absent.
var required = map[string][]string{
	"AdaptiveCard":   {"version", "body"},
	"Image":          {"altText"},
	"Media":          {"altText"},
	"Action.Execute": {"title", "verb"},
	"Input.Text":     {"label"}, "Input.Number": {"label"}, "Input.Date": {"label"}, "Input.Time": {"label"}, "Input.Toggle": {"label"}, "Input.ChoiceSet": {"label"},
	"Authentication": {"connectionName", "text", "buttons"},
	"Refresh":        {"action", "userIds"},
}

// shape is the definition of an object; of one that may also be written as a string, the long form.
func (s schema) shape(name string) object {
	definition, _ := s.definitions[name].(object)
	for _, option := range list(definition["anyOf"]) {
		if o := option.(object); o["properties"] != nil {
			return o
		}
	}
	return definition
}

// member finds what the schema says of a member: a definition that inherits it only names it.
func (s schema) member(definition object, name string) (object, bool) {
	properties, _ := definition["properties"].(object)
	own, known := properties[name].(object)
	if known && len(own) > 0 {
		return own, true
	}
	for _, parent := range list(definition["allOf"]) {
		if inherited, ok := s.member(s.shape(reference(parent)), name); ok && len(inherited) > 0 {
			return inherited, true
		}
	}
	return own, known
}

// references are the definitions that a value may follow.
func references(node object) []string {
	var names []string
	if name := reference(node); name != "" {
		names = append(names, name)
	}
	for _, option := range list(node["anyOf"]) {
		names = append(names, references(option.(object))...)
	}
	return names
}

func reference(node any) string {
	name, _ := node.(object)["$ref"].(string)
	return strings.TrimPrefix(name, "#/definitions/")
}

func list(v any) []any {
	items, _ := v.([]any)
	return items
}

// enum is the closed list of words that a definition allows.
func (s schema) enum(name string) []string {
	var words []string
	for _, option := range list(s.shape(name)["anyOf"]) {
		for _, word := range list(option.(object)["enum"]) {
			words = append(words, word.(string))
		}
	}
	return words
}

// walk holds an object against its definition, and tells seen of every member that it meets.
func (s schema) walk(t reporter, name string, value object, seen func(kind, member string)) {
	t.Helper()
	definition := s.shape(name)
	if definition == nil {
		t.Errorf("there is no %s", name)
		return
	}
	for member, v := range value {
		official := member
		for written, read := range spoken {
			if member == read {
				official = written
			}
		}
		node, known := s.member(definition, official)
		if !known {
			t.Errorf("%s has no %s", name, member)
			continue
		}
		seen(name, official)
		s.follow(t, name+"."+member, node, v, seen)
	}
	mandatory := append(required[name], words(definition["required"])...)
	for _, member := range mandatory {
		if value[member] == nil {
			t.Errorf("%s needs %s", name, member)
		}
	}
}

func words(v any) []string {
	var all []string
	for _, w := range list(v) {
		all = append(all, w.(string))
	}
	return all
}

// follow walks into what a member holds.
func (s schema) follow(t reporter, at string, node object, value any, seen func(kind, member string)) {
	t.Helper()
	switch value := value.(type) {
	case []any:
		items, _ := node["items"].(object)
		for _, v := range value {
			s.follow(t, at, items, v, seen)
		}
	case string:
		s.word(t, at, node, value)
	case object:
		for _, name := range references(node) {
			if s.enum(name) != nil {
				continue
			}
			if strings.HasPrefix(name, "ImplementationsOf.") {
				name = s.implementation(t, at, name, fmt.Sprint(value["type"]))
			}
			s.walk(t, name, value, seen)
		}
	}
}

// word holds a word against the closed lists that the member may take it from.
func (s schema) word(t reporter, at string, node object, word string) {
	t.Helper()
	var allowed []string
	for _, name := range references(node) {
		allowed = append(allowed, s.enum(name)...)
	}
	free := node["type"] == "string" || slices.ContainsFunc(list(node["anyOf"]), func(o any) bool { return o.(object)["type"] == "string" })
	if len(allowed) > 0 && !free && !slices.ContainsFunc(allowed, func(w string) bool { return strings.EqualFold(w, word) }) {
		t.Errorf("%s is %q, none of %q", at, word, allowed)
	}
}

func (s schema) implementation(t reporter, at, of, kind string) string {
	t.Helper()
	for _, option := range list(s.shape(of)["anyOf"]) {
		for _, one := range list(option.(object)["allOf"]) {
			if reference(one) == kind {
				return kind
			}
		}
	}
	t.Errorf("%s cannot be a %s", at, kind)
	return kind
}

// keepsToTheSchema holds a written card against the structure of schema 1.5 and
// the rules for text and size.
func keepsToTheSchema(t reporter, data []byte) {
	t.Helper()
	membersOf(t, data, func(string, string) {})
}

// membersOf does so too, and tells seen of each member.
func membersOf(t reporter, data []byte, seen func(kind, member string)) {
	t.Helper()
	if len(data) > cards.MaxBytes {
		t.Errorf("%d bytes", len(data))
	}
	s, err := official()
	if err != nil {
		t.Fatal(err)
	}
	var card object
	if err := json.Unmarshal(data, &card); err != nil {
		t.Fatal(err)
	}
	if card["type"] != "AdaptiveCard" || card["version"] != "1.5" {
		t.Errorf("%v %v", card["type"], card["version"])
	}
	delete(card, "msteams") // Teams' own, and not in the schema
	s.walk(t, "AdaptiveCard", card, seen)
}
