package admin_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// TestOrigins are kept as browsers send them, each once. What none sends is refused beside the field.
func TestOrigins(t *testing.T) {
	e := newEditor(t)
	c := e.SignIn(admin.RoleAdmin)
	path := editorPath + "/website"
	many := func(n int) string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf("https://shop%d.example", i))
		}
		return strings.Join(out, "\n")
	}
	for _, row := range []struct {
		name, typed string
		want        []string // nil: refused
		wrong       string
	}{
		{"one a line", "https://a.example\nhttps://b.example", []string{"https://a.example", "https://b.example"}, ""},
		{"blanks, commas and semicolons", " https://a.example, https://b.example;\thttps://c.example ", []string{"https://a.example", "https://b.example", "https://c.example"}, ""},
		{"a slash at the end", "https://a.example/", []string{"https://a.example"}, ""},
		{"capitals", "HTTPS://A.Example", []string{"https://a.example"}, ""},
		{"the usual port", "https://a.example:443 http://a.example:80", []string{"https://a.example", "http://a.example"}, ""},
		{"another port", "http://localhost:8080", []string{"http://localhost:8080"}, ""},
		{"letters beyond ASCII", "https://bücher.example", []string{"https://xn--bcher-kva.example"}, ""},
		{"the same in three ways", "https://a.example https://A.example/ https://a.example:443", []string{"https://a.example"}, ""},
		{"none", "", []string{}, ""},
		{"two hundred", many(200), strings.Fields(many(200)), ""},
		{"one more", many(201), nil, "There may be at most 200 origins."},
		{"a path", "https://a.example/shop", nil, "“https://a.example/shop” is no origin."},
		{"a question", "https://a.example?x=1", nil, "is no origin"},
		{"a user", "https://me@a.example", nil, "is no origin"},
		{"no scheme", "www.a.example", nil, "“www.a.example” is no origin."},
		{"another scheme", "ftp://a.example", nil, "is no origin"},
		{"a script", "javascript:alert(1)", nil, "is no origin"},
		{"a wildcard", "https://*.a.example", nil, "without a path or a wildcard"},
		{"everybody", "*", nil, "“*” is no origin."},
		{"null", "null", nil, "“null” is no origin."},
		{"markup", "https://<script>alert(1)</script>", nil, "is no origin"},
		{"good and bad", "https://a.example b.example", nil, "“b.example” is no origin."},
	} {
		t.Run(row.name, func(t *testing.T) {
			e.put(e.whole())
			page := c.Post(path, edits(settings(t, c.Get(path)), map[string]string{"origins": row.typed}))
			if row.want != nil {
				want := e.whole()
				want.AllowedOrigins = row.want
				if page.Status != http.StatusSeeOther {
					t.Errorf("the answer is %d:\n%s", page.Status, page.Body)
				}
				sameAgent(t, row.name, want, e.stored())
				return
			}
			if got := text(t, page, byID("origins-error")); page.Status != http.StatusUnprocessableEntity || !strings.Contains(got, row.wrong) {
				t.Errorf("%d, and beside it stands %q, want %q", page.Status, got, row.wrong)
			}
			if again := settings(t, page); again.Get("origins") != row.typed {
				t.Errorf("%q is shown again as %q", row.typed, again.Get("origins"))
			}
			sameAgent(t, row.name, e.whole(), e.stored())
		})
	}
}

// TestTheChatIsTriedHere: the preview speaks once this server's own address is allowed, which one button does; it may stand in a frame
// of our own pages and nowhere else.
func TestTheChatIsTriedHere(t *testing.T) {
	e := newEditor(t)
	c, viewer := e.SignIn(admin.RoleAdmin), e.SignIn(admin.RoleViewer)
	path := editorPath + "/website"
	before := c.Get(path)
	if find(parsed(t, before), byTag("iframe")) != nil || !strings.Contains(before.Body, "<code>"+e.URL+"</code>") {
		t.Errorf("the chat is shown before it may speak:\n%s", before.Body)
	}
	if strings.Contains(viewer.Get(path).Body, `name="allow"`) {
		t.Error("a viewer is offered to allow it")
	}
	if got := c.Post(path, edits(settings(t, before), map[string]string{"allow": "https://evil.example/x"})); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("allowing what is no origin is answered %d", got.Status)
	}
	if got := c.Post(path, edits(settings(t, before), map[string]string{"allow": e.URL})); got.Status != http.StatusSeeOther {
		t.Errorf("allowing is answered %d:\n%s", got.Status, got.Body)
	}
	want := e.whole()
	want.AllowedOrigins = append(want.AllowedOrigins, e.URL)
	sameAgent(t, "allowing", want, e.stored())
	for name, who := range map[string]*admintest.Client{"an admin": c, "a viewer": viewer} {
		page := who.Get(path)
		if frame := find(parsed(t, page), byTag("iframe")); attr(frame, "src") != editorPath+"/preview" {
			t.Errorf("%s sees a frame of %q", name, attr(frame, "src"))
		}
		if got := page.Header.Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'none'") || !strings.Contains(got, "frame-src 'self'") {
			t.Errorf("the page itself says %s", got)
		}
		preview := who.Get(editorPath + "/preview")
		policy := strings.Split(preview.Header.Get("Content-Security-Policy"), "; ")
		for _, rule := range []string{"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'self'", "base-uri 'none'", "form-action 'none'"} {
			if !slices.Contains(policy, rule) {
				t.Errorf("the preview does not say %s, but %q", rule, policy)
			}
		}
		if preview.Status != http.StatusOK || preview.Header.Get("X-Frame-Options") != "SAMEORIGIN" || preview.Header.Get("Content-Type") != "text/html; charset=utf-8" || preview.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the preview is answered %d with %v", preview.Status, preview.Header)
		}
		if script := find(parsed(t, preview), byTag("script")); attr(script, "src") != "/widget.js" || attr(script, "data-agent") != "marketing" || script.FirstChild != nil {
			t.Errorf("the preview is:\n%s", preview.Body)
		}
	}
	if got := e.Stranger().Get(editorPath + "/preview"); got.Status != http.StatusSeeOther {
		t.Errorf("a stranger's preview is answered %d", got.Status)
	}
}

// TestSnippet is one line that a website can carry as it stands, with the public address.
func TestSnippet(t *testing.T) {
	e := newEditor(t)
	const script = `<script src="%s/widget.js" data-agent="marketing" async></script>`
	page := e.SignIn(admin.RoleViewer).Get(editorPath + "/website")
	if got, want := text(t, page, byID("snippet")), fmt.Sprintf(script, e.URL); got != want {
		t.Errorf("the page shows the snippet %s, want %s", got, want)
	}
	if strings.Contains(page.Body, `<script src="`+e.URL) {
		t.Errorf("the snippet is no text on the page:\n%s", page.Body)
	}
	for public, want := range map[string]string{
		"https://chat.example.com": "https://chat.example.com", "https://chat.example.com/": "https://chat.example.com", "https://chat.example.com:8443": "https://chat.example.com:8443",
	} {
		elsewhere, err := admin.New(admin.Config{Desk: e.Desk, Engine: e.Engine, PublicURL: public})
		e.Must(err)
		if got := elsewhere.Snippet("marketing"); got != fmt.Sprintf(script, want) {
			t.Errorf("at %s the snippet is %s", public, got)
		}
	}
}

// TestSnippetOfThisMachineAlone: a line that no visitor's browser can follow says so, and one with a public address does not.
func TestSnippetOfThisMachineAlone(t *testing.T) {
	const note = "Only this machine reaches this address."
	for public, want := range map[string]bool{"": true, "http://localhost:3978": true, "http://[::1]:3978": true, "https://chat.example.com": false, "https://127.0.0.1.example.com": false} {
		e := newEditor(t, func(cfg *admin.Config) {
			if public != "" {
				cfg.PublicURL = public
			}
		})
		if page := e.SignIn(admin.RoleViewer).Get(editorPath + "/website"); page.Status != http.StatusOK || strings.Contains(page.Body, note) != want {
			t.Errorf("at %q it says so: %v\n%s", public, !want, page.Body)
		}
	}
}

// TestAgentsNamesAreText: whatever an agent is called, every page of its shows just that, in a browser, on a phone, and runs nothing.
func TestAgentsNamesAreText(t *testing.T) {
	names := append([]string{strings.Repeat("W", 400), strings.Repeat("word ", 80) + "end", "مساعد المبيعات ابتداءً"}, hostileNames...)
	e := newEditor(t)
	b := e.Browser()
	b.SignIn(admin.RoleAdmin)
	b.Window(360, 800)
	for _, name := range names {
		a := e.whole()
		a.Name, a.AllowedOrigins = name, []string{e.URL}
		a.Handoff.Instruction = name
		a.Texts = map[string]string{handoff.TextAsking: name}
		e.put(a)
		for _, path := range append([]string{"/admin/agents", editorPath + "/preview"}, editorTabs...) {
			b.Open(path)
			b.Wait("the page", `document.readyState === "complete" && document.title`)
			if got := admintest.Eval[string](b, "document.title"); strings.HasPrefix(got, "owned") {
				t.Errorf("%.60q ran as a script on %s", name, path)
			}
			if path == editorPath+"/preview" {
				continue
			}
			shown := fmt.Sprintf(`[...document.querySelectorAll("h1 bdi, th bdi")].some((n) => n.textContent.trim() === %q.trim())`, name)
			if !admintest.Eval[bool](b, shown) {
				t.Errorf("%.60q is not shown as it is on %s", name, path)
			}
			if n := admintest.Eval[int](b, `document.querySelectorAll("main script, main img, main svg[onload], [onerror]").length`); n != 0 {
				t.Errorf("%d elements came from %.60q on %s", n, name, path)
			}
			if wide := admintest.Eval[int](b, "document.documentElement.scrollWidth"); wide > 360 {
				t.Errorf("with the name %.60q %s is %d wide", name, path, wide)
			}
		}
	}
}
