package admin_test

import (
	"strings"
	"testing"

	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// TestByMouse goes through every section with the mouse, and does on each page what it is for. The keyboard's walks are beside
// each page's own tests.
func TestByMouse(t *testing.T) {
	d, _, id := newMoodyDesk(t)
	link, err := d.Admin.SignInLink(t.Context(), admin.RoleAdmin)
	d.Must(err)
	other := d.SignIn(admin.RoleAdmin)
	b := d.Browser()
	b.Window(1280, 800)
	b.Open(strings.TrimPrefix(link, d.URL))
	b.Judge("link")
	b.Window(1280, 800)
	b.Click("main button.primary")
	b.Wait("a page behind the sign-in", `document.body.classList.contains("signed-in")`)
	section := func(path, title string) {
		t.Helper()
		b.Click(`.side a[href="` + path + `"]`)
		b.Wait(title, `document.querySelector("h1")?.innerText === "`+title+`"`)
	}

	section("/admin/handoffs", "Handoffs")
	b.Click("#q")
	b.Type("dana")
	b.Click(".filter button")
	b.See("Dana Cole")
	b.Click(`main a[href^="/admin/handoffs/` + string(id) + `"]`)
	b.See("my secret wish")
	b.Click(".crumb a")
	section("/admin/deliveries", "Deliveries")
	b.Click(`form[action$="/sent"] button`)
	b.See("It is marked as sent.")
	section("/admin/reports", "Reports")
	b.Click(".ranges a")
	b.Wait("another range", `location.search !== ""`)

	section("/admin/integrations", "Integrations")
	b.Click("#channel-list .button")
	b.See("Send a test handoff")
	b.Click("form[action$='/test'] button")
	b.See("A test handoff is on its way")
	b.Click("main a.danger")
	b.Judge("disconnect-in-flight")
	b.Window(1280, 800)
	b.Click("main button.danger")
	b.See("The channel is disconnected")

	section("/admin/keys", "API keys")
	b.Click("#name")
	b.Type("Website back end")
	b.Click("main form .primary")
	b.See("is shown this once")
	b.Click(".confirm summary")
	b.Click(".confirm .danger")
	b.See("is revoked")

	section("/admin/people", "People")
	b.Click("form[action$='/end'] button")
	b.See("The session of admin has ended.")
	if page := other.Get("/admin/people"); page.Status != 303 {
		t.Errorf("the session that was ended is answered %d", page.Status)
	}
	b.Expect("422")
	b.Click("#password")
	b.Type("short")
	b.Click("main .card .primary")
	b.Wait("what is wrong beside the field", `document.querySelector("#password-error")?.innerText.includes("12 characters")`) // the hint says it before
	b.Judge("people-wrong")
	b.Window(1280, 800)
	b.Click("#password")
	b.Type(password)
	b.Click("#again")
	b.Type(password)
	b.Click("main .card .primary")
	b.See("The password is set.")

	section("/admin/audit", "Audit")
	b.Click("main tbody th")
	b.See("Password set")
	section("/admin/health", "Health")
	b.Click(".side .person button")
	b.Wait("the door", `document.querySelector("#password")`)
	b.Click("#password")
	b.Type(password)
	b.Click("main button.primary")
	b.Wait("a page behind the sign-in", `document.body.classList.contains("signed-in")`)

	b.Window(360, 740)
	b.Click(".menu summary")
	b.Click(`.menu a[href="/admin/agents"]`)
	b.See("Human Handoff")
	if wide := admintest.Eval[int](b, "document.documentElement.scrollWidth"); wide > 360 {
		t.Errorf("a phone's page is %d wide", wide)
	}
}
