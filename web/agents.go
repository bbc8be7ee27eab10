package web

import (
	"cmp"
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
	Handoff           policyView        `json:"handoff"`
	Texts             map[string]string `json:"texts"`
	Webhook           *webhookView      `json:"webhook,omitempty"` // hides the agent's own
	IdentitySecretSet bool              `json:"identity_secret_set"`
}

// policyView is a policy with every member that a PUT may name, whatever its value, and with the wait that counts.
type policyView struct {
	handoff.Policy
	Instruction      string       `json:"instruction"`
	WaitSeconds      int          `json:"wait_seconds"`
	RemindSeconds    int          `json:"remind_seconds"`
	FallbackChannels []handoff.ID `json:"fallback_channels"`
}

func viewPolicy(p handoff.Policy) policyView {
	v := policyView{
		Policy: p, Instruction: p.Instruction, WaitSeconds: cmp.Or(p.WaitSeconds, int(handoff.DefaultWait/time.Second)),
		RemindSeconds: p.RemindSeconds, FallbackChannels: p.FallbackChannels,
	}
	if v.Channels == nil {
		v.Channels = []handoff.ID{}
	}
	if v.FallbackChannels == nil {
		v.FallbackChannels = []handoff.ID{}
	}
	return v
}

type webhookView struct {
	URL       string `json:"url"`
	SecretSet bool   `json:"secret_set"`
}

func viewAgent(a handoff.Agent) agentView {
	v := agentView{Agent: a, Handoff: viewPolicy(a.Handoff), Texts: a.Texts, IdentitySecretSet: a.IdentitySecret != ""}
	v.IdentitySecret = ""
	if a.Webhook != nil {
		v.Webhook = &webhookView{URL: a.Webhook.URL, SecretSet: a.Webhook.Secret != ""}
	}
	if v.AllowedOrigins == nil {
		v.AllowedOrigins = []string{}
	}
	if v.Texts == nil {
		v.Texts = map[string]string{}
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
	Handoff        policyBody `json:"handoff"`
	IdentitySecret *string    `json:"identity_secret"`
	Webhook        *struct {
		URL    string  `json:"url"`
		Secret *string `json:"secret"`
	} `json:"webhook"`
}

// policyBody tells a wait that is absent, which is the usual one, from a wait of no time, which nobody can want.
type policyBody struct {
	handoff.Policy
	WaitSeconds *int `json:"wait_seconds"`
}

func (p policyBody) policy() (handoff.Policy, error) {
	policy := p.Policy
	if p.WaitSeconds == nil {
		return policy, nil
	}
	if policy.WaitSeconds = *p.WaitSeconds; policy.WaitSeconds < 1 {
		return policy, refuse(handoff.CodeInvalid, "handoff.wait_seconds: between 1 second and 7 days")
	}
	return policy, nil
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
	var err error
	if body.Agent.Handoff, err = body.Handoff.policy(); err != nil {
		return err
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
			return refuse(codeQuery, "at: a time like 2026-11-23T09:30:00Z (a + in it is written %2B)")
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
