package admin

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/docket-handoff/docket/handoff"
)

var integrationsSection = section{
	title: "Integrations", group: "Settings", path: "/admin/integrations",
	routes: []route{
		{"GET /admin/integrations", viewer, (*visit).integrationsPage},
		{"GET /admin/integrations/teams", viewer, (*visit).teamsPage},
		{"GET /admin/integrations/teams/package", viewer, (*visit).teamsPackage},
		{"POST /admin/integrations/teams/prove", admin, (*visit).proveAgain},
		{"GET /admin/integrations/channels/{id}", viewer, (*visit).channelPage},
		{"POST /admin/integrations/channels/{id}/test", admin, (*visit).testChannel},
		{"GET /admin/integrations/channels/{id}/disconnect", admin, (*visit).disconnectPage},
		{"POST /admin/integrations/channels/{id}/disconnect", admin, (*visit).disconnect},
		{"GET /integrations/teams/connect", admin, (*visit).askConsent},
		{"GET /integrations/teams/callback", nobody, (*visit).consentBack},
	},
}

// teamsName is Microsoft Teams in handoff.Channel.Platform and handoff.Tenant.Platform.
const teamsName = "teams"

// Teams is what the pages need of Microsoft Teams. Whoever assembles the program implements it, because this room knows no platform.
type Teams interface {
	// Home is the tenant in which the bot is registered; empty when it is registered for all.
	Home() string
	// Admits says whether the settings leave room for a tenant that consents.
	Admits(tenant string) bool
	// AppLink is where Teams shows the app, to be added to a team.
	AppLink() string
	// Package writes the app package. Its error is for people.
	Package(w io.Writer) error
	// ConsentPage is where an admin consents, to come back to an address with a state.
	ConsentPage(back, state string) (string, error)
	// Prove asks for a token of a tenant's. The error is for the log; the words say why there is none, and what to do.
	Prove(ctx context.Context, tenant string) (cause, remedy string, err error)
}

// notSetUp answers for a platform that the settings do not have.
var notSetUp = problem{http.StatusNotFound, "Not set up", "Microsoft Teams is not set up on this server. Settings > Integrations says which settings make it so."}

// integrationsView is what the list shows.
type integrationsView struct {
	App      string
	SetUp    bool // Microsoft Teams is in the settings
	At       addresses
	State    string
	Done     int
	Steps    int
	Channels []channelView
}

func (v *visit) integrationsPage() error {
	view := integrationsView{App: v.app, SetUp: v.teams != nil, At: v.addresses()}
	if v.teams != nil {
		g, err := v.guide()
		if err != nil {
			return err
		}
		view.State, view.Done, view.Steps = g.State(), g.Done(), len(g.Steps)
	}
	channels, err := v.desk.Channels(v.ctx())
	if err != nil {
		return err
	}
	for _, c := range channels {
		view.Channels = append(view.Channels, channelView{Channel: c})
	}
	return v.show("integrations.html", "Integrations", view)
}

// guide is the way from nothing to connected, as far as it is gone.
type guide struct {
	App      string
	Tenant   handoff.Tenant
	Others   []handoff.Tenant // that are known beside it
	Channels []channelView    // the tenant's
	Steps    []step
	AppLink  string
	NoApp    string // why there is no app package; empty: there is one
	Admitted bool   // the settings let this tenant in
	Started  bool   // something was done: then the steps come first and the permissions later
}

// State says in a word where the guide stands.
func (g guide) State() string {
	switch {
	case g.Tenant.State() == handoff.TenantBlocked:
		return "blocked"
	case g.Done() == len(g.Steps):
		return "connected"
	case g.Done() == 0:
		return "new"
	}
	return "open"
}

// Done counts the steps that are.
func (g guide) Done() int {
	n := 0
	for _, s := range g.Steps {
		if s.Done {
			n++
		}
	}
	return n
}

// guide looks at the tenant that the address names, or else at the one that consented last, or else at the bot's home.
func (v *visit) guide() (guide, error) {
	g := guide{App: v.app, AppLink: v.teams.AppLink()}
	tenants, err := v.desk.Tenants(v.ctx())
	if err != nil {
		return g, err
	}
	asked, home := strings.ToLower(v.r.URL.Query().Get("tenant")), strings.ToLower(v.teams.Home())
	g.Tenant = handoff.Tenant{Platform: teamsName, ID: home}
	chosen := false
	for _, t := range tenants {
		switch {
		case t.Platform != teamsName:
		case t.ID == asked:
			g.Tenant, chosen = t, true
		case chosen:
		case t.ConsentedAt.After(g.Tenant.ConsentedAt), g.Tenant.ConsentedAt.IsZero() && t.ID == home:
			g.Tenant = t
		}
	}
	for _, t := range tenants {
		if t.Platform == teamsName && t.ID != g.Tenant.ID {
			g.Others = append(g.Others, t)
		}
	}
	channels, err := v.desk.Channels(v.ctx())
	if err != nil {
		return g, err
	}
	for _, c := range channels {
		if c.Platform == teamsName && strings.EqualFold(c.Tenant, g.Tenant.ID) {
			g.Channels = append(g.Channels, channelView{Channel: c})
		}
	}
	if err := v.teams.Package(io.Discard); err != nil {
		g.NoApp = err.Error()
	}
	g.Admitted = v.teams.Admits(g.Tenant.ID) || g.Tenant.ID == ""
	g.Steps = steps(g.Tenant, g.Channels, v.addresses())
	g.Started = g.Done() > 0 || !g.Tenant.ConsentedAt.IsZero()
	return g, nil
}

func (v *visit) teamsPage() error {
	if v.teams == nil {
		return notSetUp
	}
	g, err := v.guide()
	if err != nil {
		return err
	}
	return v.show("integrations_teams.html", "Microsoft Teams", g, withScript("refresh.js"))
}

// teamsPackage gives out the app package.
func (v *visit) teamsPackage() error {
	if v.teams == nil {
		return notSetUp
	}
	var out strings.Builder
	if err := v.teams.Package(&out); err != nil {
		return problem{http.StatusConflict, "No app package yet", "It cannot be made: " + err.Error()}
	}
	v.w.Header().Set("Content-Type", "application/zip")
	v.w.Header().Set("Content-Disposition", `attachment; filename="docket.zip"`)
	_, _ = io.WriteString(v.w, out.String())
	return nil
}
