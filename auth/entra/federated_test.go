package entra_test

import (
	"errors"
	"testing"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/auth/entra"
)

const identityID = "55555555-5555-4555-8555-555555555555"

func TestAnAppMayTrustAManagedIdentity(t *testing.T) {
	a, e := newAppService(t), newEndpoint(t)
	s, err := entra.NewFederatedManagedIdentity(entra.FederatedManagedIdentityConfig{
		AppID: appID, Identity: identityID, Tenant: tenant, Cloud: e.cloud(), HTTP: e.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	wantToken(t, s, "token-1")
	s.Invalidate("token-1")
	wantToken(t, s, "token-2")
	for i, want := range []string{"identity-1", "identity-2"} {
		if form := e.requests()[i]; form.Get("client_assertion") != want || form.Get("client_id") != appID || form.Get("scope") != auth.Public.Scope {
			t.Errorf("request %d: %v", i, form)
		}
		if seen := a.requests()[i]; seen != "api://AzureADTokenExchange "+identityID {
			t.Errorf("the host was asked for %q", seen)
		}
	}
}

func TestEveryCloudHasItsExchange(t *testing.T) {
	for name, want := range map[string]string{
		"gov": "api://AzureADTokenExchangeUSGov", "dod": "api://AzureADTokenExchangeUSGov", "china": "api://AzureADTokenExchangeChina",
	} {
		a, e := newAppService(t), newEndpoint(t)
		cloud, err := auth.CloudByName(name)
		if err != nil {
			t.Fatal(err)
		}
		cloud.LoginHost = e.URL
		s, err := entra.NewFederatedManagedIdentity(entra.FederatedManagedIdentityConfig{
			AppID: appID, Identity: identityID, Tenant: tenant, Cloud: cloud, HTTP: e.Client(),
		})
		if err != nil {
			t.Fatal(err)
		}
		wantToken(t, s, "token-1")
		if seen := a.requests()[0]; seen != want+" "+identityID {
			t.Errorf("%s: the host was asked for %q", name, seen)
		}
	}
}

func TestAnIdentityThatCannotSpeakIsExplained(t *testing.T) {
	a, e := newAppService(t), newEndpoint(t)
	a.answer = func() (int, string) { return 400, `{"message":"No such identity ` + identityHeader + `"}` }
	s, err := entra.NewFederatedManagedIdentity(entra.FederatedManagedIdentityConfig{
		AppID: appID, Identity: identityID, Tenant: tenant, Cloud: e.cloud(), HTTP: e.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Token(t.Context())
	wantError(t, err, []string{identityHeader}, "client assertion", "managed identity", "No such identity")
	var refused *auth.TokenError
	if !errors.As(err, &refused) || refused.Status != 400 || len(e.requests()) != 0 {
		t.Errorf("got %v after %d requests", err, len(e.requests()))
	}
}

func TestNewFederatedManagedIdentityRefuses(t *testing.T) {
	for name, cfg := range map[string]entra.FederatedManagedIdentityConfig{
		"no app id":   {Identity: identityID, Tenant: tenant},
		"no identity": {AppID: appID, Tenant: tenant},
		"no tenant":   {AppID: appID, Identity: identityID},
		"plain http":  {AppID: appID, Identity: identityID, Tenant: tenant, TokenURL: "http://login.example/"},
	} {
		if _, err := entra.NewFederatedManagedIdentity(cfg); err == nil {
			t.Errorf("%s: a source was made", name)
		}
	}
}
