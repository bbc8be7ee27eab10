package auth

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Assertion supplies the signed statement by which an app proves itself in place
// of a secret (RFC 7523, section 2.2). The audience is the URL of the token
// endpoint. The statement is itself a credential for as long as it is valid.
type Assertion func(ctx context.Context, audience string) (string, error)

// ClientAssertionConfig says how to obtain the bot's token with a signed
// statement. Package entra makes the usual ones: by certificate and by workload identity.
type ClientAssertionConfig struct {
	AppID     string           // the bot's app id; required
	Assertion Assertion        // asked anew for every request; required
	Tenant    string           // the bot's home tenant; empty is the cloud's default, for old multi-tenant bots
	Cloud     Cloud            // zero is Public
	TokenURL  string           // in place of the cloud's; http for loopback hosts alone
	HTTP      *http.Client     // nil is a plain client
	Clock     func() time.Time // nil is time.Now
}

// NewClientAssertion makes a token source by signed statements and fetches
// nothing. It fails when the app id or the assertion is missing, or the token
// URL is neither https nor on a loopback host.
func NewClientAssertion(cfg ClientAssertionConfig) (*Cached, error) {
	if cfg.AppID == "" || cfg.Assertion == nil {
		return nil, errors.New("auth: a client assertion needs an app id and somebody who makes it")
	}
	g, err := newGrant(cfg.AppID, cfg.Tenant, cfg.Cloud, cfg.TokenURL, cfg.HTTP)
	if err != nil {
		return nil, err
	}
	g.assertion = cfg.Assertion
	return NewCached(g.fetch, cfg.Clock), nil
}
