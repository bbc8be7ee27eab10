package bot_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

func TestLoopbackOnly(t *testing.T) {
	hosts, err := auth.NewHosts(auth.Public, "127.0.0.1:56150")
	if err != nil {
		t.Fatal(err)
	}
	const local = "http://127.0.0.1:56150/_connector"
	for _, row := range []struct {
		name   string
		remote string
		header http.Header
		bend   func(members)
		status int
	}{
		{"a local tool", "127.0.0.1:40000", nil, nil, 200},
		{"by IPv6", "[::1]:40000", nil, nil, 200},
		{"by IPv6 to an IPv4 socket", "[::ffff:127.0.0.1]:40000", nil, nil, 200},
		{"any channel", "127.0.0.1:40000", nil, set("channelId", "emulator"), 200},
		{"any tenant", "127.0.0.1:40000", nil, set("channelData", nil), 200},
		{"from elsewhere", "192.0.2.1:40000", nil, nil, 403},
		{"from the private network", "10.0.0.5:40000", nil, nil, 403},
		{"from an address that does not parse", "localhost:40000", nil, nil, 403},
		{"through a proxy", "127.0.0.1:40000", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, nil, 403},
		{"through a modern proxy", "127.0.0.1:40000", http.Header{"Forwarded": {"for=192.0.2.1"}}, nil, 403},
		{"from a web page", "127.0.0.1:40000", http.Header{"Origin": {"http://evil.example"}}, nil, 403},
		{"with a token that nobody checks", "127.0.0.1:40000", http.Header{"Authorization": {"Bearer a.b.c"}}, nil, 401},
		{"with an empty token", "127.0.0.1:40000", http.Header{"Authorization": {""}}, nil, 401},
		{"a service elsewhere", "127.0.0.1:40000", nil, set("serviceUrl", "https://smba.trafficmanager.net/amer/"), 403},
		{"a local service that is not listed", "127.0.0.1:40000", nil, set("serviceUrl", "http://127.0.0.1:9/"), 403},
		{"no service", "127.0.0.1:40000", nil, set("serviceUrl", nil), 403},
		{"no channel", "127.0.0.1:40000", nil, set("channelId", nil), 400},
		{"tenants that disagree", "127.0.0.1:40000", nil, set("conversation.tenantId", "other"), 400},
	} {
		t.Run(row.name, func(t *testing.T) {
			body := goodActivity(bottest.New(bottest.Config{}))
			body["serviceUrl"] = local
			if row.bend != nil {
				row.bend(body)
			}
			r := post(string(body.json()))
			r.RemoteAddr = row.remote
			for name, values := range row.header {
				r.Header[name] = values
			}
			handler := bot.HandlerFunc(neverCalled(t))
			if row.status == http.StatusOK {
				handler = (&bot.Router{}).HandleTurn
			}
			w := httptest.NewRecorder()
			bot.Receive(bot.LoopbackOnly(hosts, nil), handler, bot.Options{Log: newLog(io.Discard)}).ServeHTTP(w, r)
			if w.Code != row.status {
				t.Errorf("status %d, want %d", w.Code, row.status)
			}
		})
	}
}

// TestLoopbackOnlyHandsTokensOn: beside anonymous local requests, those with a
// token are verified in full, the body stage too.
func TestLoopbackOnlyHandsTokensOn(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	e := newEndAt(t, svc, nil, bot.LoopbackOnly(svc.Hosts(), newVerifier(t, svc)), bot.Options{})
	webchat := svc.PublishKey([]string{"webchat"})
	for _, row := range []struct {
		name   string
		token  bottest.TokenOptions
		status int
	}{
		{"anonymous", bottest.TokenOptions{Anonymous: true}, 200},
		{"a good token", bottest.TokenOptions{}, 200},
		{"a forged token", bottest.TokenOptions{Key: bottest.StrangersKey()}, 401},
		{"a token that does not cover the body", bottest.TokenOptions{Kid: webchat}, 403},
	} {
		t.Run(row.name, func(t *testing.T) {
			answer, err := svc.SendRaw(t.Context(), goodActivity(svc).json(), row.token)
			if err != nil {
				t.Fatal(err)
			}
			turns, _, log := e.take()
			if answer.Status != row.status || (len(turns) == 1) != (row.status == 200) {
				t.Errorf("status %d, %d turns\n%s", answer.Status, len(turns), log)
			}
			if len(turns) == 1 && row.token.Anonymous && turns[0].Activity.CallerID != "" {
				t.Errorf("callerId %q of nobody", turns[0].Activity.CallerID)
			}
		})
	}
}

func TestTheStrictGateTakesNoAnonymousLocalRequest(t *testing.T) {
	e := newEnd(t, bottest.Config{}, nil)
	answer, err := e.svc.SendRaw(t.Context(), goodActivity(e.svc).json(), bottest.TokenOptions{Anonymous: true})
	if err != nil || answer.Status != http.StatusUnauthorized || !strings.Contains(string(answer.Body), "Unauthorized") {
		t.Errorf("%d %s %v", answer.Status, answer.Body, err)
	}
}
