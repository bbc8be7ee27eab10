package cards_test

import (
	"fmt"

	"github.com/docket-handoff/docket/cards"
)

// A card with foreign text and a button. The visitor's words are shown as they
// were typed: no link, no bold, no mention.
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
	// Output: cards: an Execute without a verb is never delivered
}
