package bot_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// members is an activity in the making.
type members map[string]any

// goodActivity is a message as the service would deliver it.
func goodActivity(svc *bottest.Service) members {
	return members{
		"type": "message", "id": "1767000300456", "channelId": "msteams", "serviceUrl": svc.ServiceURL(),
		"timestamp": "2026-01-05T09:25:00.4561234Z", "text": "hello", "textFormat": "plain", "callerId": "urn:forged",
		"from":         members{"id": "29:ada", "name": "Ada Example", "aadObjectId": "33333333-3333-4333-8333-333333333333"},
		"recipient":    members{"id": svc.BotID(), "name": "Docket"},
		"conversation": members{"id": "19:5a1e5@thread.tacv2;messageid=1767000000123", "isGroup": true, "conversationType": "channel", "tenantId": bottest.DefaultTenant},
		"channelData":  members{"tenant": members{"id": bottest.DefaultTenant}},
	}
}

func (m members) json() []byte {
	raw, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return raw
}

func set(path string, value any) func(members) {
	return func(m members) {
		outer, inner, nested := strings.Cut(path, ".")
		if nested {
			m, path = m[outer].(members), inner
		}
		if m[path] = value; value == nil {
			delete(m, path)
		}
	}
}

// acceptedRow is a delivery that is odd, and that a bot takes.
type acceptedRow struct {
	name   string
	token  bottest.TokenOptions
	bend   func(members)       // of the activity
	header func(h http.Header) // of the request
}

func acceptedRows() []acceptedRow {
	at := func(d time.Duration) time.Time { return time.Now().Add(d) }
	contentType := func(value string) func(http.Header) {
		return func(h http.Header) { h.Set("Content-Type", value) }
	}
	return []acceptedRow{
		{name: "a good message"},
		{name: "app id in capitals", token: bottest.TokenOptions{Audience: strings.ToUpper(bottest.DefaultAppID)}},
		{name: "app id in an array", token: bottest.TokenOptions{Audience: []string{bottest.DefaultAppID}}},
		{name: "service URL without its slash", bend: func(m members) {
			m["serviceUrl"] = strings.TrimRight(m["serviceUrl"].(string), "/")
		}},
		{name: "a sub-channel", bend: set("channelId", "msteams:agents")},
		{name: "scheme in small letters", header: func(h http.Header) {
			h.Set("Authorization", strings.Replace(h.Get("Authorization"), "Bearer", "bearer", 1))
		}},
		{name: "expired inside the leeway", token: bottest.TokenOptions{Expiry: at(-4 * time.Minute)}},
		{name: "not yet valid inside the leeway", token: bottest.TokenOptions{NotBefore: at(4 * time.Minute)}},
		{name: "an unknown type", bend: set("type", "somethingNew")},
		{name: "an unknown member", bend: set("x-new", members{"a": 1})},
		{name: "tenant in the conversation alone", bend: set("channelData", nil)},
		{name: "tenant in the channel data alone", bend: set("conversation.tenantId", nil)},
		{name: "no charset", header: contentType("application/json")},
		{name: "a charset in capitals", header: contentType("application/json; charset=UTF-8")},
		{name: "a number where an unused string is", bend: set("locale", 5)},
	}
}

func replaced(body string) func([]byte) []byte {
	return func([]byte) []byte { return []byte(body) }
}

func prefixed(member string) func([]byte) []byte {
	return func(b []byte) []byte { return append([]byte("{"+member), b[1:]...) }
}

// TestInboundMatrix sends every row through a socket, with a token that is really
// signed, and holds the answer, the count, the log and the handler to it. What
// a refused row does to a whole server is seen in cmd/docket.
func TestInboundMatrix(t *testing.T) {
	e := newEnd(t, bottest.Config{}, nil)
	refusals, err := e.svc.Refusals(e.svc.Users()[0].ID, e.svc.Channels()[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(refusals) < 60 {
		t.Errorf("%d refusals, want 60 and more", len(refusals))
	}
	for _, row := range acceptedRows() {
		t.Run(row.name, func(t *testing.T) { checkAccepted(t, e, row) })
	}
	for _, row := range refusals {
		t.Run(row.Name, func(t *testing.T) { checkRefused(t, e, row) })
	}
}

func checkAccepted(t *testing.T, e *end, row acceptedRow) {
	t.Helper()
	body := goodActivity(e.svc)
	if row.bend != nil {
		row.bend(body)
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Authorization": {"Bearer " + e.svc.Token(row.token)}}
	if row.header != nil {
		row.header(header)
	}
	answer, err := e.svc.Post(t.Context(), body.json(), header)
	if err != nil {
		t.Fatal(err)
	}
	turns, reasons, log := e.take()
	if answer.Status != http.StatusOK || len(turns) != 1 || len(reasons) != 0 || len(answer.Body) != 0 {
		t.Fatalf("status %d, %d turns, refusals %v, body %q\n%s", answer.Status, len(turns), reasons, answer.Body, log)
	}
	if turns[0].Activity.CallerID != auth.Public.CallerID {
		t.Errorf("callerId %q", turns[0].Activity.CallerID)
	}
}

func checkRefused(t *testing.T, e *end, row bottest.Refusal) {
	t.Helper()
	answer, err := row.Send(t.Context(), e.svc)
	if err != nil {
		t.Fatal(err)
	}
	turns, reasons, log := e.take()
	if answer.Status != row.Status {
		t.Fatalf("status %d %s, want %d\n%s", answer.Status, answer.Body, row.Status, log)
	}
	if len(turns) != 0 {
		t.Errorf("the handler ran for a refused request")
	}
	if calls := e.svc.Count() - e.svc.Count(bottest.OpMetadata, bottest.OpKeys); calls != 0 {
		t.Errorf("refused requests caused %d calls", calls)
	}
	if len(reasons) != 1 || reasons[0] != row.Reason {
		t.Errorf("reasons %v, want %s", reasons, row.Reason)
	}
	if n := strings.Count(log, "\n"); n != 1 {
		t.Errorf("%d log lines, want 1:\n%s", n, log)
	}
	if strings.Contains(log, "eyJ") {
		t.Errorf("the log repeats the token:\n%s", log)
	}
	var fixed struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(answer.Body, &fixed); err != nil || fixed.Error.Code == "" || fixed.Error.Message == "" {
		t.Errorf("body %q", answer.Body)
	}
	if challenge := answer.Header.Get("WWW-Authenticate"); (row.Status == http.StatusUnauthorized) != (challenge == "Bearer") {
		t.Errorf("WWW-Authenticate %q", challenge)
	}
}
