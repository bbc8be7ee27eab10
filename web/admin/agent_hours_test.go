package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

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

// TestHoursThatWouldNotBeKept: on a new agent nothing that was typed goes lost behind "at any time", on saving and on looking.
func TestHoursThatWouldNotBeKept(t *testing.T) {
	d := newDesk(t)
	c := d.SignIn(admin.RoleAdmin)
	const path = "/admin/agents/marketing/hours"
	of := settings(t, c.Get(path))
	if of.Get("when") != "any" {
		t.Fatalf("a new agent is open %q", of.Get("when"))
	}
	for field, typed := range map[string]string{"mon": "9-17", "sun": "closed", "closed": "2026-12-25", "open": "2026-12-24 9-12"} {
		for _, to := range []string{path, path + "/look"} {
			page := c.Post(to, edits(of, map[string]string{"time_zone": "Europe/Lisbon", field: typed}))
			beside := words(find(parsed(t, page), func(n *html.Node) bool { return attr(n, "id") == "when" }))
			if page.Status != http.StatusUnprocessableEntity || !strings.Contains(beside, "You have written hours, but “At any time” keeps none.") {
				t.Errorf("%s with %s %q is answered %d, and beside the choice stands %q", to, field, typed, page.Status, beside)
			}
			if got := settings(t, page).Get(field); got != typed {
				t.Errorf("%s held %q and holds %q", field, typed, got)
			}
		}
	}
	if page := c.Post(path, edits(of, map[string]string{"time_zone": "Europe/Lisbon"})); page.Status != http.StatusSeeOther {
		t.Errorf("a time zone alone, which the browser may have filled in, is answered %d", page.Status)
	}
}

// TestTypingHoursChoosesThem: who types a day's hours has chosen "In the hours below".
func TestTypingHoursChoosesThem(t *testing.T) {
	d := newDesk(t)
	b := d.Browser()
	b.SignIn(admin.RoleAdmin)
	b.Open("/admin/agents/marketing/hours")
	b.Wait("the browser's zone in the field", `document.querySelector("#time_zone").value !== ""`)
	b.TabTo("#mon")
	b.Type("9-17")
	b.Wait("the hours are chosen", `document.querySelector("[name=when]:checked").value === "hours"`)
	b.Key("Enter")
	b.See("Saved. It counts from now on.")
	a, err := d.Desk.Agent(t.Context(), "marketing")
	d.Must(err)
	if a.Handoff.WorkHours == nil || len(a.Handoff.WorkHours.Days["mon"]) != 1 {
		t.Errorf("stored are %+v", a.Handoff.WorkHours)
	}
}
