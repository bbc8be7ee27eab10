package entra_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/auth/entra"
)

// Statements as a cluster writes them; nobody here checks their signature.
const (
	monday  = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtb25kYXkifQ.c2lnbmF0dXJlLW1vbmRheQ"
	tuesday = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ0dWVzZGF5In0.c2lnbmF0dXJlLXR1ZXNkYXk"
)

func TestAWorkloadIdentityPassesOnTheCurrentToken(t *testing.T) {
	e, now := newEndpoint(t), newClock()
	file := writeFile(t, []byte(monday+"\n"))
	s, err := entra.NewWorkloadIdentity(entra.WorkloadIdentityConfig{
		AppID: appID, Tenant: tenant, TokenFile: file, Cloud: e.cloud(), HTTP: e.Client(), Clock: now.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(e.requests()) != 0 {
		t.Error("the constructor called the endpoint")
	}
	wantToken(t, s, "token-1")
	wantToken(t, s, "token-1")

	rewrite(t, file, []byte(tuesday))
	wantToken(t, s, "token-1")
	s.Invalidate("token-1")
	wantToken(t, s, "token-2")

	for i, want := range []string{monday, tuesday} {
		form := e.requests()[i]
		if form.Get("client_assertion") != want || form.Get("client_id") != appID || form.Has("client_secret") {
			t.Errorf("request %d: %v", i, form)
		}
		if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			t.Errorf("client_assertion_type %q", form.Get("client_assertion_type"))
		}
	}

	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	now.Advance(56 * time.Minute)
	wantToken(t, s, "token-2")
	now.Advance(10 * time.Minute)
	_, err = s.Token(t.Context())
	wantError(t, err, []string{tuesday}, "client assertion", file, "cannot be read")
}

func TestARefusedWorkloadIdentityIsExplained(t *testing.T) {
	e := newEndpoint(t)
	s, err := entra.NewWorkloadIdentity(entra.WorkloadIdentityConfig{
		AppID: appID, Tenant: tenant, TokenFile: writeFile(t, []byte(monday)), Cloud: e.cloud(), HTTP: e.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	e.refuse(func(form url.Values) (int, string) {
		return 400, `{"error":"invalid_request","error_description":"AADSTS70021: No matching federated identity record found for ` + form.Get("client_assertion") + `"}`
	})
	_, err = s.Token(t.Context())
	wantError(t, err, []string{monday}, "400", "AADSTS70021", "No matching federated identity record")
}

func TestNewWorkloadIdentityRefuses(t *testing.T) {
	key := pemKey(t, firstKey())
	good := writeFile(t, []byte(monday))
	for _, row := range []struct {
		name string
		cfg  entra.WorkloadIdentityConfig
		want string
	}{
		{"no app id", entra.WorkloadIdentityConfig{Tenant: tenant, TokenFile: good}, "needs an app id"},
		{"no tenant", entra.WorkloadIdentityConfig{AppID: appID, TokenFile: good}, "a tenant"},
		{"no file", entra.WorkloadIdentityConfig{AppID: appID, Tenant: tenant}, "a token file"},
		{"a missing file", entra.WorkloadIdentityConfig{AppID: appID, Tenant: tenant, TokenFile: filepath.Join(t.TempDir(), "token")}, "no such file"},
		{"an empty file", entra.WorkloadIdentityConfig{AppID: appID, Tenant: tenant, TokenFile: writeFile(t, nil)}, "holds no token"},
		{"a key by mistake", entra.WorkloadIdentityConfig{AppID: appID, Tenant: tenant, TokenFile: writeFile(t, key)}, "holds no token"},
		{"three words", entra.WorkloadIdentityConfig{AppID: appID, Tenant: tenant, TokenFile: writeFile(t, []byte("one. two. three"))}, "holds no token"},
		{"too much", entra.WorkloadIdentityConfig{AppID: appID, Tenant: tenant, TokenFile: writeFile(t, []byte(strings.Repeat("x", 64<<10+1)))}, "too large"},
		{"plain http", entra.WorkloadIdentityConfig{AppID: appID, Tenant: tenant, TokenFile: good, TokenURL: "http://login.example/"}, "token URL"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := entra.NewWorkloadIdentity(row.cfg)
			wantError(t, err, append(secretsOf(key), monday), row.want)
		})
	}
}
