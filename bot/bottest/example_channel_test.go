package bottest_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// newEcho is the bot under test: it says everything back, in the same thread.
func newEcho(verifier *auth.Verifier, client *bot.Client) http.Handler {
	echo := func(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
		said := t.Activity
		_, err := client.Send(ctx, said.ServiceURL, said.Conversation.ID, &activity.Activity{
			Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: said.TextFor(said.Recipient.ID),
		})
		return nil, err
	}
	return bot.Receive(verifier, &bot.Router{Message: echo}, bot.Options{})
}

// A world of one's own making, in which people talk and the bot answers. Both ends
// use real sockets and real tokens.
func ExampleService() {
	svc := bottest.New(bottest.Config{
		BotName: "Echo",
		Teams:   []bottest.Team{{ID: "19:lumen@thread.tacv2", Name: "Lumen", Channels: []bottest.Channel{{ID: "19:help@thread.tacv2", Name: "Help"}}}},
		Users:   []bottest.User{{ID: "29:ana", Name: "Ana Silva"}},
	})
	if err := svc.Start(); err != nil {
		log.Fatal(err)
	}
	defer svc.Close()
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()
	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		log.Fatal(err)
	}
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: svc.Hosts()})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	server := httptest.NewServer(newEcho(verifier, client))
	defer server.Close()
	svc.SetBotEndpoint(server.URL + "/api/messages")

	ctx := context.Background()
	posted, err := svc.Say(ctx, "29:ana", "19:help@thread.tacv2", "good morning", bottest.MentionBot())
	if err != nil {
		log.Fatal(err)
	}
	if _, err := svc.Say(ctx, "29:ana", posted.Thread, "anybody there?"); err != nil {
		log.Fatal(err)
	}
	for _, message := range svc.Messages(posted.Thread) {
		if message.Bot {
			fmt.Println(message.From.Name+":", message.Text)
		}
	}
	// Output:
	// Echo: good morning
	// Echo: anybody there?
}
