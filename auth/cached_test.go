package auth_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/auth"
)

func TestCachedTriesAgainWhatMayPass(t *testing.T) {
	for _, row := range []struct {
		name     string
		err      error
		attempts int32
	}{
		{"a temporary refusal", &auth.TokenError{Status: 503}, 3},
		{"a temporary refusal within another error", errors.Join(errors.New("first step"), &auth.TokenError{}), 3},
		{"a lasting refusal", &auth.TokenError{Status: 400}, 1},
		{"anything else", errors.New("no such file"), 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var attempts atomic.Int32
				s := auth.NewCached(func(context.Context) (string, time.Duration, error) {
					attempts.Add(1)
					return "", 0, row.err
				}, nil)
				if _, err := s.Token(t.Context()); !errors.Is(err, row.err) {
					t.Errorf("got %v", err)
				}
				if n := attempts.Load(); n != row.attempts {
					t.Errorf("%d attempts, want %d", n, row.attempts)
				}
			})
		})
	}
}

func TestCachedEndsAFetchThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := auth.NewCached(func(ctx context.Context) (string, time.Duration, error) {
			<-ctx.Done()
			return "", 0, ctx.Err()
		}, nil)
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Token(impatient); !errors.Is(err, context.DeadlineExceeded) || impatient.Err() == nil {
			t.Errorf("the caller's own deadline: %v", err)
		}
		if _, err := s.Token(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the fetch's deadline: %v", err)
		}
	})
}

// TestARefusalIsRemembered: however many want a token, a token endpoint that refuses is asked once, and again when it wants to
// be. Everybody reads why there is none.
func TestARefusalIsRemembered(t *testing.T) {
	const wrongSecret = `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided."}`
	for _, row := range []struct {
		name    string
		refusal func() *http.Response
		status  int
		pause   time.Duration // at the longest
		asked   bool          // it was the endpoint that asked for it
	}{
		{"in seconds", func() *http.Response { return answer(429, "{}", "Retry-After", "60") }, 429, time.Minute, true},
		{"until a date", func() *http.Response {
			return answer(429, "{}", "Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))
		}, 429, time.Minute, true},
		{"for a day", func() *http.Response { return answer(503, "", "Retry-After", "86400") }, 503, time.Hour, true},
		{"a wrong secret", func() *http.Response { return answer(401, wrongSecret) }, 401, 2 * time.Second, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				endpoint := &answers{list: []*http.Response{row.refusal(), answer(200, goodToken)}}
				s := newSource(t, auth.ClientSecretConfig{AppID: appID, Secret: secret, Tenant: "t", HTTP: &http.Client{Transport: endpoint}})
				ask := func() time.Duration {
					_, err := s.Token(t.Context())
					var refused *auth.TokenError
					if !errors.As(err, &refused) || refused.Status != row.status || !strings.Contains(err.Error(), refused.Code) || (refused.Code != "") == row.asked {
						t.Errorf("got %v", err)
						return 0
					}
					return refused.RetryAfter
				}
				var many sync.WaitGroup
				for range 50 {
					many.Go(func() { ask() })
				}
				many.Wait()
				left := ask()
				if left <= 0 || left > row.pause || row.asked && left != row.pause {
					t.Errorf("to be asked again in %s, want %s", left, row.pause)
				}
				time.Sleep(left - time.Millisecond)
				if ask() != time.Millisecond || len(endpoint.seen) != 1 {
					t.Errorf("%d requests, want 1", len(endpoint.seen))
				}
				time.Sleep(time.Millisecond)
				mustToken(t, s)
			})
		})
	}
}

// TestRefusalsInARow: what stays refused is asked for less and less often, but never so rarely that whoever has mended it waits
// long. A success makes the next pause a short one.
func TestRefusalsInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, refusing := 0, true
		s := auth.NewCached(func(context.Context) (string, time.Duration, error) {
			if asked++; refusing {
				return "", 0, &auth.TokenError{Status: 401}
			}
			return "tok", time.Hour, nil
		}, nil)
		for range 3600 {
			if _, err := s.Token(t.Context()); err == nil {
				t.Fatal("a token came from nowhere")
			}
			time.Sleep(time.Second)
		}
		if asked < 3600/30 || asked > 3600/15+10 {
			t.Errorf("%d requests in an hour", asked)
		}
		refusing = false
		time.Sleep(30 * time.Second)
		token := mustToken(t, s)
		refusing = true
		s.Invalidate(token)
		var refused *auth.TokenError
		if _, err := s.Token(t.Context()); !errors.As(err, &refused) || refused.RetryAfter > 2*time.Second {
			t.Errorf("after a success: %v", err)
		}
	})
}

func TestAnAssertionIsMadeForEveryRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint := &answers{list: []*http.Response{answer(503, ""), answer(200, goodToken)}}
		var made atomic.Int32
		s, err := auth.NewClientAssertion(auth.ClientAssertionConfig{
			AppID: appID, Tenant: "t", HTTP: &http.Client{Transport: endpoint},
			Assertion: func(_ context.Context, audience string) (string, error) {
				if audience != "https://login.microsoftonline.com/t/oauth2/v2.0/token" {
					t.Errorf("audience %q", audience)
				}
				return "statement-" + string('0'+made.Add(1)), nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		mustToken(t, s)
		for i, form := range endpoint.seen {
			for _, want := range []string{
				"client_assertion=statement-" + string(rune('1'+i)),
				"client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer",
				"client_id=" + appID, "grant_type=client_credentials",
			} {
				if !strings.Contains(form, want) {
					t.Errorf("request %d misses %s: %s", i, want, form)
				}
			}
			if strings.Contains(form, "client_secret") {
				t.Error("an empty secret was sent")
			}
		}
		if len(endpoint.seen) != 2 {
			t.Errorf("%d requests, want 2", len(endpoint.seen))
		}
	})
}

func TestAnAssertionIsNotShown(t *testing.T) {
	const statement = "eyJhbGciOi.assertion.signature"
	synctest.Test(t, func(t *testing.T) {
		refused := answer(401, `{"error":"invalid_client","error_description":"AADSTS700027: The assertion `+statement+` is not valid."}`)
		s, err := auth.NewClientAssertion(auth.ClientAssertionConfig{
			AppID: appID, HTTP: &http.Client{Transport: &answers{list: []*http.Response{refused}}},
			Assertion: func(context.Context, string) (string, error) { return statement, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = s.Token(t.Context()); err == nil || strings.Contains(err.Error(), statement) || !strings.Contains(err.Error(), "AADSTS700027") {
			t.Errorf("got %v", err)
		}
	})
}

func TestNewClientAssertionRefuses(t *testing.T) {
	made := func(context.Context, string) (string, error) { return "x", nil }
	for name, cfg := range map[string]auth.ClientAssertionConfig{
		"no app id":    {Assertion: made},
		"no assertion": {AppID: appID},
		"plain http":   {AppID: appID, Assertion: made, TokenURL: "http://login.example/token"},
	} {
		if _, err := auth.NewClientAssertion(cfg); err == nil {
			t.Errorf("%s: a source was made", name)
		}
	}
}

func TestNewTokenErrorReads(t *testing.T) {
	for _, row := range []struct {
		name, body, want string
	}{
		{"the members of OAuth", `{"error":"invalid_request","error_description":"Identity not found"}`, "auth: token endpoint answered 400: invalid_request: Identity not found"},
		{"the message of a host", `{"statusCode":400,"message":"No identity was found."}`, "auth: token endpoint answered 400: No identity was found."},
		{"nothing of an object", `{"error":{"code":"x","message":"y"}}`, "auth: token endpoint answered 400"},
		{"nothing of a page", `<html>sorry</html>`, "auth: token endpoint answered 400"},
		{"no secret", `{"error":"say-please","error_description":"please"}`, "auth: token endpoint answered 400: say-(secret): (secret)"},
		{"one line", `{"error_description":"first\r\nsecond"}`, "auth: token endpoint answered 400: first"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := auth.NewTokenError(400, http.Header{}, []byte(row.body), "please", "").Error(); got != row.want {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
		})
	}
}
