package web

import (
	"context"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

// agentView is an agent without its secrets: they go in and never come out.
type agentView struct {
	handoff.Agent
	Webhook           *webhookView `json:"webhook,omitempty"` // hides the agent's own
	IdentitySecretSet bool         `json:"identity_secret_set"`
}

type webhookView struct {
	URL       string `json:"url"`
	SecretSet bool   `json:"secret_set"`
}

func viewAgent(a handoff.Agent) agentView {
	v := agentView{Agent: a, IdentitySecretSet: a.IdentitySecret != ""}
	v.IdentitySecret = ""
	if a.Webhook != nil {
		v.Webhook = &webhookView{URL: a.Webhook.URL, SecretSet: a.Webhook.Secret != ""}
	}
	if v.AllowedOrigins == nil {
		v.AllowedOrigins = []string{}
	}
	if v.Handoff.Channels == nil {
		v.Handoff.Channels = []handoff.ID{}
	}
	return v
}

func (s *Server) listAgents(c echo.Context) error {
	agents, err := s.desk.Agents(c.Request().Context())
	if err != nil {
		return err
	}
	views := make([]agentView, len(agents))
	for i, a := range agents {
		views[i] = viewAgent(a)
	}
	return c.JSON(http.StatusOK, map[string]any{"agents": views})
}

func (s *Server) getAgent(c echo.Context) error {
	agent, err := s.agent(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, viewAgent(agent))
}

// agent is the one that the path names.
func (s *Server) agent(c echo.Context) (handoff.Agent, error) {
	id := handoff.ID(c.Param("agent"))
	if !isOpaque(id) {
		return handoff.Agent{}, refuse(handoff.CodeUnknownAgent, "there is no such agent")
	}
	return s.desk.Agent(c.Request().Context(), id)
}

// minSecret is the shortest identity secret, in bytes: HS256 needs a key of at least 256 bits
// (https://www.rfc-editor.org/rfc/rfc7518#section-3.2).
const minSecret = 32

// agentBody is an agent as it is put. A secret that is absent keeps the old one; an empty one takes it away.
type agentBody struct {
	handoff.Agent
	IdentitySecret *string `json:"identity_secret"`
	Webhook        *struct {
		URL    string  `json:"url"`
		Secret *string `json:"secret"`
	} `json:"webhook"`
}

// putAgent creates or replaces an agent.
func (s *Server) putAgent(c echo.Context) error {
	var body agentBody
	if err := decode(c, maxLongBody, &body); err != nil {
		return err
	}
	if body.IdentitySecret != nil && *body.IdentitySecret != "" && len(*body.IdentitySecret) < minSecret {
		return refuse(handoff.CodeInvalid, "identity_secret: at least %d bytes", minSecret)
	}
	before, err := s.agent(c)
	fresh := handoff.CodeOf(err) == handoff.CodeUnknownAgent
	if err != nil && !fresh {
		return err
	}
	by, after := actor(c), body.over(before, handoff.ID(c.Param("agent")))
	agent, err := inTime(c.Request().Context(), func(ctx context.Context) (handoff.Agent, error) { return s.desk.PutAgent(ctx, by, after) })
	if err != nil {
		return err
	}
	status := http.StatusOK
	if fresh {
		status = http.StatusCreated
	}
	return c.JSON(status, viewAgent(agent))
}

// over completes the body with the secrets of what it replaces.
func (b *agentBody) over(before handoff.Agent, id handoff.ID) handoff.Agent {
	agent := b.Agent
	agent.ID = id
	agent.IdentitySecret = before.IdentitySecret
	if b.IdentitySecret != nil {
		agent.IdentitySecret = *b.IdentitySecret
	}
	if b.Webhook == nil {
		return agent
	}
	agent.Webhook = &handoff.Webhook{URL: b.Webhook.URL}
	switch {
	case b.Webhook.Secret != nil:
		agent.Webhook.Secret = *b.Webhook.Secret
	case before.Webhook != nil:
		agent.Webhook.Secret = before.Webhook.Secret
	}
	return agent
}

// availability answers whether a handoff may start at a moment, and why.
func (s *Server) availability(c echo.Context, agent handoff.Agent) error {
	at := s.now()
	if raw := c.QueryParam("at"); raw != "" {
		parsed, err := time.Parse(time.RFC3339, raw)
		if err != nil {
			return refuse(codeQuery, "at: a time like 2026-11-23T09:30:00Z (a + in it is written %%2B)")
		}
		at = parsed
	}
	answer, err := s.desk.Availability(c.Request().Context(), agent.ID, at)
	if err != nil {
		return err
	}
	if answer.Because == nil {
		answer.Because = []string{}
	}
	return c.JSON(http.StatusOK, answer)
}

// widgetFacts is what the widget must know before a conversation begins.
func (s *Server) widgetFacts(c echo.Context, agent handoff.Agent) error {
	available, err := s.desk.Availability(c.Request().Context(), agent.ID, s.now())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		App       string                `json:"app"`
		Name      string                `json:"name"`
		Greeting  string                `json:"greeting"`
		Files     bool                  `json:"files"`
		Available bool                  `json:"available"`
		Reason    handoff.UnavailableBy `json:"reason,omitempty"`
		NextOpen  *time.Time            `json:"next_open,omitempty"`
	}{
		s.app, agent.Name, agent.Text(handoff.TextGreeting), agent.Files,
		available.Available, available.Reason, available.NextOpen,
	})
}

func (s *Server) listChannels(c echo.Context) error {
	channels, err := s.desk.Channels(c.Request().Context())
	if err != nil {
		return err
	}
	for i := range channels {
		c := &channels[i]
		c.Reference, c.Lost, c.Prompted, c.Trial, c.ProvenAt = nil, nil, 0, nil, time.Time{} // our own business, and the platform's
	}
	return c.JSON(http.StatusOK, map[string]any{"channels": channels})
}

// eraseVisitor forgets everything about a visitor.
func (s *Server) eraseVisitor(c echo.Context) error {
	visitor := c.Param("visitor")
	if c.Request().URL.RawPath != "" { // then the router matched the path as it was written
		var err error
		if visitor, err = url.PathUnescape(visitor); err != nil {
			return refuse(handoff.CodeUnknownVisitor, "there is no visitor with this id")
		}
	}
	if len(visitor) > maxName*utf8.UTFMax {
		return refuse(handoff.CodeUnknownVisitor, "there is no visitor with this id")
	}
	erased, err := s.desk.EraseVisitor(c.Request().Context(), actor(c), handoff.ID(visitor))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"erased": erased.Conversations, "in_doubt": erased.InDoubt})
}
