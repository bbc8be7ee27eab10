package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
)

// TestSecretsStayInside plays a whole handoff with the log at its loudest, in both formats, and looks for what nobody may read.
func TestSecretsStayInside(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			c := newCompany(t, bottest.Config{AppSecret: "s3cr3t-of-the-bot"}, "DOCKET_LOG="+format)
			visitor, thread := c.joined()
			c.say(c.ana, thread.ID, "a line that is private")
			visitor.waitSaid("specialist", "private")
			api{t: t, url: c.backend.url, bearer: "wrong-token-0815"}.send(http.MethodGet, visitor.path, nil)
			if code := c.docket.stop(); code != 0 {
				t.Errorf("it ended with %d", code)
			}
			said := c.docket.stdout.String() + c.docket.stderr.String()
			for name, secret := range map[string]string{
				"the bot's secret": "s3cr3t-of-the-bot", "the API key": apiKey, "a visitor's token": visitor.visitor.bearer, "somebody's token": "wrong-token-0815",
				"a channel's token": "eyJ", "a visitor's line": "talk to a person", "a specialist's line": "a line that is private", "an address": "dana@northwind.example",
			} {
				if strings.Contains(said, secret) {
					t.Errorf("%s (%q) stands in the log:\n%s", name, secret, said)
				}
			}
		})
	}
}
