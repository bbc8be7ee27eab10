package entra

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/docket-handoff/docket/auth"
)

// hostPatience is how long one attempt waits for the host. It answers from
// memory or not at all, and three attempts have to fit into a renewal.
const hostPatience = 8 * time.Second

// ManagedIdentityConfig says how to obtain the bot's token from the Azure host
// that the program runs on.
type ManagedIdentityConfig struct {
	AppID string           // the bot's app id, which is the client id of its user-assigned identity; required
	Cloud auth.Cloud       // zero is auth.Public
	HTTP  *http.Client     // nil is a client that uses no proxy
	Clock func() time.Time // nil is time.Now
}

// NewManagedIdentity makes a token source by managed identity, as of
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview.
// Where the host is found, on App Service, in a container, on a virtual machine
// or on an Arc-enabled one, is decided by the environment at this moment.
//
// Hosts keep tokens themselves: after Invalidate they may answer the same one
// again. It fails without an app id, and on hosts that know no user-assigned identities.
func NewManagedIdentity(cfg ManagedIdentityConfig) (*auth.Cached, error) {
	if cfg.AppID == "" {
		return nil, errors.New("entra: a managed identity needs the bot's app id")
	}
	if cfg.Cloud.Issuer == "" {
		cfg.Cloud = auth.Public
	}
	host, err := newHost(cfg.AppID, cfg.Cloud.Scope, cfg.HTTP)
	if err != nil {
		return nil, err
	}
	return auth.NewCached(host.fetch, cfg.Clock), nil
}

// host is the Azure host as the supplier of tokens of one identity for one scope.
type host struct {
	credential *azidentity.ManagedIdentityCredential
	scope      string
}

func newHost(identity, scope string, client *http.Client) (*host, error) {
	credential, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ID: azidentity.ClientID(identity),
		ClientOptions: azcore.ClientOptions{
			Transport: direct(client),
			Retry:     policy.RetryOptions{MaxRetries: -1, TryTimeout: hostPatience}, // attempts are auth.Cached's
		},
	})
	if err != nil {
		return nil, fmt.Errorf("entra: managed identity: %w", err)
	}
	return &host{credential: credential, scope: scope}, nil
}

func (h *host) fetch(ctx context.Context) (string, time.Duration, error) {
	got, err := h.credential.GetToken(ctx, policy.TokenRequestOptions{
		Scopes: []string{h.scope},
		// Claims keep the library from answering out of the cache that it holds for
		// the whole process, where an invalidated token would live on.
		Claims: "{}",
	})
	if err == nil && got.Token == "" {
		err = &auth.TokenError{Status: http.StatusOK, Err: errors.New("the answer holds no token")}
	}
	if err != nil {
		return "", 0, fmt.Errorf("entra: managed identity: %w", hostError(err))
	}
	return got.Token, time.Until(got.ExpiresOn), nil
}

// hostError puts a refusal into our own words. The library's text holds the
// whole answer.
func hostError(err error) error {
	secret := os.Getenv("IDENTITY_HEADER")
	var failed *azidentity.AuthenticationFailedError
	if errors.As(err, &failed) && failed.RawResponse != nil {
		answer := failed.RawResponse
		body, _ := runtime.Payload(answer) // a body that breaks off says what it can
		return auth.NewTokenError(answer.StatusCode, answer.Header, body, secret)
	}
	var refused *auth.TokenError
	if errors.As(err, &refused) {
		return err
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return &auth.TokenError{Err: errors.New(strings.ReplaceAll(text, cmp.Or(secret, "\n"), "(secret)"))}
}

// direct copies a client so that it follows no redirects. Without one it makes a
// client that asks the host itself and no proxy, and that keeps no connection for
// the hour until it asks again.
func direct(client *http.Client) *http.Client {
	if client == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.Proxy = nil
		transport.DisableKeepAlives = true
		client = &http.Client{Transport: transport}
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}
