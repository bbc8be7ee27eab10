package auth

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
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

// NewClientSecret makes a token source by a client secret and fetches nothing.
// It fails when the app id or the secret is empty, or the token URL is neither
// https nor on a loopback host.
func NewClientSecret(cfg ClientSecretConfig) (*Cached, error) {
	if cfg.AppID == "" || cfg.Secret == "" {
		return nil, errors.New("auth: a client secret needs an app id and a secret")
	}
	g, err := newGrant(cfg.AppID, cfg.Tenant, cfg.Cloud, cfg.TokenURL, cfg.HTTP)
	if err != nil {
		return nil, err
	}
	g.oauth.ClientSecret = cfg.Secret
	return NewCached(g.fetch, cfg.Clock), nil
}
