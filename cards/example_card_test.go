package cards_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/docket-handoff/docket/cards"
)

// A card with foreign text and a button, as a message. The visitor's words are
// shown as they were typed: no link, no bold, no mention.
func Example() {
	card := cards.Card{
		FallbackText: cards.Lit("A visitor asks for a person."),
		Body: []cards.Element{
			cards.TextBlock{Style: cards.StyleHeading, Text: cards.Lit("A visitor asks for a person")},
			cards.RichTextBlock{Inlines: []cards.TextRun{
				{Text: cards.Safe("**Hi** <at>everyone</at>", 200)},
			}},
		},
		Actions: []cards.Action{
			cards.NewExecute("Join", "join", map[string]string{"id": "7"}),
		},
	}
	message, err := cards.Message(card, "A visitor asks for a person")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(message.Summary)
	fmt.Println(message.Attachments[0].ContentType)
	// Output:
	// A visitor asks for a person
	// application/vnd.microsoft.card.adaptive
}

// A wrong card is never written.
func ExampleCard_Validate() {
	card := cards.Card{Actions: []cards.Action{cards.NewExecute("Join", "", nil)}}
	fmt.Println(card.Validate())
	_, err := json.Marshal(card)
	fmt.Println(err != nil)
	// Output:
	// cards: an Execute without a verb is never delivered
	// true
}

// A card that is too large loses the ends of its longest foreign texts. What the
// program itself says is never cut.
func ExampleCard_Fit() {
	card := cards.Card{Body: []cards.Element{
		cards.TextBlock{Text: cards.Lit("What the visitor pasted:")},
		cards.TextBlock{Text: cards.Safe(strings.Repeat("a long log ", 10_000), 1_000_000)},
	}}
	data, err := json.Marshal(card)
	fmt.Println(len(data) <= cards.MaxBytes, err)

	_, err = cards.Card{Body: []cards.Element{cards.TextBlock{Text: cards.Lit(strings.Repeat("own words ", 10_000))}}}.Fit()
	fmt.Println(errors.Is(err, cards.ErrTooLarge))
	// Output:
	// true <nil>
	// true
}

// The button of a client that knows Execute, and in its fallback that of one that
// does not. A press of the latter arrives as a message whose value names the verb.
func ExampleNewExecute() {
	button := cards.NewExecute("Join", "join", map[string]string{"id": "7"})
	button.Style = cards.StylePositive
	data, err := json.MarshalIndent(button, "", "  ")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(data))
	// Output:
	// {
	//   "type": "Action.Execute",
	//   "title": "Join",
	//   "style": "positive",
	//   "fallback": {
	//     "type": "Action.Submit",
	//     "title": "Join",
	//     "style": "positive",
	//     "data": {
	//       "id": "7",
	//       "verb": "join"
	//     }
	//   },
	//   "verb": "join",
	//   "data": {
	//     "id": "7"
	//   }
	// }
}

// A button that unfolds details, where the client can draw them.
func ExampleToggleVisibility() {
	hidden := false
	card := cards.Card{
		Body: []cards.Element{
			cards.TextBlock{Text: cards.Lit("The deployment failed.")},
			cards.Table{
				Base: cards.Base{
					ID: "details", IsVisible: &hidden, Requires: map[string]string{"adaptiveCards": "1.5"},
					Fallback: cards.TextBlock{Base: cards.Base{ID: "details"}, Text: cards.Lit("Step 4 of 7, exit code 2")},
				},
				Columns: []cards.TableColumn{{Width: "1"}, {Width: "80px"}},
				Rows: []cards.TableRow{
					{Cells: []cards.TableCell{cell("Step"), cell("Exit code")}},
					{Cells: []cards.TableCell{cell("4 of 7"), cell("2")}},
				},
			},
		},
		Actions: []cards.Action{
			cards.ToggleVisibility{Button: cards.Button{Title: "Details"}, Targets: []cards.Target{cards.Toggle("details")}},
		},
	}
	fmt.Println(card.Validate())
	// Output: <nil>
}

func cell(words string) cards.TableCell {
	return cards.TableCell{Items: []cards.Element{cards.TextBlock{Text: cards.Lit(words)}}}
}
