package admin_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// These tests play the threats that the admin pages must withstand, one after the other. Where something must not change, the whole store is
// compared.

// posts are the routes that change something, with an example of each.
func posts() map[string]string {
	out := map[string]string{}
	for pattern, row := range allowed {
		if strings.HasPrefix(pattern, "POST ") {
			out[pattern] = row.path
		}
	}
	return out
}

// Another site sends forms with the admin's browser.
func TestForgedRequestsChangeNothing(t *testing.T) {
	site := admintest.New(t, withTeams, withPassword)
	c := site.SignIn(admin.RoleAdmin)
	before := site.Dump()
	for pattern, path := range posts() {
		for name, header := range map[string]http.Header{
			"another origin":     {"Origin": {"https://evil.example"}},
			"no origin at all":   {"Origin": {"null"}},
			"another site":       {"Sec-Fetch-Site": {"cross-site"}},
			"a neighbouring one": {"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://evil.127.0.0.1.nip.example"}},
		} {
			page := c.Send(http.MethodPost, path, url.Values{"name": {"forged"}, "password": {password}}, header)
			if page.Status != http.StatusForbidden || !strings.Contains(page.Body, "nothing was changed") {
				t.Errorf("%s from %s: %d", pattern, name, page.Status)
			}
		}
	}
	unchanged(t, "forged requests", before, site.Dump())
}

// A name that a foreign page has pointed at this machine.
func TestForeignHostsAreNotServed(t *testing.T) {
	site := admintest.New(t, withPassword)
	c := site.SignIn(admin.RoleAdmin)
	port := site.URL[strings.LastIndexByte(site.URL, ':'):]
	for host, want := range map[string]int{
		"evil.example": 421, "evil.example" + port: 421, "127.0.0.1.evil.example": 421, "192.168.0.1" + port: 421,
		"localhost" + port: 200, "127.0.0.1" + port: 200, "[::1]" + port: 200,
	} {
		if page := c.Send(http.MethodGet, "/admin/signin/link/x", nil, http.Header{"Host": {host}}); (page.Status == 421) != (want == 421) {
			t.Errorf("%s: %d, want %d", host, page.Status, want)
		}
	}
}

// Somebody guesses the password, from one address, from many, and many at once.
func TestGuessingEnds(t *testing.T) {
	var ahead atomic.Int64
	site := admintest.New(t, withPassword, func(cfg *admin.Config) {
		cfg.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	try := func(word string) admintest.Page {
		return site.Stranger().Post("/admin/signin", url.Values{"password": {word}})
	}
	for i := range 5 {
		if page := try(fmt.Sprint("guess ", i)); page.Status != http.StatusUnprocessableEntity || strings.Contains(page.Body, "guess") {
			t.Fatalf("guess %d was answered %d\n%s", i, page.Status, page.Body)
		}
	}
	page := try(password)
	if page.Status != http.StatusTooManyRequests || page.Header.Get("Retry-After") == "" || !strings.Contains(page.Body, "Please wait 15 minutes") {
		t.Fatalf("the sixth try was answered %d, Retry-After %q\n%s", page.Status, page.Header.Get("Retry-After"), page.Body)
	}
	if link := site.SignIn(admin.RoleAdmin).Get("/admin/keys"); link.Status != http.StatusOK {
		t.Errorf("the door of the link was closed too: %d", link.Status)
	}
	ahead.Store(int64(15*time.Minute + time.Second))
	if page := try(password); page.Status != http.StatusSeeOther {
		t.Errorf("after a quarter of an hour the password was answered %d", page.Status)
	}
	refusals := 0
	list, err := audit.List(t.Context(), site.Engine, audit.Query{Act: audit.SignInRefused})
	site.Must(err)
	for _, e := range list.Entries {
		if refusals++; e.By.Network != "127.0.0.0/24" {
			t.Errorf("a refusal from %q", e.By.Network)
		}
	}
	if refusals != 5 {
		t.Errorf("%d refusals were written down, want 5", refusals)
	}
}

// Somebody says in a header that he is somebody else each time.
func TestSpoofedAddressesGetNoMoreTries(t *testing.T) {
	site := admintest.New(t, withPassword)
	refused := 0
	for i := range 200 {
		header := http.Header{"Origin": {site.URL}, "X-Forwarded-For": {netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}).String()}, "X-Real-Ip": {"10.1.1.1"}, "Forwarded": {"for=10.2.2.2"}}
		if site.Stranger().Send(http.MethodPost, "/admin/signin", url.Values{"password": {"wrong"}}, header).Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 195 {
		t.Errorf("%d of 200 tries were refused for being too many, want 195", refused)
	}
}

// Somebody plants a session, keeps an old one, or forges one.
func TestSessionsAreNew(t *testing.T) {
	var ahead atomic.Int64
	site := admintest.New(t, withPassword, func(cfg *admin.Config) {
		cfg.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	token := func(c *admintest.Client) string {
		for _, cookie := range c.Cookies() {
			if cookie.Name == "docket-admin" {
				return cookie.Value
			}
		}
		return ""
	}
	with := func(value string) int {
		return site.Stranger().Send(http.MethodGet, "/admin/keys", nil, http.Header{"Cookie": {"docket-admin=" + value}}).Status
	}
	c := site.SignIn(admin.RoleViewer)
	planted := token(c)
	page := c.Post("/admin/signin", url.Values{"password": {password}})
	set := page.Header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(set, want) {
			t.Errorf("the cookie is not %s: %s", want, set)
		}
	}
	if token(c) == planted || len(token(c)) != 43 || with(planted) != http.StatusSeeOther || with(token(c)) != http.StatusOK {
		t.Errorf("the session before the sign-in still counts (%d), or the new one does not (%d)", with(planted), with(token(c)))
	}
	for key, value := range site.Dump() {
		if strings.Contains(key+value, token(c)) {
			t.Errorf("the token itself is in the store: %s", key)
		}
	}
	if with("made-up") != http.StatusSeeOther || with(strings.Repeat("x", 3000)) != http.StatusSeeOther {
		t.Error("a made-up session got in")
	}
	old := token(c)
	c.Post("/admin/signout", url.Values{})
	if with(old) != http.StatusSeeOther {
		t.Error("a session lives on after signing out")
	}
	for name, row := range map[string]struct {
		steps []time.Duration
		want  int
	}{
		"active for six days": {[]time.Duration{11 * time.Hour, 22 * time.Hour, 33 * time.Hour}, http.StatusOK},
		"idle for 13 hours":   {[]time.Duration{13 * time.Hour}, http.StatusSeeOther},
	} {
		ahead.Store(0)
		kept := token(site.SignIn(admin.RoleAdmin))
		got := 0
		for _, step := range row.steps {
			ahead.Store(int64(step))
			got = with(kept)
		}
		if got != row.want {
			t.Errorf("%s: %d, want %d", name, got, row.want)
		}
	}
	ahead.Store(0)
	kept, got := token(site.SignIn(admin.RoleAdmin)), http.StatusOK
	for at := time.Duration(0); at < 7*24*time.Hour; at += 10 * time.Hour {
		ahead.Store(int64(at))
		if got = with(kept); got != http.StatusOK {
			t.Fatalf("an active session ended after %s", at)
		}
	}
	ahead.Store(int64(7*24*time.Hour + time.Minute))
	if with(kept) != http.StatusSeeOther {
		t.Error("a session lives longer than seven days")
	}
	ahead.Store(0)
	mine, other := site.SignIn(admin.RoleAdmin), site.SignIn(admin.RoleViewer)
	for _, line := range strings.Split(mine.Get("/admin/people").Body, `action="`)[1:] {
		if path, _, _ := strings.Cut(line, `"`); strings.HasSuffix(path, "/end") {
			mine.Post(path, url.Values{})
		}
	}
	if other.Get("/admin/keys").Status != http.StatusSeeOther || mine.Get("/admin/keys").Status != http.StatusOK {
		t.Error("ending the others' sessions did not end them, or ended one's own")
	}
}

// An address sends people elsewhere after they signed in.
func TestReturnsStayHere(t *testing.T) {
	site := admintest.New(t, withPassword)
	for to, want := range map[string]string{
		"/admin/audit?act=sign_in": "/admin/audit?act=sign_in", "/admin/keys": "/admin/keys",
		"https://evil.example/": "/admin/", "//evil.example/admin/keys": "/admin/", "/\\evil.example": "/admin/", "\\\\evil.example": "/admin/",
		"/admin/../../evil": "/admin/", "javascript:alert(1)": "/admin/", "/admin/keys\r\nX: y": "/admin/", "/v1/agents": "/admin/", "/admin/nothing": "/admin/", "": "/admin/",
		"/admin/signin": "/admin/", "http:/admin/keys": "/admin/", "/%2f/evil.example": "/admin/",
	} {
		page := site.Stranger().Post("/admin/signin", url.Values{"password": {password}, "return_to": {to}})
		if page.Status != http.StatusSeeOther || page.Location != want {
			t.Errorf("%q leads to %d %q, want %q", to, page.Status, page.Location, want)
		}
	}
	c := site.Stranger()
	asked := c.Get("/admin/audit?act=sign_in")
	if asked.Location != "/admin/signin?return_to=%2Fadmin%2Faudit%3Fact%3Dsign_in" {
		t.Errorf("whoever is not signed in is led to %s", asked.Location)
	}
	if sent := c.Post("/admin/keys", url.Values{"name": {"x"}}); sent.Status != http.StatusUnauthorized || !strings.Contains(sent.Body, `name="return_to" value="/admin/keys"`) {
		t.Errorf("a form of an ended session: %d\n%s", sent.Status, sent.Body)
	}
}

// A provider's answer carries a script.
func TestForeignWordsAreText(t *testing.T) {
	h := newHostile(t)
	site := admintest.New(t, h.trusted)
	c := site.Stranger()
	asked := begin(t, c, "/admin/")
	page := c.Get(openidReturn + "?error=access_denied&error_description=" + url.QueryEscape(`<script>alert(1)</script>`) + "&state=" + asked.Get("state"))
	if page.Status != http.StatusBadRequest || strings.Contains(page.Body, "<script>alert") || !strings.Contains(page.Body, "&lt;script&gt;") {
		t.Errorf("%d\n%s", page.Status, page.Body)
	}
}

// hostileNames are what people, teams and programs may be called.
var hostileNames = []string{
	`<script>document.title="owned"</script>`, `"><img src=x onerror="document.title='owned'">`, `'-document.title="owned"-'`, `javascript:document.title="owned"`,
	`{{.}}`, `</title><script>document.title="owned"</script>`, `<svg onload=document.title='owned'>`, "\u202egnihtemos", `&lt;script&gt;`,
}

// Names that are scripts stand on every page where names stand, in a real browser.
func TestNamesAreNoScripts(t *testing.T) {
	site := newDesk(t, withPassword, withTeams)
	var paths []string
	for i, name := range hostileNames {
		id := site.Connect(name)
		_, handed := site.asks(handoff.Visitor{ID: handoff.ID(fmt.Sprint("v", i)), Name: name, Email: name}, handoff.Account{Name: name, Domain: name}, name, "talk to a person")
		paths = append(paths, "/admin/handoffs/"+string(handed), "/admin/integrations/channels/"+string(id))
		_, err := site.Desk.PutAgent(t.Context(), audit.Actor{Kind: audit.Key, Name: name}, handoff.Agent{
			ID: handoff.ID(fmt.Sprint("agent-", i)), Name: name, Handoff: handoff.Policy{Enabled: true, Channels: []handoff.ID{id}},
		})
		site.Must(err)
	}
	b := site.Browser()
	b.SignIn(admin.RoleAdmin)
	for _, pattern := range admin.Patterns() {
		row := allowed[pattern]
		page := strings.HasPrefix(pattern, "GET ") && row.admin == http.StatusOK
		for _, file := range []string{"export", "assets", "/live", "package"} {
			page = page && !strings.Contains(row.path, file)
		}
		if page {
			paths = append(paths, row.path)
		}
	}
	for _, path := range paths {
		b.Open(path)
		b.Wait("the page", `document.querySelector("h1")`)
		if got := admintest.Eval[string](b, "document.title"); strings.HasPrefix(got, "owned") {
			t.Errorf("a name ran as a script on %s", path)
		}
		if n := admintest.Eval[int](b, `document.querySelectorAll("main script, main img, main svg[onload], [onerror]").length`); n != 0 {
			t.Errorf("%d elements came from names on %s", n, path)
		}
	}
}

// Everything secret is planted, every page is read, and so is the log.
func TestSecretsAreOnNoPage(t *testing.T) {
	h := newHostile(t)
	site := admintest.New(t, withPassword, h.trusted, withTeams)
	c := site.SignIn(admin.RoleAdmin)
	made := c.Post("/admin/keys", url.Values{"name": {"Website"}})
	_, rest, _ := strings.Cut(made.Body, `<code id="token" tabindex="0">`)
	key, _, _ := strings.Cut(rest, "<")
	_, secret, _ := strings.Cut(key, ".")
	if len(secret) != 43 {
		t.Fatalf("no key was made:\n%s", made.Body)
	}
	_, err := site.Desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{
		ID: "marketing", IdentitySecret: "identity-s3cr3t-of-thirty-two-bytes", Webhook: &handoff.Webhook{URL: "https://crm.example/hook", Secret: "whsec_s3cr3t"},
	})
	site.Must(err)
	secrets := map[string]string{
		"a key": secret, "the password": password, "an identity secret": "identity-s3cr3t", "a webhook's secret": "whsec_s3cr3t", "the provider's secret": "client-s3cr3t",
		"a session": c.Cookies()[0].Value,
	}
	for _, pattern := range admin.Patterns() {
		path := strings.Replace(allowed[pattern].path, "/none", "/marketing", 1)
		if strings.HasPrefix(pattern, "GET ") {
			page := c.Get(path)
			for name, s := range secrets {
				if strings.Contains(page.Body, s) {
					t.Errorf("%s stands on %s", name, path)
				}
			}
		}
	}
	for name, s := range secrets {
		if strings.Contains(site.Logged.String(), s) {
			t.Errorf("%s stands in the log", name)
		}
		for row, value := range site.Dump() {
			if (name == "a key" || name == "the password" || name == "a session") && strings.Contains(value, s) {
				t.Errorf("%s stands in the store at %s", name, row)
			}
		}
	}
}

// Keys that are missing, wrong, cut short, mixed, or revoked.
func TestKeysOpenOneDoor(t *testing.T) {
	site := admintest.New(t, withPassword)
	c := site.SignIn(admin.RoleAdmin)
	made := func(name string) string {
		_, rest, _ := strings.Cut(c.Post("/admin/keys", url.Values{"name": {name}}).Body, `<code id="token" tabindex="0">`)
		key, _, _ := strings.Cut(rest, "<")
		return key
	}
	one, two := made("one"), made("two")
	status := func(key string) int {
		header := http.Header{}
		if key != "" {
			header.Set("Authorization", "Bearer "+key)
		}
		return site.Stranger().Send(http.MethodGet, "/v1/agents", nil, header).Status
	}
	id, secret, _ := strings.Cut(one, ".")
	other, _, _ := strings.Cut(two, ".")
	for name, key := range map[string]string{
		"none": "", "its id alone": id, "its id and a dot": id + ".", "its beginning": one[:len(one)-1], "more than it": one + "A", "the secret alone": secret,
		"another id with it": other + "." + secret, "a path": "../apikeys/" + one, "small letters": strings.ToLower(one), "its hash": id + "." + strings.Repeat("0", 64),
	} {
		if got := status(key); got != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, got)
		}
	}
	elsewhere, err := admin.New(admin.Config{Desk: site.Desk, Engine: site.Engine, PublicURL: site.URL}) // another process on this store
	site.Must(err)
	if name, ok, err := elsewhere.Keys().Lookup(t.Context(), one); name != "one" || !ok || err != nil || status(one) != http.StatusOK {
		t.Errorf("the key is not known: %q %v %v", name, ok, err)
	}
	c.Post("/admin/keys/"+id+"/revoke", url.Values{})
	if _, ok, err := elsewhere.Keys().Lookup(t.Context(), one); ok || err != nil || status(one) != http.StatusUnauthorized || status(two) != http.StatusOK {
		t.Errorf("a revoked key is known still (%v, %v), or the other one is not", ok, err)
	}
	entries, err := audit.List(t.Context(), site.Engine, audit.Query{Act: audit.KeyRevoked})
	site.Must(err)
	if len(entries.Entries) != 1 || entries.Entries[0].Subject != id {
		t.Errorf("the revocation is not written down: %+v", entries.Entries)
	}
}

// What serves operators is not served to the world by guessing its name.
func TestNothingToDebugWith(t *testing.T) {
	site := admintest.New(t)
	for _, path := range []string{"/debug/pprof/", "/debug/vars", "/metrics", "/admin/debug", "/.env", "/admin/assets/", "/admin/assets/..%2fpages%2fkeys.html", "/admin/pages/keys.html"} {
		if got := site.Stranger().Get(path).Status; got != http.StatusNotFound {
			t.Errorf("%s: %d", path, got)
		}
	}
	if body := site.Stranger().Get("/healthz?verbose").Body; strings.TrimSpace(body) != `{"status":"ok"}` {
		t.Errorf("/healthz says %s", body)
	}
}
