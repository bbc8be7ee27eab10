package bottest_test

import (
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// TestEcho is how a bot is tested with this package: a service, the bot in front of it, somebody who speaks, and what then stands
// in the channel. At its end Start fails the test for every violation.
func TestEcho(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		t.Fatal(err)
	}
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: svc.Hosts()})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server := httptest.NewServer(newEcho(verifier, client))
	defer server.Close()
	svc.SetBotEndpoint(server.URL + "/api/messages")

	posted, err := svc.Say(t.Context(), "29:ada", svc.Channels()[0].ID, "hello", bottest.MentionBot())
	if err != nil || posted.Answer.Status != 200 {
		t.Fatalf("answered %d, %v", posted.Answer.Status, err)
	}
	if messages := svc.Messages(posted.Thread); len(messages) != 2 || messages[1].Text != "hello" {
		t.Errorf("the thread says %+v", messages)
	}
}

// serve starts a bot that only listens.
func serve(verifier *auth.Verifier) *httptest.Server {
	return httptest.NewServer(bot.Receive(verifier, &bot.Router{}, bot.Options{Log: slog.New(slog.DiscardHandler)}))
}
