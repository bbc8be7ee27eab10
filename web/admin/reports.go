package admin

import (
	"io"
	"net/http"

	"github.com/docket-handoff/docket/handoff"
)

// Reports are numbers that name nobody: viewers may take them away too.
var reportsSection = section{
	title: "Reports", group: "", path: "/admin/reports",
	routes: []route{
		{"GET /admin/reports", viewer, (*visit).reportsPage},
		{"GET /admin/reports/export.csv", viewer, (*visit).exportReport},
	},
}

// reportsView is what the page shows.
type reportsView struct {
	Filter   reportFilter
	Ranges   []choice
	Agents   []choice
	Channels []choice
	Form     *form // what is wrong with the filter
	Report   *report
	CSV      string
}

func (v *visit) reportsPage() error {
	f := reportFilterOf(v.r.URL.Query(), v.now().UTC())
	n, err := v.boards().names(v.ctx())
	if err != nil {
		return err
	}
	view := reportsView{
		Filter: f, Form: f.check(), Ranges: f.ranges(v.now().UTC()), Agents: n.agentChoices(f.Agent), Channels: n.channelChoices(f.Channel), CSV: f.under("/admin/reports/export.csv"),
	}
	if view.Form.failed() {
		return v.showWith(view.Form.status(), "reports.html", "Reports", view)
	}
	r, err := v.desk.Report(v.ctx(), f.query())
	if err != nil {
		return err
	}
	shown := n.report(r)
	view.Report = &shown
	return v.show("reports.html", "Reports", view)
}

// exportReport sends the figures of each day: one row for all agents together, then one for each agent and for each channel over
// the whole range.
func (v *visit) exportReport() error {
	f := reportFilterOf(v.r.URL.Query(), v.now().UTC())
	if wrong := f.check(); wrong.failed() {
		return problem{http.StatusUnprocessableEntity, "Not understood", wrong.Errors[0].Text}
	}
	n, err := v.boards().names(v.ctx())
	if err != nil {
		return err
	}
	r, err := v.desk.Report(v.ctx(), f.query())
	if err != nil {
		return err
	}
	return v.download("report-"+f.From+"-"+f.To+".csv", func(w io.Writer) error { return n.reportCSV(w, f, r) })
}

func (n names) reportCSV(w io.Writer, f reportFilter, r handoff.Report) error {
	c, err := newCells(w, reportHead...)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, d := range r.Days {
		rows = append(rows, reportRow(d.Day, n.agentOr(f.Agent, "all"), n.channelOr(f.Channel, "all"), d.Tally))
	}
	whole := f.From + "/" + f.To
	for _, a := range r.Agents {
		rows = append(rows, reportRow(whole, n.agent(a.Agent), n.channelOr(f.Channel, "all"), a.Tally))
	}
	for _, ch := range r.Channels {
		rows = append(rows, reportRow(whole, n.agentOr(f.Agent, "all"), n.channel(ch.Channel), ch.Tally))
	}
	for _, row := range rows {
		if err := c.row(row...); err != nil {
			return err
		}
	}
	return c.flush()
}

func (n names) agentOr(id handoff.ID, otherwise string) string {
	if id == "" {
		return otherwise
	}
	return n.agent(id)
}

func (n names) channelOr(id handoff.ID, otherwise string) string {
	if id == "" {
		return otherwise
	}
	return n.channel(id)
}
