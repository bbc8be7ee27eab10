package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/cards"
)

// question is a card with a button. The visitor's words are foreign, so they go
// through cards.Safe.
func question(ticket, visitorsWords string) cards.Card {
	return cards.Card{
		FallbackText: cards.Lit("A visitor asks for a person."),
		Body: []cards.Element{
			cards.TextBlock{Style: cards.StyleHeading, Text: cards.Lit("A visitor asks for a person")},
			cards.RichTextBlock{Inlines: []cards.TextRun{{Text: cards.Safe(visitorsWords, 500)}}},
		},
		Actions: []cards.Action{cards.NewExecute("Join", "join", map[string]string{"ticket": ticket})},
	}
}

// taken is the same card once somebody has joined, without the button.
func taken(by string) cards.Card {
	return cards.Card{Body: []cards.Element{
		cards.TextBlock{Style: cards.StyleHeading, Text: cards.Concat(cards.SafeLine(by, 100), cards.Lit(" joined"))},
	}}
}

// join answers the press of the button: the card changes for everybody by an
// update of its message, and for the person who pressed by the answer. Anybody can
// craft a press, so the ticket is looked up before it is believed; taking it out of
// open is what makes one press win.
func join(client *bot.Client, open *sync.Map) bot.HandlerFunc {
	return func(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
		press, err := t.Activity.CardAction()
		if refused, ok := errors.AsType[*activity.InvokeError](err); ok {
			answer := refused.Response()
			return &answer, nil
		}
		var data struct{ Ticket string }
		if json.Unmarshal(press.Action.Data, &data) != nil || press.Action.Verb != "join" {
			answer := activity.ErrorResponse(http.StatusBadRequest, activity.CodeBadRequest, "This button is not known.")
			return &answer, nil
		}
		if _, won := open.LoadAndDelete(data.Ticket); !won {
			answer := activity.MessageResponse("Somebody else was first.")
			return &answer, nil
		}
		card := taken(t.Activity.From.Name)
		message, err := cards.Message(card, t.Activity.From.Name+" joined")
		if err != nil {
			return nil, err
		}
		if err := client.Update(ctx, t.Activity.ServiceURL, t.Activity.Conversation.ID, t.Activity.ReplyToID, &message); err != nil {
			return nil, err
		}
		answer := activity.CardResponse(card)
		return &answer, nil
	}
}

// A card with a button is posted. The first to press it wins; the others see that
// the button is gone.
func Example_card() {
	svc := standIn()
	defer svc.Close()
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()
	client := connect(svc)
	defer client.Close()
	open := new(sync.Map)
	open.Store("t-7", true)
	server := httptest.NewServer(bot.Receive(verifier, &bot.Router{
		Invoke: map[string]bot.HandlerFunc{activity.InvokeAdaptiveCard: join(client, open)},
	}, bot.Options{}))
	defer server.Close()
	svc.SetBotEndpoint(server.URL + "/api/messages")

	ctx := context.Background()
	message, err := cards.Message(question("t-7", "Can I pay **yearly**?"), "A visitor asks for a person")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Send(ctx, svc.ServiceURL(), svc.Channels()[1].ID, &message); err != nil {
		log.Fatal(err)
	}
	thread := svc.Threads(svc.Channels()[1].ID)[0]
	for _, person := range svc.Users() {
		pressed, err := svc.Press(ctx, person.ID, thread.ID, thread.Root, "Join")
		if err != nil {
			fmt.Println(person.Name, "finds no button")
			continue
		}
		fmt.Println(person.Name, "joined:", pressed.Card != nil)
	}
	// Output:
	// Ada Example joined: true
	// Grace Sample finds no button
}
