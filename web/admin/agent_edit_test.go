package admin_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/net/html"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

const editorPath = "/admin/agents/marketing"

// editorTabs are the paths of the editor's pages.
var editorTabs = []string{editorPath, editorPath + "/hours", editorPath + "/answers", editorPath + "/texts", editorPath + "/website"}

// editor is a site with an agent in which everything is set, half of it by the API alone.
type editor struct {
	*admintest.Site
	sales, night handoff.ID
}

func newEditor(t *testing.T, options ...func(*admin.Config)) *editor {
	t.Helper()
	e := &editor{Site: admintest.New(t, options...)}
	e.sales, e.night = e.Connect("#sales"), e.Connect("#night shift")
	e.put(e.whole())
	e.settle()
	return e
}

// settle waits until everything is posted that was ordered, so that the store stands still.
func (e *editor) settle() {
	e.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		waits := ""
		for row := range e.Dump() {
			if strings.HasPrefix(row, "outbox/") {
				waits = row
			}
		}
		if waits == "" {
			return
		}
		if time.Now().After(deadline) {
			e.Fatalf("%s is never posted", waits)
		}
	}
}

func (e *editor) whole() handoff.Agent {
	return handoff.Agent{
		ID: "marketing", Name: "Ava", AllowedOrigins: []string{"https://www.example.com"}, Files: true,
		Handoff: handoff.Policy{
			Enabled: true, Instruction: "Hand off on “refunds”.", Channels: []handoff.ID{e.sales}, FallbackChannels: []handoff.ID{e.night}, WaitSeconds: 90, RemindSeconds: 45, IdleSeconds: 1,
			WorkHours: &handoff.WorkHours{
				TimeZone: "Europe/Lisbon", Days: map[string][]handoff.Span{"mon": {{From: 540, To: 750}, {From: 810, To: 1080}}}, StopBeforeCloseMinutes: 15,
				Closed: []string{"2026-12-24", "2026-12-25"}, Open: []handoff.Opening{{Date: "2026-12-24", From: "10:00", To: "12:00"}},
			},
		},
		Texts:          map[string]string{handoff.TextAsking: "One moment.", handoff.TextLeft: ""},
		Answers:        []handoff.KnownAnswer{{Questions: []string{"How much?"}, Answer: "20 euros."}},
		IdentitySecret: "identity-secret-of-thirty-two-bytes", Webhook: &handoff.Webhook{URL: "https://crm.example/hook", Secret: "whsec_x"},
	}
}

func (e *editor) put(a handoff.Agent) {
	e.Helper()
	_, err := e.Desk.PutAgent(e.Context(), audit.Actor{Kind: audit.Key, Name: "CRM"}, a)
	e.Must(err)
}

func (e *editor) stored() handoff.Agent {
	e.Helper()
	a, err := e.Desk.Agent(e.Context(), "marketing")
	e.Must(err)
	return a
}

// sameAgent fails where two agents differ in anything but the moment of the last change.
func sameAgent(t *testing.T, what string, want, got handoff.Agent) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(handoff.Agent{}, "UpdatedAt"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: what is stored differs from what is wanted:\n%s", what, diff)
	}
}

// edits puts values into a form: "-" takes a field away.
func edits(form url.Values, changes map[string]string) url.Values {
	out := maps.Clone(form)
	for name, value := range changes {
		if value == "-" {
			delete(out, name)
			continue
		}
		out[name] = strings.Split(value, "|")
	}
	return out
}

// TestTwoAdminsAtOnce: the second is shown what differs, in words, and nothing is stored until they say so again.
func TestTwoAdminsAtOnce(t *testing.T) {
	e := newEditor(t)
	for _, row := range []struct {
		name, tab     string
		first, second map[string]string
		differ        []string // field: stored now / yours
		want          func(*handoff.Agent)
	}{
		{
			"names, switch and channels", "", map[string]string{"name": "Ada", "enabled": "-", "channels": string(e.sales) + "|" + string(e.night), "fallbacks": "-"},
			map[string]string{"name": "Bea", "wait": "", "idle": "30"},
			[]string{"Name: Ada / Bea", "Waiting time: 1.5 min / 10 min, as usual", "Silence that ends it: 0.0167 min / 30 min"},
			func(a *handoff.Agent) {
				a.Name, a.Handoff.WaitSeconds, a.Handoff.IdleSeconds = "Bea", 0, 1800
				a.Handoff.Enabled, a.Handoff.Channels, a.Handoff.FallbackChannels = false, []handoff.ID{e.sales, e.night}, nil
			},
		},
		{
			"switch and channels both ways", "", map[string]string{"name": "Ada", "enabled": "-", "channels": string(e.sales) + "|" + string(e.night), "fallbacks": "-"},
			map[string]string{"channels": string(e.night), "fallbacks": string(e.sales)},
			[]string{"Channels: Sales > #sales, Sales > #night shift / Sales > #night shift", "Fallback channels: none / Sales > #sales"},
			func(a *handoff.Agent) {
				a.Name, a.Handoff.Enabled, a.Handoff.Channels, a.Handoff.FallbackChannels = "Ada", false, []handoff.ID{e.night}, []handoff.ID{e.sales}
			},
		},
		{
			"an Instruction, in two lines", "", map[string]string{"instruction": "Line one.\nLine two."}, map[string]string{"instruction": ""},
			[]string{"Instruction: Line one.\nLine two. / (empty)"}, func(a *handoff.Agent) { a.Handoff.Instruction = "" },
		},
		{
			"hours", "/hours", map[string]string{"when": "open", "mon": "8-12", "sat": "9-10"}, map[string]string{"when": "closed", "closed": "2026-12-25", "stop": ""},
			[]string{
				"When handoffs may start: Open until further notice / Closed until further notice",
				"Stop before closing: 15 min / 0 min", "Closed dates: 2026-12-24\n2026-12-25 / 2026-12-25",
			},
			func(a *handoff.Agent) {
				w := a.Handoff.WorkHours
				w.Override, w.Closed, w.StopBeforeCloseMinutes = handoff.OverrideClosed, []string{"2026-12-25"}, 0
				w.Days = map[string][]handoff.Span{"mon": {{From: 480, To: 720}}, "sat": {{From: 540, To: 600}}}
			},
		},
		{
			"answers", "/answers", map[string]string{"questions": "How much?", "answer": "30 euros."}, map[string]string{"questions": "How much?\nWhat does it cost?|Why?", "answer": "20 euros.|Because."},
			[]string{"Questions: 1. How much? / 1. How much? / What does it cost?\n2. Why?", "Answers: 1. 30 euros. / 1. 20 euros.\n2. Because."},
			func(a *handoff.Agent) {
				a.Answers = []handoff.KnownAnswer{{Questions: []string{"How much?", "What does it cost?"}, Answer: "20 euros."}, {Questions: []string{"Why?"}, Answer: "Because."}}
			},
		},
		{
			"half of an answer, which is no answer without the other half", "/answers", map[string]string{"questions": "Why?|How much?", "answer": "Because.|20 euros."}, map[string]string{"answer": "25 euros."},
			[]string{"Questions: 1. Why?\n2. How much? / 1. How much?", "Answers: 1. Because.\n2. 20 euros. / 1. 25 euros."},
			func(a *handoff.Agent) { a.Answers[0].Answer = "25 euros." },
		},
		{
			"texts", "/texts", map[string]string{"asking": "Stay."}, map[string]string{"asking": "", "thread_left": "{specialist} is off."},
			[]string{"A person is asked: Stay. / (nothing is said)", "Somebody leaves: {specialist} has left. The visitor is waiting for somebody to join. / {specialist} is off."},
			func(a *handoff.Agent) {
				a.Texts = map[string]string{handoff.TextAsking: "", handoff.TextLeft: "", handoff.TextThreadLeft: "{specialist} is off."}
			},
		},
		{
			"origins and files", "/website", map[string]string{"origins": "https://a.example", "files": "-"}, map[string]string{"origins": "https://b.example"},
			[]string{"Allowed origins: https://a.example / https://b.example"},
			func(a *handoff.Agent) { a.AllowedOrigins, a.Files = []string{"https://b.example"}, false },
		},
		{
			"the button that allows", "/website", map[string]string{"files": "-"}, map[string]string{"allow": e.URL},
			[]string{"Allowed origins: https://www.example.com / https://www.example.com\n" + e.URL},
			func(a *handoff.Agent) { a.AllowedOrigins, a.Files = append(a.AllowedOrigins, e.URL), false },
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			e.put(e.whole())
			ana, ben := e.SignIn(admin.RoleAdmin), e.SignIn(admin.RoleAdmin)
			path := editorPath + row.tab
			of := settings(t, ana.Get(path))
			if got := ana.Post(path, edits(of, row.first)); got.Status != http.StatusSeeOther {
				t.Fatalf("the first is answered %d:\n%s", got.Status, got.Body)
			}
			between := e.Dump()
			second := ben.Post(path, edits(of, row.second))
			if second.Status != http.StatusConflict {
				t.Fatalf("the second is answered %d:\n%s", second.Status, second.Body)
			}
			unchanged(t, "the second", between, e.Dump())
			if diff := cmp.Diff(row.differ, differences(t, second)); diff != "" {
				t.Errorf("what differs:\n%s", diff)
			}
			again := settings(t, second)
			for name, value := range row.second {
				if kept := strings.TrimRight(strings.Join(again[name], "|"), "|"); value != "-" && name != "allow" && kept != value {
					t.Errorf("%s held %q and holds %q", name, value, kept)
				}
			}
			if got := ben.Post(path, again); got.Status != http.StatusSeeOther || got.Location != path {
				t.Fatalf("the second, once more, is answered %d %s:\n%s", got.Status, got.Location, got.Body)
			}
			want := e.whole()
			row.want(&want)
			sameAgent(t, "after both", want, e.stored())
		})
	}
}

// TestAThirdAdmin: whoever decides on a difference that is old by now is shown the new one.
func TestAThirdAdmin(t *testing.T) {
	e := newEditor(t)
	c := e.SignIn(admin.RoleAdmin)
	of := settings(t, c.Get(editorPath))
	c.Post(editorPath, edits(of, map[string]string{"name": "Ada"}))
	second := c.Post(editorPath, edits(of, map[string]string{"name": "Bea"}))
	c.Post(editorPath, settings(t, c.Get(editorPath)))
	c.Post(editorPath, edits(settings(t, c.Get(editorPath)), map[string]string{"name": "Cleo"}))
	third := c.Post(editorPath, settings(t, second))
	if got := differences(t, third); third.Status != http.StatusConflict || !slices.Equal(got, []string{"Name: Cleo / Bea"}) {
		t.Errorf("%d, %q", third.Status, got)
	}
}

// TestNoConflict: what does not touch the same fields, or says the same, is no conflict, and everything of both is kept.
func TestNoConflict(t *testing.T) {
	e := newEditor(t)
	c := e.SignIn(admin.RoleAdmin)
	save := func(t *testing.T, path string, form url.Values) {
		t.Helper()
		if got := c.Post(path, form); got.Status != http.StatusSeeOther {
			t.Fatalf("%s is answered %d, with the differences %q", path, got.Status, differences(t, got))
		}
	}
	for _, row := range []struct {
		name, tab string
		meanwhile func(*testing.T) // what somebody else does
		typed     map[string]string
		want      func(*handoff.Agent)
	}{
		{"the same in another way of writing", "/hours", func(t *testing.T) {
			save(t, editorPath+"/hours", edits(settings(t, c.Get(editorPath+"/hours")), map[string]string{"tue": "9-17", "closed": "2026-12-24 to 2026-12-26"}))
		}, map[string]string{"tue": "9am to 5pm", "closed": "2026-12-26, 2026-12-25, 2026-12-24"}, func(a *handoff.Agent) {
			a.Handoff.WorkHours.Days["tue"] = []handoff.Span{{From: 540, To: 1020}}
			a.Handoff.WorkHours.Closed = []string{"2026-12-24", "2026-12-25", "2026-12-26"}
		}},
		{"the same channels in another order", "", func(t *testing.T) {
			a := e.whole()
			a.Handoff.Channels, a.Handoff.FallbackChannels = []handoff.ID{e.night, e.sales}, nil
			e.put(a)
		}, map[string]string{"channels": string(e.sales) + "|" + string(e.night), "fallbacks": "-"}, func(a *handoff.Agent) {
			a.Handoff.Channels, a.Handoff.FallbackChannels = []handoff.ID{e.night, e.sales}, nil
		}},
		{"other tabs", "/texts", func(t *testing.T) {
			for other, typed := range map[string]map[string]string{"": {"name": "Ada"}, "/hours": {"fri": "9-10"}, "/website": {"origins": "https://a.example"}} {
				path := editorPath + other
				save(t, path, edits(settings(t, c.Get(path)), typed))
			}
		}, map[string]string{"asking": "Stay."}, func(a *handoff.Agent) {
			a.Name, a.AllowedOrigins = "Ada", []string{"https://a.example"}
			a.Handoff.WorkHours.Days["fri"] = []handoff.Span{{From: 540, To: 600}}
			a.Texts[handoff.TextAsking] = "Stay."
		}},
		{"a tab that was not touched", "", func(t *testing.T) {
			save(t, editorPath, edits(settings(t, c.Get(editorPath)), map[string]string{"name": "Ada", "enabled": "-", "instruction": "", "wait": "7"}))
		}, nil, func(a *handoff.Agent) {
			a.Name, a.Handoff.Enabled, a.Handoff.Instruction, a.Handoff.WaitSeconds = "Ada", false, "", 420
		}},
		{"hours that are forgotten meanwhile, and were not touched", "/hours", func(*testing.T) {
			a := e.whole()
			a.Handoff.WorkHours = nil
			e.put(a)
		}, nil, func(a *handoff.Agent) { a.Handoff.WorkHours = nil }},
		{"what the API alone sets", "", func(*testing.T) {
			a := e.whole()
			a.Answers, a.Webhook.URL, a.IdentitySecret = append(a.Answers, handoff.KnownAnswer{Questions: []string{"Why?"}, Answer: "Because."}), "https://new.example/", "another-secret-of-thirty-two-bytes"
			e.put(a)
		}, map[string]string{"name": "Bea"}, func(a *handoff.Agent) {
			a.Answers, a.Webhook.URL, a.IdentitySecret = append(a.Answers, handoff.KnownAnswer{Questions: []string{"Why?"}, Answer: "Because."}), "https://new.example/", "another-secret-of-thirty-two-bytes"
			a.Name = "Bea"
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			e.put(e.whole())
			path := editorPath + row.tab
			of := settings(t, c.Get(path))
			row.meanwhile(t)
			save(t, path, edits(of, row.typed))
			want := e.whole()
			row.want(&want)
			sameAgent(t, row.name, want, e.stored())
		})
	}
}

// TestSavingAsItIs: whoever saves a tab without touching it changes nothing, also where no channel was ever connected.
func TestSavingAsItIs(t *testing.T) {
	for name, whole := range map[string]func(*editor) handoff.Agent{
		"an agent with everything": (*editor).whole,
		"an agent with nothing":    func(*editor) handoff.Agent { return handoff.Agent{ID: "marketing", Name: "Ava"} },
		"an agent of the API's, before any channel": func(e *editor) handoff.Agent {
			a := e.whole()
			a.Handoff.Channels, a.Handoff.FallbackChannels = nil, nil
			return a
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := &editor{Site: admintest.New(t)}
			if name == "an agent with everything" {
				e.sales, e.night = e.Connect("#sales"), e.Connect("#night shift")
			}
			e.put(whole(e))
			c := e.SignIn(admin.RoleAdmin)
			for _, path := range editorTabs {
				if got := c.Post(path, settings(t, c.Get(path))); got.Status != http.StatusSeeOther {
					t.Errorf("%s is answered %d:\n%s", path, got.Status, got.Body)
				}
				sameAgent(t, path, whole(e), e.stored())
			}
		})
	}
}

// TestWhatIsWrongStandsBesideIt: each tab says it beside the field, keeps everything that was typed, and stores nothing.
func TestWhatIsWrongStandsBesideIt(t *testing.T) {
	e := newEditor(t)
	c := e.SignIn(admin.RoleAdmin)
	long := strings.Repeat("word ", 1601) // beyond 8,000 characters, and beyond 1,000
	for _, row := range []struct {
		name, path string
		typed      map[string]string
		wrong      map[string]string // what stands beside a field
	}{
		{"handoff", "", map[string]string{
			"name": " ", "instruction": long, "wait": "soon", "remind": "0", "idle": "10081", "channels": string(e.sales), "fallbacks": string(e.sales) + "|" + string(e.night), "enabled": "-",
		}, map[string]string{
			"name": "Give the agent a name.", "instruction": "at most 8,000 characters; this one has 8004", "wait": "Write a number of minutes above 0", "remind": "above 0", "idle": "at most 10080",
			"fallbacks": "Sales > #sales is among the first ones already.",
		}},
		{"handoff, long name, odd numbers", "", map[string]string{"name": strings.Repeat("ä", 81), "wait": "NaN", "remind": "-1", "idle": "1e9"}, map[string]string{
			"name": "at most 80 characters", "wait": "number of minutes", "remind": "number of minutes", "idle": "number of minutes",
		}},
		{"handoff, a channel that is not there", "", map[string]string{"channels": "nowhere"}, map[string]string{"channels": "does not exist any more"}},
		{"hours", "/hours", map[string]string{
			"when": "hours", "time_zone": "Lisbon", "mon": "18-9", "tue": "noon", "sun": "9-12, 11-13", "stop": "1.5", "closed": "christmas", "open": "2026-12-24", "at": "2026-12-24T10:00",
		}, map[string]string{
			"time_zone": "This is no time zone.", "mon": "Monday: “18-9” ends before it begins.", "tue": "Tuesday: “noon” is no span", "sun": "Sunday: 09:00–12:00 and 11:00–13:00 overlap.",
			"stop": "whole number of minutes from 0 to 1440", "closed": "“christmas” is no date.", "open": "2026-12-24 needs its hours",
		}},
		{"hours, no choice", "/hours", map[string]string{"when": "never"}, map[string]string{"when": "Choose when handoffs may start."}},
		{"hours that are none", "/hours", map[string]string{"mon": "", "open": ""}, map[string]string{"mon": "it would never be open"}},
		{"hours without a zone", "/hours", map[string]string{"when": "hours", "time_zone": " ", "mon": "9-17"}, map[string]string{"time_zone": "Say in which time zone"}},
		{"hours, the machine's own zone", "/hours", map[string]string{"time_zone": "Local"}, map[string]string{"time_zone": "This is no time zone."}},
		{"texts", "/texts", map[string]string{"asking": long, "joined": "{specialist} of {company}", "thread_waiting": "Since {since}, {specialist}"}, map[string]string{
			"asking": "A person is asked: a text has at most 1,000 characters; this one has 8004.", "joined": "Somebody joins: nothing fills {company} here. There is {specialist} and {agent}.",
			"thread_waiting": "Reminder: nothing fills {specialist} here.",
		}},
		{"website", "/website", map[string]string{"origins": "https://www.example.com/shop\nexample.com\nhttps://*.example.com https://good.example", "files": "-"}, map[string]string{
			"origins": "“https://www.example.com/shop” is no origin.",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := editorPath + row.path
			sent := edits(settings(t, c.Get(path)), row.typed)
			before := e.Dump()
			page := c.Post(path, sent)
			if page.Status != http.StatusUnprocessableEntity {
				t.Fatalf("the answer is %d:\n%s", page.Status, page.Body)
			}
			unchanged(t, row.name, before, e.Dump())
			doc := parsed(t, page)
			for field, want := range row.wrong {
				beside := find(doc, func(n *html.Node) bool { return attr(n, "id") == field+"-error" })
				if field == "when" {
					beside = find(doc, func(n *html.Node) bool { return attr(n, "id") == "when" })
				}
				if beside == nil || !strings.Contains(words(beside), want) {
					t.Errorf("beside %s stands %q, want %q", field, words(beside), want)
				}
			}
			for _, link := range all(find(doc, func(n *html.Node) bool { return attr(n, "class") == "errors" }), "a") {
				id := strings.TrimPrefix(attr(link, "href"), "#")
				if find(doc, func(n *html.Node) bool { return attr(n, "id") == id }) == nil {
					t.Errorf("the list of errors leads to %q, which is not there", id)
				}
			}
			kept := settings(t, page)
			for _, gone := range []string{"nowhere", "never"} { // what no box stands for cannot be kept
				for name, values := range sent {
					if slices.Contains(values, gone) {
						delete(sent, name)
						delete(kept, name)
					}
				}
			}
			for name := range row.typed {
				if sent.Has(name) { // blanks around a text may go
					sent.Set(name, strings.Join(sent[name], "|"))
					kept.Set(name, strings.Join(kept[name], "|"))
				}
			}
			if diff := cmp.Diff(sent, kept); diff != "" {
				t.Errorf("what was typed is not what is shown again:\n%s", diff)
			}
		})
	}
}

// TestSessionEndsWhileEditing: a page is come back to after signing in; a form that comes too late says so and changes nothing.
func TestSessionEndsWhileEditing(t *testing.T) {
	var ahead atomic.Int64
	e := newEditor(t, withPassword, func(cfg *admin.Config) {
		cfg.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	for i, path := range editorTabs {
		c := e.SignIn(admin.RoleAdmin)
		form := edits(settings(t, c.Get(path)), map[string]string{"name": "Eve", "mon": "0-24", "answer": "Eve", "asking": "Eve", "origins": "https://eve.example"})
		ahead.Store(int64(time.Duration(i+1) * 13 * time.Hour))
		before := e.Dump()
		late := c.Post(path, form)
		if late.Status != http.StatusUnauthorized || !strings.Contains(late.Body, "session has ended") || !strings.Contains(late.Body, `name="return_to" value="`+path+`"`) {
			t.Errorf("%s is sent too late, and answered %d:\n%s", path, late.Status, late.Body)
		}
		asked := c.Get(path)
		if asked.Status != http.StatusSeeOther || asked.Location != "/admin/signin?return_to="+url.QueryEscape(path) {
			t.Errorf("%s is asked for too late, and answered %d %s", path, asked.Status, asked.Location)
		}
		unchanged(t, path, before, e.Dump())
		in := c.Post("/admin/signin", url.Values{"password": {password}, "return_to": {path}})
		if in.Status != http.StatusSeeOther || in.Location != path || c.Get(in.Location).Status != http.StatusOK {
			t.Errorf("signing in leads to %d %s, want %s", in.Status, in.Location, path)
		}
	}
	late := e.Stranger()
	for _, path := range []string{editorPath + "/try", editorPath + "/hours/look", editorPath + "/texts/look"} {
		want := strings.TrimSuffix(strings.TrimSuffix(path, "/try"), "/look")
		if got := late.Post(path, url.Values{}); got.Status != http.StatusUnauthorized || !strings.Contains(got.Body, `name="return_to" value="`+want+`"`) {
			t.Errorf("%s is answered %d, and does not lead back to %s", path, got.Status, want)
		}
	}
}

// signInForm is what the sign-in page carries along.
func signInForm(t *testing.T, page admintest.Page) url.Values {
	t.Helper()
	out := url.Values{}
	for _, input := range all(parsed(t, page), "input") {
		if attr(input, "type") == "hidden" {
			out.Set(attr(input, "name"), attr(input, "value"))
		}
	}
	return out
}

// TestWhatWasTypedOutlivesASession: after signing in by password the tab stands there with what was typed; it is stored when that is said,
// and what somebody else has changed meanwhile is shown.
func TestWhatWasTypedOutlivesASession(t *testing.T) {
	var ahead atomic.Int64
	e := newEditor(t, withPassword, func(cfg *admin.Config) {
		cfg.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	agent := func() string { return e.Dump()["agents/marketing"] }
	for i, path := range editorTabs {
		c := e.SignIn(admin.RoleAdmin)
		typed := edits(settings(t, c.Get(path)), []map[string]string{
			{"name": "Eve & Söhne"}, {"mon": "0-24"}, {"questions": "How much?|Why?|", "answer": "Two\r\nlines|Because.|"}, {"asking": "<b>Eve</b>"}, {"origins": "https://eve.example"},
		}[i])
		ahead.Store(int64(time.Duration(i+1) * 13 * time.Hour))
		before := agent()
		late := c.Post(path, typed)
		if late.Status != http.StatusUnauthorized || !strings.Contains(late.Body, "with what you typed") {
			t.Fatalf("%s is sent too late, and answered %d:\n%s", path, late.Status, late.Body)
		}
		form := signInForm(t, late)
		if i == 0 { // a wrong password loses nothing
			form.Set("password", "not the password")
			form = signInForm(t, c.Post("/admin/signin", form))
		}
		form.Set("password", password)
		back := c.Post("/admin/signin", form)
		if back.Status != http.StatusOK || !strings.Contains(back.Body, "What you typed stands below, and is not saved yet.") || agent() != before {
			t.Fatalf("signing in is answered %d, changed: %v\n%s", back.Status, agent() != before, back.Body)
		}
		again := settings(t, back)
		for name := range typed {
			got, want := strings.TrimRight(strings.Join(again[name], "|"), "|"), strings.TrimRight(strings.ReplaceAll(strings.Join(typed[name], "|"), "\r\n", "\n"), "|")
			if got != want {
				t.Errorf("%s: %s held %q and holds %q", path, name, want, got)
			}
		}
		if saved := c.Post(path, again); saved.Status != http.StatusSeeOther || agent() == before {
			t.Errorf("%s, sent again, is answered %d:\n%s", path, saved.Status, saved.Body)
		}
	}

	late := e.Stranger().Post("/admin/agents", url.Values{"name": {"Rex"}, "id": {"rex"}})
	form := signInForm(t, late)
	form.Set("password", password)
	if back := e.Stranger().Post("/admin/signin", form); back.Status != http.StatusOK || !strings.Contains(back.Body, `value="Rex"`) || e.Dump()["agents/rex"] != "" {
		t.Errorf("a new agent after signing in is answered %d:\n%s", back.Status, back.Body)
	}

	for name, row := range map[string]struct {
		path  string
		typed url.Values
	}{
		"a long form":    {editorPath, url.Values{"instruction": {strings.Repeat("x", 65<<10)}}},
		"a new password": {"/admin/people/password", url.Values{"password": {"a new one that nobody sees"}}},
		"a key":          {"/admin/keys", url.Values{"name": {"CRM"}}},
	} {
		late := e.Stranger().Post(row.path, row.typed)
		if late.Status != http.StatusUnauthorized || !strings.Contains(late.Body, "has to be sent again") || signInForm(t, late).Has("unsent") || strings.Contains(late.Body, "nobody sees") {
			t.Errorf("%s is answered %d:\n%s", name, late.Status, late.Body)
		}
	}
	for _, to := range []string{"/admin/keys", "/admin/agents/../keys", "/admin/agents/marketing/preview", "https://evil.example/admin/agents"} {
		before := e.Dump()
		got := e.Stranger().Post("/admin/signin", url.Values{"password": {password}, "return_to": {editorPath}, "unsent": {"name=Forged"}, "unsent_to": {to}})
		if got.Status != http.StatusSeeOther || got.Location != editorPath {
			t.Errorf("%q leads to %d %s", to, got.Status, got.Location)
		}
		for key := range e.Dump() {
			if _, there := before[key]; !there && !strings.HasPrefix(key, "admin/sessions/") && !strings.HasPrefix(key, "audit/") {
				t.Errorf("%q made the row %s", to, key)
			}
		}
	}
	if forged := e.Stranger().Send(http.MethodPost, "/admin/signin", url.Values{"password": {password}, "unsent": {"name=Forged"}, "unsent_to": {editorPath}}, http.Header{"Origin": {"https://evil.example"}}); forged.Status != http.StatusForbidden {
		t.Errorf("a sign-in from elsewhere is answered %d", forged.Status)
	}
}

// TestAddingAgents: names make short names, and what is wrong or taken is said beside the field.
func TestAddingAgents(t *testing.T) {
	e := newEditor(t)
	c := e.SignIn(admin.RoleAdmin)
	for _, row := range []struct {
		name, typed, id string
		path            string // of the agent that is made; empty: none
		field, wrong    string
	}{
		{"a plain name", "Acme assistant", "", "acme-assistant", "", ""},
		{"signs and accents", "  Café № 1 – Ünïcode!  ", "", "caf-1-n-code", "", ""},
		{"a short name of one's own", "Support", "help.desk_2", "help.desk_2", "", ""},
		{"no name", " ", "x", "", "name", "Give the agent a name."},
		{"a name of letters that are not in ids", "مساعد الموقع العربي", "", "", "id", "No short name can be made from this name. Write one, such as acme-assistant."},
		{"a name of pictures", "🎉🎉", "", "", "id", "No short name can be made from this name."},
		{"no name, and a bad short name too", " ", "Bad Name", "", "id", "Use 1 to 64 small letters"},
		{"the longest name", strings.Repeat("x", 80), "", strings.Repeat("x", 40), "", ""},
		{"a name too long", strings.Repeat("x", 81), "", "", "name", "at most 80 characters"},
		{"capitals in the short name", "Support", "Support", "", "id", "Use 1 to 64 small letters"},
		{"a short name that is a path", "Support", "../x", "", "id", "Use 1 to 64 small letters"},
		{"a short name that is taken", "Other", "marketing", "", "id", "There is an agent with this short name."},
		{"a name whose short name is taken", "Marketing", "", "", "id", "There is an agent with this short name."},
	} {
		t.Run(row.name, func(t *testing.T) {
			before := e.Dump()
			got := c.Post("/admin/agents", url.Values{"name": {row.typed}, "id": {row.id}})
			if row.path != "" {
				if got.Status != http.StatusSeeOther || got.Location != "/admin/agents/"+row.path || c.Get(got.Location).Status != http.StatusOK {
					t.Errorf("%d %s, want %s", got.Status, got.Location, row.path)
				}
				return
			}
			unchanged(t, row.name, before, e.Dump())
			doc := parsed(t, got)
			beside := find(doc, func(n *html.Node) bool { return attr(n, "id") == row.field+"-error" })
			if got.Status != http.StatusUnprocessableEntity || beside == nil || !strings.Contains(words(beside), row.wrong) {
				t.Errorf("%d, and beside %s stands %q", got.Status, row.field, words(beside))
			}
			for field, typed := range map[string]string{"name": row.typed, "id": row.id} {
				if input := find(doc, func(n *html.Node) bool { return attr(n, "id") == field }); attr(input, "value") != typed {
					t.Errorf("%s held %q and holds %q", field, typed, attr(input, "value"))
				}
			}
		})
	}
	sameAgent(t, "the agent whose name was wanted", e.whole(), e.stored())
}

// TestRaceToSave: of many who save at once each is stored or shown a difference; none is lost in silence.
func TestRaceToSave(t *testing.T) {
	e := newEditor(t)
	c := e.SignIn(admin.RoleAdmin)
	of := settings(t, c.Get(editorPath))
	const many = 8
	answers := make(chan string, many)
	for i := range many {
		name := fmt.Sprint("Racer ", i)
		go func() {
			page := c.Post(editorPath, edits(of, map[string]string{"name": name}))
			if page.Status == http.StatusSeeOther {
				answers <- name
			} else {
				answers <- fmt.Sprint(page.Status)
			}
		}()
	}
	var stored []string
	for range many {
		if got := <-answers; got != "409" {
			stored = append(stored, got)
		}
	}
	if !slices.Equal(stored, []string{e.stored().Name}) {
		t.Errorf("these were told that they are stored: %q; stored is %q", stored, e.stored().Name)
	}
}
