package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
)

const (
	maxBody       = 256 << 10        // bytes of one activity
	answerTimeout = 10 * time.Second // the channel gives up after about 15
	invokeTimeout = 5 * time.Second  // what Teams waits for one, as far as it says
	maxReading    = 64               // activities that are read and decoded at one time: each holds its body in memory
)

// Options of an endpoint. The zero value is usable.
type Options struct {
	Log     *slog.Logger             // refusals and failures; nil is slog.Default
	Observe func(reason auth.Reason) // called once for each refusal; nil is nobody
	Timeout time.Duration            // for the whole answer; zero is ten seconds

	// InvokeTimeout is for the whole answer to an invoke, within Timeout; zero is five
	// seconds. What a handler made durable stays so when its answer comes too late: an
	// invoke may be repeated, by Teams or by the person who pressed.
	// https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/respond-to-task-module-submit
	InvokeTimeout time.Duration
}

// Receive makes the messaging endpoint: the http.Handler for POST /api/messages.
//
// Answers: 200 for a handled activity (empty, or an invoke's own body with its own
// status), 400 for a body that is no activity, 401 and 403 by the gate, 405 with
// Allow, 413 over 256 KiB, 415 unless JSON in UTF-8, 500 for a handler that failed
// or panicked, 501 for an unknown invoke, 503 with Retry-After when keys or
// store are out of reach or the handler took longer than the timeout. An
// *activity.InvokeError of a handler is the answer to its invoke: with its own
// status, and with 200 where that would hide it from the person who pressed.
//
// At most 64 activities are read and decoded at one time, of those that the gate let
// in; the others wait for their turn within the timeout.
//
// A handler that overruns the timeout is answered for, and its connection is
// given up. It keeps running, and a server that shuts down waits for it, until it
// heeds its context; the channel may by then have delivered the activity again.
func Receive(gate Gate, handler Handler, opts Options) http.Handler {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Observe == nil {
		opts.Observe = func(auth.Reason) {}
	}
	if opts.Timeout <= 0 {
		opts.Timeout = answerTimeout
	}
	if opts.InvokeTimeout <= 0 {
		opts.InvokeTimeout = invokeTimeout
	}
	return &endpoint{gate: gate, handler: handler, opts: opts, reading: make(chan struct{}, maxReading)}
}

type endpoint struct {
	gate    Gate
	handler Handler
	opts    Options
	reading chan struct{} // holds one token for each activity that is being read
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	ctx, cancel := context.WithDeadline(withRemoteAddr(r.Context(), r.RemoteAddr), arrived.Add(e.opts.Timeout))
	defer cancel()
	var end deadline
	defer end.follow(ctx)()
	turn, refused := e.admit(ctx, &end, w, r)
	about := subjectOf(turn)
	if refused == nil && turn.Activity.IsType(activity.TypeInvoke) {
		ctx, cancel = context.WithDeadline(ctx, arrived.Add(e.opts.InvokeTimeout))
		defer cancel()
		defer end.follow(ctx)()
	}
	if refused == nil {
		refused = e.serve(ctx, &end, w, r, turn, about)
	}
	if refused != nil {
		e.refuse(ctx, w, r, about, refused)
	}
}

// refuse answers with a refusal. The server reads on after it to save the
// connection; a body that drips must not hold its goroutine for longer than an
// answer may take in all.
func (e *endpoint) refuse(ctx context.Context, w http.ResponseWriter, r *http.Request, about subject, refused *refusal) {
	e.report(ctx, r, about, refused)
	until, _ := ctx.Deadline()
	http.NewResponseController(w).SetReadDeadline(until)
	refused.write(w)
}

// admit does everything that comes before the handler. The turn it answers is
// nil until there is an activity.
func (e *endpoint) admit(ctx context.Context, end *deadline, w http.ResponseWriter, r *http.Request) (*Turn, *refusal) {
	if r.Method != http.MethodPost {
		return nil, refuse(http.StatusMethodNotAllowed, WrongMethod, "method %s", r.Method)
	}
	claims, err := e.gate.Verify(ctx, r.Header)
	if err != nil {
		return nil, refusalOf(err, GateFailed)
	}
	if err := checkContentType(r.Header); err != nil {
		return nil, refuse(http.StatusUnsupportedMediaType, WrongContentType, "%w", err)
	}
	select {
	case e.reading <- struct{}{}:
		defer func() { <-e.reading }()
	case <-ctx.Done():
		return nil, refuse(http.StatusServiceUnavailable, TooMany, "%d activities are being read", maxReading)
	}
	body := borrowBuffer()
	defer returnBuffer(body)
	if refused := readBody(end, body, w, r); refused != nil {
		return nil, refused
	}
	a, err := activity.Decode(body.Bytes())
	if err != nil {
		return nil, refuse(http.StatusBadRequest, MalformedActivity, "%w", err)
	}
	turn := &Turn{Activity: a, Claims: claims}
	if refused := checkActivity(a); refused != nil {
		return turn, refused
	}
	if err := e.gate.Authorize(claims, a); err != nil {
		return turn, refusalOf(err, GateFailed)
	}
	return turn, nil
}

// channelContentType is how the channel spells what it sends.
const channelContentType = "application/json; charset=utf-8"

// checkContentType wants JSON as UTF-8, not compressed.
func checkContentType(h http.Header) error {
	if content := h.Get("Content-Type"); content != channelContentType {
		kind, params, err := mime.ParseMediaType(content)
		if err != nil || kind != "application/json" {
			return errors.New("the content type is not application/json")
		}
		if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
			return errors.New("the charset is not utf-8")
		}
	}
	if coding := h.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return errors.New("the body is compressed")
	}
	return nil
}

// readBody reads at most maxBody bytes, until the time is over: a body that drips
// would otherwise hold its goroutine as long as it likes. A read deadline for each
// request would do the same, and cost a timer that hardly ever fires.
func readBody(end *deadline, into *bytes.Buffer, w http.ResponseWriter, r *http.Request) *refusal {
	if r.ContentLength > maxBody {
		w.Header().Set("Connection", "close")
		return refuse(http.StatusRequestEntityTooLarge, BodyTooLarge, "%d bytes are announced", r.ContentLength)
	}
	end.until(func() { http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)) })
	_, err := into.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	end.settled()
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, BodyTooLarge, "more than %d bytes", maxBody)
	}
	if err != nil {
		return refuse(http.StatusBadRequest, BodyUnreadable, "%w", err)
	}
	return nil
}

// checkActivity wants what every activity on this endpoint must have.
func checkActivity(a *activity.Activity) *refusal {
	switch {
	case a.Type == "":
		return refuse(http.StatusBadRequest, TypeMissing, "the activity has no type")
	case a.Conversation == nil || a.Conversation.ID == "":
		return refuse(http.StatusBadRequest, ConversationMissing, "the activity has no conversation.id")
	case a.DeliveryMode == activity.DeliveryExpectReplies:
		return refuse(http.StatusBadRequest, DeliveryMode, "delivery mode expectReplies is not supported")
	}
	return nil
}

// outcome is what a handler returned.
type outcome struct {
	response *activity.InvokeResponse
	err      error
}

// serve runs the handler and writes its answer, or answers why it cannot. The
// turn belongs to the handler from here on.
func (e *endpoint) serve(ctx context.Context, end *deadline, w http.ResponseWriter, r *http.Request, turn *Turn, about subject) *refusal {
	invoke := turn.Activity.IsType(activity.TypeInvoke)
	// A handler that ignores its context holds its own goroutine and not the channel.
	over := end.until(func() {
		w.Header().Set("Connection", "close")
		e.refuse(ctx, w, r, about, tooSlow(context.DeadlineExceeded))
		http.NewResponseController(w).Flush()
	})
	if over {
		return nil
	}
	out := e.call(ctx, turn)
	interrupted := out.err != nil && ctx.Err() != nil && errors.Is(out.err, ctx.Err())
	switch {
	case end.settled():
		if out.err != nil && !interrupted {
			e.reportLate(ctx, r, about, out.err)
		}
		return nil
	case interrupted:
		return tooSlow(out.err)
	case out.err != nil && invoke:
		return refusalOfInvoke(about.name, out.err)
	case out.err != nil:
		return refusalOf(out.err, HandlerFailed)
	case invoke:
		return answerInvoke(w, out.response)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func tooSlow(cause error) *refusal {
	return refuse(http.StatusServiceUnavailable, HandlerTooSlow, "no answer in time: %w", cause)
}

func (e *endpoint) call(ctx context.Context, turn *Turn) (out outcome) {
	defer func() {
		if p := recover(); p != nil {
			out = outcome{err: refuse(http.StatusInternalServerError, HandlerPanicked, "panic: %v\n%s", p, debug.Stack())}
		}
	}()
	response, err := e.handler.HandleTurn(ctx, turn)
	return outcome{response: response, err: err}
}

func answerInvoke(w http.ResponseWriter, response *activity.InvokeResponse) *refusal {
	if response == nil {
		return refuse(http.StatusNotImplemented, InvokeUnknown, "the handler does not know the invoke")
	}
	body, err := invokeBody(response)
	if err != nil {
		return refuse(http.StatusInternalServerError, AnswerUnusable, "%w", err)
	}
	if len(body) > 0 {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(response.Status)
	w.Write(body)
	return nil
}

func invokeBody(response *activity.InvokeResponse) ([]byte, error) {
	if response.Status < 200 || response.Status > 599 {
		return nil, fmt.Errorf("invoke answered with status %d", response.Status)
	}
	if response.Body == nil {
		return nil, nil
	}
	return encodeJSON(response.Body)
}
