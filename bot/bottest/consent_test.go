package bottest_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
)

const back = "https://chat.example.com/integrations/teams/callback"

// browse plays a browser that stays where it is when it is sent elsewhere.
func browse(t *testing.T, method, target string, form url.Values) (status int, page string, location *url.URL) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	location, _ = resp.Location()
	return resp.StatusCode, string(body), location
}

func consentQuery(changes ...string) string {
	q := url.Values{"client_id": {bottest.DefaultAppID}, "redirect_uri": {back}, "scope": {"https://graph.microsoft.com/.default"}, "state": {"s1"}}
	for i := 0; i+1 < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
	}
	return "?" + q.Encode()
}

func TestConsentPage(t *testing.T) {
	const customer = "99999999-9999-4999-8999-999999999999"
	svc := bottest.Start(t, bottest.Config{AdminTenant: customer})
	svc.RegisterRedirect(back)
	page := svc.ConsentURL() + consentQuery()
	if status, body, _ := browse(t, http.MethodGet, page, nil); status != http.StatusOK || !strings.Contains(body, "Accept") || !strings.Contains(body, customer) {
		t.Errorf("the page is %d: %s", status, body)
	}
	status, _, to := browse(t, http.MethodPost, page, url.Values{"decision": {"cancel"}})
	if status != http.StatusFound || to.Query().Get("error") != "access_denied" || to.Query().Get("state") != "s1" || len(svc.Consents()) != 0 {
		t.Errorf("after Cancel: %d to %s, consents %v", status, to, svc.Consents())
	}
	status, _, to = browse(t, http.MethodPost, page, url.Values{"decision": {"accept"}})
	q := to.Query()
	if status != http.StatusFound || !strings.HasPrefix(to.String(), back+"?") || q.Get("admin_consent") != "True" || q.Get("tenant") != customer || q.Get("state") != "s1" || q.Has("error") {
		t.Errorf("after Accept: %d to %s", status, to)
	}
	if !slices.Equal(svc.Consents(), []string{customer}) {
		t.Errorf("the consents are %v", svc.Consents())
	}
}

// TestConsentRefusals: a page that was asked for wrongly sends nobody anywhere.
func TestConsentRefusals(t *testing.T) {
	for _, row := range []struct{ name, path, query, want string }{
		{"another app", "organizations", consentQuery("client_id", "99999999-9999-4999-8999-999999999999"), "AADSTS700016"},
		{"another address", "organizations", consentQuery("redirect_uri", "https://evil.example/"), "AADSTS50011"},
		{"no state", "organizations", consentQuery("state", ""), "no state"},
		{"no scope", "organizations", consentQuery("scope", ""), "AADSTS900144"},
		{"a tenant that is not the admin's", "88888888-8888-4888-8888-888888888888", consentQuery(), "AADSTS90002"},
	} {
		t.Run(row.name, func(t *testing.T) {
			svc := bottest.Start(t, bottest.Config{})
			svc.RegisterRedirect(back)
			svc.ExpectViolation(row.want)
			target := strings.Replace(svc.ConsentURL(), "organizations", row.path, 1) + row.query
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				status, body, to := browse(t, method, target, url.Values{"decision": {"accept"}})
				if status != http.StatusBadRequest || to != nil || !strings.Contains(body, row.want) {
					t.Errorf("%s: %d to %v: %s", method, status, to, body)
				}
			}
			if len(svc.Consents()) != 0 {
				t.Error("somebody consented")
			}
		})
	}
}

// TestTokensAreForTenantsThatConsented: the directory of a stranger does not know the app.
func TestTokensAreForTenantsThatConsented(t *testing.T) {
	const customer = "99999999-9999-4999-8999-999999999999"
	svc := bottest.Start(t, bottest.Config{AdminTenant: customer})
	svc.RegisterRedirect(back)
	ask := func() int {
		cfg := svc.SecretConfig()
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {cfg.AppID}, "client_secret": {cfg.Secret}, "scope": {"https://api.botframework.com/.default"}}
		status, _, _ := browse(t, http.MethodPost, strings.Replace(cfg.TokenURL, cfg.Tenant, customer, 1), form)
		return status
	}
	svc.ExpectViolation("AADSTS90002")
	if got := ask(); got != http.StatusBadRequest {
		t.Errorf("before the consent: %d", got)
	}
	browse(t, http.MethodPost, svc.ConsentURL()+consentQuery(), url.Values{"decision": {"accept"}})
	if got := ask(); got != http.StatusOK {
		t.Errorf("after the consent: %d", got)
	}
}
