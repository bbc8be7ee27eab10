package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/oauth2"
)

const (
	tokenAttempts = 3
	tokenBackOff  = time.Second // doubled per attempt, with full jitter
	maxTokenPause = 10 * time.Second
)

// TokenError is the refusal of a token endpoint. Code is Entra's own, such as
// AADSTS7000215 for a wrong secret; see
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
type TokenError struct {
	Status      int           // HTTP status; 0 when no answer arrived
	OAuth       string        // OAuth error, such as invalid_client; may be empty
	Code        string        // AADSTS code; may be empty
	Description string        // first line of the description, without the secret; may be empty
	RetryAfter  time.Duration // how long not to ask again, at most an hour; zero if nobody says
	Err         error         // the cause when no answer arrived, or one without a token
}

// Error describes the refusal. It never holds the secret.
func (e *TokenError) Error() string {
	text := "auth: token endpoint"
	if e.Status != 0 {
		text += fmt.Sprintf(" answered %d", e.Status)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	for _, part := range []string{e.OAuth, e.Code, e.Description} {
		if part != "" {
			text += ": " + part
		}
	}
	return text
}

// Unwrap returns the cause, if it was not the endpoint's own refusal.
func (e *TokenError) Unwrap() error { return e.Err }

// Temporary reports whether the same request may succeed later.
func (e *TokenError) Temporary() bool {
	return e.Status == 0 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout || e.Status >= 500
}

var aadsts = regexp.MustCompile(`AADSTS[0-9]{4,8}`)

// NewTokenError makes the error of an answer that holds no token. It reads
// Retry-After, the OAuth members of the body (RFC 6749, section 5.2) and the message
// with which hosts of managed identities answer; the secrets that the request
// carried are taken out of them. Everything else in the body is dropped.
func NewTokenError(status int, header http.Header, body []byte, secrets ...string) *TokenError {
	var said struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
		Message     string          `json:"message"`
	}
	_ = json.Unmarshal(body, &said) // what is no JSON says nothing
	var code string
	_ = json.Unmarshal(said.Error, &code) // an error that is an object says nothing either
	description := cmp.Or(said.Description, said.Message)
	e := &TokenError{Status: status, OAuth: safeLine(code, secrets, 64), Code: aadsts.FindString(description)}
	e.Description = safeLine(strings.TrimPrefix(description, e.Code+": "), secrets, 200)
	e.RetryAfter = RetryAfter(header, time.Now())
	return e
}

func newGrantError(err error, secret string) *TokenError {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return unusableAnswer(err)
	}
	return NewTokenError(refused.Response.StatusCode, refused.Response.Header, refused.Body, secret)
}

// unusableAnswer tells an answer that never came from one that is no token.
func unusableAnswer(err error) *TokenError {
	var transport *url.Error
	if errors.As(err, &transport) {
		return &TokenError{Err: err}
	}
	return &TokenError{Status: http.StatusOK, Err: err}
}

// safeLine cuts foreign text to one short line without control characters and
// without the secrets, should the endpoint have echoed one.
func safeLine(text string, secrets []string, most int) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "(secret)")
		}
	}
	text, _, _ = strings.Cut(text, "\n")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return text
}

// pauseBefore waits before another attempt and reports whether there is to be
// one.
func pauseBefore(ctx context.Context, attempt int, err error) bool {
	var refused *TokenError
	if !errors.As(err, &refused) || !refused.Temporary() || refused.RetryAfter > maxTokenPause {
		return false
	}
	pause := refused.RetryAfter + rand.N(tokenBackOff<<(attempt-1))
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
