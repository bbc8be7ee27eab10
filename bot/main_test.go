package bot_test

import (
	"context"
	"io"
	"log"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// end is a bot's endpoint behind a real socket, with a service that talks to it.
type end struct {
	svc *bottest.Service
	log *logBook

	mu      sync.Mutex
	turns   []*bot.Turn
	reasons []auth.Reason
	handle  bot.HandlerFunc
}

// newEnd starts both. Handle may be nil for a bot that takes everything.
func newEnd(t *testing.T, cfg bottest.Config, handle bot.HandlerFunc) *end {
	t.Helper()
	return newEndAt(t, bottest.Start(t, cfg), handle, nil, bot.Options{})
}

func newEndAt(t *testing.T, svc *bottest.Service, handle bot.HandlerFunc, gate bot.Gate, opts bot.Options) *end {
	t.Helper()
	e := &end{svc: svc, log: &logBook{}, handle: handle}
	if gate == nil {
		gate = newVerifier(t, svc)
	}
	opts.Log = newLog(e.log)
	opts.Observe = func(reason auth.Reason) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.reasons = append(e.reasons, reason)
	}
	server := httptest.NewServer(bot.Receive(gate, bot.HandlerFunc(e.turn), opts))
	t.Cleanup(server.Close)
	svc.SetBotEndpoint(server.URL + "/api/messages")
	return e
}

func newVerifier(t *testing.T, svc *bottest.Service) *auth.Verifier {
	t.Helper()
	cfg := svc.VerifierConfig()
	cfg.Tenants = func(tenant string) bool { return tenant == bottest.DefaultTenant }
	v, err := auth.NewVerifier(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func (e *end) turn(ctx context.Context, turn *bot.Turn) (*activity.InvokeResponse, error) {
	e.mu.Lock()
	e.turns = append(e.turns, turn)
	e.mu.Unlock()
	if e.handle == nil {
		return nil, nil
	}
	return e.handle(ctx, turn)
}

// take answers what happened since it was asked last.
func (e *end) take() (turns []*bot.Turn, reasons []auth.Reason, log string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	turns, reasons = e.turns, e.reasons
	e.turns, e.reasons = nil, nil
	return turns, reasons, e.log.take()
}

// logBook is a log that a test reads.
type logBook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBook) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.String()
	l.text.Reset()
	return text
}

// newClient makes a client of the service.
func newClient(t *testing.T, svc *bottest.Service) *bot.Client {
	t.Helper()
	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		t.Fatal(err)
	}
	return clientWith(t, bot.ClientConfig{Tokens: tokens, Hosts: svc.Hosts()})
}

func clientWith(t *testing.T, cfg bot.ClientConfig) *bot.Client {
	t.Helper()
	client, err := bot.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func newLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// quiet is the log of a server whose complaints are expected.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
