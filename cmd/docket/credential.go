package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/auth/entra"
	"github.com/docket-handoff/docket/teams"
)

// The ways in which the bot proves itself to Microsoft, as DOCKET_BOT_AUTH names them.
const (
	bySecret           = "secret"
	byCertificate      = "certificate"
	byManagedIdentity  = "managed-identity"
	byWorkloadIdentity = "workload-identity"
)

// validateCredential checks that there is exactly one credential and that it is whole. The registration's type may say which.
func (b *botSettings) validateCredential(insecure bool) error {
	if b.Type == "UserAssignedMSI" {
		if b.Auth != bySecret && b.Auth != byManagedIdentity {
			return named("MicrosoftAppType", "UserAssignedMSI means managed-identity, and DOCKET_BOT_AUTH says %s; remove one of the two", b.Auth)
		}
		b.Auth = byManagedIdentity
	}
	ways := []string{bySecret, byCertificate, byManagedIdentity, byWorkloadIdentity}
	switch {
	case !slices.Contains(ways, b.Auth):
		return named("DOCKET_BOT_AUTH", "%q is no way to prove the bot; use one of %s", b.Auth, strings.Join(ways, ", "))
	case b.Auth != bySecret && b.ID == "":
		return named("DOCKET_BOT_ID", "needed with %s: the app id of the bot's registration", b.Auth)
	case b.Auth != bySecret && b.Secret != "":
		return named("DOCKET_BOT_SECRET", "not used with %s; remove it, or set DOCKET_BOT_AUTH to secret", b.Auth)
	case b.Auth != byCertificate && b.Certificate != "":
		return named("DOCKET_BOT_CERTIFICATE", "not used with %s; remove it, or set DOCKET_BOT_AUTH to certificate", b.Auth)
	case b.Auth == bySecret && b.ID != "" && b.Secret == "" && !insecure:
		return named("DOCKET_BOT_SECRET", "needed beside DOCKET_BOT_ID: a client secret of the app registration")
	case b.Auth == byCertificate && b.Certificate == "":
		return named("DOCKET_BOT_CERTIFICATE", "needed with certificate: a PEM file with the certificate and its private key")
	case b.Auth == byWorkloadIdentity && b.Tenant == "":
		return named("DOCKET_BOT_TENANT", "needed with workload-identity: the tenant the app is registered in")
	case b.Auth == byWorkloadIdentity && b.FederatedTokenFile == "":
		return named("DOCKET_BOT_FEDERATED_TOKEN_FILE", "needed with workload-identity; a cluster sets AZURE_FEDERATED_TOKEN_FILE in pods labelled azure.workload.identity/use")
	}
	if !isPage(b.OpenIDMetadata) {
		return named("DOCKET_BOT_OPENID_METADATA", "this is no https address; http is for loopback alone")
	}
	if !isPage(b.TokenURL) {
		return named("DOCKET_BOT_TOKEN_URL", "this is no https address; http is for loopback alone")
	}
	if !isPage(b.ConsentURL) {
		return named("DOCKET_BOT_CONSENT_URL", "this is no https address; http is for loopback alone")
	}
	return nil
}

// isPage says whether an override is empty, or an address that may be used.
func isPage(override string) bool {
	u, err := url.Parse(override)
	return override == "" || err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()))
}

// tokensFor makes a source of tokens for a tenant: the same credential, at that tenant's address. A managed identity has its
// home tenant's alone.
func (b *botSettings) tokensFor(tenant string) (auth.TokenSource, error) {
	if uuid.Validate(tenant) != nil {
		return nil, fmt.Errorf("the tenant %q is no GUID", tenant)
	}
	if b.Auth == byManagedIdentity && !strings.EqualFold(tenant, b.Tenant) {
		return nil, errors.New("a managed identity has tokens of its home tenant alone")
	}
	there := *b
	there.Tenant = tenant
	if u, err := url.Parse(b.TokenURL); b.TokenURL != "" && err == nil && b.Tenant != "" {
		segments := strings.Split(u.Path, "/")
		for i, segment := range segments {
			if strings.EqualFold(segment, b.Tenant) {
				segments[i] = tenant
			}
		}
		u.Path = strings.Join(segments, "/")
		there.TokenURL = u.String()
	}
	return there.tokens()
}

// consent is how an admin agrees to the bot.
func (b *botSettings) consent() teams.Consent {
	home := b.Tenant
	if b.Type == "MultiTenant" {
		home = ""
	}
	return teams.Consent{AppID: b.ID, Tenant: home, Cloud: b.cloud(), URL: b.ConsentURL, Tokens: b.tokensFor}
}

// tokens makes the source of the bot's own tokens. The bot of a local client may do without.
func (b *botSettings) tokens() (auth.TokenSource, error) {
	var tokens *auth.Cached
	var err error
	var setting string
	switch {
	case b.Auth == byCertificate:
		setting = "DOCKET_BOT_CERTIFICATE"
		tokens, err = entra.NewCertificate(entra.CertificateConfig{
			AppID: b.ID, File: b.Certificate, Tenant: b.Tenant, Cloud: b.cloud(), TokenURL: b.TokenURL,
		})
	case b.Auth == byManagedIdentity:
		setting = "DOCKET_BOT_AUTH"
		tokens, err = entra.NewManagedIdentity(entra.ManagedIdentityConfig{AppID: b.ID, Cloud: b.cloud()})
	case b.Auth == byWorkloadIdentity:
		setting = "DOCKET_BOT_FEDERATED_TOKEN_FILE"
		tokens, err = entra.NewWorkloadIdentity(entra.WorkloadIdentityConfig{
			AppID: b.ID, TokenFile: b.FederatedTokenFile, Tenant: b.Tenant, Cloud: b.cloud(), TokenURL: b.TokenURL,
		})
	case b.ID == "" || b.Secret == "":
		return auth.NoToken{}, nil
	default:
		setting = "DOCKET_BOT_TOKEN_URL"
		tokens, err = auth.NewClientSecret(auth.ClientSecretConfig{
			AppID: b.ID, Secret: b.Secret, Tenant: b.Tenant, Cloud: b.cloud(), TokenURL: b.TokenURL,
		})
	}
	if err != nil {
		return nil, named(setting, "%v", err)
	}
	return tokens, nil
}
