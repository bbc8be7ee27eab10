package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// TestAddressesThatRemain: the address of a form that was shown again leads to the page on which it stands.
func TestAddressesThatRemain(t *testing.T) {
	e := newEditor(t)
	c := e.SignIn(admin.RoleAdmin)
	for path, want := range map[string]string{
		editorPath + "/try": editorPath, editorPath + "/hours/look": editorPath + "/hours", editorPath + "/texts/look": editorPath + "/texts",
		"/admin/people/password": "/admin/people", "/admin/deliveries/1/again": "/admin/deliveries", "/admin/signin/link": "/admin", "/admin/signout": "/admin",
	} {
		if got := c.Get(path); got.Status != http.StatusSeeOther || got.Location != want {
			t.Errorf("%s leads to %d %q, want %s", path, got.Status, got.Location, want)
		}
	}
	for path, want := range map[string]int{"/admin/handoffs": http.StatusMethodNotAllowed, "/admin/nothing": http.StatusNotFound} {
		if got := c.Post(path, url.Values{}); got.Status != want {
			t.Errorf("a form sent to %s is answered %d, want %d", path, got.Status, want)
		}
	}
}

// TestWayBackFromAConsent: a return that connects nothing leads to where the consent was begun.
func TestWayBackFromAConsent(t *testing.T) {
	site := admintest.New(t, withTeams)
	got := site.SignIn(admin.RoleAdmin).Get(callback)
	if got.Status != http.StatusBadRequest || !strings.Contains(got.Body, `<a href="/admin/integrations/teams">Back to Microsoft Teams</a>`) {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
	if got := site.Stranger().Get(callback); strings.Contains(got.Body, "Back to Microsoft Teams") {
		t.Errorf("a stranger is led into the pages:\n%s", got.Body)
	}
}

// TestComingInByALink: as long as a link is the only way in, who used one is told to set a password.
func TestComingInByALink(t *testing.T) {
	const note = "You came in by a link that works once. Set a password under People, so that you can sign in again."
	h := newHostile(t)
	for _, row := range []struct {
		name    string
		role    admin.Role
		options []func(*admin.Config)
		told    bool
	}{
		{"an admin", admin.RoleAdmin, nil, true},
		{"a viewer, who may set none", admin.RoleViewer, nil, false},
		{"an admin where the setting has a password", admin.RoleAdmin, []func(*admin.Config){withPassword}, false},
		{"an admin where a provider is asked", admin.RoleAdmin, []func(*admin.Config){h.trusted}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := admintest.New(t, row.options...).SignIn(row.role)
			if first := c.Get("/admin/integrations"); strings.Contains(first.Body, note) != row.told {
				t.Errorf("told: %v, want %v:\n%s", !row.told, row.told, first.Body)
			}
			if second := c.Get("/admin/integrations"); strings.Contains(second.Body, note) {
				t.Error("it is told twice")
			}
		})
	}
}

// TestFormsBelowLongLists: what is wrong with a form at the end of a long page is seen where the form stands, and what came of it above.
func TestFormsBelowLongLists(t *testing.T) {
	site := admintest.New(t)
	for i := range 60 {
		_, err := site.Desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{ID: handoff.ID(fmt.Sprint("agent-", i))})
		site.Must(err)
		site.SignIn(admin.RoleAdmin)
	}
	b := site.Browser()
	b.SignIn(admin.RoleAdmin)
	seen := func(selector string) string {
		return fmt.Sprintf(`(() => { const at = document.querySelector(%q)?.getBoundingClientRect(); return at && at.top >= 0 && at.bottom <= innerHeight })()`, selector)
	}
	b.Expect("422")
	b.Open("/admin/agents")
	b.Press("the button that adds", `document.querySelector("form[action^='/admin/agents'] button")`)
	b.Wait("the agent's errors in sight", seen("main .errors"))
	b.Open("/admin/people")
	b.Press("the button that sets", `document.querySelector("#pw ~ form button")`)
	b.Wait("the password's errors in sight", seen("main .errors"))
	b.TabTo("#password")
	b.Type(password)
	b.TabTo("#again")
	b.Type(password)
	b.Key("Enter")
	b.Wait("what was done in sight", seen(".flash"))
}
