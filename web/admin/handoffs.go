package admin

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
)

// What a viewer may see here is everything: the lists, and what was said, which is written down. Taking it away in a file, and
// changing what becomes of a line, is an admin's.
var handoffsSection = section{
	title: "Handoffs", group: "", path: "/admin/handoffs",
	routes: []route{
		{"GET /admin/handoffs", viewer, (*visit).handoffsPage},
		{"GET /admin/handoffs/live", viewer, (*visit).liveBoard},
		{"GET /admin/handoffs/export.csv", admin, (*visit).exportHandoffsCSV},
		{"GET /admin/handoffs/export.json", admin, (*visit).exportHandoffsJSON},
		{"GET /admin/handoffs/{id}", viewer, (*visit).handoffPage},
		{"GET /admin/handoffs/{id}/export.csv", admin, (*visit).exportTranscriptCSV},
		{"GET /admin/handoffs/{id}/export.json", admin, (*visit).exportTranscriptJSON},
	},
}

// handoffsView is what the board's page shows: the lists, or what was found.
type handoffsView struct {
	Filter    filter
	Agents    []choice
	Channels  []choice
	Form      *form  // what is wrong with the filter's fields
	Wrong     string // what is wrong with the rest of the address
	Board     board
	Searched  bool
	Found     found
	MaxExport int
	CSV, JSON string // where the exports are
}

func (v *visit) boards() boards { return boards{desk: v.desk, now: v.now} }

func (v *visit) handoffsPage() error {
	f := filterOf(v.r.URL.Query())
	n, err := v.boards().names(v.ctx())
	if err != nil {
		return err
	}
	view := handoffsView{
		Filter: f, Form: f.check(), Agents: n.agentChoices(f.Agent), Channels: n.channelChoices(f.Channel), Searched: f.Query != "",
		MaxExport: maxExport, CSV: f.at("", "").under("/admin/handoffs/export.csv"), JSON: f.at("", "").under("/admin/handoffs/export.json"),
	}
	status := view.Form.status()
	switch {
	case view.Form.failed():
	case view.Searched:
		view.Found, err = v.boards().search(v.ctx(), n, f)
	default:
		view.Board, err = v.boards().board(v.ctx(), n, f)
	}
	if handoff.CodeOf(err) == handoff.CodeInvalid {
		view.Wrong, status, err = "This cannot be shown: "+publicText(err)+".", http.StatusUnprocessableEntity, nil
	}
	if err != nil {
		return err
	}
	return v.showWith(status, "handoffs.html", "Handoffs", view, withScript("board.js"))
}

// publicText is what a refusal of the desk says to people.
func publicText(err error) string {
	var refused *handoff.Error
	if errors.As(err, &refused) {
		return refused.Msg
	}
	return ""
}

// wrote says what this visit does, for the audit log.
func (v *visit) wrote(act audit.Act, subject string, details map[string]string) func(store.Tx) error {
	return func(tx store.Tx) error {
		return audit.Append(tx, v.now(), audit.Entry{By: v.by(), Act: act, Subject: subject, Details: details})
	}
}

// handoffView is what a handoff's page shows.
type handoffView struct {
	File  file
	Stage string
}

func (v *visit) handoffPage() error {
	t, n, err := v.readTranscript(audit.TranscriptRead, nil)
	if err != nil {
		return err
	}
	decisions, err := v.decidedAbout(t.Handoff.ID)
	if err != nil {
		return err
	}
	f := n.file(t, decisions, v.now())
	return v.show("handoff.html", f.Label, handoffView{File: f, Stage: stageWords[f.Stage]})
}

// readTranscript reads the page of the log that the address names, and writes down that it was read.
func (v *visit) readTranscript(act audit.Act, details map[string]string) (handoff.Transcript, names, error) {
	n, err := v.boards().names(v.ctx())
	if err != nil {
		return handoff.Transcript{}, n, err
	}
	after, _ := strconv.ParseUint(v.r.URL.Query().Get("after"), 10, 63) // nonsense is the beginning
	id := handoff.ID(v.r.PathValue("id"))
	t, err := v.desk.Transcript(v.ctx(), id, handoff.Seq(after), v.wrote(act, string(id), details))
	return t, n, err
}
