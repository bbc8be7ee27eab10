package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

// The refusals of the door. They stand beside the desk's own codes in one table.
const (
	codeMalformed     handoff.Code = "malformed"              // the body is no JSON, or not UTF-8
	codeQuery         handoff.Code = "invalid_query"          // a parameter in the URL is nonsense
	codeNoClientID    handoff.Code = "client_id_required"     // a visitor's line needs one
	codeUnauthorized  handoff.Code = "unauthorized"           // no credentials, or an unknown API key
	codeIdentity      handoff.Code = "identity_invalid"       // the signed identity does not hold
	codeOrigin        handoff.Code = "origin_not_allowed"     // the page may not carry this agent's widget
	codeVisitorOnly   handoff.Code = "visitor_only"           // an API key may not speak for the visitor here
	codeNotFound      handoff.Code = "not_found"              // no such path
	codeMethod        handoff.Code = "method_not_allowed"     // the path is there, the method is not
	codeTooLarge      handoff.Code = "body_too_large"         //
	codeTooSlow       handoff.Code = "body_too_slow"          //
	codeMediaType     handoff.Code = "unsupported_media_type" // neither JSON nor, for files, multipart
	codeFileType      handoff.Code = "file_type_refused"      //
	codeRateLimited   handoff.Code = "rate_limited"           //
	codeTooManyStream handoff.Code = "too_many_streams"       //
	codeVersion       handoff.Code = "http_version_not_supported"
	codeDraining      handoff.Code = "shutting_down" // come back in a moment, to another process
	codeInternal      handoff.Code = "internal"      //

	CodeNotReady handoff.Code = "not_ready" // of /readyz: the program is not fit to serve; the detail says why
)

var statusOf = map[handoff.Code]int{
	handoff.CodeInvalid:             http.StatusUnprocessableEntity,
	handoff.CodeTooLong:             http.StatusBadRequest,
	handoff.CodeUnknownAgent:        http.StatusNotFound,
	handoff.CodeUnknownConversation: http.StatusNotFound,
	handoff.CodeUnknownChannel:      http.StatusUnprocessableEntity, // only bodies name channels
	handoff.CodeUnknownVisitor:      http.StatusNotFound,
	handoff.CodeUnknownFile:         http.StatusNotFound,
	handoff.CodeUnknownDelivery:     http.StatusNotFound,
	handoff.CodeDecided:             http.StatusConflict,
	handoff.CodeFilesOff:            http.StatusForbidden,
	handoff.CodeFileTooLarge:        http.StatusRequestEntityTooLarge,
	handoff.CodeClientIDReused:      http.StatusConflict,
	handoff.CodeUnderWay:            http.StatusConflict,
	handoff.CodeNoHandoff:           http.StatusConflict,
	handoff.CodeSpecialistHasIt:     http.StatusConflict,
	handoff.CodeChanged:             http.StatusConflict,
	handoff.CodeClosed:              http.StatusConflict,
	handoff.CodeNothingToRate:       http.StatusConflict,
	handoff.CodeBusy:                http.StatusServiceUnavailable,
	handoff.CodeBehind:              http.StatusTooManyRequests,
	handoff.CodeStore:               http.StatusServiceUnavailable,
	handoff.CodeDiskFull:            http.StatusServiceUnavailable,

	codeMalformed:     http.StatusBadRequest,
	codeQuery:         http.StatusBadRequest,
	codeNoClientID:    http.StatusBadRequest,
	codeUnauthorized:  http.StatusUnauthorized,
	codeIdentity:      http.StatusUnauthorized,
	codeOrigin:        http.StatusForbidden,
	codeVisitorOnly:   http.StatusForbidden,
	codeNotFound:      http.StatusNotFound,
	codeMethod:        http.StatusMethodNotAllowed,
	codeTooLarge:      http.StatusRequestEntityTooLarge,
	codeTooSlow:       http.StatusRequestTimeout,
	codeMediaType:     http.StatusUnsupportedMediaType,
	codeFileType:      http.StatusUnsupportedMediaType,
	codeRateLimited:   http.StatusTooManyRequests,
	codeTooManyStream: http.StatusTooManyRequests,
	codeVersion:       http.StatusHTTPVersionNotSupported,
	codeDraining:      http.StatusServiceUnavailable,
	codeInternal:      http.StatusInternalServerError,

	CodeNotReady: http.StatusServiceUnavailable,
}

// problem is the body of every error, after RFC 9457 (https://www.rfc-editor.org/rfc/rfc9457). Type stays about:blank:
// what programs compare is Code.
type problem struct {
	Type       string       `json:"type"`
	Title      string       `json:"title"`
	Status     int          `json:"status"`
	Detail     string       `json:"detail"`
	Code       handoff.Code `json:"code"`
	RetryAfter int          `json:"retry_after,omitempty"` // seconds
	Limit      int          `json:"limit,omitempty"`       // the limit that was passed, in the unit that the detail names
	Incident   string       `json:"incident,omitempty"`    // finds the cause in the operator's log
}

func refuse(code handoff.Code, detail string, args ...any) *handoff.Error {
	if len(args) > 0 {
		detail = fmt.Sprintf(detail, args...)
	}
	return &handoff.Error{Code: code, Msg: detail}
}

func tooOften(code handoff.Code, wait time.Duration, detail string) *handoff.Error {
	return &handoff.Error{Code: code, Msg: detail, RetryAfter: max(wait, time.Second)}
}

// writeProblem is the one place where errors become answers.
func (s *Server) writeProblem(err error, c echo.Context) {
	if gone := c.Request().Context().Err(); gone != nil && errors.Is(err, context.Canceled) {
		return // nobody is left to read it
	}
	if c.Response().Committed {
		s.log.Warn("a response broke off", "path", c.Path(), "err", err)
		return
	}
	p := s.problemOf(err, c)
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "application/problem+json")
	header.Set(echo.HeaderCacheControl, "no-store")
	if p.RetryAfter > 0 {
		header.Set(echo.HeaderRetryAfter, fmt.Sprint(p.RetryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		header.Set(echo.HeaderWWWAuthenticate, `Bearer realm="docket"`)
	}
	if p.Code == codeOrigin {
		header.Del(echo.HeaderAccessControlAllowOrigin)
	}
	c.Response().WriteHeader(p.Status)
	if c.Request().Method == http.MethodHead {
		return
	}
	if err := json.NewEncoder(c.Response()).Encode(p); err != nil {
		s.log.Debug("an error could not be delivered", "err", err)
	}
}

// problemOf finds the public text. Anything that is no refusal is internal: its text stays in the log.
func (s *Server) problemOf(err error, c echo.Context) problem {
	var refusal *handoff.Error
	if !errors.As(err, &refusal) || statusOf[refusal.Code] == 0 {
		if refusal = refusalOf(err); refusal == nil {
			return s.internal(err, c)
		}
	}
	p := problem{
		Type: "about:blank", Status: statusOf[refusal.Code], Detail: refusal.Msg, Code: refusal.Code,
		RetryAfter: int(math.Ceil(refusal.RetryAfter.Seconds())),
	}
	p.Title = http.StatusText(p.Status)
	switch {
	case refusal.Code == handoff.CodeTooLong:
		p.Limit = handoff.MaxText
	case refusal.Code == handoff.CodeFileTooLarge:
		p.Limit = maxFile
	case p.Status >= http.StatusInternalServerError:
		s.log.Warn("a request was refused", "method", c.Request().Method, "path", c.Path(), "code", p.Code, "err", err)
	}
	return p
}

// refusalOf translates the errors of the router and of net/http; nil when it knows none.
func refusalOf(err error) *handoff.Error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return refuse(codeTooLarge, "the body may have at most %d bytes", large.Limit)
	}
	var routed *echo.HTTPError
	if !errors.As(err, &routed) {
		return nil
	}
	switch routed.Code {
	case http.StatusNotFound:
		return refuse(codeNotFound, "there is nothing at this path")
	case http.StatusMethodNotAllowed:
		return refuse(codeMethod, "this path does not know the method; see the Allow header")
	}
	return nil
}

func (s *Server) internal(err error, c echo.Context) problem {
	incident := uuid.NewString()
	attrs := []any{"incident", incident, "method", c.Request().Method, "path", c.Path(), "err", err}
	var panicked *panicError
	if errors.As(err, &panicked) {
		attrs = append(attrs, slog.String("stack", string(panicked.stack)))
	}
	s.log.Error("a request failed", attrs...)
	return problem{
		Type: "about:blank", Title: http.StatusText(http.StatusInternalServerError), Status: http.StatusInternalServerError,
		Detail: "Something went wrong on our side. The operator can find it in the log by its incident id.",
		Code:   codeInternal, Incident: incident,
	}
}

// panicError is a panic on its way to the one writer of errors.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// catchPanics turns a panic into an error. http.ErrAbortHandler keeps its meaning.
func (s *Server) catchPanics(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch r := recover(); r {
			case nil:
			case http.ErrAbortHandler:
				panic(r)
			default:
				err = &panicError{value: r, stack: debug.Stack()}
			}
		}()
		return next(c)
	}
}
