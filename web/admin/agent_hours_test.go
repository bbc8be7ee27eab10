package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/docket-handoff/docket/audit"
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

// TestSkippedMoments: a moment that the clocks skip is answered for the one after the skip, and the answer says so.
func TestSkippedMoments(t *testing.T) {
	d := newDesk(t)
	c := d.SignIn(admin.RoleViewer)
	for _, row := range []struct{ zone, at, says, moment string }{
		{"Europe/Lisbon", "2027-03-28T01:30", "01:30 does not exist on that day, because the clocks go forward; this is the answer for 02:30.", "28 March 2027, 02:30"},
		{"America/New_York", "2027-03-14T02:00", "02:00 does not exist on that day, because the clocks go forward; this is the answer for 03:00.", "14 March 2027, 03:00"},
		{"Europe/Lisbon", "2027-03-28T02:00", "", "28 March 2027, 02:00"},
		{"Europe/Lisbon", "2027-10-31T01:30", "", "31 October 2027, 01:30"}, // which is there twice
	} {
		a, err := d.Desk.Agent(t.Context(), "marketing")
		d.Must(err)
		a.Handoff.WorkHours = &handoff.WorkHours{TimeZone: row.zone, Days: map[string][]handoff.Span{"mon": {{From: 540, To: 600}}}}
		_, err = d.Desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, a)
		d.Must(err)
		page := c.Post("/admin/agents/marketing/hours/look", edits(settings(t, c.Get("/admin/agents/marketing/hours")), map[string]string{"at": row.at, "ask": "1"}))
		verdict := words(find(parsed(t, page), func(n *html.Node) bool { return attr(n, "id") == "verdict" }))
		if !strings.Contains(verdict, row.moment) || row.says == "" == strings.Contains(verdict, "does not exist") || !strings.Contains(verdict, row.says) {
			t.Errorf("%s in %s: %q", row.at, row.zone, verdict)
		}
	}
}

// TestZonesInAnyCase: the name of a zone counts as it is spelt, however it was typed.
func TestZonesInAnyCase(t *testing.T) {
	d := newDesk(t)
	c := d.SignIn(admin.RoleAdmin)
	const path = "/admin/agents/marketing/hours"
	for typed, want := range map[string]string{
		"europe/lisbon": "Europe/Lisbon", "AMERICA/NEW_YORK": "America/New_York", "america/port_of_spain": "America/Port_of_Spain", "america/port-au-prince": "America/Port-au-Prince",
		"africa/dar_es_salaam": "Africa/Dar_es_Salaam", "utc": "UTC", "Antarctica/McMurdo": "Antarctica/McMurdo",
	} {
		page := c.Post(path, edits(settings(t, c.Get(path)), map[string]string{"when": "hours", "time_zone": typed, "mon": "9-17"}))
		a, err := d.Desk.Agent(t.Context(), "marketing")
		d.Must(err)
		if page.Status != http.StatusSeeOther || a.Handoff.WorkHours.TimeZone != want {
			t.Errorf("%q is answered %d and stored as %+v", typed, page.Status, a.Handoff.WorkHours)
		}
	}
	for _, typed := range []string{"lisbon", "local", "../etc/passwd", "/"} {
		if page := c.Post(path, edits(settings(t, c.Get(path)), map[string]string{"time_zone": typed})); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%q is answered %d", typed, page.Status)
		}
	}
}
