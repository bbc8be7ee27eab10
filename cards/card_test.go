package cards_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/cards"
)

func text(words string) cards.Element { return cards.TextBlock{Text: cards.Lit(words)} }

func body(elements ...cards.Element) cards.Card { return cards.Card{Body: elements} }

func buttons(actions ...cards.Action) cards.Card {
	return cards.Card{Body: []cards.Element{text("a")}, Actions: actions}
}

func titled(title string) cards.Button { return cards.Button{Title: title} }

func refreshed(verb string, users ...string) cards.Card {
	return cards.Card{Body: []cards.Element{text("a")}, Refresh: cards.NewRefresh(verb, nil, users...)}
}

func people(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint("29:", i)
	}
	return ids
}

func authenticated(a *cards.Authentication) cards.Card {
	return cards.Card{Body: []cards.Element{text("a")}, Authentication: a}
}

func halfExchange() *cards.Authentication {
	a := cards.NewAuthentication("c", "Why", cards.SignIn{Title: "In", URL: "https://a.example"})
	a.TokenExchange = &cards.TokenExchange{ID: "1"}
	return a
}

// asking is a card with an input and buttons.
func asking(id string, actions ...cards.Action) cards.Card {
	return cards.Card{Body: []cards.Element{cards.InputText{Asked: cards.Asked{Base: cards.Base{ID: id}, Label: cards.Lit("Note")}}}, Actions: actions}
}

func number(n float64) *float64 { return &n }

func film(kind, address string) []cards.MediaSource {
	return []cards.MediaSource{{MimeType: kind, URL: address}}
}

func TestValidateFindsWhatIsWrong(t *testing.T) {
	label := cards.Lit("Note")
	seven := make([]cards.Action, 7)
	for i := range seven {
		seven[i] = cards.NewExecute(fmt.Sprint("B", i), "v", nil)
	}
	named := cards.NewExecute("A", "v", nil)
	named.ID = "x"
	for _, row := range []struct {
		name string
		card cards.Card
		want string
	}{
		{"nothing on it", cards.Card{}, "empty"},
		{"a missing element", body(nil), "element 1 is missing"},
		{"an id twice", body(cards.TextBlock{Base: cards.Base{ID: "x"}}, cards.TextBlock{Base: cards.Base{ID: "x"}}), `"x" occurs twice`},
		{"an id of an element and a button", cards.Card{Body: []cards.Element{cards.TextBlock{Base: cards.Base{ID: "x"}}}, Actions: []cards.Action{named}}, `"x" occurs twice`},
		{"an id twice, deep inside", body(cards.Container{Items: []cards.Element{
			cards.ColumnSet{Columns: []cards.Column{{ID: "x"}, {ID: "x"}}}}}), `"x" occurs twice`},
		{"seven buttons", buttons(seven...), "7 buttons"},
		{"seven buttons in the body", body(cards.ActionSet{Actions: seven}), "7 buttons"},
		{"a missing button", buttons(nil), "action 1 is missing"},
		{"no verb", buttons(cards.NewExecute("A", "", nil)), "without a verb"},
		{"an Execute made by hand", buttons(cards.Execute{Button: titled("A")}), "NewExecute"},
		{"a verb in the data", buttons(cards.NewExecute("A", "v", map[string]string{"verb": "w"})), "verb of its own"},
		{"data that is no object", buttons(cards.NewExecute("A", "v", 5)), "not an object"},
		{"data that cannot be written", buttons(cards.NewExecute("A", "v", func() {})), "cannot be written"},
		{"submit data that cannot be written", buttons(cards.Submit{Button: titled("A"), Data: map[string]any{"f": func() {}}}), "cannot be written"},
		{"no title", buttons(cards.NewExecute("", "v", nil)), "no title"},
		{"unknown style of a button", buttons(cards.Submit{Button: cards.Button{Title: "A", Style: "loud"}}), `"loud" is none of`},
		{"a script for a page", buttons(cards.OpenURL{Button: titled("A"), URL: "javascript:alert(1)"}), "http or https"},
		{"a page without a host", buttons(cards.OpenURL{Button: titled("A"), URL: "https:///x"}), "http or https"},
		{"a broken URL", buttons(cards.OpenURL{Button: titled("A"), URL: "https://%zz"}), "http or https"},
		{"nothing to toggle", buttons(cards.ToggleVisibility{Button: titled("A")}), "nothing to show or hide"},
		{"an unknown element to toggle", buttons(cards.ToggleVisibility{Button: titled("A"), Targets: []cards.Target{cards.Show("y")}}), `no element "y"`},
		{"an empty card to show", buttons(cards.ShowCard{Button: titled("A")}), "empty"},
		{"a card on a click", body(cards.Container{Items: []cards.Element{text("a")}, SelectAction: cards.ShowCard{}}), "ShowCard cannot"},
		{"a card on a click, by its address", body(cards.Container{Items: []cards.Element{text("a")}, SelectAction: &cards.ShowCard{Button: titled("A"), Card: body(text("a"))}}), "ShowCard cannot"},
		{"a click without a title", body(cards.Container{Items: []cards.Element{text("a")}, SelectAction: cards.Submit{}}), "no title"},
		{"an empty container", body(cards.Container{}), "Container is empty"},
		{"an empty set of buttons", body(cards.ActionSet{}), "no actions"},
		{"an empty paragraph", body(cards.RichTextBlock{}), "no text"},
		{"an empty fact set", body(cards.FactSet{}), "no facts"},
		{"unknown colour", body(cards.TextBlock{Color: "red"}), `color "red"`},
		{"unknown size", body(cards.TextBlock{Size: "huge"}), `size "huge"`},
		{"unknown weight", body(cards.RichTextBlock{Inlines: []cards.TextRun{{Weight: "heavy"}}}), `weight "heavy"`},
		{"unknown font", body(cards.TextBlock{FontType: "comic"}), `fontType "comic"`},
		{"unknown style of a text", body(cards.TextBlock{Style: "title"}), `style "title"`},
		{"unknown spacing", body(cards.TextBlock{Base: cards.Base{Spacing: "wide"}}), `spacing "wide"`},
		{"unknown height", body(cards.TextBlock{Base: cards.Base{Height: "50px"}}), `height "50px"`},
		{"vertical alignment of a text", body(cards.TextBlock{HorizontalAlignment: cards.AlignTop}), `horizontalAlignment "top"`},
		{"horizontal alignment of contents", body(cards.Container{Items: []cards.Element{text("a")}, VerticalContentAlignment: cards.AlignLeft}), `verticalContentAlignment "left"`},
		{"unknown style of a container", body(cards.Container{Items: []cards.Element{text("a")}, Style: "pink"}), `style "pink"`},
		{"negative lines", body(cards.TextBlock{MaxLines: -1}), "maxLines"},
		{"a width in em", body(cards.ColumnSet{Columns: []cards.Column{{Width: "5em"}}}), `width "5em"`},
		{"a width of px", body(cards.ColumnSet{Columns: []cards.Column{{Width: "px"}}}), `width "px"`},
		{"a picture over http", body(cards.Image{URL: "http://example.com/a.png"}), "https://"},
		{"unknown style of a picture", body(cards.Image{URL: "https://example.com/a.png", Style: "round"}), `style "round"`},
		{"a table without columns", body(cards.Table{}), "no columns"},
		{"a column without width", body(cards.Table{Columns: []cards.TableColumn{{}}}), "neither a weight nor pixels"},
		{"a table's column that stretches", body(cards.Table{Columns: []cards.TableColumn{{Width: cards.WidthStretch}}}), "neither a weight nor pixels"},
		{"a width with a leading zero", body(cards.ColumnSet{Columns: []cards.Column{{Width: "02"}}}), `width "02"`},
		{"a row too short", body(cards.Table{Columns: []cards.TableColumn{{Width: "1"}}, Rows: []cards.TableRow{{}}}), "0 cells, not 1"},
		{"something wrong in a cell", body(cards.Table{Columns: []cards.TableColumn{{Width: "1"}}, Rows: []cards.TableRow{{Cells: []cards.TableCell{{Items: []cards.Element{cards.Container{}}}}}}}), "Container is empty"},
		{"an input without an id", body(cards.InputText{Asked: cards.Asked{Label: label}}), "no id"},
		{"an input without a label", body(cards.InputDate{Asked: cards.Asked{Base: cards.Base{ID: "d"}}}), "no label"},
		{"a required input without an error", body(cards.InputTime{Asked: cards.Asked{Base: cards.Base{ID: "t"}, Label: label, IsRequired: true}}), "error message"},
		{"a negative length", body(cards.InputText{Asked: cards.Asked{Base: cards.Base{ID: "t"}, Label: label}, MaxLength: -1}), "maxLength"},
		{"no choices", body(cards.InputChoiceSet{Asked: cards.Asked{Base: cards.Base{ID: "c"}, Label: label}}), "no choices"},
		{"a choice without a value", body(cards.InputChoiceSet{Asked: cards.Asked{Base: cards.Base{ID: "c"}, Label: label}, Choices: []cards.Choice{{Title: label}}}), "no value"},
		{"a toggle without a title", body(cards.InputToggle{Asked: cards.Asked{Base: cards.Base{ID: "c"}, Label: label}}), "no title"},
		{"a language with a region", cards.Card{Body: []cards.Element{text("a")}, Lang: "en-GB"}, "not two or three letters"},
		{"a refresh for too many", refreshed("v", people(61)...), "61 people"},
		{"a refresh for nobody", refreshed("v"), "names nobody"},
		{"a refresh for one person twice", refreshed("v", "29:a", "29:a"), `names "29:a" twice`},
		{"a refresh for an empty id", refreshed("v", ""), "no id"},
		{"a refresh without a verb", refreshed("", "29:a"), "without a verb"},
		{"a refresh made by hand", cards.Card{Body: []cards.Element{text("a")}, Refresh: &cards.Refresh{}}, "names nobody"},
		{"an authentication without a connection", authenticated(cards.NewAuthentication("", "Why", cards.SignIn{Title: "In", URL: "https://a.example"})), "needs a connection"},
		{"an authentication by http", authenticated(cards.NewAuthentication("c", "Why", cards.SignIn{Title: "In", URL: "http://a.example"})), "https://"},
		{"half a token exchange", authenticated(halfExchange()), "an id, a URI and a provider"},
		{"a refresh inside a card", buttons(cards.ShowCard{Button: titled("A"), Card: refreshed("v", "29:a")}), "outer card"},
		{"a film without sources", body(cards.Media{AltText: "a"}), "no sources"},
		{"a film without words", body(cards.Media{Sources: film("video/mp4", "https://a.example/f")}), "no altText"},
		{"a film that is a page", body(cards.Media{AltText: "a", Sources: film("text/html", "https://a.example/f")}), "neither a video nor an audio"},
		{"a film by http", body(cards.Media{AltText: "a", Sources: film("audio/mpeg", "http://a.example/f")}), "https://"},
		{"an empty gallery", body(cards.ImageSet{}), "no images"},
		{"a gallery with a picture by http", body(cards.ImageSet{Images: []cards.Image{{URL: "http://a.example"}}}), "https://"},
		{"a background by http", cards.Card{Body: []cards.Element{text("a")}, BackgroundImage: &cards.BackgroundImage{URL: "http://a.example"}}, "https://"},
		{"an icon by http", buttons(cards.Submit{Button: cards.Button{Title: "A", IconURL: "http://a.example/i.png"}}), "https://"},
		{"a height in em", cards.Card{Body: []cards.Element{text("a")}, MinHeight: "5em"}, `minHeight "5em"`},
		{"a picture's width in em", body(cards.Image{URL: "https://example.com/a.png", Width: "5em"}), `width "5em"`},
		{"nothing in a place", body(cards.Drop{}), "Drop is a fallback"},
		{"no button in a place", buttons(cards.Drop{}), "Drop is a fallback"},
		{"a wrong fallback", body(cards.TextBlock{Base: cards.Base{Fallback: cards.Container{}}}), "Container is empty"},
		{"a wrong fallback of a button", buttons(cards.Submit{Button: cards.Button{Title: "A", Fallback: cards.Submit{}}}), "no title"},
		{"a wrong fallback of a column", body(cards.ColumnSet{Columns: []cards.Column{{Fallback: cards.Column{Width: "x"}}}}), `width "x"`},
		{"a wrong fallback of a column, by its address", body(cards.ColumnSet{Columns: []cards.Column{{Fallback: &cards.Column{Width: "x"}}}}), `width "x"`},
		{"an id twice in a fallback", body(cards.TextBlock{Base: cards.Base{ID: "x", Fallback: cards.Container{Base: cards.Base{ID: "y"}, Items: []cards.Element{
			cards.TextBlock{Base: cards.Base{ID: "y"}}}}}}), `"y" occurs twice`},
		{"a requirement without a version", body(cards.TextBlock{Base: cards.Base{Requires: map[string]string{"adaptiveCards": "newest"}}}), "a feature and a version"},
		{"a button beside an input that unfolds", body(cards.InputText{Asked: cards.Asked{Base: cards.Base{ID: "t"}, Label: label}, InlineAction: cards.ShowCard{}}), "ShowCard cannot"},
		{"an input called as the data of a button", asking("handoff", cards.NewExecute("A", "v", map[string]string{"handoff": "h"})), `"handoff" is called as`},
		{"an input called as the verb of a fallback", asking("verb", cards.NewExecute("A", "v", nil)), `"verb" is called as`},
		{"an input called as the data of a Submit", asking("handoff", cards.Submit{Button: titled("A"), Data: map[string]any{"handoff": "h"}}), `"handoff" is called as`},
		{"an input called as the data of a fallback", asking("handoff", cards.OpenURL{URL: "https://a.example", Button: cards.Button{Title: "A", Fallback: cards.NewExecute("A", "v", map[string]string{"handoff": "h"})}}), `"handoff" is called as`},
		{"an input inside that is called as data outside", buttons(cards.NewExecute("A", "v", map[string]string{"handoff": "h"}),
			cards.ShowCard{Button: titled("B"), Card: asking("handoff", cards.NewExecute("C", "w", nil))}), `"handoff" is called as`},
		{"a number between nothing", body(cards.InputNumber{Asked: cards.Asked{Base: cards.Base{ID: "n"}, Label: label}, Min: number(2), Max: number(1)}), "no number"},
		{"a number without a label", body(cards.InputNumber{Asked: cards.Asked{Base: cards.Base{ID: "n"}}}), "no label"},
		{"a day between nothing", body(cards.InputDate{Asked: cards.Asked{Base: cards.Base{ID: "t"}, Label: label}, Min: "2026-11-23", Max: "2026-11-22"}), "no moment"},
		{"a time between nothing", body(cards.InputTime{Asked: cards.Asked{Base: cards.Base{ID: "t"}, Label: label}, Min: "10:00", Max: "09:59"}), "no moment"},
		{"a comma in one of several answers", body(cards.InputChoiceSet{Asked: cards.Asked{Base: cards.Base{ID: "c"}, Label: label}, IsMultiSelect: true, Choices: []cards.Choice{{Title: label, Value: "a,b"}}}), "has a comma"},
		{"a day that is none", body(cards.InputDate{Asked: cards.Asked{Base: cards.Base{ID: "t"}, Label: label}, Min: "22.11.2026"}), "2006-01-02"},
		{"a time that is none", body(cards.InputTime{Asked: cards.Asked{Base: cards.Base{ID: "t"}, Label: label}, Value: "9 am"}), "15:04"},
		{"a mention that the text lacks", cards.Card{Body: []cards.Element{text("a")}, Mentions: []activity.Mention{{Mentioned: activity.ChannelAccount{ID: "29:a", Name: "Ada"}}}}, "<at>Ada</at>"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := row.card.Validate()
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Fatalf("got %v, want %q", err, row.want)
			}
			if data, err := json.Marshal(row.card); err == nil {
				t.Errorf("an invalid card was written: %s", data)
			}
			if _, err := cards.Message(row.card, "x"); err == nil {
				t.Error("an invalid card was put into a message")
			}
		})
	}
}

// TestValidateLetsThrough has the neighbours of what is wrong.
func TestValidateLetsThrough(t *testing.T) {
	deaf := cards.NewExecute("A", "v", map[string]string{"handoff": "h"})
	deaf.IgnoreInputs = true
	label := cards.Lit("Note")
	for name, card := range map[string]cards.Card{
		"an input called as data that goes alone":      asking("handoff", deaf),
		"an input with a name of its own":              asking("note", cards.NewExecute("A", "v", map[string]string{"handoff": "h"})),
		"one number":                                   body(cards.InputNumber{Asked: cards.Asked{Base: cards.Base{ID: "n"}, Label: label}, Min: number(1), Max: number(1)}),
		"one day":                                      body(cards.InputDate{Asked: cards.Asked{Base: cards.Base{ID: "d"}, Label: label}, Min: "2026-11-22", Max: "2026-11-22"}),
		"a comma in the only answer":                   body(cards.InputChoiceSet{Asked: cards.Asked{Base: cards.Base{ID: "c"}, Label: label}, Choices: []cards.Choice{{Title: label, Value: "a,b"}}}),
		"a click, by its address":                      body(cards.Container{Items: []cards.Element{text("a")}, SelectAction: &cards.Submit{Button: titled("A")}}),
		"nothing in place of a text, by its address":   body(cards.TextBlock{Text: label, Base: cards.Base{Fallback: &cards.Drop{}}}),
		"nothing in place of a button, by its address": buttons(cards.Submit{Button: cards.Button{Title: "A", Fallback: &cards.Drop{}}}),
	} {
		t.Run(name, func(t *testing.T) {
			data, err := json.Marshal(card)
			if err != nil {
				t.Fatal(err)
			}
			keepsToTheSchema(t, data)
		})
	}
}

func TestValidateReportsEverything(t *testing.T) {
	err := cards.Card{Body: []cards.Element{cards.Container{}, cards.FactSet{}}}.Validate()
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("want two findings: %v", err)
	}
}

func TestExecuteFallsBackToSubmit(t *testing.T) {
	e := cards.NewExecute("Join", "handoff.join", map[string]string{"handoff": "h-7"})
	e.ID, e.Style, e.IgnoreInputs, e.Secondary = "join", cards.StylePositive, true, true
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"Action.Execute","id":"join","title":"Join","style":"positive","fallback":{"type":"Action.Submit",` +
		`"title":"Join","style":"positive","mode":"secondary","data":{"handoff":"h-7","verb":"handoff.join"},"associatedInputs":"none"},` +
		`"mode":"secondary","verb":"handoff.join","data":{"handoff":"h-7"},"associatedInputs":"none"}`
	if string(data) != want {
		t.Errorf("\n got %s\nwant %s", data, want)
	}
	if e.Verb() != "handoff.join" {
		t.Errorf("verb %q", e.Verb())
	}
}

func TestFitShortensTheLongestTexts(t *testing.T) {
	short, long := "A short one.", strings.Repeat("long ", 20_000)
	card := cards.Card{
		FallbackText: cards.Safe(long, 1_000_000),
		Body: []cards.Element{
			cards.TextBlock{Text: cards.Safe(short, 100)},
			cards.Container{Items: []cards.Element{cards.RichTextBlock{Inlines: []cards.TextRun{{Text: cards.Safe(long, 1_000_000)}}}}},
			cards.ColumnSet{Columns: []cards.Column{{Items: []cards.Element{cards.FactSet{Facts: []cards.FactRow{{Title: cards.Lit("T"), Value: cards.Safe(long, 1_000_000)}}}}}}},
			cards.Table{Columns: []cards.TableColumn{{Width: "1"}}, Rows: []cards.TableRow{{Cells: []cards.TableCell{{Items: []cards.Element{cards.TextBlock{Text: cards.Safe(long, 1_000_000)}}}}}}},
			cards.InputText{Asked: cards.Asked{Base: cards.Base{ID: "i"}, Label: cards.Lit("L")}, Value: cards.Safe(long, 1_000_000)},
			cards.InputChoiceSet{Asked: cards.Asked{Base: cards.Base{ID: "c"}, Label: cards.Safe(long, 1_000_000)}, Choices: []cards.Choice{{Title: cards.Safe(long, 1_000_000), Value: "v"}}},
			cards.InputNumber{Asked: cards.Asked{Base: cards.Base{ID: "n"}, Label: cards.Lit("L")}, Placeholder: cards.Safe(long, 1_000_000)},
			cards.InputDate{Asked: cards.Asked{Base: cards.Base{ID: "d"}, Label: cards.Lit("L")}, Placeholder: cards.Safe(long, 1_000_000)},
			cards.InputTime{Asked: cards.Asked{Base: cards.Base{ID: "t"}, Label: cards.Lit("L")}, Placeholder: cards.Safe(long, 1_000_000)},
			cards.InputToggle{Asked: cards.Asked{Base: cards.Base{ID: "o"}, Label: cards.Lit("L")}, Title: cards.Safe(long, 1_000_000)},
			cards.Media{AltText: "a", Sources: film("video/mp4", "https://a.example/f"), Base: cards.Base{Fallback: cards.TextBlock{Text: cards.Safe(long, 1_000_000)}}},
			cards.ImageSet{Images: []cards.Image{{URL: "https://a.example/i.png"}}, Base: cards.Base{Fallback: cards.TextBlock{Text: cards.Safe(long, 1_000_000)}}},
			cards.ColumnSet{Columns: []cards.Column{{Fallback: cards.Column{Items: []cards.Element{cards.TextBlock{Text: cards.Safe(long, 1_000_000)}}}}}},
		},
		Actions: []cards.Action{
			cards.NewExecute("Join", "v", nil),
			cards.ShowCard{Button: titled("More"), Card: body(cards.TextBlock{Text: cards.Safe(long, 1_000_000)})},
			cards.ToggleVisibility{Button: cards.Button{Title: "Fold", Fallback: cards.ShowCard{Button: titled("Fold"), Card: body(cards.TextBlock{Text: cards.Safe(long, 1_000_000)})}}, Targets: []cards.Target{cards.Hide("i")}},
		},
	}
	data, err := json.Marshal(card)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > cards.MaxBytes || len(data) < cards.MaxBytes-100 {
		t.Errorf("%d bytes", len(data))
	}
	for _, want := range []string{`"Join"`, `"More"`, `"Fold"`, short, "…"} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%s is gone", want)
		}
	}
	if len(card.FallbackText.String()) < 1000 {
		t.Error("the card itself was changed")
	}
	keepsToTheSchema(t, data)
}

func TestFitGivesUpOnOwnWords(t *testing.T) {
	_, err := body(text(strings.Repeat("own words ", 5000))).Fit()
	if !errors.Is(err, cards.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestMessage(t *testing.T) {
	m, err := cards.Message(body(text("hello")), "Dana\n<at>x</at> "+strings.Repeat("y", 500))
	if err != nil {
		t.Fatal(err)
	}
	if m.Type != activity.TypeMessage || m.Text != "" || len(m.Attachments) != 1 {
		t.Errorf("got %+v", m)
	}
	if !strings.HasPrefix(m.Summary, "Dana ‹at>x‹/at> yyy") || !strings.HasSuffix(m.Summary, "y…") {
		t.Errorf("summary %q", m.Summary)
	}
	wire, err := activity.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(wire), `"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard"`) {
		t.Errorf("the card is an object, not a string: %s", wire)
	}
}
