package admin

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/docket-handoff/docket/audit"
)

var auditSection = section{
	title: "Audit", group: "", path: "/admin/audit",
	routes: []route{{"GET /admin/audit", viewer, (*visit).auditPage}},
}

// actWords are what people read for each act.
var actWords = map[audit.Act]string{
	audit.SignedIn: "Signed in", audit.SignInRefused: "Sign-in refused", audit.SignedOut: "Signed out", audit.SessionEnded: "Session ended",
	audit.LinkMade: "Sign-in link made", audit.PasswordSet: "Password set", audit.KeyMade: "API key made", audit.KeyRevoked: "API key revoked",
	audit.AgentCreated: "Agent created", audit.AgentChanged: "Agent changed", audit.ConsentAsked: "Consent asked", audit.ConsentReturned: "Consent given",
	audit.ConsentRefused: "Consent refused", audit.ChannelJoined: "Channel connected", audit.ChannelChanged: "Channel changed",
	audit.ChannelLeft: "Channel disconnected", audit.TestSent: "Test handoff sent", audit.TranscriptRead: "Transcript read", audit.Exported: "Exported",
	audit.LineSentAgain: "Line sent again", audit.LineMarkedSent: "Line marked as sent", audit.HandoffEnded: "Handoff ended", audit.VisitorErased: "Visitor erased",
	audit.Restored: "Restored from a backup",
}

// auditView is what the page shows.
type auditView struct {
	Entries []auditLine
	Acts    []audit.Act
	Form    *form
	Filter  bool   // something is filtered
	Older   string // the address of the next page; empty at the end
	Newest  bool   // this is the first page
}

type auditLine struct {
	audit.Entry
	Who   string
	Facts string
	Page  string // of its subject; empty: it has none
}

// looksLike chooses actors by a part of what the page shows of them, whatever its case; nil for nothing typed.
func looksLike(typed string) func(audit.Actor) bool {
	if typed == "" {
		return nil
	}
	part := strings.ToLower(typed)
	return func(a audit.Actor) bool {
		return slices.ContainsFunc([]string{who(a), string(a.Kind), a.Network}, func(shown string) bool { return strings.Contains(strings.ToLower(shown), part) })
	}
}

// pageOfSubject is where the subject of an entry can be looked at.
func pageOfSubject(e audit.Entry) string {
	if e.Act == audit.TranscriptRead || e.Act == audit.Exported && e.Subject != allHandoffs {
		return "/admin/handoffs/" + e.Subject
	}
	return ""
}

func (v *visit) auditPage() error {
	asked := v.r.URL.Query()
	before, _ := strconv.ParseUint(asked.Get("before"), 10, 64) // nonsense is the first page
	actor := strings.TrimSpace(asked.Get("actor"))
	q := audit.Query{Before: before, Act: audit.Act(asked.Get("act")), By: looksLike(actor)}
	if !slices.Contains(audit.Acts, q.Act) {
		q.Act = ""
	}
	page, err := audit.List(v.ctx(), v.engine, q)
	if err != nil {
		return err
	}
	view := auditView{
		Acts: audit.Acts, Filter: q.Act != "" || actor != "", Newest: before == 0,
		Form: newForm(url.Values{"act": {string(q.Act)}, "actor": {actor}}),
	}
	for _, e := range page.Entries {
		view.Entries = append(view.Entries, auditLine{Entry: e, Who: who(e.By), Facts: facts(e.Details), Page: pageOfSubject(e)})
	}
	if page.Next > 0 {
		view.Older = "/admin/audit?" + url.Values{"before": {strconv.FormatUint(page.Next, 10)}, "act": {string(q.Act)}, "actor": {actor}}.Encode()
	}
	return v.show("audit.html", "Audit", view)
}

// who is an actor in words.
func who(a audit.Actor) string {
	switch {
	case a.Name != "":
		return a.Name
	case a.Kind == audit.System:
		return "this server"
	}
	return "somebody unknown"
}

// facts are the details on one line.
func facts(details map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(details)) {
		parts = append(parts, name+": "+details[name])
	}
	return strings.Join(parts, " · ")
}
