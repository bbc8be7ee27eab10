package admin_test

import (
	"context"
	"errors"
	"io"
	"net/url"
	"sync/atomic"

	"github.com/docket-handoff/docket/web/admin"
)

const (
	homeTenant  = "11111111-1111-4111-8111-111111111111"
	otherTenant = "99999999-9999-4999-8999-999999999999"
)

// microsoft plays the other end of a consent: it knows the tenants that it is told.
type microsoft struct {
	known map[string]bool
	asked atomic.Int64 // tokens
}

func withTeams(cfg *admin.Config) { cfg.Teams = &microsoft{known: map[string]bool{homeTenant: true}} }

func (*microsoft) Home() string       { return homeTenant }
func (*microsoft) Admits(string) bool { return true }
func (*microsoft) AppLink() string    { return "https://teams.microsoft.com/l/app/aaaa" }

func (*microsoft) Package(w io.Writer) error {
	_, err := io.WriteString(w, "PK")
	return err
}

func (*microsoft) ConsentPage(back, state string) (string, error) {
	return "https://login.example.com/adminconsent?" + url.Values{"redirect_uri": {back}, "state": {state}}.Encode(), nil
}

func (m *microsoft) Prove(_ context.Context, tenant string) (string, string, error) {
	m.asked.Add(1)
	if m.known[tenant] {
		return "", "", nil
	}
	return "the tenant does not know the bot's app", "let an admin of it consent", errors.New("AADSTS700016")
}
