package bot_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// A bot that greets whoever mentions it. The service stands in for Microsoft; in
// production VerifierConfig and ClientSecretConfig hold the bot's own registration.
func ExampleReceive() {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		log.Fatal(err)
	}
	defer svc.Close()

	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()
	greet := func(_ context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
		fmt.Println(t.Activity.From.Name, "says:", t.Activity.TextFor(t.Activity.Recipient.ID))
		return nil, nil
	}
	server := httptest.NewServer(bot.Receive(verifier, &bot.Router{Message: greet}, bot.Options{}))
	defer server.Close()

	svc.SetBotEndpoint(server.URL + "/api/messages")
	posted, err := svc.Say(context.Background(), "29:ada", svc.Channels()[0].ID, "good morning", bottest.MentionBot())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("answered", posted.Answer.Status)
	// Output:
	// Ada Example says: good morning
	// answered 200
}

// A thread is begun in a channel, and answered in.
func ExampleClient() {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		log.Fatal(err)
	}
	defer svc.Close()

	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		log.Fatal(err)
	}
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: svc.Hosts()})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx, channel, group := context.Background(), svc.Channels()[1], true
	thread, err := client.CreateConversation(ctx, svc.ServiceURL(), activity.ConversationParameters{
		IsGroup:     &group,
		ChannelData: &activity.ChannelData{Channel: &activity.ChannelInfo{ID: channel.ID}},
		Activity:    &activity.Activity{Type: activity.TypeMessage, Text: "A visitor asks for a person."},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Send(ctx, svc.ServiceURL(), thread.ID, &activity.Activity{Type: activity.TypeMessage, Text: "Is anybody there?"}); err != nil {
		log.Fatal(err)
	}
	for _, message := range svc.Messages(thread.ID) {
		fmt.Println(channel.Name+":", message.Text)
	}
	// Output:
	// Sales: A visitor asks for a person.
	// Sales: Is anybody there?
}
