package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// allowed says what each route answers to nobody, to a viewer and to an admin. A path is an example of the route; a route without a row
// fails the test. Whoever adds a route decides here who may use it.
var allowed = map[string]struct {
	path                  string
	nobody, viewer, admin int
}{
	"GET /admin/{$}":                                    {"/admin/", 303, 303, 303},
	"GET /admin/assets/{file}":                          {"/admin/assets/admin.css", 200, 200, 200},
	"GET /admin/signin":                                 {"/admin/signin", 200, 303, 303},
	"POST /admin/signin":                                {"/admin/signin", 422, 422, 422},
	"GET /admin/signin/link/{token}":                    {"/admin/signin/link/unknown", 403, 403, 403},
	"POST /admin/signin/link":                           {"/admin/signin/link", 403, 403, 403},
	"GET /admin/signin/openid":                          {"/admin/signin/openid", 404, 404, 404},
	"GET /admin/signin/openid/return":                   {"/admin/signin/openid/return", 404, 404, 404},
	"POST /admin/signout":                               {"/admin/signout", 401, 303, 303},
	"GET /admin/keys":                                   {"/admin/keys", 303, 200, 200},
	"POST /admin/keys":                                  {"/admin/keys", 401, 403, 422},
	"POST /admin/keys/{id}/revoke":                      {"/admin/keys/dkAAAAAAAAAAAA/revoke", 401, 403, 303},
	"GET /admin/people":                                 {"/admin/people", 303, 200, 200},
	"POST /admin/people/{id}/end":                       {"/admin/people/abc/end", 401, 303, 303},
	"POST /admin/people/password":                       {"/admin/people/password", 401, 403, 422},
	"GET /admin/handoffs":                               {"/admin/handoffs", 303, 200, 200},
	"GET /admin/handoffs/live":                          {"/admin/handoffs/live", 303, 200, 200},
	"GET /admin/handoffs/export.csv":                    {"/admin/handoffs/export.csv", 303, 403, 200},
	"GET /admin/handoffs/export.json":                   {"/admin/handoffs/export.json", 303, 403, 200},
	"GET /admin/handoffs/{id}":                          {"/admin/handoffs/none", 303, 404, 404},
	"GET /admin/handoffs/{id}/export.csv":               {"/admin/handoffs/none/export.csv", 303, 403, 404},
	"GET /admin/handoffs/{id}/export.json":              {"/admin/handoffs/none/export.json", 303, 403, 404},
	"GET /admin/deliveries":                             {"/admin/deliveries", 303, 200, 200},
	"POST /admin/deliveries/{id}/again":                 {"/admin/deliveries/1/again", 401, 403, 303},
	"POST /admin/deliveries/{id}/sent":                  {"/admin/deliveries/1/sent", 401, 403, 303},
	"GET /admin/reports":                                {"/admin/reports", 303, 200, 200},
	"GET /admin/reports/export.csv":                     {"/admin/reports/export.csv", 303, 200, 200},
	"GET /admin/agents":                                 {"/admin/agents", 303, 200, 200},
	"POST /admin/agents":                                {"/admin/agents", 401, 403, 422},
	"GET /admin/agents/{id}":                            {"/admin/agents/none", 303, 404, 404},
	"POST /admin/agents/{id}":                           {"/admin/agents/none", 401, 403, 404},
	"POST /admin/agents/{id}/try":                       {"/admin/agents/none/try", 401, 404, 404},
	"GET /admin/agents/{id}/hours":                      {"/admin/agents/none/hours", 303, 404, 404},
	"POST /admin/agents/{id}/hours":                     {"/admin/agents/none/hours", 401, 403, 404},
	"POST /admin/agents/{id}/hours/look":                {"/admin/agents/none/hours/look", 401, 404, 404},
	"GET /admin/agents/{id}/answers":                    {"/admin/agents/none/answers", 303, 404, 404},
	"POST /admin/agents/{id}/answers":                   {"/admin/agents/none/answers", 401, 403, 404},
	"GET /admin/agents/{id}/texts":                      {"/admin/agents/none/texts", 303, 404, 404},
	"POST /admin/agents/{id}/texts":                     {"/admin/agents/none/texts", 401, 403, 404},
	"POST /admin/agents/{id}/texts/look":                {"/admin/agents/none/texts/look", 401, 404, 404},
	"GET /admin/agents/{id}/website":                    {"/admin/agents/none/website", 303, 404, 404},
	"POST /admin/agents/{id}/website":                   {"/admin/agents/none/website", 401, 403, 404},
	"GET /admin/agents/{id}/preview":                    {"/admin/agents/none/preview", 303, 404, 404},
	"GET /admin/audit":                                  {"/admin/audit", 303, 200, 200},
	"GET /admin/health":                                 {"/admin/health", 303, 200, 200},
	"GET /admin/integrations":                           {"/admin/integrations", 303, 200, 200},
	"GET /admin/integrations/teams":                     {"/admin/integrations/teams", 303, 200, 200},
	"GET /admin/integrations/teams/package":             {"/admin/integrations/teams/package", 303, 200, 200},
	"POST /admin/integrations/teams/prove":              {"/admin/integrations/teams/prove", 401, 403, 400},
	"GET /admin/integrations/channels/{id}":             {"/admin/integrations/channels/none", 303, 404, 404},
	"POST /admin/integrations/channels/{id}/test":       {"/admin/integrations/channels/none/test", 401, 403, 404},
	"GET /admin/integrations/channels/{id}/disconnect":  {"/admin/integrations/channels/none/disconnect", 303, 403, 404},
	"POST /admin/integrations/channels/{id}/disconnect": {"/admin/integrations/channels/none/disconnect", 401, 403, 404},
	"GET /integrations/teams/connect":                   {"/integrations/teams/connect", 303, 403, 303},
	"GET /integrations/teams/callback":                  {"/integrations/teams/callback", 400, 400, 400},
}

func TestWhoMayDoWhat(t *testing.T) {
	site := admintest.New(t, withTeams)
	known := map[string]bool{}
	for _, pattern := range admin.Patterns() {
		known[pattern] = true
		row, decided := allowed[pattern]
		if !decided {
			t.Errorf("nobody decided who may use %s: give it a row", pattern)
			continue
		}
		for who, want := range map[string]int{"nobody": row.nobody, "viewer": row.viewer, "admin": row.admin} {
			client := site.Stranger()
			if who != "nobody" {
				client = site.SignIn(admin.Role(who))
			}
			before := site.Dump()
			got := ask(client, pattern, row.path)
			if got.Status != want {
				t.Errorf("%s as %s: %d, want %d", pattern, who, got.Status, want)
			}
			if got.Status == http.StatusUnauthorized || (who == "viewer" && got.Status == http.StatusForbidden) && !strings.Contains(pattern, "signin") {
				unchanged(t, pattern+" as "+who, before, site.Dump())
			}
			if want == 303 && who == "nobody" && !strings.HasPrefix(got.Location, "/admin/signin") {
				t.Errorf("%s as nobody leads to %s", pattern, got.Location)
			}
		}
	}
	for pattern := range allowed {
		if !known[pattern] {
			t.Errorf("there is no route %s any more", pattern)
		}
	}
}

// ask calls a route as its own page would.
func ask(c *admintest.Client, pattern, path string) admintest.Page {
	if strings.HasPrefix(pattern, "POST ") {
		return c.Post(path, url.Values{})
	}
	return c.Get(path)
}

// unchanged fails where two dumps of a store differ.
func unchanged(t *testing.T, what string, before, after map[string]string) {
	t.Helper()
	for key, value := range after {
		if was, there := before[key]; !there || was != value {
			t.Errorf("%s changed the row %s", what, key)
		}
	}
	for key := range before {
		if _, there := after[key]; !there {
			t.Errorf("%s took the row %s away", what, key)
		}
	}
}
