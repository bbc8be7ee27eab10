package cards_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/cards"
	"github.com/docket-handoff/docket/checks"
)

// TestOfficialGolden has the golden cards judged by the official schema, the official parser and the limits of Teams.
func TestOfficialGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 9 {
		t.Fatalf("%d golden cards, %v", len(files), err)
	}
	if found := checks.Cards(t, files...); len(found) > 0 {
		t.Errorf("the judge says\n%s", found)
	}
}

// hostile texts are what a visitor could write to break a card.
var hostile = []string{
	"", "Dana Cole", "**bold** _it_ `code` [link](https://evil.example)", "<at>Everyone</at>", `"quotes" \ and {{DATE(2026-01-01T00:00:00Z)}}`,
	"line\nline\r\n\n- list\n1. list\n# heading", "\x00\x1b[31m\u202eevil\u2066", "日本語 مرحبا 👩‍🚀 é", "${expression} <script>alert(1)</script>",
	strings.Repeat("long ", 400), strings.Repeat("😀", 3000), strings.Repeat("x", 20_000),
}

// TestOfficialForeignText has cards judged in which every foreign text is each of the hostile ones, in every state.
func TestOfficialForeignText(t *testing.T) {
	var made []json.RawMessage
	add := func(card cards.Card) {
		data, err := json.Marshal(card)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, data)
	}
	for i, text := range hostile {
		other := hostile[(i+5)%len(hostile)]
		person := cards.Person{Name: text, Pseudonym: other, Email: text, Verified: i%2 == 0}
		many := []string{text, other, text, "", other, text, other, text, other, text, other, text}
		facts := make([]cards.Fact, 20)
		for n := range facts {
			facts[n] = cards.Fact{Title: text, Value: other, Verified: n%2 == 0}
		}
		lines := make([]cards.Line, 40)
		for n := range lines {
			lines[n] = cards.Line{Who: other, Text: text, At: start.Add(time.Duration(n) * time.Minute)}
		}
		for _, state := range []string{cards.StateWaiting, cards.StateJoined, cards.StateEnded, ""} {
			add(cards.Handoff(cards.HandoffView{
				Handoff: "h-7", State: state, App: other, Visitor: person, Account: text, AccountDomain: other, Reason: text, WaitingSince: start,
				Summary: many, OpenLoops: many, Facts: facts, Specialist: text, JoinedAt: start.Add(time.Minute), EndedAt: start.Add(time.Hour), Ending: other,
			}))
		}
		add(cards.Transcript(cards.TranscriptView{Handoff: "h-7", App: text, Visitor: person, Account: other, Lines: lines}))
		add(cards.Closing(cards.ClosingView{
			App: text, Visitor: person, Account: text, Ending: other, Specialist: text, WaitingSince: start, JoinedAt: start, EndedAt: start, Settled: many, OpenLoops: many,
		}))
	}
	if found := checks.Cards(t, checks.File(t, made)); len(found) > 0 {
		t.Errorf("of %d cards the judge says\n%s", len(made), found)
	}
}

// drawn is a card as the official renderer shows it.
type drawn struct {
	Complaints []string // of the parser
	Lines      []string // what a person reads, in the order of the page
	Buttons    []string
	Links      []string // addresses that a click would open
	Loaded     int      // images, scripts and frames inside the card
}

// TestOfficialDrawing draws each golden card with the official renderer in a browser, keeps a picture, and reads what is on it.
func TestOfficialDrawing(t *testing.T) {
	page := newStage(t)
	for _, row := range []struct {
		card    string
		shows   []string
		buttons []string
	}{
		{"handoff_waiting", []string{
			"Waiting · Dana Cole · Northwind", "Asked for a person about annual pricing · waiting since 09:20 WET", "Summary",
			"• Compares the Team and the Business plan for 850 people.", "Open loops", "☐ Is there a discount for annual payment?",
			"Visitor: Dana Cole · dana@northwind.example · was Brave Otter", "Account: Northwind · northwind.example",
			"Page: /pricing?plan=business", "Title: VP Sales (not verified)",
		}, []string{"Join conversation", "View transcript"}},
		{"handoff_joined", []string{
			"Joined · Dana Cole · Northwind", "Rui Costa joined at 09:24 UTC after 4 minutes", "☐ Is there a discount for annual payment?",
		}, []string{"End conversation", "Leave", "Hand back", "View transcript"}},
		{"handoff_ended", []string{
			"Ended · Dana Cole · Northwind", "Rui Costa joined at 09:24 UTC after 4 minutes", "The visitor ended the conversation · 10:41 UTC",
		}, nil},
		{"handoff_unknown", nil, []string{"Join conversation", "View transcript"}},
		{"handoff_hostile", []string{
			"[Free gift](https://evil.example)", "**Bold** & Sons", "• - a list - in a list", "_T_:", "`code`",
		}, []string{"Join conversation", "View transcript"}},
		{"transcript", []string{
			"Transcript · Dana Cole · Northwind", "Do you have a HubSpot integration?", "- contacts", "please *help*",
		}, []string{"Back to the card"}},
		{"transcript_empty", []string{"Nothing has been said yet."}, nil},
		{"closing", []string{
			"Rui Costa ended the conversation · 10:41 UTC", "Rui Costa was there for 1 hour 16 minutes; the visitor had waited 4 minutes",
			"Ten per cent off for annual payment.", "The trial runs until 6 December.", "Rui sends the contract today.",
		}, nil},
		{"closing_nobody", []string{"Nobody joined"}, nil},
	} {
		t.Run(row.card, func(t *testing.T) {
			got := page.draw(t, row.card)
			if len(got.Complaints) > 0 {
				t.Errorf("the parser complains: %q", got.Complaints)
			}
			if fmt.Sprint(got.Buttons) != fmt.Sprint(row.buttons) {
				t.Errorf("the buttons are %q, want %q", got.Buttons, row.buttons)
			}
			if len(got.Links) > 0 || got.Loaded > 0 {
				t.Errorf("foreign text became links %q or %d things to load", got.Links, got.Loaded)
			}
			text := strings.Join(got.Lines, "\n")
			for _, want := range row.shows {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not to be seen in\n%s", want, text)
				}
			}
		})
	}
}
