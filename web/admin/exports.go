package admin

import (
	"encoding/json"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// maxExport is how many handoffs one export has. What comes behind is reached by its place.
const maxExport = 50_000

// exported is a handoff in an export: what its page shows, in words for programs.
type exported struct {
	ID           handoff.ID        `json:"id"`
	Conversation handoff.ID        `json:"conversation"`
	Stage        handoff.Stage     `json:"stage"`
	Agent        handoff.ID        `json:"agent"`
	AgentName    string            `json:"agent_name"`
	Channels     []string          `json:"channels"`
	Visitor      handoff.Visitor   `json:"visitor"`
	Account      handoff.Account   `json:"account"`
	Verified     bool              `json:"verified"`
	AskedBy      handoff.Kind      `json:"asked_by"`
	Reason       string            `json:"reason"`
	StartedAt    time.Time         `json:"started_at"`
	JoinedAt     time.Time         `json:"joined_at,omitzero"`
	EndedAt      time.Time         `json:"ended_at,omitzero"`
	Ended        handoff.EndReason `json:"ended,omitempty"`
	Specialist   string            `json:"specialist,omitempty"`
	Summary      []handoff.Point   `json:"summary,omitempty"`
	OpenLoops    []handoff.Point   `json:"open_loops,omitempty"`
	Settled      []handoff.Point   `json:"settled,omitempty"`
	Rating       *handoff.Rating   `json:"rating,omitempty"`
}

func (n names) export(l handoff.Listed) exported {
	h, c := l.Handoff, l.Conversation
	e := exported{
		ID: h.ID, Conversation: h.Conversation, Stage: h.Stage, Agent: c.Agent, AgentName: n.agent(c.Agent), Visitor: c.Visitor, Account: c.Account,
		Verified: c.Verified, AskedBy: h.By, Reason: h.Reason, StartedAt: h.StartedAt, JoinedAt: h.FirstJoined, EndedAt: h.EndedAt, Ended: h.Ended,
		Summary: h.Brief.Summary, OpenLoops: h.Brief.OpenLoops, Rating: h.Rating,
	}
	for _, id := range h.Channels {
		e.Channels = append(e.Channels, n.channel(id))
	}
	if h.Specialist != nil {
		e.Specialist = h.Specialist.Name
	}
	if h.Closing != nil {
		e.Settled, e.OpenLoops = h.Closing.Settled, h.Closing.Open
	}
	return e
}

var exportHead = []string{
	"handoff", "conversation", "stage", "agent", "channels", "visitor_name", "visitor_email", "visitor_id", "account", "account_domain", "verified",
	"asked_by", "reason", "started_at", "joined_at", "ended_at", "ended", "specialist", "open_loops", "rating", "comment",
}

func (e exported) row() []string {
	rating, comment := "", ""
	if e.Rating != nil {
		rating, comment = strconv.Itoa(e.Rating.Score), e.Rating.Comment
	}
	return []string{
		string(e.ID), string(e.Conversation), string(e.Stage), e.AgentName, joined(e.Channels), e.Visitor.Name, e.Visitor.Email, string(e.Visitor.ID),
		e.Account.Name, e.Account.Domain, strconv.FormatBool(e.Verified), string(e.AskedBy), e.Reason, stamp(e.StartedAt), stamp(e.JoinedAt), stamp(e.EndedAt),
		string(e.Ended), e.Specialist, joined(texts(e.OpenLoops)), rating, comment,
	}
}

func joined(all []string) string { return strings.Join(all, "; ") }

func texts(points []handoff.Point) []string {
	var out []string
	for _, p := range points {
		out = append(out, p.Text)
	}
	return out
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// cut says at the end of an export that there is more.
const cut = "There are more handoffs than one export holds. Export again with “ended until” set to the day of the last one here."

// exportCSV writes handoffs as they come, at most so many.
func (n names) exportCSV(w io.Writer, all iter.Seq2[handoff.Listed, error], most int) error {
	c, err := newCells(w, exportHead...)
	if err != nil {
		return err
	}
	written := 0
	for l, err := range all {
		if err != nil {
			return err
		}
		if written == most {
			if err := c.row(cut); err != nil {
				return err
			}
			break
		}
		if err := c.row(n.export(l).row()...); err != nil {
			return err
		}
		written++
	}
	return c.flush()
}

// exportJSON writes an object with one array, as it comes: {"handoffs":[…],"complete":true}.
func (n names) exportJSON(w io.Writer, all iter.Seq2[handoff.Listed, error], most int) error {
	out := json.NewEncoder(w)
	written, complete, next := 0, true, `{"handoffs":[`
	for l, err := range all {
		if err != nil {
			return err
		}
		if written == most {
			complete = false
			break
		}
		if _, err := io.WriteString(w, next); err != nil {
			return err
		}
		if err := out.Encode(n.export(l)); err != nil {
			return err
		}
		written, next = written+1, ","
	}
	if written == 0 {
		if _, err := io.WriteString(w, next); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, `],"complete":`+strconv.FormatBool(complete)+"}\n")
	return err
}

// transcriptCSV writes what was said in a handoff's conversation.
func (f file) transcriptCSV(w io.Writer) error {
	c, err := newCells(w, "at", "from", "name", "text", "edited", "removed", "files", "delivery", "cause")
	if err != nil {
		return err
	}
	for _, s := range f.Said {
		row := []string{s.At.Exact, string(s.Kind), s.Who, s.Text, strconv.FormatBool(s.Edited), strconv.FormatBool(s.Deleted), joined(s.Files), s.Delivery.State, s.Delivery.Cause}
		if s.Mark != "" {
			row = []string{s.At.Exact, string(handoff.FromSystem), "", s.Mark, "false", "false", "", "", ""}
		}
		if err := c.row(row...); err != nil {
			return err
		}
	}
	return c.flush()
}
