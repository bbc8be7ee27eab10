package admin

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
)

// signInView is what the sign-in page shows.
type signInView struct {
	Form     *form
	Password bool   // somebody can sign in by password
	OpenID   string // where to sign in at a provider; empty: nowhere
	Return   string // where to go then
	Ended    bool   // they were signed in, or sent something that needs it
	Lost     bool   // they sent something, and it is not kept
}

// askToSignIn answers a request that nobody is signed in for: a page is come back to afterwards, a script is told.
func (v *visit) askToSignIn() {
	back := v.r.URL.RequestURI()
	if v.r.Method != http.MethodGet && v.r.Method != http.MethodHead {
		back = v.pageOf(v.r.URL.Path)
	}
	switch {
	case v.comesFromElsewhere():
		v.comeAgain()
	case v.r.Header.Get("Sec-Fetch-Dest") == "empty":
		http.Error(v.w, "Your session has ended. Sign in again.", http.StatusUnauthorized)
	case v.r.Method == http.MethodGet || v.r.Method == http.MethodHead:
		_ = v.redirect("/admin/signin?return_to=" + url.QueryEscape(back))
	default:
		f, err := v.unsent()
		if err == nil {
			err = v.showSignIn(http.StatusUnauthorized, f, back, true)
		}
		if err != nil {
			v.fail(err)
		}
	}
}

// comesFromElsewhere says that a link on another site was followed. The browser then keeps the session's cookie to itself, though there
// may be one.
func (v *visit) comesFromElsewhere() bool {
	return v.r.Method == http.MethodGet && v.token() == "" && v.r.Header.Get("Sec-Fetch-Site") == "cross-site" && v.r.Header.Get("Sec-Fetch-Mode") == "navigate"
}

// comeAgain lets the browser ask once more, this time from one of our own pages, and so with its cookie.
func (v *visit) comeAgain() {
	err := v.show("hop.html", "One moment", v.r.URL.RequestURI(), func(f *frame) { f.Refresh = v.r.URL.RequestURI() })
	if err != nil {
		v.fail(err)
	}
}

// pageOf is the page on which a form of this path stands: the nearest path upwards that can be looked at.
func (v *visit) pageOf(path string) string {
	for path != "" {
		if v.isPage(path) {
			return path
		}
		path = path[:strings.LastIndexByte(path, '/')]
	}
	return "/admin/"
}

// isPage says whether a path can be looked at by somebody who is signed in.
func (v *visit) isPage(path string) bool {
	r, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return false
	}
	_, pattern := v.mux.Handler(r)
	return pattern != "" && v.access[pattern] != nobody
}

// safeReturn is where to go after a sign-in: one of our own pages, or the first one. Whatever could leave this server does.
func (v *visit) safeReturn(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || u.User != nil || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") ||
		strings.ContainsAny(to, "\\\r\n\t") || !v.isPage(u.Path) {
		return "/admin/"
	}
	return u.RequestURI()
}

func (v *visit) signInPage() error {
	back := v.safeReturn(v.r.URL.Query().Get("return_to"))
	if v.session != nil {
		return v.redirect(back)
	}
	return v.showSignIn(http.StatusOK, &form{}, back, v.token() != "")
}

func (v *visit) showSignIn(status int, f *form, back string, ended bool) error {
	has, err := v.hasPassword(v.ctx())
	if err != nil {
		return err
	}
	view := signInView{Form: f, Password: has, Return: v.safeReturn(back), Ended: ended && !f.failed()}
	view.Lost = v.r.Method == http.MethodPost && f.Value(unsentField) == ""
	if v.openid != nil {
		view.OpenID = "/admin/signin/openid?return_to=" + url.QueryEscape(view.Return)
	}
	return v.showWith(status, "signin.html", "Sign in", view)
}

// signIn takes the password.
func (v *visit) signIn() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	back := f.Value("return_to")
	names := []string{"address " + addressOf(v.r.RemoteAddr), "account " + localAccount}
	if wait := v.tries.begin(v.now(), names...); wait > 0 {
		v.w.Header().Set("Retry-After", fmt.Sprint(int(math.Ceil(wait.Seconds()))))
		f.wrong("password", fmt.Sprintf("There were %d wrong passwords. Please wait %s, then try again.", maxTries, minutes(wait)))
		return v.showSignIn(http.StatusTooManyRequests, f, back, false)
	}
	right, err := v.rightPassword(v.ctx(), f.Value("password"))
	if err != nil {
		return err
	}
	if !right {
		if err := v.refused(wayPassword); err != nil {
			return err
		}
		f.wrong("password", "This is not the password.")
		return v.showSignIn(http.StatusUnprocessableEntity, f, back, false)
	}
	v.tries.right(names...)
	if err := v.begin(Person{Account: localAccount, Role: RoleAdmin}, wayPassword); err != nil {
		return err
	}
	if typed := f.Value(unsentField); typed != "" && v.goOn(f.Value(unsentTo), typed) {
		return nil
	}
	return v.redirect(v.safeReturn(back))
}

// refused writes down that somebody was not let in; who names them when that is proven.
func (v *visit) refused(way string, who ...string) error {
	by := audit.Actor{Name: strings.Join(who, " "), Network: audit.Network(v.r.RemoteAddr)}
	return v.engine.Update(v.ctx(), func(tx store.Tx) error {
		return audit.Append(tx, v.now(), audit.Entry{By: by, Act: audit.SignInRefused, Details: map[string]string{"by": way}})
	})
}

func minutes(d time.Duration) string {
	if n := int(math.Ceil(d.Minutes())); n > 1 {
		return fmt.Sprintf("%d minutes", n)
	}
	return "a minute"
}
