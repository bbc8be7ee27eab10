package admintest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/web"
	"github.com/docket-handoff/docket/web/admin"
)

// Site is a server with admin pages on loopback.
type Site struct {
	*testing.T
	URL    string
	Engine store.Engine
	Desk   *handoff.Desk
	Admin  *admin.Server
	Logged *Log // what the server logged
}

// New starts a site with an empty store and a running desk. Options change the pages' configuration before they are made.
func New(t *testing.T, options ...func(*admin.Config)) *Site {
	t.Helper()
	s := &Site{T: t, Logged: &Log{}}
	engine, err := bolt.Open(filepath.Join(t.TempDir(), "docket.db"))
	s.Must(err)
	t.Cleanup(func() { _ = engine.Close() })
	log := slog.New(slog.NewTextHandler(s.Logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.Engine = engine

	server := httptest.NewUnstartedServer(nil)
	s.URL = "http://" + server.Listener.Addr().String()
	cfg := admin.Config{Engine: engine, PublicURL: s.URL, App: "Acme Chat", Log: log}
	for _, option := range options {
		option(&cfg)
	}
	if cfg.Desk == nil {
		cfg.Desk = handoff.NewDesk(engine, handoff.Config{Platforms: []handoff.Platform{&Room{}}, Clock: cfg.Clock, Log: log})
	}
	s.Desk = cfg.Desk
	s.Admin, err = admin.New(cfg)
	s.Must(err)
	door, err := web.New(web.Config{Desk: s.Desk, Admin: s.Admin, Keys: s.Admin.Keys(), PublicURL: s.URL, App: cfg.App, Log: log})
	s.Must(err)
	server.Config.Handler = door.Handler()
	server.Start()
	t.Cleanup(func() { door.Drain(); server.Close() })

	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Desk.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return s
}

// Room is a platform that takes every post.
type Room struct{ n atomic.Int64 }

// Name is what channels of this platform are under.
func (*Room) Name() string { return "room" }

// Deliver takes a post.
func (r *Room) Deliver(context.Context, handoff.Post) (handoff.Receipt, error) {
	n := strconv.FormatInt(r.n.Add(1), 10)
	return handoff.Receipt{Thread: "thread-" + n, Message: "message-" + n}, nil
}

// Must fails the test on an error.
func (s *Site) Must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// Connect connects a channel, as a mention in it does, and returns its id.
func (s *Site) Connect(name string) handoff.ID {
	s.Helper()
	id := handoff.ChannelID("room", "tenant", name)
	s.Must(s.Desk.Connect(s.Context(), "connect "+name, handoff.Channel{
		ID: id, Platform: "room", Tenant: "tenant", Team: handoff.Team{ID: "team", Name: "Sales"}, Name: name, ConnectedBy: "Ana Silva",
	}, "thread", "connected"))
	return id
}

// Dump is everything that is in the store, but for what moves by itself: what the desk notes of its own state.
func (s *Site) Dump() map[string]string {
	s.Helper()
	rows := map[string]string{}
	s.Must(s.Engine.View(s.Context(), func(tx store.Tx) error {
		clear(rows)
		for key, value := range tx.Scan("", "") {
			if !strings.HasPrefix(key, "meta/") {
				rows[key] = string(value)
			}
		}
		return nil
	}))
	return rows
}

// Client is a browser without a screen: it keeps cookies, follows no redirect, and says where a form comes from.
type Client struct {
	site *Site
	http *http.Client
}

// Page is an answer.
type Page struct {
	Status   int
	Header   http.Header
	Location string // of a redirect, without the server's address
	Body     string
}

// Stranger is a client that nobody signed in.
func (s *Site) Stranger() *Client {
	s.Helper()
	jar, err := cookiejar.New(nil)
	s.Must(err)
	return &Client{site: s, http: &http.Client{
		Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// SignIn is a client that signed in with a role, by a one-time link.
func (s *Site) SignIn(role admin.Role) *Client {
	s.Helper()
	c := s.Stranger()
	link, err := s.Admin.SignInLink(s.Context(), role)
	s.Must(err)
	if page := c.Post("/admin/signin/link", url.Values{"token": {link[strings.LastIndexByte(link, '/')+1:]}}); page.Status != http.StatusSeeOther {
		s.Fatalf("signing in was answered %d:\n%s", page.Status, page.Body)
	}
	return c
}

// Get reads a page.
func (c *Client) Get(path string) Page {
	c.site.Helper()
	return c.Send(http.MethodGet, path, nil, http.Header{})
}

// Post sends a form, as a form on one of the server's own pages is sent.
func (c *Client) Post(path string, form url.Values) Page {
	c.site.Helper()
	return c.Send(http.MethodPost, path, form, http.Header{"Origin": {c.site.URL}, "Sec-Fetch-Site": {"same-origin"}})
}

// Send sends anything. A header Host names the host.
func (c *Client) Send(method, path string, form url.Values, header http.Header) Page {
	c.site.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(c.site.Context(), method, c.site.URL+path, body)
	c.site.Must(err)
	r.Header = header.Clone()
	if form != nil && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if host := header.Get("Host"); host != "" {
		r.Host = host
	}
	response, err := c.http.Do(r)
	c.site.Must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	c.site.Must(err)
	return Page{Status: response.StatusCode, Header: response.Header, Location: strings.TrimPrefix(response.Header.Get("Location"), c.site.URL), Body: string(text)}
}

// Cookies are those that the client holds.
func (c *Client) Cookies() []*http.Cookie {
	at, err := url.Parse(c.site.URL)
	c.site.Must(err)
	return c.http.Jar.Cookies(at)
}
