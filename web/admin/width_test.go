package admin_test

import (
	"strings"
	"testing"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
)

// longWord is what no line has room for: an address, a key that somebody pasted, a language without spaces.
var longWord = strings.Repeat("Wurzelbehandlung", 8)[:120]

// TestLongWordsFit: a word of 120 letters breaks where it must, and no page sticks out because of it.
func TestLongWordsFit(t *testing.T) {
	d := newDesk(t, withPassword)
	d.channel = d.Connect(longWord)
	points := []handoff.Point{{Text: longWord}, {Text: "And " + longWord}}
	started, err := d.Desk.Start(t.Context(), handoff.NewConversation{
		Agent: "marketing", Visitor: handoff.Visitor{Name: longWord, Email: longWord + "@example.com"}, Account: handoff.Account{Name: longWord},
	})
	d.Must(err)
	asked, err := d.Desk.Request(t.Context(), started.Conversation.ID, handoff.Request{
		By: handoff.FromVisitor, Reason: longWord, Brief: handoff.Brief{Summary: points, OpenLoops: points}, Channels: []handoff.ID{d.channel},
	})
	d.Must(err)
	b := d.Browser()
	b.SignIn(admin.RoleAdmin)
	for _, page := range []struct{ name, path, shows string }{
		{"long-handoff", "/admin/handoffs/" + string(asked.Handoff), "Open loops"},
		{"long-board", "/admin/handoffs", "waiting for"},
		{"long-search", "/admin/handoffs?q=x" + longWord, "Nothing was found"},
		{"long-channel", "/admin/integrations/channels/" + string(d.channel), "Test handoff"},
		{"long-disconnect", "/admin/integrations/channels/" + string(d.channel) + "/disconnect", "Nobody is talking"},
		{"long-integrations", "/admin/integrations", "Last heard from"},
		{"long-agent", "/admin/agents/marketing", "Human Handoff"},
		{"long-reports", "/admin/reports", "Handoffs"},
	} {
		b.Open(page.path)
		b.See(page.shows)
		b.Fits(page.name)
	}
	b.Open("/admin/keys")
	b.Script(`document.querySelector("#name").focus()`)
	b.Type(longWord[:60])
	b.Key("Enter")
	b.See("is ready")
	b.Fits("long-key")
	b.Expect("422")
	b.Open("/admin/agents/marketing/hours")
	b.Script(`document.querySelector("#mon").focus()`)
	b.Type(longWord)
	b.Key("Enter")
	b.Wait("what is wrong", `document.querySelector("#mon-error")`)
	b.Fits("long-hours")
}
