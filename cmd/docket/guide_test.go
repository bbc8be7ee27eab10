package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// signedIn opens the pages in a browser by the link that the program printed.
func (c *company) signedIn() *admintest.Browser {
	c.t.Helper()
	link, err := url.Parse(c.docket.find(&c.docket.stdout, `Open this link to sign in .*: (http\S+)`))
	must(c.t, err)
	b := (&admintest.Site{T: c.t, URL: link.Scheme + "://" + link.Host}).Browser()
	b.Open(link.Path)
	b.Wait("the button with the focus", `document.activeElement?.matches("button")`)
	b.Key("Enter")
	b.Wait("a page behind the sign-in", `document.body.classList.contains("signed-in")`)
	return b
}

// TestTheGuide plays the admin from an empty store to Connected, with the keyboard, and looks at every page on the way. Microsoft's
// consent page is on another site, as the real one is, so the session's cookie stays behind on the way back.
func TestTheGuide(t *testing.T) {
	service := bottest.Start(t, bottest.Config{NotInstalled: true})
	elsewhere := strings.Replace(service.ConsentURL(), "127.0.0.1", "localhost", 1)
	c := newCompanyIn(t, service, "DOCKET_BOT_CONSENT_URL="+elsewhere)
	b := c.signedIn()
	service.RegisterRedirect(b.URL + "/integrations/teams/callback")

	b.Open("/admin/integrations")
	b.See("not connected")
	b.See("DOCKET_SLACK_BOT_TOKEN")
	b.Judge("integrations-empty")
	b.TabTo(`a[href="/admin/integrations/teams"]`)
	b.Key("Enter")
	b.See("0 of 5 steps are done")
	b.See("ChannelMessage.Read.Group")
	b.Judge("teams-empty")

	b.TabTo(".steps .primary")
	b.Key("Enter")
	b.See("Permissions requested")
	b.TabTo("button[value=cancel]")
	b.Expect("400")
	b.Key("Enter")
	b.See("pressed Cancel")
	b.Judge("consent-cancelled")
	b.Open("/admin/integrations/teams")
	b.TabTo(".steps .primary")
	b.Key("Enter")
	b.TabTo("button[value=accept]")
	b.Key("Enter")
	b.See("Microsoft has confirmed it")
	ticked := func(step string) {
		t.Helper()
		b.Wait("the step "+step+" to tick itself", `document.querySelector("#step-`+step+`.done")`)
	}
	ticked("consent")
	_, err := service.Install(t.Context(), c.ana.ID, c.channel.ID)
	must(t, err)
	ticked("app")
	c.say(c.ana, c.channel.ID, "hello", bottest.MentionBot())
	ticked("mention")
	b.Judge("teams-under-way")
	c.say(c.ben, c.channel.ID, "what is this?")
	ticked("replies")
	b.Open("/admin/integrations/teams") // the line about the test has the channel now
	b.TabTo("#step-trial button")
	b.Key("Enter")
	b.See("is on its way")
	thread := c.thread()
	c.shows(thread, "This is a test, sent by")
	_, err = service.Press(t.Context(), c.ana.ID, thread.ID, thread.Root, "Join conversation")
	must(t, err)
	b.See(c.ana.Name + " has pressed Join conversation")
	c.say(c.ana, thread.ID, "It works.")
	b.See("It made the round trip.")
	b.Judge("channel-connected")

	b.Open("/admin/integrations/teams")
	b.See("Connected: Northwind > General")
	b.Judge("teams-connected")
	b.Open("/admin/integrations")
	b.See("Connected")
	b.Judge("integrations-connected")

	b.Open("/admin/health")
	b.See("This is docket")
	b.See("plain replies arrive")
	b.Judge("health")

	b.Open("/admin/integrations")
	b.TabTo("#channel-list .button")
	b.Key("Enter")
	b.TabTo(`main a.danger`)
	b.Key("Enter")
	b.See("Nobody is waiting there")
	b.Judge("channel-disconnect")
	b.TabTo("main button.danger")
	b.Key("Enter")
	b.See("The channel is disconnected")
	b.See("somebody has disconnected it in the admin pages")
	b.Judge("channel-disconnected")
}

// TestConsentOpensTheDoorToATenant: where no tenants are listed, one that has consented is let in, and no other.
func TestConsentOpensTheDoorToATenant(t *testing.T) {
	const customer = "99999999-9999-4999-8999-999999999999"
	service := bottest.Start(t, bottest.Config{AdminTenant: customer})
	c := newCompanyIn(t, service, "DOCKET_BOT_CONSENT_URL="+service.ConsentURL(), "MicrosoftAppType=MultiTenant")
	from := func(tenant string) int {
		t.Helper()
		body := strings.ReplaceAll(string(service.Deliveries()[0].Activity), bottest.DefaultTenant, tenant)
		answer, err := service.SendRaw(t.Context(), []byte(body), bottest.TokenOptions{})
		must(t, err)
		return answer.Status
	}
	c.say(c.ana, c.channel.ID, "hello", bottest.MentionBot())
	if got := from(customer); got != http.StatusForbidden {
		t.Errorf("before the consent the tenant's activity is answered %d", got)
	}
	b := c.signedIn()
	service.RegisterRedirect(b.URL + "/integrations/teams/callback")
	b.Open("/integrations/teams/connect")
	b.Click("button[value=accept]")
	b.See("Microsoft has confirmed it")
	if got := from(customer); got != http.StatusOK {
		t.Errorf("after the consent the tenant's activity is answered %d", got)
	}
	if got := from("88888888-8888-4888-8888-888888888888"); got != http.StatusForbidden {
		t.Errorf("another tenant's activity is answered %d", got)
	}
}
