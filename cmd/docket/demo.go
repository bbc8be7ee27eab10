package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/errgroup"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/demo"
)

type demoCommand struct {
	Addr     string `default:"127.0.0.1:3978" placeholder:"HOST:PORT" help:"Listen address of the server; loopback."`
	PageAddr string `name:"page-addr" default:"127.0.0.1:3979" placeholder:"HOST:PORT" help:"Listen address of the demo page; loopback."`
	Data     string `placeholder:"FOLDER" help:"Keep the conversations in this folder; without it they are gone when the demo ends."`
	LogLevel string `name:"log-level" enum:"debug,info,warn,error" default:"warn" help:"Least level that is logged: debug, info, warn or error."`
}

const demoTime = 15 * time.Second // what the first connection may take

// Run plays both ends on loopback: the same server as serve's, with real tokens, and the stand-in for Microsoft's service.
func (c *demoCommand) Run(env environment) error {
	if err := onLoopback("--addr", c.Addr); err != nil {
		return err
	}
	folder, clean, err := c.folder()
	if err != nil {
		return err
	}
	defer clean()
	page, err := listenLoopback("--page-addr", c.PageAddr)
	if err != nil {
		return err
	}
	defer page.Close()

	service := bottest.New(demoWorld())
	if err := service.Start(); err != nil {
		return err
	}
	defer service.Close()

	s := c.settings(service, folder)
	if err := s.validate(); err != nil {
		return err
	}
	log := newLog(s, env.stderr)
	srv, err := assemble(s, log)
	if err != nil {
		return err
	}
	origin := "http://" + page.Addr().String()
	service.SetBotEndpoint(s.publicURL(srv.listener.Addr()) + "/api/messages")
	service.RegisterRedirect(s.publicURL(srv.listener.Addr()) + "/integrations/teams/callback")

	group, ctx := errgroup.WithContext(env.ctx)
	group.Go(func() error { return srv.run(ctx) })
	group.Go(func() error {
		secret, err := furnish(ctx, srv.desk, service, origin)
		if err != nil {
			return err
		}
		door, err := demo.New(demo.Config{
			Service: service, Channel: demo.ChannelID, Users: demoPeople(), ServerURL: s.publicURL(srv.listener.Addr()),
			Agent: demo.AgentID, App: s.Name, Identity: identityToken(secret), Log: log,
		})
		if err != nil {
			return err
		}
		link, err := srv.admin.SignInLink(ctx, admin.RoleAdmin)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "The demo is ready. Open %s in a browser; Ctrl+C ends it.\nThe admin pages, once, within the hour: %s\n", origin, link)
		return servePage(ctx, page, door)
	})
	return group.Wait()
}

// folder is where the demo's store lives, and how to tidy up behind it.
func (c *demoCommand) folder() (string, func(), error) {
	if c.Data != "" {
		return c.Data, func() {}, nil
	}
	folder, err := os.MkdirTemp("", "docket-demo-")
	return folder, func() { _ = os.RemoveAll(folder) }, err
}

// onLoopback refuses an address that others could reach.
func onLoopback(flag, addr string) error {
	if host, _, err := net.SplitHostPort(addr); err != nil || !isLoopback(host) {
		return named(flag, "%q: the demo listens on loopback alone, like 127.0.0.1:3979", addr)
	}
	return nil
}

func listenLoopback(flag, addr string) (net.Listener, error) {
	if err := onLoopback(flag, addr); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, named(flag, "%v", err)
	}
	return listener, nil
}

// settings are those of a real deployment, with the stand-in's addresses.
func (c *demoCommand) settings(service *bottest.Service, folder string) *settings {
	secrets := service.SecretConfig()
	return &settings{
		Addr: c.Addr, Store: "bolt:" + filepath.Join(folder, "docket.db"), Name: "Docket", APIKey: rand.Text(), Log: "text", LogLevel: c.LogLevel,
		DiskPercents: usualPercents,
		Bot: botSettings{
			ID: secrets.AppID, Secret: secrets.Secret, Tenant: secrets.Tenant, Auth: "secret", Cloud: "public",
			OpenIDMetadata: service.MetadataURL(), TokenURL: service.TokenURL(), ConsentURL: service.ConsentURL(), ServiceHosts: []string{service.Host()},
		},
	}
}

// demoWorld is the company in whose channel the demo plays, with a secret made for this run.
func demoWorld() bottest.Config {
	world := demo.World()
	world.AppSecret = rand.Text()
	return world
}

// demoPeople are the ids of those who can be played, in order.
func demoPeople() []string {
	var ids []string
	for _, user := range demo.World().Users {
		ids = append(ids, user.ID)
	}
	return ids
}

// furnish connects the channel the way an admin does, by a mention, and sets the agent up with it.
func furnish(ctx context.Context, desk *handoff.Desk, service *bottest.Service, origin string) (secret string, err error) {
	ctx, done := context.WithTimeout(ctx, demoTime)
	defer done()
	secret = rand.Text()
	channels, err := desk.Channels(ctx)
	if err != nil {
		return "", err
	}
	if len(channels) == 0 {
		if _, err := service.Say(ctx, demoPeople()[0], demo.ChannelID, "hello", bottest.MentionBot()); err != nil {
			return "", fmt.Errorf("the demo's channel could not be connected: %w", err)
		}
		if channels, err = desk.Channels(ctx); err != nil {
			return "", err
		}
	}
	if len(channels) == 0 {
		return "", errors.New("the demo's channel was not connected; run it with --log-level=debug to see why")
	}
	_, err = desk.PutAgent(ctx, audit.Actor{Kind: audit.System}, demo.Agent(origin, channels[0].ID, secret))
	return secret, err
}

// identityToken signs, as a website's own back end would, who the visitor is.
func identityToken(secret string) func() string {
	return func() string {
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
			"aud": demo.AgentID, "exp": time.Now().Add(time.Hour).Unix(), "visitor": demo.Visitor(), "account": demo.Account(),
		})
		signed, err := token.SignedString([]byte(secret))
		if err != nil {
			slog.Error("the demo could not sign the visitor's identity", "error", err)
		}
		return signed
	}
}

// servePage serves the page until ctx ends. Its streams end with the requests' contexts.
func servePage(ctx context.Context, listener net.Listener, door http.Handler) error {
	server := &http.Server{Handler: door, ReadHeaderTimeout: headerTime, BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() {
		stopping, done := context.WithTimeout(context.WithoutCancel(ctx), headerTime)
		defer done()
		_ = server.Shutdown(stopping)
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
