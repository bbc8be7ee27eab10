package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/checks"
)

const apiKey = "k-3f1c0c5b2d"

// company is a company's Teams with docket running in it.
type company struct {
	t       *testing.T
	service *bottest.Service
	channel bottest.ChannelState
	ana     bottest.User
	ben     bottest.User
	store   string // the path of its file
	env     []string
	docket  *program
	backend api
}

func newCompany(t *testing.T, cfg bottest.Config, env ...string) *company {
	t.Helper()
	return newCompanyIn(t, bottest.Start(t, cfg), env...)
}

// newCompanyIn lets docket run in a world that a test has prepared.
func newCompanyIn(t *testing.T, service *bottest.Service, env ...string) *company {
	t.Helper()
	c := worldOf(t, service, env...)
	c.start()
	return c
}

// worldOf is the same before docket runs.
func worldOf(t *testing.T, service *bottest.Service, env ...string) *company {
	t.Helper()
	c := &company{t: t, service: service, store: t.TempDir() + "/docket.db"}
	c.channel, c.ana, c.ben = c.service.Channels()[0], c.service.Users()[0], c.service.Users()[1]
	secrets := c.service.SecretConfig()
	c.env = append([]string{
		"DOCKET_BOT_ID=" + secrets.AppID, "DOCKET_BOT_SECRET=" + secrets.Secret, "DOCKET_BOT_TENANT=" + secrets.Tenant,
		"DOCKET_BOT_OPENID_METADATA=" + c.service.MetadataURL(), "DOCKET_BOT_TOKEN_URL=" + c.service.TokenURL(),
		"DOCKET_BOT_SERVICE_HOSTS=" + c.service.Host(), "DOCKET_API_KEY=" + apiKey, "DOCKET_STORE=bolt:" + c.store,
	}, env...)
	return c
}

// start starts docket, or starts it again on the same store.
func (c *company) start() {
	c.t.Helper()
	docket, url := serve(c.t, c.env...)
	c.docket, c.backend = docket, api{t: c.t, url: url, bearer: apiKey}
	c.service.SetBotEndpoint(url + "/api/messages")
}

// connect connects the channel by a mention and sets the agent up with it.
func (c *company) connect() {
	c.t.Helper()
	c.say(c.ana, c.channel.ID, "hello", bottest.MentionBot())
	channels, _ := c.backend.call(http.StatusOK, http.MethodGet, "/v1/channels", nil)["channels"].([]any)
	if len(channels) != 1 {
		c.t.Fatalf("%d channels are connected, want 1", len(channels))
	}
	c.backend.call(http.StatusCreated, http.MethodPut, "/v1/agents/marketing", object{
		"name": "Mira", "handoff": object{"enabled": true, "channels": []string{text(channels[0].(object), "id")}},
	})
}

// say is a line of somebody's in the channel, which docket takes.
func (c *company) say(who bottest.User, conversation, line string, options ...bottest.SayOption) {
	c.t.Helper()
	posted, err := c.service.Say(c.t.Context(), who.ID, conversation, line, options...)
	must(c.t, err)
	if posted.Answer.Status != http.StatusOK {
		c.t.Fatalf("%q was answered %d", line, posted.Answer.Status)
	}
}

// thread waits for the thread of a handoff.
func (c *company) thread() bottest.Thread {
	c.t.Helper()
	var found bottest.Thread
	c.service.WaitFor(c.t, "the thread of the handoff", func() bool {
		for _, thread := range c.service.Threads(c.channel.ID) {
			if thread.Messages[0].Bot && thread.Messages[0].Card != nil {
				found = thread
			}
		}
		return found.ID != ""
	})
	return found
}

// shows waits until words stand in the thread, in a line or on a card.
func (c *company) shows(thread bottest.Thread, words string) {
	c.t.Helper()
	eventually(c.t, fmt.Sprintf("%q in the thread", words), func() bool { return c.count(thread, words) > 0 })
}

// count says how many messages of the thread hold words.
func (c *company) count(thread bottest.Thread, words string) int {
	n := 0
	for _, m := range c.service.Messages(thread.ID) {
		if strings.Contains(m.Text, words) || strings.Contains(string(m.Card), words) {
			n++
		}
	}
	return n
}

// joined plays until Ana has joined.
func (c *company) joined() (talk, bottest.Thread) {
	c.t.Helper()
	c.connect()
	visitor := c.backend.begin("marketing")
	if got := visitor.say("ask", "I want to talk to a person"); got.status != http.StatusCreated {
		c.t.Fatalf("the visitor's line was answered %d %s", got.status, got.body)
	}
	thread := c.thread()
	pressed, err := c.service.Press(c.t.Context(), c.ana.ID, thread.ID, thread.Root, "Join conversation")
	must(c.t, err)
	if pressed.Type != activity.ResponseCard {
		c.t.Fatalf("Join was answered %s", pressed.Answer.Body)
	}
	visitor.waitSaid("agent", c.ana.Name+" has joined")
	c.service.WaitFor(c.t, "the card of the joined state", func() bool {
		return strings.Contains(string(c.service.Message(thread.ID, thread.Root).Card), "End conversation")
	})
	return visitor, thread
}

// judged has Microsoft's library judge all that docket sent and answered so far.
func (c *company) judged() {
	c.t.Helper()
	sent := map[string][]json.RawMessage{}
	for op, kind := range map[bottest.Op]string{
		bottest.OpCreate: checks.Conversation, bottest.OpSend: checks.Activity, bottest.OpReply: checks.Activity, bottest.OpUpdate: checks.Activity,
	} {
		for _, r := range c.service.Requests(op) {
			sent[kind] = append(sent[kind], r.Body)
		}
	}
	for _, d := range c.service.Deliveries() {
		var delivered struct{ Type string }
		must(c.t, json.Unmarshal(d.Activity, &delivered))
		if delivered.Type == activity.TypeInvoke && len(d.Answer.Body) > 0 {
			sent[checks.Answer] = append(sent[checks.Answer], d.Answer.Body)
		}
	}
	for _, kind := range []string{checks.Conversation, checks.Activity, checks.Answer} {
		if len(sent[kind]) == 0 {
			c.t.Errorf("there is nothing of the kind %s to judge", kind)
			continue
		}
		if found := checks.Activities(c.t, kind, checks.File(c.t, sent[kind])); len(found) > 0 {
			c.t.Errorf("of %d the judge says\n%s", len(sent[kind]), found)
		}
	}
}
