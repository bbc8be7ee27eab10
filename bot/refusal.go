package bot

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
)

// The reasons of this package for refusing a delivery. They and those of
// package auth form one closed set of metric labels.
const (
	WrongMethod         auth.Reason = "method"               // 405
	WrongContentType    auth.Reason = "content_type"         // 415
	BodyTooLarge        auth.Reason = "too_large"            // 413
	TooMany             auth.Reason = "too_many"             // 503, too many are being read
	BodyUnreadable      auth.Reason = "body_unreadable"      // 400, the connection failed or was too slow
	MalformedActivity   auth.Reason = "malformed_activity"   // 400, not one JSON object with unique members
	TypeMissing         auth.Reason = "type_missing"         // 400
	ConversationMissing auth.Reason = "conversation_missing" // 400
	DeliveryMode        auth.Reason = "delivery_mode"        // 400
	GateFailed          auth.Reason = "gate_failed"          // 500
	HandlerFailed       auth.Reason = "handler_failed"       // 500, or what the handler's error says; 200 for a press that is answered with it
	HandlerPanicked     auth.Reason = "handler_panicked"     // 500
	HandlerTooSlow      auth.Reason = "handler_too_slow"     // 503
	InvokeUnknown       auth.Reason = "invoke_unknown"       // 501
	AnswerUnusable      auth.Reason = "answer_unusable"      // 500, an invoke's body does not become JSON
)

// defaultRetryAfter goes with a 503 whose cause does not say how long it lasts.
const defaultRetryAfter = 5 * time.Second

// refusal is everything about a delivery that was not taken.
type refusal struct {
	status     int
	reason     auth.Reason
	retryAfter time.Duration
	body       []byte // in place of the status's fixed one
	err        error
}

func (r *refusal) Error() string   { return fmt.Sprintf("bot: refused: %s: %v", r.reason, r.err) }
func (r *refusal) Unwrap() error   { return r.err }
func (r *refusal) HTTPStatus() int { return r.status }

func refuse(status int, reason auth.Reason, format string, args ...any) *refusal {
	return &refusal{status: status, reason: reason, err: fmt.Errorf(format, args...)}
}

// refusalOf reads what an error says about itself; other is the reason when it
// does not say one.
func refusalOf(err error, other auth.Reason) *refusal {
	var own *refusal
	if errors.As(err, &own) {
		return own
	}
	r := &refusal{status: http.StatusInternalServerError, reason: other, err: err}
	var refused *auth.Error
	if errors.As(err, &refused) {
		r.reason = refused.Reason
	}
	var status interface{ HTTPStatus() int }
	if errors.As(err, &status) && status.HTTPStatus() >= 400 && status.HTTPStatus() <= 599 {
		r.status = status.HTTPStatus()
	}
	var pause interface{ RetryAfter() time.Duration }
	if errors.As(err, &pause) {
		r.retryAfter = pause.RetryAfter()
	}
	return r
}

// refusalOfInvoke is refusalOf for a handler of invokes, who may have said what the
// person who pressed shall read.
// https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
func refusalOfInvoke(name string, err error) *refusal {
	r := refusalOf(err, HandlerFailed)
	var shown *activity.InvokeError
	if !errors.As(err, &shown) {
		return r
	}
	response := shown.Response()
	body, err := invokeBody(&response)
	if err != nil {
		return r
	}
	r.body, r.status = body, response.Status
	if name != activity.InvokeAdaptiveCard {
		r.status = http.StatusBadRequest
		if shown.Status >= 400 && shown.Status <= 599 {
			r.status = shown.Status
		}
	}
	return r
}

// write answers with the refusal's own body or the status's fixed one, neither of
// which says anything of the cause.
func (r *refusal) write(w http.ResponseWriter) {
	h := w.Header()
	switch r.status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusMethodNotAllowed:
		h.Set("Allow", http.MethodPost)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", retryAfterSeconds(r.retryAfter))
	}
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	body := r.body
	if body == nil {
		body = refusalBody(r.status)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(r.status)
	w.Write(body)
}

func retryAfterSeconds(d time.Duration) string {
	if d <= 0 {
		d = defaultRetryAfter
	}
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// refusalBody has the shape of the Connector's own errors.
func refusalBody(status int) []byte {
	code, message := refusalText(status)
	return fmt.Appendf(nil, `{"error":{"code":%q,"message":%q}}`, code, message)
}

func refusalText(status int) (code, message string) {
	switch status {
	case http.StatusBadRequest:
		return "BadRequest", "The request is not a valid activity."
	case http.StatusUnauthorized:
		return "Unauthorized", "The request carries no valid token."
	case http.StatusForbidden:
		return "Forbidden", "The token does not cover this activity."
	case http.StatusMethodNotAllowed:
		return "MethodNotAllowed", "Activities are delivered with POST."
	case http.StatusRequestEntityTooLarge:
		return "TooLarge", "The activity is too large."
	case http.StatusUnsupportedMediaType:
		return "UnsupportedMediaType", "Activities are JSON in UTF-8."
	case http.StatusNotImplemented:
		return "NotImplemented", "The bot does not know this invoke."
	case http.StatusServiceUnavailable:
		return "Unavailable", "The bot cannot take this now. Please try again."
	}
	if status < 500 {
		return "Refused", "The bot did not accept the activity."
	}
	return "InternalError", "The bot could not handle the activity."
}
