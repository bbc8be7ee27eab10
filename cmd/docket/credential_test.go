package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	testBot       = "22222222-2222-4222-8222-222222222222"
	testTenant    = "11111111-1111-4111-8111-111111111111"
	testStatement = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"
)

// writePEM writes a certificate for the coming hour with its key.
func writePEM(t *testing.T, mode os.FileMode) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "docket"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	content := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	content = append(content, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})...)
	return writeText(t, "bot.pem", string(content), mode)
}

func writeText(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil { // whatever the umask says
		t.Fatal(err)
	}
	return file
}

func TestABotHasExactlyOneCredential(t *testing.T) {
	good := writePEM(t, 0o600)
	bot := func(more ...string) []string {
		return append([]string{"--bot-id=" + testBot, "--bot-tenant=" + testTenant}, more...)
	}
	for _, row := range []struct {
		name string
		args []string
		want []string
	}{
		{"an unknown way", bot("--bot-auth=password"), []string{"DOCKET_BOT_AUTH", "workload-identity"}},
		{"no id", []string{"--bot-auth=managed-identity"}, []string{"DOCKET_BOT_ID", "managed-identity"}},
		{"an identity with a secret", bot("--bot-auth=managed-identity", "--bot-secret=hush"), []string{"DOCKET_BOT_SECRET", "managed-identity"}},
		{"a type that means an identity, with a secret", bot("--bot-type=UserAssignedMSI", "--bot-secret=hush"), []string{"DOCKET_BOT_SECRET", "managed-identity"}},
		{"a type that means another way", bot("--bot-type=UserAssignedMSI", "--bot-auth=certificate"), []string{"MicrosoftAppType", "certificate"}},
		{"an identity without a tenant", []string{"--bot-id=" + testBot, "--bot-auth=managed-identity"}, []string{"DOCKET_BOT_TENANT"}},
		{"no secret", bot(), []string{"DOCKET_BOT_SECRET"}},
		{"a certificate and a secret", bot("--bot-auth=certificate", "--bot-certificate="+good, "--bot-secret=hush"), []string{"DOCKET_BOT_SECRET", "certificate"}},
		{"a certificate beside a secret", bot("--bot-secret=hush", "--bot-certificate="+good), []string{"DOCKET_BOT_CERTIFICATE", "DOCKET_BOT_AUTH"}},
		{"no certificate", bot("--bot-auth=certificate"), []string{"DOCKET_BOT_CERTIFICATE", "PEM"}},
		{"a certificate without a tenant", []string{"--bot-id=" + testBot, "--bot-auth=certificate", "--bot-certificate=" + good}, []string{"DOCKET_BOT_TENANT"}},
		{"a missing certificate", bot("--bot-auth=certificate", "--bot-certificate=nowhere.pem"), []string{"DOCKET_BOT_CERTIFICATE", "nowhere.pem", "no such file"}},
		{"a file without a key", bot("--bot-auth=certificate", "--bot-certificate="+writeText(t, "x.pem", "hello", 0o600)), []string{"DOCKET_BOT_CERTIFICATE", "no PEM"}},
		{"a key that all can read", bot("--bot-auth=certificate", "--bot-certificate="+writePEM(t, 0o644)), []string{"DOCKET_BOT_CERTIFICATE", "chmod 600"}},
		{"a workload without a file", bot("--bot-auth=workload-identity"), []string{"AZURE_FEDERATED_TOKEN_FILE"}},
		{"a workload with a missing file", bot("--bot-auth=workload-identity", "--bot-federated-token-file=nowhere"), []string{"FEDERATED_TOKEN_FILE", "nowhere"}},
		{"a workload without a tenant", []string{"--bot-id=" + testBot, "--bot-auth=workload-identity", "--bot-type=MultiTenant"}, []string{"DOCKET_BOT_TENANT"}},
		{"a token endpoint without TLS", bot("--bot-auth=certificate", "--bot-certificate="+good, "--bot-token-url=http://login.example/token"), []string{"DOCKET_BOT_TOKEN_URL", "https"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("AZURE_FEDERATED_TOKEN_FILE", "")
			var out, errs strings.Builder
			args := append([]string{"serve", "--addr=127.0.0.1:0", "--store=bolt:" + filepath.Join(t.TempDir(), "docket.db")}, row.args...)
			if code := run(t.Context(), args, &out, &errs); code == 0 {
				t.Error("it started")
			}
			said := errs.String()
			for _, word := range row.want {
				if !strings.Contains(said, word) {
					t.Errorf("%q does not say %q", said, word)
				}
			}
			if strings.Count(said, "\n") != 1 || strings.Contains(said, "hush") {
				t.Errorf("unfit to be shown: %q", said)
			}
		})
	}
}

// entraStub answers a token to whoever sends the form that want describes.
func entraStub(t *testing.T, want func(url.Values) bool) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		if r.Form.Get("client_id") != testBot || !want(r.Form) {
			t.Errorf("unexpected request: %v", r.Form)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3600,"expires_on":"%d","access_token":"it"}`, time.Now().Add(time.Hour).Unix())
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestEveryCredentialObtainsAToken(t *testing.T) {
	signed := func(f url.Values) bool { return strings.Count(f.Get("client_assertion"), ".") == 2 }
	passedOn := func(f url.Values) bool { return f.Get("client_assertion") == testStatement }
	identity := func(f url.Values) bool { return f.Get("resource") == "https://api.botframework.com" }
	for _, row := range []struct {
		name string
		bot  botSettings
		want func(url.Values) bool
	}{
		{"secret", botSettings{Auth: "secret", Secret: "hush"}, func(f url.Values) bool { return f.Get("client_secret") == "hush" }},
		{"certificate", botSettings{Auth: "certificate", Certificate: writePEM(t, 0o400)}, signed},
		{"workload identity", botSettings{Auth: "workload-identity", FederatedTokenFile: writeText(t, "token", testStatement, 0o644)}, passedOn},
		{"managed identity", botSettings{Auth: "managed-identity"}, identity},
		{"managed identity by the registration's type", botSettings{Auth: "secret", Type: "UserAssignedMSI"}, identity},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := row.bot
			b.ID, b.Tenant, b.Cloud, b.TokenURL = testBot, testTenant, "public", entraStub(t, row.want)
			t.Setenv("IDENTITY_ENDPOINT", b.TokenURL)
			t.Setenv("IDENTITY_HEADER", "header")
			if err := b.validate(false); err != nil {
				t.Fatal(err)
			}
			tokens, err := b.tokens()
			if err != nil {
				t.Fatal(err)
			}
			if token, err := tokens.Token(t.Context()); token != "it" || err != nil {
				t.Errorf("Token() = %q, %v", token, err)
			}
		})
	}
}
