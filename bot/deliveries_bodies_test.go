package bot_test

import (
	"fmt"
	"strings"

	"github.com/docket-handoff/docket/bot/bottest"
)

func (m maker) serviceURLs() []delivery {
	url := m.svc.ServiceURL()
	bare := strings.TrimRight(url, "/")
	at := func(name, body string) delivery { return m.service(name, url, body) }
	return []delivery{
		at("another service URL", "https://evil.example/"),
		at("another path", url+"x"),
		at("a path above", strings.TrimSuffix(bare, "connector")),
		at("another port", "http://127.0.0.1:1/connector/"),
		at("another scheme", strings.Replace(url, "http:", "https:", 1)),
		at("a path in capitals", strings.Replace(url, "connector", "CONNECTOR", 1)),
		at("a query", url+"?a=b"),
		at("a fragment", url+"#a"),
		at("somebody before the host", strings.Replace(url, "http://", "http://smba.trafficmanager.net@", 1)),
		at("a blank after the URL", url+" "),
		at("an escape in the path", strings.Replace(url, "connector", "%63onnector", 1)),
		at("two dots in the path", url+"../connector/"),
		at("the body without the slash", bare),
		m.service("the claim without the slash", bare, url),
		at("the scheme in capitals", strings.Replace(url, "http:", "HTTP:", 1)),
		m.service("a host that is signed and not listed", "https://evil.example/", "https://evil.example/"),
		m.service("a neighbour of the real host, signed", "https://evil.trafficmanager.net/", "https://evil.trafficmanager.net/"),
		m.service("plain http to the real host, signed", "http://smba.trafficmanager.net/amer/", "http://smba.trafficmanager.net/amer/"),
		m.service("a metadata address, signed", "http://169.254.169.254/", "http://169.254.169.254/"),
		m.service("no URL at all, signed", "hello", "hello"),
		m.service("the real host, signed", "https://smba.trafficmanager.net/amer/", "https://smba.trafficmanager.net/amer/"),
		m.service("the real host in capitals, signed in small letters", "https://smba.trafficmanager.net/amer/", "https://SMBA.trafficmanager.net/amer/"),
		m.service("the real host with its port, signed without", "https://smba.trafficmanager.net/amer/", "https://smba.trafficmanager.net:443/amer/"),
		m.body("no service URL", set("serviceUrl", nil)),
		m.raw("a service URL that is null", prefixedWithout(m.svc, "serviceUrl", `"serviceUrl":null,`)),
		m.body("an empty service URL", set("serviceUrl", "")),
		m.body("a service URL that is a number", set("serviceUrl", 5)),
		m.body("a service URL in a list", set("serviceUrl", []string{url})),
		m.raw("a foreign service URL under another spelling", prefixedWithout(m.svc, "serviceUrl", `"ServiceUrl":"https://evil.example/",`)),
		m.raw("a foreign service URL beside the good one", prefixed(`"ServiceUrl":"https://evil.example/",`)),
		m.raw("two service URLs, the last good", prefixed(`"serviceUrl":"https://evil.example/",`)),
	}
}

// prefixedWithout puts text before the members of a good activity that lacks one.
func prefixedWithout(svc *bottest.Service, member, text string) func([]byte) []byte {
	return func([]byte) []byte {
		a := goodActivity(svc)
		delete(a, member)
		return prefixed(text)(a.json())
	}
}

func (m maker) channels() []delivery {
	return []delivery{
		m.body("no channel", set("channelId", nil)),
		m.raw("a channel that is null", prefixedWithout(m.svc, "channelId", `"channelId":null,`)),
		m.body("an empty channel", set("channelId", "")),
		m.body("a blank channel", set("channelId", "  ")),
		m.body("a channel that is a number", set("channelId", 5)),
		m.body("a channel in a list", set("channelId", []string{"msteams"})),
		m.body("the channel in capitals", set("channelId", "MSTeams")),
		m.body("the channel and a blank", set("channelId", "msteams ")),
		m.body("a sub-channel", set("channelId", "msteams:agents")),
		m.body("a channel before the colon", set("channelId", ":msteams")),
		m.body("an endorsed channel that is not allowed", set("channelId", "webchat")),
		m.body("a channel that is not endorsed", set("channelId", "slack")),
		m.body("the Emulator's channel", set("channelId", "emulator")),
		m.body("the channel of App Service", set("channelId", "AseChannel")),
		m.token("a key for other channels", bottest.TokenOptions{Kid: m.webchat}),
		m.token("a key with an empty list", bottest.TokenOptions{Kid: m.nothing}),
		m.token("a key without the list", bottest.TokenOptions{Kid: m.unendorsed}),
	}
}

func (m maker) tenants() []delivery {
	const stranger = "66666666-6666-4666-8666-666666666666"
	return []delivery{
		m.body("tenants that disagree", set("conversation.tenantId", stranger)),
		m.body("a tenant that is not allowed", func(a members) {
			set("conversation.tenantId", stranger)(a)
			set("channelData", nil)(a)
		}),
		m.body("no tenant", func(a members) {
			set("conversation.tenantId", nil)(a)
			set("channelData", nil)(a)
		}),
		m.body("the tenant in one place", set("channelData", nil)),
	}
}

func (m maker) bodies() []delivery {
	return []delivery{
		m.raw("an empty body", replaced("")),
		m.raw("no JSON", replaced("hello")),
		m.raw("null", replaced("null")),
		m.raw("a list of activities", func(b []byte) []byte { return fmt.Appendf(nil, "[%s]", b) }),
		m.raw("half an activity", func(b []byte) []byte { return b[:len(b)/2] }),
		m.raw("two activities", func(b []byte) []byte { return append(b, b...) }),
		m.raw("a comment", prefixed(`/* hello */`)),
		m.raw("a comma too many", prefixed(`,`)),
		m.raw("a number that is none", prefixed(`"x":NaN,`)),
		m.raw("a byte order mark before the activity", func(b []byte) []byte { return append([]byte("\ufeff"), b...) }),
		m.raw("a text that is not UTF-8", prefixed("\"x\":\"\xff\",")),
		m.raw("a member twice", prefixed(`"text":"a",`)),
		m.raw("a value a hundred deep", prefixed(`"x":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`,`)),
		m.body("no type", set("type", nil)),
		m.body("no conversation", set("conversation", nil)),
		m.body("answers wanted in the response", set("deliveryMode", "expectReplies")),
		m.body("an unknown type", set("type", "somethingNew")),
		m.body("an unknown member", set("x-new", members{"a": 1})),
		m.body("a member named __proto__", set("__proto__", members{"serviceUrl": "https://evil.example/"})),
	}
}
