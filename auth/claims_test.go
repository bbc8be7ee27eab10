package auth_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// lettered is an app id whose letters have a case.
const lettered = "abcdef01-2345-4678-89ab-cdef01234567"

// TestVerifyOddClaims: what a token says besides being well signed.
func TestVerifyOddClaims(t *testing.T) {
	const stranger = "66666666-6666-4666-8666-666666666666"
	svc := bottest.Start(t, bottest.Config{AppID: lettered})
	v := newVerifier(t, svc.VerifierConfig())
	for _, row := range []struct {
		name   string
		claims map[string]any
		reason auth.Reason // empty: accepted
	}{
		{"the app id in capitals", map[string]any{"aud": strings.ToUpper(lettered)}, ""},
		{"the app id in capitals, in an array", map[string]any{"aud": []string{strings.ToUpper(lettered)}}, ""},

		{"nbf null", map[string]any{"nbf": json.RawMessage("null")}, auth.MalformedToken},
		{"nbf false", map[string]any{"nbf": false}, auth.MalformedToken},
		{"nbf a list", map[string]any{"nbf": []int{1}}, auth.MalformedToken},
		{"nbf beyond what can be reckoned with", map[string]any{"nbf": json.RawMessage("1e300")}, auth.MalformedToken},
		{"nbf beyond what is a number", map[string]any{"nbf": json.RawMessage("1e400")}, auth.MalformedToken},
		{"nbf at the far end of what can be reckoned with", map[string]any{"nbf": json.RawMessage("9007199254740992")}, auth.NotYetValid},
		{"nbf before the epoch", map[string]any{"nbf": -1}, ""},
		{"exp null", map[string]any{"exp": json.RawMessage("null")}, auth.MalformedToken},
		{"exp beyond what can be reckoned with", map[string]any{"exp": json.RawMessage("1e300")}, auth.MalformedToken},
		{"exp with an exponent", map[string]any{"exp": json.RawMessage("4e9")}, ""},
		{"exp before the epoch", map[string]any{"exp": -1}, auth.Expired},

		{"the bot as sender", map[string]any{"ver": "1.0", "appid": strings.ToUpper(lettered)}, ""},
		{"no sender", map[string]any{"ver": "2.0", "azp": ""}, ""},
		{"a skill, version 1", map[string]any{"ver": "1.0", "appid": stranger}, auth.WrongIssuer},
		{"a skill, version 2", map[string]any{"ver": "2.0", "azp": stranger}, auth.WrongIssuer},
		{"a skill without a version", map[string]any{"appid": stranger}, auth.WrongIssuer},
		{"a skill without a name", map[string]any{"appid": "AnonymousSkill"}, auth.WrongIssuer},
		{"the bot as sender, its first letter escaped", map[string]any{"azp": json.RawMessage(`"\u0061` + lettered[1:] + `"`)}, ""},
		{"a skill, its first letter escaped", map[string]any{"azp": json.RawMessage(`"\u0062` + lettered[1:] + `"`)}, auth.WrongIssuer},
		{"a sender that is null", map[string]any{"azp": nil}, ""},
		{"a name twice in a claim that nobody asks for", map[string]any{"x": json.RawMessage(`{"a":1,"a":2}`)}, auth.MalformedToken},
		{"a sender that is no string", map[string]any{"azp": 5}, auth.MalformedToken},
	} {
		t.Run(row.name, func(t *testing.T) {
			claims, err := v.Verify(t.Context(), bearer(svc.Token(bottest.TokenOptions{Claims: row.claims})))
			if row.reason != "" {
				wantRefusal(t, err, http.StatusUnauthorized, row.reason)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if claims.AppID != lettered {
				t.Errorf("the app id is %q", claims.AppID)
			}
		})
	}
}
