// Echo is a whole bot: it answers every message with the same words.
package main

import (
	"cmp"
	"context"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
)

func main() {
	env := os.Getenv
	id := env("DOCKET_BOT_ID")
	extra := strings.FieldsFunc(env("DOCKET_BOT_SERVICE_HOSTS"), func(r rune) bool { return r == ',' })
	cloud := must(auth.CloudByName(env("DOCKET_BOT_CLOUD")))
	hosts := must(auth.NewHosts(cloud, extra...))
	verifier := must(auth.NewVerifier(auth.VerifierConfig{AppID: id, Cloud: cloud, MetadataURL: env("DOCKET_BOT_OPENID_METADATA"), Hosts: hosts}))
	tokens := must(auth.NewClientSecret(auth.ClientSecretConfig{AppID: id, Cloud: cloud, Secret: env("DOCKET_BOT_SECRET"), Tenant: env("DOCKET_BOT_TENANT"), TokenURL: env("DOCKET_BOT_TOKEN_URL")}))
	client := must(bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: hosts}))
	echo := func(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
		_, err := client.Send(ctx, t.Activity.ServiceURL, t.Activity.Conversation.ID, &activity.Activity{
			Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: "Echo: " + t.Activity.TextFor("28:"+id)})
		return nil, err
	}
	http.Handle("/api/messages", bot.Receive(verifier, &bot.Router{Message: echo}, bot.Options{}))
	log.Fatal(http.ListenAndServe(cmp.Or(env("DOCKET_ADDR"), "127.0.0.1:3978"), nil))
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
