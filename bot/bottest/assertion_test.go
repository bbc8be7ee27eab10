package bottest_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/auth/entra"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// certified makes a certificate for a key, and the file of both.
func certified(t *testing.T, key *rsa.PrivateKey) (*x509.Certificate, string) {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bot"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	private := must[[]byte](t)(x509.MarshalPKCS8PrivateKey(key))
	file := filepath.Join(t.TempDir(), "bot.pem")
	content := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return must[*x509.Certificate](t)(x509.ParseCertificate(der)), file
}

// says sends a line with a token source of the SDK's.
func says(t *testing.T, svc *bottest.Service, tokens auth.TokenSource) error {
	t.Helper()
	client := must[*bot.Client](t)(bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: svc.Hosts()}))
	defer client.Close()
	_, err := client.Send(t.Context(), svc.ServiceURL(), channelID, &activity.Activity{Type: activity.TypeMessage, Text: "hello"})
	return err
}

func TestABotWithACertificate(t *testing.T) {
	certificate, file := certified(t, bottest.StrangersKey())
	svc := bottest.Start(t, bottest.Config{Certificate: certificate})
	byCertificate := func(file string) auth.TokenSource {
		return must[*auth.Cached](t)(entra.NewCertificate(entra.CertificateConfig{
			AppID: bottest.DefaultAppID, Tenant: bottest.DefaultTenant, File: file, TokenURL: svc.TokenURL(),
		}))
	}
	if err := says(t, svc, byCertificate(file)); err != nil {
		t.Fatal(err)
	}
	if len(svc.Threads(channelID)) != 1 {
		t.Error("nothing was posted")
	}
	svc.ExpectViolation("AADSTS700027")
	_, other := certified(t, must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048)))
	if err := says(t, svc, byCertificate(other)); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("another certificate: %v", err)
	}
}

func TestABotThatAnotherIssuerVouchesFor(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	statement := must[string](t)(jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": "https://cluster.example/", "sub": "system:serviceaccount:docket:docket", "aud": []string{"api://AzureADTokenExchange"},
		"exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString(bottest.StrangersKey()))
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(statement), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens := must[*auth.Cached](t)(entra.NewWorkloadIdentity(entra.WorkloadIdentityConfig{
		AppID: bottest.DefaultAppID, Tenant: bottest.DefaultTenant, TokenFile: file, TokenURL: svc.TokenURL(),
	}))
	if err := says(t, svc, tokens); err != nil {
		t.Error(err)
	}
}

// TestStatementsThatEntraRefuses bends a good statement, or the request that carries it, in one respect each.
func TestStatementsThatEntraRefuses(t *testing.T) {
	certificate, _ := certified(t, bottest.StrangersKey())
	long, short := sha256.Sum256(certificate.Raw), sha1.Sum(certificate.Raw)
	thumbprint := func(digest []byte) string { return base64.RawURLEncoding.EncodeToString(digest) }
	type bent struct {
		name   string
		method jwt.SigningMethod
		key    any
		claims jwt.MapClaims // nil removes one
		header map[string]any
		form   url.Values
		code   string // none is a token
	}
	past, future := time.Now().Add(-time.Minute).Unix(), time.Now().Add(time.Minute).Unix()
	federated := func(changes jwt.MapClaims) jwt.MapClaims {
		claims := jwt.MapClaims{"iss": "https://cluster.example/", "sub": "docket", "aud": "api://AzureADTokenExchange", "jti": nil}
		for name, value := range changes {
			claims[name] = value
		}
		return claims
	}
	for _, row := range []bent{
		{name: "good"},
		{name: "by the older digest", method: jwt.SigningMethodRS256, header: map[string]any{"x5t#S256": nil, "x5t": thumbprint(short[:])}},
		{name: "for another endpoint", claims: jwt.MapClaims{"aud": "https://login.example/oauth2/v2.0/token"}, code: "AADSTS700023"},
		{name: "for nothing", claims: jwt.MapClaims{"aud": nil}, code: "AADSTS50027"},
		{name: "of another app", claims: jwt.MapClaims{"iss": "other"}, code: "AADSTS700021"},
		{name: "about another app", claims: jwt.MapClaims{"sub": "other"}, code: "AADSTS700021"},
		{name: "of nobody", claims: jwt.MapClaims{"iss": nil}, code: "AADSTS50027"},
		{name: "expired", claims: jwt.MapClaims{"exp": past}, code: "AADSTS700024"},
		{name: "not yet", claims: jwt.MapClaims{"nbf": future}, code: "AADSTS700024"},
		{name: "for ever", claims: jwt.MapClaims{"exp": nil}, code: "AADSTS50027"},
		{name: "without an id", claims: jwt.MapClaims{"jti": nil}, code: "AADSTS50027"},
		{name: "without a digest", header: map[string]any{"x5t#S256": nil}, code: "AADSTS700027"},
		{name: "of another certificate", header: map[string]any{"x5t#S256": thumbprint(short[:])}, code: "AADSTS700027"},
		{name: "by another key", key: must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048)), code: "AADSTS700027"},
		{name: "by an unusual method", method: jwt.SigningMethodRS512, code: "AADSTS700027"},
		{name: "by a shared secret", method: jwt.SigningMethodHS256, key: []byte("secret"), code: "AADSTS50027"},
		{name: "not signed", method: jwt.SigningMethodNone, key: jwt.UnsafeAllowNoneSignatureType, code: "AADSTS50027"},
		{name: "no statement", form: url.Values{"client_assertion": {"hello"}}, code: "AADSTS50027"},
		{name: "no type", form: url.Values{"client_assertion_type": nil}, code: "AADSTS7000218"},
		{name: "no credential", form: url.Values{"client_assertion": nil}, code: "AADSTS7000218"},
		{name: "a secret as well", form: url.Values{"client_secret": {"x"}}, code: "two credentials"},

		{name: "federated", claims: federated(nil)},
		{name: "federated, for another exchange", claims: federated(jwt.MapClaims{"aud": "api://other"}), code: "AADSTS700212"},
		{name: "federated, expired", claims: federated(jwt.MapClaims{"exp": past}), code: "AADSTS700024"},
		{name: "federated, for ever", claims: federated(jwt.MapClaims{"exp": nil}), code: "AADSTS50027"},
		{name: "federated, about nobody", claims: federated(jwt.MapClaims{"sub": nil}), code: "AADSTS700213"},
	} {
		t.Run(row.name, func(t *testing.T) {
			svc := bottest.Start(t, bottest.Config{Certificate: certificate})
			if row.code != "" {
				svc.ExpectViolation(row.code)
			}
			if row.method == nil {
				row.method = jwt.SigningMethodPS256
			}
			if row.key == nil {
				row.key = bottest.StrangersKey()
			}
			token := jwt.NewWithClaims(row.method, jwt.MapClaims{
				"aud": svc.TokenURL(), "iss": bottest.DefaultAppID, "sub": bottest.DefaultAppID, "jti": "1",
				"nbf": time.Now().Unix(), "exp": time.Now().Add(10 * time.Minute).Unix(),
			})
			token.Header["x5t#S256"] = thumbprint(long[:])
			changed(token.Claims.(jwt.MapClaims), row.claims)
			changed(token.Header, row.header)
			form := url.Values{
				"grant_type": {"client_credentials"}, "client_id": {bottest.DefaultAppID}, "scope": {auth.Public.Scope},
				"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
				"client_assertion":      {must[string](t)(token.SignedString(row.key))},
			}
			for name, values := range row.form {
				form[name] = values
			}
			status, body := postForm(t.Context(), t, svc.TokenURL(), form)
			if row.code == "" && status != http.StatusOK || row.code != "" && (status < 400 || !strings.Contains(body, row.code)) {
				t.Errorf("%d %s, want %q", status, body, row.code)
			}
		})
	}
}

// changed sets members, and removes those whose value is nil.
func changed(members, changes map[string]any) {
	for name, value := range changes {
		if members[name] = value; value == nil {
			delete(members, name)
		}
	}
}

func postForm(ctx context.Context, t *testing.T, at string, form url.Values) (int, string) {
	t.Helper()
	req := must[*http.Request](t)(http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(form.Encode())))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode, string(must[[]byte](t)(io.ReadAll(resp.Body)))
}
