package entra

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/docket-handoff/docket/auth"
)

// assertionLifetime is the longest that Entra recommends for a signed statement.
const assertionLifetime = 10 * time.Minute

// CertificateConfig says how to obtain the bot's token with a certificate.
type CertificateConfig struct {
	AppID    string           // the bot's app id; required
	File     string           // PEM file with the certificate and its RSA key; required
	Tenant   string           // the bot's home tenant; empty is the cloud's default, for old multi-tenant bots
	Cloud    auth.Cloud       // zero is auth.Public
	TokenURL string           // in place of the cloud's; http for loopback hosts alone
	HTTP     *http.Client     // nil is a plain client
	Clock    func() time.Time // nil is time.Now
}

// NewCertificate makes a token source by certificate, as described at
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials.
//
// It reads the file once to check it and fails when the file can be read by
// others, lacks the certificate or its key, holds an encrypted key, or when the
// certificate is not valid now. The first certificate that belongs to the key is
// used; others in the file are ignored.
func NewCertificate(cfg CertificateConfig) (*auth.Cached, error) {
	if cfg.AppID == "" || cfg.File == "" {
		return nil, errors.New("entra: a certificate needs an app id and a PEM file")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if _, err := readKeyPair(cfg.File, cfg.Clock()); err != nil {
		return nil, fmt.Errorf("entra: %w", err)
	}
	return auth.NewClientAssertion(auth.ClientAssertionConfig{
		AppID: cfg.AppID, Tenant: cfg.Tenant, Cloud: cfg.Cloud, TokenURL: cfg.TokenURL, HTTP: cfg.HTTP, Clock: cfg.Clock,
		Assertion: func(_ context.Context, audience string) (string, error) {
			now := cfg.Clock()
			pair, err := readKeyPair(cfg.File, now)
			if err != nil {
				return "", err
			}
			return pair.statement(cfg.AppID, audience, now)
		},
	})
}

// statement signs that the bearer is the app. Header and claims are those of
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials#assertion-format.
func (p *keyPair) statement(app, audience string, now time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"aud": audience, "iss": app, "sub": app, "jti": uuid.NewString(),
		"nbf": now.Unix(), "iat": now.Unix(), "exp": now.Add(assertionLifetime).Unix(),
	})
	digest := sha256.Sum256(p.certificate.Raw)
	token.Header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(digest[:])
	signed, err := token.SignedString(p.key)
	if err != nil {
		return "", fmt.Errorf("signing with the certificate's key: %w", err)
	}
	return signed, nil
}
