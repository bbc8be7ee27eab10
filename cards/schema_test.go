package cards_test

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/docket-handoff/docket/cards"
)

// allowed lists, for each type of schema 1.5, its own members; a * marks those
// that it must have. https://adaptivecards.io/explorer
var allowed = map[string]string{
	"AdaptiveCard":            "version* body actions refresh selectAction fallbackText minHeight rtl speak lang $schema msteams",
	"TextBlock":               "text* color fontType horizontalAlignment isSubtle maxLines size weight wrap style",
	"RichTextBlock":           "inlines* horizontalAlignment",
	"TextRun":                 "text* color fontType highlight isSubtle italic selectAction size strikethrough underline weight",
	"Image":                   "url* altText* backgroundColor horizontalAlignment selectAction size style width",
	"Container":               "items* selectAction style verticalContentAlignment bleed minHeight",
	"ColumnSet":               "columns selectAction style bleed minHeight horizontalAlignment",
	"Column":                  "items width selectAction style verticalContentAlignment bleed minHeight",
	"FactSet":                 "facts*",
	"ActionSet":               "actions*",
	"Table":                   "columns* rows* firstRowAsHeaders showGridLines gridStyle",
	"TableRow":                "cells* style",
	"TableCell":               "items* style",
	"Input.Text":              "id* isMultiline maxLength placeholder regex style value",
	"Input.Number":            "id* min max placeholder value",
	"Input.Date":              "id* min max placeholder value",
	"Input.Time":              "id* min max placeholder value",
	"Input.Toggle":            "id* title* value valueOn valueOff",
	"Input.ChoiceSet":         "id* choices* isMultiSelect style value placeholder",
	"Action.Execute":          "verb* fallback* data associatedInputs",
	"Action.Submit":           "data associatedInputs",
	"Action.OpenUrl":          "url*",
	"Action.ShowCard":         "card*",
	"Action.ToggleVisibility": "targetElements*",
}

const (
	ofElements = " id isVisible separator spacing height"
	ofInputs   = " label* isRequired errorMessage"
	ofActions  = " title* id iconUrl style tooltip mode"
)

// reporter is what testing.T and rapid.T have in common.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// keepsToTheSchema holds a written card against the structure of schema 1.5 and
// the rules for text and size.
func keepsToTheSchema(t reporter, data []byte) {
	t.Helper()
	if len(data) > cards.MaxBytes {
		t.Errorf("%d bytes", len(data))
	}
	var card map[string]any
	if err := json.Unmarshal(data, &card); err != nil {
		t.Fatal(err)
	}
	if card["type"] != "AdaptiveCard" || card["version"] != "1.5" {
		t.Errorf("%v %v", card["type"], card["version"])
	}
	delete(card, "msteams")
	checkNode(t, card)
}

func checkNode(t reporter, v any) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			checkNode(t, e)
		}
	case map[string]any:
		if kind, ok := v["type"].(string); ok {
			checkMembers(t, kind, v)
		}
		for name, e := range v {
			if name != "data" {
				checkNode(t, e)
			}
		}
	}
}

func checkMembers(t reporter, kind string, members map[string]any) {
	t.Helper()
	own, known := allowed[kind]
	if !known {
		t.Errorf("there is no %s", kind)
	}
	switch {
	case strings.HasPrefix(kind, "Action."):
		own += ofActions
	case strings.HasPrefix(kind, "Input."):
		own += ofElements + ofInputs
	case kind != "AdaptiveCard" && kind != "TextRun" && kind != "TableRow" && kind != "TableCell":
		own += ofElements
	}
	names := strings.Fields(strings.ReplaceAll(own, "*", ""))
	for name := range members {
		if name != "type" && !slices.Contains(names, name) {
			t.Errorf("%s has no %s", kind, name)
		}
	}
	for name := range strings.FieldsSeq(own) {
		if name, required := strings.CutSuffix(name, "*"); required && members[name] == nil {
			t.Errorf("%s needs %s", kind, name)
		}
	}
}
