package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// signedIn opens the pages in a browser by the link that the program printed.
func signedIn(t *testing.T, docket *program) *admintest.Browser {
	t.Helper()
	link, err := url.Parse(docket.find(&docket.stdout, `Open this link to sign in .*: (http\S+)`))
	must(t, err)
	b := (&admintest.Site{T: t, URL: link.Scheme + "://" + link.Host}).Browser()
	b.Open(link.Path)
	b.Wait("the button with the focus", `document.activeElement?.matches("button")`)
	b.Key("Enter")
	b.Wait("a page behind the sign-in", `document.body.classList.contains("signed-in")`)
	return b
}

// TestTheGuide plays the admin from an empty store to a handoff that has ended, with the keyboard, and looks at every page on the way.
// Microsoft's consent page is on another site, as the real one is, so the session's cookie stays behind on the way back.
func TestTheGuide(t *testing.T) {
	service := bottest.Start(t, bottest.Config{NotInstalled: true})
	elsewhere := strings.Replace(service.ConsentURL(), "127.0.0.1", "localhost", 1)
	c := newCompanyIn(t, service, "DOCKET_BOT_CONSENT_URL="+elsewhere)
	b := signedIn(t, c.docket)
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

	setAgentUp(b)
	c.playsAHandoff(b)

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

// setAgentUp switches Human Handoff on, writes the Instruction, chooses the channel, sets work hours that are open now, and lets the
// chat be tried.
func setAgentUp(b *admintest.Browser) {
	b.Helper()
	b.Open("/admin/agents")
	b.See("There is no agent yet")
	b.TabTo("#name")
	b.Type("Mira")
	b.Key("Enter")
	b.See("The agent is added")
	b.TabTo("#enabled")
	b.Key(" ")
	b.TabTo("#instruction")
	b.Type("Hand off when the visitor mentions a discount.")
	b.TabTo("#channels input")
	b.Key(" ")
	b.TabTo("#settings .primary")
	b.Key("Enter")
	b.See("Handoffs can start now")
	b.TabTo(".tabs a[href$='/hours']")
	b.Key("Enter")
	b.TabTo("#when input")
	b.Key("ArrowDown")
	b.TabTo("#time_zone")
	b.Type("Europe/Lisbon")
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		b.TabTo("#" + day)
		b.Type("0-24")
	}
	b.Key("Enter")
	b.See("Saved.")
	b.TabTo("[formaction$='/look#verdict']")
	b.Key("Enter")
	b.See("it would start")
	b.Judge("guide-hours")
	b.TabTo(".tabs a[href$='/website']")
	b.Key("Enter")
	b.TabTo("[name=allow]")
	b.Key("Enter")
	b.See("Saved.")
}

// chatShows is true when the chat that is open shows a text.
func chatShows(words string) string {
	return fmt.Sprintf(`document.querySelector("#docket-widget")?.shadowRoot.textContent.includes(%q)`, words)
}

// writes sends a line of the visitor's.
func writes(b *admintest.Browser, line string) {
	b.Helper()
	b.Wait("the chat", `(() => { const box = document.querySelector("#docket-widget")?.shadowRoot.querySelector("[data-testid=composer]"); box?.focus(); return box?.matches(":focus") && !box.disabled; })()`)
	b.Type(line)
	b.Key("Enter")
}

// asksAboutADiscount is a visitor who mentions in the chat what the Instruction names.
func asksAboutADiscount(b *admintest.Browser) {
	b.Helper()
	b.Open("/admin/agents/mira/preview")
	b.Click("html") // the frame of the page before had the focus
	writes(b, "Is there a discount for 80 seats?")
	b.Wait("the agent to ask the team", chatShows("asked our team to join"))
}

// playsAHandoff is what all of it is for: a visitor mentions what the Instruction names, somebody joins in Teams, lines go both ways, the
// specialist ends it, and the pages tell of it.
func (c *company) playsAHandoff(b *admintest.Browser) {
	before := len(c.service.Threads(c.channel.ID))
	asksAboutADiscount(b)
	eventually(c.t, "the thread", func() bool { return len(c.service.Threads(c.channel.ID)) > before })
	thread := c.thread()
	c.shows(thread, "discount")
	_, err := c.service.Press(c.t.Context(), c.ana.ID, thread.ID, thread.Root, "Join conversation")
	must(c.t, err)
	b.Wait("the visitor to be told", chatShows(c.ana.Name+" has joined"))
	c.say(c.ana, thread.ID, "From 50 seats on it is ten per cent.")
	b.Wait("the specialist's line", chatShows("it is ten per cent"))
	writes(b, "Thank you, that will do.")
	c.shows(thread, "that will do")
	b.Shoot("guide-chat")
	_, err = c.service.Press(c.t.Context(), c.ana.ID, thread.ID, thread.Root, "End conversation")
	must(c.t, err)
	b.Wait("the agent to be back", chatShows("back with you"))
	c.shows(thread, "Ended by "+c.ana.Name)

	b.Open("/admin/handoffs")
	b.Wait("the handoff among those that have ended", `document.querySelector("[data-stage=ended] [data-handoff]")`)
	b.Judge("guide-handoffs")
	b.TabTo("[data-stage=ended] [data-handoff] a, a[data-handoff], [data-stage=ended] a")
	b.Key("Enter")
	b.See("it is ten per cent")
	b.Judge("guide-handoff")
	b.Open("/admin/reports")
	b.See("Mira")
	b.Open("/admin/audit")
	b.See("mira")
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
	b := signedIn(t, c.docket)
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
