package demo_test

import (
	"strings"
	"testing"

	"github.com/docket-handoff/docket/agent"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/demo"
)

func TestAgentIsValid(t *testing.T) {
	a := demo.Agent("http://127.0.0.1:3979", "room", "secret")
	if err := a.Validate(); err != nil {
		t.Fatal(err)
	}
	if !a.Allows("http://127.0.0.1:3979") || !a.Allows("http://localhost:3979") || a.Allows("http://127.0.0.1:3978") {
		t.Errorf("the widget is allowed on %v", a.AllowedOrigins)
	}
}

// TestAgentKnowsItsCompany asks as a newcomer would, in other words than the list's.
func TestAgentKnowsItsCompany(t *testing.T) {
	for question, want := range map[string]string{
		"What does it cost?":                          "€49",
		"how much is the team plan":                   "€49",
		"Do we save anything if we pay yearly?":       "two of the twelve months",
		"Do you have a HubSpot integration?":          "HubSpot is built in",
		"How does the HubSpot integration work?":      "HubSpot is built in",
		"does it work with Salesforce?":               "Business plan",
		"Are you SOC 2 certified?":                    "SOC 2 Type II",
		"How long is the free trial?":                 "14 days",
		"Where is our data stored?":                   "Frankfurt",
		"We use Okta for single sign-on. Is that ok?": "Business",
		"Can I import our history?":                   "three years",
	} {
		if got := decide(question); !strings.Contains(got.Text, want) || got.Handoff != nil {
			t.Errorf("%q is answered %q (handoff %v), want something about %q", question, got.Text, got.Handoff, want)
		}
	}
}

func TestAgentHandsOff(t *testing.T) {
	for _, line := range []string{
		"Can I talk to a person?", "What is your enterprise pricing?", "We would need a security review.", "Could you send us a contract?",
	} {
		if got := decide(line); got.Handoff == nil {
			t.Errorf("%q is answered %q without a person", line, got.Text)
		}
	}
}

func decide(line string) handoff.Reply {
	return agent.Decide(handoff.Turn{
		Agent: demo.Agent("http://127.0.0.1:3979", "room", ""), Available: true, Seq: 1,
		Messages: []handoff.Message{{ID: "m1", Seq: 1, From: handoff.Author{Kind: handoff.FromVisitor}, Text: line}},
	})
}

func TestVisitorIsNotFromTheWebsitesCompany(t *testing.T) {
	if v, a := demo.Visitor(), demo.Account(); v.Name != "Dana Cole" || a.Name != "Northwind" || v.ID == "" {
		t.Errorf("the visitor is %+v of %+v", v, a)
	}
}
