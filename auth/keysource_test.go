package auth_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/docket-handoff/docket/auth"
)

const appID = "22222222-2222-4222-8222-222222222222"

// publisher serves documents of the test's making.
type publisher struct {
	*httptest.Server
	metadata atomic.Pointer[http.HandlerFunc]
	keys     atomic.Pointer[http.HandlerFunc]
	asked    atomic.Int32
}

func newPublisher(t *testing.T) *publisher {
	t.Helper()
	p := &publisher{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		if r.URL.Path == "/keys" {
			(*p.keys.Load())(w, r)
			return
		}
		(*p.metadata.Load())(w, r)
	}))
	t.Cleanup(p.Close)
	p.serve(&p.metadata, fmt.Sprintf(`{"jwks_uri":%q}`, p.URL+"/keys"))
	return p
}

func (p *publisher) serve(at *atomic.Pointer[http.HandlerFunc], document string) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(document)) })
	at.Store(&handler)
}

func (p *publisher) publish(keys ...map[string]any) {
	document, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		panic(err)
	}
	p.serve(&p.keys, string(document))
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func published(key *rsa.PrivateKey, kid string, changes map[string]any) map[string]any {
	members := map[string]any{
		"kty": "RSA", "use": "sig", "kid": kid, "endorsements": []string{"msteams"},
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}
	for name, value := range changes {
		if members[name] = value; value == nil {
			delete(members, name)
		}
	}
	return members
}

func tokenBy(t *testing.T, key *rsa.PrivateKey, kid string) http.Header {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": auth.Public.Issuer, "aud": appID, "exp": time.Now().Add(time.Hour).Unix(), "serviceurl": "https://smba.trafficmanager.net/amer/",
	})
	token.Header["kid"] = kid
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return bearer(signed)
}

func TestWhichKeysAreTrusted(t *testing.T) {
	good, short := rsaKey(t, 2048), rsaKey(t, 1024)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name    string
		signer  *rsa.PrivateKey
		keys    []map[string]any
		trusted bool
	}{
		{"a key for signing", good, []map[string]any{published(good, "k", nil)}, true},
		{"a key without a use", good, []map[string]any{published(good, "k", map[string]any{"use": nil})}, true},
		{"a key that names its algorithm", good, []map[string]any{published(good, "k", map[string]any{"alg": "RS256"})}, true},
		{"beside keys that make no sense", good, []map[string]any{
			{"kty": "RSA", "kid": "k", "n": "!", "e": "AQAB"}, {"kty": 5}, {}, {"kty": "oct", "kid": "k", "k": "c2VjcmV0"},
			{"kty": "EC", "kid": "k", "crv": "P-256", "x": base64.RawURLEncoding.EncodeToString(curve.X.Bytes()), "y": base64.RawURLEncoding.EncodeToString(curve.Y.Bytes())},
			published(good, "k", nil),
		}, true},
		{"with a certificate that is nonsense", good, []map[string]any{published(good, "k", map[string]any{"x5c": []string{"nonsense"}})}, true},
		{"the first of two with one id", good, []map[string]any{published(good, "k", nil), published(rsaKey(t, 2048), "k", nil)}, true},
		{"the second of two with one id", good, []map[string]any{published(rsaKey(t, 2048), "k", nil), published(good, "k", nil)}, false},
		{"a short key", short, []map[string]any{published(short, "k", nil)}, false},
		{"a key for encryption", good, []map[string]any{published(good, "k", map[string]any{"use": "enc"})}, false},
		{"a key for another algorithm", good, []map[string]any{published(good, "k", map[string]any{"alg": "RS512"})}, false},
		{"a key without an id", good, []map[string]any{published(good, "k", map[string]any{"kid": nil})}, false},
		{"an exponent of one", good, []map[string]any{published(good, "k", map[string]any{"e": "AQ"})}, false},
		{"an even exponent", good, []map[string]any{published(good, "k", map[string]any{"e": "BA"})}, false},
		{"a huge exponent", good, []map[string]any{published(good, "k", map[string]any{"e": "AQAAAAAAAAAB"})}, false},
		{"no exponent", good, []map[string]any{published(good, "k", map[string]any{"e": nil})}, false},
		{"no keys", good, nil, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPublisher(t)
			p.publish(row.keys...)
			v := newVerifier(t, auth.VerifierConfig{AppID: appID, MetadataURL: p.URL + "/metadata"})
			_, err := v.Verify(t.Context(), tokenBy(t, row.signer, "k"))
			if (err == nil) != row.trusted {
				t.Errorf("got %v, want trusted %t", err, row.trusted)
			}
		})
	}
}

// TestBadDocumentsAreNoKeys: each row answers 503, since nothing can be verified,
// and never reaches the host it points to.
func TestBadDocumentsAreNoKeys(t *testing.T) {
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the trap was asked") }))
	defer trap.Close()
	key := rsaKey(t, 2048)
	redirect := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, trap.URL, http.StatusFound) })
	good, err := json.Marshal(map[string]any{"keys": []any{published(key, "k", nil)}})
	if err != nil {
		t.Fatal(err)
	}
	huge := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(good)
		w.Write(bytes.Repeat([]byte(" "), 1<<20))
	})
	for _, row := range []struct {
		name string
		bend func(p *publisher)
	}{
		{"metadata that is no JSON", func(p *publisher) { p.serve(&p.metadata, "<html>") }},
		{"metadata without a location", func(p *publisher) { p.serve(&p.metadata, "{}") }},
		{"a location elsewhere", func(p *publisher) { p.serve(&p.metadata, `{"jwks_uri":"https://evil.example/keys"}`) }},
		{"a location by plain http", func(p *publisher) { p.serve(&p.metadata, `{"jwks_uri":"http://login.botframework.com/keys"}`) }},
		{"a location with a user", func(p *publisher) {
			p.serve(&p.metadata, `{"jwks_uri":"https://a@login.botframework.com.evil.example/keys"}`)
		}},
		{"a location that ends like the host", func(p *publisher) { p.serve(&p.metadata, `{"jwks_uri":"https://evillogin.botframework.com/keys"}`) }},
		{"a file", func(p *publisher) { p.serve(&p.metadata, `{"jwks_uri":"file:///etc/passwd"}`) }},
		{"metadata that redirects", func(p *publisher) { p.metadata.Store(&redirect) }},
		{"keys that redirect", func(p *publisher) { p.keys.Store(&redirect) }},
		{"keys that are too large", func(p *publisher) { p.keys.Store(&huge) }},
		{"keys that are no JSON", func(p *publisher) { p.serve(&p.keys, "[") }},
		{"keys that are a list", func(p *publisher) { p.serve(&p.keys, "[]") }},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPublisher(t)
			p.publish(published(key, "k", nil))
			row.bend(p)
			wire := &fenced{t: t, host: p.Listener.Addr().String(), next: p.Client().Transport}
			v := newVerifier(t, auth.VerifierConfig{AppID: appID, MetadataURL: p.URL + "/metadata", HTTP: &http.Client{Transport: wire}})
			_, err := v.Verify(t.Context(), tokenBy(t, key, "k"))
			wantRefusal(t, err, http.StatusServiceUnavailable, auth.KeysUnavailable)
		})
	}
}

// fenced is a transport that lets nothing out but to one host.
type fenced struct {
	t    *testing.T
	host string
	next http.RoundTripper
}

func (f *fenced) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != f.host {
		f.t.Errorf("a request left for %s", r.URL)
		return nil, errors.New("fenced off")
	}
	return f.next.RoundTrip(r)
}

// TestWhereKeysMayLie asks for keys at the cloud's own host, which the fence keeps
// from being reached: that the request leaves is the answer.
func TestWhereKeysMayLie(t *testing.T) {
	for raw, allowed := range map[string]bool{
		"https://login.botframework.com/v1/.well-known/keys":      true,
		"https://keys.login.botframework.com/v1/.well-known/keys": true,
		"https://LOGIN.botframework.com/keys":                     true,
		"https://botframework.com/keys":                           false,
		"https://login.microsoftonline.com/common/keys":           false,
	} {
		p := newPublisher(t)
		p.serve(&p.metadata, fmt.Sprintf(`{"jwks_uri":%q}`, raw))
		var asked []string
		wire := roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == p.Listener.Addr().String() {
				return p.Client().Transport.RoundTrip(r)
			}
			asked = append(asked, r.URL.String())
			return nil, errors.New("fenced off")
		})
		v := newVerifier(t, auth.VerifierConfig{AppID: appID, MetadataURL: p.URL + "/metadata", HTTP: &http.Client{Transport: wire}})
		if err := v.Preload(t.Context()); err == nil {
			t.Errorf("%s: keys out of nowhere", raw)
		}
		if (len(asked) == 1) != allowed {
			t.Errorf("%s: asked %v, want allowed %t", raw, asked, allowed)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestABadSetDoesNotReplaceAGoodOne rotates to nonsense.
func TestABadSetDoesNotReplaceAGoodOne(t *testing.T) {
	p, key := newPublisher(t), rsaKey(t, 2048)
	p.publish(published(key, "k", nil))
	v := newVerifier(t, auth.VerifierConfig{AppID: appID, MetadataURL: p.URL + "/metadata"})
	token := tokenBy(t, key, "k")
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	p.publish()
	_, err := v.Verify(t.Context(), tokenBy(t, key, "other"))
	wantRefusal(t, err, http.StatusServiceUnavailable, auth.KeysUnavailable)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
}

// TestChangedEndorsementsCountForRememberedTokens publishes the same key with
// other endorsements.
func TestChangedEndorsementsCountForRememberedTokens(t *testing.T) {
	p, key := newPublisher(t), rsaKey(t, 2048)
	p.publish(published(key, "k", nil))
	v := newVerifier(t, auth.VerifierConfig{AppID: appID, MetadataURL: p.URL + "/metadata"})
	token := tokenBy(t, key, "k")
	claims, err := v.Verify(t.Context(), token)
	if err != nil || !claims.Endorsed("msteams") {
		t.Fatal(claims, err)
	}
	p.publish(published(key, "k", map[string]any{"endorsements": []string{"webchat"}}))
	v.Verify(t.Context(), tokenBy(t, key, "look-again"))
	claims, err = v.Verify(t.Context(), token)
	if err != nil || claims.Endorsed("msteams") {
		t.Fatal(claims, err)
	}
}

func TestNewVerifierRefuses(t *testing.T) {
	for name, cfg := range map[string]auth.VerifierConfig{
		"no app id":                    {},
		"plain http":                   {AppID: appID, MetadataURL: "http://login.botframework.com/metadata"},
		"a relative URL":               {AppID: appID, MetadataURL: "/metadata"},
		"another scheme":               {AppID: appID, MetadataURL: "file:///metadata"},
		"a user":                       {AppID: appID, MetadataURL: "https://a@login.botframework.com/"},
		"a name that begins like home": {AppID: appID, MetadataURL: "http://localhost.evil.example/"},
	} {
		if _, err := auth.NewVerifier(cfg); err == nil {
			t.Errorf("%s: a verifier was made", name)
		}
	}
}

func TestCloudByName(t *testing.T) {
	for name, want := range map[string]string{"": "public", "public": "public", "GOV": "gov", "dod": "dod", "china": "china"} {
		if cloud, err := auth.CloudByName(name); err != nil || cloud.Name != want {
			t.Errorf("CloudByName(%q) = %s, %v", name, cloud.Name, err)
		}
	}
	if _, err := auth.CloudByName("germany"); err == nil || !strings.Contains(err.Error(), "china") {
		t.Errorf("an unknown cloud: %v", err)
	}
}
