package bottest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/docket-handoff/docket/auth"
)

// forbidden are refusals with 403: the token is good and does not cover the
// activity.
func forbidden(rows []bent) []bent {
	for i := range rows {
		rows[i].status = http.StatusForbidden
	}
	return rows
}

func (s *Service) bentServices() []bent {
	in := func(url string) func(members) { return set("serviceUrl", url) }
	signed := func(name, url string) bent {
		return bent{name: name, token: TokenOptions{ServiceURL: url}, activity: in(url), reason: auth.HostNotTrusted}
	}
	return forbidden([]bent{
		{name: "another serviceurl claim", token: TokenOptions{ServiceURL: "https://smba.trafficmanager.net/amer/"}, reason: auth.ServiceURLMismatch},
		{name: "another service URL in the body", activity: in("https://evil.example/"), reason: auth.ServiceURLMismatch},
		{name: "another path in the body", activity: in(s.ServiceURL() + "x"), reason: auth.ServiceURLMismatch},
		{name: "another port in the body", activity: in("http://127.0.0.1:1/connector/"), reason: auth.ServiceURLMismatch},
		{name: "somebody before the host", activity: in(strings.Replace(s.ServiceURL(), "://", "://smba.trafficmanager.net@", 1)), reason: auth.ServiceURLMismatch},
		signed("a host that is signed and not listed", "https://evil.example/"),
		signed("a neighbour of the real host, signed", "https://evil.trafficmanager.net/"),
		signed("an address, signed", "http://169.254.169.254/"),
		signed("plain http to the real host, signed", "http://smba.trafficmanager.net/amer/"),
		{name: "no URL at all, signed", token: TokenOptions{ServiceURL: "hello"}, activity: in("hello"), reason: auth.ServiceURLMismatch},
	})
}

func bentActivities(keys foreignKeys) []bent {
	return forbidden([]bent{
		{name: "a key for another channel", token: TokenOptions{Kid: keys.webchat}, reason: auth.ChannelNotEndorsed},
		{name: "a key with no endorsement in its list", token: TokenOptions{Kid: keys.nothing}, reason: auth.ChannelNotEndorsed},
		{name: "a key without the list", token: TokenOptions{Kid: keys.unendorsed}, reason: auth.ChannelNotEndorsed},
		{name: "an endorsed channel that is not allowed", activity: set("channelId", "webchat"), reason: auth.ChannelNotAllowed},
		{name: "a channel in capitals", activity: set("channelId", "MSTeams"), reason: auth.ChannelNotAllowed},
		{name: "the emulator's channel", activity: set("channelId", "emulator"), reason: auth.ChannelNotAllowed},
		{name: "a tenant that is not allowed", activity: both(set("conversation.tenantId", strangerID), set("channelData", nil)), reason: auth.TenantNotAllowed},
		{name: "no tenant", activity: both(set("conversation.tenantId", nil), set("channelData", nil)), reason: auth.TenantNotAllowed},
	})
}

// badRequests are refusals with 400.
func badRequests(rows []bent) []bent {
	for i := range rows {
		rows[i].status = http.StatusBadRequest
	}
	return rows
}

// How package bot, which this package may not import, counts what is no
// activity or no JSON.
const (
	typeMissing         auth.Reason = "type_missing"
	conversationMissing auth.Reason = "conversation_missing"
	deliveryMode        auth.Reason = "delivery_mode"
	malformedActivity   auth.Reason = "malformed_activity"
	bodyTooLarge        auth.Reason = "too_large"
	wrongContentType    auth.Reason = "content_type"
)

func bentBodies() []bent {
	list := func(b []byte) []byte { return fmt.Appendf(nil, "[%s]", b) }
	brackets := func(n int) string { return strings.Repeat("[", n) }
	rows := badRequests([]bent{
		{name: "tenants that disagree", activity: set("conversation.tenantId", strangerID), reason: auth.TenantDisagree},
		{name: "no service URL in the body", activity: set("serviceUrl", nil), reason: auth.ServiceURLMissing},
		{name: "a service URL that is a number", activity: set("serviceUrl", 5), reason: auth.ServiceURLMissing},
		{name: "no channel", activity: set("channelId", nil), reason: auth.ChannelMissing},
		{name: "an empty channel", activity: set("channelId", ""), reason: auth.ChannelMissing},
		{name: "no type", activity: set("type", nil), reason: typeMissing},
		{name: "a type that is a number", activity: set("type", 5), reason: typeMissing},
		{name: "no conversation", activity: set("conversation", nil), reason: conversationMissing},
		{name: "a conversation without an id", activity: set("conversation.id", nil), reason: conversationMissing},
		{name: "expectReplies", activity: set("deliveryMode", "expectReplies"), reason: deliveryMode},
	})
	malformed := badRequests([]bent{
		{name: "an empty body", body: replaced("")},
		{name: "no JSON", body: replaced("hello")},
		{name: "a list", body: list},
		{name: "null", body: replaced("null")},
		{name: "two objects", body: func(b []byte) []byte { return append(b, b...) }},
		{name: "half an object", body: func(b []byte) []byte { return b[:len(b)/2] }},
		{name: "a member twice", body: prefixed(`"serviceUrl":"https://evil.example/",`)},
		{name: "a nested member twice", activity: set("value", json.RawMessage(`{"a":1,"a":2}`))},
		{name: "depth", activity: set("value", json.RawMessage(brackets(100)+strings.Repeat("]", 100)))},
		{name: "a hundred kilobytes of brackets", body: replaced(brackets(100 << 10))},
		{name: "not UTF-8", body: prefixed("\"x\":\"\xff\",")},
		{name: "UTF-16", body: replaced("\xff\xfe{\x00}\x00")},
		{name: "a byte order mark", body: func(b []byte) []byte { return append([]byte("\ufeff"), b...) }},
	})
	for i := range malformed {
		malformed[i].reason = malformedActivity
	}
	return append(rows, malformed...)
}

func bentContent() []bent {
	is := func(value string) func(http.Header) {
		return func(h http.Header) { h.Set("Content-Type", value) }
	}
	rows := []bent{
		{name: "a form", header: is("application/x-www-form-urlencoded")},
		{name: "plain text", header: is("text/plain")},
		{name: "no content type", header: func(h http.Header) { h.Del("Content-Type") }},
		{name: "a content type that does not parse", header: is("application/json;" + strings.Repeat(";", 5) + "=")},
		{name: "a charset of another kind", header: is("application/json; charset=utf-16")},
		{name: "compressed", header: func(h http.Header) { h.Set("Content-Encoding", "gzip") }},
	}
	for i := range rows {
		rows[i].status, rows[i].reason = http.StatusUnsupportedMediaType, wrongContentType
	}
	return append(rows, bent{
		name: "too large", activity: set("text", strings.Repeat("a", 256<<10)), status: http.StatusRequestEntityTooLarge, reason: bodyTooLarge,
	})
}
