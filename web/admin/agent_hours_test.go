package admin_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
)

// TestHoursAreNotThrownAwayByTheWay: choosing "at any time" is asked about once, and "same" repeats the day before.
func TestHoursAreNotThrownAwayByTheWay(t *testing.T) {
	d := newDesk(t)
	c := d.SignIn(admin.RoleAdmin)
	const path = "/admin/agents/marketing/hours"
	hours := func() *handoff.WorkHours {
		t.Helper()
		a, err := d.Desk.Agent(t.Context(), "marketing")
		d.Must(err)
		return a.Handoff.WorkHours
	}
	typed := settings(t, c.Get(path))
	for name, value := range map[string]string{"when": "hours", "time_zone": "Europe/Lisbon", "mon": "9-17", "tue": "same", "wed": " Same ", "sat": "same"} {
		typed.Set(name, value)
	}
	if page := c.Post(path, typed); page.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", page.Status, page.Body)
	}
	nine := []handoff.Span{{From: 9 * 60, To: 17 * 60}}
	want := map[string][]handoff.Span{"mon": nine, "tue": nine, "wed": nine}
	if diff := cmp.Diff(want, hours().Days); diff != "" {
		t.Error(diff)
	}
	anyTime := settings(t, c.Get(path))
	anyTime.Set("when", "any")
	page := c.Post(path, anyTime)
	if page.Status != http.StatusUnprocessableEntity || hours() == nil {
		t.Errorf("at once it is answered %d, and the hours are %+v", page.Status, hours())
	}
	again := settings(t, page)
	if page := c.Post(path, again); page.Status != http.StatusSeeOther || hours() != nil {
		t.Errorf("once more it is answered %d, and the hours are %+v", page.Status, hours())
	}
	if page := c.Post(path, url.Values{"version": {settings(t, c.Get(path)).Get("version")}, "when": {"any"}}); page.Status != http.StatusSeeOther {
		t.Errorf("with no hours to forget it is answered %d", page.Status)
	}
}
