package bot_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// TestFaultsOfASend has one row for each way in which a post can go wrong: is it
// in doubt, does it pay to try later, was it posted, and it was tried once.
func TestFaultsOfASend(t *testing.T) {
	inAMinute := time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)
	for _, row := range []struct {
		name      string
		fault     bottest.Fault
		status    int
		doubtful  bool
		temporary bool
		gone      bool
		removed   bool
		wait      bool // a time to wait is given
		posted    bool
	}{
		{name: "a bad argument", fault: bottest.Fault{Status: 400, Code: "BadArgument"}, status: 400},
		{name: "forbidden", fault: bottest.Fault{Status: 403, Code: "NotEnoughPermissions"}, status: 403},
		{name: "removed from the team", fault: bottest.Fault{Status: 403, Code: bot.CodeBotNotInRoster}, status: 403, gone: true, removed: true},
		{name: "disabled by an admin", fault: bottest.Fault{Status: 403, Code: bot.CodeBotDisabled}, status: 403, gone: true, removed: true},
		{name: "blocked, in the odd shape", fault: bottest.Fault{Status: 403, Body: `{"errorCode":209,"message":"{\n  \"subCode\": \"MessageWritesBlocked\"\n}"}`}, status: 403, gone: true, removed: true},
		{name: "a service error is not gone for a post", fault: bottest.Fault{Status: 403, Code: bot.CodeServiceError}, status: 403},
		{name: "the channel is gone", fault: bottest.Fault{Status: 404, Code: bot.CodeConversationNotFound}, status: 404, gone: true, removed: true},
		{name: "the message is gone", fault: bottest.Fault{Status: 404, Code: bot.CodeActivityNotFound}, status: 404, gone: true},
		{name: "a conflict", fault: bottest.Fault{Status: 412, Code: "PreconditionFailed"}, status: 412, temporary: true},
		{name: "too large", fault: bottest.Fault{Status: 413, Code: "MessageSizeTooBig"}, status: 413},
		{name: "too many, in seconds", fault: bottest.Fault{Status: 429, Code: "Throttled", RetryAfter: "7"}, status: 429, temporary: true, wait: true},
		{name: "too many, until a date", fault: bottest.Fault{Status: 429, RetryAfter: inAMinute}, status: 429, temporary: true, wait: true},
		{name: "too many, with nonsense", fault: bottest.Fault{Status: 429, RetryAfter: "soon"}, status: 429, temporary: true},
		{name: "an error of the service", fault: bottest.Fault{Status: 500, Code: bot.CodeServiceError}, status: 500, doubtful: true},
		{name: "an error after posting", fault: bottest.Fault{Status: 500, AfterPosting: true}, status: 500, doubtful: true, posted: true},
		{name: "a bad gateway", fault: bottest.Fault{Status: 502}, status: 502, doubtful: true, temporary: true},
		{name: "a bad gateway after posting", fault: bottest.Fault{Status: 502, AfterPosting: true}, status: 502, doubtful: true, temporary: true, posted: true},
		{name: "unavailable", fault: bottest.Fault{Status: 503, RetryAfter: "3"}, status: 503, doubtful: true, temporary: true, wait: true},
		{name: "a gateway's time-out after posting", fault: bottest.Fault{Status: 504, AfterPosting: true, Body: "<html>"}, status: 504, doubtful: true, temporary: true, posted: true},
		{name: "a request time-out", fault: bottest.Fault{Status: 408}, status: 408, doubtful: true, temporary: true},
		{name: "a redirect", fault: bottest.Fault{Status: 307, Location: "http://127.0.0.1:9/"}, status: 307},
		{name: "a reset", fault: bottest.Fault{Reset: true}, doubtful: true, temporary: true},
		{name: "a reset after posting", fault: bottest.Fault{Reset: true, AfterPosting: true}, doubtful: true, temporary: true, posted: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			svc := bottest.Start(t, bottest.Config{})
			svc.Fail(bottest.OpSend, 1, row.fault)
			_, err := newClient(t, svc).Send(t.Context(), svc.ServiceURL(), sales(svc), text("x"))
			e := asError(t, err)
			if e.Status != row.status || e.Doubtful != row.doubtful || e.Temporary() != row.temporary || e.Gone() != row.gone || e.Removed() != row.removed {
				t.Errorf("%v: doubtful %t, temporary %t, gone %t, removed %t", err, e.Doubtful, e.Temporary(), e.Gone(), e.Removed())
			}
			if (e.RetryAfter > 0) != row.wait {
				t.Errorf("wait %s", e.RetryAfter)
			}
			if e.Op == "" || e.ServiceHost != svc.Host() {
				t.Errorf("op %q, host %q", e.Op, e.ServiceHost)
			}
			if n := svc.Count(bottest.OpSend); n != 1 {
				t.Errorf("%d posts, want 1", n)
			}
			if posted := len(svc.Threads(sales(svc))) == 1; posted != row.posted {
				t.Errorf("posted %t, want %t", posted, row.posted)
			}
		})
	}
}

// TestSuccessesWithoutAnID are posts that did happen.
func TestSuccessesWithoutAnID(t *testing.T) {
	for name, fault := range map[string]bottest.Fault{
		"an empty body":  {Status: 200, AfterPosting: true},
		"202 and {}":     {Status: 202, Body: "{}", AfterPosting: true},
		"broken JSON":    {Status: 201, Body: `{"id":`, AfterPosting: true},
		"another shape":  {Status: 201, Body: `[]`, AfterPosting: true},
		"an id of null":  {Status: 201, Body: `{"id":null}`, AfterPosting: true},
		"only an excuse": {Status: 200, Body: "<html>", AfterPosting: true},
	} {
		t.Run(name, func(t *testing.T) {
			svc := bottest.Start(t, bottest.Config{})
			client := newClient(t, svc)
			svc.Fail(bottest.OpSend, 1, fault)
			if id, err := client.Send(t.Context(), svc.ServiceURL(), sales(svc), text("x")); id != "" || err != nil {
				t.Errorf("Send = %q, %v", id, err)
			}
			svc.Fail(bottest.OpCreate, 1, fault)
			_, err := client.CreateConversation(t.Context(), svc.ServiceURL(), newThread(svc, sales(svc), text("x")))
			if e := asError(t, err); !e.Doubtful {
				t.Errorf("a thread without a name: %v", err)
			}
		})
	}
}

// TestAnswersThatTellNothing are failures where the answer is the point.
func TestAnswersThatTellNothing(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	client := newClient(t, svc)
	for _, body := range []string{`{"id":`, "[]", "<html>"} {
		svc.Fail(bottest.OpMember, 1, bottest.Fault{Status: 200, Body: body})
		_, err := client.Member(t.Context(), svc.ServiceURL(), sales(svc), "29:ada")
		if e := asError(t, err); e.Doubtful || e.Temporary() || e.Gone() {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestUpdatesAreNeverInDoubt(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	client := newClient(t, svc)
	thread, err := client.CreateConversation(t.Context(), svc.ServiceURL(), newThread(svc, sales(svc), card("one")))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		fault bottest.Fault
		gone  bool
	}{
		{bottest.Fault{Status: 502, AfterPosting: true}, false},
		{bottest.Fault{Reset: true}, false},
		{bottest.Fault{Status: 404, Code: bot.CodeActivityNotFound}, true},
		{bottest.Fault{Status: 403, Code: bot.CodeServiceError}, true},
		{bottest.Fault{Status: 403, Code: "Unknown"}, true},
		{bottest.Fault{Status: 403, Code: "NotEnoughPermissions"}, false},
	} {
		svc.Fail(bottest.OpUpdate, 1, row.fault)
		e := asError(t, client.Update(t.Context(), svc.ServiceURL(), thread.ID, thread.ActivityID, card("two")))
		if e.Doubtful || e.Gone() != row.gone {
			t.Errorf("%v: doubtful %t, gone %t", e, e.Doubtful, e.Gone())
		}
	}
	if err := client.Update(t.Context(), svc.ServiceURL(), thread.ID, thread.ActivityID, card("two")); err != nil {
		t.Error(err)
	}
}

func TestWhatPeopleDidMeanwhileIsGone(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	client := newClient(t, svc)
	thread, err := client.CreateConversation(t.Context(), svc.ServiceURL(), newThread(svc, sales(svc), card("one")))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Delete(t.Context(), svc.ServiceURL(), thread.ID, thread.ActivityID); err != nil {
		t.Fatal(err)
	}
	if e := asError(t, client.Update(t.Context(), svc.ServiceURL(), thread.ID, thread.ActivityID, card("two"))); !e.Gone() || e.Removed() {
		t.Error(e)
	}
	svc.SetBotEndpoint("http://127.0.0.1:1/")
	svc.RemoveBot(t.Context(), "29:ada", sales(svc))
	_, err = client.Send(t.Context(), svc.ServiceURL(), thread.ID, text("x"))
	if e := asError(t, err); !e.Removed() || e.Code != bot.CodeBotNotInRoster {
		t.Error(e)
	}
}

// TestAHangIsInDoubt gives up on a service that took the request and says
// nothing.
func TestAHangIsInDoubt(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	client := newClient(t, svc)
	if _, err := client.Send(t.Context(), svc.ServiceURL(), sales(svc), text("warm")); err != nil {
		t.Fatal(err)
	}
	svc.Fail(bottest.OpSend, 1, bottest.Fault{Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := client.Send(ctx, svc.ServiceURL(), sales(svc), text("x"))
		done <- err
	}()
	svc.WaitFor(t, "the second post", func() bool { return svc.Count(bottest.OpSend) == 2 })
	cancel()
	err := <-done
	if e := asError(t, err); !e.Doubtful || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestBeforeTheRequestIsWrittenNothingIsInDoubt: no listener, no name, no TLS, no
// time.
func TestBeforeTheRequestIsWrittenNothingIsInDoubt(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	listener.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	self := httptest.NewTLSServer(http.NotFoundHandler())
	self.Config.ErrorLog = quiet()
	defer self.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []struct {
		name, url string
		ctx       context.Context
	}{
		{"nobody listens", "http://" + closed + "/", t.Context()},
		{"a TLS handshake with a plain server", "https://" + plain.Listener.Addr().String() + "/", t.Context()},
		{"a certificate of nobody", self.URL + "/", t.Context()},
		{"the caller has gone", plain.URL + "/", canceled},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, host, _ := strings.Cut(strings.TrimRight(row.url, "/"), "://")
			hosts, err := auth.NewHosts(auth.Public, host)
			if err != nil {
				t.Fatal(err)
			}
			client := clientWith(t, bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: hosts})
			_, err = client.Send(row.ctx, row.url, "c", text("x"))
			if e := asError(t, err); e.Doubtful || !e.Temporary() || e.Status != 0 {
				t.Errorf("%v: doubtful %t", err, e.Doubtful)
			}
		})
	}
}

// TestNoSilentReplay lets a server take a request on a kept-alive connection and
// drop the connection: net/http must not send it again by itself.
func TestNoSilentReplay(t *testing.T) {
	var posts atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if posts.Add(1) == 1 {
			fmt.Fprint(w, `{"id":"1"}`)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			conn.Close()
		}
	}))
	defer server.Close()
	hosts, err := auth.NewHosts(auth.Public, server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client := clientWith(t, bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: hosts})
	if _, err := client.Send(t.Context(), server.URL+"/", "c", text("x")); err != nil {
		t.Fatal(err)
	}
	_, err = client.Send(t.Context(), server.URL+"/", "c", text("x"))
	if e := asError(t, err); !e.Doubtful {
		t.Error(err)
	}
	if n := posts.Load(); n != 2 {
		t.Errorf("the server took %d posts, want 2", n)
	}
}

// TestARequestThatBreaksOffIsNotInDoubt refuses to read a large body: the
// service never has the whole of it.
func TestARequestThatBreaksOffIsNotInDoubt(t *testing.T) {
	broken := errors.New("the wire broke")
	client := clientWith(t, bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: hostsOf(t, "localhost:9"), HTTP: &http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() {
				io.ReadFull(far, make([]byte, 8<<10))
				far.Close()
			}()
			return brokenConn{near, broken}, nil
		},
	}}})
	_, err := client.Send(t.Context(), "http://localhost:9/", "c", text(strings.Repeat("a", 60<<10)))
	if e := asError(t, err); e.Doubtful || !e.Temporary() {
		t.Errorf("%v: doubtful %t", err, e.Doubtful)
	}
}

// brokenConn names the cause of a failed write.
type brokenConn struct {
	net.Conn
	err error
}

func (c brokenConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		err = c.err
	}
	return n, err
}

func hostsOf(t *testing.T, extra ...string) auth.Hosts {
	t.Helper()
	hosts, err := auth.NewHosts(auth.Public, extra...)
	if err != nil {
		t.Fatal(err)
	}
	return hosts
}

func TestErrorTextsAreFitForALog(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	svc.Fail(bottest.OpSend, 1, bottest.Fault{Status: 400, Body: `{"error":{"code":"Bad\nArgument","message":"` + strings.Repeat("é", 1000) + `\u0007"}}`})
	_, err := newClient(t, svc).Send(t.Context(), svc.ServiceURL(), sales(svc), text("a visitor's words"))
	said := err.Error()
	if strings.ContainsAny(said, "\n\a") || len([]rune(said)) > 500 || strings.Contains(said, "visitor") || strings.Contains(said, "thread.tacv2") || strings.Contains(said, "eyJ") {
		t.Errorf("unfit for a log: %q", said)
	}
	if !strings.Contains(said, "400") || !strings.Contains(said, svc.Host()) {
		t.Errorf("says too little: %q", said)
	}
}
