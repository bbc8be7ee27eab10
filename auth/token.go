package auth

import "context"

// TokenSource supplies the bot's own access token for the Connector.
type TokenSource interface {
	// Token answers a token that is valid now, from memory where it can. The
	// empty string means that requests carry no Authorization header.
	Token(ctx context.Context) (string, error)
	// Invalidate says that the service refused this token: the next call of
	// Token answers another. A token that is no longer held is ignored.
	Invalidate(token string)
}

// NoToken is the TokenSource of a bot that talks to a local tool without
// credentials. Requests then carry no Authorization header.
type NoToken struct{}

// Token answers the empty string.
func (NoToken) Token(context.Context) (string, error) { return "", nil }

// Invalidate does nothing.
func (NoToken) Invalidate(string) {}
