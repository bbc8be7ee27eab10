package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/checks/browser"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// inTeams connects a channel of a Teams tenant, as a mention there does.
func inTeams(s *admintest.Site, tenant, name string) handoff.ID {
	s.Helper()
	id := handoff.ChannelID("teams", tenant, name)
	s.Must(s.Desk.Connect(s.Context(), "connect "+tenant+name, handoff.Channel{
		ID: id, Platform: "teams", Tenant: tenant, Team: handoff.Team{ID: "team", Name: "Sales"}, Name: name, ConnectedBy: "Ana Silva",
	}, "thread", "connected"))
	return id
}

var doneStep = regexp.MustCompile(`id="step-(\w+)" data-live class="(\w+)"`)

// ticked lists the steps of the page that are done, and all of them.
func ticked(t *testing.T, page admintest.Page) (done []string, all int) {
	t.Helper()
	found := doneStep.FindAllStringSubmatch(page.Body, -1)
	for _, step := range found {
		if step[2] == "done" {
			done = append(done, step[1])
		}
	}
	return done, len(found)
}

// TestChecklist goes the way step by step, and back again where something stops being true.
func TestChecklist(t *testing.T) {
	site := admintest.New(t, withTeams)
	olga, ctx := site.SignIn(admin.RoleAdmin), t.Context()
	want := func(when string, steps ...string) {
		t.Helper()
		page := olga.Get("/admin/integrations/teams")
		done, all := ticked(t, page)
		if !slices.Equal(done, steps) || all != 5 {
			t.Errorf("%s: done are %v of %d, want %v", when, done, all, steps)
		}
		if connected := strings.Contains(page.Body, "Connected: "); connected != (len(steps) == 5) {
			t.Errorf("%s: it says connected: %v", when, connected)
		}
	}
	want("with nothing")
	site.Must(site.Desk.Consented(ctx, "teams", homeTenant, "Olga", nil))
	want("after a consent alone")
	site.Must(site.Desk.Proved(ctx, "teams", homeTenant, ""))
	want("after a token", "consent")
	site.Must(site.Desk.Installed(ctx, "teams", homeTenant, handoff.Team{ID: "team", Name: "Sales"}, "Ana"))
	want("with the app in a team", "consent", "app")
	id := inTeams(site, homeTenant, "Leads")
	want("after a mention", "consent", "app", "mention")
	change := func(f func(*handoff.Channel)) {
		site.Must(site.Desk.UpdateChannel(ctx, audit.Actor{Kind: audit.Platform}, id, f))
	}
	change(func(c *handoff.Channel) { c.Replies = handoff.RepliesGranted })
	want("after a plain line", "consent", "app", "mention", "replies")
	change(func(c *handoff.Channel) { c.ProvenAt = time.Now() })
	want("after the round trip", "consent", "app", "mention", "replies", "trial")
	inTeams(site, otherTenant, "Elsewhere") // is another tenant's business
	change(func(c *handoff.Channel) { c.Lose(handoff.LostDeleted) })
	want("when the channel is gone", "consent", "app", "replies", "trial")
	change(func(c *handoff.Channel) { c.Regain(handoff.LostDeleted) })
	site.Must(site.Desk.Proved(ctx, "teams", homeTenant, "the secret has expired"))
	want("when the token is refused", "app", "mention", "replies", "trial")
}

// TestStepsSayTheAddresses: what must be registered with Microsoft stands where somebody looks for it when it does not work.
func TestStepsSayTheAddresses(t *testing.T) {
	site := admintest.New(t, withTeams)
	olga := site.SignIn(admin.RoleAdmin)
	page := olga.Get("/admin/integrations/teams")
	for _, text := range []string{"redirect URI does not match, add " + site.URL + callback, "messaging endpoint must be " + site.URL + "/api/messages"} {
		if !strings.Contains(page.Body, text) {
			t.Errorf("it does not say %q\n%s", text, page.Body)
		}
	}
	site.Must(site.Desk.Disconnect(t.Context(), inTeams(site, homeTenant, "Leads"), nil))
	if page := olga.Get("/admin/integrations/teams"); !strings.Contains(page.Body, "To do: mention the bot in the channel to connect it again.") {
		t.Errorf("with nothing but a disconnected channel:\n%s", page.Body)
	}
	if page := olga.Get(comeBack(goOut(t, olga), "tenant", homeTenant)); page.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", page.Status, page.Body)
	} else if next := olga.Get(page.Location); !strings.Contains(next.Body, "The list shows what is left.") {
		t.Error(next.Body)
	}
}

// TestTestThatWasCutOff: a test whose channel was disconnected under it did arrive there.
func TestTestThatWasCutOff(t *testing.T) {
	site := admintest.New(t)
	olga := site.SignIn(admin.RoleAdmin)
	id := site.Connect("Leads")
	path := "/admin/integrations/channels/" + string(id)
	olga.Post(path+"/test", nil)
	olga.Post(path+"/disconnect", nil)
	for deadline := time.Now().Add(browser.Patience); ; time.Sleep(10 * time.Millisecond) {
		page := olga.Get(path)
		if strings.Contains(page.Body, "It ended because the channel was disconnected.") {
			return
		}
		if strings.Contains(page.Body, "did not arrive") || time.Now().After(deadline) {
			t.Fatal(page.Body)
		}
	}
}

// TestGear: what stands behind a channel's gear, who may press what, and what is written down.
func TestGear(t *testing.T) {
	site := admintest.New(t, withTeams)
	olga, vera := site.SignIn(admin.RoleAdmin), site.SignIn(admin.RoleViewer)
	id := site.Connect("Leads")
	path := "/admin/integrations/channels/" + string(id)
	if page := vera.Get(path); page.Status != http.StatusOK || !strings.Contains(page.Body, "Sales &gt; Leads") || strings.Contains(page.Body, path+"/test") {
		t.Errorf("a viewer sees %d\n%s", page.Status, page.Body)
	}
	for _, what := range []string{"/test", "/disconnect"} {
		if page := vera.Post(path+what, url.Values{}); page.Status != http.StatusForbidden {
			t.Errorf("a viewer's %s is answered %d", what, page.Status)
		}
		if c, err := site.Desk.Channel(t.Context(), id); err != nil || c.Trial != nil || c.State != handoff.ChannelConnected {
			t.Errorf("a viewer's %s did something: %+v", what, c)
		}
	}
	if page := olga.Post(path+"/test", url.Values{}); page.Status != http.StatusSeeOther || page.Location != path {
		t.Errorf("the test is answered %d %s", page.Status, page.Location)
	}
	c, err := site.Desk.Channel(t.Context(), id)
	site.Must(err)
	if c.Trial == nil || c.Trial.By != "admin" {
		t.Fatalf("the test is %+v", c.Trial)
	}
	if page := olga.Post(path+"/test", url.Values{}); page.Status != http.StatusSeeOther {
		t.Errorf("a second test is answered %d", page.Status)
	}
	if again, err := site.Desk.Channel(t.Context(), id); err != nil || again.Trial.Handoff != c.Trial.Handoff {
		t.Error("a second press within a minute sent a second test")
	}
	if page := olga.Get(path + "/disconnect"); page.Status != http.StatusOK || !strings.Contains(page.Body, "Disconnect Sales &gt; Leads?") {
		t.Errorf("the question is %d\n%s", page.Status, page.Body)
	}
	if page := olga.Post(path+"/disconnect", url.Values{}); page.Status != http.StatusSeeOther {
		t.Errorf("disconnecting is answered %d", page.Status)
	}
	if c, err = site.Desk.Channel(t.Context(), id); err != nil || c.State != handoff.ChannelDisconnected || !c.IsLost(handoff.LostByAdmin) {
		t.Errorf("the channel is %s (%s)", c.State, c.Cause)
	}
	if page := olga.Post(path+"/test", url.Values{}); page.Status != http.StatusSeeOther {
		t.Errorf("a test to what is disconnected is answered %d", page.Status)
	}
	log, err := audit.List(t.Context(), site.Engine, audit.Query{})
	site.Must(err)
	for _, act := range []audit.Act{audit.TestSent, audit.ChannelLeft} {
		if n := len(slices.DeleteFunc(slices.Clone(log.Entries), func(e audit.Entry) bool { return e.Act != act || e.Subject != string(id) || e.By.Name != "admin" })); n != 1 {
			t.Errorf("%s is written down %d times", act, n)
		}
	}
}

// TestPackage gives out the app package as a file.
func TestPackage(t *testing.T) {
	site := admintest.New(t, withTeams)
	page := site.SignIn(admin.RoleViewer).Get("/admin/integrations/teams/package")
	if page.Body != "PK" || page.Header.Get("Content-Type") != "application/zip" || !strings.Contains(page.Header.Get("Content-Disposition"), "docket.zip") {
		t.Errorf("%d %v", page.Status, page.Header)
	}
}

// TestHealthIsLookedAtOnce: the looks cost calls elsewhere, so people who reload share one; what is found is text.
func TestHealthIsLookedAtOnce(t *testing.T) {
	looks, now := 0, time.Now()
	site := admintest.New(t, func(cfg *admin.Config) {
		cfg.Version, cfg.Clock = "1.2.3", func() time.Time { return now }
		cfg.Examine = func(context.Context) []admin.Finding {
			looks++
			return []admin.Finding{
				{Name: "clock", Status: "failed", Cause: fmt.Sprintf("<b>look %d</b>", looks), Remedy: "set it"},
				{Name: "queues", Status: "warning", Cause: "2 in doubt", Remedy: "decide about each"},
			}
		}
	})
	vera := site.SignIn(admin.RoleViewer)
	for range 3 {
		page := vera.Get("/admin/health")
		if page.Status != http.StatusOK || !strings.Contains(page.Body, "&lt;b&gt;look 1&lt;/b&gt;") || !strings.Contains(page.Body, "1 failed") || !strings.Contains(page.Body, "1.2.3") ||
			!strings.Contains(page.Body, `<a href="/admin/deliveries">Open Deliveries</a>`) {
			t.Errorf("%d\n%s", page.Status, page.Body)
		}
	}
	now = now.Add(time.Minute)
	if page := vera.Get("/admin/health"); !strings.Contains(page.Body, "look 2") || looks != 2 {
		t.Errorf("after a minute it is looked at %d times\n%s", looks, page.Body)
	}
}
