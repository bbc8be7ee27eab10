package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestDemo plays the demo's story over its two doors: the website's, where the widget calls, and the channel's.
func TestDemo(t *testing.T) {
	p := launch(t, nil, binary, "demo", "--addr=127.0.0.1:0", "--page-addr=127.0.0.1:0", "--log-level=debug")
	page := api{t: t, url: p.find(&p.stdout, `Open (http://127\.0\.0\.1:\d+)`)}
	for _, path := range []string{"/", "/site"} {
		if got := page.send(http.MethodGet, path, nil); got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			t.Fatalf("GET %s: %d %s", path, got.status, got.header.Get("Content-Type"))
		}
	}
	site := string(page.send(http.MethodGet, "/site", nil).body)
	script := regexp.MustCompile(`src="(http://127\.0\.0\.1:\d+)/widget\.js"`).FindStringSubmatch(site)
	identity := regexp.MustCompile(`data-identity="([^"]+)"`).FindStringSubmatch(site)
	if script == nil || identity == nil {
		t.Fatalf("the website carries no widget, or not the visitor's identity:\n%s", site)
	}
	website := api{t: t, url: script[1], origin: page.url}
	started := website.call(http.StatusCreated, http.MethodPost, "/v1/conversations", object{"agent": "marketing", "identity": identity[1]})
	website.bearer = text(started, "visitor_token")
	visitor := talk{website, "/v1/conversations/" + text(started, "id")}

	channel := demoChannelPage{page}
	visitor.say("1", "I want to talk to a person")
	thread, card := channel.card("Join conversation")
	for _, want := range []string{"Dana Cole", "Northwind", "View transcript"} {
		if !strings.Contains(fmt.Sprint(card["card"]), want) {
			t.Errorf("the card does not show %q: %v", want, card["card"])
		}
	}
	channel.act("press", object{"user": "29:ana", "thread": thread, "message": text(card, "id"), "verb": "handoff.join"})
	visitor.waitSaid("agent", "Ana Silva has joined")
	channel.act("messages", object{"user": "29:ana", "thread": thread, "text": "Hello Dana!"})
	visitor.waitSaid("specialist", "Hello Dana!")
	channel.act("messages", object{"user": "29:ana", "thread": thread, "text": "// she is nice"})
	channel.act("messages", object{"user": "29:marek", "thread": thread, "text": "do you know her?"})
	visitor.say("2", "Hello Ana, what about a discount?")
	channel.find("text", "Hello Ana, what about a discount?")
	channel.act("messages", object{"user": "29:ana", "thread": thread, "text": "end", "mention": true})
	visitor.waitSaid("agent", "back")
	channel.card("Conversation ended")
	if got := visitor.state(); got != "agent" {
		t.Errorf("the conversation is %s, want agent", got)
	}
	for _, m := range visitor.said() {
		if said := text(m, "text"); strings.Contains(said, "nice") || strings.Contains(said, "know her") {
			t.Errorf("the visitor read %q", said)
		}
	}
	if code := p.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// demoChannelPage is the pane of the demo that shows the channel.
type demoChannelPage struct{ api }

// card waits for a message whose card holds words, and answers it with its thread.
func (c demoChannelPage) card(words string) (thread string, message object) {
	c.t.Helper()
	return c.find("card", words)
}

// find waits for a message that has words in a member.
func (c demoChannelPage) find(member, words string) (thread string, message object) {
	c.t.Helper()
	eventually(c.t, fmt.Sprintf("a %s with %q in the channel", member, words), func() bool {
		for _, th := range c.call(http.StatusOK, http.MethodGet, "/channel?user=29:ana", nil)["threads"].([]any) {
			for _, m := range th.(object)["messages"].([]any) {
				if strings.Contains(fmt.Sprint(m.(object)[member]), words) {
					thread, message = text(th.(object), "id"), m.(object)
				}
			}
		}
		return message != nil
	})
	return thread, message
}

// act is something that a person does in the channel.
func (c demoChannelPage) act(deed string, body object) {
	c.t.Helper()
	want := http.StatusCreated
	if deed == "press" {
		want = http.StatusOK
	}
	c.call(want, http.MethodPost, "/channel/"+deed, body)
}

func TestDemoRefusals(t *testing.T) {
	for _, row := range []struct{ name, flag, want string }{
		{"a page for everybody", "--page-addr=0.0.0.0:0", "docket: --page-addr: "},
		{"a server for everybody", "--addr=0.0.0.0:0", "docket: --addr: "},
		{"no address", "--page-addr=here", "docket: --page-addr: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, _, stderr := ran(t, nil, "demo", "--addr=127.0.0.1:0", "--page-addr=127.0.0.1:0", row.flag)
			if code == 0 || !strings.HasPrefix(stderr, row.want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("it ended with %d and said %q", code, stderr)
			}
		})
	}
}
