package bottest

import (
	"net/http"
	"strings"
	"time"

	"github.com/docket-handoff/docket/auth"
)

// strangerID is an app, or a tenant, that nobody knows.
const strangerID = "66666666-6666-4666-8666-666666666666"

// unauthorized are refusals with 401.
func unauthorized(rows []bent) []bent {
	for i := range rows {
		rows[i].status = http.StatusUnauthorized
	}
	return rows
}

func bentHeaders() []bent {
	authorization := func(values ...string) func(http.Header) {
		return func(h http.Header) { h["Authorization"] = values }
	}
	return unauthorized([]bent{
		{name: "no token", token: TokenOptions{Anonymous: true}, reason: auth.MissingHeader},
		{name: "an empty header", header: authorization(""), reason: auth.MissingHeader},
		{name: "Basic", header: authorization("Basic YTpi"), reason: auth.MalformedHeader},
		{name: "Bearer alone", header: authorization("Bearer"), reason: auth.MalformedHeader},
		{name: "three parts", header: authorization("Bearer a b"), reason: auth.MalformedHeader},
		{name: "two headers", header: func(h http.Header) { h.Add("Authorization", h.Get("Authorization")) }, reason: auth.MalformedHeader},
		{name: "a header of nine kilobytes", header: authorization("Bearer " + strings.Repeat("a", 9<<10)), reason: auth.MalformedHeader},
		{name: "no token in the token", header: authorization("Bearer e30.e30.e30"), reason: auth.WrongAlgorithm},
		{name: "two segments", header: authorization("Bearer e30.e30"), reason: auth.MalformedToken},
		{name: "no signature", header: func(h http.Header) {
			token := h.Get("Authorization")
			h.Set("Authorization", token[:strings.LastIndex(token, ".")+1])
		}, reason: auth.WrongSignature},
	})
}

func (s *Service) bentTokens() []bent {
	at := func(d time.Duration) time.Time { return s.now().Add(d) }
	claim := func(name string, value any) TokenOptions { return TokenOptions{Claims: map[string]any{name: value}} }
	head := func(name string, value any) TokenOptions { return TokenOptions{Header: map[string]any{name: value}} }
	return unauthorized([]bent{
		{name: "not signed", token: TokenOptions{Alg: "none"}, reason: auth.WrongAlgorithm},
		{name: "alg nOnE", token: head("alg", "nOnE"), reason: auth.WrongAlgorithm},
		{name: "no alg", token: head("alg", nil), reason: auth.WrongAlgorithm},
		{name: "HS256", token: TokenOptions{Alg: "HS256", Key: []byte("secret")}, reason: auth.WrongAlgorithm},
		{name: "RS384", token: TokenOptions{Alg: "RS384"}, reason: auth.WrongAlgorithm},
		{name: "PS256", token: TokenOptions{Alg: "PS256"}, reason: auth.WrongAlgorithm},
		{name: "no kid", token: head("kid", nil), reason: auth.KeyUnknown},
		{name: "an unknown kid", token: TokenOptions{Header: map[string]any{"kid": "unknown"}, Key: StrangersKey()}, reason: auth.KeyUnknown},
		{name: "a path as kid", token: head("kid", "../../keys"), reason: auth.KeyUnknown},
		{name: "a stranger's signature", token: TokenOptions{Key: StrangersKey()}, reason: auth.WrongSignature},
		{name: "a stranger's key in the header", token: TokenOptions{Key: StrangersKey(), Header: map[string]any{"jwk": map[string]any{"kty": "RSA"}, "jku": "http://127.0.0.1:9/"}}, reason: auth.WrongSignature},
		{name: "critical extensions", token: head("crit", []string{"x"}), reason: auth.MalformedToken},

		{name: "another issuer", token: TokenOptions{Issuer: "https://issuer.example"}, reason: auth.WrongIssuer},
		{name: "another cloud's issuer", token: TokenOptions{Issuer: s.anotherCloud().Issuer}, reason: auth.WrongIssuer},
		{name: "the directory's issuer", token: TokenOptions{Issuer: "https://sts.windows.net/" + s.cfg.Tenant + "/"}, reason: auth.WrongIssuer},
		{name: "another bot's skill token", token: TokenOptions{
			Issuer: "https://login.microsoftonline.com/" + s.cfg.Tenant + "/v2.0", Claims: map[string]any{"ver": "2.0", "azp": strangerID},
		}, reason: auth.WrongIssuer},
		{name: "the channel naming a skill", token: TokenOptions{Claims: map[string]any{"ver": "1.0", "appid": strangerID}}, reason: auth.WrongIssuer},
		{name: "no issuer", token: claim("iss", nil), reason: auth.WrongIssuer},
		{name: "an issuer that is a list", token: claim("iss", []string{s.cfg.Cloud.Issuer}), reason: auth.MalformedToken},
		{name: "another audience", token: TokenOptions{Audience: strangerID}, reason: auth.WrongAudience},
		{name: "the app id as a URI", token: TokenOptions{Audience: "api://" + s.cfg.AppID}, reason: auth.WrongAudience},
		{name: "two audiences", token: TokenOptions{Audience: []string{s.cfg.AppID, strangerID}}, reason: auth.WrongAudience},
		{name: "no audience", token: claim("aud", nil), reason: auth.WrongAudience},
		{name: "expired", token: TokenOptions{Expiry: at(-6 * time.Minute)}, reason: auth.Expired},
		{name: "no expiry", token: claim("exp", nil), reason: auth.MalformedToken},
		{name: "an expiry in quotes", token: claim("exp", "4000000000"), reason: auth.MalformedToken},
		{name: "not yet valid", token: TokenOptions{NotBefore: at(6 * time.Minute)}, reason: auth.NotYetValid},
		{name: "no serviceurl claim", token: TokenOptions{OmitServiceURL: true}, reason: auth.ServiceURLMissing},
		{name: "the claim in its printed spelling", token: TokenOptions{OmitServiceURL: true, Claims: map[string]any{"serviceUrl": s.ServiceURL()}}, reason: auth.ServiceURLMissing},
		{name: "a serviceurl claim that is a number", token: claim("serviceurl", 5), reason: auth.MalformedToken},
	})
}

// anotherCloud is one whose tokens are not the bot's.
func (s *Service) anotherCloud() auth.Cloud {
	if s.cfg.Cloud.Issuer == auth.Gov.Issuer {
		return auth.Public
	}
	return auth.Gov
}
