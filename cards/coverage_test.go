package cards_test

import (
	"encoding/json"
	"testing"

	"github.com/docket-handoff/docket/cards"
)

// notOurs lists what the schema has and this package leaves out, with the reason.
var notOurs = map[string]string{
	"Container.rtl?": "the schema misspells it, so that the right name is refused; Card.RTL and Column.RTL do the same",
	"TableCell.rtl?": "as of Container",

	"BackgroundImage.type":       noUnion,
	"Refresh.type":               noUnion,
	"Authentication.type":        noUnion,
	"TokenExchangeResource.type": noUnion,
	"TargetElement.type":         noUnion,
	"MediaSource.type":           noUnion,
	"Fact.type":                  noUnion,
	"Input.Choice.type":          noUnion,
	"TableColumnDefinition.type": noUnion,
}

const noUnion = "nothing else can stand there, so the type says nothing"

// TestEveryMemberOfTheSchema proves, type by type, that a card can say all that the schema can.
func TestEveryMemberOfTheSchema(t *testing.T) {
	data, err := json.Marshal(everything())
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	membersOf(t, data, func(kind, member string) { written[kind+"."+member] = true })
	s, err := official()
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for kind := range s.definitions {
		properties, _ := s.shape(kind)["properties"].(object)
		for member := range properties {
			if isAbstract(kind) {
				continue
			}
			count++
			name := kind + "." + member
			switch reason := notOurs[name]; {
			case !written[name] && reason == "":
				t.Errorf("nothing writes %s", name)
			case written[name] && reason != "":
				t.Errorf("%s is written, though the list says: %s", name, reason)
			}
		}
	}
	if count < 300 {
		t.Errorf("only %d members were looked at", count)
	}
	for name := range notOurs {
		if !s.knows(name) {
			t.Errorf("the schema has no %s", name)
		}
	}
}

// isAbstract tells what other definitions inherit from; their members are looked at there.
func isAbstract(kind string) bool { return len(kind) > 10 && kind[:11] == "Extendable." }

func (s schema) knows(name string) bool {
	for kind := range s.definitions {
		properties, _ := s.shape(kind)["properties"].(object)
		for member := range properties {
			if kind+"."+member == name {
				return true
			}
		}
	}
	return false
}

// TestEveryWordOfTheSchema tries each word that the schema lists for a member, and one that it does not.
func TestEveryWordOfTheSchema(t *testing.T) {
	in := func(e cards.Element) cards.Card { return body(e) }
	note := cards.Asked{Base: cards.Base{ID: "note"}, Label: cards.Lit("Note")}
	for enum, place := range map[string]func(word string) cards.Card{
		"ActionStyle": func(w string) cards.Card {
			return buttons(cards.Submit{Button: cards.Button{Title: "A", Style: cards.ActionStyle(w)}})
		},
		"BlockElementHeight": func(w string) cards.Card {
			return in(cards.TextBlock{Base: cards.Base{Height: cards.Height(w)}})
		},
		"ChoiceInputStyle": func(w string) cards.Card {
			choices := []cards.Choice{{Title: cards.Lit("A"), Value: "a"}}
			return in(cards.InputChoiceSet{Asked: note, Choices: choices, Style: cards.ChoiceStyle(w)})
		},
		"Colors": func(w string) cards.Card { return in(cards.TextBlock{Color: cards.Color(w)}) },
		"ContainerStyle": func(w string) cards.Card {
			return in(cards.Container{Items: []cards.Element{text("a")}, Style: cards.ContainerStyle(w)})
		},
		"FontSize":            func(w string) cards.Card { return in(cards.TextBlock{Size: cards.Size(w)}) },
		"FontType":            func(w string) cards.Card { return in(cards.TextBlock{FontType: cards.FontType(w)}) },
		"FontWeight":          func(w string) cards.Card { return in(cards.TextBlock{Weight: cards.Weight(w)}) },
		"HorizontalAlignment": func(w string) cards.Card { return in(cards.TextBlock{HorizontalAlignment: cards.Align(w)}) },
		"ImageFillMode": func(w string) cards.Card {
			return cards.Card{Body: []cards.Element{text("a")}, BackgroundImage: &cards.BackgroundImage{URL: "https://example.com/b.png", FillMode: cards.FillMode(w)}}
		},
		"ImageSize": func(w string) cards.Card {
			return in(cards.Image{URL: "https://example.com/a.png", Size: cards.Size(w)})
		},
		"ImageStyle": func(w string) cards.Card {
			return in(cards.Image{URL: "https://example.com/a.png", Style: cards.ImageStyle(w)})
		},
		"Spacing":        func(w string) cards.Card { return in(cards.TextBlock{Base: cards.Base{Spacing: cards.Spacing(w)}}) },
		"TextBlockStyle": func(w string) cards.Card { return in(cards.TextBlock{Style: cards.TextBlockStyle(w)}) },
		"TextInputStyle": func(w string) cards.Card { return in(cards.InputText{Asked: note, Style: cards.InputTextStyle(w)}) },
		"VerticalAlignment": func(w string) cards.Card {
			return cards.Card{Body: []cards.Element{text("a")}, BackgroundImage: &cards.BackgroundImage{URL: "https://example.com/b.png", VerticalAlignment: cards.Align(w)}}
		},
		"VerticalContentAlignment": func(w string) cards.Card {
			return cards.Card{Body: []cards.Element{text("a")}, VerticalContentAlignment: cards.Align(w)}
		},
	} {
		s, err := official()
		if err != nil {
			t.Fatal(err)
		}
		words := s.enum(enum)
		if len(words) == 0 {
			t.Errorf("the schema has no %s", enum)
		}
		for _, word := range words {
			if err := place(word).Validate(); err != nil {
				t.Errorf("%s %s: %v", enum, word, err)
			}
		}
		if place("nonsense").Validate() == nil {
			t.Errorf("%s takes nonsense", enum)
		}
	}
}
