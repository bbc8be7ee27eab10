package entra_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/docket-handoff/docket/auth"
)

const (
	appID  = "22222222-2222-4222-8222-222222222222"
	tenant = "11111111-1111-4111-8111-111111111111"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a time that moves only when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// endpoint is Entra's token endpoint behind TLS. It answers a new token to each
// request, unless told otherwise, and remembers what it was sent.
type endpoint struct {
	*httptest.Server
	mu      sync.Mutex
	forms   []url.Values
	paths   []string
	refusal func(url.Values) (status int, body string)
}

func newEndpoint(t *testing.T) *endpoint {
	e := &endpoint{}
	e.Server = httptest.NewTLSServer(e)
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forms, e.paths = append(e.forms, r.PostForm), append(e.paths, r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	if e.refusal != nil {
		status, body := e.refusal(r.PostForm)
		w.WriteHeader(status)
		io.WriteString(w, body)
		return
	}
	fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3600,"access_token":"token-%d"}`, len(e.forms))
}

func (e *endpoint) refuse(answer func(url.Values) (int, string)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.refusal = answer
}

// requests are the forms sent so far.
func (e *endpoint) requests() []url.Values {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]url.Values(nil), e.forms...)
}

// cloud is the commercial cloud with its sign-in at the endpoint.
func (e *endpoint) cloud() auth.Cloud {
	cloud := auth.Public
	cloud.LoginHost = e.URL
	return cloud
}

func wantToken(t *testing.T, s auth.TokenSource, want string) {
	t.Helper()
	if got, err := s.Token(t.Context()); got != want || err != nil {
		t.Fatalf("Token() = %q, %v; want %q", got, err, want)
	}
}

// wantError holds an error to its words, and to one line without secrets.
func wantError(t *testing.T, err error, secrets []string, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one that says %q", words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("a secret is shown: %q", err)
		}
	}
	if strings.ContainsAny(err.Error(), "\r\n\a\t") {
		t.Errorf("more than a line: %q", err)
	}
}

// writeFile writes a file that its owner alone can read.
func writeFile(t *testing.T, content ...[]byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file.pem")
	rewrite(t, file, content...)
	return file
}

func rewrite(t *testing.T, file string, content ...[]byte) {
	t.Helper()
	var all []byte
	for _, part := range content {
		all = append(all, part...)
	}
	if err := os.WriteFile(file, all, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The keys are made once: they are what takes time.
var (
	firstKey  = sync.OnceValue(func() *rsa.PrivateKey { return mustKey(2048) })
	secondKey = sync.OnceValue(func() *rsa.PrivateKey { return mustKey(2048) })
)

func mustKey(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

// certify makes a self-signed certificate that is valid on the day of the clock.
func certify(t *testing.T, key *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	return certifyUntil(t, key, time.Date(2027, 5, 31, 12, 0, 0, 0, time.UTC))
}

func certifyUntil(t *testing.T, key *rsa.PrivateKey, end time.Time) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "docket"},
		NotBefore: end.AddDate(-1, 0, 0), NotAfter: end,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func pemCertificate(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func pemKey(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}
