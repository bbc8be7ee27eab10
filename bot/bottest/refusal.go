package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
)

// Refusal is a delivery that no bot may take: a message that is good but for
// one thing, and a token that is good but for one thing.
type Refusal struct {
	Name   string
	Header http.Header
	Body   []byte

	Status int         // what it is to be answered with
	Reason auth.Reason // how this module's packages auth and bot count it
}

// Refusals makes the deliveries that a bot must refuse, each a line of a
// person's in a conversation and bent in one respect. The statuses are those of package
// bot; another bot may be held to less, say to none of them in the two hundreds.
//
// Tenants are refused by bots that accept Config.Tenant alone. The keys that some of
// the tokens are signed with are published by the first call: make it before the bot
// fetches keys, since a careful one does not look for unknown keys often.
func (s *Service) Refusals(userID, conversationID string) ([]Refusal, error) {
	s.foreignOnce.Do(func() {
		s.foreign = foreignKeys{
			webchat: s.PublishKey([]string{"webchat", "slack"}), nothing: s.PublishKey([]string{}), unendorsed: s.PublishKey(nil),
		}
	})
	var all []Refusal
	for _, b := range slices.Concat(bentHeaders(), s.bentTokens(), s.bentServices(), bentActivities(s.foreign), bentBodies(), bentContent()) {
		r, err := s.refusal(b, userID, conversationID)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// Send delivers it to the bot that s knows.
func (r Refusal) Send(ctx context.Context, s *Service) (Answer, error) {
	return s.Post(ctx, r.Body, r.Header)
}

// foreignKeys are kids of published keys that may not speak for Teams.
type foreignKeys struct {
	webchat    string // endorsed for other channels
	nothing    string // endorsed for none
	unendorsed string // without the list
}

// bent says in what one respect a delivery is not good.
type bent struct {
	name   string
	status int
	reason auth.Reason

	token    TokenOptions
	activity func(members)       // changes the activity
	body     func([]byte) []byte // changes its bytes
	header   func(http.Header)   // changes the request's header
}

// members are those of an activity.
type members = map[string]any

func (s *Service) refusal(b bent, userID, conversationID string) (Refusal, error) {
	a, err := s.line(userID, conversationID)
	if err != nil {
		return Refusal{}, err
	}
	if b.activity != nil {
		b.activity(a)
	}
	body, err := json.Marshal(a)
	if err != nil {
		return Refusal{}, fmt.Errorf("bottest: %s: %w", b.name, err)
	}
	if b.body != nil {
		body = b.body(body)
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	if !b.token.Anonymous {
		header.Set("Authorization", "Bearer "+s.Token(b.token))
	}
	if b.header != nil {
		b.header(header)
	}
	return Refusal{Name: b.name, Header: header, Body: body, Status: b.status, Reason: b.reason}, nil
}

// line is a good message that mentions the bot, with an id that no other has. It is said in no channel.
func (s *Service) line(userID, conversationID string) (members, error) {
	s.mu.Lock()
	from, c, t, err := s.place(userID, conversationID)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	a := s.compose(&Message{From: from}, c, "hello", saying{mentionBot: true})
	if t != nil {
		a.Conversation.ID = c.conversation(t)
	}
	s.mu.Unlock()
	s.complete(a)
	raw, err := activity.Encode(a)
	if err != nil {
		return nil, fmt.Errorf("bottest: %w", err)
	}
	line := members{}
	return line, json.Unmarshal(raw, &line)
}

// set gives a member, or a member of a member, a value; nil takes it away.
func set(path string, value any) func(members) {
	return func(m members) {
		if outer, inner, nested := strings.Cut(path, "."); nested {
			m, path = m[outer].(members), inner
		}
		if m[path] = value; value == nil {
			delete(m, path)
		}
	}
}

func both(first, second func(members)) func(members) {
	return func(m members) { first(m); second(m) }
}

// replaced puts other bytes in the place of a body.
func replaced(body string) func([]byte) []byte {
	return func([]byte) []byte { return []byte(body) }
}

// prefixed puts a member before the others of a body.
func prefixed(member string) func([]byte) []byte {
	return func(b []byte) []byte { return append([]byte("{"+member), b[1:]...) }
}
