package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// text is what a part of a page says, with single blanks between its elements.
func text(t *testing.T, page admintest.Page, is func(*html.Node) bool) string {
	t.Helper()
	return spaced(find(parsed(t, page), is))
}

func spaced(n *html.Node) string {
	if n == nil {
		return ""
	}
	var out []string
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out = append(out, strings.Fields(d.Data)...)
		}
	}
	return strings.ReplaceAll(strings.Join(out, " "), " ,", ",")
}

func byID(id string) func(*html.Node) bool {
	return func(n *html.Node) bool { return attr(n, "id") == id }
}

func byTag(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Data == name }
}

// TestViewersLook: a viewer sees every tab, tries and asks, and the store stays as it is.
func TestViewersLook(t *testing.T) {
	e := newEditor(t)
	c := e.SignIn(admin.RoleViewer)
	before := e.Dump()
	for _, path := range editorTabs {
		page := c.Get(path)
		doc := parsed(t, page)
		form := find(doc, byID("settings"))
		if page.Status != http.StatusOK || !strings.Contains(page.Body, "You are signed in as a viewer.") || strings.Contains(words(form), "Save") {
			t.Errorf("%s is answered %d:\n%s", path, page.Status, page.Body)
		}
		if _, off := attribute(find(form, byTag("fieldset")), "disabled"); !off {
			t.Errorf("on %s a viewer can type", path)
		}
		for name := range settings(t, page) {
			if !slices.Contains([]string{"version", "said", "recent", "at"}, name) {
				t.Errorf("a viewer's browser sends %q from %s", name, path)
			}
		}
		if got := c.Post(path, url.Values{"name": {"Mallory"}, "when": {"any"}, "questions": {"Mallory?"}, "answer": {"Mallory"}, "asking": {"Mallory"}, "origins": {"https://eve.example"}}); got.Status != http.StatusForbidden {
			t.Errorf("a viewer saves %s, and is answered %d", path, got.Status)
		}
	}
	forged := url.Values{ // no page of a viewer's sends these
		"name": {"Mallory"}, "instruction": {"Hand off on “elephants”."}, "enabled": {"on"}, "channels": {"nowhere"}, "wait": {"soon"}, "said": {"Any elephants?\nI want refunds"},
		"when": {"any"}, "mon": {"nonsense"}, "at": {"2026-11-24T10:00"}, "ask": {"1"}, "asking": {"{eve}"},
	}
	tried := c.Post(editorPath+"/try", forged)
	if got := text(t, tried, byID("verdict")); tried.Status != http.StatusOK || !strings.Contains(got, "It would hand off.") || !strings.Contains(got, "hands off here I want refunds") {
		t.Errorf("a viewer tries the stored Instruction, %d: %s", tried.Status, got)
	}
	asked := c.Post(editorPath+"/hours/look", forged)
	if got := text(t, asked, byID("verdict")); asked.Status != http.StatusOK || !strings.Contains(got, "No, on Tuesday 24 November 2026, 10:00") || !strings.Contains(got, "Tuesday has no hours.") {
		t.Errorf("a viewer asks about the stored hours, %d: %s", asked.Status, got)
	}
	if got := c.Post(editorPath+"/hours/look", url.Values{"week": {"2026-12-24"}}); !strings.Contains(text(t, got, byID("week")), "21 December to 27 December 2026") {
		t.Errorf("a viewer turns to another week: %s", text(t, got, byID("week")))
	}
	for _, page := range []admintest.Page{tried, asked, c.Post(editorPath+"/texts/look", forged)} {
		if page.Status != http.StatusOK || strings.Contains(page.Body, "Mallory") || strings.Contains(page.Body, "{eve}") || strings.Contains(page.Body, "nonsense") {
			t.Errorf("what a viewer may not type is shown as the agent's, %d:\n%s", page.Status, page.Body)
		}
	}
	unchanged(t, "a viewer", before, e.Dump())
}

// TestWhatTheInstructionNames is told beneath it, and that what stands in quotes counts alone.
func TestWhatTheInstructionNames(t *testing.T) {
	d := newDesk(t)
	c := d.SignIn(admin.RoleAdmin)
	for _, row := range []struct {
		name, instruction, says string
		alone                   bool
	}{
		{"a list", "Hand off when the visitor asks about refunds or a discount.", "hands off on: refunds, a discount .", false},
		{"quotes among others", "Hand off when the visitor asks about “refunds” or a discount.", "hands off on: refunds .", true},
		{"nothing", "When it feels right.", "Name subjects to add to that", false},
	} {
		page := c.Post(editorPath+"/try", edits(settings(t, c.Get(editorPath)), map[string]string{"instruction": row.instruction}))
		shown := text(t, page, byTag("main"))
		if alone := strings.Contains(shown, "it takes nothing else from the Instruction"); !strings.Contains(shown, row.says) || alone != row.alone {
			t.Errorf("%s: it is not said as %q, alone %v:\n%s", row.name, row.says, alone, shown)
		}
	}
}

// TestTry looks at conversations that are pasted or chosen. Nothing is stored, and whoever reads what somebody said is written down.
func TestTry(t *testing.T) {
	d := newDesk(t)
	_, err := d.Desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{ID: "other", Name: "Bo", Handoff: handoff.Policy{Enabled: true, Channels: []handoff.ID{d.channel}}})
	d.Must(err)
	_, mine := d.asks(handoff.Visitor{Name: "Dana Cole"}, handoff.Account{}, "Hello", "Do you give a discount?")
	d.act(handoff.VerbJoin, mine)
	d.act(handoff.VerbEnd, mine)
	started, err := d.Desk.Start(t.Context(), handoff.NewConversation{Agent: "other"})
	d.Must(err)
	_, err = d.Desk.FromVisitor(t.Context(), started.Conversation.ID, handoff.Say{ClientID: "a", Text: "a secret wish for a discount"})
	d.Must(err)
	theirs, err := d.Desk.Request(t.Context(), started.Conversation.ID, handoff.Request{By: handoff.FromVisitor})
	d.Must(err)
	d.await(started.Conversation.ID, func(e handoff.Event) bool {
		return e.Name == handoff.EventMessage && e.Message.From.Kind == handoff.FromAgent
	})
	_, err = d.Desk.End(t.Context(), started.Conversation.ID, handoff.FromVisitor)
	d.Must(err)
	(&editor{Site: d.Site}).settle()

	c := d.SignIn(admin.RoleViewer)
	a := d.SignIn(admin.RoleAdmin)
	if page := c.Get(editorPath); !strings.Contains(page.Body, "Dana Cole, ") || strings.Contains(page.Body, string(theirs.Handoff)) {
		t.Errorf("the conversations to choose from are wrong:\n%s", page.Body)
	}
	discount := "Hand off when the visitor mentions a discount."
	for _, row := range []struct {
		name         string
		who          *admintest.Client
		typed        map[string]string
		status       int
		shows, hides []string
		read         []string // what the audit log says that was read
	}{
		{"pasted, and it would", a, map[string]string{"instruction": discount, "said": "Visitor: Hello\nAva: Hello\nVisitor: Is there a discount?\nVisitor: Well?"}, 200,
			[]string{"It would hand off.", "hands off here Is there a discount?", "agent Hello"}, []string{"left out"}, nil},
		{"pasted, and it would not", a, map[string]string{"instruction": discount, "said": "Visitor: Is there a trial?"}, 200, []string{"It would not hand off."}, []string{"hands off here"}, nil},
		{"with the Instruction as it is stored", a, map[string]string{"said": "Visitor: Is there a discount?"}, 200, []string{"It would not hand off."}, nil, nil},
		{"a wish for a person", c, map[string]string{"said": "Can I talk to a person?"}, 200, []string{"It would hand off."}, nil, nil},
		{"chosen", a, map[string]string{"instruction": discount, "recent": string(mine)}, 200, []string{"It would hand off.", "hands off here Do you give a discount?"}, nil, []string{string(mine)}},
		{"chosen by a viewer", c, map[string]string{"recent": string(mine)}, 200, []string{"It would not hand off.", "Do you give a discount?"}, nil, []string{string(mine)}},
		{"pasted and chosen: what is pasted counts", a, map[string]string{"said": "Visitor: Hello", "recent": string(mine)}, 200, []string{"It would not hand off."}, []string{"Do you give"}, nil},
		{"another agent's", a, map[string]string{"instruction": discount, "recent": string(theirs.Handoff)}, 200, []string{"That conversation is not there any more."}, []string{"secret wish"}, nil},
		{"one that never was", a, map[string]string{"recent": "../agents/marketing"}, 200, []string{"That conversation is not there any more."}, nil, nil},
		{"nothing", a, nil, 200, []string{"There is nothing to try yet"}, nil, nil},
		{"blanks", c, map[string]string{"said": " \n\t\n"}, 200, []string{"There is nothing to try yet"}, nil, nil},
		{"more lines than are looked at", a, map[string]string{"said": strings.Repeat("Hello\n", 200) + "Can I talk to a person?"}, 200, []string{"left out"}, []string{"It would hand off."}, nil},
		{"one long line", a, map[string]string{"said": strings.Repeat("word ", 40000)}, 200, []string{"It would not hand off."}, nil, nil},
		{"more than a page takes", a, map[string]string{"said": strings.Repeat("x", 300000)}, 413, []string{"longer than this page takes"}, nil, nil},
		{"with something wrong above", a, map[string]string{"wait": "soon", "said": "Can I talk to a person?"}, 422, []string{"Write a number of minutes", "Can I talk to a person?"}, []string{"It would hand off."}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			form := edits(settings(t, row.who.Get(editorPath)), row.typed)
			before, read := d.Dump(), d.written(audit.TranscriptRead)
			page := row.who.Post(editorPath+"/try", form)
			shown := text(t, page, byTag("main"))
			if page.Status == http.StatusOK {
				shown = text(t, page, byID("verdict"))
			}
			if page.Status != row.status {
				t.Errorf("the answer is %d, want %d", page.Status, row.status)
			}
			for _, want := range row.shows {
				if !strings.Contains(shown, want) {
					t.Errorf("%q is not shown:\n%s", want, shown)
				}
			}
			for _, not := range row.hides {
				if strings.Contains(shown, not) {
					t.Errorf("%q is shown:\n%s", not, shown)
				}
			}
			now := d.written(audit.TranscriptRead)
			if fresh := now[:len(now)-len(read)]; !slices.Equal(fresh, row.read) {
				t.Errorf("the audit log says that these were read: %q, want %q", fresh, row.read)
			}
			if row.read == nil {
				unchanged(t, "trying", before, d.Dump())
			}
			if page.Status == http.StatusRequestEntityTooLarge {
				return
			}
			again := settings(t, page)
			for name, typed := range row.typed {
				if again.Get(name) != typed && name != "recent" && row.who == a {
					t.Errorf("%s held %.80q and holds %.80q", name, typed, again.Get(name))
				}
			}
		})
	}
}

// TestTryingIsNoSaving: what was tried can be saved afterwards, and a change of somebody else's in between is still seen.
func TestTryingIsNoSaving(t *testing.T) {
	e := newEditor(t)
	c := e.SignIn(admin.RoleAdmin)
	of := edits(settings(t, c.Get(editorPath)), map[string]string{"name": "Bea", "said": "Hello"})
	e.put(func() handoff.Agent { a := e.whole(); a.Name = "Ada"; return a }())
	tried := c.Post(editorPath+"/try", of)
	saved := c.Post(editorPath, settings(t, tried))
	if got := differences(t, saved); saved.Status != http.StatusConflict || !slices.Equal(got, []string{"Name: Ada / Bea"}) {
		t.Errorf("%d, %q", saved.Status, got)
	}
}

// noon is a Wednesday, on the agent's clock an hour before its afternoon begins.
var noon = time.Date(2026, 11, 25, 12, 45, 0, 0, time.UTC)

func atNoon(cfg *admin.Config) { cfg.Clock = func() time.Time { return noon } }

// TestWouldItFire asks about moments, with every choice of when handoffs may start.
func TestWouldItFire(t *testing.T) {
	e := newEditor(t, atNoon)
	c := e.SignIn(admin.RoleAdmin)
	office := map[string]string{
		"when": "hours", "time_zone": "Europe/Lisbon", "mon": "9-12.30, 13:30-18", "tue": "9-18", "wed": "9-18", "thu": "9-18", "fri": "9-17", "stop": "15",
		"closed": "2026-12-24 to 2026-12-26", "open": "2026-12-24 10-12", "ask": "1",
	}
	with := func(changes ...string) map[string]string {
		out := map[string]string{}
		for name, value := range office {
			out[name] = value
		}
		for i := 0; i < len(changes); i += 2 {
			out[changes[i]] = changes[i+1]
		}
		return out
	}
	off := func(a *handoff.Agent) { a.Handoff.Enabled = false }
	nobody := func(a *handoff.Agent) { a.Handoff.Channels = nil }
	for _, row := range []struct {
		name   string
		change func(*handoff.Agent)
		typed  map[string]string
		says   []string
	}{
		{"at any time", nil, with("when", "any", "at", "2026-11-29T03:00"), []string{"Yes, on Sunday 29 November 2026, 03:00 it would start.", "There are no work hours"}},
		{"in the hours", nil, with("at", "2026-11-23T10:00"), []string{"Yes, on Monday 23 November 2026, 10:00", "Monday has the hours 09:00 to 12:30, 13:30 to 18:00."}},
		{"at lunch", nil, with("at", "2026-11-23T13:00"), []string{"No, on Monday 23 November 2026, 13:00", "The next opening is Monday 2026-11-23 13:30."}},
		{"shortly before closing", nil, with("at", "2026-11-23T17:50"), []string{"No, on", "New handoffs stop 15 minutes before closing at 18:00.", "The next opening is Tuesday 2026-11-24 09:00."}},
		{"on a day without hours", nil, with("at", "2026-11-28T10:00"), []string{"No, on Saturday", "Saturday has no hours.", "The next opening is Monday 2026-11-30 09:00."}},
		{"on a closed date", nil, with("at", "2026-12-25T10:00"), []string{"No, on Friday", "2026-12-25 is a closed date.", "The next opening is Monday 2026-12-28 09:00."}},
		{"in a special opening", nil, with("at", "2026-12-24T10:30"), []string{"Yes, on Thursday", "2026-12-24 has a special opening: 10:00 to 12:00."}},
		{"open until further notice", nil, with("when", "open", "at", "2026-11-29T03:00"), []string{"Yes, on Sunday", "open until further notice"}},
		{"closed until further notice", nil, with("when", "closed", "at", "2026-11-23T10:00"), []string{"No, on Monday", "closed until further notice"}},
		{"with handoff off", off, with("at", "2026-11-23T10:00"), []string{"No, on Monday", "off", "Monday has the hours"}},
		{"with handoff off, in the night", off, with("at", "2026-11-23T03:00"), []string{"No, on Monday", "off", "The next opening is"}},
		{"with no channel", nobody, with("at", "2026-11-23T10:00"), []string{"No, on Monday", "channel", "Monday has the hours"}},
		{"in another zone", nil, with("time_zone", "Asia/Tokyo", "at", "2026-11-23T10:00"), []string{"Yes, on Monday 23 November 2026, 10:00", "In Asia/Tokyo it is Monday 2026-11-23 10:00."}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := e.whole()
			if row.change != nil {
				row.change(&a)
			}
			e.put(a)
			form := edits(settings(t, c.Get(editorPath+"/hours")), row.typed)
			before := e.Dump()
			page := c.Post(editorPath+"/hours/look", form)
			said := text(t, page, byID("verdict"))
			for _, want := range row.says {
				if page.Status != http.StatusOK || !strings.Contains(said, want) {
					t.Errorf("%d: %q, want %q", page.Status, said, want)
				}
			}
			unchanged(t, "asking", before, e.Dump())
			if again := settings(t, page); again.Get("at") != row.typed["at"] || again.Get("mon") != row.typed["mon"] || again.Get("when") != row.typed["when"] {
				t.Errorf("what was typed is shown again as %v", again)
			}
		})
	}
}

// TestMomentsThatAreNone: what is no moment is said beside it, and what is wrong elsewhere keeps the moment that was typed.
func TestMomentsThatAreNone(t *testing.T) {
	e := newEditor(t, atNoon)
	c := e.SignIn(admin.RoleAdmin)
	of := settings(t, c.Get(editorPath+"/hours"))
	if of.Get("at") != "2026-11-25T12:45" {
		t.Errorf("the first moment to ask about is %q", of.Get("at"))
	}
	for _, row := range []struct{ name, at, mon, beside, wrong string }{
		{"a word", "tomorrow", "9-10", "at-error", "Write a date and a time"},
		{"no such hour", "2026-11-25T25:00", "9-10", "at-error", "Write a date and a time"},
		{"a date alone", "2026-11-25", "9-10", "at-error", "Write a date and a time"},
		{"something else that is wrong", "2026-12-24T17:30", "18-9", "mon-error", "ends before it begins"},
	} {
		t.Run(row.name, func(t *testing.T) {
			page := c.Post(editorPath+"/hours/look", edits(of, map[string]string{"at": row.at, "mon": row.mon, "ask": "1"}))
			if page.Status != http.StatusUnprocessableEntity || !strings.Contains(text(t, page, byID(row.beside)), row.wrong) || find(parsed(t, page), byID("verdict")) != nil {
				t.Errorf("%d, and beside it stands %q", page.Status, text(t, page, byID(row.beside)))
			}
			if again := settings(t, page); again.Get("at") != row.at || again.Get("mon") != row.mon {
				t.Errorf("%q and %q are shown again as %q and %q", row.at, row.mon, again.Get("at"), again.Get("mon"))
			}
		})
	}
	if page := c.Post(editorPath+"/hours/look", edits(of, map[string]string{"at": "", "ask": "1"})); !strings.Contains(text(t, page, byID("verdict")), "25 November 2026, 12:45") {
		t.Errorf("no moment is not now: %s", text(t, page, byID("verdict")))
	}
	saved := c.Post(editorPath+"/hours", edits(of, map[string]string{"at": "tomorrow"})) // the question is not what is saved
	if saved.Status != http.StatusSeeOther {
		t.Errorf("saving beside a moment that is none is answered %d", saved.Status)
	}
}

// days are a week's picture in words: "Mon 23 Nov 09:00–12:30, 13:30–18:00".
func days(t *testing.T, page admintest.Page) (out []string) {
	t.Helper()
	table := find(parsed(t, page), func(n *html.Node) bool { return n.Data == "table" && attr(n, "class") == "week" })
	for _, row := range all(find(table, byTag("tbody")), "tr") {
		cells := all(row, "td")
		out = append(out, spaced(all(row, "th")[0])+" "+spaced(cells[len(cells)-1]))
	}
	return out
}

// TestWeeks turns the pages of the calendar, through special days and both changes of the clocks.
func TestWeeks(t *testing.T) {
	e := newEditor(t, atNoon)
	c := e.SignIn(admin.RoleAdmin)
	first := c.Get(editorPath + "/hours")
	if got := text(t, first, byID("week")); got != "The week of 23 November to 29 November 2026" {
		t.Errorf("the first week is called %q", got)
	}
	if got := days(t, first); len(got) != 7 || got[0] != "Mon 23 Nov 09:00–12:30, 13:30–18:00" || got[2] != "Wed 25 Nov (today) closed" {
		t.Errorf("the first week is %q", got)
	}
	of := edits(settings(t, first), map[string]string{"sun": "0:30-3, 5-6"})
	turn := func(t *testing.T, week string) admintest.Page {
		t.Helper()
		page := c.Post(editorPath+"/hours/look", edits(of, map[string]string{"week": week}))
		if page.Status != http.StatusOK || find(parsed(t, page), byID("verdict")) != nil {
			t.Fatalf("a week is answered %d, with an answer to a question that nobody asked:\n%s", page.Status, page.Body)
		}
		return page
	}
	for _, row := range []struct {
		week, title string
		want        map[int]string
		length      map[int]int // minutes of a day
	}{
		{"2026-12-24", "21 December to 27 December 2026", map[int]string{3: "Thu 24 Dec 10:00–12:00 special opening", 4: "Fri 25 Dec closed closed date", 6: "Sun 27 Dec 00:30–03:00, 05:00–06:00"}, map[int]int{3: 1440}},
		{"2026-03-24", "23 March to 29 March 2026", map[int]string{6: "Sun 29 Mar 00:30–03:00, 05:00–06:00"}, map[int]int{5: 1440, 6: 1380}},
		{"2026-10-25", "19 October to 25 October 2026", map[int]string{6: "Sun 25 Oct 00:30–03:00, 05:00–06:00"}, map[int]int{6: 1500}},
		{"nonsense", "23 November to 29 November 2026", nil, nil},
		{"", "23 November to 29 November 2026", nil, nil},
		{"9999-12-31", "27 December to 2 January 10000", nil, nil},
		{"0001-01-01", "1 January to 7 January 0001", nil, nil},
	} {
		t.Run("the week of "+row.week, func(t *testing.T) {
			page := turn(t, row.week)
			if got := text(t, page, byID("week")); got != "The week of "+row.title {
				t.Errorf("it is called %q", got)
			}
			got := days(t, page)
			for i, want := range row.want {
				if got[i] != want {
					t.Errorf("day %d is %q, want %q", i, got[i], want)
				}
			}
			pictures := all(find(parsed(t, page), byTag("tbody")), "svg")
			for i, minutes := range row.length {
				if box := attr(pictures[i], "viewbox") + attr(pictures[i], "viewBox"); box != fmt.Sprintf("0 0 %d 20", minutes) {
					t.Errorf("the picture of day %d is %q, want %d minutes", i, box, minutes)
				}
			}
		})
	}
	page := turn(t, "")
	for _, want := range []string{"16 November to 22 November 2026", "23 November to 29 November 2026", "30 November to 6 December 2026"} {
		label := "Earlier week"
		if want != "16 November to 22 November 2026" {
			label = "Later week"
		}
		button := find(parsed(t, page), func(n *html.Node) bool { return n.Data == "button" && words(n) == label })
		if page = turn(t, attr(button, "value")); text(t, page, byID("week")) != "The week of "+want {
			t.Errorf("%s leads to %q, want %q", label, text(t, page, byID("week")), want)
		}
	}
}
