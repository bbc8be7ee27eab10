package demo_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"

	"github.com/docket-handoff/docket/agent"
	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/teams"
	"github.com/docket-handoff/docket/web"
	"github.com/docket-handoff/docket/web/demo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	room   = demo.ChannelID
	ana    = "29:ana"
	marek  = "29:marek"
	secret = "the identity secret of the demo's website"
)

// world is the whole demo, put together the way the program does it: real sockets, real tokens, a real file.
type world struct {
	*testing.T
	service *bottest.Service
	desk    *handoff.Desk
	url     string // of the page
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, service: bottest.Start(t, demo.World())}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	engine, err := bolt.Open(filepath.Join(t.TempDir(), "docket.db"))
	w.must(err)
	w.after(engine)
	tokens, err := auth.NewClientSecret(w.service.SecretConfig())
	w.must(err)
	verifier, err := auth.NewVerifier(w.service.VerifierConfig())
	w.must(err)
	w.after(verifier)
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: w.service.Hosts()})
	w.must(err)
	w.after(client)

	w.desk = handoff.NewDesk(engine, handoff.Config{
		App: "Docket", Platforms: []handoff.Platform{teams.NewPlatform(client)}, Brief: agent.Brief, Close: agent.Close, Log: log,
	})
	w.run(w.desk.Run)
	w.run((&agent.Builtin{Desk: w.desk, Log: log}).Run)
	door, err := web.New(web.Config{
		Desk: w.desk, App: "Docket", Log: log,
		Bot: bot.Receive(verifier, teams.NewHandler(w.desk, client, "Docket", log), bot.Options{Log: log}),
	})
	w.must(err)
	server := w.serve(door.Handler())
	t.Cleanup(door.Drain)
	w.service.SetBotEndpoint(server + "/api/messages")

	page, err := demo.New(demo.Config{
		Service: w.service, Channel: room, Users: []string{ana, marek}, ServerURL: server, Identity: w.identity, Log: log,
	})
	w.must(err)
	w.url = w.serve(page)
	w.furnish()
	return w
}

// furnish connects the channel by a mention and sets the agent up with it.
func (w *world) furnish() {
	w.Helper()
	posted, err := w.service.Say(w.Context(), ana, room, "hello", bottest.MentionBot())
	w.must(err)
	if posted.Answer.Status != http.StatusOK {
		w.Fatalf("the mention was answered %d", posted.Answer.Status)
	}
	w.service.WaitFor(w, "the channel's confirmation", func() bool { return len(w.service.Messages(posted.Thread)) == 2 })
	channels, err := w.desk.Channels(w.Context())
	w.must(err)
	if len(channels) != 1 {
		w.Fatalf("%d channels are connected, want 1", len(channels))
	}
	_, err = w.desk.PutAgent(w.Context(), audit.Actor{Kind: audit.System}, demo.Agent(w.url, channels[0].ID, secret))
	w.must(err)
}

func (w *world) identity() string {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"aud": "marketing", "exp": time.Now().Add(time.Hour).Unix(), "visitor": demo.Visitor(), "account": demo.Account(),
	}).SignedString([]byte(secret))
	w.must(err)
	return token
}

// serve serves until the test ends; streams end with the server's context.
func (w *world) serve(h http.Handler) string {
	ctx, stop := context.WithCancel(context.Background())
	s := httptest.NewUnstartedServer(h)
	s.Config.BaseContext = baseContext(ctx)
	s.Start()
	w.Cleanup(func() {
		stop()
		s.Close()
	})
	return s.URL
}

func (w *world) run(f func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	w.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			w.Error(err)
		}
	})
}

func (w *world) after(c io.Closer) {
	w.Cleanup(func() { w.must(c.Close()) })
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func baseContext(ctx context.Context) func(net.Listener) context.Context {
	return func(net.Listener) context.Context { return ctx }
}
