// Package cards builds Adaptive Cards of schema 1.5 as Go values, and on top of
// them the cards of a handoff.
//
// A [Card] is made of elements and actions, both closed sets, which together say
// all that the schema can. Marshalling a Card checks it first: an invalid card
// gives an error and never reaches the wire, and one that is too large has its
// longest foreign texts shortened until it fits [MaxBytes]. What Teams does with
// each element is described at
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
// and the elements themselves at https://adaptivecards.io/explorer.
//
// # Foreign text
//
// A card is read by people who trust it, and it is drawn by a program that
// takes marks in the text for links, layout, dates and mentions. Text therefore
// has a type of its own, made by three constructors: [Lit] for words of the program
// itself, [Safe] for the words of anybody else, [SafeLine] for such words on one
// line. Where an element interprets Markdown the foreign part is escaped; where
// it does not, the foreign part is written as it was cleaned. Members that are
// plain strings, such as titles of buttons and addresses, are for the program's own
// words alone.
//
// # What a card costs
//
// A press of an [Execute] is one request to the bot, a [Refresh] one for each person
// who looks, an [Authentication] an exchange of tokens before a press. The latter two
// are off unless a card asks for them, and their constructors want to be told for
// whom and why.
//
// # Where renderers and schema disagree
//
// A table's header is written as every renderer spells it, in the plural. The
// schema misspells rtl of containers and table cells, so those have none; a
// card's and a column's do the same.
//
// # Use
//
//	card := cards.Card{
//		FallbackText: cards.Lit("A visitor asks for a person."),
//		Body: []cards.Element{
//			cards.TextBlock{Style: cards.StyleHeading, Text: cards.Lit("A visitor asks for a person")},
//			cards.TextBlock{Text: cards.Safe(words, 1000)}, // the visitor's, which mean nothing but themselves
//		},
//		Actions: []cards.Action{cards.NewExecute("Join", "join", map[string]string{"id": "7"})},
//	}
//	message, err := cards.Message(card, "A visitor asks for a person") // for bot.Client.Send
//	answer := activity.CardResponse(card)                               // to a press
//
// Cards are values: nothing is shared with the caller's data, nothing starts, and
// reading one from many goroutines is safe. The functions [Handoff], [Transcript]
// and [Closing] are pure.
package cards
