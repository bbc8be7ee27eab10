package demo

import (
	"strings"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

// AgentID is the agent's on the demo's website, ChannelID the channel's where its specialists are.
const (
	AgentID   = "marketing"
	ChannelID = "19:handoffs@thread.tacv2"
)

// World is the Teams of the invented company Lumen Metrics: one channel and two people who can be played.
func World() bottest.Config {
	return bottest.Config{
		BotName: "Docket",
		Teams: []bottest.Team{{ID: "19:sales@thread.tacv2", Name: "Lumen Metrics Sales", Channels: []bottest.Channel{
			{ID: ChannelID, Name: "Website handoffs"},
		}}},
		Users: []bottest.User{
			{ID: "29:ana", Name: "Ana Silva", AADObjectID: "33333333-3333-4333-8333-333333333331"},
			{ID: "29:marek", Name: "Marek Novak", AADObjectID: "33333333-3333-4333-8333-333333333332"},
		},
	}
}

// Agent is the agent of the invented company Lumen Metrics, whose website the demo shows. origin is where the page is
// opened, channel where specialists are, and identitySecret signs who the visitor is; it may be empty.
func Agent(origin string, channel handoff.ID, identitySecret string) handoff.Agent {
	return handoff.Agent{
		ID: AgentID, Name: "Mira", AllowedOrigins: origins(origin), IdentitySecret: identitySecret, Files: true,
		Handoff: handoff.Policy{
			Enabled: true, Channels: []handoff.ID{channel}, WaitSeconds: 30 * 60,
			Instruction: "Hand off when the visitor asks about “enterprise pricing”, “security review”, “contract” or is unhappy with an answer.",
		},
		Texts: map[string]string{
			handoff.TextGreeting: "Hello, I'm {agent}, the AI agent of Lumen Metrics. Ask me about plans, integrations or security, or ask for a person whenever you like.",
		},
		Answers: answers(),
	}
}

// origins adds the other name that people type for this machine.
func origins(origin string) []string {
	if named := strings.Replace(origin, "//127.0.0.1", "//localhost", 1); named != origin {
		return []string{origin, named}
	}
	return []string{origin}
}

// answers is what Mira knows. It says the same as the website.
func answers() []handoff.KnownAnswer {
	return []handoff.KnownAnswer{
		{
			Questions: []string{"pricing", "What does it cost?", "price per month", "plans", "How much is the Team plan?"},
			Answer:    "Team is €49 a month with 5 seats, Business is €390 a month with 40 seats. Both are billed monthly and you can change plans whenever you like.",
		},
		{
			Questions: []string{"annual discount", "pay yearly", "annual payment", "yearly billing"},
			Answer:    "If you pay for a year at once, two of the twelve months are free on Team and Business.",
		},
		{
			Questions: []string{"HubSpot", "HubSpot integration", "sync contacts with HubSpot"},
			Answer:    "Yes, HubSpot is built in from the Team plan on. Contacts and deals sync both ways every five minutes, and setting it up takes about ten minutes.",
		},
		{
			Questions: []string{"Salesforce", "Salesforce integration", "connect our CRM"},
			Answer:    "Yes. Salesforce is part of the Business plan: accounts and opportunities sync both ways, custom fields included.",
		},
		{
			Questions: []string{"SOC 2", "ISO 27001", "Is it secure?", "penetration test"},
			Answer:    "We hold a SOC 2 Type II report and an ISO 27001 certificate, and an outside firm tests us every year. The report is yours under a short NDA.",
		},
		{
			Questions: []string{"free trial", "trial", "try before buying", "test account"},
			Answer:    "The trial runs 14 days with everything in Business, and it needs no card. When it ends your data stays for 30 days.",
		},
		{
			Questions: []string{"data residency", "Where is the data stored?", "EU hosting", "GDPR"},
			Answer:    "Your data is stored and processed in Frankfurt, with a second copy in Dublin. It does not leave the EU.",
		},
		{
			Questions: []string{"single sign-on", "SSO", "SAML", "Entra login", "Okta"},
			Answer:    "Single sign-on with Entra ID, Okta or any SAML provider is part of Business. Your admin can require it for everybody.",
		},
		{
			Questions: []string{"migrate", "move data from another tool", "import history"},
			Answer:    "You can import up to three years of history from CSV files or from your warehouse, and most teams finish in an afternoon.",
		},
	}
}

// Visitor is whom the demo's visitor plays.
func Visitor() handoff.Visitor {
	return handoff.Visitor{
		ID: "crm-4711", Name: "Dana Cole", Email: "dana.cole@northwind.example",
		Traits: map[string]string{"title": "VP Sales"},
	}
}

// Account is the company that the visitor works for.
func Account() handoff.Account {
	return handoff.Account{
		Name: "Northwind", Domain: "northwind.example",
		Traits: map[string]string{"employees": "850", "plan": "Trial, day 9 of 14"},
	}
}
