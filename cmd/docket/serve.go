package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/docket-handoff/docket/agent"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/teams"
	"github.com/docket-handoff/docket/web"
)

type serveCommand struct {
	settings
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(env environment) error {
	if err := c.validate(); err != nil {
		return err
	}
	log := newLog(&c.settings, env.stderr)
	for _, name := range ignored(os.Environ()) {
		log.Warn("there is no such setting in this version; it is ignored", "setting", name)
	}
	server, err := assemble(&c.settings, log)
	if err != nil {
		return err
	}
	server.hint(log)
	return server.run(env.ctx)
}

func newLog(s *settings, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // the parser has checked the name
	options := &slog.HandlerOptions{Level: level}
	if s.Log == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// server is everything that lives while docket serves.
type server struct {
	settings *settings
	log      *slog.Logger
	listener net.Listener
	engine   *bolt.Engine
	keeper   *keeper
	desk     *handoff.Desk
	agent    *agent.Builtin
	web      *web.Server
	closers  []io.Closer
}

// assemble opens the store and the listener and puts the rooms together: client, platform, desk, handler, endpoint, door.
// It starts nothing. Whoever gets a server runs it; run closes what assemble opened.
func assemble(s *settings, log *slog.Logger) (_ *server, err error) {
	srv := &server{settings: s, log: log}
	defer func() {
		if err != nil {
			srv.close()
		}
	}()
	client, gate, err := srv.bot() // first, so that a bad setting leaves no new store behind
	if err != nil {
		return nil, err
	}
	path, err := s.storePath()
	if err != nil {
		return nil, err
	}
	if srv.engine, err = bolt.Open(path); err != nil {
		return nil, fmt.Errorf("DOCKET_STORE: %w", err)
	}
	srv.keeper = newKeeper(path, srv.engine, log)
	srv.closers = append(srv.closers, srv.engine, srv.keeper)
	if srv.listener, err = net.Listen("tcp", s.Addr); err != nil {
		return nil, named("DOCKET_ADDR", "%v", err)
	}
	srv.closers = append(srv.closers, srv.listener)

	cfg := handoff.Config{App: s.Name, Brief: agent.Brief, Close: agent.Close, Log: log}
	if client != nil {
		cfg.Platforms = append(cfg.Platforms, teams.NewPlatform(client))
	}
	srv.desk = handoff.NewDesk(srv.engine, cfg)
	srv.agent = &agent.Builtin{Desk: srv.desk, Log: log}

	counters := newMetrics()
	door := web.Config{Metrics: counters.handler(), Desk: srv.desk, PublicURL: s.publicURL(srv.listener.Addr()), App: s.Name, Log: log}
	if s.APIKey != "" {
		door.APIKeys = []string{s.APIKey}
	}
	if client != nil {
		door.Bot = bot.Receive(gate, teams.NewHandler(srv.desk, client, s.Name, log), bot.Options{Log: log, Observe: counters.refused})
	}
	srv.web, err = web.New(door)
	return srv, err
}

// bot makes the two ends of the Bot Framework; both are nil when no bot is configured.
func (srv *server) bot() (*bot.Client, bot.Gate, error) {
	b := &srv.settings.Bot
	if !b.configured() && !srv.settings.InsecureNoBotAuth {
		return nil, nil, nil
	}
	hosts, err := b.hosts()
	if err != nil {
		return nil, nil, err
	}
	tokens, err := b.tokens()
	if err != nil {
		return nil, nil, err
	}
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: hosts, UserAgent: "docket"})
	if err != nil {
		return nil, nil, err
	}
	srv.closers = append(srv.closers, client)
	gate, err := srv.gate(hosts)
	return client, gate, err
}

// gate decides who may deliver activities. Without a token only a client on this machine may, and only when the operator
// said so.
func (srv *server) gate(hosts auth.Hosts) (bot.Gate, error) {
	b := &srv.settings.Bot
	var verifier bot.Gate
	if b.configured() {
		v, err := auth.NewVerifier(auth.VerifierConfig{
			AppID: b.ID, Cloud: b.cloud(), MetadataURL: b.OpenIDMetadata, Hosts: hosts, Tenants: srv.tenantAllowed, Log: srv.log,
		})
		if err != nil {
			return nil, named("DOCKET_BOT_OPENID_METADATA", "%v", err)
		}
		srv.closers = append(srv.closers, v)
		verifier = v
	}
	if srv.settings.InsecureNoBotAuth {
		return bot.LoopbackOnly(hosts, verifier), nil
	}
	return verifier, nil
}

// tenantAllowed decides whose activities are accepted. Where the settings list no tenants, those that consented are let in
// beside the home tenant, from the moment that a token proves it.
func (srv *server) tenantAllowed(tenant string) bool {
	b := &srv.settings.Bot
	if b.tenantNamed(tenant) {
		return true
	}
	if tenant == "" || len(b.AllowedTenants) > 0 {
		return false
	}
	known, err := srv.desk.Tenant(context.Background(), teams.PlatformName, tenant)
	if err != nil {
		srv.log.Warn("a tenant could not be looked up, so its activity was refused", "error", err)
	}
	return err == nil && known.Admitted()
}

// hint tells a newcomer what is missing and how to get it, in one line each.
func (srv *server) hint(log *slog.Logger) {
	s := srv.settings
	switch {
	case s.InsecureNoBotAuth:
		log.Warn("activities without a token are accepted from this machine; use this with a local client alone", "setting", "DOCKET_INSECURE_NO_BOT_AUTH")
	case !s.Bot.configured():
		log.Warn("Microsoft Teams is not set up: register a single-tenant bot in Microsoft Entra and set DOCKET_BOT_ID, DOCKET_BOT_SECRET and DOCKET_BOT_TENANT; docs/teams.md shows each step")
	}
	if s.APIKey == "" {
		log.Warn("the server API is closed: set DOCKET_API_KEY to a long random text to create agents")
	}
	if s.InsecureNoBotAuth && len(s.Bot.ServiceHosts) == 0 {
		log.Warn("no service URL may be called: name the local client's host and port", "setting", "DOCKET_BOT_SERVICE_HOSTS")
	}
}

// The limits of the listener. Streams have their own write deadlines.
const (
	headerTime   = 5 * time.Second
	requestTime  = 30 * time.Second
	idleTime     = 60 * time.Second
	headerBytes  = 16 << 10
	shutdownTime = 25 * time.Second
)

// run serves until ctx ends, then stops in order: streams are told to come back, requests and posts in flight are
// finished, the store is closed.
func (srv *server) run(ctx context.Context) error {
	defer srv.close()
	if _, err := srv.desk.Epoch(ctx); err != nil {
		return fmt.Errorf("the store cannot be used: %w", err)
	}
	httpServer := &http.Server{
		Handler: srv.web.Handler(), ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, IdleTimeout: idleTime, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(srv.log.Handler(), slog.LevelDebug),
	}
	group, living := errgroup.WithContext(ctx)
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	group.Go(func() error { return srv.keeper.run(living) })
	group.Go(func() error { return srv.desk.Run(work) })
	group.Go(func() error { return srv.agent.Run(work) })
	group.Go(func() error {
		srv.log.Info("docket is listening", "url", srv.settings.publicURL(srv.listener.Addr()), "settings", srv.settings)
		if err := httpServer.Serve(srv.listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-living.Done()
		defer stopWork()
		srv.log.Info("docket is stopping")
		stopping, done := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer done()
		srv.web.Drain()
		return httpServer.Shutdown(stopping)
	})
	return group.Wait()
}

// close closes what assemble opened, the last first.
func (srv *server) close() {
	for i := len(srv.closers) - 1; i >= 0; i-- {
		if err := srv.closers[i].Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			srv.log.Warn("something did not close cleanly", "error", err)
		}
	}
	srv.closers = nil
}
