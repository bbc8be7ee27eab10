package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// assertionType is the form value that announces a signed statement, as of
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// grant asks a token endpoint for the bot's token by the client credentials flow
// of https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
// It proves the app by the secret in oauth or by an assertion.
type grant struct {
	oauth     clientcredentials.Config
	assertion Assertion
	http      *http.Client
}

func newGrant(app, tenant string, cloud Cloud, tokenURL string, client *http.Client) (*grant, error) {
	if cloud.Issuer == "" {
		cloud = Public
	}
	if tenant == "" {
		tenant = cloud.DefaultTenant
	}
	if tokenURL == "" {
		tokenURL = cloud.LoginHost + "/" + url.PathEscape(tenant) + "/oauth2/v2.0/token"
	}
	if _, err := parseDocumentURL(tokenURL); err != nil {
		return nil, fmt.Errorf("auth: token URL: %w", err)
	}
	return &grant{
		oauth: clientcredentials.Config{
			ClientID:  app,
			TokenURL:  tokenURL,
			Scopes:    []string{cloud.Scope},
			AuthStyle: oauth2.AuthStyleInParams,
		},
		http: withoutRedirects(client),
	}, nil
}

func (g *grant) fetch(ctx context.Context) (string, time.Duration, error) {
	oauth, secret := g.oauth, g.oauth.ClientSecret
	if g.assertion != nil {
		statement, err := g.assertion(ctx, oauth.TokenURL)
		if err != nil {
			return "", 0, fmt.Errorf("auth: client assertion: %w", err)
		}
		oauth.EndpointParams = url.Values{"client_assertion_type": {assertionType}, "client_assertion": {statement}}
		secret = statement
	}
	got, err := oauth.Token(context.WithValue(ctx, oauth2.HTTPClient, g.http))
	if err != nil {
		return "", 0, newGrantError(err, secret)
	}
	token := strings.Clone(got.AccessToken)
	if got.Expiry.IsZero() {
		return token, 0, nil
	}
	return token, time.Until(got.Expiry), nil
}
