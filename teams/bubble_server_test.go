package teams_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/docket-handoff/docket/agent"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/teams"
	"github.com/docket-handoff/docket/web"
)

const (
	docketHost = "127.0.0.1:3978"
	teamsHost  = "127.0.0.1:9000"
	bubbleKey  = "key"
)

// bubble is a whole server with its Teams, on a cable and a clock of their own.
type bubble struct {
	*testing.T
	dice   sync.Mutex
	rand   *rand.Rand
	cable  cable
	teams  *bottest.Service
	ana    bottest.User
	path   string
	engine *mortal
	desk   *handoff.Desk
	leave  func(killed bool)

	doubts int // faults after which nobody can know whether a post arrived
}

// mortal is an engine that can be cut off, as by the end of its process or by a full disk.
type mortal struct {
	store.Engine
	dead, full atomic.Bool
}

func (m *mortal) View(ctx context.Context, fn func(store.Tx) error) error {
	if m.dead.Load() {
		return store.ErrClosed
	}
	return m.Engine.View(ctx, fn)
}

func (m *mortal) Update(ctx context.Context, fn func(store.Tx) error) error {
	switch {
	case m.dead.Load():
		return store.ErrClosed
	case m.full.Load():
		return fmt.Errorf("%w: no space left on device", store.ErrUnavailable)
	}
	return m.Engine.Update(ctx, fn)
}

func newBubble(t *testing.T, seed uint64) *bubble {
	b := &bubble{T: t, rand: rand.New(rand.NewPCG(seed, 1)), path: filepath.Join(t.TempDir(), "docket.db")}
	b.teams = bottest.New(bottest.Config{BaseURL: "http://" + teamsHost, BotEndpoint: "http://" + docketHost + "/api/messages", Transport: b.cable.transport()})
	b.ana = b.teams.Users()[0]
	listener := b.cable.listen(teamsHost)
	server := &http.Server{Handler: b.teams.Handler()}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	b.start()
	t.Cleanup(func() {
		b.leave(false)
		must(t, b.teams.Close())
		must(t, server.Close())
		<-served
	})
	return b
}

// start brings the server up on the bubble's store.
func (b *bubble) start() {
	b.Helper()
	opened, err := bolt.Open(b.path)
	must(b.T, err)
	b.engine = &mortal{Engine: opened}
	log := slog.New(slog.NewTextHandler(b.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	secret, keys := b.teams.SecretConfig(), b.teams.VerifierConfig()
	way := &http.Client{Transport: b.cable.transport()}
	secret.HTTP, keys.HTTP = way, way
	tokens, err := auth.NewClientSecret(secret)
	must(b.T, err)
	verifier, err := auth.NewVerifier(keys)
	must(b.T, err)
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: b.teams.Hosts(), HTTP: way})
	must(b.T, err)
	b.desk = handoff.NewDesk(b.engine, handoff.Config{Platforms: []handoff.Platform{teams.NewPlatform(client)}, Brief: agent.Brief, Close: agent.Close, Log: log})
	door, err := web.New(web.Config{
		Desk: b.desk, APIKeys: []string{bubbleKey}, Log: log,
		Bot: bot.Receive(verifier, teams.NewHandler(b.desk, client, "Docket", log), bot.Options{Log: log}),
	})
	must(b.T, err)

	listener := b.cable.listen(docketHost)
	server := &http.Server{Handler: door.Handler()}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 3)
	go func() { ended <- b.desk.Run(ctx) }()
	go func() { ended <- (&agent.Builtin{Desk: b.desk, Log: log}).Run(ctx) }()
	go func() {
		_ = server.Serve(listener)
		ended <- nil
	}()
	engine := b.engine
	b.leave = func(killed bool) {
		if killed { // from now on nothing reaches the store, and nobody is answered
			engine.dead.Store(true)
			_ = server.Close()
		}
		door.Drain()
		_ = server.Shutdown(context.Background())
		cancel()
		for range cap(ended) {
			<-ended
		}
		must(b.T, client.Close())
		must(b.T, verifier.Close())
		must(b.T, engine.Engine.Close())
	}
}

// restart ends the server, in good order or not, and starts it again.
func (b *bubble) restart(killed bool) {
	b.Helper()
	b.leave(killed)
	b.start()
}
