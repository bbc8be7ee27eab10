package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

const callback = "/integrations/teams/callback"

// goOut begins a consent and answers the state that goes to Microsoft.
func goOut(t *testing.T, c *admintest.Client) string {
	t.Helper()
	page := c.Get("/integrations/teams/connect")
	u, err := url.Parse(page.Location)
	if err != nil || page.Status != http.StatusSeeOther || u.Host != "login.example.com" || !strings.HasSuffix(u.Query().Get("redirect_uri"), callback) {
		t.Fatalf("connect leads to %d %s", page.Status, page.Location)
	}
	return u.Query().Get("state")
}

// comeBack is the address with which Microsoft sends an admin back; pairs change it.
func comeBack(state string, changes ...string) string {
	q := url.Values{"admin_consent": {"True"}, "tenant": {otherTenant}, "state": {state}}
	for i := 0; i+1 < len(changes); i += 2 {
		if q.Del(changes[i]); changes[i+1] != "" {
			q.Set(changes[i], changes[i+1])
		}
	}
	return callback + "?" + q.Encode()
}

func tenantOf(s *admintest.Site, id string) handoff.Tenant {
	s.Helper()
	t, err := s.Desk.Tenant(s.Context(), "teams", id)
	s.Must(err)
	return t
}

// TestForgedConsents is T70: a return that nobody here has begun binds nobody's tenant and changes nothing.
func TestForgedConsents(t *testing.T) {
	m := &microsoft{known: map[string]bool{otherTenant: true}}
	now := time.Now()
	site := admintest.New(t, func(cfg *admin.Config) { cfg.Teams, cfg.Clock = m, func() time.Time { return now } })
	olga, otto := site.SignIn(admin.RoleAdmin), site.SignIn(admin.RoleAdmin)
	vera, stranger := site.SignIn(admin.RoleViewer), site.Stranger()
	state := goOut(t, olga)
	refused := func(what string, c *admintest.Client, path string) {
		t.Helper()
		before := site.Dump()
		if page := c.Get(path); page.Status != http.StatusBadRequest || !strings.Contains(page.Body, "Nothing was changed") {
			t.Errorf("%s: %d\n%s", what, page.Status, page.Body)
		}
		unchanged(t, what, before, site.Dump())
		if n := m.asked.Load(); n != 0 {
			t.Errorf("%s: Microsoft was asked %d times for a token", what, n)
		}
	}
	for who, c := range map[string]*admintest.Client{"an admin": olga, "a viewer": vera, "a stranger": stranger} {
		refused(who+" without a state", c, callback+"?admin_consent=True&tenant="+otherTenant)
		refused(who+" with a made-up state", c, comeBack("AAAAAAAAAAAAAAAAAAAAAAAAAA"))
	}
	refused("another admin with the state", otto, comeBack(state))
	refused("a stranger with the state", stranger, comeBack(state))

	if page := olga.Get(comeBack(state)); page.Status != http.StatusSeeOther || page.Location != "/admin/integrations/teams?tenant="+otherTenant {
		t.Fatalf("the good return is answered %d %s\n%s", page.Status, page.Location, page.Body)
	}
	if got := tenantOf(site, otherTenant); got.State() != handoff.TenantProven || got.ConsentedBy == "" || m.asked.Load() != 1 {
		t.Errorf("the tenant is %s: %+v", got.State(), got)
	}
	m.asked.Store(0)
	refused("a second time", olga, comeBack(state))

	late := goOut(t, olga)
	now = now.Add(handoff.ConsentTime)
	olga.Get("/admin/integrations") // the session notes that it was used
	refused("too late", olga, comeBack(late))
}

// TestConsentErrors is T71: whatever comes back as an error is shown as text, and connects nothing.
func TestConsentErrors(t *testing.T) {
	m := &microsoft{known: map[string]bool{otherTenant: true}}
	site := admintest.New(t, func(cfg *admin.Config) { cfg.Teams = m })
	olga := site.SignIn(admin.RoleAdmin)
	for _, row := range []struct {
		name    string
		changes []string
		shows   string
	}{
		{"cancelled", []string{"error", "access_denied", "error_description", "AADSTS65004: User declined to consent."}, "pressed Cancel"},
		{"a script", []string{"error", "x", "error_description", "<script>alert(1)</script>"}, "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"no consent", []string{"admin_consent", "False"}, "names no tenant"},
		{"no answer", []string{"admin_consent", ""}, "names no tenant"},
	} {
		t.Run(row.name, func(t *testing.T) {
			page := olga.Get(comeBack(goOut(t, olga), row.changes...))
			if page.Status != http.StatusBadRequest || !strings.Contains(page.Body, row.shows) || strings.Contains(page.Body, "<script>alert") {
				t.Errorf("%d\n%s", page.Status, page.Body)
			}
			if got := tenantOf(site, otherTenant); got.State() != handoff.TenantNew || m.asked.Load() != 0 {
				t.Errorf("the tenant is %s", got.State())
			}
		})
	}
	for _, to := range []string{"https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"} { // nothing that comes back leads anywhere
		page := olga.Get(comeBack(goOut(t, olga), "return_to", to, "redirect_uri", to))
		if !strings.HasPrefix(page.Location, "/admin/integrations/teams?") {
			t.Errorf("with %s it leads to %s", to, page.Location)
		}
	}
}

// TestTenantsThatAreNone is T72: a tenant is a GUID, and nothing else makes a call.
func TestTenantsThatAreNone(t *testing.T) {
	m := &microsoft{}
	site := admintest.New(t, func(cfg *admin.Config) { cfg.Teams = m })
	olga := site.SignIn(admin.RoleAdmin)
	for _, tenant := range []string{
		"", "evil.example", "evil.example/x", "../../evil", otherTenant + "@evil.example", otherTenant + "/../" + homeTenant, "{" + otherTenant + "}",
		"urn:uuid:" + otherTenant, strings.ReplaceAll(otherTenant, "-", ""), "common", otherTenant + "\n",
	} {
		page := olga.Get(comeBack(goOut(t, olga), "tenant", tenant))
		if page.Status != http.StatusBadRequest || m.asked.Load() != 0 {
			t.Errorf("%q: %d, asked %d times", tenant, page.Status, m.asked.Load())
		}
		if page := olga.Post("/admin/integrations/teams/prove", url.Values{"tenant": {tenant}}); tenant != otherTenant+"\n" && page.Status != http.StatusBadRequest {
			t.Errorf("asking again for %q: %d", tenant, page.Status)
		}
	}
	tenants, err := site.Desk.Tenants(t.Context())
	site.Must(err)
	if len(tenants) != 0 || m.asked.Load() != 0 {
		t.Errorf("there are %+v", tenants)
	}
}

// TestConsentAloneProvesNothing: an admin who changes the address binds nobody, because no token proves it; when it is true after all, it
// can be tried again.
func TestConsentAloneProvesNothing(t *testing.T) {
	m := &microsoft{known: map[string]bool{}}
	site := admintest.New(t, func(cfg *admin.Config) { cfg.Teams = m })
	olga := site.SignIn(admin.RoleAdmin)
	olga.Get(comeBack(goOut(t, olga)))
	if got := tenantOf(site, otherTenant); got.State() != handoff.TenantConsented || got.Admitted() {
		t.Errorf("the tenant is %s, admitted %v", got.State(), got.Admitted())
	}
	page := olga.Get("/admin/integrations/teams?tenant=" + otherTenant)
	if page.Status != http.StatusOK || !strings.Contains(page.Body, "let an admin of it consent") || !strings.Contains(page.Body, "Ask for the token again") {
		t.Errorf("%d\n%s", page.Status, page.Body)
	}
	m.known[otherTenant] = true
	if page := olga.Post("/admin/integrations/teams/prove", url.Values{"tenant": {otherTenant}}); page.Status != http.StatusSeeOther {
		t.Errorf("%d\n%s", page.Status, page.Body)
	}
	if got := tenantOf(site, otherTenant); got.State() != handoff.TenantProven || !got.Admitted() {
		t.Errorf("the tenant is %s", got.State())
	}
}

// TestComingBackFromMicrosoft: the browser keeps the session's cookie to itself when another site sends it here; it is asked to come once
// more, and nothing is decided before.
func TestComingBackFromMicrosoft(t *testing.T) {
	site := admintest.New(t, func(cfg *admin.Config) { cfg.Teams = &microsoft{known: map[string]bool{otherTenant: true}} })
	olga := site.SignIn(admin.RoleAdmin)
	state := goOut(t, olga)
	before := site.Dump()
	fromElsewhere := http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}}
	page := site.Stranger().Send(http.MethodGet, comeBack(state), nil, fromElsewhere)
	if page.Status != http.StatusOK || !strings.Contains(page.Body, `http-equiv="refresh"`) || !strings.Contains(page.Body, state) {
		t.Errorf("%d\n%s", page.Status, page.Body)
	}
	unchanged(t, "the first arrival", before, site.Dump())
	if page := olga.Get(comeBack(state)); page.Status != http.StatusSeeOther {
		t.Errorf("the second is answered %d\n%s", page.Status, page.Body)
	}
}

// TestTeamsThatIsNotSetUp has none of it.
func TestTeamsThatIsNotSetUp(t *testing.T) {
	site := admintest.New(t)
	olga := site.SignIn(admin.RoleAdmin)
	for _, path := range []string{"/admin/integrations/teams", "/admin/integrations/teams/package", "/integrations/teams/connect", callback} {
		if page := olga.Get(path); page.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, page.Status)
		}
	}
	page := olga.Get("/admin/integrations")
	for _, text := range []string{
		"DOCKET_BOT_ID", "DOCKET_SLACK_BOT_TOKEN", site.URL + "/api/messages", site.URL + callback, "DOCKET_PUBLIC_URL", // the site's address is no https one
	} {
		if page.Status != http.StatusOK || !strings.Contains(page.Body, text) {
			t.Errorf("%d, without %s\n%s", page.Status, text, page.Body)
		}
	}
}
