package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/docket-handoff/docket/teams"
	"github.com/docket-handoff/docket/web/admin"
)

// microsoft is Microsoft Teams as the settings have it, for the admin pages.
type microsoft struct {
	settings *settings
	consent  teams.Consent
}

// microsoft is nil where no bot is set up.
func (s *settings) microsoft() admin.Teams {
	if !s.Bot.configured() {
		return nil
	}
	return &microsoft{settings: s, consent: s.Bot.consent()}
}

// Home implements admin.Teams.
func (m *microsoft) Home() string { return m.settings.Bot.Tenant }

// Admits implements admin.Teams.
func (m *microsoft) Admits(tenant string) bool {
	b := &m.settings.Bot
	return len(b.AllowedTenants) == 0 || b.tenantNamed(tenant)
}

// AppLink implements admin.Teams. https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-application
func (m *microsoft) AppLink() string {
	return fmt.Sprintf("https://teams.microsoft.com/l/app/%s?source=app-details-dialog", appID(m.settings.Bot.ID))
}

// Package implements admin.Teams.
func (m *microsoft) Package(w io.Writer) error { return m.settings.appPackage().write(w) }

// ConsentPage implements admin.Teams.
func (m *microsoft) ConsentPage(back, state string) (string, error) {
	return m.consent.Page(back, state)
}

// Prove implements admin.Teams.
func (m *microsoft) Prove(ctx context.Context, tenant string) (cause, remedy string, err error) {
	if err = m.consent.Prove(ctx, tenant); err != nil {
		cause, remedy = teams.TokenTrouble(err)
	}
	return cause, remedy, err
}

// examine is what the doctor finds, for the admin pages.
func (srv *server) examine(ctx context.Context) []admin.Finding {
	p := newPatient(srv.settings, os.Environ())
	p.records, p.storeErr = srv.keeper.records(ctx)
	var out []admin.Finding
	for _, f := range p.examine(ctx) {
		out = append(out, admin.Finding{Name: f.Name, Status: string(f.Status), Cause: f.Cause, Remedy: f.Remedy})
	}
	return out
}
