package bottest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// caller makes raw requests, as a careless bot would.
type caller struct {
	*bottest.Service
	token string
}

func newCaller(t *testing.T, svc *bottest.Service) *caller {
	t.Helper()
	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		t.Fatal(err)
	}
	token, err := tokens.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return &caller{Service: svc, token: token}
}

// do makes a call and answers status and error code.
func (c *caller) do(t *testing.T, method, path, body string, bend func(*http.Request)) (int, string, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, strings.TrimRight(c.ServiceURL(), "/")+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Authorization", "Bearer "+c.token)
	if bend != nil {
		bend(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var failed struct{ Error struct{ Code string } }
	json.Unmarshal(answer, &failed)
	return resp.StatusCode, failed.Error.Code, answer
}

const channelID = "19:5a1e5@thread.tacv2"

var activities = "/v3/conversations/" + url.PathEscape(channelID) + "/activities"

const goodCard = `{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","body":[]}}`

// TestWhatTheServiceRefuses has one row for each request that a real service
// would not take. Each is a violation as well.
func TestWhatTheServiceRefuses(t *testing.T) {
	message := func(members string) string { return `{"type":"message",` + members + `}` }
	card := func(content string) string {
		return message(`"attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":` + content + `}]`)
	}
	inCard := func(action string) string {
		return card(`{"type":"AdaptiveCard","version":"1.5","body":[{"type":"ActionSet","actions":[` + action + `]}]}`)
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	const create, thread = "/v3/conversations", `"isGroup":true,"channelData":{"channel":{"id":"` + channelID + `"}}`
	for _, row := range []struct {
		name         string
		method, path string
		body         string
		bend         func(*http.Request)
		status       int
		code         string
	}{
		{"no token", "POST", activities, message(`"text":"x"`), func(r *http.Request) { r.Header.Del("Authorization") }, 401, ""},
		{"a token of its own making", "POST", activities, message(`"text":"x"`), header("Authorization", "Bearer a.b.c"), 401, ""},
		{"a form", "POST", activities, "a=b", header("Content-Type", "application/x-www-form-urlencoded"), 415, "UnsupportedMediaType"},
		{"another charset", "POST", activities, message(`"text":"x"`), header("Content-Type", "application/json; charset=latin1"), 415, "UnsupportedMediaType"},
		{"no JSON", "POST", activities, "hello", nil, 400, "BadSyntax"},
		{"a member twice", "POST", activities, `{"type":"message","text":"a","text":"b"}`, nil, 400, "BadSyntax"},
		{"no type", "POST", activities, `{"text":"x"}`, nil, 400, "BadArgument"},
		{"a type that is not sent", "POST", activities, `{"type":"conversationUpdate"}`, nil, 400, "BadArgument"},
		{"an id", "POST", activities, message(`"text":"x","id":"1"`), nil, 400, "BadArgument"},
		{"a service URL", "POST", activities, message(`"text":"x","serviceUrl":"http://x/"`), nil, 400, "BadArgument"},
		{"a timestamp", "POST", activities, message(`"text":"x","timestamp":"2026-01-01T00:00:00Z"`), nil, 400, "BadArgument"},
		{"a caller id", "POST", activities, message(`"text":"x","callerId":"urn:x"`), nil, 400, "BadArgument"},
		{"a foreign sender", "POST", activities, message(`"text":"x","from":{"id":"29:ada"}`), nil, 400, "BadArgument"},
		{"nothing to show", "POST", activities, message(`"text":""`), nil, 400, "BadArgument"},
		{"a text format of its own", "POST", activities, message(`"text":"x","textFormat":"html"`), nil, 400, "BadArgument"},
		{"text and card", "POST", activities, message(`"text":"x","attachments":[` + goodCard + `]`), nil, 400, "BadArgument"},
		{"two cards", "POST", activities, message(`"attachments":[` + goodCard + `,` + goodCard + `]`), nil, 400, "BadArgument"},
		{"an attachment without a type", "POST", activities, message(`"attachments":[{"content":{}}]`), nil, 400, "BadArgument"},
		{"content and its URL", "POST", activities, message(`"attachments":[{"contentType":"image/png","content":{},"contentUrl":"https://x/"}]`), nil, 400, "BadArgument"},
		{"a card in a string", "POST", activities, card(`"{}"`), nil, 400, "BadArgument"},
		{"a card that is null", "POST", activities, card(`null`), nil, 400, "BadArgument"},
		{"a card of another type", "POST", activities, card(`{"type":"HeroCard","version":"1.5"}`), nil, 400, "BadArgument"},
		{"a card of version 1.6", "POST", activities, card(`{"type":"AdaptiveCard","version":"1.6"}`), nil, 400, "BadArgument"},
		{"an Execute without a verb", "POST", activities, inCard(`{"type":"Action.Execute","title":"Join"}`), nil, 400, "BadArgument"},
		{"a card of 29 KB", "POST", activities, card(`{"type":"AdaptiveCard","version":"1.5","fallbackText":"` + strings.Repeat("a", 29<<10) + `"}`), nil, 413, "MessageSizeTooBig"},
		{"a message of 101 KB", "POST", activities, message(`"text":"` + strings.Repeat("a", 101<<10) + `"`), nil, 413, "MessageSizeTooBig"},
		{"a mention that is not in the text", "POST", activities, message(`"text":"hi","entities":[{"type":"mention","text":"<at>Ada</at>","mentioned":{"id":"29:ada"}}]`), nil, 400, "BadArgument"},
		{"a mention without tags", "POST", activities, message(`"text":"Ada","entities":[{"type":"mention","text":"Ada","mentioned":{"id":"29:ada"}}]`), nil, 400, "BadArgument"},
		{"a mention of nobody", "POST", activities, message(`"text":"<at>Ada</at>","entities":[{"type":"mention","text":"<at>Ada</at>"}]`), nil, 400, "BadArgument"},

		{"an unknown channel", "POST", "/v3/conversations/19:none@thread.tacv2/activities", message(`"text":"x"`), nil, 404, "ConversationNotFound"},
		{"an unknown thread", "POST", "/v3/conversations/" + url.PathEscape(channelID+";messageid=1") + "/activities", message(`"text":"x"`), nil, 404, "ConversationNotFound"},
		{"a thread without a number", "POST", "/v3/conversations/" + url.PathEscape(channelID+";messageid=") + "/activities", message(`"text":"x"`), nil, 404, "ConversationNotFound"},
		{"an unknown message", "PUT", activities + "/1", message(`"text":"x"`), nil, 404, "ActivityNotFoundInConversation"},
		{"an unknown message to delete", "DELETE", activities + "/1", "", nil, 404, "ActivityNotFoundInConversation"},
		{"the bot as a member", "GET", "/v3/conversations/" + url.PathEscape(channelID) + "/members/28:" + bottest.DefaultAppID, "", nil, 404, "ConversationNotFound"},
		{"a continuation of its own making", "GET", "/v3/conversations/" + url.PathEscape(channelID) + "/pagedmembers?continuationToken=x", "", nil, 400, "BadArgument"},
		{"an unknown attachment", "GET", "/v3/attachments/1/views/original", "", nil, 404, "AttachmentNotFound"},
		{"a route that does not exist", "GET", activities, "", nil, 404, "NotFound"},

		{"a conversation that is no JSON", "POST", create, "x", nil, 400, "BadArgument"},
		{"a conversation that is no group", "POST", create, `{"channelData":{"channel":{"id":"` + channelID + `"}},"activity":{"type":"message","text":"x"}}`, nil, 400, "BadArgument"},
		{"a group chat", "POST", create, `{"isGroup":true,"members":[{"id":"29:ada"},{"id":"29:grace"}],"tenantId":"` + bottest.DefaultTenant + `"}`, nil, 400, "BadArgument"},
		{"a chat with nobody", "POST", create, `{"tenantId":"` + bottest.DefaultTenant + `"}`, nil, 400, "BadArgument"},
		{"a chat with two people", "POST", create, `{"members":[{"id":"29:ada"},{"id":"29:grace"}],"tenantId":"` + bottest.DefaultTenant + `"}`, nil, 400, "BadArgument"},
		{"a chat with the bot itself", "POST", create, `{"members":[{"id":"28:` + bottest.DefaultAppID + `"}],"tenantId":"` + bottest.DefaultTenant + `"}`, nil, 400, "BadArgument"},
		{"a chat in no tenant", "POST", create, `{"members":[{"id":"29:ada"}]}`, nil, 400, "BadArgument"},
		{"a chat in another tenant", "POST", create, `{"members":[{"id":"29:ada"}],"channelData":{"tenant":{"id":"other"}}}`, nil, 400, "BadArgument"},
		{"a chat whose first message is wrong", "POST", create, `{"members":[{"id":"29:ada"}],"tenantId":"` + bottest.DefaultTenant + `","activity":{"type":"message","id":"1","text":"x"}}`, nil, 400, "BadArgument"},
		{"a conversation without a channel", "POST", create, `{"isGroup":true,"activity":{"type":"message","text":"x"}}`, nil, 400, "BadArgument"},
		{"a thread without a first message", "POST", create, `{` + thread + `}`, nil, 400, "BadArgument"},
		{"a thread in another tenant", "POST", create, `{` + thread + `,"tenantId":"other","activity":{"type":"message","text":"x"}}`, nil, 400, "BadArgument"},
		{"a thread of another bot", "POST", create, `{` + thread + `,"bot":{"id":"28:other"},"activity":{"type":"message","text":"x"}}`, nil, 400, "BadArgument"},
		{"a thread whose first message is wrong", "POST", create, `{` + thread + `,"activity":{"type":"message","id":"1","text":"x"}}`, nil, 400, "BadArgument"},
		{"a thread in a thread", "POST", create, `{"isGroup":true,"channelData":{"channel":{"id":"` + channelID + `;messageid=1"}},"activity":{"type":"message","text":"x"}}`, nil, 400, "BadArgument"},
		{"a thread in an unknown channel", "POST", create, `{"isGroup":true,"channelData":{"channel":{"id":"19:none"}},"activity":{"type":"message","text":"x"}}`, nil, 404, "ConversationNotFound"},
	} {
		t.Run(row.name, func(t *testing.T) {
			svc := bottest.Start(t, bottest.Config{})
			c := newCaller(t, svc)
			svc.ExpectViolation("")
			status, code, body := c.do(t, row.method, row.path, row.body, row.bend)
			if status != row.status || code != row.code {
				t.Errorf("%d %s, want %d %s: %s", status, code, row.status, row.code, body)
			}
			if n := len(svc.Violations()); n != 1 {
				t.Errorf("%d violations: %v", n, svc.Violations())
			}
			if n := len(svc.Threads(channelID)); n != 0 {
				t.Errorf("a refused request made %d threads", n)
			}
		})
	}
}

func TestWhatTheServiceTakes(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	c := newCaller(t, svc)
	for name, body := range map[string]string{
		"plain text":                   `{"type":"message","text":"x","textFormat":"plain"}`,
		"extended markdown":            `{"type":"message","text":"| a |\n|---|\n| 1 |","textFormat":"extendedmarkdown"}`,
		"a card":                       `{"type":"message","attachments":[` + goodCard + `]}`,
		"a mention":                    `{"type":"message","text":"hi <at>Ada</at>","entities":[{"type":"mention","text":"<at>Ada</at>","mentioned":{"id":"29:ada"}}]}`,
		"the bot as the sender":        `{"type":"message","text":"x","from":{"id":"28:` + bottest.DefaultAppID + `"}}`,
		"typing":                       `{"type":"typing"}`,
		"a member nobody knows":        `{"type":"message","text":"x","future":{"a":1}}`,
		"an Execute with its verb":     `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","actions":[{"type":"Action.Execute","title":"Join","verb":"join"}]}}]}`,
		"a Submit, which has no verb":  `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","actions":[{"type":"Action.Submit","title":"Go"}]}}]}`,
		"a picture as an attachment":   `{"type":"message","attachments":[{"contentType":"image/png","contentUrl":"https://example.com/a.png"}]}`,
		"JSON without its charset":     `{"type":"message","text":"x"}`,
		"an empty list of attachments": `{"type":"message","text":"x","attachments":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			status, _, answer := c.do(t, "POST", activities, body, func(r *http.Request) {
				if name == "JSON without its charset" {
					r.Header.Set("Content-Type", "application/json")
				}
			})
			if status != http.StatusCreated || name != "typing" && !bytes.Contains(answer, []byte(`"id"`)) {
				t.Errorf("%d %s", status, answer)
			}
		})
	}
}

func TestTokenEndpoint(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	good := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {bottest.DefaultAppID},
		"client_secret": {svc.SecretConfig().Secret}, "scope": {auth.Public.Scope},
	}
	for _, row := range []struct {
		name, field, value string
		path               string
		status             int
		code               string
	}{
		{"good", "", "", "", 200, ""},
		{"another tenant", "", "", "/botframework.com/oauth2/v2.0/token", 400, "AADSTS90002"},
		{"another grant", "grant_type", "password", "", 400, "AADSTS70003"},
		{"another app", "client_id", "x", "", 400, "AADSTS700016"},
		{"a wrong secret", "client_secret", "x", "", 401, "AADSTS7000215"},
		{"another scope", "scope", "https://graph.microsoft.com/.default", "", 400, "AADSTS70011"},
	} {
		t.Run(row.name, func(t *testing.T) {
			form := url.Values{}
			for name, values := range good {
				form[name] = values
			}
			if row.field != "" {
				form.Set(row.field, row.value)
			}
			at := svc.TokenURL()
			if row.path != "" {
				at = strings.Replace(at, "/"+bottest.DefaultTenant+"/oauth2/v2.0/token", row.path, 1)
			}
			before := len(svc.Violations())
			resp, err := http.PostForm(at, form)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != row.status || !strings.Contains(string(body), row.code) {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
			if row.code != "" {
				svc.ExpectViolation(row.code)
			}
			if grown := len(svc.Violations()) > before; grown != (row.code != "") {
				t.Errorf("violations %v", svc.Violations())
			}
		})
	}
}

func TestAnExpiredTokenIsAViolation(t *testing.T) {
	now := time.Now()
	svc := bottest.Start(t, bottest.Config{Clock: func() time.Time { return now }})
	c := newCaller(t, svc)
	now = now.Add(time.Hour + time.Second)
	svc.ExpectViolation("expired")
	if status, _, _ := c.do(t, "POST", activities, `{"type":"message","text":"x"}`, nil); status != http.StatusUnauthorized {
		t.Errorf("status %d", status)
	}
}

func TestThrottle(t *testing.T) {
	now := time.Now()
	svc := bottest.Start(t, bottest.Config{Throttle: true, TokenLifetime: 48 * time.Hour, Clock: func() time.Time { return now }})
	c := newCaller(t, svc)
	post := func() int {
		status, _, _ := c.do(t, "POST", activities, `{"type":"message","text":"x"}`, nil)
		return status
	}
	burst := func() (taken int) {
		for post() == http.StatusCreated {
			taken++
		}
		return taken
	}
	svc.ExpectViolation("429 Throttled")
	if n := burst(); n != 7 {
		t.Errorf("%d posts in a second", n)
	}
	now = now.Add(time.Second)
	if n := burst(); n != 1 {
		t.Errorf("%d more in the next", n)
	}
	now = now.Add(2 * time.Second)
	for taken := 8; taken < 60; taken++ {
		now = now.Add(300 * time.Millisecond)
		if status := post(); status != http.StatusCreated {
			t.Fatalf("post %d: status %d", taken, status)
		}
	}
	now = now.Add(300 * time.Millisecond)
	if status := post(); status != http.StatusTooManyRequests {
		t.Errorf("post 61 within 30 seconds: status %d", status)
	}
}
