package admin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/google/uuid"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed assets/*
var assetFiles embed.FS

// visit is one request on its way to its answer.
type visit struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	route   route
	session *session // nil: nobody is signed in
	role    Role
	began   string // the token of the session that began with this visit
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// by is who does what this request asks for, for the audit log.
func (v *visit) by() audit.Actor {
	actor := audit.Actor{Network: audit.Network(v.r.RemoteAddr)}
	if v.session != nil {
		actor.Kind, actor.Name = audit.Admin, v.session.Person.called()
	}
	return actor
}

// isAdmin says whether this person may change things.
func (v *visit) isAdmin() bool { return v.role == RoleAdmin }

// parsePages reads every template with the layout and the parts around it. pages/_*.html are parts, the others pages.
func parsePages() (map[string]*template.Template, error) {
	parts, err := template.New("").Funcs(functions).ParseFS(pageFiles, "pages/_*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	files, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		name := path.Base(file)
		if strings.HasPrefix(name, "_") {
			continue
		}
		page, err := template.Must(parts.Clone()).ParseFS(pageFiles, file)
		if err != nil {
			return nil, err
		}
		pages[name] = page
	}
	return pages, nil
}

// frame is what the layout needs around a page.
type frame struct {
	App     string
	Title   string
	Nav     []navGroup // empty before sign-in
	Person  string
	Role    Role
	Admin   bool
	Flash   string
	Script  string // a module under assets; empty: none
	Refresh string // a path to go on to by itself
	Page    any    // what the page itself shows
}

type navGroup struct {
	Title string
	Links []navLink
}

type navLink struct {
	Title, Path string
	Here        bool
	Undecided   int // what waits for a decision there
}

// show renders a page: a file under pages, its title, and what it shows. Options change what is around it.
func (v *visit) show(file, title string, page any, options ...func(*frame)) error {
	return v.showWith(http.StatusOK, file, title, page, options...)
}

// withScript gives the page a module from assets.
func withScript(file string) func(*frame) { return func(f *frame) { f.Script = file } }

func (v *visit) showWith(status int, file, title string, page any, options ...func(*frame)) error {
	f := frame{App: v.app, Title: title, Role: v.role, Admin: v.isAdmin(), Page: page}
	if v.session != nil {
		f.Nav, f.Person, f.Flash = v.nav(), v.session.Person.called(), v.takeFlash()
	}
	for _, option := range options {
		option(&f)
	}
	tmpl := v.pages[file]
	if tmpl == nil {
		return fmt.Errorf("there is no page %s", file)
	}
	var out bytes.Buffer
	if err := tmpl.ExecuteTemplate(&out, "layout", f); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	if v.r.Method != http.MethodHead {
		_, _ = out.WriteTo(v.w) // whoever went away needs no page
	}
	return nil
}

// nav is the list of sections, with the one that shows marked.
func (v *visit) nav() []navGroup {
	var groups []navGroup
	for _, s := range v.sections {
		if len(groups) == 0 || groups[len(groups)-1].Title != s.group {
			groups = append(groups, navGroup{Title: s.group})
		}
		here := v.r.URL.Path == s.path || strings.HasPrefix(v.r.URL.Path, s.path+"/")
		last := &groups[len(groups)-1]
		link := navLink{Title: s.title, Path: s.path, Here: here}
		if s.undecided != nil {
			link.Undecided = s.undecided(v)
		}
		last.Links = append(last.Links, link)
	}
	return groups
}

// redirect sends the browser to a page after something was done.
func (v *visit) redirect(path string) error {
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// done redirects, and says at the top of the next page what was done.
func (v *visit) done(path, flash string) error {
	v.setFlash(flash)
	return v.redirect(path)
}

// problem is a page that says why there is nothing else to show.
type problem struct {
	status      int
	title, text string
}

// Error is for the log.
func (p problem) Error() string { return p.title + ": " + p.text }

var notFound = problem{http.StatusNotFound, "Not found", "There is nothing at this address, or it is gone."}

// fail answers with an error: one that is meant for people as it is, anything else under an incident id.
func (v *visit) fail(err error) {
	if v.ctx().Err() != nil && errors.Is(err, context.Canceled) {
		return // nobody is left to read it
	}
	p := v.problemOf(err)
	if err := v.showWith(p.status, "problem.html", p.title, problemView{Text: p.text, Back: v.before()}); err != nil {
		v.log.Error("a page could not be shown", "path", v.r.URL.Path, "err", err)
		http.Error(v.w, "Something went wrong on our side.", http.StatusInternalServerError)
	}
}

// problemView is what the page of a problem shows.
type problemView struct {
	Text string
	Back navLink // where one came from
}

// before is where to go on from a problem: what leads to Microsoft and back began on the page of Microsoft Teams.
func (v *visit) before() navLink {
	if strings.HasPrefix(v.r.URL.Path, "/integrations/teams/") {
		return navLink{Title: "Back to Microsoft Teams", Path: "/admin/integrations/teams"}
	}
	return navLink{Title: "Go to the first page", Path: "/admin/"}
}

func (v *visit) problemOf(err error) problem {
	var p problem
	if errors.As(err, &p) {
		return p
	}
	switch code := handoff.CodeOf(err); code {
	case handoff.CodeUnknownAgent, handoff.CodeUnknownConversation, handoff.CodeUnknownChannel, handoff.CodeUnknownVisitor, handoff.CodeUnknownFile, handoff.CodeNoHandoff:
		return notFound
	case handoff.CodeStore, handoff.CodeBusy:
		v.log.Warn("a page could not be served", "path", v.route.pattern, "code", code, "err", err)
		return problem{http.StatusServiceUnavailable, "Not right now", "The store cannot be written right now. Nothing was lost; please try again in a moment."}
	}
	incident := uuid.NewString()
	v.log.Error("a page failed", "incident", incident, "path", v.route.pattern, "err", err)
	return problem{http.StatusInternalServerError, "Something went wrong", "It is our side's fault. Whoever runs this server finds the cause in its log under " + incident + "."}
}

// asset gives out the stylesheet, a script or a picture. Their addresses change with what is in them.
func (v *visit) asset() error {
	content, err := assetFiles.ReadFile("assets/" + v.r.PathValue("file"))
	if err != nil {
		return notFound
	}
	header := v.w.Header()
	header.Set("Content-Type", assetTypes[path.Ext(v.r.PathValue("file"))])
	if v.r.URL.Query().Get("v") == version(content) {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if v.r.Method != http.MethodHead {
		_, _ = v.w.Write(content)
	}
	return nil
}

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

func version(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6])
}

// assetPath is the address of a file under assets.
func assetPath(file string) (string, error) {
	content, err := assetFiles.ReadFile("assets/" + file)
	if err != nil {
		return "", err
	}
	return "/admin/assets/" + file + "?v=" + version(content), nil
}
