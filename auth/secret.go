package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/sync/singleflight"
)

const (
	tokenEarly   = 5 * time.Minute  // a token is renewed this long before it expires
	tokenPause   = 30 * time.Second // between attempts to renew a token that still serves
	tokenTimeout = 30 * time.Second // for one fetch with all its attempts
	tokenWait    = 5 * time.Second  // how long a caller waits for a renewal when the old token could serve
)

// ClientSecretConfig says how to obtain the bot's token with a client secret.
type ClientSecretConfig struct {
	AppID    string           // the bot's app id; required
	Secret   string           // the client secret; required
	Tenant   string           // the bot's home tenant; empty is the cloud's default, for old multi-tenant bots
	Cloud    Cloud            // zero is Public
	TokenURL string           // in place of the cloud's; http for loopback hosts alone
	HTTP     *http.Client     // nil is a plain client
	Clock    func() time.Time // nil is time.Now
}

// String describes the configuration without its secret.
func (c ClientSecretConfig) String() string {
	return fmt.Sprintf("client secret of app %s, tenant %s", c.AppID, c.Tenant)
}

// GoString hides the secret from %#v too.
func (c ClientSecretConfig) GoString() string { return c.String() }

// LogValue hides the secret from a log.
func (c ClientSecretConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// ClientSecret is a TokenSource by the client credentials flow of
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
//
// A token is kept until five minutes before it expires. One fetch runs at a
// time, with up to three attempts, and ends within thirty seconds whatever its
// callers do. A renewal that fails leaves the old token in service until it expires.
type ClientSecret struct {
	oauth  clientcredentials.Config
	http   *http.Client
	clock  func() time.Time
	flight singleflight.Group

	mu      sync.Mutex
	token   string
	expires time.Time
	renewAt time.Time
}

// NewClientSecret makes a token source and fetches nothing. It fails when the
// app id or the secret is empty, or the token URL is neither https nor on a loopback host.
func NewClientSecret(cfg ClientSecretConfig) (*ClientSecret, error) {
	if cfg.AppID == "" || cfg.Secret == "" {
		return nil, errors.New("auth: a client secret needs an app id and a secret")
	}
	if cfg.Cloud.Issuer == "" {
		cfg.Cloud = Public
	}
	if cfg.Tenant == "" {
		cfg.Tenant = cfg.Cloud.DefaultTenant
	}
	if cfg.TokenURL == "" {
		cfg.TokenURL = cfg.Cloud.LoginHost + "/" + url.PathEscape(cfg.Tenant) + "/oauth2/v2.0/token"
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if _, err := parseDocumentURL(cfg.TokenURL); err != nil {
		return nil, fmt.Errorf("auth: token URL: %w", err)
	}
	return &ClientSecret{
		oauth: clientcredentials.Config{
			ClientID:     cfg.AppID,
			ClientSecret: cfg.Secret,
			TokenURL:     cfg.TokenURL,
			Scopes:       []string{cfg.Cloud.Scope},
			AuthStyle:    oauth2.AuthStyleInParams,
		},
		http:  withoutRedirects(cfg.HTTP),
		clock: cfg.Clock,
	}, nil
}

// Token implements TokenSource. Its error is a [*TokenError] when the token
// endpoint refused.
func (s *ClientSecret) Token(ctx context.Context) (string, error) {
	held, fresh := s.held()
	if fresh {
		return held, nil
	}
	if held != "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, tokenWait)
		defer cancel()
	}
	token, err := s.renew(ctx)
	if err != nil && held != "" {
		s.postpone()
		return held, nil
	}
	return token, err
}

// Invalidate implements TokenSource.
func (s *ClientSecret) Invalidate(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token, s.expires, s.renewAt = "", time.Time{}, time.Time{}
	}
}

// held answers the token that may still be used, and whether it is too early
// to renew it.
func (s *ClientSecret) held() (token string, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if s.token == "" || !now.Before(s.expires) {
		return "", false
	}
	return s.token, now.Before(s.renewAt)
}

// postpone keeps an unreachable token endpoint from delaying every send while
// the old token still serves.
func (s *ClientSecret) postpone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renewAt = s.clock().Add(tokenPause)
}

// renew joins the fetch that is under way or starts one. The fetch outlives a
// caller that gives up: others may wait for it.
func (s *ClientSecret) renew(ctx context.Context) (string, error) {
	detached := context.WithoutCancel(ctx)
	result := s.flight.DoChan("", func() (any, error) { return s.fetch(detached) })
	select {
	case r := <-result:
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	case <-ctx.Done():
		return "", fmt.Errorf("auth: waiting for a token: %w", ctx.Err())
	}
}

func (s *ClientSecret) fetch(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	got, err := s.request(ctx)
	for attempt := 1; attempt < tokenAttempts && err != nil; attempt++ {
		if !pauseBefore(ctx, attempt, err) {
			break
		}
		got, err = s.request(ctx)
	}
	if err != nil {
		return "", err
	}
	s.keep(got)
	return got.AccessToken, nil
}

func (s *ClientSecret) request(ctx context.Context) (*oauth2.Token, error) {
	token, err := s.oauth.Token(context.WithValue(ctx, oauth2.HTTPClient, s.http))
	if err != nil {
		return nil, newTokenError(err, s.oauth.ClientSecret)
	}
	return token, nil
}

// keep remembers a token for its lifetime. A token of unknown or too short
// lifetime is used once.
func (s *ClientSecret) keep(t *oauth2.Token) {
	lifetime := time.Until(t.Expiry)
	if t.Expiry.IsZero() || lifetime <= tokenEarly {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = strings.Clone(t.AccessToken)
	s.expires = s.clock().Add(lifetime)
	s.renewAt = s.expires.Add(-tokenEarly)
}
