// Echo is a whole bot: it answers every message of a person with the same words.
package main

import (
	"cmp"
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
)

func main() {
	env, id, home := os.Getenv, os.Getenv("DOCKET_BOT_ID"), os.Getenv("DOCKET_BOT_TENANT")
	list := func(value string) []string { return strings.Fields(strings.ReplaceAll(value, ",", " ")) }
	named := list(strings.ToLower(cmp.Or(env("DOCKET_BOT_ALLOWED_TENANTS"), home, "*"))) // only an old multi-tenant bot has no home
	allowed := func(t string) bool { return slices.Contains(named, "*") || slices.Contains(named, strings.ToLower(t)) }
	cloud, err1 := auth.CloudByName(env("DOCKET_BOT_CLOUD"))
	hosts, err2 := auth.NewHosts(cloud, list(env("DOCKET_BOT_SERVICE_HOSTS"))...)
	verifier, err3 := auth.NewVerifier(auth.VerifierConfig{AppID: id, Cloud: cloud, MetadataURL: env("DOCKET_BOT_OPENID_METADATA"), Hosts: hosts, Tenants: allowed})
	tokens, err4 := auth.NewClientSecret(auth.ClientSecretConfig{AppID: id, Cloud: cloud, Secret: env("DOCKET_BOT_SECRET"), Tenant: home, TokenURL: env("DOCKET_BOT_TOKEN_URL")})
	client, err5 := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: hosts})
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		log.Fatal(err)
	}
	http.Handle("/api/messages", bot.Receive(verifier, &bot.Router{Message: func(ctx context.Context, t *bot.Turn) (_ *activity.InvokeResponse, err error) {
		if said := t.Activity; !said.FromBot() { // two bots that answer each other never stop
			_, err = client.Send(ctx, said.ServiceURL, said.Conversation.ID, &activity.Activity{Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: "Echo: " + said.TextFor("28:"+id)})
		}
		return nil, err
	}}, bot.Options{}))
	log.Fatal(http.ListenAndServe(cmp.Or(env("DOCKET_ADDR"), "127.0.0.1:3978"), nil)) // facing the internet: an http.Server with a ReadHeaderTimeout
}
