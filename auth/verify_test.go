package auth_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// start makes a service and a verifier with the same clock.
func start(t testing.TB, now *clock) (*bottest.Service, *auth.Verifier) {
	t.Helper()
	svc := bottest.Start(t, bottest.Config{Clock: now.Now})
	return svc, newVerifier(t, svc.VerifierConfig())
}

func TestVerifyAnswersTheClaims(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	claims, err := v.Verify(t.Context(), bearer(svc.Token(bottest.TokenOptions{})))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case claims.AppID != bottest.DefaultAppID,
		claims.Issuer != auth.Public.Issuer,
		claims.ServiceURL != svc.ServiceURL(),
		claims.KeyID != svc.KeyID(),
		!claims.Expires.Equal(now.Now().Add(time.Hour)),
		!claims.NotBefore.Equal(now.Now().Add(-time.Minute)),
		!claims.Endorsed("msteams"), claims.Endorsed("slack"), claims.Endorsed(""):
		t.Errorf("claims: %+v", claims)
	}
}

func TestVerifyHeaderShapes(t *testing.T) {
	svc, v := start(t, newClock())
	good := svc.Token(bottest.TokenOptions{})
	for _, row := range []struct {
		name   string
		header http.Header
		reason auth.Reason // empty: accepted
	}{
		{"none", http.Header{}, auth.MissingHeader},
		{"empty", http.Header{"Authorization": {""}}, auth.MissingHeader},
		{"blank", http.Header{"Authorization": {"  "}}, auth.MissingHeader},
		{"the scheme alone", http.Header{"Authorization": {"Bearer"}}, auth.MalformedHeader},
		{"the scheme and a blank", http.Header{"Authorization": {"Bearer "}}, auth.MalformedHeader},
		{"the token alone", http.Header{"Authorization": {good}}, auth.MalformedHeader},
		{"three parts", http.Header{"Authorization": {"Bearer " + good + " x"}}, auth.MalformedHeader},
		{"two blanks", http.Header{"Authorization": {"Bearer  " + good}}, auth.MalformedHeader},
		{"a tab", http.Header{"Authorization": {"Bearer\t" + good}}, auth.MalformedHeader},
		{"a list", http.Header{"Authorization": {"Bearer " + good + ",Bearer"}}, auth.MalformedHeader},
		{"another scheme", http.Header{"Authorization": {"Basic " + good}}, auth.MalformedHeader},
		{"the scheme twice", http.Header{"Authorization": {"Bearer Bearer " + good}}, auth.MalformedHeader},
		{"two headers", http.Header{"Authorization": {"Bearer " + good, "Bearer " + good}}, auth.MalformedHeader},
		{"nine kilobytes", http.Header{"Authorization": {"Bearer " + strings.Repeat("a", 9<<10)}}, auth.MalformedHeader},
		{"not a token", http.Header{"Authorization": {"Bearer abc"}}, auth.MalformedToken},
		{"two segments", http.Header{"Authorization": {"Bearer a.b"}}, auth.MalformedToken},
		{"four segments", http.Header{"Authorization": {"Bearer " + good + ".x"}}, auth.MalformedToken},
		{"no base64", http.Header{"Authorization": {"Bearer !.!.!"}}, auth.MalformedToken},
		{"padding", http.Header{"Authorization": {"Bearer " + good + "=="}}, auth.MalformedToken},
		{"small letters", http.Header{"Authorization": {"bearer " + good}}, ""},
		{"capitals", http.Header{"Authorization": {"BEARER " + good}}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := v.Verify(t.Context(), row.header)
			if row.reason == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantRefusal(t, err, http.StatusUnauthorized, row.reason)
		})
	}
}

// TestVerifyTokens has one row for each way in which a token can be wrong. The
// column keys says whether it may cost a look at the key service; the verifier of
// each row is new.
func TestVerifyTokens(t *testing.T) {
	now := newClock()
	svc := bottest.Start(t, bottest.Config{Clock: now.Now})
	unendorsed := svc.PublishKey(nil)
	at := func(d time.Duration) time.Time { return now.Now().Add(d) }
	for _, row := range []struct {
		name   string
		token  bottest.TokenOptions
		reason auth.Reason // empty: accepted
		keys   bool
	}{
		{"good", bottest.TokenOptions{}, "", true},
		{"the app id in capitals", bottest.TokenOptions{Audience: strings.ToUpper(bottest.DefaultAppID)}, "", true},
		{"the app id in an array", bottest.TokenOptions{Audience: []string{bottest.DefaultAppID}}, "", true},
		{"expired within the leeway", bottest.TokenOptions{Expiry: at(-299 * time.Second)}, "", true},
		{"expired", bottest.TokenOptions{Expiry: at(-301 * time.Second)}, auth.Expired, true},
		{"not yet valid within the leeway", bottest.TokenOptions{NotBefore: at(299 * time.Second)}, "", true},
		{"not yet valid", bottest.TokenOptions{NotBefore: at(301 * time.Second)}, auth.NotYetValid, true},
		{"no nbf", bottest.TokenOptions{Claims: map[string]any{"nbf": nil}}, "", true},
		{"no exp", bottest.TokenOptions{Claims: map[string]any{"exp": nil}}, auth.MalformedToken, true},
		{"exp in quotes", bottest.TokenOptions{Claims: map[string]any{"exp": "4000000000"}}, auth.MalformedToken, false},
		{"exp an object", bottest.TokenOptions{Claims: map[string]any{"exp": map[string]any{}}}, auth.MalformedToken, false},
		{"with an iat in the future, which does not count", bottest.TokenOptions{Claims: map[string]any{"iat": at(time.Hour).Unix()}}, "", true},

		{"another issuer", bottest.TokenOptions{Issuer: "https://issuer.example"}, auth.WrongIssuer, false},
		{"the issuer with a slash", bottest.TokenOptions{Issuer: auth.Public.Issuer + "/"}, auth.WrongIssuer, false},
		{"the issuer of the government", bottest.TokenOptions{Issuer: auth.Gov.Issuer}, auth.WrongIssuer, false},
		{"the directory's issuer", bottest.TokenOptions{Issuer: "https://sts.windows.net/" + bottest.DefaultTenant + "/"}, auth.WrongIssuer, false},
		{"the emulator's issuer", bottest.TokenOptions{
			Issuer: "https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a/v2.0",
			Claims: map[string]any{"ver": "2.0", "azp": bottest.DefaultAppID},
		}, auth.WrongIssuer, false},
		{"no issuer", bottest.TokenOptions{Claims: map[string]any{"iss": nil}}, auth.WrongIssuer, false},
		{"an issuer that is no string", bottest.TokenOptions{Claims: map[string]any{"iss": []string{auth.Public.Issuer}}}, auth.MalformedToken, false},
		{"a claim Iss beside a foreign iss", bottest.TokenOptions{Issuer: "https://issuer.example", Claims: map[string]any{"Iss": auth.Public.Issuer}}, auth.WrongIssuer, false},

		{"another audience", bottest.TokenOptions{Audience: "99999999-9999-4999-8999-999999999999"}, auth.WrongAudience, true},
		{"ours and another audience", bottest.TokenOptions{Audience: []string{bottest.DefaultAppID, "99999999-9999-4999-8999-999999999999"}}, auth.WrongAudience, true},
		{"the app id as a URI", bottest.TokenOptions{Audience: "api://" + bottest.DefaultAppID}, auth.WrongAudience, true},
		{"an empty audience", bottest.TokenOptions{Audience: ""}, auth.WrongAudience, true},
		{"an empty list of audiences", bottest.TokenOptions{Audience: []string{}}, auth.WrongAudience, true},
		{"no audience", bottest.TokenOptions{Claims: map[string]any{"aud": nil}}, auth.WrongAudience, true},
		{"an audience that is a number", bottest.TokenOptions{Claims: map[string]any{"aud": 5}}, auth.MalformedToken, false},

		{"no serviceurl", bottest.TokenOptions{OmitServiceURL: true}, auth.ServiceURLMissing, true},
		{"serviceUrl in its printed spelling", bottest.TokenOptions{OmitServiceURL: true, Claims: map[string]any{"serviceUrl": "https://smba.trafficmanager.net/"}}, auth.ServiceURLMissing, true},
		{"an empty serviceurl", bottest.TokenOptions{Claims: map[string]any{"serviceurl": ""}}, auth.ServiceURLMissing, true},
		{"a serviceurl that is no string", bottest.TokenOptions{Claims: map[string]any{"serviceurl": 1}}, auth.MalformedToken, false},

		{"not signed", bottest.TokenOptions{Alg: "none"}, auth.WrongAlgorithm, false},
		{"not signed, oddly spelt", bottest.TokenOptions{Header: map[string]any{"alg": "nOnE"}}, auth.WrongAlgorithm, false},
		{"no algorithm", bottest.TokenOptions{Header: map[string]any{"alg": nil}}, auth.WrongAlgorithm, false},
		{"an algorithm that is a number", bottest.TokenOptions{Header: map[string]any{"alg": 256}}, auth.WrongAlgorithm, false},
		{"rs256 in small letters", bottest.TokenOptions{Header: map[string]any{"alg": "rs256"}}, auth.WrongAlgorithm, false},
		{"RS384", bottest.TokenOptions{Alg: "RS384"}, auth.WrongAlgorithm, false},
		{"RS512", bottest.TokenOptions{Alg: "RS512"}, auth.WrongAlgorithm, false},
		{"PS256", bottest.TokenOptions{Alg: "PS256"}, auth.WrongAlgorithm, false},
		{"HS256", bottest.TokenOptions{Alg: "HS256", Key: []byte("secret")}, auth.WrongAlgorithm, false},
		{"a critical extension", bottest.TokenOptions{Header: map[string]any{"crit": []string{"b64"}, "b64": false}}, auth.MalformedToken, false},

		{"no kid", bottest.TokenOptions{Header: map[string]any{"kid": nil}}, auth.KeyUnknown, false},
		{"an empty kid", bottest.TokenOptions{Header: map[string]any{"kid": ""}}, auth.KeyUnknown, false},
		{"a kid that is a number", bottest.TokenOptions{Header: map[string]any{"kid": 7}}, auth.KeyUnknown, false},
		{"a kid of a kilobyte", bottest.TokenOptions{Header: map[string]any{"kid": strings.Repeat("k", 1000)}}, auth.KeyUnknown, false},
		{"a kid that nobody publishes", bottest.TokenOptions{Header: map[string]any{"kid": "../../key\x00"}}, auth.KeyUnknown, true},
		{"a stranger's key under a published kid", bottest.TokenOptions{Key: bottest.StrangersKey()}, auth.WrongSignature, true},
		{"a stranger's key in the header", bottest.TokenOptions{Key: bottest.StrangersKey(), Header: map[string]any{
			"jwk": map[string]any{"kty": "RSA"}, "jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/cert", "x5c": []string{"MIIB"},
		}}, auth.WrongSignature, true},
		{"a published key without endorsements, for the body stage to refuse", bottest.TokenOptions{Kid: unendorsed}, "", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := newVerifier(t, svc.VerifierConfig())
			before := svc.Count(bottest.OpMetadata) + svc.Count(bottest.OpKeys)
			_, err := v.Verify(t.Context(), bearer(svc.Token(row.token)))
			if row.reason == "" && err != nil {
				t.Fatal(err)
			}
			if row.reason != "" {
				wantRefusal(t, err, http.StatusUnauthorized, row.reason)
			}
			fetched := svc.Count(bottest.OpMetadata)+svc.Count(bottest.OpKeys) > before
			if fetched != row.keys {
				t.Errorf("keys were fetched: %t, want %t", fetched, row.keys)
			}
		})
	}
}

// TestVerifyAlgorithmConfusion signs with the published key as an HMAC secret,
// in every form a confused verifier might hold it.
func TestVerifyAlgorithmConfusion(t *testing.T) {
	svc, v := start(t, newClock())
	public := &svc.PrivateKey(svc.KeyID()).PublicKey
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string][]byte{
		"modulus":    public.N.Bytes(),
		"der":        spki,
		"pem":        pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}),
		"pkcs1":      x509.MarshalPKCS1PublicKey(public),
		"pkcs1 pem":  pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(public)}),
		"in base 64": []byte(base64.RawURLEncoding.EncodeToString(public.N.Bytes())),
	} {
		t.Run(name, func(t *testing.T) {
			confused := svc.Token(bottest.TokenOptions{Alg: "HS256", Key: secret})
			_, err := v.Verify(t.Context(), bearer(confused))
			wantRefusal(t, err, http.StatusUnauthorized, auth.WrongAlgorithm)

			// The same MAC under a header that says RS256.
			input := segment(t, map[string]any{"alg": "RS256", "kid": svc.KeyID()}) + "." + strings.Split(confused, ".")[1]
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(input))
			_, err = v.Verify(t.Context(), bearer(input+"."+base64.RawURLEncoding.EncodeToString(mac.Sum(nil))))
			wantRefusal(t, err, http.StatusUnauthorized, auth.WrongSignature)
		})
	}
}

func segment(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// TestVerifyTheSignedPayload changes a claim under a genuine signature.
func TestVerifyTheSignedPayload(t *testing.T) {
	svc, v := start(t, newClock())
	parts := strings.Split(svc.Token(bottest.TokenOptions{}), ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	bent := strings.Replace(string(payload), `"exp":`, `"exp":9`, 1)
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(bent))
	_, err = v.Verify(t.Context(), bearer(strings.Join(parts, ".")))
	wantRefusal(t, err, http.StatusUnauthorized, auth.WrongSignature)
}

func TestVerifyAcceptsATokenUntilItExpires(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	token := bearer(svc.Token(bottest.TokenOptions{}))
	for range 3 {
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		now.Advance(20 * time.Minute)
	}
	now.Advance(4*time.Minute + 59*time.Second)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	now.Advance(2 * time.Second)
	_, err := v.Verify(t.Context(), token)
	wantRefusal(t, err, http.StatusUnauthorized, auth.Expired)
}

func TestVerifyConcurrently(t *testing.T) {
	svc, v := start(t, newClock())
	tokens := []string{svc.Token(bottest.TokenOptions{}), svc.Token(bottest.TokenOptions{Claims: map[string]any{"x": 1}})}
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			if _, err := v.Verify(context.Background(), bearer(tokens[i%2])); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := svc.Count(bottest.OpKeys); n != 1 {
		t.Errorf("the keys were fetched %d times for one burst, want 1", n)
	}
}

func TestErrorTextHasNoToken(t *testing.T) {
	svc, v := start(t, newClock())
	for _, o := range []bottest.TokenOptions{{Issuer: "https://issuer.example"}, {Alg: "HS256", Key: []byte("x")}, {Key: bottest.StrangersKey()}} {
		token := svc.Token(o)
		_, err := v.Verify(t.Context(), bearer(token))
		if err == nil {
			t.Fatal("the token was accepted")
		}
		for _, part := range strings.Split(token, ".") {
			if part != "" && strings.Contains(err.Error(), part) {
				t.Errorf("the error repeats the token: %v", err)
			}
		}
	}
}

// FuzzHeader feeds anything to the header stage: no panic, no acceptance, and no
// answer but 401 while the keys are there.
func FuzzHeader(f *testing.F) {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { svc.Close() })
	v := newVerifier(f, svc.VerifierConfig())
	if err := v.Preload(f.Context()); err != nil {
		f.Fatal(err)
	}
	good := svc.Token(bottest.TokenOptions{})
	for _, seed := range []string{
		"", "Bearer", "Bearer a.b.c", "bearer " + good + "x", "Bearer " + svc.Token(bottest.TokenOptions{Alg: "none"}),
		"Bearer eyJhbGciOiJSUzI1NiJ9.bnVsbA.", "Bearer e30.e30.e30", "Bearer bnVsbA.bnVsbA.bnVsbA",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		_, err := v.Verify(t.Context(), http.Header{"Authorization": {value}})
		if strings.EqualFold(value, "Bearer "+good) {
			return
		}
		var refused *auth.Error
		if refused, _ = err.(*auth.Error); refused == nil || refused.Status != http.StatusUnauthorized {
			t.Fatalf("Verify(%q) = %v", value, err)
		}
	})
}

func TestAuthorize(t *testing.T) {
	now := newClock()
	svc := bottest.Start(t, bottest.Config{Clock: now.Now})
	cfg := svc.VerifierConfig()
	cfg.Tenants = func(tenant string) bool { return tenant == bottest.DefaultTenant }
	v := newVerifier(t, cfg)
	service := svc.ServiceURL()
	covered := auth.Claims{KeyID: "k", ServiceURL: service, Endorsements: []string{"msteams", "webchat"}}
	good := func() *activity.Activity {
		return &activity.Activity{
			Type: activity.TypeMessage, ServiceURL: service, ChannelID: "msteams", CallerID: "urn:forged",
			Conversation: &activity.ConversationAccount{ID: "19:x", TenantID: bottest.DefaultTenant},
			ChannelData:  json.RawMessage(`{"tenant":{"id":"` + bottest.DefaultTenant + `"}}`),
		}
	}
	for _, row := range []struct {
		name   string
		claims auth.Claims
		bend   func(*activity.Activity)
		status int // 0: accepted
		reason auth.Reason
	}{
		{"good", covered, func(*activity.Activity) {}, 0, ""},
		{"the URL in another spelling", covered, func(a *activity.Activity) {
			a.ServiceURL = strings.ToUpper(service[:16]) + strings.TrimRight(service[16:], "/")
		}, 0, ""},
		{"a sub-channel", covered, func(a *activity.Activity) { a.ChannelID = "msteams:sub" }, 0, ""},
		{"the tenant in the conversation alone", covered, func(a *activity.Activity) { a.ChannelData = nil }, 0, ""},
		{"the tenant in the channel data alone", covered, func(a *activity.Activity) { a.Conversation.TenantID = "" }, 0, ""},

		{"no service URL", covered, func(a *activity.Activity) { a.ServiceURL = "" }, 400, auth.ServiceURLMissing},
		{"another path", covered, func(a *activity.Activity) { a.ServiceURL = service + "x" }, 403, auth.ServiceURLMismatch},
		{"another host", covered, func(a *activity.Activity) { a.ServiceURL = "https://evil.example/" }, 403, auth.ServiceURLMismatch},
		{"another scheme", covered, func(a *activity.Activity) { a.ServiceURL = strings.Replace(service, "http:", "https:", 1) }, 403, auth.ServiceURLMismatch},
		{"a URL that does not parse", auth.Claims{ServiceURL: "http://%", Endorsements: covered.Endorsements}, func(a *activity.Activity) { a.ServiceURL = "http://%" }, 403, auth.ServiceURLMismatch},
		{"a host that is signed and not trusted", auth.Claims{ServiceURL: "https://evil.example/", Endorsements: covered.Endorsements}, func(a *activity.Activity) { a.ServiceURL = "https://evil.example/" }, 403, auth.HostNotTrusted},

		{"no channel", covered, func(a *activity.Activity) { a.ChannelID = "" }, 400, auth.ChannelMissing},
		{"no channel before the colon", covered, func(a *activity.Activity) { a.ChannelID = ":msteams" }, 400, auth.ChannelMissing},
		{"an endorsed channel that is not allowed", covered, func(a *activity.Activity) { a.ChannelID = "webchat" }, 403, auth.ChannelNotAllowed},
		{"the channel in capitals", covered, func(a *activity.Activity) { a.ChannelID = "MSTeams" }, 403, auth.ChannelNotAllowed},
		{"a key for other channels", auth.Claims{ServiceURL: service, Endorsements: []string{"webchat"}}, func(*activity.Activity) {}, 403, auth.ChannelNotEndorsed},
		{"a key without endorsements", auth.Claims{ServiceURL: service}, func(*activity.Activity) {}, 403, auth.ChannelNotEndorsed},

		{"tenants that disagree", covered, func(a *activity.Activity) { a.Conversation.TenantID = "66666666-6666-4666-8666-666666666666" }, 400, auth.TenantDisagree},
		{"channel data that is no object", covered, func(a *activity.Activity) { a.ChannelData = json.RawMessage(`"x"`) }, 400, auth.TenantDisagree},
		{"a tenant that is not allowed", covered, func(a *activity.Activity) {
			a.Conversation.TenantID, a.ChannelData = "66666666-6666-4666-8666-666666666666", nil
		}, 403, auth.TenantNotAllowed},
		{"no tenant at all", covered, func(a *activity.Activity) { a.Conversation.TenantID, a.ChannelData = "", nil }, 403, auth.TenantNotAllowed},
		{"claims that nobody verified", auth.Claims{}, func(*activity.Activity) {}, 403, auth.ServiceURLMismatch},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := good()
			row.bend(a)
			err := v.Authorize(row.claims, a)
			if row.status != 0 {
				wantRefusal(t, err, row.status, row.reason)
				if a.CallerID != "" {
					t.Errorf("callerId %q survived a refusal", a.CallerID)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if a.CallerID != auth.Public.CallerID {
				t.Errorf("callerId is %q", a.CallerID)
			}
		})
	}
}

// TestAnActivityWithoutATenantIsNobodys: a tenant that is not named is not asked
// about.
func TestAnActivityWithoutATenantIsNobodys(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	cfg := svc.VerifierConfig()
	cfg.Tenants = func(string) bool { return true }
	a := &activity.Activity{Type: activity.TypeMessage, ServiceURL: svc.ServiceURL(), ChannelID: "msteams"}
	err := newVerifier(t, cfg).Authorize(auth.Claims{ServiceURL: svc.ServiceURL(), Endorsements: []string{"msteams"}}, a)
	wantRefusal(t, err, http.StatusForbidden, auth.TenantNotAllowed)
}
