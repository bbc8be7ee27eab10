package bot_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
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

// inboundRow is one request and how it must be answered.
type inboundRow struct {
	name   string
	token  bottest.TokenOptions
	bend   func(members)       // of the activity
	raw    func([]byte) []byte // of its bytes
	header func(h http.Header) // of the request
	status int                 // wanted
	reason auth.Reason         // wanted with a refusal
}

// inboundRows is the whole of what may arrive at the endpoint. Kids are of
// published keys that are endorsed for webchat alone, for nothing, and not endorsed.
func inboundRows(svc *bottest.Service, webchat, nothing, unendorsed string) []inboundRow {
	at := func(d time.Duration) time.Time { return time.Now().Add(d) }
	claims := func(name string, value any) bottest.TokenOptions {
		return bottest.TokenOptions{Claims: map[string]any{name: value}}
	}
	head := func(name string, value any) bottest.TokenOptions {
		return bottest.TokenOptions{Header: map[string]any{name: value}}
	}
	authorization := func(values ...string) func(http.Header) {
		return func(h http.Header) { h["Authorization"] = values }
	}
	contentType := func(value string) func(http.Header) {
		return func(h http.Header) { h.Set("Content-Type", value) }
	}
	const stranger = "66666666-6666-4666-8666-666666666666"
	return []inboundRow{
		{name: "a good message", status: 200},
		{name: "expired inside the leeway", token: bottest.TokenOptions{Expiry: at(-4 * time.Minute)}, status: 200},
		{name: "not yet valid inside the leeway", token: bottest.TokenOptions{NotBefore: at(4 * time.Minute)}, status: 200},
		{name: "an unknown type", bend: set("type", "somethingNew"), status: 200},
		{name: "an unknown member", bend: set("x-new", members{"a": 1}), status: 200},
		{name: "tenant in the conversation alone", bend: set("channelData", nil), status: 200},
		{name: "tenant in the channel data alone", bend: set("conversation.tenantId", nil), status: 200},
		{name: "no charset", header: contentType("application/json"), status: 200},
		{name: "a charset in capitals", header: contentType("application/json; charset=UTF-8"), status: 200},
		{name: "a number where an unused string is", bend: set("locale", 5), status: 200},

		{name: "no token", token: bottest.TokenOptions{Anonymous: true}, status: 401, reason: auth.MissingHeader},
		{name: "an empty header", header: authorization(""), status: 401, reason: auth.MissingHeader},
		{name: "Basic", header: authorization("Basic YTpi"), status: 401, reason: auth.MalformedHeader},
		{name: "the scheme in small letters", header: func(h http.Header) {
			h.Set("Authorization", strings.Replace(h.Get("Authorization"), "Bearer", "bearer", 1))
		}, status: 401, reason: auth.MalformedHeader},
		{name: "Bearer alone", header: authorization("Bearer"), status: 401, reason: auth.MalformedHeader},
		{name: "three parts", header: authorization("Bearer a b"), status: 401, reason: auth.MalformedHeader},
		{name: "two headers", header: func(h http.Header) { h.Add("Authorization", h.Get("Authorization")) }, status: 401, reason: auth.MalformedHeader},
		{name: "a header of nine kilobytes", header: authorization("Bearer " + strings.Repeat("a", 9<<10)), status: 401, reason: auth.MalformedHeader},
		{name: "no token in the token", header: authorization("Bearer e30.e30.e30"), status: 401, reason: auth.WrongAlgorithm},
		{name: "not signed", token: bottest.TokenOptions{Alg: "none"}, status: 401, reason: auth.WrongAlgorithm},
		{name: "alg nOnE", token: head("alg", "nOnE"), status: 401, reason: auth.WrongAlgorithm},
		{name: "no alg", token: head("alg", nil), status: 401, reason: auth.WrongAlgorithm},
		{name: "HS256", token: bottest.TokenOptions{Alg: "HS256", Key: []byte("secret")}, status: 401, reason: auth.WrongAlgorithm},
		{name: "RS384", token: bottest.TokenOptions{Alg: "RS384"}, status: 401, reason: auth.WrongAlgorithm},
		{name: "PS256", token: bottest.TokenOptions{Alg: "PS256"}, status: 401, reason: auth.WrongAlgorithm},
		{name: "no kid", token: head("kid", nil), status: 401, reason: auth.KeyUnknown},
		{name: "an unknown kid", token: bottest.TokenOptions{Header: map[string]any{"kid": "unknown"}, Key: bottest.StrangersKey()}, status: 401, reason: auth.KeyUnknown},
		{name: "a path as kid", token: head("kid", "../../keys"), status: 401, reason: auth.KeyUnknown},
		{name: "a stranger's signature", token: bottest.TokenOptions{Key: bottest.StrangersKey()}, status: 401, reason: auth.WrongSignature},
		{name: "a stranger's key in the header", token: bottest.TokenOptions{Key: bottest.StrangersKey(), Header: map[string]any{"jwk": map[string]any{"kty": "RSA"}, "jku": "http://127.0.0.1:9/"}}, status: 401, reason: auth.WrongSignature},
		{name: "critical extensions", token: head("crit", []string{"x"}), status: 401, reason: auth.MalformedToken},
		{name: "another issuer", token: bottest.TokenOptions{Issuer: "https://issuer.example"}, status: 401, reason: auth.WrongIssuer},
		{name: "the government's issuer", token: bottest.TokenOptions{Issuer: auth.Gov.Issuer}, status: 401, reason: auth.WrongIssuer},
		{name: "the directory's issuer", token: bottest.TokenOptions{Issuer: "https://sts.windows.net/" + bottest.DefaultTenant + "/"}, status: 401, reason: auth.WrongIssuer},
		{name: "another bot's skill token", token: bottest.TokenOptions{Issuer: "https://login.microsoftonline.com/" + bottest.DefaultTenant + "/v2.0", Claims: map[string]any{"ver": "2.0", "azp": stranger}}, status: 401, reason: auth.WrongIssuer},
		{name: "no issuer", token: claims("iss", nil), status: 401, reason: auth.WrongIssuer},
		{name: "an issuer that is a list", token: claims("iss", []string{auth.Public.Issuer}), status: 401, reason: auth.MalformedToken},
		{name: "another audience", token: bottest.TokenOptions{Audience: stranger}, status: 401, reason: auth.WrongAudience},
		{name: "the app id in a list", token: bottest.TokenOptions{Audience: []string{bottest.DefaultAppID}}, status: 401, reason: auth.MalformedToken},
		{name: "two audiences", token: bottest.TokenOptions{Audience: []string{bottest.DefaultAppID, stranger}}, status: 401, reason: auth.MalformedToken},
		{name: "no audience", token: claims("aud", nil), status: 401, reason: auth.WrongAudience},
		{name: "expired", token: bottest.TokenOptions{Expiry: at(-6 * time.Minute)}, status: 401, reason: auth.Expired},
		{name: "no expiry", token: claims("exp", nil), status: 401, reason: auth.MalformedToken},
		{name: "an expiry in quotes", token: claims("exp", "4000000000"), status: 401, reason: auth.MalformedToken},
		{name: "not yet valid", token: bottest.TokenOptions{NotBefore: at(6 * time.Minute)}, status: 401, reason: auth.NotYetValid},
		{name: "no serviceurl claim", token: bottest.TokenOptions{OmitServiceURL: true}, status: 401, reason: auth.ServiceURLMissing},
		{name: "the claim in its printed spelling", token: bottest.TokenOptions{OmitServiceURL: true, Claims: map[string]any{"serviceUrl": svc.ServiceURL()}}, status: 401, reason: auth.ServiceURLMissing},

		{name: "another serviceurl claim", token: bottest.TokenOptions{ServiceURL: "https://smba.trafficmanager.net/amer/"}, status: 403, reason: auth.ServiceURLMismatch},
		{name: "another service URL in the body", bend: set("serviceUrl", "https://evil.example/"), status: 403, reason: auth.ServiceURLMismatch},
		{name: "the body's service URL without its slash", bend: set("serviceUrl", strings.TrimRight(svc.ServiceURL(), "/")), status: 403, reason: auth.ServiceURLMismatch},
		{name: "another path in the body", bend: set("serviceUrl", svc.ServiceURL()+"x"), status: 403, reason: auth.ServiceURLMismatch},
		{name: "another port in the body", bend: set("serviceUrl", "http://127.0.0.1:1/connector/"), status: 403, reason: auth.ServiceURLMismatch},
		{name: "a host that is signed and not listed", token: bottest.TokenOptions{ServiceURL: "https://evil.example/"}, bend: set("serviceUrl", "https://evil.example/"), status: 403, reason: auth.HostNotTrusted},
		{name: "a neighbour of the real host, signed", token: bottest.TokenOptions{ServiceURL: "https://evil.trafficmanager.net/"}, bend: set("serviceUrl", "https://evil.trafficmanager.net/"), status: 403, reason: auth.HostNotTrusted},
		{name: "an address, signed", token: bottest.TokenOptions{ServiceURL: "http://169.254.169.254/"}, bend: set("serviceUrl", "http://169.254.169.254/"), status: 403, reason: auth.HostNotTrusted},
		{name: "a key for another channel", token: bottest.TokenOptions{Kid: webchat}, status: 403, reason: auth.ChannelNotEndorsed},
		{name: "a key with no endorsement in its list", token: bottest.TokenOptions{Kid: nothing}, status: 403, reason: auth.ChannelNotEndorsed},
		{name: "a key without the list", token: bottest.TokenOptions{Kid: unendorsed}, status: 403, reason: auth.ChannelNotEndorsed},
		{name: "an endorsed channel that is not allowed", bend: set("channelId", "webchat"), status: 403, reason: auth.ChannelNotAllowed},
		{name: "a sub-channel", bend: set("channelId", "msteams:agents"), status: 403, reason: auth.ChannelNotAllowed},
		{name: "the emulator's channel", bend: set("channelId", "emulator"), status: 403, reason: auth.ChannelNotAllowed},
		{name: "a tenant that is not allowed", bend: func(m members) {
			set("conversation.tenantId", stranger)(m)
			set("channelData", nil)(m)
		}, status: 403, reason: auth.TenantNotAllowed},
		{name: "no tenant", bend: func(m members) {
			set("conversation.tenantId", nil)(m)
			set("channelData", nil)(m)
		}, status: 403, reason: auth.TenantNotAllowed},

		{name: "tenants that disagree", bend: set("conversation.tenantId", stranger), status: 400, reason: auth.TenantDisagree},
		{name: "no service URL in the body", bend: set("serviceUrl", nil), status: 400, reason: auth.ServiceURLMissing},
		{name: "a service URL that is a number", bend: set("serviceUrl", 5), status: 400, reason: auth.ServiceURLMissing},
		{name: "no channel", bend: set("channelId", nil), status: 400, reason: auth.ChannelMissing},
		{name: "an empty channel", bend: set("channelId", ""), status: 400, reason: auth.ChannelMissing},
		{name: "no type", bend: set("type", nil), status: 400, reason: bot.TypeMissing},
		{name: "a type that is a number", bend: set("type", 5), status: 400, reason: bot.TypeMissing},
		{name: "no conversation", bend: set("conversation", nil), status: 400, reason: bot.ConversationMissing},
		{name: "a conversation without an id", bend: set("conversation.id", nil), status: 400, reason: bot.ConversationMissing},
		{name: "expectReplies", bend: set("deliveryMode", "expectReplies"), status: 400, reason: bot.DeliveryMode},
		{name: "an empty body", raw: replaced(""), status: 400, reason: bot.MalformedActivity},
		{name: "no JSON", raw: replaced("hello"), status: 400, reason: bot.MalformedActivity},
		{name: "a list", raw: func(b []byte) []byte { return fmt.Appendf(nil, "[%s]", b) }, status: 400, reason: bot.MalformedActivity},
		{name: "null", raw: replaced("null"), status: 400, reason: bot.MalformedActivity},
		{name: "two objects", raw: func(b []byte) []byte { return append(b, b...) }, status: 400, reason: bot.MalformedActivity},
		{name: "half an object", raw: func(b []byte) []byte { return b[:len(b)/2] }, status: 400, reason: bot.MalformedActivity},
		{name: "a member twice", raw: prefixed(`"serviceUrl":"https://evil.example/",`), status: 400, reason: bot.MalformedActivity},
		{name: "a nested member twice", bend: set("value", json.RawMessage(`{"a":1,"a":2}`)), status: 400, reason: bot.MalformedActivity},
		{name: "depth", bend: set("value", json.RawMessage(strings.Repeat("[", 100)+strings.Repeat("]", 100))), status: 400, reason: bot.MalformedActivity},
		{name: "a hundred kilobytes of brackets", raw: replaced(strings.Repeat("[", 100<<10)), status: 400, reason: bot.MalformedActivity},
		{name: "not UTF-8", raw: prefixed("\"x\":\"\xff\","), status: 400, reason: bot.MalformedActivity},
		{name: "UTF-16", raw: replaced("\xff\xfe{\x00}\x00"), status: 400, reason: bot.MalformedActivity},

		{name: "too large", bend: set("text", strings.Repeat("a", 256<<10)), status: 413, reason: bot.BodyTooLarge},
		{name: "a form", header: contentType("application/x-www-form-urlencoded"), status: 415, reason: bot.WrongContentType},
		{name: "plain text", header: contentType("text/plain"), status: 415, reason: bot.WrongContentType},
		{name: "no content type", header: func(h http.Header) { h.Del("Content-Type") }, status: 415, reason: bot.WrongContentType},
		{name: "a content type that does not parse", header: contentType("application/json;" + strings.Repeat(";", 5) + "="), status: 415, reason: bot.WrongContentType},
		{name: "a charset of another kind", header: contentType("application/json; charset=utf-16"), status: 415, reason: bot.WrongContentType},
		{name: "compressed", header: func(h http.Header) { h.Set("Content-Encoding", "gzip") }, status: 415, reason: bot.WrongContentType},
	}
}

func replaced(body string) func([]byte) []byte {
	return func([]byte) []byte { return []byte(body) }
}

func prefixed(member string) func([]byte) []byte {
	return func(b []byte) []byte { return append([]byte("{"+member), b[1:]...) }
}

// TestInboundMatrix sends every row through a socket, with a token that is really
// signed, and holds the answer, the count, the log and the handler to it.
func TestInboundMatrix(t *testing.T) {
	e := newEnd(t, bottest.Config{}, nil)
	webchat := e.svc.PublishKey([]string{"webchat", "slack"})
	nothing := e.svc.PublishKey([]string{})
	unendorsed := e.svc.PublishKey(nil)
	for _, row := range inboundRows(e.svc, webchat, nothing, unendorsed) {
		t.Run(row.name, func(t *testing.T) {
			body := goodActivity(e.svc)
			if row.bend != nil {
				row.bend(body)
			}
			raw := body.json()
			if row.raw != nil {
				raw = row.raw(raw)
			}
			header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
			token := e.svc.Token(row.token)
			if !row.token.Anonymous {
				header.Set("Authorization", "Bearer "+token)
			}
			if row.header != nil {
				row.header(header)
			}
			answer, err := e.svc.Post(t.Context(), raw, header)
			if err != nil {
				t.Fatal(err)
			}
			checkInbound(t, e, row, answer, token)
		})
	}
}

func checkInbound(t *testing.T, e *end, row inboundRow, answer bottest.Answer, token string) {
	t.Helper()
	turns, reasons, log := e.take()
	if answer.Status != row.status {
		t.Fatalf("status %d %s, want %d\n%s", answer.Status, answer.Body, row.status, log)
	}
	if row.status == http.StatusOK {
		if len(turns) != 1 || len(reasons) != 0 || len(answer.Body) != 0 {
			t.Fatalf("%d turns, refusals %v, body %q", len(turns), reasons, answer.Body)
		}
		if turns[0].Activity.CallerID != auth.Public.CallerID {
			t.Errorf("callerId %q", turns[0].Activity.CallerID)
		}
		return
	}
	if len(turns) != 0 {
		t.Errorf("the handler ran for a refused request")
	}
	for _, op := range []bottest.Op{bottest.OpToken, bottest.OpCreate, bottest.OpSend, bottest.OpReply, bottest.OpUpdate, bottest.OpDelete, bottest.OpMember} {
		if n := e.svc.Count(op); n != 0 {
			t.Errorf("a refused request caused %d calls of %s", n, op)
		}
	}
	if len(reasons) != 1 || reasons[0] != row.reason {
		t.Errorf("reasons %v, want %s", reasons, row.reason)
	}
	if n := strings.Count(log, "\n"); n != 1 {
		t.Errorf("%d log lines, want 1:\n%s", n, log)
	}
	if strings.Contains(log, token) || strings.Contains(log, "eyJ") {
		t.Errorf("the log repeats the token:\n%s", log)
	}
	var fixed struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(answer.Body, &fixed); err != nil || fixed.Error.Code == "" || fixed.Error.Message == "" {
		t.Errorf("body %q", answer.Body)
	}
	if challenge := answer.Header.Get("WWW-Authenticate"); (row.status == http.StatusUnauthorized) != (challenge == "Bearer") {
		t.Errorf("WWW-Authenticate %q", challenge)
	}
}
