package admin

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
)

// Config is what a Server needs. Desk, Engine and PublicURL are required.
type Config struct {
	Desk   *handoff.Desk
	Engine store.Engine // the desk's own: sessions and keys live beside what they open

	// PublicURL is the address at which people reach the server. Its host, and those of loopback, are the only ones at which
	// the pages answer.
	PublicURL string

	Teams   Teams                           // nil: Microsoft Teams is not set up
	Examine func(context.Context) []Finding // what docket doctor finds; nil: nobody looks
	Version string                          // what was built

	App      string  // the product's display name; "Docket" when empty
	Password string  // of the first admin; empty: none, or the one that was set in the pages
	OpenID   *OpenID // nil: nobody signs in at a provider

	Clock func() time.Time // time.Now when nil
	Log   *slog.Logger     // discards when nil
}

// Server serves the pages. New makes one.
type Server struct {
	desk   *handoff.Desk
	engine store.Engine
	public *url.URL
	app    string
	now    func() time.Time
	log    *slog.Logger

	teams       Teams
	examine     func(context.Context) []Finding
	version     string
	examination examination

	sections []section
	password passwords
	tries    tries
	openid   *openID // nil: nobody signs in at a provider
	live     live
	pages    map[string]*template.Template
	access   map[string]need // what each pattern of the mux needs
	mux      *http.ServeMux
	origins  http.CrossOriginProtection
}

// need is what a route asks of whoever comes.
type need int

const (
	nobody need = iota // everybody may, signed in or not
	viewer             // whoever is signed in
	admin              // admins alone
)

// route is one way in: a pattern of http.ServeMux, what it needs, and what answers.
type route struct {
	pattern string
	needs   need
	answer  func(*visit) error
}

// New checks the configuration and builds the routes. It starts nothing; a password is looked at when it is first tried.
func New(cfg Config) (*Server, error) {
	if cfg.Desk == nil || cfg.Engine == nil {
		return nil, errors.New("admin: a desk and its engine are needed")
	}
	public, err := url.Parse(cfg.PublicURL)
	if err != nil || public.Host == "" {
		return nil, fmt.Errorf("admin: the public URL %q is no address", cfg.PublicURL)
	}
	s := &Server{
		desk: cfg.Desk, engine: cfg.Engine, public: public, app: cfg.App, now: cfg.Clock, log: cfg.Log,
		teams: cfg.Teams, examine: cfg.Examine, version: cfg.Version,
		sections: sections, password: passwords{setting: cfg.Password}, access: map[string]need{}, mux: http.NewServeMux(),
	}
	if cfg.OpenID != nil {
		s.openid = &openID{OpenID: *cfg.OpenID, flights: newFlights()}
	}
	if s.app == "" {
		s.app = "Docket"
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.pages, err = parsePages(); err != nil {
		return nil, err
	}
	if err := s.origins.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, fmt.Errorf("admin: %w", err)
	}
	for _, r := range routes() {
		s.access[r.pattern] = r.needs
		s.mux.HandleFunc(r.pattern, func(w http.ResponseWriter, req *http.Request) { s.enter(w, req, r) })
	}
	return s, nil
}

// routes is the whole surface.
func routes() []route {
	all := append([]route(nil), entrances...)
	for _, section := range sections {
		all = append(all, section.routes...)
	}
	return all
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	guard(w.Header())
	v := &visit{Server: s, w: w, r: r}
	switch {
	case !s.hostAllowed(r.Host):
		v.fail(problem{http.StatusMisdirectedRequest, "Wrong address", "This server does not answer at this address. Open it at " + s.public.String() + "/admin/."})
	case s.origins.Check(r) != nil:
		v.fail(problem{http.StatusForbidden, "Not accepted", "This request came from another website, so nothing was changed."})
	case r.URL.Path == "/admin":
		http.Redirect(w, r, "/admin/", http.StatusPermanentRedirect)
	default:
		if _, pattern := s.mux.Handler(r); pattern == "" {
			v.answerMissing()
			return
		}
		s.mux.ServeHTTP(w, r)
	}
}

// guard sets what every page carries. Nothing may come from elsewhere, run inline, frame a page or keep a copy of it.
func guard(h http.Header) {
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:", "connect-src 'self'", "frame-src 'self'",
		"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
	}, "; "))
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // a foreign site learns nothing; our own forms keep their Origin
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cache-Control", "no-store")
}

// hostAllowed says whether the pages answer at a host: the public one, and any of loopback. Any other name is one that a
// foreign page may have pointed here.
func (s *Server) hostAllowed(host string) bool {
	if strings.EqualFold(host, s.public.Host) {
		return true
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	return isLoopback(name)
}

// isLoopback says whether a host, without its port, is this machine itself.
func isLoopback(name string) bool {
	addr, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return strings.EqualFold(name, "localhost") || (err == nil && addr.IsLoopback())
}

// answerMissing tells a wrong path from a wrong method. The address of a form stays in the browser when the page is shown again: whoever
// asks for it later is led to the page on which the form stands.
func (v *visit) answerMissing() {
	takes := func(method string) bool {
		other := v.r.Clone(v.ctx())
		other.Method = method
		_, pattern := v.mux.Handler(other)
		return pattern != ""
	}
	switch {
	case takes(http.MethodPost) && v.r.Method == http.MethodGet:
		_ = v.redirect(v.pageOf(v.r.URL.Path))
	case takes(http.MethodPost) || takes(http.MethodGet):
		v.fail(problem{http.StatusMethodNotAllowed, "Not like this", "This page cannot be asked for in this way."})
	default:
		v.fail(notFound)
	}
}

// enter lets a request in when its session gives what the route needs.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, to route) {
	v := &visit{Server: s, w: w, r: r, route: to}
	if err := v.recognise(); err != nil {
		v.fail(err)
		return
	}
	switch {
	case to.needs == nobody:
	case v.session == nil:
		v.askToSignIn()
		return
	case to.needs == admin && v.role != RoleAdmin:
		v.fail(problem{http.StatusForbidden, "For admins", "You are signed in as a viewer. An admin can do this."})
		return
	}
	if err := to.answer(v); err != nil {
		v.fail(err)
	}
}
