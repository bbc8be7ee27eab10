package auth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

const secret = "s3cret~value/with+signs"

func newSource(t *testing.T, cfg auth.ClientSecretConfig) auth.TokenSource {
	t.Helper()
	s, err := auth.NewClientSecret(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustToken(t *testing.T, s auth.TokenSource) string {
	t.Helper()
	token, err := s.Token(t.Context())
	if err != nil || token == "" {
		t.Fatalf("Token() = %q, %v", token, err)
	}
	return token
}

func TestTokenIsKeptAndRenewedEarly(t *testing.T) {
	now := newClock()
	svc := bottest.Start(t, bottest.Config{Clock: now.Now})
	s := newSource(t, svc.SecretConfig())
	first := mustToken(t, s)
	now.Advance(54 * time.Minute)
	if mustToken(t, s) != first {
		t.Error("the token was not kept")
	}
	now.Advance(2 * time.Minute)
	if mustToken(t, s) == first {
		t.Error("the token was not renewed five minutes before its end")
	}
	if n := svc.Count(bottest.OpToken); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
}

func TestTokenIsFetchedOnceForMany(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	svc.Fail(bottest.OpToken, 1, bottest.Fault{Delay: 20 * time.Millisecond})
	s := newSource(t, svc.SecretConfig())
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := s.Token(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := svc.Count(bottest.OpToken); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

func TestInvalidateDropsThatTokenAlone(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	s := newSource(t, svc.SecretConfig())
	first := mustToken(t, s)
	s.Invalidate("another")
	if mustToken(t, s) != first {
		t.Error("another token's end dropped this one")
	}
	s.Invalidate(first)
	if mustToken(t, s) == first {
		t.Error("the refused token came back")
	}
}

func TestAFailedRenewalLeavesTheOldToken(t *testing.T) {
	now := newClock()
	svc := bottest.Start(t, bottest.Config{Clock: now.Now})
	s := newSource(t, svc.SecretConfig())
	first := mustToken(t, s)
	svc.Fail(bottest.OpToken, -1, bottest.Fault{Status: 400})
	now.Advance(56 * time.Minute)
	for range 10 {
		if mustToken(t, s) != first {
			t.Fatal("the old token was given up before its end")
		}
	}
	if n := svc.Count(bottest.OpToken); n != 2 {
		t.Errorf("%d fetches, want one attempt to renew", n)
	}
	now.Advance(4 * time.Minute)
	if _, err := s.Token(t.Context()); err == nil {
		t.Error("an expired token was used")
	}
}

func TestAShortLivedTokenIsUsedOnce(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{TokenLifetime: 4 * time.Minute})
	s := newSource(t, svc.SecretConfig())
	if mustToken(t, s) == mustToken(t, s) {
		t.Error("a token of four minutes was kept")
	}
}

// answers is a token endpoint that answers from a list, in memory so that it
// runs in a bubble.
type answers struct {
	mu   sync.Mutex
	list []*http.Response
	seen []string
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	a.seen = append(a.seen, string(body))
	if len(a.list) == 0 {
		return nil, errors.New("connection refused")
	}
	next := a.list[0]
	a.list = a.list[1:]
	next.Request = r
	return next, nil
}

func answer(status int, body string, headers ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Status: fmt.Sprint(status), Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

const goodToken = `{"token_type":"Bearer","expires_in":3600,"access_token":"tok"}`

func TestTokenRetries(t *testing.T) {
	for _, row := range []struct {
		name     string
		answers  []*http.Response
		attempts int
		status   int // of the error; 0 for none, -1 for one without an answer
	}{
		{"at once", []*http.Response{answer(200, goodToken)}, 1, 0},
		{"after a 503", []*http.Response{answer(503, ""), answer(200, goodToken)}, 2, 0},
		{"after a 429 with a wish", []*http.Response{answer(429, "{}", "Retry-After", "7"), answer(200, goodToken)}, 2, 0},
		{"not after a 429 that asks for too much", []*http.Response{answer(429, "{}", "Retry-After", "60"), answer(200, goodToken)}, 1, 429},
		{"three times at most", []*http.Response{answer(500, ""), answer(502, ""), answer(504, ""), answer(200, goodToken)}, 3, 504},
		{"without an answer", nil, 3, -1},
		{"not after a 400", []*http.Response{answer(400, `{"error":"invalid_request"}`), answer(200, goodToken)}, 1, 400},
		{"not after an answer without a token", []*http.Response{answer(200, "{}"), answer(200, goodToken)}, 1, 200},
		{"not after a redirect", []*http.Response{answer(307, "", "Location", "https://evil.example/"), answer(200, goodToken)}, 1, 307},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				endpoint := &answers{list: row.answers}
				s := newSource(t, auth.ClientSecretConfig{AppID: appID, Secret: secret, Tenant: "t", HTTP: &http.Client{Transport: endpoint}})
				_, err := s.Token(t.Context())
				var refused *auth.TokenError
				switch {
				case row.status == 0 && err != nil,
					row.status > 0 && (!errors.As(err, &refused) || refused.Status != row.status),
					row.status < 0 && (!errors.As(err, &refused) || refused.Status != 0 || !refused.Temporary()):
					t.Errorf("got %v", err)
				}
				if len(endpoint.seen) != row.attempts {
					t.Errorf("%d attempts, want %d", len(endpoint.seen), row.attempts)
				}
			})
		})
	}
}

func TestTokenErrorsSayWhatAndHideTheSecret(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer *http.Response
		want   []string
	}{
		{"a wrong secret", answer(401, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret `+secret+` provided.\r\nTrace ID: 1"}`),
			[]string{"401", "invalid_client", "AADSTS7000215", "Invalid client secret"}},
		{"the wrong directory", answer(400, `{"error":"unauthorized_client","error_description":"AADSTS700016: not found in the directory 'Bot Framework'"}`),
			[]string{"AADSTS700016", "Bot Framework"}},
		{"no JSON", answer(404, "<html>"+secret), []string{"404"}},
		{"an error under 200", answer(200, `{"error":"weird\u0007"}`), []string{"200", "weird"}},
		{"no token", answer(200, `{"token_type":"Bearer","expires_in":3600}`), []string{"access_token"}},
		{"an empty token", answer(200, `{"token_type":"Bearer","expires_in":3600,"access_token":""}`), []string{"access_token"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSource(t, auth.ClientSecretConfig{AppID: appID, Secret: secret, HTTP: &http.Client{Transport: &answers{list: []*http.Response{row.answer}}}})
				token, err := s.Token(t.Context())
				if err == nil || token != "" {
					t.Fatalf("Token() = %q, %v", token, err)
				}
				for _, part := range row.want {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("%q does not say %q", err, part)
					}
				}
				if strings.Contains(err.Error(), secret) || strings.ContainsAny(err.Error(), "\r\n\a") {
					t.Errorf("unfit for a log: %q", err)
				}
			})
		})
	}
}

func TestTheRequestIsTheOneOfTheProtocol(t *testing.T) {
	var path string
	var form map[string][]string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		path, form = r.URL.Path, r.PostForm
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, goodToken)
	}))
	defer server.Close()
	s := newSource(t, auth.ClientSecretConfig{AppID: appID, Secret: secret, TokenURL: server.URL + "/tenant/oauth2/v2.0/token", Cloud: auth.Gov})
	mustToken(t, s)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	for name, want := range map[string]string{
		"grant_type": "client_credentials", "client_id": appID, "client_secret": secret, "scope": auth.Gov.Scope,
	} {
		if got := form[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if path != "/tenant/oauth2/v2.0/token" {
		t.Errorf("path %q", path)
	}
}

func TestNewClientSecretRefuses(t *testing.T) {
	for name, cfg := range map[string]auth.ClientSecretConfig{
		"no app id":  {Secret: secret},
		"no secret":  {AppID: appID},
		"plain http": {AppID: appID, Secret: secret, TokenURL: "http://login.example/token"},
		"no URL":     {AppID: appID, Secret: secret, TokenURL: "token"},
	} {
		if _, err := auth.NewClientSecret(cfg); err == nil {
			t.Errorf("%s: a source was made", name)
		}
	}
}

func TestTheSecretIsNotPrinted(t *testing.T) {
	cfg := auth.ClientSecretConfig{AppID: appID, Secret: secret, Tenant: "t"}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("settings", "cfg", cfg)
	for _, text := range []string{fmt.Sprint(cfg), fmt.Sprintf("%+v", cfg), fmt.Sprintf("%#v", cfg), log.String()} {
		if strings.Contains(text, secret) || !strings.Contains(text, appID) {
			t.Errorf("printed: %s", text)
		}
	}
}

func TestNoToken(t *testing.T) {
	var s auth.TokenSource = auth.NoToken{}
	s.Invalidate("")
	if token, err := s.Token(t.Context()); token != "" || err != nil {
		t.Errorf("Token() = %q, %v", token, err)
	}
}
