package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/docket-handoff/docket/checks"
)

// TestPlayground plays the story with Microsoft's Agents Playground in the place of Teams.
func TestPlayground(t *testing.T) {
	pg, _, backend := newPlayground(t)
	connectPlayground(pg, backend)
	visitor := backend.begin("marketing")
	open := visitor.listen("")
	visitor.say("1", "I want to talk to a person")
	card := pg.wait("createMessage", "", `"verb":"handoff.join"`)
	for _, want := range []string{"Dana Cole", "Northwind", "View transcript", "The visitor asked for a person"} {
		if !strings.Contains(card.raw, want) {
			t.Errorf("the card does not say %q: %s", want, card.raw)
		}
	}
	pressInPlayground(pg, card, visitor)
	talkInPlayground(pg, card, visitor)

	pg.say(card.conversation, "end")
	pg.wait("createMessage", card.conversation, "Conversation ended")
	if ended := pg.wait("updateMessage", card.message, "Ended ·"); strings.Contains(ended.raw, "Action.") {
		t.Errorf("the ended card has buttons: %s", ended.raw)
	}
	open.wait(t, "handoff", `"reason":"specialist"`)
	if got := visitor.state(); got != "agent" {
		t.Errorf("the conversation is %s, want agent", got)
	}
}

// TestPlaygroundFromThePages plays the same from the admin's side: the Playground's channel is connected by a mention, the pages show it,
// the agent is set up in them, and a handoff that the chat began goes its way.
func TestPlaygroundFromThePages(t *testing.T) {
	pg, docket, _ := newPlayground(t)
	b := signedIn(t, docket)
	b.Open("/admin/integrations")
	b.See("not configured")
	pg.wait("createMessage", pg.say(pg.channel, "hello"), "Connected. Conversations that need a person can now come to Sales")
	b.Open("/admin/integrations")
	b.See("connected")
	setAgentUp(b)
	asksAboutADiscount(b)
	card := pg.wait("createMessage", "", `"verb":"handoff.join"`)
	pg.press("29:ana", card, "handoff.join")
	b.Wait("the visitor to be told", chatShows("Ana Silva has joined"))
	pg.say(card.conversation, "From 50 seats on it is ten per cent.")
	b.Wait("the specialist's line", chatShows("it is ten per cent"))
	writes(b, "Thank you, that will do.")
	pg.wait("createMessage", card.conversation, "that will do")
	pg.press("29:ana", card, "handoff.end")
	b.Wait("the agent to be back", chatShows("back with you"))
	pg.wait("createMessage", card.conversation, "Conversation ended")
	b.Open("/admin/handoffs")
	b.See("The specialist ended it")
}

// newPlayground starts docket and the Playground beside it.
func newPlayground(t *testing.T) (*playground, *program, api) {
	t.Helper()
	script, port := checks.PlaygroundScript(t), freePort(t)
	program, docket := serve(t, "DOCKET_INSECURE_NO_BOT_AUTH=true", fmt.Sprintf("DOCKET_BOT_SERVICE_HOSTS=127.0.0.1:%d", port), "DOCKET_API_KEY="+apiKey)
	return startPlayground(t, script, port, docket), program, api{t: t, url: docket, bearer: apiKey}
}

// connectPlayground connects the channel by a mention and sets the agent up with it.
func connectPlayground(pg *playground, backend api) {
	pg.t.Helper()
	pg.wait("createMessage", pg.say(pg.channel, "hello"), "Connected. Conversations that need a person can now come to Sales")
	channels, _ := backend.call(http.StatusOK, http.MethodGet, "/v1/channels", nil)["channels"].([]any)
	if len(channels) != 1 || text(channels[0].(object), "state") != "connected" || text(channels[0].(object), "platform") != "teams" {
		pg.t.Fatalf("the channels are %v", channels)
	}
	backend.call(http.StatusCreated, http.MethodPut, "/v1/agents/marketing", object{
		"name": "Mira", "handoff": object{"enabled": true, "channels": []string{text(channels[0].(object), "id")}},
	})
}

// pressInPlayground joins and leaves as Marek, joins as Ana, and presses late.
func pressInPlayground(pg *playground, card sighting, visitor talk) {
	t := pg.t
	t.Helper()
	pg.press("29:marek", card, "handoff.join")
	visitor.waitSaid("agent", "Marek Novak has joined")
	pg.press("29:marek", card, "handoff.leave")
	pg.wait("updateMessage", card.message, "Waiting ·")
	if got := visitor.state(); got != "waiting" {
		t.Errorf("after Leave the conversation is %s, want waiting", got)
	}
	if answer := pg.press("29:ana", card, "handoff.join"); answer.Type != "application/vnd.microsoft.card.adaptive" || !strings.Contains(string(answer.Value), "End conversation") {
		t.Errorf("Join was answered %s %s", answer.Type, answer.Value)
	}
	visitor.waitSaid("agent", "Ana Silva has joined")
	pg.wait("updateMessage", card.message, "Ana Silva joined at")
	if answer := pg.press("29:marek", card, "handoff.join"); answer.Type != "application/vnd.microsoft.activity.message" || !strings.Contains(string(answer.Value), "Ana Silva has this conversation") {
		t.Errorf("a late Join was answered %s %s", answer.Type, answer.Value)
	}
	if answer := pg.press("29:marek", card, "handoff.transcript"); !strings.Contains(string(answer.Value), "I want to talk to a person") {
		t.Errorf("View transcript was answered %s %s", answer.Type, answer.Value)
	}
}

// talkInPlayground says something both ways, and what stays in the channel.
func talkInPlayground(pg *playground, card sighting, visitor talk) {
	t := pg.t
	t.Helper()
	pg.say(card.conversation, "// she is nice")
	pg.say(card.conversation, "status")
	pg.wait("createMessage", card.conversation, "reads what Ana Silva writes here")
	pg.say(card.conversation, "Hello Dana, how can I help?")
	if line := visitor.waitSaid("specialist", "how can I help?"); text(line, "text") != "Hello Dana, how can I help?" || text(line, "from", "name") != "Ana Silva" {
		t.Errorf("the line came as %v", line)
	}
	visitor.say("2", "I need 850 seats & **soon**")
	pg.wait("createMessage", card.conversation, "I need 850 seats & **soon**")
	for _, m := range visitor.said() {
		if said := text(m, "text"); strings.Contains(said, "nice") || strings.Contains(said, "status") || strings.Contains(said, "<at>") {
			t.Errorf("the visitor read %q", said)
		}
	}
}

// playground is a running Agents Playground, as its own page talks to it.
type playground struct {
	t       *testing.T
	url     string
	channel string
	bot     object

	mu     sync.Mutex
	frames []sighting
}

// sighting is something that the bot posted or changed.
type sighting struct {
	action       string // createMessage or updateMessage
	conversation string // with the thread
	message      string
	raw          string
}

// freePort is one below those that outgoing connections are given, where the Playground would move away in silence.
func freePort(t *testing.T) int {
	t.Helper()
	for port := 18850; port < 18950; port++ {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			must(t, l.Close())
			return port
		}
	}
	t.Fatal("no port from 18850 is free")
	return 0
}

func startPlayground(t *testing.T, script string, port int, docketURL string) *playground {
	t.Helper()
	p := launch(t, []string{fmt.Sprintf("PORT=%d", port), "BOT=" + docketURL + "/api/messages", "FOLDER=" + t.TempDir()}, "bash", script)
	pg := &playground{t: t, url: fmt.Sprintf("http://127.0.0.1:%d", port)}
	eventually(t, "the Playground", func() bool {
		if len(p.ended) > 0 {
			t.Fatalf("the Playground ended:\n%s", p.stderr.String())
		}
		response, err := http.Get(pg.url + "/_debug/ping")
		if err != nil {
			return false
		}
		return response.Body.Close() == nil && response.StatusCode == http.StatusOK
	})
	var context struct {
		Config struct {
			Bot   object
			Teams []struct{ Channels []struct{ ID, Name string } }
		}
	}
	must(t, json.Unmarshal(api{t: t, url: pg.url}.send(http.MethodGet, "/_internal/v1/testConfig", nil).body, &context))
	channels := context.Config.Teams[0].Channels
	pg.bot, pg.channel = context.Config.Bot, channels[len(channels)-1].ID
	pg.watch()
	return pg
}

// watch reads what the bot posts.
func (pg *playground) watch() {
	ctx, cancel := context.WithCancel(pg.t.Context())
	socket, _, err := websocket.Dial(ctx, pg.url+"/_ws_conversation/v1/conversations/stream", nil)
	must(pg.t, err)
	socket.SetReadLimit(1 << 20)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			_, data, err := socket.Read(ctx)
			if err != nil {
				return
			}
			pg.see(data)
		}
	}()
	pg.t.Cleanup(func() {
		cancel()
		<-done
		_ = socket.CloseNow()
		for _, f := range pg.frames {
			if pg.t.Failed() {
				pg.t.Logf("the bot: %s", f.raw)
			}
		}
	})
}

// see keeps a frame. The first message of a thread comes under the channel and names its thread beside.
func (pg *playground) see(data []byte) {
	var f struct {
		Action, ActionConversationID string
		Message                      struct{ MessageID, PostConversationID string }
	}
	if json.Unmarshal(data, &f) != nil {
		return
	}
	pg.mu.Lock()
	defer pg.mu.Unlock()
	pg.frames = append(pg.frames, sighting{f.Action, or(f.Message.PostConversationID, f.ActionConversationID), f.Message.MessageID, string(data)})
}

// wait waits for the newest frame of an action with words, about a conversation or a message or, without either, about any.
func (pg *playground) wait(action, about, words string) sighting {
	pg.t.Helper()
	var found *sighting
	eventually(pg.t, fmt.Sprintf("%s with %q", action, words), func() bool {
		pg.mu.Lock()
		defer pg.mu.Unlock()
		for _, f := range pg.frames {
			if f.action == action && strings.Contains(f.raw, words) && (about == "" || f.conversation == about || f.message == about) {
				found = &f
			}
		}
		return found != nil
	})
	return *found
}

// say posts as Ana and mentions the bot, without which the Playground tells it nothing. It answers the conversation, which is
// a new thread when it was said to the channel.
func (pg *playground) say(conversation, line string) string {
	pg.t.Helper()
	mention := "<at>" + text(pg.bot, "name") + "</at>"
	posted := api{t: pg.t, url: pg.url}.call(http.StatusOK, http.MethodPost, "/_conversation/v1/conversations/"+url.PathEscape(conversation)+"/messages", object{
		"type": "text", "from": object{"id": "29:ana"}, "textFormat": "plain", "text": mention + " " + line,
		"mentions": []object{{"mentioned": pg.bot, "text": mention}},
	})
	return or(text(posted, "postConversationId"), conversation)
}

// pressed is the bot's answer to a press.
type pressed struct {
	Type  string
	Value json.RawMessage
}

// press presses a button of a card, with the data that the card gives it.
func (pg *playground) press(who string, card sighting, verb string) pressed {
	pg.t.Helper()
	got := api{t: pg.t, url: pg.url}.call(http.StatusOK, http.MethodPost, "/_conversation/v1/invoke", object{
		"name": "adaptiveCard/action", "from": object{"id": who}, "conversation": object{"id": card.conversation}, "replyToId": card.message,
		"value": object{"action": object{"type": "Action.Execute", "verb": verb, "data": pg.data(card)}},
	})
	raw, err := json.Marshal(got)
	must(pg.t, err)
	var answer pressed
	must(pg.t, json.Unmarshal(raw, &answer))
	return answer
}

// data is what the card's buttons carry: the handoff's id, the same on each.
func (pg *playground) data(card sighting) object {
	pg.t.Helper()
	var f struct {
		Message struct {
			Attachments []struct {
				Content struct{ Actions []struct{ Data object } }
			}
		}
	}
	must(pg.t, json.Unmarshal([]byte(card.raw), &f))
	if len(f.Message.Attachments) == 0 || len(f.Message.Attachments[0].Content.Actions) == 0 {
		pg.t.Fatalf("no card with buttons: %s", card.raw)
	}
	return f.Message.Attachments[0].Content.Actions[0].Data
}
