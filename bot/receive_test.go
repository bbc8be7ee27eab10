package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// open is a gate that lets everything in.
type open struct{}

func (open) Verify(context.Context, http.Header) (auth.Claims, error) {
	return auth.Claims{KeyID: "k"}, nil
}
func (open) Authorize(auth.Claims, *activity.Activity) error { return nil }

const minimal = `{"type":"message","id":"1","conversation":{"id":"c"}}`
const minimalInvoke = `{"type":"invoke","name":"adaptiveCard/action","id":"1","conversation":{"id":"c"}}`

func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/api/messages", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	return r
}

// serve runs one request through an endpoint with a handler, past an open gate.
func serve(handler bot.HandlerFunc, opts bot.Options, r *http.Request) (*httptest.ResponseRecorder, string) {
	book := &logBook{}
	if opts.Log == nil {
		opts.Log = newLog(book)
	}
	w := httptest.NewRecorder()
	bot.Receive(open{}, handler, opts).ServeHTTP(w, r)
	return w, book.take()
}

func TestOtherMethods(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace, "post"} {
		w, _ := serve(neverCalled(t), bot.Options{}, httptest.NewRequest(method, "/api/messages", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

func neverCalled(t *testing.T) bot.HandlerFunc {
	return func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
		t.Error("the handler was called")
		return nil, nil
	}
}

// untouched is a body that must not be read.
type untouched struct{ t *testing.T }

func (u untouched) Read([]byte) (int, error) { u.t.Error("the body was read"); return 0, io.EOF }

func TestNoBodyIsReadBeforeTheToken(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	endpoint := bot.Receive(newVerifier(t, svc), neverCalled(t), bot.Options{Log: newLog(io.Discard)})
	for name, header := range map[string]string{"none": "", "junk": "Bearer a.b.c", "forged": "Bearer " + svc.Token(bottest.TokenOptions{Key: bottest.StrangersKey()})} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/api/messages", untouched{t})
			r.Header.Set("Content-Type", "application/json")
			if header != "" {
				r.Header.Set("Authorization", header)
			}
			w := httptest.NewRecorder()
			endpoint.ServeHTTP(w, r)
			if w.Code != http.StatusUnauthorized {
				t.Errorf("status %d", w.Code)
			}
		})
	}
}

func TestAnAnnouncedSizeIsEnoughToRefuse(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", untouched{t})
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = 100 << 20
	if w, _ := serve(neverCalled(t), bot.Options{}, r); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", w.Code)
	}
}

func TestTheLimitIsOnTheByte(t *testing.T) {
	const limit = 256 << 10
	sized := func(n int) string {
		const frame = `{"type":"message","conversation":{"id":"c"},"text":""}`
		return strings.Replace(frame, `"text":"`, `"text":"`+strings.Repeat("a", n-len(frame)), 1)
	}
	for n, want := range map[int]int{limit: http.StatusOK, limit + 1: http.StatusRequestEntityTooLarge} {
		for _, announced := range []int64{int64(n), -1} {
			r := post(sized(n))
			r.ContentLength = announced
			w, _ := serve(func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) { return nil, nil }, bot.Options{}, r)
			if w.Code != want {
				t.Errorf("%d bytes, announced %d: status %d, want %d", n, announced, w.Code, want)
			}
		}
	}
}

// TestASlowBodyIsCutOff drips a body through a real socket.
func TestASlowBodyIsCutOff(t *testing.T) {
	server := httptest.NewServer(bot.Receive(open{}, neverCalled(t), bot.Options{Log: newLog(io.Discard), Timeout: 50 * time.Millisecond}))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
		t.Errorf("answer %q, %v", answer, err)
	}
}

// oneConn is a listener with a single connection.
type oneConn chan net.Conn

func (c oneConn) Accept() (net.Conn, error) {
	conn, open := <-c
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (oneConn) Close() error   { return nil }
func (oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// TestADrippingBodyEndsWithItsTime: neither before nor after the refusal is a body waited for any longer than an answer may take.
func TestADrippingBodyEndsWithItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		listener := make(oneConn, 1)
		listener <- far
		server := &http.Server{Handler: bot.Receive(open{}, neverCalled(t), bot.Options{Log: newLog(io.Discard), Timeout: 10 * time.Second})}
		go server.Serve(listener)
		began := time.Now()
		go io.Copy(io.Discard, near)
		fmt.Fprintf(near, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
		for {
			if _, err := near.Write([]byte(" ")); err != nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if held := time.Since(began); held > 11*time.Second {
			t.Errorf("the connection was held for %v", held)
		}
		close(listener)
		server.Close()
	})
}

// reading is a body that tells when it is read, and is held until it may end.
type reading struct {
	inside *atomic.Int32
	end    <-chan struct{}
	rest   io.Reader
}

func (r reading) Read(b []byte) (int, error) {
	r.inside.Add(1)
	<-r.end
	r.inside.Add(-1)
	return r.rest.Read(b)
}

// TestSoManyAreReadAtOnce: 64, and the others wait for their turn, or until it is too late.
func TestSoManyAreReadAtOnce(t *testing.T) {
	const most, all = 64, 100
	for name, row := range map[string]struct {
		pause time.Duration
		late  int // how many are told to come again
	}{"in time": {time.Second, 0}, "too late": {time.Minute, all - most}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var inside, refused, took atomic.Int32
				end := make(chan struct{})
				endpoint := bot.Receive(open{}, bot.HandlerFunc(func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
					took.Add(1)
					return nil, nil
				}), bot.Options{Log: newLog(io.Discard), Observe: func(r auth.Reason) {
					if r == bot.TooMany {
						refused.Add(1)
					}
				}})
				for range all {
					go func() {
						r := post("")
						r.Body, r.ContentLength = io.NopCloser(reading{&inside, end, strings.NewReader(minimal)}), int64(len(minimal))
						endpoint.ServeHTTP(httptest.NewRecorder(), r)
					}()
				}
				synctest.Wait()
				if n := inside.Load(); n != most {
					t.Errorf("%d bodies are read at once, want %d", n, most)
				}
				time.Sleep(row.pause)
				synctest.Wait()
				close(end)
				synctest.Wait()
				if int(refused.Load()) != row.late {
					t.Errorf("%d were refused, want %d", refused.Load(), row.late)
				}
				if name == "in time" && took.Load() != all {
					t.Errorf("%d were taken, want %d", took.Load(), all)
				}
			})
		})
	}
}

func TestAConnectionServesManyDeliveries(t *testing.T) {
	server := httptest.NewServer(bot.Receive(open{}, bot.HandlerFunc(func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
		return nil, nil
	}), bot.Options{Log: newLog(io.Discard)}))
	defer server.Close()
	client := server.Client()
	for range 3 {
		resp, err := client.Post(server.URL, "application/json", strings.NewReader(minimal))
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("status %d", resp.StatusCode)
		}
	}
}

// broken is an error that names its own status.
type broken struct {
	status int
	after  time.Duration
}

func (b broken) Error() string             { return "the store cannot write: password=hunter2" }
func (b broken) HTTPStatus() int           { return b.status }
func (b broken) RetryAfter() time.Duration { return b.after }

func TestWhatAHandlersErrorBecomes(t *testing.T) {
	for _, row := range []struct {
		name       string
		err        error
		status     int
		retryAfter string
	}{
		{"any error", errors.New("boom"), 500, ""},
		{"one with a status", broken{status: 503}, 503, "5"},
		{"one with a status and a time", broken{status: 503, after: 1500 * time.Millisecond}, 503, "2"},
		{"one that is wrapped", fmt.Errorf("append: %w", broken{status: 503}), 503, "5"},
		{"a status that is no refusal", broken{status: 200}, 500, ""},
		{"a status out of range", broken{status: 700}, 500, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, body := range []string{minimal, minimalInvoke} {
				w, log := serve(func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
					return &activity.InvokeResponse{Status: 200, Body: "x"}, row.err
				}, bot.Options{}, post(body))
				if w.Code != row.status || w.Header().Get("Retry-After") != row.retryAfter {
					t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
				}
				if strings.Contains(w.Body.String(), "hunter2") || !strings.Contains(log, row.err.Error()) {
					t.Errorf("public %q, private %q", w.Body, log)
				}
			}
		})
	}
}

// TestAnInvokeErrorIsTheAnswer: Teams shows the person who pressed what the answer says, and "Unable to reach app" for any
// status but 200.
func TestAnInvokeErrorIsTheAnswer(t *testing.T) {
	invoke := func(name, value string) string {
		return `{"type":"invoke","name":"` + name + `","id":"1","conversation":{"id":"c"},"value":` + value + `}`
	}
	inner := func(status int, code, message string) string {
		return fmt.Sprintf(`{"statusCode":%d,"type":"application/vnd.microsoft.error","value":{"code":%q,"message":%q}}`, status, code, message)
	}
	reads := func(_ context.Context, turn *bot.Turn) (*activity.InvokeResponse, error) {
		_, err := turn.Activity.CardAction()
		return nil, fmt.Errorf("press: %w", err)
	}
	fails := func(status int) bot.HandlerFunc {
		return func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
			return nil, &activity.InvokeError{Status: status, Code: "Gone", Message: "It is over.", Err: errors.New("hunter2")}
		}
	}
	const press, other = "adaptiveCard/action", "task/fetch"
	for _, row := range []struct {
		name    string
		body    string
		handler bot.HandlerFunc
		status  int
		answer  string // empty: a fixed one
	}{
		{"a press without an action", invoke(press, `{}`), reads, 200, inner(400, "BadRequest", "The action is missing.")},
		{"a press whose value is a text", invoke(press, `"x"`), reads, 200, inner(400, "BadRequest", "The action could not be read.")},
		{"a press of another kind", invoke(press, `{"action":{"type":"Action.Submit"}}`), reads, 200, inner(400, "NotSupported", "This kind of action is not supported.")},
		{"a press with a status of its own", invoke(press, `{}`), fails(410), 200, inner(410, "Gone", "It is over.")},
		{"another invoke", invoke(other, `{}`), reads, 400, inner(400, "BadRequest", "The action is missing.")},
		{"another invoke with a status of its own", invoke(other, `{}`), fails(410), 410, inner(410, "Gone", "It is over.")},
		{"another invoke with a status that is no refusal", invoke(other, `{}`), fails(200), 400, inner(200, "Gone", "It is over.")},
		{"a message", minimal, fails(400), 500, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var reasons []auth.Reason
			w, log := serve(row.handler, bot.Options{Observe: func(r auth.Reason) { reasons = append(reasons, r) }}, post(row.body))
			if w.Code != row.status || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
				t.Errorf("status %d, content type %q", w.Code, w.Header().Get("Content-Type"))
			}
			if body := w.Body.String(); row.answer != "" && body != row.answer || row.answer == "" && !strings.HasPrefix(body, `{"error":`) {
				t.Errorf("body %s\nwant %s", body, row.answer)
			}
			if len(reasons) != 1 || reasons[0] != bot.HandlerFailed || strings.Count(log, "\n") != 1 || !strings.Contains(log, "reason=handler_failed") {
				t.Errorf("reasons %v, log %q", reasons, log)
			}
			if strings.Contains(w.Body.String(), "hunter2") {
				t.Errorf("the cause is public: %s", w.Body)
			}
		})
	}
}

func TestAPanicIsAnAnswerAndALogLine(t *testing.T) {
	var reasons []auth.Reason
	w, log := serve(func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) { panic("boom\x1b[31m") },
		bot.Options{Observe: func(r auth.Reason) { reasons = append(reasons, r) }}, post(minimal))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("status %d, body %s", w.Code, w.Body)
	}
	if len(reasons) != 1 || reasons[0] != bot.HandlerPanicked {
		t.Errorf("reasons %v", reasons)
	}
	if !strings.Contains(log, "boom") || !strings.Contains(log, "receive_test.go") || strings.Count(log, "\n") != 1 || strings.Contains(log, "\x1b") {
		t.Errorf("log %q", log)
	}
}

// TestAHandlerThatTakesTooLong runs in fake time: the answer comes at ten
// seconds, whether the handler heeds its context or not.
func TestAHandlerThatTakesTooLong(t *testing.T) {
	for _, stubborn := range []bool{false, true} {
		t.Run(fmt.Sprintf("stubborn %t", stubborn), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan struct{})
				handler := func(ctx context.Context, _ *bot.Turn) (*activity.InvokeResponse, error) {
					defer close(ended)
					if stubborn {
						time.Sleep(time.Hour)
						return nil, nil
					}
					<-ctx.Done()
					return nil, ctx.Err()
				}
				w, _ := serve(handler, bot.Options{}, post(minimal))
				if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
					t.Errorf("status %d", w.Code)
				}
				<-ended
			})
		})
	}
}

// timed is a recorder that knows when it was answered, and how often.
type timed struct {
	*httptest.ResponseRecorder
	answered []time.Time
}

func (w *timed) WriteHeader(status int) {
	w.answered = append(w.answered, time.Now())
	w.ResponseRecorder.WriteHeader(status)
}

// TestHowLongAnAnswerMayTake runs in fake time. A handler that ignores its time is answered for once, though an invoke has
// two ends to reach.
func TestHowLongAnAnswerMayTake(t *testing.T) {
	for _, row := range []struct {
		name string
		body string
		opts bot.Options
		want time.Duration
	}{
		{"a message", minimal, bot.Options{}, 10 * time.Second},
		{"an invoke", minimalInvoke, bot.Options{}, 5 * time.Second},
		{"a message in a time of its own", minimal, bot.Options{Timeout: 12 * time.Second}, 12 * time.Second},
		{"an invoke in a time of its own", minimalInvoke, bot.Options{InvokeTimeout: 7 * time.Second}, 7 * time.Second},
		{"an invoke within a shorter time for all", minimalInvoke, bot.Options{Timeout: 2 * time.Second}, 2 * time.Second},
		{"an invoke that may take longer than all", minimalInvoke, bot.Options{InvokeTimeout: time.Minute}, 10 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				row.opts.Log = newLog(io.Discard)
				began := time.Now()
				w := &timed{ResponseRecorder: httptest.NewRecorder()}
				bot.Receive(open{}, bot.HandlerFunc(func(ctx context.Context, _ *bot.Turn) (*activity.InvokeResponse, error) {
					if until, ok := ctx.Deadline(); !ok || until.Sub(began) != row.want {
						t.Errorf("the handler may take %v, want %v", until.Sub(began), row.want)
					}
					time.Sleep(time.Hour)
					return nil, nil
				}), row.opts).ServeHTTP(w, post(row.body))
				if w.Code != http.StatusServiceUnavailable || len(w.answered) != 1 || w.answered[0].Sub(began) != row.want {
					t.Errorf("status %d, answered at %v", w.Code, w.answered)
				}
			})
		})
	}
}

// TestAFailureAfterTheTimeIsLogged: it is answered and counted as too slow, once, and leaves its own trace.
func TestAFailureAfterTheTimeIsLogged(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(ctx context.Context) error
		want []string // in a second line of the log; empty: there is none
	}{
		{"it panics", func(context.Context) error { panic("boom\x1b[31m") }, []string{"reason=handler_panicked", "boom", "receive_test.go"}},
		{"it fails", func(context.Context) error { return errors.New("the store cannot write") }, []string{"reason=handler_failed", "the store cannot write"}},
		{"it ends with its time", func(ctx context.Context) error { return fmt.Errorf("append: %w", ctx.Err()) }, nil},
		{"it succeeds", func(context.Context) error { return nil }, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var reasons []auth.Reason
				w, log := serve(func(ctx context.Context, _ *bot.Turn) (*activity.InvokeResponse, error) {
					time.Sleep(time.Hour)
					return nil, row.end(ctx)
				}, bot.Options{Observe: func(r auth.Reason) { reasons = append(reasons, r) }}, post(minimal))
				if w.Code != http.StatusServiceUnavailable || len(reasons) != 1 || reasons[0] != bot.HandlerTooSlow {
					t.Errorf("status %d, reasons %v", w.Code, reasons)
				}
				first, second, _ := strings.Cut(log, "\n")
				if !strings.Contains(first, "reason=handler_too_slow") || (second != "") != (row.want != nil) || strings.Contains(log, "\x1b") {
					t.Errorf("log %q", log)
				}
				for _, want := range append(row.want, "id=1") {
					if row.want != nil && !strings.Contains(second, want) {
						t.Errorf("the log's second line lacks %q: %q", want, second)
					}
				}
			})
		})
	}
}

// TestALateAnswerDoesNotWaitForTheHandler reads the whole answer through a real
// socket while a handler that ignores its context is still at work, on a turn that
// is its own.
func TestALateAnswerDoesNotWaitForTheHandler(t *testing.T) {
	release := make(chan struct{})
	reasons := make(chan auth.Reason, 2)
	server := httptest.NewServer(bot.Receive(open{}, bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) (*activity.InvokeResponse, error) {
		turn.Activity.ID, turn.Activity = "", nil
		<-release
		return nil, errors.New("too late to matter")
	}), bot.Options{Log: newLog(io.Discard), Timeout: 20 * time.Millisecond, Observe: func(r auth.Reason) { reasons <- r }}))
	defer server.Close()
	defer close(release)
	resp, err := server.Client().Post(server.URL, "application/json", strings.NewReader(minimal))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusServiceUnavailable || !json.Valid(body) || !resp.Close {
		t.Errorf("status %d, body %q, connection kept %t, %v", resp.StatusCode, body, !resp.Close, err)
	}
	if reason := <-reasons; reason != bot.HandlerTooSlow || len(reasons) > 0 {
		t.Errorf("refused with %s and %d more", reason, len(reasons))
	}
}

func TestTheHandlersContextHasADeadline(t *testing.T) {
	serve(func(ctx context.Context, _ *bot.Turn) (*activity.InvokeResponse, error) {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("the handler may take for ever")
		}
		return nil, nil
	}, bot.Options{}, post(minimal))
}

func TestInvokeAnswers(t *testing.T) {
	card := json.RawMessage(`{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"<at>Ada</at> & co"}]}`)
	pointer := func(r activity.InvokeResponse) *activity.InvokeResponse { return &r }
	for _, row := range []struct {
		name     string
		response *activity.InvokeResponse
		status   int
		body     string // empty: none; "fixed": a refusal's
	}{
		{"a card", pointer(activity.CardResponse(card)), 200, `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"<at>Ada</at> & co"}]}}`},
		{"a message", pointer(activity.MessageResponse("Taken by Ada.")), 200, `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Taken by Ada."}`},
		{"an error inside", pointer(activity.ErrorResponse(400, "BadRequest", "No.")), 200, `{"statusCode":400,"type":"application/vnd.microsoft.error","value":{"code":"BadRequest","message":"No."}}`},
		{"a status without a body", &activity.InvokeResponse{Status: 204}, 204, ""},
		{"a status of its own", &activity.InvokeResponse{Status: 412, Body: map[string]int{"a": 1}}, 412, `{"a":1}`},
		{"nothing", nil, 501, "fixed"},
		{"no status", &activity.InvokeResponse{Body: "x"}, 500, "fixed"},
		{"a body that is no JSON", &activity.InvokeResponse{Status: 200, Body: func() {}}, 500, "fixed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, _ := serve(func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) { return row.response, nil }, bot.Options{}, post(minimalInvoke))
			body := w.Body.String()
			if w.Code != row.status {
				t.Fatalf("status %d %s", w.Code, body)
			}
			if row.body == "fixed" {
				if !strings.HasPrefix(body, `{"error":`) {
					t.Errorf("body %s", body)
				}
				return
			}
			if body != row.body {
				t.Errorf("body %s\nwant %s", body, row.body)
			}
			if kind := w.Header().Get("Content-Type"); (row.body != "") != strings.HasPrefix(kind, "application/json") {
				t.Errorf("content type %q", kind)
			}
		})
	}
}

func TestAResponseToAMessageIsIgnored(t *testing.T) {
	w, _ := serve(func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
		return &activity.InvokeResponse{Status: 418, Body: "x"}, nil
	}, bot.Options{}, post(minimal))
	if w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("status %d, body %q", w.Code, w.Body)
	}
}

func TestWithoutKeysTheAnswerIs503(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	svc.Fail(bottest.OpMetadata, 1, bottest.Fault{Status: 500})
	e := newEndAt(t, svc, nil, nil, bot.Options{})
	answer, err := svc.SendRaw(t.Context(), goodActivity(svc).json(), bottest.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	turns, reasons, _ := e.take()
	if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || len(turns) != 0 || len(reasons) != 1 || reasons[0] != auth.KeysUnavailable {
		t.Errorf("status %d, Retry-After %q, reasons %v", answer.Status, answer.Header.Get("Retry-After"), reasons)
	}
}

func TestForeignTextInTheLogIsTame(t *testing.T) {
	e := newEnd(t, bottest.Config{}, func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) { return nil, errors.New("x") })
	body := goodActivity(e.svc)
	body["id"] = "1\n" + `level=ERROR msg="forged"` + "\u202e\x1b[2J\u2028" + strings.Repeat("z", 500)
	body["type"] = "message"
	if _, err := e.svc.SendRaw(t.Context(), body.json(), bottest.TokenOptions{}); err != nil {
		t.Fatal(err)
	}
	_, _, log := e.take()
	if strings.Count(log, "\n") != 1 || strings.ContainsAny(log, "\u202e\x1b\u2028") || strings.Contains(log, strings.Repeat("z", 65)) {
		t.Errorf("log %q", log)
	}
	if strings.Contains(log, "hello") {
		t.Errorf("the log repeats what a person wrote: %q", log)
	}
}

// oddGate fails in ways that no verifier does.
type oddGate struct{ verify, authorize error }

func (g oddGate) Verify(context.Context, http.Header) (auth.Claims, error) {
	return auth.Claims{}, g.verify
}
func (g oddGate) Authorize(auth.Claims, *activity.Activity) error { return g.authorize }

func TestAGateThatFailsLetsNobodyIn(t *testing.T) {
	for name, gate := range map[string]bot.Gate{"verify": oddGate{verify: errors.New("x")}, "authorize": oddGate{authorize: errors.New("x")}} {
		w := httptest.NewRecorder()
		bot.Receive(gate, neverCalled(t), bot.Options{Log: newLog(io.Discard)}).ServeHTTP(w, post(minimal))
		if w.Code != http.StatusInternalServerError {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
}
