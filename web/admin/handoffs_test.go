package admin_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// desk is a site at which handoffs happen.
type desk struct {
	*admintest.Site
	channel handoff.ID
}

var sam = handoff.Person{ID: "sam", Name: "Sam Ortiz"}

func newDesk(t *testing.T, options ...func(*admin.Config)) *desk {
	t.Helper()
	d := &desk{Site: admintest.New(t, options...)}
	d.channel = d.Connect("Website chats")
	_, err := d.Desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{
		ID: "marketing", Name: "Ava", Handoff: handoff.Policy{Enabled: true, Channels: []handoff.ID{d.channel}},
	})
	d.Must(err)
	return d
}

// asks lets a visitor ask for a person, and waits until the channel has the thread.
func (d *desk) asks(v handoff.Visitor, a handoff.Account, lines ...string) (conversation, handed handoff.ID) {
	d.Helper()
	started, err := d.Desk.Start(d.Context(), handoff.NewConversation{Agent: "marketing", Visitor: v, Account: a, Verified: v.ID != ""})
	d.Must(err)
	conversation = started.Conversation.ID
	for i, text := range lines {
		_, err := d.Desk.FromVisitor(d.Context(), conversation, handoff.Say{ClientID: string(rune('a' + i)), Text: text})
		d.Must(err)
	}
	answer, err := d.Desk.Request(d.Context(), conversation, handoff.Request{By: handoff.FromVisitor, Reason: "asked for a person"})
	d.Must(err)
	d.await(conversation, func(e handoff.Event) bool {
		return e.Name == handoff.EventMessage && e.Message.From.Kind == handoff.FromAgent // the promise, once the thread is there
	})
	return conversation, answer.Handoff
}

// await reads a log until it has what is looked for.
func (d *desk) await(conversation handoff.ID, what func(handoff.Event) bool) {
	d.Helper()
	for e, err := range d.Desk.Events(d.Context(), conversation, 0) {
		d.Must(err)
		if what(e) {
			return
		}
	}
	d.Fatal("the log ended before what was looked for")
}

func (d *desk) act(verb handoff.Verb, id handoff.ID) {
	d.Helper()
	h, err := d.Desk.Handoff(d.Context(), id)
	d.Must(err)
	acted, err := d.Desk.Act(d.Context(), handoff.Act{Verb: verb, Person: sam, Handoff: id, Place: handoff.Place{Channel: d.channel, Thread: h.Threads[0].Address}})
	d.Must(err)
	if acted.Outcome != handoff.OutcomeDone {
		d.Fatalf("%s: %s", verb, acted.Outcome)
	}
}

// written lists what the audit log has of an act, newest first.
func (d *desk) written(act audit.Act) (subjects []string) {
	d.Helper()
	page, err := audit.List(d.Context(), d.Engine, audit.Query{Act: act})
	d.Must(err)
	for _, e := range page.Entries {
		subjects = append(subjects, e.Subject)
	}
	return subjects
}

// TestBoardFollows watches the board while a visitor asks, a specialist joins and ends, without loading it again; then it reads the
// handoff, with the keyboard.
func TestBoardFollows(t *testing.T) {
	d := newDesk(t)
	b := d.Browser()
	b.SignIn(admin.RoleAdmin)
	b.Open("/admin/handoffs")
	b.See("Nobody is waiting.")
	b.Judge("board-empty")

	dana, id := d.asks(handoff.Visitor{Name: "Dana Cole", Email: "dana@example.com"}, handoff.Account{Name: "Northwind"}, "Do you have a HubSpot integration?")
	b.Wait("Dana among those who wait", `document.querySelector('[data-stage="waiting"]').innerText.includes("Dana Cole")`)
	b.Wait("the announcement", `document.querySelector("[data-announce]").innerText === "Dana Cole is waiting. One is waiting in all."`)
	_, other := d.asks(handoff.Visitor{}, handoff.Account{}, "Hello?")
	b.Wait("both", `document.querySelectorAll('[data-stage="waiting"] .line').length === 2`)
	b.TabTo("#h-" + string(id))
	d.act(handoff.VerbJoin, id)
	b.Wait("Dana among those who are joined", `document.querySelector('[data-stage="joined"]').innerText.includes("Sam Ortiz has it")`)
	if got := admintest.Eval[string](b, `document.activeElement.id`); got != "h-"+string(id) {
		t.Errorf("the focus moved to %q", got)
	}
	b.Judge("board")
	b.Key("Enter")
	b.Wait("the handoff's page", `document.querySelector("h1").innerText.includes("Dana Cole")`)
	b.See("Do you have a HubSpot integration?")
	b.See("Sam Ortiz joined")
	b.Judge("handoff-joined")

	_, err := d.Desk.FromVisitor(t.Context(), dana, handoff.Say{ClientID: "later", Text: "And Salesforce?"})
	d.Must(err)
	d.await(dana, func(e handoff.Event) bool { return e.Name == handoff.EventDelivery })
	d.act(handoff.VerbEnd, id)
	d.Must(d.Desk.Rate(t.Context(), dana, 4, "quick"))
	b.Open("/admin/handoffs/" + string(id))
	b.See("The specialist ended it")
	b.See("4 of 5")
	b.See("Delivered")
	b.Judge("handoff-ended")
	if got := d.written(audit.TranscriptRead); !slices.Contains(got, string(id)) || slices.Contains(got, string(other)) {
		t.Errorf("the audit log says that these were read: %q", got)
	}
}

// TestBoardByReload shows the same without any script.
func TestBoardByReload(t *testing.T) {
	d := newDesk(t)
	_, id := d.asks(handoff.Visitor{Name: "Dana Cole"}, handoff.Account{Name: "Northwind"})
	c := d.SignIn(admin.RoleViewer)
	for _, row := range []struct {
		path         string
		status       int
		shows, hides string
	}{
		{"/admin/handoffs", 200, "Dana Cole", "Export as CSV"}, // which is for admins
		{"/admin/handoffs?agent=marketing", 200, "Dana Cole", ""},
		{"/admin/handoffs?agent=support", 200, "Nobody is waiting.", "Dana Cole"},
		{"/admin/handoffs?channel=" + string(d.channel), 200, "Dana Cole", ""},
		{"/admin/handoffs?channel=none", 200, "Nobody is waiting.", "Dana Cole"},
		{"/admin/handoffs?list=ended", 200, "None has ended.", "Nobody is waiting."},
		{"/admin/handoffs?list=nonsense", 422, "cannot be shown", "Dana Cole"},
		{"/admin/handoffs?list=ended&after=nonsense", 422, "cannot be shown", ""},
		{"/admin/handoffs?until=yesterday", 422, `value="yesterday"`, ""},
		{"/admin/handoffs?agent=a/b", 422, "cannot be shown", ""},
		{"/admin/handoffs?q=DANA+north", 200, "Dana Cole", ""},
		{"/admin/handoffs?q=" + string(id), 200, "Dana Cole", ""},
		{"/admin/handoffs?q=nobody", 200, "Nothing was found", "Dana Cole"},
		{"/admin/handoffs?q=" + strings.Repeat("x", 5000), 200, "Nothing was found", ""},
		{"/admin/handoffs/" + string(id), 200, "asked for a person", "Transcript as CSV"},
		{"/admin/handoffs/" + string(id) + "?after=nonsense", 200, "asked for a person", ""},
		{"/admin/handoffs/none", 404, "Not found", "Dana Cole"},
		{"/admin/handoffs/" + url.PathEscape("../agents/marketing"), 404, "Not found", "Ava"},
	} {
		page := c.Get(row.path)
		if page.Status != row.status || !strings.Contains(page.Body, row.shows) || row.hides != "" && strings.Contains(page.Body, row.hides) {
			t.Errorf("%.80s: %d, want %d with %q and without %q:\n%s", row.path, page.Status, row.status, row.shows, row.hides, page.Body)
		}
	}
}

// TestLiveBoard answers when there is something new, when the server stops, and never to a session that has ended meanwhile.
func TestLiveBoard(t *testing.T) {
	d := newDesk(t)
	watch := func(c *admintest.Client, tag string) <-chan admintest.Page {
		answer := make(chan admintest.Page, 1)
		go func() {
			answer <- c.Send(http.MethodGet, "/admin/handoffs/live", nil, http.Header{"If-None-Match": {tag}, "Sec-Fetch-Dest": {"empty"}})
		}()
		return answer
	}
	c := d.SignIn(admin.RoleViewer)
	first := <-watch(c, `"something old"`)
	if first.Status != 200 || !strings.Contains(first.Body, "Nobody is waiting.") {
		t.Fatalf("the first answer is %d:\n%s", first.Status, first.Body)
	}
	next := watch(c, first.Header.Get("ETag"))
	d.asks(handoff.Visitor{Name: "Dana Cole"}, handoff.Account{})
	second := <-next
	if second.Status != 200 || !strings.Contains(second.Body, "Dana Cole") || strings.Contains(second.Body, "<html") {
		t.Errorf("the next answer is %d:\n%s", second.Status, second.Body)
	}

	leaver := d.SignIn(admin.RoleViewer)
	board := <-watch(leaver, "")
	next = watch(leaver, board.Header.Get("ETag"))
	if out := leaver.Post("/admin/signout", nil); out.Status != http.StatusSeeOther {
		t.Fatalf("signing out is answered %d", out.Status)
	}
	d.asks(handoff.Visitor{Name: "Lee"}, handoff.Account{})
	if got := <-next; got.Status != http.StatusUnauthorized || strings.Contains(got.Body, "Lee") {
		t.Errorf("who signed out during the wait is answered %d:\n%s", got.Status, got.Body)
	}

	board = <-watch(c, "")
	next = watch(c, board.Header.Get("ETag"))
	d.Admin.Drain()
	if got := <-next; got.Status != http.StatusNotModified && got.Status != http.StatusServiceUnavailable {
		t.Errorf("a stopping server answers %d", got.Status)
	}
	if got := <-watch(c, ""); got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Errorf("a server that stops answers %d", got.Status)
	}
}

// TestExports takes lists and transcripts away: complete, safe in a spreadsheet, written down, and for admins alone.
func TestExports(t *testing.T) {
	d := newDesk(t)
	dana, id := d.asks(handoff.Visitor{ID: "crm-1", Name: `=HYPERLINK("https://evil.example")`, Email: "dana@example.com"}, handoff.Account{Name: "Northwind"}, "@SUM(1,2)", "Hello")
	d.act(handoff.VerbJoin, id)
	d.act(handoff.VerbEnd, id)
	d.Must(d.Desk.Rate(t.Context(), dana, 3, "-1"))
	d.asks(handoff.Visitor{Name: "Waits"}, handoff.Account{})
	c, viewer := d.SignIn(admin.RoleAdmin), d.SignIn(admin.RoleViewer)

	for _, path := range []string{"/admin/handoffs/export.csv", "/admin/handoffs/export.json", "/admin/handoffs/" + string(id) + "/export.csv", "/admin/handoffs/" + string(id) + "/export.json"} {
		if got := viewer.Get(path); got.Status != http.StatusForbidden || strings.Contains(got.Body, "evil") {
			t.Errorf("%s as a viewer: %d", path, got.Status)
		}
	}
	if got := d.written(audit.Exported); len(got) != 0 {
		t.Errorf("what was refused is written down as exported: %q", got)
	}

	table := c.Get("/admin/handoffs/export.csv?agent=marketing")
	rows := readTable(t, table)
	if len(rows) != 2 || rows[1]["handoff"] != string(id) || rows[1]["visitor_name"] != `'=HYPERLINK("https://evil.example")` || rows[1]["comment"] != "'-1" || rows[1]["rating"] != "3" || rows[1]["specialist"] != "Sam Ortiz" {
		t.Errorf("the table is %q", rows)
	}
	if got := table.Header.Get("Content-Disposition"); got != `attachment; filename=handoffs.csv` {
		t.Errorf("the table is disposed as %s", got)
	}
	var object struct {
		Handoffs []struct {
			ID      string
			Visitor struct{ Name string }
			Ended   string
		}
		Complete bool
	}
	d.Must(json.Unmarshal([]byte(c.Get("/admin/handoffs/export.json").Body), &object))
	if len(object.Handoffs) != 1 || object.Handoffs[0].Visitor.Name != `=HYPERLINK("https://evil.example")` || !object.Complete || object.Handoffs[0].Ended != "specialist" {
		t.Errorf("the object is %+v", object)
	}
	if rows := readTable(t, c.Get("/admin/handoffs/export.csv?agent=nobody")); len(rows) != 1 {
		t.Errorf("an export of nothing has %d rows", len(rows))
	}
	if got := c.Get("/admin/handoffs/export.csv?until=nonsense"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("nonsense is answered %d", got.Status)
	}

	said := readTable(t, c.Get("/admin/handoffs/"+string(id)+"/export.csv"))
	if len(said) < 4 || said[1]["text"] != "'@SUM(1,2)" || said[2]["text"] != "Hello" {
		t.Errorf("the transcript is %q", said)
	}
	var transcript struct {
		Handoff  struct{ ID string }
		Events   []handoff.Event
		Complete bool
	}
	d.Must(json.Unmarshal([]byte(c.Get("/admin/handoffs/"+string(id)+"/export.json").Body), &transcript))
	if transcript.Handoff.ID != string(id) || len(transcript.Events) < 4 || transcript.Events[0].Message.Text != "@SUM(1,2)" || !transcript.Complete {
		t.Errorf("the transcript is %+v", transcript)
	}
	if got := c.Get("/admin/handoffs/none/export.csv"); got.Status != http.StatusNotFound {
		t.Errorf("a transcript of nothing: %d", got.Status)
	}
	if got, want := d.written(audit.Exported), []string{string(id), string(id), "handoffs", "handoffs", "handoffs"}; !slices.Equal(got, want) {
		t.Errorf("the audit log says that these were exported: %q", got)
	}
}

// TestExportIsWhatTheFilterSays: a search offers no export and gives none, test handoffs are left out, and the audit entry names the
// filter.
func TestExportIsWhatTheFilterSays(t *testing.T) {
	d := newDesk(t)
	_, id := d.asks(handoff.Visitor{Name: "Dana Cole"}, handoff.Account{})
	d.act(handoff.VerbJoin, id)
	d.act(handoff.VerbEnd, id)
	test, err := d.Desk.Try(t.Context(), d.channel, "Ana Silva", nil)
	d.Must(err)
	_, err = d.Desk.End(t.Context(), d.handoff(test.Handoff).Conversation, handoff.FromVisitor)
	d.Must(err)
	c := d.SignIn(admin.RoleAdmin)

	found := c.Get("/admin/handoffs?q=dana")
	if !strings.Contains(found.Body, "Dana Cole") || !strings.Contains(found.Body, "A search is not exported.") || strings.Contains(found.Body, "/export.") {
		t.Errorf("a search offers an export:\n%s", found.Body)
	}
	for _, format := range []string{"csv", "json"} {
		got := c.Get("/admin/handoffs/export." + format + "?q=nobody&agent=marketing")
		if got.Status != http.StatusUnprocessableEntity || strings.Contains(got.Body, "Dana") || !strings.Contains(got.Body, "A search is not exported") {
			t.Errorf("a search as %s is answered %d:\n%s", format, got.Status, got.Body)
		}
	}
	if got := d.written(audit.Exported); len(got) != 0 {
		t.Errorf("what was refused is written down as exported: %q", got)
	}

	if page := c.Get("/admin/handoffs?list=ended"); !strings.Contains(page.Body, string(test.Handoff)) || !strings.Contains(page.Body, "test handoffs are left out") {
		t.Errorf("the board has no test, or does not say that the export leaves it out:\n%s", page.Body)
	}
	if rows := readTable(t, c.Get("/admin/handoffs/export.csv?until=2999-12-31&channel="+string(d.channel))); len(rows) != 2 || rows[1]["handoff"] != string(id) {
		t.Errorf("the table is %q", rows)
	}
	if got := c.Get("/admin/handoffs/export.json"); strings.Contains(got.Body, string(test.Handoff)) || !strings.Contains(got.Body, string(id)) {
		t.Errorf("the object is %s", got.Body)
	}
	page, err := audit.List(t.Context(), d.Engine, audit.Query{Act: audit.Exported})
	d.Must(err)
	if diff := cmp.Diff(map[string]string{"format": "csv", "until": "2999-12-31", "channel": string(d.channel)}, page.Entries[1].Details); diff != "" {
		t.Errorf("what is written down:\n%s", diff)
	}
}

// readTable reads a CSV file by the names of its columns. The head is the first row.
func readTable(t *testing.T, page admintest.Page) (rows []map[string]string) {
	t.Helper()
	if page.Status != http.StatusOK || page.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Fatalf("the table is answered %d as %s:\n%s", page.Status, page.Header.Get("Content-Type"), page.Body)
	}
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(page.Body, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range all {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// TestAuditOrNothing: when the audit log cannot be written, nobody reads and nobody exports.
func TestAuditOrNothing(t *testing.T) {
	d := newDesk(t)
	_, id := d.asks(handoff.Visitor{Name: "Dana Cole"}, handoff.Account{}, "a secret wish")
	d.act(handoff.VerbJoin, id)
	d.act(handoff.VerbEnd, id)
	c := d.SignIn(admin.RoleAdmin)
	d.Must(d.Engine.Update(context.Background(), damageAudit))
	for _, path := range []string{"/admin/handoffs/" + string(id), "/admin/handoffs/" + string(id) + "/export.csv", "/admin/handoffs/" + string(id) + "/export.json", "/admin/handoffs/export.csv", "/admin/handoffs/export.json"} {
		if got := c.Get(path); got.Status != http.StatusInternalServerError || strings.Contains(got.Body, "Dana") || strings.Contains(got.Body, "secret") {
			t.Errorf("%s is answered %d:\n%s", path, got.Status, got.Body)
		}
	}
}

// damageAudit makes the head of the audit log unreadable.
func damageAudit(tx store.Tx) error { return tx.Put("audit/head", []byte("{")) }
