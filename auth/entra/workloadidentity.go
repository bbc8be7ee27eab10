package entra

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/docket-handoff/docket/auth"
)

const maxStatement = 64 << 10 // bytes of a token file

// WorkloadIdentityConfig says how to obtain the bot's token with a token that
// another issuer wrote to a file.
type WorkloadIdentityConfig struct {
	AppID     string           // the bot's app id; required
	TokenFile string           // what AZURE_FEDERATED_TOKEN_FILE names in a pod; required
	Tenant    string           // the bot's home tenant; required
	Cloud     auth.Cloud       // zero is auth.Public
	TokenURL  string           // in place of the cloud's; http for loopback hosts alone
	HTTP      *http.Client     // nil is a plain client
	Clock     func() time.Time // nil is time.Now
}

// NewWorkloadIdentity makes a token source by workload identity federation, as of
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation and
// https://learn.microsoft.com/azure/aks/workload-identity-overview.
//
// It reads the token file once to check it, and again for every new token,
// because whoever writes the file rotates it. It fails when the file holds no token.
func NewWorkloadIdentity(cfg WorkloadIdentityConfig) (*auth.Cached, error) {
	if cfg.AppID == "" || cfg.Tenant == "" || cfg.TokenFile == "" {
		return nil, errors.New("entra: a workload identity needs an app id, a tenant and a token file")
	}
	if _, err := readStatement(cfg.TokenFile); err != nil {
		return nil, fmt.Errorf("entra: %w", err)
	}
	return auth.NewClientAssertion(auth.ClientAssertionConfig{
		AppID: cfg.AppID, Tenant: cfg.Tenant, Cloud: cfg.Cloud, TokenURL: cfg.TokenURL, HTTP: cfg.HTTP, Clock: cfg.Clock,
		Assertion: func(context.Context, string) (string, error) { return readStatement(cfg.TokenFile) },
	})
}

// readStatement reads a signed token. Anything else stays on this machine: a
// file named by mistake may hold a secret.
func readStatement(file string) (string, error) {
	content, err := readBounded(file, maxStatement, func(string, fs.FileInfo) error { return nil })
	if err != nil {
		return "", err
	}
	statement := strings.TrimSpace(string(content))
	if strings.Count(statement, ".") != 2 || strings.ContainsFunc(statement, outsideToken) {
		return "", fmt.Errorf("%s holds no token", file)
	}
	return statement, nil
}

// outsideToken reports whether r occurs in no compact JWS (RFC 7515, section 3.1).
func outsideToken(r rune) bool {
	return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", r)
}
