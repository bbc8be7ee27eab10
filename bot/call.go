package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
)

const (
	maxAnswer    = 4 << 20 // bytes of a successful answer; a page of members is the largest
	maxErrorBody = 4 << 10 // bytes of an error's body
	maxMessage   = 300     // runes of an error's message
)

// call is one operation on the Connector.
type call struct {
	op         string
	method     string
	serviceURL string
	path       []string // segments below /v3, not yet escaped
	query      url.Values
	body       any              // nil for none
	into       json.Unmarshaler // nil when the answer does not matter
}

var (
	errHostNotTrusted = errors.New("the service host is not on the list of hosts")
	errBadRequest     = errors.New("the request cannot be made")
)

// permanent reports whether a call failed before it was made, for a reason that
// time does not mend.
func (e *Error) permanent() bool {
	var refused *auth.TokenError
	return errors.Is(e.Err, errHostNotTrusted) || errors.Is(e.Err, errBadRequest) ||
		errors.As(e.Err, &refused) && !refused.Temporary()
}

// call makes one operation, within its time limit.
func (c *Client) call(ctx context.Context, op call) error {
	ctx, cancel := within(ctx, c.limit)
	defer cancel()
	base, err := c.hosts.Base(op.serviceURL)
	if err != nil {
		return &Error{Op: op.op, Err: fmt.Errorf("%w: %w", errHostNotTrusted, err)}
	}
	body, err := op.encode()
	if err != nil {
		return &Error{Op: op.op, Err: fmt.Errorf("%w: %w", errBadRequest, err)}
	}
	target, err := op.target(base)
	if err != nil {
		return &Error{Op: op.op, Err: fmt.Errorf("%w: %w", errBadRequest, err)}
	}
	resp, err := c.send(ctx, op, target, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return op.read(resp)
}

// within bounds a call, unless its context does so already, as that of a turn
// does.
func within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < limit {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, limit)
}

// target makes the URL. Each id is one segment, whatever characters it holds; one
// that would change the path's meaning is refused.
func (op call) target(base string) (string, error) {
	target := append(make([]byte, 0, 256), base...)
	target = append(target, "/v3"...)
	for _, segment := range op.path {
		if segment == "" || segment == "." || segment == ".." {
			return "", fmt.Errorf("%q is not an id", segment)
		}
		target = append(target, '/')
		target = append(target, url.PathEscape(segment)...)
	}
	if len(op.query) > 0 {
		target = append(target, '?')
		target = append(target, op.query.Encode()...)
	}
	return string(target), nil
}

// send makes the request, at most twice: a 401 means that the service took
// nothing, and a token may have been revoked before its time.
func (c *Client) send(ctx context.Context, op call, target string, body []byte) (*http.Response, error) {
	resp, token, err := c.try(ctx, op, target, body)
	if err == nil && resp.StatusCode == http.StatusUnauthorized && token != "" {
		resp.Body.Close()
		c.tokens.Invalidate(token)
		resp, _, err = c.try(ctx, op, target, body)
	}
	return resp, err
}

// try makes the request once, with the token that is current.
func (c *Client) try(ctx context.Context, op call, target string, body []byte) (*http.Response, string, error) {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return nil, "", op.tokenless(target, err)
	}
	var sent trace
	req, err := c.request(sent.watch(ctx), op.method, target, body, token)
	if err != nil {
		return nil, "", &Error{Op: op.op, Err: fmt.Errorf("%w: %w", errBadRequest, err)}
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, "", &Error{
			Op:          op.op,
			ServiceHost: req.URL.Host,
			Doubtful:    op.method == http.MethodPost && sent.maybe(),
			Err:         err,
		}
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	return resp, token, nil
}

// tokenless is a call that was not made because the token source has none.
func (op call) tokenless(target string, err error) *Error {
	e := &Error{Op: op.op, ServiceHost: hostOf(target), Err: fmt.Errorf("%w: %w", ErrNoToken, err)}
	var refused *auth.TokenError
	if errors.As(err, &refused) {
		e.RetryAfter = refused.RetryAfter
	}
	return e
}

// Values of headers that all requests share. Nobody changes them: who sends a
// request may replace its headers and not what they hold.
var (
	acceptJSON  = []string{"application/json"}
	jsonContent = []string{"application/json; charset=utf-8"}
)

// request makes one that the transport cannot send a second time by itself when a
// connection breaks: its body is given to it as a stream, so it has no GetBody.
func (c *Client) request(ctx context.Context, method, target string, body []byte, token string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header["Accept"] = acceptJSON
	req.Header["User-Agent"] = c.userAgent
	if body != nil {
		req.Header["Content-Type"] = jsonContent
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.ContentLength = int64(len(body))
	}
	if token != "" {
		req.Header["Authorization"] = c.authorization(token)
	}
	return req, nil
}

// credential is an Authorization header for a token.
type credential struct {
	token  string
	header []string
}

// authorization puts the header together once for each token, which is long and
// serves for an hour.
func (c *Client) authorization(token string) []string {
	made := c.credential.Load()
	if made == nil || made.token != token {
		made = &credential{token: token, header: []string{"Bearer " + token}}
		c.credential.Store(made)
	}
	return made.header
}

func (op call) encode() ([]byte, error) {
	if op.body == nil {
		return nil, nil
	}
	if m, ok := op.body.(json.Marshaler); ok {
		return activity.Encode(m)
	}
	return encodeJSON(op.body)
}

// read takes the answer. A success whose body is missing, cut off or no JSON is
// still a success: the service did what it was asked, and only an id is unknown.
func (op call) read(resp *http.Response) error {
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return op.failure(resp)
	}
	answer := borrowBuffer()
	defer returnBuffer(answer)
	_, err := answer.ReadFrom(io.LimitReader(resp.Body, maxAnswer))
	if op.into == nil {
		return nil // it was read so that the connection can be used again
	}
	if body := bytes.TrimSpace(answer.Bytes()); err == nil && len(body) > 0 {
		err = op.into.UnmarshalJSON(body)
	}
	if err != nil && op.method == http.MethodGet {
		return &Error{Op: op.op, Status: resp.StatusCode, ServiceHost: resp.Request.URL.Host, Err: err}
	}
	return nil
}

// failure reads an answer that is not a success.
func (op call) failure(resp *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	e := &Error{
		Op:          op.op,
		Status:      resp.StatusCode,
		RetryAfter:  auth.RetryAfter(resp.Header, time.Now()),
		ServiceHost: resp.Request.URL.Host,
		Correlation: oneLine(resp.Header.Get("MS-CV"), maxLogName),
		Doubtful:    op.method == http.MethodPost && (resp.StatusCode == http.StatusRequestTimeout || resp.StatusCode >= 500),
	}
	e.Code, e.Message = readErrorBody(body)
	return e
}

// readErrorBody knows the three shapes that occur: the documented one, a bare
// message, and a message that is itself JSON with a subCode.
func readErrorBody(body []byte) (code, message string) {
	var shape struct {
		Error   struct{ Code, Message string }
		Message string
	}
	if json.Unmarshal(body, &shape) != nil {
		return "", ""
	}
	code, message = shape.Error.Code, shape.Error.Message
	if message == "" {
		message = shape.Message
	}
	var inner struct{ SubCode string }
	if code == "" && json.Unmarshal([]byte(shape.Message), &inner) == nil {
		code = inner.SubCode
	}
	return oneLine(code, maxLogName), oneLine(message, maxMessage)
}

// trace learns how far a request got.
type trace struct {
	hooks   httptrace.ClientTrace
	started atomic.Bool // headers were handed to the connection
	failed  atomic.Bool // writing the rest failed, so the request never was whole
}

func (t *trace) watch(ctx context.Context) context.Context {
	t.hooks.WroteHeaders = func() { t.started.Store(true) }
	t.hooks.WroteRequest = func(info httptrace.WroteRequestInfo) {
		if info.Err != nil {
			t.failed.Store(true)
		}
	}
	return httptrace.WithClientTrace(ctx, &t.hooks)
}

// maybe reports whether the service may have the whole request.
func (t *trace) maybe() bool { return t.started.Load() && !t.failed.Load() }

func hostOf(target string) string {
	_, rest, _ := strings.Cut(target, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}
