package admin_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// focused is a JavaScript expression for what has the focus, in words.
const focused = `(document.activeElement.textContent || document.activeElement.id).trim()`

// TestChecklistTicksUnderTheFocus: a step ticks itself while somebody is on a link in it. They stay where they are, on the step when the
// link is gone; the table of channels comes by itself too.
func TestChecklistTicksUnderTheFocus(t *testing.T) {
	site := admintest.New(t, withTeams)
	ctx := t.Context()
	b := site.Browser()
	b.SignIn(admin.RoleAdmin)
	b.Open("/admin/integrations/teams")
	link := func(href string) {
		t.Helper()
		b.Script(`document.querySelector('` + href + `').focus()`)
	}
	on := func(want string) {
		t.Helper()
		b.Wait("the focus on "+want, focused+` === "`+want+`" || document.activeElement.id === "`+want+`"`)
	}
	link(`#step-consent a`)
	site.Must(site.Desk.Consented(ctx, "teams", homeTenant, "Olga", nil))
	b.Wait("another button beside the link", `document.querySelector("#step-consent form")`)
	on("Connect")
	site.Must(site.Desk.Proved(ctx, "teams", homeTenant, ""))
	b.Wait("the tick", `document.querySelector("#step-consent.done")`)
	on("step-consent")

	link(`#step-app a[href$="/package"]`)
	site.Must(site.Desk.Installed(ctx, "teams", homeTenant, handoff.Team{ID: "team", Name: "Sales"}, "Ana"))
	b.Wait("the tick", `document.querySelector("#step-app.done")`)
	on("step-app")
	inTeams(site, homeTenant, "Leads")
	b.Wait("the channel and its gear", `document.querySelector("#channel-list .button")`)
	inTeams(site, homeTenant, "Leads two")
	link("#step-trial button")
	b.Wait("the second channel", `document.querySelectorAll("#channel-list .button").length === 2`)
	on("Send a test handoff to Sales > Leads")

	b.Script(`document.querySelector("#teams-channels").insertAdjacentHTML("beforeend", '<input aria-label="a field" id="typed">')`)
	link("#typed")
	site.Must(site.Desk.UpdateChannel(ctx, audit.Actor{Kind: audit.Platform}, handoff.ChannelID("teams", homeTenant, "Leads"), func(c *handoff.Channel) {
		c.Replies = handoff.RepliesGranted
	}))
	b.Wait("the tick of another part", `document.querySelector("#step-replies.done")`)
	on("typed")
}

// TestTroubleIsSaid: a page that keeps itself up to date says when it cannot, and takes it back.
func TestTroubleIsSaid(t *testing.T) {
	site := admintest.New(t, withTeams)
	behind, err := url.Parse(site.URL)
	site.Must(err)
	var away atomic.Bool
	proxy, line := httputil.NewSingleHostReverseProxy(behind), &http.Transport{}
	proxy.Transport = line
	t.Cleanup(line.CloseIdleConnections)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	id := site.Connect("Leads")
	b := site.Browser()
	b.SignIn(admin.RoleAdmin)
	says := func(what string) {
		t.Helper()
		b.Wait(what, `document.querySelector("[role=status][data-announce]").innerText === "`+what+`"`)
	}
	b.Expect("Failed to load resource")
	b.Go(front.URL + "/admin/integrations/channels/" + string(id))
	away.Store(true)
	says("The server is out of reach; what stands here may be old.")
	b.Judge("channel-out-of-reach")
	away.Store(false)
	says("This page is up to date again.")
	b.Go(front.URL + "/admin/integrations/teams")
	b.Script(`fetch("/admin/signout", {method: "POST"})`) // as in another tab
	says("You are no longer signed in. Load this page again to sign in.")
	b.Judge("teams-signed-out")
}
