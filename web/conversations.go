package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

// opening is the body that begins a conversation.
type opening struct {
	Agent handoff.ID `json:"agent"`
	facts
	Page struct {
		URL      string `json:"url"`
		Title    string `json:"title"`
		Referrer string `json:"referrer"`
	} `json:"page"`
	Transcript []handoff.TranscriptLine `json:"transcript"`
	Identity   string                   `json:"identity"` // a token that the website's back end signed
}

// startConversation begins one for a back end with a key, or for a page that the agent allows.
func (s *Server) startConversation(c echo.Context) error {
	key, err := s.byKey(c)
	if err != nil {
		return err
	}
	if err := s.checkPage(c, key); err != nil {
		return err
	}
	limit := int64(maxVisitorBody)
	if key {
		limit = maxLongBody
	}
	var body opening
	if err := decode(c, limit, &body); err != nil {
		return err
	}
	agent, err := s.openingAgent(c, body.Agent)
	if err != nil {
		return err
	}
	if !key && !agent.Allows(s.pageOrigin(c)) {
		return foreignPage()
	}
	begin, err := s.beginning(body, agent, key)
	if err != nil {
		return err
	}
	if !key {
		if wait := s.starts.take(network(c.RealIP())); wait > 0 {
			return tooOften(codeRateLimited, wait, "too many conversations were begun from this address; please wait a little")
		}
	}
	started, err := inTime(c.Request().Context(), func(ctx context.Context) (handoff.Started, error) { return s.desk.Start(ctx, begin) })
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, "/v1/conversations/"+string(started.Conversation.ID))
	return c.JSON(http.StatusCreated, map[string]any{
		"id": started.Conversation.ID, "visitor_token": started.Token,
		"state": started.Conversation.State, "last_seq": started.Conversation.LastSeq,
	})
}

func (s *Server) openingAgent(c echo.Context, id handoff.ID) (handoff.Agent, error) {
	switch {
	case id == "":
		return handoff.Agent{}, refuse(handoff.CodeInvalid, "agent: which agent is it for?")
	case !isOpaque(id):
		return handoff.Agent{}, refuse(handoff.CodeUnknownAgent, "there is no such agent")
	}
	return s.desk.Agent(c.Request().Context(), id)
}

// beginning decides which facts count. A key vouches for what it says. A browser's facts are kept as unverified, unless
// the website signed them: then the signed ones replace the others altogether, for one flag speaks for all of them.
func (s *Server) beginning(body opening, agent handoff.Agent, key bool) (handoff.NewConversation, error) {
	said, verified := &body.facts, key
	if body.Identity != "" {
		signed, err := readIdentity(body.Identity, agent, s.now())
		if err != nil {
			return handoff.NewConversation{}, err
		}
		said, verified = signed, true
	}
	visitor, err := said.visitor()
	if err != nil {
		return handoff.NewConversation{}, err
	}
	account, err := said.account()
	if err != nil {
		return handoff.NewConversation{}, err
	}
	begin := handoff.NewConversation{
		Agent: agent.ID, Visitor: visitor, Account: account, Verified: verified,
		Page: handoff.Page{
			URL:      shorten(body.Page.URL, maxURL),
			Title:    shorten(body.Page.Title, maxName),
			Referrer: shorten(body.Page.Referrer, maxURL),
		},
	}
	if key {
		begin.Transcript = body.Transcript
	}
	return begin, nil
}

// conversationView is a conversation as its parties see it.
type conversationView struct {
	ID           handoff.ID       `json:"id"`
	Agent        handoff.ID       `json:"agent"`
	State        handoff.State    `json:"state"`
	LastSeq      handoff.Seq      `json:"last_seq"`
	StartedAt    time.Time        `json:"started_at"`
	Participants []handoff.Author `json:"participants"`
	Handoff      *handoffView     `json:"handoff"`

	// For a key alone.
	Visitor  *handoff.Visitor `json:"visitor,omitempty"`
	Account  *handoff.Account `json:"account,omitempty"`
	Page     *handoff.Page    `json:"page,omitempty"`
	Verified *bool            `json:"verified,omitempty"`
}

type handoffView struct {
	ID           handoff.ID          `json:"id"`
	State        handoff.Stage       `json:"state"`
	Reason       string              `json:"reason,omitempty"` // to a key, and to the visitor who gave it
	Specialist   *handoff.Specialist `json:"specialist,omitempty"`
	WaitingSince time.Time           `json:"waiting_since"`
	JoinedAt     time.Time           `json:"joined_at,omitzero"`
	EndedAt      time.Time           `json:"ended_at,omitzero"`
	Ended        handoff.EndReason   `json:"ended,omitempty"`
	Rated        bool                `json:"rated"`
}

func (s *Server) getConversation(c echo.Context, p party) error {
	return s.showConversation(c, p, p.conversation)
}

func (s *Server) showConversation(c echo.Context, p party, conversation handoff.Conversation) error {
	ctx := c.Request().Context()
	agent, err := s.desk.Agent(ctx, conversation.Agent)
	if err != nil && handoff.CodeOf(err) != handoff.CodeUnknownAgent {
		return err
	}
	view := conversationView{
		ID: conversation.ID, Agent: conversation.Agent, State: conversation.State, LastSeq: conversation.LastSeq,
		StartedAt: conversation.StartedAt,
		Participants: []handoff.Author{
			{Kind: handoff.FromVisitor, Name: conversation.Visitor.Name},
			{Kind: handoff.FromAgent, Name: agent.Name},
		},
	}
	if conversation.Handoff != "" {
		h, err := s.desk.Handoff(ctx, conversation.Handoff)
		if err != nil {
			return err
		}
		view.Handoff = viewHandoff(h, p)
		if h.Stage == handoff.StageJoined && h.Specialist != nil {
			view.Participants = append(view.Participants, handoff.Author{
				Kind: handoff.FromSpecialist, Name: h.Specialist.Name, Photo: h.Specialist.Photo,
			})
		}
	}
	if p.key {
		view.Visitor, view.Account, view.Page = &conversation.Visitor, &conversation.Account, &conversation.Page
		view.Verified = &conversation.Verified
	}
	return c.JSON(http.StatusOK, view)
}

// viewHandoff keeps the agent's reason from the visitor: it was written for specialists.
func viewHandoff(h handoff.Handoff, p party) *handoffView {
	v := &handoffView{
		ID: h.ID, State: h.Stage, WaitingSince: h.WaitingSince, JoinedAt: h.JoinedAt,
		EndedAt: h.EndedAt, Ended: h.Ended, Rated: h.Rating != nil,
	}
	if p.key || h.By == handoff.FromVisitor {
		v.Reason = h.Reason
	}
	if h.Specialist != nil {
		v.Specialist = &handoff.Specialist{Name: h.Specialist.Name, Photo: h.Specialist.Photo}
	}
	return v
}
