package bottest

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// organizations stands in a consent page's address for whichever tenant the admin belongs to.
const organizations = "organizations"

// ConsentURL is the page on which an admin of a tenant agrees to the app, without its query.
// https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
func (s *Service) ConsentURL() string {
	return s.baseURL() + "/" + organizations + "/v2.0/adminconsent"
}

// RegisterRedirect adds an address to those that the app's registration lets admins come back to.
func (s *Service) RegisterRedirect(uri string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.redirects = append(s.redirects, uri)
}

// Consents answers the tenants whose admin has agreed to the app.
func (s *Service) Consents() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.consents)
}

// adminTenant is the tenant of whoever looks at the consent page.
func (s *Service) adminTenant() string {
	if s.cfg.AdminTenant != "" {
		return s.cfg.AdminTenant
	}
	return s.cfg.Tenant
}

// knowsTenant says whether the directory of a tenant has the app: its home has, and those that consented.
func (s *Service) knowsTenant(tenant string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.EqualFold(tenant, s.cfg.Tenant) || slices.ContainsFunc(s.consents, func(c string) bool { return strings.EqualFold(c, tenant) })
}

// consentRefusal is a refusal that Entra shows to the admin and sends nowhere. An unknown address to return to is one: it
// would be an open redirect.
func (s *Service) consentRefusal(r *http.Request) string {
	query := r.URL.Query()
	s.mu.Lock()
	registered := slices.Contains(s.redirects, query.Get("redirect_uri"))
	s.mu.Unlock()
	tenant := r.PathValue("tenant")
	switch {
	case tenant != organizations && !strings.EqualFold(tenant, s.adminTenant()):
		return "AADSTS90002: the tenant was not found"
	case !strings.EqualFold(query.Get("client_id"), s.cfg.AppID):
		return "AADSTS700016: the application was not found in the directory"
	case !registered:
		return "AADSTS50011: the redirect URI does not match those of the application"
	case query.Get("scope") == "":
		return "AADSTS900144: the request must contain the parameter scope"
	case query.Get("state") == "": // Entra would go on; a bot that sends none can be sent a stranger's consent
		return "the request has no state"
	}
	return ""
}

var consentPage = template.Must(template.New("consent").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Permissions requested</title>
{{if .Refused}}<h1>Sorry, but we’re having trouble signing you in</h1><p>{{.Refused}}</p>
{{else}}<main><h1>Permissions requested</h1>
<p>This page plays Microsoft’s consent page on this machine. <b>{{.Name}}</b> asks to be used by everybody in the tenant {{.Tenant}}.</p>
<form method="post"><button name="decision" value="accept">Accept</button> <button name="decision" value="cancel">Cancel</button></form></main>
{{end}}</html>
`))

type consentView struct{ Refused, Name, Tenant string }

// serveConsent shows the page, and takes what the admin decided on it.
func (s *Service) serveConsent(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	if refused := s.consentRefusal(r); refused != "" {
		s.violate(OpConsent, "%s", refused)
		w.WriteHeader(http.StatusBadRequest)
		consentPage.Execute(w, consentView{Refused: refused})
		return
	}
	if r.Method == http.MethodPost {
		http.Redirect(w, r, s.decide(r), http.StatusFound)
		return
	}
	consentPage.Execute(w, consentView{Name: s.cfg.BotName, Tenant: s.adminTenant()})
}

// decide answers where the admin goes from the page.
func (s *Service) decide(r *http.Request) string {
	query := r.URL.Query()
	back, err := url.Parse(query.Get("redirect_uri"))
	if err != nil {
		panic("bottest: a registered redirect URI does not parse: " + err.Error())
	}
	answer := back.Query()
	answer.Set("admin_consent", "True")
	answer.Set("tenant", s.adminTenant())
	answer.Set("state", query.Get("state"))
	if r.PostFormValue("decision") == "accept" {
		answer.Set("scope", query.Get("scope"))
		s.mu.Lock()
		s.consents = append(s.consents, s.adminTenant())
		s.mu.Unlock()
	} else {
		answer.Set("error", "access_denied")
		answer.Set("error_description", "AADSTS65004: User declined to consent to access the app.")
	}
	back.RawQuery = answer.Encode()
	return back.String()
}
