package bottest_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// What the real service would refuse is refused, and noted down. In a test that
// was begun with Start it fails the test.
func ExampleService_Violations() {
	svc, client := standIn()
	defer svc.Close()
	defer client.Close()

	entity, _ := activity.NewMention(activity.ChannelAccount{ID: "29:ada", Name: "Ada"})
	_, err := client.Send(context.Background(), svc.ServiceURL(), svc.Channels()[0].ID, &activity.Activity{
		Type: activity.TypeMessage, Text: "Ada, are you there?", Entities: []activity.Entity{entity},
	})
	if failed, ok := errors.AsType[*bot.Error](err); ok {
		fmt.Println(failed.Status, failed.Code)
	}
	fmt.Println(svc.Violations())
	// Output:
	// 400 BadArgument
	// [send: 400 BadArgument: the text of a mention is not in the message]
}

// A request goes wrong on purpose: the service posts the message and its answer
// gets lost.
func ExampleService_Fail() {
	svc, client := standIn()
	defer svc.Close()
	defer client.Close()

	svc.Fail(bottest.OpSend, 1, bottest.Fault{Reset: true, AfterPosting: true})
	channel := svc.Channels()[0].ID
	_, err := client.Send(context.Background(), svc.ServiceURL(), channel, &activity.Activity{Type: activity.TypeMessage, Text: "hello"})
	if failed, ok := errors.AsType[*bot.Error](err); ok {
		fmt.Println("in doubt:", failed.Doubtful)
	}
	fmt.Println("threads in the channel:", len(svc.Threads(channel)))
	// Output:
	// in doubt: true
	// threads in the channel: 1
}

// A forged delivery: the right body under a token that another issuer made.
func ExampleService_SendRaw() {
	svc, client := standIn()
	defer svc.Close()
	defer client.Close()
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()
	server := serve(verifier)
	defer server.Close()
	svc.SetBotEndpoint(server.URL + "/api/messages")

	answer, err := svc.SendRaw(context.Background(), []byte(`{"type":"message"}`), bottest.TokenOptions{Issuer: "https://evil.example"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Status)
	// Output: 401
}

// standIn starts a service, and a client that calls it.
func standIn() (*bottest.Service, *bot.Client) {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		log.Fatal(err)
	}
	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		log.Fatal(err)
	}
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: svc.Hosts()})
	if err != nil {
		log.Fatal(err)
	}
	return svc, client
}
