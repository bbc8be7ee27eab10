package auth

import (
	"fmt"
	"net/http"
	"time"
)

// Reason names why a request was refused. The set is closed and its strings are
// stable: they serve as metric labels.
type Reason string

// The reasons of this package, with the status each is answered with. A 401 is
// about the token, a 403 about a good token that does not cover the activity, a 400
// about an activity that contradicts itself.
const (
	MissingHeader      Reason = "missing_header"       // 401
	MalformedHeader    Reason = "malformed_header"     // 401
	MalformedToken     Reason = "malformed_token"      // 401
	WrongAlgorithm     Reason = "algorithm"            // 401
	WrongIssuer        Reason = "issuer"               // 401
	KeyUnknown         Reason = "key_unknown"          // 401
	WrongSignature     Reason = "signature"            // 401
	Expired            Reason = "expired"              // 401
	NotYetValid        Reason = "not_yet_valid"        // 401
	WrongAudience      Reason = "audience"             // 401
	ServiceURLMissing  Reason = "serviceurl_missing"   // 401 in the token, 400 in the activity
	ServiceURLMismatch Reason = "serviceurl_mismatch"  // 403
	ChannelMissing     Reason = "channel_missing"      // 400
	ChannelNotAllowed  Reason = "channel_not_allowed"  // 403
	ChannelNotEndorsed Reason = "channel_not_endorsed" // 403
	TenantDisagree     Reason = "tenant_disagree"      // 400
	TenantNotAllowed   Reason = "tenant_not_allowed"   // 403
	HostNotTrusted     Reason = "host_not_trusted"     // 403
	KeysUnavailable    Reason = "keys_unavailable"     // 503
)

// Error is a refusal. Status and Reason may be shown and counted; Err is for
// the log of whoever runs the bot and must not reach the caller.
type Error struct {
	Status int    // HTTP status to answer with
	Reason Reason // why, from the closed set
	Err    error  // the private cause
}

// Error describes the refusal for a log. It never holds a token.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("auth: refused: %s", e.Reason)
	}
	return fmt.Sprintf("auth: refused: %s: %v", e.Reason, e.Err)
}

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.Err }

// HTTPStatus returns the status to answer with.
func (e *Error) HTTPStatus() int { return e.Status }

// RetryAfter says how long a caller should wait before it tries again; zero
// unless the refusal is temporary, which a 503 alone is.
func (e *Error) RetryAfter() time.Duration {
	if e.Status == http.StatusServiceUnavailable {
		return firstLoadPause
	}
	return 0
}

func unauthorized(reason Reason, format string, args ...any) *Error {
	return &Error{Status: http.StatusUnauthorized, Reason: reason, Err: fmt.Errorf(format, args...)}
}

func forbidden(reason Reason, format string, args ...any) *Error {
	return &Error{Status: http.StatusForbidden, Reason: reason, Err: fmt.Errorf(format, args...)}
}

func badRequest(reason Reason, format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Reason: reason, Err: fmt.Errorf(format, args...)}
}
