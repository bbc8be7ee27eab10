package admin_test

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/checks/archive"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// archived is a site with many ended handoffs: 600, or as many as DOCKET_TEST_HANDOFFS says. It is the evening of their last day.
func archived(t *testing.T) (*admintest.Site, int) {
	t.Helper()
	many := 600
	if n, err := strconv.Atoi(os.Getenv("DOCKET_TEST_HANDOFFS")); err == nil {
		many = n
	}
	evening := archive.Begin.AddDate(0, 0, archive.Days-1).Add(23 * time.Hour)
	site := admintest.New(t, func(cfg *admin.Config) {
		cfg.Clock = func() time.Time { return evening }
		if err := archive.Fill(t.Context(), cfg.Engine, many); err != nil {
			t.Fatal(err)
		}
	})
	return site, many
}

// TestManyHandoffs turns the pages of a long list, searches it and reads its report, by keyboard and mouse.
func TestManyHandoffs(t *testing.T) {
	site, many := archived(t)
	b := site.Browser()
	b.SignIn(admin.RoleAdmin)
	b.Open("/admin/handoffs")
	b.See(fmt.Sprint("Nr", many-1))
	b.Judge("board-many")
	b.TabTo(`[data-stage="ended"] .pager a`)
	b.Key("Enter")
	b.Wait("older ones", `location.search.includes("after=") && document.querySelectorAll(".line").length === 50`)
	if admintest.Eval[bool](b, fmt.Sprintf(`document.body.innerText.includes("Nr%d")`, many-1)) {
		t.Error("the second page begins like the first")
	}
	b.Click("#until")
	admintest.Eval[string](b, `document.querySelector("#until").value = "2026-01-01"`)
	b.Click(".filter button")
	b.Wait("the first day", `location.search.includes("until=2026-01-01") && document.querySelector('[data-stage="ended"]').innerText.includes("1 Jan 2026")`)
	b.TabTo("#q")
	b.Type("dana nr0")
	b.Key("Enter")
	b.Wait("what was found", `document.querySelectorAll(".line").length > 0 && location.search.includes("q=")`)
	b.See("Dana Nr0")
	b.Judge("found")
	b.Open("/admin/handoffs?q=mail.example")
	b.See("There are more")
	b.Open("/admin/handoffs?q=nothing+like+this")
	b.See("Nothing was found")

	b.Open("/admin/reports?from=2026-01-01&to=2026-03-31")
	b.See("Handoffs by day")
	b.Wait("the figures", fmt.Sprintf(`document.querySelector(".tiles dd").innerText === "%d"`, many))
	b.Judge("reports")
	b.Click("section details > summary")
	b.Wait("the days", `document.querySelectorAll("section details[open] tbody tr").length === 90`)
	b.TabTo(`.ranges a[href*="from=2026-03-25"]`)
	b.Key("Enter")
	b.Wait("a week", `document.querySelectorAll(".columns g").length === 7`)
	b.Judge("reports-week")
	b.Open("/admin/reports?from=2025-06-01&to=2026-03-31&agent=agent-0&channel=chat-1")
	b.See("Handoffs by week")
	b.Expect("422")
	b.Open("/admin/reports?from=2026-03-31&to=2026-01-01")
	b.See("“To” is before “From”.")
	b.Wait("it stands beside the field", `document.querySelector("#to").getAttribute("aria-describedby") === "to-error" && document.querySelector("#to").closest(".field").contains(document.querySelector("#to-error"))`)
	b.Judge("reports-wrong")
	b.Open("/admin/reports?from=2020-01-01&to=2020-01-31")
	b.See("No handoff was asked for in these days.")
}

// TestFiltersSayWhatToMend beside the field, in the words of the pages, and so do the exports.
func TestFiltersSayWhatToMend(t *testing.T) {
	c := admintest.New(t).SignIn(admin.RoleAdmin)
	for _, row := range []struct{ page, file, asked, field, says string }{
		{"/admin/reports", "/admin/reports/export.csv", "from=2026-03-31&to=2026-01-01", "to", "“To” is before “From”."},
		{"/admin/reports", "/admin/reports/export.csv", "from=2025-01-01&to=2026-01-02", "to", "Choose at most 366 days."},
		{"/admin/reports", "/admin/reports/export.csv", "from=31.12.2025&to=2026-01-02", "from", "Write a date like 2026-05-31."},
		{"/admin/reports", "/admin/reports/export.csv", "to=soon", "to", "Write a date like 2026-05-31."},
		{"/admin/handoffs", "/admin/handoffs/export.csv", "until=yesterday", "until", "Write a date like 2026-05-31."},
	} {
		page := c.Get(row.page + "?" + row.asked)
		doc := parsed(t, page)
		beside := find(doc, func(n *html.Node) bool { return attr(n, "id") == row.field+"-error" })
		input := find(doc, func(n *html.Node) bool { return attr(n, "id") == row.field })
		if page.Status != http.StatusUnprocessableEntity || words(beside) != row.says || attr(beside, "class") != "error" || attr(input, "aria-describedby") != row.field+"-error" {
			t.Errorf("%s with %s is answered %d, and beside %s stands %q", row.page, row.asked, page.Status, row.field, words(beside))
		}
		if n := strings.Count(page.Body, `class="error"`); n != 1 {
			t.Errorf("%s with %s has %d errors", row.page, row.asked, n)
		}
		if file := c.Get(row.file + "?" + row.asked); file.Status != http.StatusUnprocessableEntity || !strings.Contains(file.Body, row.says) {
			t.Errorf("%s with %s is answered %d:\n%s", row.file, row.asked, file.Status, file.Body)
		}
	}
}

// TestReportTable takes the figures of a report away. The rows of the days add up to the total of the agents.
func TestReportTable(t *testing.T) {
	site, many := archived(t)
	c := site.SignIn(admin.RoleViewer)
	rows := readTable(t, c.Get("/admin/reports/export.csv?from=2026-01-01&to=2026-03-31"))
	days, agents := 0, 0
	for _, row := range rows[1:] {
		n, err := strconv.Atoi(row["asked"])
		site.Must(err)
		switch {
		case len(row["day"]) == len("2026-01-01"):
			days += n
		case row["channel"] == "all":
			agents += n
		}
	}
	if days != many || agents != many {
		t.Errorf("the days have %d, the agents %d of %d", days, agents, many)
	}
	if got := c.Get("/admin/reports/export.csv?from=nonsense"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("nonsense is answered %d", got.Status)
	}
}

// TestWordsAreWords puts markup and formulas where names, texts and causes stand: every page shows them as they are, and no script runs.
func TestWordsAreWords(t *testing.T) {
	d := newDesk(t)
	hostile := []string{
		`<script>window.owned = 1</script>`, `<img src=x onerror="window.owned = 2">`, `"><svg onload="window.owned = 3">`, `' onfocus='window.owned = 4' autofocus='`,
		`javascript:window.owned=5`, `{{.Page}}`, "</title><script>window.owned = 6</script>", "</desc></svg><script>window.owned = 7</script>", "\u202egnp.exe", "<!--", "]]>", "&lt;b&gt;",
		`<math><mtext><table><mglyph><style><img src=x onerror="window.owned=8">`, `<a href="javascript:window.owned=9">x</a>`, "\x00\x1b[31m", `${window.owned=10}`,
	}
	var pages []string
	for _, word := range hostile {
		id, handed := d.asks(handoff.Visitor{Name: word, Email: word, ID: handoff.ID("v" + word), Traits: map[string]string{word: word}}, handoff.Account{Name: word, Domain: word}, word)
		d.actAs(handoff.Person{ID: "sam", Name: word}, handoff.VerbJoin, handed)
		_, err := d.Desk.End(t.Context(), id, handoff.FromVisitor)
		d.Must(err)
		d.Must(d.Desk.Rate(t.Context(), id, 1, word))
		pages = append(pages, "/admin/handoffs/"+string(handed))
	}
	word := hostile[0]
	hidden := d.Connect(hostile[2])
	_, err := d.Desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{ID: "evil", Name: word, Handoff: handoff.Policy{Enabled: true, Channels: []handoff.ID{hidden}}})
	d.Must(err)
	b := d.Browser()
	b.SignIn(admin.RoleAdmin)
	pages = append(pages, "/admin/handoffs", "/admin/handoffs?q="+strings.ReplaceAll(`"><script>window.owned=11</script>`, "+", "%2B"), "/admin/reports", "/admin/audit", "/admin/deliveries",
		`/admin/handoffs?agent="><script>window.owned=12</script>`, `/admin/reports?agent="><script>window.owned=13</script>`)
	b.Expect("422") // a filter that names nothing
	for _, path := range pages {
		b.Open(path)
		b.Wait("the page", `document.querySelector("h1")`)
		if owned := admintest.Eval[string](b, `String(window.owned)`); owned != "undefined" {
			t.Errorf("%s ran script %s", path, owned)
		}
		if strange := admintest.Eval[int](b, `document.querySelectorAll("main img, main script, main math, main iframe, [onload], [onerror], [onfocus], main a[href^='javascript']").length`); strange != 0 {
			t.Errorf("%s has %d foreign elements", path, strange)
		}
	}
	b.Open("/admin/handoffs")
	b.See(word)
}

func (d *desk) actAs(p handoff.Person, verb handoff.Verb, id handoff.ID) {
	d.Helper()
	h := d.handoff(id)
	_, err := d.Desk.Act(d.Context(), handoff.Act{Verb: verb, Person: p, Handoff: id, Place: handoff.Place{Channel: d.channel, Thread: h.Threads[0].Address}})
	d.Must(err)
}

// TestErasedIsGone: no page, no search and no export knows an erased visitor; the figures stay.
func TestErasedIsGone(t *testing.T) {
	d := newDesk(t)
	_, id := d.asks(handoff.Visitor{ID: "crm-1", Name: "Danaë Cole", Email: "danae@example.com"}, handoff.Account{Name: "Northwind"}, "my secret wish")
	d.act(handoff.VerbJoin, id)
	d.act(handoff.VerbEnd, id)
	c := d.SignIn(admin.RoleAdmin)
	today := time.Now().UTC().Format(time.DateOnly)
	paths := []string{"/admin/handoffs", "/admin/handoffs?q=danae", "/admin/handoffs?q=crm-1", "/admin/handoffs?q=northwind", "/admin/handoffs/" + string(id), "/admin/handoffs/export.csv", "/admin/handoffs/export.json"}
	for _, path := range paths {
		if page := c.Get(path); page.Status != 200 || !strings.Contains(page.Body, "Danaë Cole") {
			t.Fatalf("%s before the erasure: %d", path, page.Status)
		}
	}
	_, err := d.Desk.EraseVisitor(t.Context(), audit.Actor{Kind: audit.System}, "crm-1")
	d.Must(err)
	for _, path := range append(paths, "/admin/audit", "/admin/deliveries", "/admin/reports", "/admin/handoffs/"+string(id)+"/export.csv") {
		page := c.Get(path)
		for _, word := range []string{"Danaë Cole", "danae@example.com", "Northwind", "secret"} {
			if strings.Contains(page.Body, word) {
				t.Errorf("%s still has %q", path, word)
			}
		}
	}
	rows := readTable(t, c.Get("/admin/reports/export.csv?from="+today+"&to="+today))
	if rows[1]["asked"] != "1" || rows[1]["ended_by_specialist"] != "1" {
		t.Errorf("the figures are %q", rows[1])
	}
}
