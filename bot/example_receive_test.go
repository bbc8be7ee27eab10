package bot_test

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

// newBot is a whole bot: whoever mentions it gets an answer in the same thread.
func newBot(verifier *auth.Verifier, client *bot.Client) http.Handler {
	greet := func(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
		said := t.Activity
		if said.FromBot() || !said.MentionsRecipient() {
			return nil, nil
		}
		_, err := client.Send(ctx, said.ServiceURL, said.Conversation.ID, &activity.Activity{
			Type:       activity.TypeMessage,
			TextFormat: activity.TextPlain,
			Text:       "You said: " + said.TextFor(said.Recipient.ID),
		})
		return nil, err
	}
	return bot.Receive(verifier, &bot.Router{Message: greet}, bot.Options{})
}

// A bot with its two ends: the endpoint that Teams calls, and the client that
// calls Teams. The service stands in for Microsoft; in production VerifierConfig
// and ClientSecretConfig hold the bot's registration, and hosts are those of
// auth.NewHosts(auth.Public).
func ExampleReceive() {
	svc := standIn()
	defer svc.Close()
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()
	client := connect(svc)
	defer client.Close()

	server := httptest.NewServer(newBot(verifier, client))
	defer server.Close()
	svc.SetBotEndpoint(server.URL + "/api/messages")

	posted, err := svc.Say(context.Background(), "29:ada", svc.Channels()[0].ID, "good morning", bottest.MentionBot())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("answered", posted.Answer.Status)
	for _, message := range svc.Messages(posted.Thread)[1:] {
		fmt.Println(message.From.Name+":", message.Text)
	}
	// Output:
	// answered 200
	// Docket: You said: good morning
}

// standIn starts a stand-in for Microsoft's service.
func standIn() *bottest.Service {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		log.Fatal(err)
	}
	return svc
}

// connect makes a client that obtains its token from a service and calls it.
func connect(svc *bottest.Service) *bot.Client {
	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		log.Fatal(err)
	}
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: svc.Hosts()})
	if err != nil {
		log.Fatal(err)
	}
	return client
}
