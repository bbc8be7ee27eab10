package web

import (
	"strings"
	"time"
	"unicode"

	"github.com/golang-jwt/jwt/v5"

	"github.com/docket-handoff/docket/handoff"
)

// facts is what is said about a visitor when a conversation begins: in a body, or in a signed identity token.
type facts struct {
	Visitor struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Email  string `json:"email"`
		Traits traits `json:"traits"`
	} `json:"visitor"`
	Account struct {
		Name   string `json:"name"`
		Domain string `json:"domain"`
		Traits traits `json:"traits"`
	} `json:"account"`
}

// The longest facts, in characters.
const (
	maxName       = 200
	maxEmail      = 320
	maxTraits     = 50
	maxTraitName  = 64
	maxTraitValue = 500
	maxURL        = 2000
)

func (f *facts) visitor() (handoff.Visitor, error) {
	v := f.Visitor
	out := handoff.Visitor{ID: handoff.ID(oneLine(v.ID)), Name: oneLine(v.Name), Email: oneLine(v.Email)}
	kept, err := v.Traits.clean("visitor.traits")
	out.Traits = kept
	return out, firstError(
		bounded("visitor.id", string(out.ID), maxName),
		bounded("visitor.name", out.Name, maxName),
		bounded("visitor.email", out.Email, maxEmail),
		err,
	)
}

func (f *facts) account() (handoff.Account, error) {
	a := f.Account
	out := handoff.Account{Name: oneLine(a.Name), Domain: oneLine(a.Domain)}
	kept, err := a.Traits.clean("account.traits")
	out.Traits = kept
	return out, firstError(
		bounded("account.name", out.Name, maxName),
		bounded("account.domain", out.Domain, maxName),
		err,
	)
}

func (t traits) clean(field string) (map[string]string, error) {
	if len(t) > maxTraits {
		return nil, refuse(handoff.CodeInvalid, "%s: at most %d", field, maxTraits)
	}
	var kept map[string]string
	for name, value := range t {
		name, value = oneLine(name), oneLine(value)
		if err := firstError(bounded(field, name, maxTraitName), bounded(field+"."+name, value, maxTraitValue)); err != nil {
			return nil, err
		}
		if name == "" || value == "" {
			continue
		}
		if kept == nil {
			kept = map[string]string{}
		}
		kept[name] = value
	}
	return kept, nil
}

func bounded(field, value string, limit int) error {
	if len(value) > limit && len([]rune(value)) > limit {
		return refuse(handoff.CodeInvalid, "%s: at most %d characters", field, limit)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// oneLine drops what has no place in a name or a title: control characters, and marks that turn the direction of writing.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s))
}

// shorten cuts a text that a browser wrote, not a person: nobody is served by a refusal.
func shorten(s string, limit int) string {
	if runes := []rune(oneLine(s)); len(runes) > limit {
		return string(runes[:limit])
	} else {
		return string(runes)
	}
}

const (
	maxIdentityAge = 24 * time.Hour
	identityLeeway = 30 * time.Second
)

// identityClaims is the payload of a token that a website's own back end signs for its visitor: HS256 (RFC 7515, RFC 7519)
// with the agent's identity secret, aud the agent's id, exp at most a day ahead.
type identityClaims struct {
	jwt.RegisteredClaims
	facts
}

// readIdentity verifies a signed identity. Every failure is the same refusal: which check failed is for the log.
func readIdentity(token string, agent handoff.Agent, now time.Time) (*facts, error) {
	wrong := func(err error) error {
		return &handoff.Error{Code: codeIdentity, Msg: "the signed identity does not hold: it must be HS256 with the agent's identity secret, aud the agent's id, exp within 24 hours", Err: err}
	}
	if agent.IdentitySecret == "" || len(token) > maxVisitorBody {
		return nil, wrong(nil)
	}
	var claims identityClaims
	_, err := jwt.ParseWithClaims(token, &claims,
		func(*jwt.Token) (any, error) { return []byte(agent.IdentitySecret), nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithAudience(string(agent.ID)),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(identityLeeway),
		jwt.WithTimeFunc(func() time.Time { return now }),
	)
	if err != nil {
		return nil, wrong(err)
	}
	if claims.ExpiresAt.After(now.Add(maxIdentityAge + identityLeeway)) {
		return nil, wrong(nil)
	}
	return &claims.facts, nil
}
