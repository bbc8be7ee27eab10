package cards_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/cards"
)

var update = flag.Bool("update", false, "write the golden cards anew")

// view is the input of a golden card: one of the views, and the zone of its
// times.
type view struct {
	Zone       string
	Handoff    *cards.HandoffView
	Transcript *cards.TranscriptView
	Closing    *cards.ClosingView
}

func (v view) card(t *testing.T) cards.Card {
	t.Helper()
	zone, err := time.LoadLocation(v.Zone)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case v.Handoff != nil:
		v.Handoff.TimeZone = zone
		return cards.Handoff(*v.Handoff)
	case v.Transcript != nil:
		v.Transcript.TimeZone = zone
		return cards.Transcript(*v.Transcript)
	}
	v.Closing.TimeZone = zone
	return cards.Closing(*v.Closing)
}

// TestGolden draws each testdata/*.view and compares the card with the .json file
// beside it. Run with -update after a change that is meant.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.view")
	if err != nil || len(files) < 9 {
		t.Fatalf("%d views, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".view"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := json.NewDecoder(bytes.NewReader(data))
			d.DisallowUnknownFields()
			var v view
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
			compare(t, strings.TrimSuffix(file, ".view")+".json", v.card(t))
		})
	}
	t.Run("everything", func(t *testing.T) {
		compare(t, "testdata/everything.json", everything())
	})
}

func compare(t *testing.T, file string, card cards.Card) {
	t.Helper()
	data, err := json.Marshal(card)
	if err != nil {
		t.Fatal(err)
	}
	keepsToTheSchema(t, data)
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	if *update {
		if err := os.WriteFile(file, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, pretty.Bytes()) {
		t.Errorf("%s differs from\n%s", file, pretty.Bytes())
	}
}

// everything has each element and each action once.
func everything() cards.Card {
	hidden := false
	one, ten := 1.0, 10.0
	asked := func(id, label string) cards.Asked {
		return cards.Asked{Base: cards.Base{ID: id}, Label: cards.Lit(label), IsRequired: true, ErrorMessage: cards.Lit("Please fill this in.")}
	}
	open := cards.OpenURL{Button: cards.Button{Title: "Open", Tooltip: "Opens a page", IconURL: "https://example.com/i.png"}, URL: "https://example.com/a?b=c"}
	mention := activity.ChannelAccount{ID: "29:1rui", Name: "Rui Costa"}
	return cards.Card{
		Lang:         "de",
		Speak:        "A card with everything",
		MinHeight:    "100px",
		FullWidth:    true,
		FallbackText: cards.Lit("A card with everything."),
		Mentions:     []activity.Mention{{Mentioned: mention}},
		Refresh:      &cards.Refresh{Action: cards.NewExecute("Refresh", "refresh", nil), UserIDs: []string{"29:1rui"}},
		SelectAction: open,
		Body: []cards.Element{
			cards.TextBlock{
				Text: cards.Concat(cards.Lit("**Hello** <at>Rui Costa</at>, "), cards.Safe("*you*", 20)), Style: cards.StyleHeading, Size: cards.SizeLarge,
				Weight: cards.WeightBolder, Color: cards.ColorAccent, FontType: cards.FontMonospace, HorizontalAlignment: cards.AlignCenter, MaxLines: 2,
			},
			cards.TextBlock{Text: cards.Lit("One line"), NoWrap: true, IsSubtle: true, Base: cards.Base{ID: "secret", IsVisible: &hidden}},
			cards.RichTextBlock{Inlines: []cards.TextRun{
				{Text: cards.Safe("*as it is*", 20), Italic: true, Highlight: true, SelectAction: open},
				{Text: cards.Lit("gone"), Strikethrough: true, Underline: true, Size: cards.SizeSmall, Weight: cards.WeightLighter, Color: cards.ColorWarning},
			}},
			cards.FactSet{Facts: []cards.FactRow{{Title: cards.Lit("Plan"), Value: cards.Safe("[Team](x)", 20)}}},
			cards.Container{
				Items: []cards.Element{cards.Image{URL: "https://example.com/p.png", AltText: "A person", Size: cards.SizeSmall, Style: cards.StylePerson, HorizontalAlignment: cards.AlignRight}},
				Style: cards.StyleEmphasis, Bleed: true, MinHeight: "40px", VerticalContentAlignment: cards.AlignCenter, SelectAction: open,
				Base: cards.Base{Separator: true, Spacing: cards.SpacingLarge, Height: cards.HeightStretch},
			},
			cards.ColumnSet{
				Columns: []cards.Column{
					{Width: "auto", Items: []cards.Element{text("left")}},
					{Width: "stretch", Style: cards.StyleGood, Items: []cards.Element{text("middle")}},
					{Width: "50px", VerticalContentAlignment: cards.AlignBottom},
				},
				Style: cards.StyleAccent, HorizontalAlignment: cards.AlignLeft,
			},
			cards.Table{
				Columns:   []cards.TableColumn{{Width: 1}, {Width: 2, HorizontalCellContentAlignment: cards.AlignRight, VerticalCellContentAlignment: cards.AlignTop}},
				Rows:      []cards.TableRow{{Cells: []cards.TableCell{{Items: []cards.Element{text("Head")}}, {}}}, {Style: cards.StyleWarning, Cells: []cards.TableCell{{}, {Style: cards.StyleAttention}}}},
				GridStyle: cards.StyleEmphasis, NoGridLines: true, PlainFirstRow: true,
			},
			cards.ActionSet{Actions: []cards.Action{open}},
			cards.InputText{Asked: asked("note", "Note"), Placeholder: cards.Lit("A line for the team"), Value: cards.Safe("x", 5), IsMultiline: true, MaxLength: 200, Regex: "^.+$", Style: cards.StyleEmail},
			cards.InputNumber{Asked: asked("seats", "Seats"), Min: &one, Max: &ten, Value: &one},
			cards.InputDate{Asked: asked("day", "Day"), Min: "2026-01-01", Max: "2026-12-31", Value: "2026-11-22"},
			cards.InputTime{Asked: asked("hour", "Hour"), Min: "09:00", Max: "18:00", Value: "12:30"},
			cards.InputToggle{Asked: asked("agree", "Agreed"), Title: cards.Lit("I agree"), Value: "no", ValueOn: "yes", ValueOff: "no"},
			cards.InputChoiceSet{Asked: asked("plan", "Plan"), Choices: []cards.Choice{{Title: cards.Lit("Team"), Value: "team"}}, Style: cards.StyleExpanded, IsMultiSelect: true, Value: "team"},
		},
		Actions: []cards.Action{
			cards.NewExecute("Execute", "do.it", map[string]any{"n": 1}),
			cards.Submit{Button: cards.Button{Title: "Submit", Style: cards.StyleDestructive, Secondary: true}, Data: map[string]any{"a": "b"}, IgnoreInputs: true},
			open,
			cards.ShowCard{Button: cards.Button{Title: "Show"}, Card: cards.Card{Body: []cards.Element{text("inside")}}},
			cards.ToggleVisibility{Button: cards.Button{Title: "Toggle"}, Targets: []string{"secret"}},
		},
	}
}
