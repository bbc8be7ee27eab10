package admin

import (
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// file is everything that is known of one handoff, as its page shows it.
type file struct {
	line
	Email, Visitor, Domain string
	Verified               bool
	Page                   handoff.Page
	AskedBy                string
	Trial                  bool // a test of a channel: no visitor is behind it
	Asked, Joined, Ended   moment
	Waited, Length         string
	Threads, Refused       []string
	Brief                  handoff.Brief
	Closing                *handoff.Closing
	Rating                 *handoff.Rating
	Deeds                  []deed
	Kept                   []keptPost
	Said                   []said
	Next                   handoff.Seq
}

// deed is something that somebody did with the handoff.
type deed struct {
	At   moment
	What string
}

// said is an entry of the transcript: a line, or a mark between lines.
type said struct {
	Mark     string // between lines: a handoff began or ended
	Seq      handoff.Seq
	ID       string
	Who      string
	Kind     handoff.Kind
	At       moment
	Text     string
	Edited   bool
	Deleted  bool
	Files    []string
	Delivery delivery
}

// delivery is how far a line has come on its way into a channel.
type delivery struct {
	State, Words, Cause string
}

var deliveryWords = map[handoff.DeliveryState]string{
	handoff.DeliverySent:      "Delivered",
	handoff.DeliveryFailed:    "Not delivered",
	handoff.DeliveryUncertain: "In doubt: it may have arrived",
}

func (n names) file(t handoff.Transcript, decisions []decided, now time.Time) file {
	h, c := t.Handoff, t.Conversation
	f := file{
		line: n.line(t.Listed, now), Email: c.Visitor.Email, Visitor: string(c.Visitor.ID), Domain: c.Account.Domain, Verified: c.Verified,
		Page: c.Page, AskedBy: n.asker(t), Trial: c.Trial, Brief: h.Brief, Closing: h.Closing, Rating: h.Rating, Next: t.Next,
		Asked: n.moment(c.Agent, h.StartedAt), Joined: n.moment(c.Agent, h.FirstJoined), Ended: n.moment(c.Agent, h.EndedAt),
	}
	for _, thread := range h.Threads {
		f.Threads = append(f.Threads, n.channel(thread.Channel))
	}
	for _, id := range h.Failed {
		f.Refused = append(f.Refused, n.channel(id))
	}
	if !h.FirstJoined.IsZero() {
		f.Waited = span(h.FirstJoined.Sub(h.StartedAt))
		end := h.EndedAt
		if end.IsZero() {
			end = now
		}
		f.Length = span(end.Sub(h.FirstJoined))
	}
	for _, k := range t.Kept {
		f.Kept = append(f.Kept, n.keptPost(c.Agent, k))
	}
	f.Deeds, f.Said = n.deeds(t, decisions), n.said(t, decisions)
	return f
}

// asker is who asked for the handoff. Who sent a test is known until the next one is sent into the same channel.
func (n names) asker(t handoff.Transcript) string {
	switch h := t.Handoff; {
	case t.Conversation.Trial:
		if trial := n.channels[h.Channels[0]].Trial; trial != nil && trial.Handoff == h.ID {
			return trial.By
		}
		return "somebody"
	case h.By == handoff.FromVisitor:
		return "the visitor"
	}
	return "the agent"
}

// deeds tells who did what with the handoff, as far as its events are on this page.
func (n names) deeds(t handoff.Transcript, decisions []decided) []deed {
	var out []deed
	specialist := ""
	for _, e := range t.Events {
		if e.Name != handoff.EventHandoff || e.Handoff.Handoff != t.Handoff.ID {
			continue
		}
		d := deed{At: n.moment(t.Conversation.Agent, e.At)}
		switch e.Handoff.State {
		case handoff.StateWaiting:
			d.What = "A person was asked for by " + n.asker(t)
			switch {
			case specialist != "":
				d.What = specialist + " left; the team was asked again"
			case t.Conversation.Trial:
				d.What = "A test was sent by " + n.asker(t)
			}
		case handoff.StateJoined:
			specialist = e.Handoff.Specialist.Name
			d.What = specialist + " joined"
		default:
			d.What = endWords[e.Handoff.Reason]
		}
		out = append(out, d)
	}
	if r := t.Handoff.Rating; r != nil {
		out = append(out, deed{At: n.moment(t.Conversation.Agent, r.At), What: "The visitor rated it " + stars(r.Score)})
	}
	for _, d := range decisions {
		out = append(out, deed{At: n.moment(t.Conversation.Agent, d.At), What: d.words()})
	}
	slices.SortStableFunc(out, func(a, b deed) int { return strings.Compare(a.At.Exact, b.At.Exact) })
	return out
}

func stars(score int) string { return string(rune('0'+score)) + " of 5" }

// said makes the log to a transcript. Edits are in the lines already.
func (n names) said(t handoff.Transcript, decisions []decided) []said {
	causes := map[string]string{}
	for _, e := range t.Events {
		if e.Name == handoff.EventDelivery {
			causes[e.Delivery.Message] = e.Delivery.Cause
		}
	}
	var out []said
	for _, e := range t.Events {
		at := n.moment(t.Conversation.Agent, e.At)
		switch e.Name {
		case handoff.EventHandoff:
			out = append(out, said{Mark: markOf(*e.Handoff), At: at})
		case handoff.EventMessage:
			s := n.spoken(t, *e.Message, at)
			s.Delivery.Cause = causes[e.Message.ID]
			for _, d := range decisions {
				if d.Sent && d.Message == s.ID && s.Delivery.State == string(handoff.DeliverySent) {
					s.Delivery.Words = "Marked as sent by " + d.By
				}
			}
			out = append(out, s)
		}
	}
	return out
}

func (n names) spoken(t handoff.Transcript, m handoff.Message, at moment) said {
	s := said{
		Seq: m.Seq, ID: m.ID, Who: m.From.Name, Kind: m.From.Kind, At: at, Text: m.Text, Edited: m.EditedAt != nil, Deleted: m.Deleted,
	}
	if s.Kind == handoff.FromVisitor {
		s.Who = t.Label
	}
	for _, f := range m.Attachments {
		s.Files = append(s.Files, f.Name)
	}
	if state, known := t.Deliveries[m.ID]; known {
		s.Delivery = delivery{State: string(state), Words: deliveryWords[state]}
	}
	return s
}

func markOf(c handoff.HandoffChange) string {
	switch c.State {
	case handoff.StateWaiting:
		return "Waiting for a person"
	case handoff.StateJoined:
		return c.Specialist.Name + " joined"
	}
	return "Handoff over: " + endWords[c.Reason]
}

// seqOf is the place of a message in its log, by its id; empty when there is none.
func seqOf(message string) string { return message[strings.LastIndexByte(message, '.')+1:] }
