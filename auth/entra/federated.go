package entra

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/docket-handoff/docket/auth"
)

// FederatedManagedIdentityConfig says how to obtain the token of an app
// registration that trusts a managed identity.
type FederatedManagedIdentityConfig struct {
	AppID    string           // the bot's app id; required
	Identity string           // client id of the user-assigned identity that the registration trusts; required
	Tenant   string           // the bot's home tenant; required
	Cloud    auth.Cloud       // zero is auth.Public
	TokenURL string           // in place of the cloud's; http for loopback hosts alone
	HTTP     *http.Client     // nil is a plain client, and one without a proxy for the host
	Clock    func() time.Time // nil is time.Now
}

// NewFederatedManagedIdentity makes a token source that proves the app by a token
// of a managed identity, a new one for every request, as of
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity.
func NewFederatedManagedIdentity(cfg FederatedManagedIdentityConfig) (*auth.Cached, error) {
	if cfg.AppID == "" || cfg.Identity == "" || cfg.Tenant == "" {
		return nil, errors.New("entra: a federated identity needs an app id, the identity's client id and a tenant")
	}
	host, err := newHost(cfg.Identity, exchangeScope(cfg.Cloud), cfg.HTTP)
	if err != nil {
		return nil, err
	}
	return auth.NewClientAssertion(auth.ClientAssertionConfig{
		AppID: cfg.AppID, Tenant: cfg.Tenant, Cloud: cfg.Cloud, TokenURL: cfg.TokenURL, HTTP: cfg.HTTP, Clock: cfg.Clock,
		Assertion: func(ctx context.Context, _ string) (string, error) {
			statement, _, err := host.fetch(ctx)
			return statement, err
		},
	})
}

// exchangeScope is what a statement of a managed identity must be made for; the
// page named above lists one per cloud.
func exchangeScope(cloud auth.Cloud) string {
	switch cloud.Name {
	case auth.Gov.Name, auth.DoD.Name:
		return "api://AzureADTokenExchangeUSGov/.default"
	case auth.China.Name:
		return "api://AzureADTokenExchangeChina/.default"
	}
	return "api://AzureADTokenExchange/.default"
}
