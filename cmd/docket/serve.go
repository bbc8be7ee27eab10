package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"github.com/docket-handoff/docket/agent"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/teams"
	"github.com/docket-handoff/docket/web"
	"github.com/docket-handoff/docket/web/admin"
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
		log.Warn(whyIgnored(name), "setting", name)
	}
	server, err := assemble(&c.settings, log)
	if err != nil {
		return err
	}
	server.hint(log)
	if err := server.welcome(env.ctx, env.stdout); err != nil {
		server.close()
		return err
	}
	return server.run(env.ctx)
}

// welcome prints a sign-in link where there is no other way into the admin pages. It is no line of the log, which others may keep
// and read.
func (srv *server) welcome(ctx context.Context, w io.Writer) error {
	link, err := srv.admin.FirstLink(ctx)
	if err != nil || link == "" {
		return err
	}
	_, err = fmt.Fprintf(w, "Open this link to sign in to the admin pages, once, within the hour: %s\n", link)
	return err
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
	settings  *settings
	log       *slog.Logger
	listener  net.Listener
	engine    *bolt.Engine
	keeper    *keeper
	verifier  *auth.Verifier // nil without a bot
	desk      *handoff.Desk
	agent     *agent.Builtin
	readiness *readiness
	web       *web.Server
	admin     *admin.Server
	closers   []io.Closer
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
	disk := &disk{engine: srv.engine, limits: s.diskLimits}
	srv.keeper = newKeeper(path, srv.engine, disk, log)
	srv.closers = append(srv.closers, srv.engine, srv.keeper)
	if srv.listener, err = net.Listen("tcp", s.Addr); err != nil {
		return nil, named("DOCKET_ADDR", "%v", err)
	}
	srv.closers = append(srv.closers, srv.listener)

	cfg := handoff.Config{App: s.Name, Brief: agent.Brief, Close: agent.Close, Room: disk.room, Log: log}
	if client != nil {
		cfg.Platforms = append(cfg.Platforms, teams.NewPlatform(client))
	}
	srv.keeper.link = func(ctx context.Context) (string, error) { return srv.admin.SignInLink(ctx, admin.RoleAdmin) }
	counters := newMetrics()
	srv.desk = handoff.NewDesk(counters.timed(srv.engine), cfg)
	srv.agent = &agent.Builtin{Desk: srv.desk, Log: log}

	srv.admin, err = admin.New(admin.Config{
		Desk: srv.desk, Engine: srv.engine, PublicURL: s.publicURL(srv.listener.Addr()), App: s.Name, Password: s.AdminPassword, OpenID: s.OIDC.openID(), Log: log,
		Teams: s.microsoft(), Examine: srv.examine, Version: versionName(),
	})
	if err != nil {
		return nil, err
	}
	srv.readiness = srv.newReadiness(disk)
	counters.watchDisk(disk)
	door := web.Config{
		Metrics: counters.handler(log), Ready: srv.readiness.check, Desk: srv.desk, PublicURL: s.publicURL(srv.listener.Addr()), App: s.Name, Log: log,
	}
	if door.TrustedProxies, err = s.proxies(); err != nil {
		return nil, err
	}
	door.Admin, door.Keys = srv.admin, srv.admin.Keys()
	if s.APIKey != "" {
		door.APIKeys = []string{s.APIKey}
	}
	if client != nil {
		door.Bot = bot.Receive(gate, teams.NewHandler(srv.desk, client, s.Name, log), bot.Options{Log: log, Observe: counters.refused})
	}
	if srv.web, err = web.New(door); err != nil {
		return srv, err
	}
	counters.watchTraffic(srv.desk.Stats, srv.web.Streams)
	return srv, nil
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
	var tokens bot.Gate
	if b.configured() {
		verifier, err := auth.NewVerifier(auth.VerifierConfig{
			AppID: b.ID, Cloud: b.cloud(), MetadataURL: b.OpenIDMetadata, Hosts: hosts, Tenants: srv.tenantAllowed, Log: srv.log,
		})
		if err != nil {
			return nil, named("DOCKET_BOT_OPENID_METADATA", "%v", err)
		}
		srv.closers = append(srv.closers, verifier)
		tokens, srv.verifier = verifier, verifier
	}
	if srv.settings.InsecureNoBotAuth {
		return bot.LoopbackOnly(hosts, tokens), nil
	}
	return tokens, nil
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
		log.Warn("the server API is closed: make a key in the admin pages under Settings > API keys, or set DOCKET_API_KEY to a long random text")
	}
	if s.InsecureNoBotAuth && len(s.Bot.ServiceHosts) == 0 {
		log.Warn("no service URL may be called: name the local client's host and port", "setting", "DOCKET_BOT_SERVICE_HOSTS")
	}
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
