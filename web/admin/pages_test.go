package admin_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			println(err.Error())
			code = 1
		}
	}
	os.Exit(code)
}

// TestPagesToLookAt opens every page that needs nothing in the store as both roles would, and judges each.
func TestPagesToLookAt(t *testing.T) {
	b := admintest.New(t, withPassword).Browser()
	b.Open("/admin/signin")
	b.Judge("signin")
	b.SignIn(admin.RoleAdmin)
	for _, page := range []struct{ name, path, shows string }{
		{"keys-empty", "/admin/keys", "There are none"},
		{"people", "/admin/people", "this browser"},
		{"audit", "/admin/audit", "Signed in"},
	} {
		b.Open(page.path)
		b.See(page.shows)
		b.Judge(page.name)
	}
	b.Expect("404")
	b.Open("/admin/nothing")
	b.Judge("not-found")
}

func withPassword(cfg *admin.Config) { cfg.Password = password }

const password = "four words nobody guesses"

// TestKeysByKeyboard makes and revokes a key with the keyboard alone.
func TestKeysByKeyboard(t *testing.T) {
	b := admintest.New(t, withPassword).Browser()
	b.SignIn(admin.RoleAdmin)
	b.Open("/admin/keys")
	b.Expect("422")
	b.TabTo("main form .primary")
	b.Key("Enter")
	b.See("Give the key a name")
	b.Judge("keys-wrong")
	b.TabTo("#name")
	b.Type("Website back end")
	b.Key("Enter")
	b.See("is shown this once")
	b.Judge("keys-fresh")
	b.TabTo(".confirm summary")
	b.Key("Enter")
	b.TabTo(".confirm .danger")
	b.Judge("keys-revoke")
	b.Key("Enter")
	b.See("is revoked")
	b.Judge("keys-revoked")
}

// TestMenuOnAPhone opens the menu and follows a link in it, by keyboard.
func TestMenuOnAPhone(t *testing.T) {
	b := admintest.New(t, withPassword).Browser()
	b.SignIn(admin.RoleAdmin)
	b.Window(360, 740)
	b.TabTo(".menu summary")
	b.Key("Enter")
	b.TabTo(`.menu a[href="/admin/audit"]`)
	b.Shoot("menu-open")
	if findings := b.Axe(); findings != "" {
		t.Error(findings)
	}
	b.Key("Enter")
	b.Wait("the audit page", `document.querySelector("h1").innerText === "Audit"`)
}
