package bottest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/docket-handoff/docket/activity"
)

// maxRequest bounds a request's body; an activity may have about 100 KB.
// See https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages.
const maxRequest = 100 << 10

// maxKept bounds how many requests and how many deliveries are kept; a
// demonstration may run for days. Counts go on.
const maxKept = 10_000

// errRevoked is a token that was good once.
var errRevoked = errors.New("the access token was revoked")

// Request is what a bot asked for.
type Request struct {
	Op     Op
	Method string
	Path   string // as it was sent, escaped
	Header http.Header
	Body   []byte
	At     time.Time
}

// Requests answers what arrived at a door, refused or not, oldest first. Of all
// doors together the newest ten thousand are kept.
func (s *Service) Requests(op Op) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Request
	for _, r := range s.requests {
		if r.Op == op {
			found = append(found, r)
		}
	}
	return found
}

// Count answers how many requests arrived at some doors, or at all of them when none is named.
func (s *Service) Count(doors ...Op) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for op, count := range s.counts {
		if len(doors) == 0 || slices.Contains(doors, op) {
			n += count
		}
	}
	return n
}

// keep appends to a list and forgets the older half when it is full.
func keep[T any](list []T, item T) []T {
	if len(list) >= maxKept {
		list = slices.Clone(list[maxKept/2:])
	}
	return append(list, item)
}

// open is a door that needs no token.
func (s *Service) open(op Op, next http.HandlerFunc) http.HandlerFunc {
	return s.recorded(op, s.withFaults(op, next))
}

// guarded is a door of the Connector. Its body is read once, so that a fault
// after posting sees the same request.
func (s *Service) guarded(op Op, next func(*http.Request, []byte) (any, *connectorError)) http.HandlerFunc {
	return s.recorded(op, s.withFaults(op, func(w http.ResponseWriter, r *http.Request) {
		body, _ := r.Context().Value(bodyKey{}).([]byte)
		var answer any
		refused := s.admit(r, body)
		if refused == nil {
			answer, refused = next(r, body)
		}
		if refused != nil {
			s.refuse(w, op, refused)
			return
		}
		writeAnswer(w, r.Method, answer)
	}))
}

type bodyKey struct{}

// recorded reads the body and keeps the request.
func (s *Service) recorded(op Op, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
		if err != nil {
			return
		}
		s.mu.Lock()
		s.counts[op]++
		s.requests = keep(s.requests, Request{
			Op: op, Method: r.Method, Path: r.URL.EscapedPath(), Header: r.Header.Clone(), Body: body, At: s.now(),
		})
		s.changed()
		s.mu.Unlock()
		w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
		r.Body = io.NopCloser(bytes.NewReader(body))
		next(w, r.WithContext(context.WithValue(r.Context(), bodyKey{}, body)))
	}
}

// admit checks what is the same for every call of the Connector.
func (s *Service) admit(r *http.Request, body []byte) *connectorError {
	if err := s.checkBearer(r); err != nil {
		return &connectorError{
			status: http.StatusUnauthorized, message: "Authorization has been denied for this request.",
			violation: err.Error(), innocent: errors.Is(err, errRevoked),
		}
	}
	if len(body) > maxRequest {
		return tooLarge("the request has more than %d bytes", maxRequest)
	}
	if len(body) > 0 && (r.Method == http.MethodPost || r.Method == http.MethodPut) {
		return checkJSONHeader(r.Header)
	}
	return nil
}

// connectorError is a refusal in the Connector's own shape. It is recorded as a
// violation unless it is innocent: caused by the world, not by the request.
type connectorError struct {
	status    int
	code      string
	message   string // shown in the answer
	violation string // recorded; empty is the message
	innocent  bool
	unknown   bool   // the real service's answer is not known; see notModelled
	retry     string // Retry-After
}

func (s *Service) refuse(w http.ResponseWriter, op Op, e *connectorError) {
	if !e.innocent {
		what := e.violation
		if what == "" {
			what = e.message
		}
		if !e.unknown {
			what = fmt.Sprintf("%d %s: %s", e.status, e.code, what)
		}
		s.note(Violation{Op: op, What: what, NotModelled: e.unknown})
	}
	if e.retry != "" {
		w.Header().Set("Retry-After", e.retry)
	}
	if e.code == "" {
		writeJSON(w, e.status, map[string]any{"message": e.message})
		return
	}
	writeJSON(w, e.status, errorBody(e.code, e.message))
}

func errorBody(code, message string) activity.ErrorBody {
	return activity.ErrorBody{Error: activity.ErrorDetail{Code: code, Message: message}}
}

func badArgument(format string, args ...any) *connectorError {
	return &connectorError{status: http.StatusBadRequest, code: "BadArgument", message: fmt.Sprintf(format, args...)}
}

func tooLarge(format string, args ...any) *connectorError {
	return &connectorError{status: http.StatusRequestEntityTooLarge, code: "MessageSizeTooBig", message: fmt.Sprintf(format, args...)}
}

func notFound(code, message string, innocent bool) *connectorError {
	return &connectorError{status: http.StatusNotFound, code: code, message: message, innocent: innocent}
}

// notModelled is about a request that the real service may well take. Its status is one that no client repeats.
func notModelled(format string, args ...any) *connectorError {
	return &connectorError{status: http.StatusNotImplemented, code: "NotModelled", message: fmt.Sprintf(format, args...), unknown: true}
}

func notInRoster() *connectorError {
	return &connectorError{
		status: http.StatusForbidden, code: "BotNotInConversationRoster", innocent: true,
		message: "The bot is not part of the conversation roster.",
	}
}

func writeAnswer(w http.ResponseWriter, method string, answer any) {
	if p, ok := answer.(picture); ok {
		w.Header().Set("Content-Type", p.contentType)
		w.Write(p.data)
		return
	}
	status := http.StatusOK
	if method == http.MethodPost {
		status = http.StatusCreated
	}
	if answer == nil {
		w.WriteHeader(status)
		return
	}
	writeJSON(w, status, answer)
}

func (s *Service) unknownRoute(w http.ResponseWriter, r *http.Request) {
	s.violate(OpUnknown, "%s %s", r.Method, r.URL.EscapedPath())
	writeJSON(w, http.StatusNotFound, errorBody("NotFound", "no such resource"))
}
