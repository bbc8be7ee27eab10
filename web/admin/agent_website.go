package admin

import (
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/docket-handoff/docket/handoff"
)

var websiteTab = agentTab{
	file: "agent_website.html", title: "Website", path: "/website",
	fields: []labelled{{"origins", "Allowed origins"}, {"files", "Files"}},
}

func init() {
	websiteTab.read, websiteTab.write, websiteTab.around, websiteTab.says = readWebsite, writeWebsite, (*visit).aroundWebsite, saysWebsite
}

func (v *visit) websiteTab() error     { return v.showTab(&websiteTab) }
func (v *visit) saveWebsiteTab() error { return v.saveTab(&websiteTab) }

func readWebsite(a handoff.Agent) url.Values {
	values := url.Values{"origins": {strings.Join(a.AllowedOrigins, "\n")}}
	if a.Files {
		values.Set("files", onValue)
	}
	return values
}

func saysWebsite(_ *visit, field string, values []string) string {
	if field == "files" {
		return onOff(values)
	}
	return ""
}

const maxOrigins = 200

func writeWebsite(v *visit, f *form, a *handoff.Agent) {
	a.Files = f.Value("files") == onValue
	if allow := f.text("allow"); allow != "" { // the button's address stands among those that were typed, also when the form is shown again
		f.values.Set("origins", strings.TrimSpace(f.Value("origins")+"\n"+allow))
		f.values.Del("allow")
	}
	var origins []string
	for typed := range strings.FieldsSeq(f.Value("origins")) {
		checked := handoff.Agent{ID: a.ID, AllowedOrigins: []string{strings.TrimRight(typed, ",;")}}
		if checked.Validate() != nil {
			f.wrong("origins", "“"+typed+"” is no origin. Write it like https://www.example.com, without a path or a wildcard.")
			continue
		}
		if origin := checked.AllowedOrigins[0]; !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	if len(origins) > maxOrigins {
		f.wrong("origins", "There may be at most 200 origins.")
	}
	a.AllowedOrigins = origins
}

// websiteMore is what stands around the form.
type websiteMore struct {
	Snippet string
	Own     string // this server's own origin, from which the preview speaks
	Preview bool   // the preview may speak
	Local   bool   // the snippet's address is one that only this machine reaches
}

func (v *visit) aroundWebsite(view *agentView) (any, error) {
	more := websiteMore{Snippet: v.snippet(view.Agent.ID), Own: v.ownOrigin(), Local: isLoopback(v.public.Hostname())}
	more.Preview = view.Agent.Allows(more.Own)
	return more, nil
}

// snippet is the one line that a website needs.
func (v *visit) snippet(id handoff.ID) string {
	return `<script src="` + strings.TrimRight(v.public.String(), "/") + `/widget.js" data-agent="` + template.HTMLEscapeString(string(id)) + `" async></script>`
}

// ownOrigin is where the browser that asks sees this server: the public address, or loopback.
func (v *visit) ownOrigin() string {
	if strings.EqualFold(v.r.Host, v.public.Host) {
		return v.public.Scheme + "://" + strings.ToLower(v.public.Host)
	}
	return "http://" + strings.ToLower(v.r.Host)
}

// preview is a page with nothing but the widget. It may stand in a frame of our own pages alone.
func (v *visit) preview() error {
	a, err := v.editedAgent()
	if err != nil {
		return err
	}
	header := v.w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	header.Set("X-Frame-Options", "SAMEORIGIN")
	return v.pages["agent_preview.html"].ExecuteTemplate(v.w, "preview", a)
}
