package bot_test

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

func (m maker) issuers() []delivery {
	return []delivery{
		m.claim("another issuer", "iss", "https://issuer.example"),
		m.claim("the government's issuer", "iss", auth.Gov.Issuer),
		m.claim("China's issuer", "iss", auth.China.Issuer),
		m.claim("the issuer with a slash", "iss", auth.Public.Issuer+"/"),
		m.claim("the issuer in capitals", "iss", strings.ToUpper(auth.Public.Issuer)),
		m.claim("the issuer by http", "iss", "http://api.botframework.com"),
		m.claim("an issuer below the issuer", "iss", auth.Public.Issuer+".evil.example"),
		m.claim("no issuer", "iss", nil),
		m.claim("an issuer that is null", "iss", json.RawMessage("null")),
		m.claim("an issuer in a list", "iss", []string{auth.Public.Issuer}),
		m.claim("an issuer that is a number", "iss", 5),
		m.token("Iss beside a foreign iss", bottest.TokenOptions{Issuer: "https://issuer.example", Claims: map[string]any{"Iss": auth.Public.Issuer}}),
		m.token("Iss alone", bottest.TokenOptions{Claims: map[string]any{"iss": nil, "Iss": auth.Public.Issuer}}),
	}
}

// senders names apps that may have sent the token: none for the channel, the bot itself for the Emulator, another for a skill.
func (m maker) senders() []delivery {
	const (
		stranger = "66666666-6666-4666-8666-666666666666"
		v1       = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
		v2       = "https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a/v2.0"
	)
	from := func(name, issuer string, claims map[string]any) delivery {
		return m.token(name, bottest.TokenOptions{Issuer: issuer, Claims: claims})
	}
	return []delivery{
		from("the Emulator, version 1", v1, map[string]any{"ver": "1.0", "appid": botID}),
		from("the Emulator, version 2", v2, map[string]any{"ver": "2.0", "azp": botID}),
		from("the Emulator for another bot", v1, map[string]any{"ver": "1.0", "appid": stranger, "aud": stranger}),
		from("the Emulator in any tenant", "https://sts.windows.net/"+stranger+"/", map[string]any{"ver": "1.0", "appid": botID, "tid": stranger}),
		from("a skill, version 1", v1, map[string]any{"ver": "1.0", "appid": stranger}),
		from("a skill, version 2", v2, map[string]any{"ver": "2.0", "azp": stranger}),
		from("a skill that nobody knows", "", map[string]any{"appid": "AnonymousSkill"}),
		from("the channel naming a skill, version 1", "", map[string]any{"ver": "1.0", "appid": stranger}),
		from("the channel naming a skill, version 2", "", map[string]any{"ver": "2.0", "azp": stranger}),
		from("the channel naming the bot", "", map[string]any{"ver": "1.0", "appid": botID}),
		from("the channel naming an app without a version", "", map[string]any{"appid": stranger}),
		from("the channel naming an app of an unknown version", "", map[string]any{"ver": "3.0", "appid": stranger, "azp": stranger}),
		from("the channel with a tenant", "", map[string]any{"tid": bottest.DefaultTenant}),
	}
}

func (m maker) audiences() []delivery {
	const id, stranger = botID, "66666666-6666-4666-8666-666666666666"
	return []delivery{
		m.claim("another audience", "aud", stranger),
		m.claim("the app id in capitals", "aud", strings.ToUpper(id)),
		m.claim("the app id in braces", "aud", "{"+id+"}"),
		m.claim("the app id and a blank", "aud", id+" "),
		m.claim("the app id as a URI", "aud", "api://"+id),
		m.claim("the app id as a bot's URI", "aud", "api://botid-"+id),
		m.claim("the channel as audience", "aud", auth.Public.Issuer),
		m.claim("the app id in a list", "aud", []string{id}),
		m.claim("the app id in a list, twice", "aud", []string{id, id}),
		m.claim("two audiences", "aud", []string{id, stranger}),
		m.claim("an empty list of audiences", "aud", []string{}),
		m.claim("an empty audience", "aud", ""),
		m.claim("no audience", "aud", nil),
		m.claim("an audience that is null", "aud", json.RawMessage("null")),
		m.claim("an audience that is a number", "aud", 5),
		m.claim("an audience that is an object", "aud", map[string]any{"id": id}),
	}
}

// times stays half a minute away from an edge on the side where time moves towards it.
func (m maker) times() []delivery {
	at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	return []delivery{
		m.claim("expired inside the leeway", "exp", at(-4*time.Minute-30*time.Second)),
		m.claim("expired just outside the leeway", "exp", at(-5*time.Minute-time.Second)),
		m.claim("expired long ago", "exp", 1),
		m.claim("an expiry of zero", "exp", 0),
		m.claim("an expiry before the epoch", "exp", -1),
		m.claim("no expiry", "exp", nil),
		m.claim("an expiry that is null", "exp", json.RawMessage("null")),
		m.claim("an expiry in quotes", "exp", "4000000000"),
		m.claim("an expiry that is true", "exp", true),
		m.claim("an expiry in a list", "exp", []int64{4000000000}),
		m.claim("an expiry in milliseconds", "exp", 4000000000000),
		m.claim("an expiry with a fraction", "exp", 4000000000.5),
		m.claim("an expiry with an exponent", "exp", json.RawMessage("4e9")),
		m.claim("an expiry beyond any time", "exp", json.RawMessage("1e300")),
		m.claim("an expiry beyond any number", "exp", json.RawMessage("1e400")),
		m.claim("not yet valid just inside the leeway", "nbf", at(4*time.Minute+59*time.Second)),
		m.claim("not yet valid outside the leeway", "nbf", at(5*time.Minute+30*time.Second)),
		m.claim("not valid for years", "nbf", 4000000000),
		m.claim("valid since the epoch", "nbf", 0),
		m.claim("valid since before the epoch", "nbf", -1),
		m.claim("no nbf", "nbf", nil),
		m.text("an nbf that is null", "", `{%s,"nbf":null}`),
		m.claim("an nbf in quotes", "nbf", "0"),
		m.claim("an nbf that is an object", "nbf", map[string]any{}),
		m.text("an nbf beyond any time", "", `{%s,"nbf":1e300}`),
		m.text("an nbf before any time", "", `{%s,"nbf":-1e300}`),
		m.claim("issued in the future", "iat", at(time.Hour)),
		m.claim("issued at no time", "iat", "soon"),
	}
}

func (m maker) serviceClaims() []delivery {
	url := m.svc.ServiceURL()
	return []delivery{
		m.claim("no serviceurl claim", "serviceurl", nil),
		m.claim("a serviceurl claim that is null", "serviceurl", json.RawMessage("null")),
		m.claim("an empty serviceurl claim", "serviceurl", ""),
		m.claim("a serviceurl claim that is a number", "serviceurl", 5),
		m.claim("a serviceurl claim in a list", "serviceurl", []string{url}),
		m.token("the claim in its printed spelling", bottest.TokenOptions{OmitServiceURL: true, Claims: map[string]any{"serviceUrl": url}}),
		m.claim("both spellings of the claim", "serviceUrl", "https://evil.example/"),
		m.claim("another serviceurl claim", "serviceurl", "https://smba.trafficmanager.net/amer/"),
		m.claim("a serviceurl claim with a blank", "serviceurl", url+" "),
	}
}
