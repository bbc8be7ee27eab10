package admin_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/web/admin"
)

// TestAuditIsFilteredByWhatItShows: "Who" takes a part of what stands there, whatever its case.
func TestAuditIsFilteredByWhatItShows(t *testing.T) {
	d := newDesk(t)
	d.Must(d.Engine.Update(t.Context(), func(tx store.Tx) error {
		for _, by := range []audit.Actor{{Kind: audit.Admin, Name: "Olga@Acme.example", Network: "203.0.113.0/24"}, {Kind: audit.Key, Name: "CRM"}, {Kind: audit.System}, {Network: "198.51.100.0/24"}} {
			if err := audit.Append(tx, time.Now(), audit.Entry{By: by, Act: audit.KeyMade, Subject: "of " + by.Name + string(by.Kind) + by.Network}); err != nil {
				return err
			}
		}
		return nil
	}))
	c := d.SignIn(admin.RoleViewer)
	for who, want := range map[string]string{
		"olga": "of Olga@Acme.exampleadmin203.0.113.0/24", " ACME.EXAMPLE ": "of Olga@Acme.exampleadmin203.0.113.0/24", "203.0": "of Olga@Acme.exampleadmin203.0.113.0/24",
		"crm": "of CRMkey", "This Server": "of system", "unknown": "of 198.51.100.0/24", "olg a": "", "boris": "",
	} {
		page := c.Get("/admin/audit?" + url.Values{"act": {"key_made"}, "actor": {who}}.Encode())
		var got []string
		for _, cell := range all(parsed(t, page), "code") {
			if text := words(cell); strings.HasPrefix(text, "of ") {
				got = append(got, text)
			}
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q finds %q, want %q", who, got, want)
		}
	}
}

// TestAuditLeadsToHandoffs: an entry about a transcript leads to the handoff, and one about all of them to none.
func TestAuditLeadsToHandoffs(t *testing.T) {
	d := newDesk(t)
	_, id := d.asks(handoff.Visitor{Name: "Dana Cole"}, handoff.Account{})
	c := d.SignIn(admin.RoleAdmin)
	for _, path := range []string{"/admin/handoffs/" + string(id), "/admin/handoffs/" + string(id) + "/export.csv", "/admin/handoffs/export.csv"} {
		c.Get(path)
	}
	page := c.Get("/admin/audit")
	if n := strings.Count(page.Body, `<a href="/admin/handoffs/`+string(id)+`"><code>`+string(id)+`</code></a>`); n != 2 || strings.Contains(page.Body, `href="/admin/handoffs/handoffs"`) {
		t.Errorf("%d entries lead to the handoff, want 2:\n%s", n, page.Body)
	}
}
