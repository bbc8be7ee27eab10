package bottest_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a service with a bot that stands on the SDK.
type world struct {
	*bottest.Service
	client *bot.Client
}

// newWorld starts both ends; handle runs for each turn.
func newWorld(t *testing.T, cfg bottest.Config, handle func(context.Context, *world, *bot.Turn) (*activity.InvokeResponse, error)) *world {
	t.Helper()
	svc := bottest.Start(t, cfg)
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Service: svc, client: newWorldClient(t, svc)}
	endpoint := bot.Receive(verifier, bot.HandlerFunc(func(ctx context.Context, turn *bot.Turn) (*activity.InvokeResponse, error) {
		return handle(ctx, w, turn)
	}), bot.Options{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	server := httptest.NewServer(endpoint)
	svc.SetBotEndpoint(server.URL + "/api/messages")
	t.Cleanup(func() {
		server.Close()
		verifier.Close()
	})
	return w
}

// newWorldClient is the SDK's client, as a bot of the service has it.
func newWorldClient(t *testing.T, svc *bottest.Service) *bot.Client {
	t.Helper()
	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		t.Fatal(err)
	}
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: svc.Hosts()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func echo(ctx context.Context, w *world, turn *bot.Turn) (*activity.InvokeResponse, error) {
	a := turn.Activity
	_, err := w.client.Send(ctx, a.ServiceURL, a.Conversation.ID, &activity.Activity{
		Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: "Echo: " + a.TextFor(a.Recipient.ID),
	})
	return nil, err
}

func TestSayReachesTheBotAndItsAnswerTheThread(t *testing.T) {
	w := newWorld(t, bottest.Config{}, echo)
	posted, err := w.Say(t.Context(), "29:ada", w.Channels()[1].ID, "hello", bottest.MentionBot())
	if err != nil {
		t.Fatal(err)
	}
	if posted.Answer.Status != 200 {
		t.Fatalf("the bot answered %d %s", posted.Answer.Status, posted.Answer.Body)
	}
	messages := w.Messages(posted.Thread)
	if len(messages) != 2 || messages[1].Text != "Echo: hello" || !messages[1].Bot {
		t.Fatalf("thread: %+v", messages)
	}
}
