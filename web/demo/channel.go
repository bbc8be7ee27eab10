package demo

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
)

// picture is the channel as one person sees it.
type picture struct {
	Version int64    `json:"version"`
	App     string   `json:"app"`
	Team    string   `json:"team"`
	Channel string   `json:"channel"`
	Me      string   `json:"me"`
	People  []person `json:"people"`
	Threads []thread `json:"threads"` // oldest first
}

type person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type thread struct {
	ID       string    `json:"id"`
	Messages []message `json:"messages"` // oldest first
}

type message struct {
	ID        string          `json:"id"`
	From      person          `json:"from"`
	App       bool            `json:"app"`  // the bot wrote it
	Mine      bool            `json:"mine"` // the person who looks wrote it
	Text      []piece         `json:"text"`
	Pictures  int             `json:"pictures"`
	Card      json.RawMessage `json:"card,omitempty"`   // what this person sees
	Shared    json.RawMessage `json:"shared,omitempty"` // what everybody else sees, when that is another card
	Notices   []string        `json:"notices"`          // what this person alone was told at the card, oldest first
	Reactions []reaction      `json:"reactions"`
	Sent      time.Time       `json:"sent"`
	Revision  int             `json:"revision"`
	Edited    bool            `json:"edited"`
	Deleted   bool            `json:"deleted"`
}

// piece is a stretch of a text, either words or the name of somebody who is mentioned.
type piece struct {
	Text    string `json:"text"`
	Mention bool   `json:"mention,omitempty"`
}

type reaction struct {
	Type string   `json:"type"`
	By   []string `json:"by"`
}

func (p *page) showChannel(w http.ResponseWriter, r *http.Request) {
	me, err := p.person(r.URL.Query().Get("user"))
	if err != nil {
		writeRefusal(w, err)
		return
	}
	writeJSON(w, http.StatusOK, p.picture(me))
}

// picture reads the version first: what changes while the rest is read is then told again, never missed.
func (p *page) picture(me bottest.User) picture {
	seen := picture{
		Version: p.Service.Version(), App: p.App, Team: p.place.Team.Name, Channel: p.place.Name, Me: me.ID,
		People: []person{}, Threads: []thread{},
	}
	for _, u := range p.people {
		seen.People = append(seen.People, person{u.ID, u.Name})
	}
	for _, t := range p.Service.Threads(p.Channel) {
		shown := thread{ID: t.ID, Messages: make([]message, 0, len(t.Messages))}
		for _, m := range t.Messages {
			shown.Messages = append(shown.Messages, p.shown(m, me))
		}
		seen.Threads = append(seen.Threads, shown)
	}
	return seen
}

// shown is a message as one person sees it. Nothing is left of a deleted one but that it was there.
func (p *page) shown(m bottest.Message, me bottest.User) message {
	out := message{
		ID: m.ID, From: person{m.From.ID, m.From.Name}, App: m.Bot, Mine: m.From.ID == me.ID,
		Text: []piece{}, Notices: []string{}, Reactions: []reaction{}, Sent: m.Sent, Revision: m.Revision,
		Edited: m.Edited && !m.Deleted, Deleted: m.Deleted,
	}
	if m.Deleted {
		return out
	}
	out.Text, out.Pictures, out.Card = pieces(m), len(m.Pictures), m.CardFor(me.ID)
	if view := m.Views[me.ID]; view != nil && !sameCard(view, m.Card) {
		out.Shared = m.Card
	}
	out.Notices = append(out.Notices, m.Notices[me.ID]...)
	for kind, ids := range m.Reactions {
		if by := p.names(ids); len(by) > 0 {
			out.Reactions = append(out.Reactions, reaction{kind, by})
		}
	}
	slices.SortFunc(out.Reactions, func(a, b reaction) int { return strings.Compare(a.Type, b.Type) })
	return out
}

func sameCard(a, b json.RawMessage) bool {
	var one, other any
	return json.Unmarshal(a, &one) == nil && json.Unmarshal(b, &other) == nil && reflect.DeepEqual(one, other)
}

// pieces takes a text apart at its mentions. Only what the message's own list of mentions backs is one; the same marks
// typed by somebody are words.
func pieces(m bottest.Message) []piece {
	out, rest := []piece{}, strings.ReplaceAll(m.Text, "\u00a0", " ")
	for _, mention := range m.Mentions {
		before, after, found := strings.Cut(rest, mention.Text)
		if mention.Text == "" || !found {
			continue
		}
		if before != "" {
			out = append(out, piece{Text: before})
		}
		out = append(out, piece{Text: "@" + mention.Mentioned.Name, Mention: true})
		rest = after
	}
	if rest != "" {
		out = append(out, piece{Text: rest})
	}
	return out
}

func (p *page) names(ids []string) []string {
	var names []string
	for _, u := range p.Service.Users() {
		if slices.Contains(ids, u.ID) {
			names = append(names, u.Name)
		}
	}
	return names
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
