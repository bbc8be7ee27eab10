package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/docket-handoff/docket/auth"
)

// Consent sends an admin to the page on which Microsoft asks for their agreement, and proves what they come back with.
// https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
type Consent struct {
	AppID  string
	Tenant string     // the home tenant of a single-tenant app; empty: an admin of any tenant may consent
	Cloud  auth.Cloud // zero is auth.Public
	URL    string     // the page, in place of the cloud's

	// Tokens makes a source of tokens for a tenant. It fetches nothing.
	Tokens func(tenant string) (auth.TokenSource, error)
}

// graphs are the addresses of Microsoft Graph in each cloud. The page is asked for whatever the registration lists there.
// https://learn.microsoft.com/graph/deployments
var graphs = map[string]string{
	auth.Gov.Name:   "https://graph.microsoft.us",
	auth.DoD.Name:   "https://dod-graph.microsoft.us",
	auth.China.Name: "https://microsoftgraph.chinacloudapi.cn",
}

// Page is where an admin goes, to come back to an address with a state.
func (c Consent) Page(back, state string) (string, error) {
	page := c.URL
	if page == "" {
		tenant := c.Tenant
		if tenant == "" {
			tenant = "organizations"
		}
		page = c.cloud().LoginHost + "/" + url.PathEscape(tenant) + "/v2.0/adminconsent"
	}
	u, err := url.Parse(page)
	if err != nil {
		return "", fmt.Errorf("the consent page has no address: %w", err)
	}
	graph := graphs[c.cloud().Name]
	if graph == "" {
		graph = "https://graph.microsoft.com"
	}
	q := u.Query()
	q.Set("client_id", c.AppID)
	q.Set("scope", graph+"/.default")
	q.Set("redirect_uri", back)
	q.Set("state", state)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

func (c Consent) cloud() auth.Cloud {
	if c.Cloud.Issuer == "" {
		return auth.Public
	}
	return c.Cloud
}

// Prove asks for a fresh token of the tenant's: its directory hands one out only to an app that it knows. Whom it asks is
// fixed by the settings; the tenant is one segment of that address.
func (c Consent) Prove(ctx context.Context, tenant string) error {
	tokens, err := c.Tokens(tenant)
	if err != nil {
		return err
	}
	_, err = tokens.Token(ctx)
	return err
}

// tokenTroubles say in plain words what the directory's codes mean, and what to do.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
var tokenTroubles = map[string][2]string{
	"AADSTS700016":  {"the tenant does not know the bot's app", "check DOCKET_BOT_ID and DOCKET_BOT_TENANT; another tenant than the home one must consent first"},
	"AADSTS7000229": {"the tenant has not taken the bot's app in", "let an admin of that tenant consent"},
	"AADSTS90002":   {"there is no such tenant", "check DOCKET_BOT_TENANT: copy the Directory (tenant) ID"},
	"AADSTS900023":  {"the tenant's name is none", "check DOCKET_BOT_TENANT: copy the Directory (tenant) ID"},
	"AADSTS50194":   {"the app is registered for its home tenant alone", "only that tenant can use the bot; register an app for several tenants otherwise"},
	"AADSTS65001":   {"nobody has consented for the tenant", "let an admin of that tenant consent"},
	"AADSTS7000215": {"the client secret is wrong", "copy the secret's value, not its id, into DOCKET_BOT_SECRET"},
	"AADSTS7000222": {"the client secret has expired", "make a new one under Certificates & secrets and set DOCKET_BOT_SECRET"},
	"AADSTS700027":  {"the certificate is not registered with the app, or was removed there", "upload it under Certificates & secrets"},
	"AADSTS70021":   {"no federated credential of the app fits the cluster's token", "compare issuer, subject and audience under Federated credentials"},
	"AADSTS700211":  {"no federated credential of the app fits the token's issuer", "compare the issuer under Federated credentials"},
	"AADSTS700212":  {"no federated credential of the app fits the token's audience", "compare the audience under Federated credentials"},
	"AADSTS700213":  {"no federated credential of the app fits the token's subject", "compare the subject under Federated credentials"},
	"AADSTS70011":   {"the directory does not know the Bot Framework's scope", "check DOCKET_BOT_CLOUD"},
}

// TokenTrouble says in plain words why no token was obtained, and what to do about it.
func TokenTrouble(err error) (cause, remedy string) {
	var refused *auth.TokenError
	if !errors.As(err, &refused) {
		return "no token could be asked for: " + err.Error(), "look at what DOCKET_BOT_AUTH needs"
	}
	if words, known := tokenTroubles[refused.Code]; known {
		return words[0] + " (" + refused.Code + ")", words[1]
	}
	switch {
	case refused.Status == http.StatusTooManyRequests:
		return "the token endpoint asks us to slow down", "wait: it is asked again when it allows it"
	case refused.Status == 0:
		return "the token endpoint cannot be reached", "let this machine reach it by https, or check DOCKET_BOT_TOKEN_URL"
	case refused.Status >= 500:
		return fmt.Sprintf("the token endpoint answers %d", refused.Status), "wait; if it stays, look at Microsoft's service health"
	}
	cause = fmt.Sprintf("the token endpoint answers %d", refused.Status)
	if said := strings.TrimSpace(refused.OAuth + " " + refused.Code); said != "" {
		return cause + " (" + said + ")", "look the code up in Microsoft's list of error codes"
	}
	return cause, "check DOCKET_BOT_TOKEN_URL"
}
