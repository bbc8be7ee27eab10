package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/docket-handoff/docket/store"
)

// Say is a line that a visitor or an agent writes.
type Say struct {
	ClientID    string // the same one again is the same line
	Text        string
	Attachments []Attachment
}

// Said is where a line stands in the log. Repeated says that it stood there already.
type Said struct {
	ID       string `json:"id"`
	Seq      Seq    `json:"seq"`
	Repeated bool   `json:"-"`
}

const maxFiles = 10

// FromVisitor appends a visitor's line, and orders what follows from it: the agent's answer, or its way into the channel.
func (d *Desk) FromVisitor(ctx context.Context, id ID, s Say) (Said, error) {
	return d.say(ctx, id, "visitor", s, func(f *dossier) Author {
		return Author{Kind: FromVisitor, Name: f.conversation.Visitor.Name}
	}, func(f *dossier, m Message) {
		f.conversation.HeardAt = f.now
		if f.under() {
			f.relay(m)
		} else {
			f.turn = true
		}
	})
}

// SaidBefore finds a visitor's line that was taken already, by its client_id. The same id with another text is
// CodeClientIDReused.
func (d *Desk) SaidBefore(ctx context.Context, id ID, s Say) (said Said, found bool, err error) {
	if err := s.validate(); err != nil {
		return Said{}, false, err
	}
	err = d.view(ctx, func(tx store.Tx) error {
		said = Said{}
		found, err = once(tx, scopeOf("visitor", id), s.ClientID, s.fingerprint(), &said)
		said.Repeated = found
		return err
	})
	return said, found, err
}

// scopeOf is where the keys of somebody's lines in a conversation stand.
func scopeOf(who string, id ID) string { return who + "/" + string(id) }

// FromAgent appends a line of the agent's. While a specialist has the conversation the agent is silent: CodeSpecialistHasIt.
func (d *Desk) FromAgent(ctx context.Context, id ID, s Say) (Said, error) {
	return d.say(ctx, id, "agent", s, func(f *dossier) Author {
		return Author{Kind: FromAgent, Name: f.agent.Name}
	}, func(*dossier, Message) {})
}

func (d *Desk) say(ctx context.Context, id ID, who string, s Say, author func(*dossier) Author, then func(*dossier, Message)) (Said, error) {
	if err := s.validate(); err != nil {
		return Said{}, err
	}
	var said Said
	err := d.update(ctx, func(tx store.Tx) error {
		said = Said{}
		f, err := d.load(tx, id)
		if err != nil {
			return err
		}
		scope, hash := scopeOf(who, id), s.fingerprint()
		if found, err := once(tx, scope, s.ClientID, hash, &said); err != nil || found {
			said.Repeated = found
			return err
		}
		switch {
		case f.conversation.State == StateClosed:
			return refuse(CodeClosed, "this conversation is closed")
		case who == "agent" && f.conversation.State == StateJoined:
			return refuse(CodeSpecialistHasIt, "a specialist has the conversation; the agent is silent until it is handed back")
		}
		if who == "visitor" {
			if err := d.crowded(tx, f); err != nil {
				return err
			}
		}
		if err := d.admit(RoomForTalk); err != nil {
			return err
		}
		m := f.say(author(f), s.Text, s.Attachments)
		then(f, m)
		said = Said{ID: m.ID, Seq: m.Seq}
		if err := remember(tx, scope, s.ClientID, hash, said, d.now()); err != nil {
			return err
		}
		return d.save(tx, f)
	})
	return said, err
}

func (s *Say) validate() error {
	s.Text = strings.TrimSpace(strings.ToValidUTF8(s.Text, "\uFFFD"))
	if s.Text == "" && len(s.Attachments) == 0 {
		return refuse(CodeInvalid, "text: an empty message says nothing")
	}
	if len(s.ClientID) > 200 {
		return refuse(CodeInvalid, "client_id: at most 200 bytes")
	}
	if len(s.Attachments) > maxFiles {
		return refuse(CodeInvalid, fmt.Sprintf("attachments: at most %d", maxFiles))
	}
	return tooLong(s.Text)
}

func (s *Say) fingerprint() string {
	parts := []string{s.Text}
	for _, a := range s.Attachments {
		parts = append(parts, a.URL)
	}
	return fingerprint(parts...)
}

// Request asks for a person. The answer is waiting or unavailable; a handoff that is under way is CodeUnderWay. When the
// visitor asked and nobody is available, the log tells them.
func (d *Desk) Request(ctx context.Context, id ID, r Request) (Answer, error) {
	if err := r.validate(); err != nil {
		return Answer{}, err
	}
	fresh := newID()
	var answer Answer
	err := d.update(ctx, func(tx store.Tx) error {
		answer = Answer{}
		f, err := d.load(tx, id)
		if err != nil {
			return err
		}
		scope, hash := "handoff/"+string(id), r.fingerprint()
		if found, err := once(tx, scope, r.Key, hash, &answer); err != nil || found {
			return err
		}
		if answer, err = d.request(tx, f, r, fresh); err != nil {
			return err
		}
		if answer.State == AnswerUnavailable && r.By == FromVisitor {
			f.tell(f.unavailable(answer))
		}
		if err := remember(tx, scope, r.Key, hash, answer, d.now()); err != nil {
			return err
		}
		return d.save(tx, f)
	})
	return answer, err
}

// fingerprint is of everything that was asked: what is left out is the same as what is empty.
func (r *Request) fingerprint() string {
	asked, err := json.Marshal(struct {
		By                 Kind
		Reason             string
		Summary, OpenLoops []Point `json:",omitempty"`
		Channels           []ID    `json:",omitempty"`
	}{r.By, r.Reason, r.Brief.Summary, r.Brief.OpenLoops, r.Channels})
	if err != nil {
		panic("handoff: a request does not marshal: " + err.Error()) // it holds nothing but text
	}
	return fingerprint(string(asked))
}

// request completes what the request left open, then lets the rules decide.
func (d *Desk) request(tx store.Tx, f *dossier, r Request, id ID) (Answer, error) {
	if err := d.admit(RoomForAll); err != nil {
		return Answer{}, err
	}
	for _, channel := range r.Channels {
		c, found, err := store.Get[Channel](tx, channelKey(channel))
		if err != nil {
			return Answer{}, err
		}
		if found {
			f.channels[channel] = c
		}
	}
	var err error
	if r.Channels, err = d.room(tx, f, r); err != nil {
		return Answer{}, err
	}
	if len(r.Brief.Summary) == 0 || len(r.Brief.OpenLoops) == 0 {
		said, err := lastMessages(tx, f.conversation, 200)
		if err != nil {
			return Answer{}, err
		}
		for _, e := range f.events {
			if e.Name == EventMessage {
				said = append(said, *e.Message)
			}
		}
		own := d.brief(said)
		if len(r.Brief.Summary) == 0 {
			r.Brief.Summary = own.Summary
		}
		if len(r.Brief.OpenLoops) == 0 {
			r.Brief.OpenLoops = own.OpenLoops
		}
	}
	answer, err := f.request(r, id)
	if err != nil || answer.State != AnswerWaiting {
		return answer, err
	}
	if err := index(tx, f.conversation, f.handoff); err != nil {
		return Answer{}, err
	}
	if err := f.engage(tx); err != nil {
		return Answer{}, err
	}
	return answer, tx.Put(handoffsOf(f.conversation.ID)+string(id), nil)
}

const (
	maxReason = 500
	maxPoints = 12
	maxPoint  = 500
)

func (r *Request) validate() error {
	r.Reason = strings.TrimSpace(strings.ToValidUTF8(r.Reason, "\uFFFD"))
	if len([]rune(r.Reason)) > maxReason {
		return refuse(CodeInvalid, fmt.Sprintf("reason: at most %d characters", maxReason))
	}
	for name, points := range map[string][]Point{"summary": r.Brief.Summary, "open_loops": r.Brief.OpenLoops} {
		if len(points) > maxPoints {
			return refuse(CodeInvalid, fmt.Sprintf("%s: at most %d entries", name, maxPoints))
		}
		for i, p := range points {
			if n := len([]rune(p.Text)); n == 0 || n > maxPoint {
				return refuse(CodeInvalid, fmt.Sprintf("%s[%d]: 1 to %d characters", name, i, maxPoint))
			}
		}
	}
	return nil
}

// unavailable is the sentence that tells a visitor that nobody can come now.
func (f *dossier) unavailable(a Answer) string {
	if a.NextOpen == nil {
		return f.agent.Text(TextUnavailable)
	}
	when := a.NextOpen.Format("on Monday, 2 January, at 15:04") + " (" + f.agent.Handoff.WorkHours.TimeZone + ")"
	return f.agent.Text(TextUntil, "next_open", when)
}

// End closes the handoff for a visitor or an agent. Nothing to end is CodeNoHandoff.
func (d *Desk) End(ctx context.Context, id ID, by Kind) (Conversation, error) {
	reason := EndedByVisitor
	if by == FromAgent {
		reason = EndedByAgent
	}
	var c Conversation
	err := d.update(ctx, func(tx store.Tx) error {
		f, err := d.load(tx, id)
		if err != nil {
			return err
		}
		if !f.under() {
			return refuse(CodeNoHandoff, "no handoff is under way")
		}
		closing, err := d.close(tx, f)
		if err != nil {
			return err
		}
		f.end(reason, closing)
		c = f.conversation
		return d.save(tx, f)
	})
	return c, err
}

// close works out what was settled since the handoff began.
func (d *Desk) close(tx store.Tx, f *dossier) (Closing, error) {
	var after []Message
	err := eachEvent(tx, f.conversation.ID, f.handoff.AskedFrom, func(e Event) bool {
		if e.Name == EventMessage && !e.Message.Deleted {
			after = append(after, *e.Message)
		}
		return true
	})
	return d.closing(f.handoff.Brief.OpenLoops, after), err
}

const maxComment = 1000

// Rate keeps the visitor's word on the last handoff; a second word replaces the first.
func (d *Desk) Rate(ctx context.Context, id ID, score int, comment string) error {
	if score < 1 || score > 5 {
		return refuse(CodeInvalid, "score: 1 to 5")
	}
	if len([]rune(comment)) > maxComment {
		return refuse(CodeInvalid, fmt.Sprintf("comment: at most %d characters", maxComment))
	}
	return d.update(ctx, func(tx store.Tx) error {
		f, err := d.load(tx, id)
		if err != nil {
			return err
		}
		if f.handoff == nil || f.handoff.Stage != StageEnded {
			return refuse(CodeNothingToRate, "there is no ended handoff to rate")
		}
		rating := Rating{Score: score, Comment: strings.ToValidUTF8(comment, "\uFFFD"), At: f.now}
		f.countRating(f.handoff.Rating, rating)
		f.handoff.Rating = &rating
		return d.save(tx, f)
	})
}
