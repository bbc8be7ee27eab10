package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// Keys are the API keys that are made and revoked while the server runs.
type Keys interface {
	// Lookup finds the name of the key that a token is; ok is false when it is none, or none any more.
	Lookup(ctx context.Context, token string) (name string, ok bool, err error)
}

// settingsKey is what the audit log calls a key that stands in the settings.
const settingsKey = "DOCKET_API_KEY"

// party is who speaks in a conversation: its visitor, or the agent by an API key.
type party struct {
	conversation handoff.Conversation
	key          bool
}

func (p party) kind() handoff.Kind {
	if p.key {
		return handoff.FromAgent
	}
	return handoff.FromVisitor
}

// forKey lets only an API key in.
func (s *Server) forKey(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		key, err := s.byKey(c)
		switch {
		case err != nil:
			return err
		case !key:
			return s.missingCredentials(c)
		}
		return next(c)
	}
}

// forParty lets in an API key, and the visitor whose conversation the path names.
func (s *Server) forParty(next func(echo.Context, party) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		token, err := bearer(c)
		switch {
		case err != nil:
			return err
		case token == "":
			return s.missingCredentials(c)
		}
		ctx, id := c.Request().Context(), handoff.ID(c.Param("id"))
		if !isOpaque(id) {
			return refuse(handoff.CodeUnknownConversation, "there is no such conversation")
		}
		var p party
		if p.key, err = s.isKey(c, token); err != nil {
			return err
		}
		if p.key {
			p.conversation, err = s.desk.Conversation(ctx, id)
		} else if p.conversation, err = s.desk.Admit(ctx, id, token); err == nil {
			err = s.checkVisitorsPage(c, p.conversation)
		}
		if err != nil {
			return err
		}
		return next(c, p)
	}
}

// checkVisitorsPage refuses a visitor's token that is used from a page which the agent does not allow. Calls that name no
// Origin come from no foreign page.
func (s *Server) checkVisitorsPage(c echo.Context, conversation handoff.Conversation) error {
	origin := c.Request().Header.Get(echo.HeaderOrigin)
	if origin == "" {
		return nil
	}
	agent, err := s.desk.Agent(c.Request().Context(), conversation.Agent)
	if err != nil && handoff.CodeOf(err) != handoff.CodeUnknownAgent {
		return err
	}
	if !agent.Allows(origin) {
		return foreignPage()
	}
	return nil
}

// forPage lets in an API key, and pages that may carry the widget of the agent that the path names.
func (s *Server) forPage(next func(echo.Context, handoff.Agent) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		key, err := s.byKey(c)
		if err != nil {
			return err
		}
		if err := s.checkPage(c, key); err != nil {
			return err
		}
		agent, err := s.agent(c)
		if err != nil {
			return err
		}
		if !key && !agent.Allows(s.pageOrigin(c)) {
			return foreignPage()
		}
		return next(c, agent)
	}
}

// checkPage turns a page away that no agent allows, before anything about an agent is looked at.
func (s *Server) checkPage(c echo.Context, key bool) error {
	if key {
		return nil
	}
	allowed, err := s.anyAgentAllows(c.Request().Context(), s.pageOrigin(c))
	if err == nil && !allowed {
		err = foreignPage()
	}
	return err
}

func foreignPage() error {
	return refuse(codeOrigin, "this needs an API key, or a page whose origin is among the agent's allowed origins")
}

// byKey says whether the call carries an API key. A credential that is none is an error.
func (s *Server) byKey(c echo.Context) (bool, error) {
	token, err := bearer(c)
	if err != nil || token == "" {
		return false, err
	}
	known, err := s.isKey(c, token)
	if err == nil && !known {
		err = refuse(codeUnauthorized, "the API key is not known")
	}
	return known, err
}

// isKey says whether a token is an API key, and notes its name for the audit log. Keys of the settings are compared in
// constant time, over hashes so that lengths tell nothing either.
func (s *Server) isKey(c echo.Context, token string) (bool, error) {
	hash, known := sha256.Sum256([]byte(token)), 0
	for i := range s.keys {
		known |= subtle.ConstantTimeCompare(hash[:], s.keys[i][:])
	}
	if known == 1 {
		c.Set(keyName, settingsKey)
		return true, nil
	}
	if s.madeKeys == nil {
		return false, nil
	}
	name, err := inTime(c.Request().Context(), func(ctx context.Context) (*string, error) { // once a day it writes
		name, ok, err := s.madeKeys.Lookup(ctx, token)
		if !ok {
			return nil, err
		}
		return &name, err
	})
	if name == nil {
		return false, err
	}
	c.Set(keyName, *name)
	return true, err
}

const keyName = "key" // where a request's context holds the name of its API key

// actor is the API key that makes a call, for the audit log.
func actor(c echo.Context) audit.Actor {
	name, _ := c.Get(keyName).(string)
	return audit.Actor{Kind: audit.Key, Name: name, Network: audit.Network(c.RealIP())}
}

// missingCredentials tells a page that no agent allows apart from a caller who forgot its key.
func (s *Server) missingCredentials(c echo.Context) error {
	if origin := c.Request().Header.Get(echo.HeaderOrigin); origin != "" {
		allowed, err := s.anyAgentAllows(c.Request().Context(), origin)
		if err != nil {
			return err
		}
		if !allowed {
			return foreignPage()
		}
	}
	return refuse(codeUnauthorized, "credentials are needed: Authorization: Bearer, with an API key or the visitor's token")
}

const maxToken = 4096

// bearer reads the credential; empty when there is none (https://www.rfc-editor.org/rfc/rfc6750#section-2.1).
func bearer(c echo.Context) (string, error) {
	values := c.Request().Header.Values(echo.HeaderAuthorization)
	if len(values) == 0 {
		return "", nil
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > maxToken || strings.ContainsAny(token, " ,") {
		return "", refuse(codeUnauthorized, "the Authorization header must be one Bearer credential")
	}
	return token, nil
}

var opaque = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

// isOpaque says whether an id from a path has the form of those the program gives out, so that nothing else reaches a key
// of the store.
func isOpaque(id handoff.ID) bool { return opaque.MatchString(string(id)) }
