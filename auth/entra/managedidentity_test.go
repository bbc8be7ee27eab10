package entra_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/auth/entra"
)

const identityHeader = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a"

// appService is the endpoint that App Service, Functions and Container Apps offer
// to the programs they run; see
// https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference.
type appService struct {
	mu      sync.Mutex
	seen    []string // resource and client id of each request
	expires string   // JSON of expires_on
	answer  func() (status int, body string)
}

func newAppService(t *testing.T) *appService {
	a := &appService{expires: fmt.Sprintf(`"%d"`, time.Now().Add(time.Hour).Unix())}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	t.Setenv("IDENTITY_ENDPOINT", server.URL+"/msi/token")
	t.Setenv("IDENTITY_HEADER", identityHeader)
	return a
}

func (a *appService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	q := r.URL.Query()
	a.seen = append(a.seen, q.Get("resource")+" "+q.Get("client_id"))
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.Method != http.MethodGet || r.URL.Path != "/msi/token" || q.Get("api-version") != "2019-08-01" || r.Header.Get("X-IDENTITY-HEADER") != identityHeader:
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"message":"not a request of this protocol"}`)
	case a.answer != nil:
		status, body := a.answer()
		w.WriteHeader(status)
		io.WriteString(w, body)
	default:
		fmt.Fprintf(w, `{"access_token":"identity-%d","expires_on":%s,"resource":%q,"token_type":"Bearer"}`, len(a.seen), a.expires, q.Get("resource"))
	}
}

func (a *appService) requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.seen...)
}

func newManagedIdentity(t *testing.T, cfg entra.ManagedIdentityConfig) *auth.Cached {
	t.Helper()
	cfg.AppID = appID
	s, err := entra.NewManagedIdentity(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAManagedIdentityAsksItsHost(t *testing.T) {
	a, now := newAppService(t), newClock()
	s := newManagedIdentity(t, entra.ManagedIdentityConfig{Clock: now.Now})
	if len(a.requests()) != 0 {
		t.Error("the constructor called the host")
	}
	wantToken(t, s, "identity-1")
	wantToken(t, s, "identity-1")
	now.Advance(56 * time.Minute)
	wantToken(t, s, "identity-2")
	s.Invalidate("identity-2")
	wantToken(t, s, "identity-3")
	// A second source is no second reader of the first one's memory.
	wantToken(t, newManagedIdentity(t, entra.ManagedIdentityConfig{Clock: now.Now}), "identity-4")
	for _, seen := range a.requests() {
		if seen != "https://api.botframework.com "+appID {
			t.Errorf("asked for %q", seen)
		}
	}
}

func TestAManagedIdentityAsksForItsCloud(t *testing.T) {
	a := newAppService(t)
	wantToken(t, newManagedIdentity(t, entra.ManagedIdentityConfig{Cloud: auth.Gov}), "identity-1")
	if seen := a.requests()[0]; !strings.HasPrefix(seen, "https://api.botframework.us ") {
		t.Errorf("asked for %q", seen)
	}
}

func TestTheEndOfAnIdentitysToken(t *testing.T) {
	for _, row := range []struct {
		name, expires string
		kept          bool
	}{
		{"seconds as a string", fmt.Sprintf(`"%d"`, time.Now().Add(time.Hour).Unix()), true},
		{"seconds as a number", fmt.Sprint(time.Now().Add(time.Hour).Unix()), true},
		{"too soon", fmt.Sprintf(`"%d"`, time.Now().Add(4*time.Minute).Unix()), false},
		{"long ago", `"1"`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAppService(t)
			a.expires = row.expires
			s := newManagedIdentity(t, entra.ManagedIdentityConfig{})
			wantToken(t, s, "identity-1")
			if row.kept {
				wantToken(t, s, "identity-1")
			} else {
				wantToken(t, s, "identity-2")
			}
		})
	}
}

func TestARefusedManagedIdentityIsExplained(t *testing.T) {
	for _, row := range []struct {
		name   string
		status int
		body   string
		want   []string
	}{
		{"an identity that is not assigned", 400, `{"statusCode":400,"message":"No User Assigned Identity found for specified ClientId."}`, []string{"400", "No User Assigned Identity"}},
		{"an echoed header", 401, `{"error":"bad_header","error_description":"` + identityHeader + ` is wrong\r\nand more"}`, []string{"401", "bad_header", "is wrong"}},
		{"an error of Entra", 400, `{"error":"unauthorized_client","error_description":"AADSTS700016: Application was not found."}`, []string{"AADSTS700016", "not found"}},
		{"a page", 403, "<html>" + identityHeader, []string{"403"}},
		{"an answer without a token", 200, `{"expires_on":"4102444800"}`, []string{"no token"}},
		{"an empty token", 200, `{"access_token":"","expires_on":"4102444800"}`, []string{"no token"}},
		{"a token in a refusal", 400, `{"access_token":"leaked-token"}`, []string{"400"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAppService(t)
			a.answer = func() (int, string) { return row.status, row.body }
			token, err := newManagedIdentity(t, entra.ManagedIdentityConfig{}).Token(t.Context())
			if token != "" {
				t.Errorf("token %q", token)
			}
			wantError(t, err, []string{identityHeader, "leaked-token"}, append(row.want, "entra: managed identity")...)
			var refused *auth.TokenError
			if !errors.As(err, &refused) {
				t.Errorf("%T is no TokenError", err)
			}
		})
	}
}

// transport answers requests in memory, so that time stands still in a bubble.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func status(r *http.Request, code int, body string) (*http.Response, error) {
	return &http.Response{StatusCode: code, Status: fmt.Sprint(code), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func TestAHostThatFailsIsAskedAgain(t *testing.T) {
	t.Setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi/token")
	t.Setenv("IDENTITY_HEADER", identityHeader)
	for _, row := range []struct {
		name     string
		answer   transport
		attempts int32
		status   int
	}{
		{"after 500", func(r *http.Request) (*http.Response, error) { return status(r, 500, identityHeader) }, 3, 500},
		{"after 429", func(r *http.Request) (*http.Response, error) { return status(r, 429, "") }, 3, 429},
		{"without an answer", func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }, 3, 0},
		{"when it hangs", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, 3, 0},
		{"after what is no JSON", func(r *http.Request) (*http.Response, error) { return status(r, 200, identityHeader) }, 3, 0},
		{"after a token without an end", func(r *http.Request) (*http.Response, error) {
			return status(r, 200, `{"access_token":"leaked-token"}`)
		}, 3, 0},
		{"but not after 400", func(r *http.Request) (*http.Response, error) { return status(r, 400, "") }, 1, 400},
		{"and not where a redirect leads", func(r *http.Request) (*http.Response, error) {
			answer, err := status(r, 307, "")
			answer.Header.Set("Location", "http://evil.example/")
			return answer, err
		}, 1, 307},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var attempts atomic.Int32
				s := newManagedIdentity(t, entra.ManagedIdentityConfig{HTTP: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
					attempts.Add(1)
					return row.answer(r)
				})}})
				_, err := s.Token(t.Context())
				wantError(t, err, []string{identityHeader, "leaked-token"}, "managed identity")
				var refused *auth.TokenError
				if !errors.As(err, &refused) || refused.Status != row.status {
					t.Errorf("got %v, want status %d", err, row.status)
				}
				if n := attempts.Load(); n != row.attempts {
					t.Errorf("%d attempts, want %d", n, row.attempts)
				}
			})
		})
	}
}

func TestNewManagedIdentityRefuses(t *testing.T) {
	if _, err := entra.NewManagedIdentity(entra.ManagedIdentityConfig{}); err == nil {
		t.Error("a source was made without an app id")
	}
	// Cloud Shell has one identity, the signed-in person's.
	t.Setenv("MSI_ENDPOINT", "http://127.0.0.1:9/")
	_, err := entra.NewManagedIdentity(entra.ManagedIdentityConfig{AppID: appID})
	wantError(t, err, nil, "managed identity", "user-assigned")
}
