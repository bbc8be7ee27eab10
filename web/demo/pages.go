package demo

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"time"
)

//go:embed assets
var files embed.FS

func pages() *template.Template {
	return template.Must(template.ParseFS(files, "assets/*.html"))
}

// policy of the page itself: everything from its own address, nothing inline.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (p *page) showPage(w http.ResponseWriter, _ *http.Request) {
	visitor, account := Visitor(), Account()
	p.render(w, "page.html", pagePolicy, map[string]any{
		"App": p.App, "Team": p.place.Team.Name, "Channel": p.place.Name,
		"Visitor": visitor.Name, "Title": visitor.Traits["title"], "Account": account.Name, "Known": p.Identity != nil,
	})
}

// showSite shows the website. Its policy is what a real site has to allow for the widget, and no more.
func (p *page) showSite(w http.ResponseWriter, _ *http.Request) {
	identity := ""
	if p.Identity != nil {
		identity = p.Identity()
	}
	policy := "default-src 'none'; script-src " + p.ServerURL + "; connect-src " + p.ServerURL + "; style-src 'self'; img-src 'self' blob:; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
	p.render(w, "site.html", policy, map[string]any{"Server": p.ServerURL, "Agent": p.Agent, "Identity": identity})
}

func (p *page) render(w http.ResponseWriter, name, policy string, data any) {
	var body bytes.Buffer
	if err := p.pages.ExecuteTemplate(&body, name, data); err != nil {
		p.Log.Error("the demo's page could not be made", "page", name, "error", err)
		refusal{http.StatusInternalServerError, "internal", "The page could not be made; the log says why."}.write(w)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	_, _ = body.WriteTo(w)
}

// The types of what the pages load, said here because what a machine says of them differs.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// assets serves what the pages load. The tag is the content's, so a browser asks again and gets nothing twice.
func assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		content, err := files.ReadFile(path.Join("assets", name))
		kind, known := types[path.Ext(name)]
		if err != nil || !known {
			refusal{http.StatusNotFound, "not_found", "There is no such file."}.write(w)
			return
		}
		sum := sha256.Sum256(content)
		header := w.Header()
		header.Set("Content-Type", kind)
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	})
}
