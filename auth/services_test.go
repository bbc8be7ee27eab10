package auth_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/docket-handoff/docket/auth"
)

// TestEveryCloudAsksItsOwnServices watches where a bot without overrides goes for keys and for its token, and what it asks for.
func TestEveryCloudAsksItsOwnServices(t *testing.T) {
	for _, row := range []struct {
		cloud       auth.Cloud
		keys, token string
		scope       string
	}{
		{auth.Public, "https://login.botframework.com/v1/.well-known/openidconfiguration", "https://login.microsoftonline.com/botframework.com/oauth2/v2.0/token", "https://api.botframework.com/.default"},
		{auth.Gov, "https://login.botframework.azure.us/v1/.well-known/openidconfiguration", "https://login.microsoftonline.us/MicrosoftServices.onmicrosoft.us/oauth2/v2.0/token", "https://api.botframework.us/.default"},
		{auth.DoD, "https://login.botframework.azure.us/v1/.well-known/openidconfiguration", "https://login.microsoftonline.us/MicrosoftServices.onmicrosoft.us/oauth2/v2.0/token", "https://api.botframework.us/.default"},
		{auth.China, "https://login.botframework.azure.cn/v1/.well-known/openidconfiguration", "https://login.partner.microsoftonline.cn/microsoftservices.partner.onmschina.cn/oauth2/v2.0/token", "https://api.botframework.azure.cn/.default"},
	} {
		t.Run(row.cloud.Name, func(t *testing.T) {
			var asked []string
			var form url.Values
			wire := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				asked = append(asked, r.URL.String())
				if r.Body == nil {
					return nil, errors.New("fenced off")
				}
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				form, err = url.ParseQuery(string(body))
				return answer(200, goodToken), err
			})}
			v := newVerifier(t, auth.VerifierConfig{AppID: appID, Cloud: row.cloud, HTTP: wire})
			if err := v.Preload(t.Context()); err == nil || len(asked) != 1 || asked[0] != row.keys {
				t.Errorf("keys: asked %q, %v", asked, err)
			}
			asked = nil
			if mustToken(t, newSource(t, auth.ClientSecretConfig{AppID: appID, Secret: secret, Cloud: row.cloud, HTTP: wire})); len(asked) != 1 || asked[0] != row.token || form.Get("scope") != row.scope {
				t.Errorf("token: asked %q for %v", asked, form)
			}
		})
	}
}

// TestOtherServicesGetNoToken: hosts that are Microsoft's and no Connector.
func TestOtherServicesGetNoToken(t *testing.T) {
	h := hosts(t, auth.Public)
	for _, raw := range []string{
		"https://graph.microsoft.com/v1.0/", "https://contoso.sharepoint.com/", "https://eus.svc.ms/", "https://contoso.blob.core.windows.net/",
		"https://teams.microsoft.com/", "https://intranet/", "https://service.internal/", "https://login.microsoftonline.com/", "https://management.azure.com/",
	} {
		if err := h.Check(raw); err == nil {
			t.Errorf("the bot's token would go to %s", raw)
		}
	}
}
