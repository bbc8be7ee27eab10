package cards_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/docket-handoff/docket/cards"
)

// The card of a handoff in its first state: who asks, why, since when, and the
// buttons that fit.
func ExampleHandoff() {
	card := cards.Handoff(cards.HandoffView{
		Handoff: "h-7", State: cards.StateWaiting, App: "Docket",
		Visitor: cards.Person{Name: "Dana Cole"}, Account: "Northwind",
		Reason:       "Asked about annual pricing",
		WaitingSince: time.Date(2026, 11, 22, 9, 20, 0, 0, time.UTC),
		OpenLoops:    []string{"Is there a discount for annual payment?"},
	})
	for _, action := range card.Actions {
		execute := action.(cards.Execute)
		fmt.Println(execute.Title, "→", execute.Verb())
	}
	fmt.Println(card.FallbackText)
	// Output:
	// Join conversation → handoff.join
	// View transcript → handoff.transcript
	// Waiting: Dana Cole from Northwind needs a specialist.
	// Waiting since 09:20 UTC
	// Why: Asked about annual pricing
	// Open loops:
	// ☐ Is there a discount for annual payment?
	// Visitor: Dana Cole (not verified)
	// The buttons of this card need a current version of Teams. Mentioning Docket with the word help works everywhere.
}

// A transcript shows the newest lines that fit into a card, and says how many it
// leaves out.
func ExampleTranscript() {
	began := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	lines := make([]cards.Line, 300)
	for n := range lines {
		lines[n] = cards.Line{Who: "Dana Cole", At: began.Add(time.Duration(n) * time.Second), Text: fmt.Sprintf("This is line %d of a long conversation.", n+1)}
	}
	card := cards.Transcript(cards.TranscriptView{Visitor: cards.Person{Name: "Dana Cole"}, Lines: lines})
	data, err := json.Marshal(card)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(data) <= cards.MaxBytes)
	note := card.Body[1].(cards.RichTextBlock).Inlines[0].Text.String()
	fmt.Println("How many?", strings.TrimLeft(note, "0123456789 "))
	// Output:
	// true
	// How many? earlier lines are not shown.
}
