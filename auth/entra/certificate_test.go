package entra_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/auth/entra"
)

func newCertificate(t *testing.T, e *endpoint, file string, now *clock) *auth.Cached {
	t.Helper()
	s, err := entra.NewCertificate(entra.CertificateConfig{
		AppID: appID, Tenant: tenant, File: file, Cloud: e.cloud(), HTTP: e.Client(), Clock: now.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// checkStatement is what Entra does with a statement that a certificate signed.
func checkStatement(t *testing.T, statement, audience string, certificate *x509.Certificate, now time.Time) string {
	t.Helper()
	claims := jwt.MapClaims{}
	token, err := jwt.ParseWithClaims(statement, claims,
		func(*jwt.Token) (any, error) { return certificate.PublicKey, nil },
		jwt.WithValidMethods([]string{"PS256"}), jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithIssuer(appID), jwt.WithSubject(appID), jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
	if err != nil {
		t.Fatalf("the statement is refused: %v", err)
	}
	digest := sha256.Sum256(certificate.Raw)
	if got, want := token.Header["x5t#S256"], base64.RawURLEncoding.EncodeToString(digest[:]); got != want {
		t.Errorf("x5t#S256 = %v, want %v", got, want)
	}
	if token.Header["typ"] != "JWT" {
		t.Errorf("typ = %v", token.Header["typ"])
	}
	if _, single := claims["aud"].(string); !single {
		t.Errorf("aud = %v, want a string", claims["aud"])
	}
	notBefore, _ := claims.GetNotBefore()
	expires, _ := claims.GetExpirationTime()
	if notBefore == nil || expires.Sub(notBefore.Time) > 10*time.Minute || !expires.After(now) {
		t.Errorf("valid from %v to %v", notBefore, expires)
	}
	id, _ := claims["jti"].(string)
	if len(id) < 16 {
		t.Errorf("jti = %q", id)
	}
	return id
}

func TestACertificateProvesTheApp(t *testing.T) {
	e, now := newEndpoint(t), newClock()
	certificate := certify(t, firstKey())
	s := newCertificate(t, e, writeFile(t, pemCertificate(certificate), pemKey(t, firstKey())), now)
	if len(e.requests()) != 0 {
		t.Error("the constructor called the endpoint")
	}
	wantToken(t, s, "token-1")
	wantToken(t, s, "token-1")
	now.Advance(56 * time.Minute)
	wantToken(t, s, "token-2")
	s.Invalidate("token-2")
	wantToken(t, s, "token-3")

	at := newClock().Now()
	seen := map[string]bool{}
	for i, form := range e.requests() {
		if i == 1 {
			at = now.Now()
		}
		id := checkStatement(t, form.Get("client_assertion"), e.URL+"/"+tenant+"/oauth2/v2.0/token", certificate, at)
		if seen[id] {
			t.Error("a statement was used twice")
		}
		seen[id] = true
		for name, want := range map[string]string{
			"grant_type": "client_credentials", "client_id": appID, "scope": auth.Public.Scope, "client_secret": "",
			"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
		} {
			if form.Get(name) != want {
				t.Errorf("%s = %q, want %q", name, form.Get(name), want)
			}
		}
		if e.paths[i] != "/"+tenant+"/oauth2/v2.0/token" {
			t.Errorf("path %q", e.paths[i])
		}
	}
	if len(seen) != 3 {
		t.Errorf("%d requests, want 3", len(seen))
	}
}

func TestACertificateFileMayBeInAnyOrder(t *testing.T) {
	certificate, other := certify(t, firstKey()), certify(t, secondKey())
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(firstKey())})
	for name, content := range map[string][][]byte{
		"key first":              {pemKey(t, firstKey()), pemCertificate(certificate)},
		"an older kind of key":   {pemCertificate(certificate), pkcs1},
		"with its chain":         {pemKey(t, firstKey()), pemCertificate(certificate), pemCertificate(other)},
		"chain upside down":      {pemCertificate(other), pemCertificate(certificate), pemKey(t, firstKey())},
		"with words around them": {[]byte("Bag Attributes\n  friendlyName: docket\n"), pemCertificate(certificate), []byte("\n"), pemKey(t, firstKey())},
	} {
		t.Run(name, func(t *testing.T) {
			e, now := newEndpoint(t), newClock()
			wantToken(t, newCertificate(t, e, writeFile(t, content...), now), "token-1")
			checkStatement(t, e.requests()[0].Get("client_assertion"), e.URL+"/"+tenant+"/oauth2/v2.0/token", certificate, now.Now())
		})
	}
}

func TestARenewedCertificateNeedsNoRestart(t *testing.T) {
	e, now := newEndpoint(t), newClock()
	file := writeFile(t, pemCertificate(certify(t, firstKey())), pemKey(t, firstKey()))
	s := newCertificate(t, e, file, now)
	wantToken(t, s, "token-1")

	rewrite(t, file, []byte("half a file"))
	now.Advance(56 * time.Minute)
	wantToken(t, s, "token-1")

	renewed := certify(t, secondKey())
	rewrite(t, file, pemCertificate(renewed), pemKey(t, secondKey()))
	now.Advance(time.Minute)
	wantToken(t, s, "token-2")
	checkStatement(t, e.requests()[1].Get("client_assertion"), e.URL+"/"+tenant+"/oauth2/v2.0/token", renewed, now.Now())
}

func TestACertificateThatExpiresMeanwhileIsNotUsed(t *testing.T) {
	e, now := newEndpoint(t), newClock()
	file := writeFile(t, pemCertificate(certifyUntil(t, firstKey(), now.Now().Add(30*time.Minute))), pemKey(t, firstKey()))
	s := newCertificate(t, e, file, now)
	wantToken(t, s, "token-1")
	now.Advance(2 * time.Hour)
	_, err := s.Token(t.Context())
	wantError(t, err, nil, "client assertion", file, "expired on 2026-11-23 09:30 UTC")
	if len(e.requests()) != 1 {
		t.Error("the endpoint was asked with an expired certificate")
	}
}

func TestARefusedCertificateIsExplained(t *testing.T) {
	e, now := newEndpoint(t), newClock()
	key := pemKey(t, firstKey())
	s := newCertificate(t, e, writeFile(t, pemCertificate(certify(t, firstKey())), key), now)
	var statement string
	e.refuse(func(form url.Values) (int, string) {
		statement = form.Get("client_assertion")
		return 401, `{"error":"invalid_client","error_description":"AADSTS700027: The certificate with identifier used to sign ` + statement + ` is not registered.\r\nTrace ID: 1"}`
	})
	_, err := s.Token(t.Context())
	wantError(t, err, []string{statement, string(key)}, "401", "invalid_client", "AADSTS700027", "is not registered")

	now.Advance(time.Minute) // a refusal is not forgotten at once
	e.refuse(func(url.Values) (int, string) {
		return 200, `{"token_type":"Bearer","expires_in":3600,"access_token":""}`
	})
	_, err = s.Token(t.Context())
	wantError(t, err, nil, "access_token")
}

func TestNobodyWaitsForAnEndpointThatHangs(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer server.Close()
	defer close(release)
	s, err := entra.NewCertificate(entra.CertificateConfig{
		AppID: appID, File: writeFile(t, pemCertificate(certify(t, firstKey())), pemKey(t, firstKey())),
		TokenURL: server.URL, HTTP: server.Client(), Clock: newClock().Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err = s.Token(ctx)
	wantError(t, err, nil, "waiting for a token")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNewCertificateNeedsItsParts(t *testing.T) {
	file := writeFile(t, pemCertificate(certify(t, firstKey())), pemKey(t, firstKey()))
	for name, cfg := range map[string]entra.CertificateConfig{
		"no app id":  {File: file},
		"no file":    {AppID: appID},
		"plain http": {AppID: appID, File: file, TokenURL: "http://login.example/token"},
	} {
		cfg.Clock = newClock().Now
		if _, err := entra.NewCertificate(cfg); err == nil {
			t.Errorf("%s: a source was made", name)
		}
	}
}

func TestTheTokenURLIsTheAudience(t *testing.T) {
	e, now := newEndpoint(t), newClock()
	certificate := certify(t, firstKey())
	s, err := entra.NewCertificate(entra.CertificateConfig{
		AppID: appID, File: writeFile(t, pemCertificate(certificate), pemKey(t, firstKey())), TokenURL: e.URL + "/elsewhere", HTTP: e.Client(), Clock: now.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	wantToken(t, s, "token-1")
	checkStatement(t, e.requests()[0].Get("client_assertion"), e.URL+"/elsewhere", certificate, now.Now())
}

// secretsOf are the lines of a key, none of which may be shown.
func secretsOf(content []byte) []string {
	var lines []string
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); len(line) > 40 {
			lines = append(lines, line)
		}
	}
	return lines
}
