package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// names knows what ids are called. What is not there any more is called by its id.
type names struct {
	agents   map[handoff.ID]handoff.Agent
	channels map[handoff.ID]handoff.Channel
}

func namesOf(agents []handoff.Agent, channels []handoff.Channel) names {
	n := names{agents: map[handoff.ID]handoff.Agent{}, channels: map[handoff.ID]handoff.Channel{}}
	for _, a := range agents {
		n.agents[a.ID] = a
	}
	for _, c := range channels {
		n.channels[c.ID] = c
	}
	return n
}

func (n names) agent(id handoff.ID) string {
	if a, known := n.agents[id]; known {
		return a.Name
	}
	return string(id)
}

// channel says team and channel, as people know them.
func (n names) channel(id handoff.ID) string {
	if c, known := n.channels[id]; known {
		return c.Title()
	}
	return string(id)
}

// zone is where the agent's people work: times are shown as the card shows them.
func (n names) zone(agent handoff.ID) *time.Location {
	a := n.agents[agent]
	return a.Zone()
}

// moment is a time as it is shown, and as programs read it.
type moment struct {
	Shown, Exact string
}

func (n names) moment(agent handoff.ID, at time.Time) moment {
	if at.IsZero() {
		return moment{}
	}
	local := at.In(n.zone(agent))
	return moment{Shown: local.Format("2 Jan 2006, 15:04 MST"), Exact: at.UTC().Format(time.RFC3339)}
}

// line is a handoff in a list.
type line struct {
	ID, Label, Account string
	Pseudonym, Damaged bool
	Missing            bool // a line of the visitor's may not stand in a thread
	Agent              string
	Channels           string
	Stage              handoff.Stage
	Specialist         string
	Reason             string
	Since              moment // waiting: since when; joined: since when; ended: when
	For                string // how long until now, or how long it took
	Ending             string
}

func (n names) line(l handoff.Listed, now time.Time) line {
	h, c := l.Handoff, l.Conversation
	out := line{ID: string(h.ID), Label: l.Label, Pseudonym: l.Pseudonym, Damaged: l.Damaged, Stage: h.Stage}
	if l.Damaged {
		return out
	}
	out.Account, out.Agent, out.Reason = c.Account.Name, n.agent(c.Agent), h.Reason
	channels := h.Channels
	if h.Home != nil {
		channels = []handoff.ID{h.Home.Channel}
	}
	for i, id := range channels {
		if i > 0 {
			out.Channels += ", "
		}
		out.Channels += n.channel(id)
	}
	out.Missing = slices.ContainsFunc(h.Threads, func(t handoff.Thread) bool { return t.Missing })
	if h.Specialist != nil {
		out.Specialist = h.Specialist.Name
	}
	switch h.Stage {
	case handoff.StageWaiting:
		out.Since, out.For = n.moment(c.Agent, h.WaitingSince), span(now.Sub(h.WaitingSince))
	case handoff.StageJoined:
		out.Since, out.For = n.moment(c.Agent, h.JoinedAt), span(now.Sub(h.JoinedAt))
	case handoff.StageEnded:
		out.Since, out.For = n.moment(c.Agent, h.EndedAt), span(h.EndedAt.Sub(h.StartedAt))
		out.Ending = endWords[h.Ended]
	}
	return out
}

func (n names) lines(list []handoff.Listed, now time.Time) []line {
	var out []line
	for _, l := range list {
		out = append(out, n.line(l, now))
	}
	return out
}

// filter is what the address of a board says.
type filter struct {
	Agent, Channel handoff.ID
	Until          string // a date, for the ended ones
	Query          string // what is looked for
	List           handoff.Stage
	After          string
}

func filterOf(q url.Values) filter {
	return filter{
		Agent: handoff.ID(q.Get("agent")), Channel: handoff.ID(q.Get("channel")), Until: q.Get("until"),
		Query: strings.TrimSpace(q.Get("q")), List: handoff.Stage(q.Get("list")), After: q.Get("after"),
	}
}

// address is the board with this filter.
func (f filter) address() string { return f.under("/admin/handoffs") }

func (f filter) under(path string) string {
	q := url.Values{}
	for name, value := range map[string]string{
		"agent": string(f.Agent), "channel": string(f.Channel), "until": f.Until, "q": f.Query, "list": string(f.List), "after": f.After,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// at is the filter for a list behind a place.
func (f filter) at(list handoff.Stage, after string) filter {
	f.List, f.After = list, after
	return f
}

// Narrow says whether something is filtered at all.
func (f filter) Narrow() bool {
	return f.Agent != "" || f.Channel != "" || f.Until != "" || f.Query != ""
}

// check says beside the field what to mend.
func (f filter) check() *form {
	said := &form{}
	if _, err := time.Parse(time.DateOnly, f.Until); f.Until != "" && err != nil {
		said.wrong("until", dateWords)
	}
	return said
}

// query asks the desk for a list of the board. A date means its whole day, UTC.
func (f filter) query(stage handoff.Stage, limit int) (handoff.BoardQuery, error) {
	q := handoff.BoardQuery{Stage: stage, Agent: f.Agent, Channel: f.Channel, Limit: limit}
	if f.List == stage {
		q.After = f.After
	}
	if f.Until != "" && stage == handoff.StageEnded {
		day, err := time.Parse(time.DateOnly, f.Until)
		if err != nil {
			return q, &handoff.Error{Code: handoff.CodeInvalid, Msg: "until: a date like 2026-05-31"}
		}
		q.Until = day.AddDate(0, 0, 1).Add(-time.Millisecond)
	}
	return q, nil
}

// boardList is one list of the board.
type boardList struct {
	Stage handoff.Stage
	Title string
	None  string // what is said when it is empty
	Lines []line
	Count string // how many there are, where they are counted
	More  string // the address of what comes behind
}

var stageWords = map[handoff.Stage]string{handoff.StageWaiting: "Waiting", handoff.StageJoined: "Joined", handoff.StageEnded: "Ended"}

var stageNone = map[handoff.Stage]string{
	handoff.StageWaiting: "Nobody is waiting.", handoff.StageJoined: "No specialist is in a conversation.", handoff.StageEnded: "None has ended.",
}

// board is the page's changing part.
type board struct {
	Sections []boardList
	Tag      string // changes with what is shown, but not with the time that has passed
}

// tagOf names what is shown.
func tagOf(sections []boardList) string {
	sum := sha256.New()
	for _, s := range sections {
		fmt.Fprintln(sum, s.Stage, s.Count, s.More)
		for _, l := range s.Lines {
			l.For = ""
			fmt.Fprintf(sum, "%q\n", []any{l})
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}
