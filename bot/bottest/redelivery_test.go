package bottest_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
)

// piped joins a client to a server through memory, so that time stands still while they talk.
type piped struct{ ends chan net.Conn }

func (p piped) Accept() (net.Conn, error) {
	if c, open := <-p.ends; open {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (p piped) Close() error   { return nil }
func (p piped) Addr() net.Addr { return &net.TCPAddr{} }

func (p piped) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	p.ends <- far
	return near, nil
}

// arrival is one post at the bot.
type arrival struct {
	after time.Duration
	id    string
}

// arrivals plays a bot inside a bubble: what it does with the n-th post is said by how, and everything that comes within five
// minutes of a delivery is answered.
func arrivals(t *testing.T, cfg bottest.Config, a *activity.Activity, how func(n int, w http.ResponseWriter, r *http.Request)) (came []arrival, first bottest.Answer, err error, tries []bottest.Delivery) {
	t.Helper()
	way := piped{make(chan net.Conn)}
	var mu sync.Mutex
	start := time.Now()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ ID string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		mu.Lock()
		came = append(came, arrival{time.Since(start), body.ID})
		n := len(came)
		mu.Unlock()
		how(n, w, r)
	})}
	go server.Serve(way)
	cfg.BaseURL, cfg.BotEndpoint = "http://service.example", "http://bot.example/api/messages"
	transport := &http.Transport{DialContext: way.dial}
	cfg.Transport = transport
	svc := bottest.New(cfg)
	first, err = svc.Deliver(t.Context(), a)
	time.Sleep(5 * time.Minute)
	if closing := svc.Close(); closing != nil {
		t.Error(closing)
	}
	transport.CloseIdleConnections()
	close(way.ends)
	server.Close()
	synctest.Wait()
	return came, first, err, svc.Deliveries()
}

func hang(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func status(codes ...int) func(int, http.ResponseWriter, *http.Request) {
	return func(n int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(codes[min(n, len(codes))-1]) }
}

func TestWhatIsNotTakenComesAgain(t *testing.T) {
	const s = time.Second
	message := &activity.Activity{Type: activity.TypeMessage, ID: "1", Text: "hello"}
	invoke := &activity.Activity{Type: activity.TypeInvoke, Name: activity.InvokeAdaptiveCard, ID: "1"}
	for _, row := range []struct {
		name  string
		cfg   bottest.Config
		sent  *activity.Activity
		how   func(int, http.ResponseWriter, *http.Request)
		after []time.Duration
		first int // the status of the first answer; 0 for none
	}{
		{name: "a message that is taken", sent: message, how: status(200), after: []time.Duration{0}, first: 200},
		{name: "a message without an answer", sent: message, how: hang, after: []time.Duration{0, 15 * s}},
		{name: "a message that the bot fails on", sent: message, how: status(500), after: []time.Duration{0, 15 * s}, first: 500},
		{name: "a bot that is away for a moment", sent: message, how: status(503, 200), after: []time.Duration{0, 15 * s}, first: 503},
		{name: "an answer in the last second", sent: message, how: func(_ int, w http.ResponseWriter, _ *http.Request) { time.Sleep(14 * s) }, after: []time.Duration{0}, first: 200},
		{name: "an answer too late", sent: message, how: func(n int, w http.ResponseWriter, _ *http.Request) {
			if n == 1 {
				time.Sleep(16 * s)
			}
		}, after: []time.Duration{0, 15 * s}},
		{name: "an invoke without an answer", sent: invoke, how: hang, after: []time.Duration{0, 15 * s, 45 * s, 60 * s}},
		{name: "an invoke that the bot fails on", sent: invoke, how: status(502), after: []time.Duration{0, 15 * s, 45 * s, 60 * s}, first: 502},
		{name: "an invoke that is taken under its new id", sent: invoke, how: status(500, 500, 200), after: []time.Duration{0, 15 * s, 45 * s}, first: 500},
		{name: "an invoke that is not known", sent: invoke, how: status(501), after: []time.Duration{0}, first: 501},
		{name: "a message that is refused", sent: message, how: status(401), after: []time.Duration{0}, first: 401},
		{name: "once alone", cfg: bottest.Config{DeliverOnce: true}, sent: message, how: status(500), after: []time.Duration{0}, first: 500},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				came, first, err, tries := arrivals(t, row.cfg, row.sent, row.how)
				if first.Status != row.first || (err != nil) != (row.first == 0) {
					t.Errorf("the first answer is %d, %v", first.Status, err)
				}
				var after []time.Duration
				for i, a := range came {
					after = append(after, a.after)
					if renewed := i >= 2; renewed == (a.id == "1") || i == 3 && a.id != came[2].id {
						t.Errorf("the try %d has the id %s", i, a.id)
					}
					if i < len(tries) && tries[i].Again != i {
						t.Errorf("the try %d is noted down as %d", i, tries[i].Again)
					}
				}
				if !slices.Equal(after, row.after) || len(tries) != len(came) {
					t.Errorf("it came after %v, want %v; %d tries are noted down", after, row.after, len(tries))
				}
			})
		})
	}
}

// TestRedeliveryByTheServicesClock moves a clock by hand: what comes again comes when the clock says so.
func TestRedeliveryByTheServicesClock(t *testing.T) {
	type alarm struct {
		after time.Duration
		ring  chan time.Time
	}
	alarms := make(chan alarm, 8)
	now := time.Now()
	svc := bottest.Start(t, bottest.Config{
		Clock: func() time.Time { return now },
		After: func(d time.Duration) <-chan time.Time {
			a := alarm{d, make(chan time.Time, 1)}
			alarms <- a
			return a.ring
		},
	})
	svc.SetBotEndpoint(answering(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	if _, err := svc.Say(t.Context(), "29:ada", channelID, "hello"); err != nil {
		t.Fatal(err)
	}
	<-alarms // for the first answer
	pause := <-alarms
	if n := len(svc.Deliveries()); pause.after != 15*time.Second || n != 1 {
		t.Errorf("after %d deliveries the service waits %v", n, pause.after)
	}
	pause.ring <- now
	svc.WaitFor(t, "the second try", func() bool { return len(svc.Deliveries()) == 2 })
}

// answering is the address of a bot that does one thing.
func answering(t *testing.T, bot http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(bot)
	t.Cleanup(server.Close)
	return server.URL
}

// TestCloseEndsWhatWasToComeAgain leaves nothing behind: the package's tests fail for a goroutine that is left.
func TestCloseEndsWhatWasToComeAgain(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	svc.SetBotEndpoint(answering(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	if posted, err := svc.Say(t.Context(), "29:ada", channelID, "hello"); err != nil || posted.Answer.Status != http.StatusInternalServerError {
		t.Errorf("answered %d, %v", posted.Answer.Status, err)
	}
	if err := svc.Close(); err != nil {
		t.Error(err)
	}
	if n := len(svc.Deliveries()); n != 1 {
		t.Errorf("%d deliveries", n)
	}
}
