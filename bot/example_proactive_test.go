package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// remind posts into a conversation in which the bot was spoken to before. Kept is
// what json.Marshal made of that activity's Reference.
func remind(ctx context.Context, client *bot.Client, kept []byte, text string) error {
	var reference activity.ConversationReference
	if err := json.Unmarshal(kept, &reference); err != nil {
		return err
	}
	message := &activity.Activity{Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: text}
	_, err := client.Send(ctx, reference.ServiceURL, reference.Conversation.ID, message)
	return err
}

// A message that nobody asks for goes to where the bot was spoken to before. The
// handler keeps the reference; anything later may use it.
func Example_proactive() {
	svc := standIn()
	defer svc.Close()
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()
	client := connect(svc)
	defer client.Close()

	kept := make(chan []byte, 1) // in production: a store
	keep := func(_ context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
		reference, err := json.Marshal(t.Activity.Reference())
		kept <- reference
		return nil, err
	}
	server := httptest.NewServer(bot.Receive(verifier, &bot.Router{Message: keep}, bot.Options{}))
	defer server.Close()
	svc.SetBotEndpoint(server.URL + "/api/messages")

	ctx := context.Background()
	posted, err := svc.Say(ctx, "29:ada", svc.Channels()[1].ID, "remind me at noon", bottest.MentionBot())
	if err != nil {
		log.Fatal(err)
	}
	if err := remind(ctx, client, <-kept, "It is noon."); err != nil {
		log.Fatal(err)
	}
	for _, message := range svc.Messages(posted.Thread)[1:] {
		fmt.Println(message.From.Name+":", message.Text)
	}
	// Output: Docket: It is noon.
}
