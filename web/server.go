package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/widget"
)

// Config is what a Server needs. Desk is required.
type Config struct {
	Desk    *handoff.Desk
	APIKeys []string // keys of the server API that stand in the settings
	Keys    Keys     // those that are made in the admin pages; nil: there are none

	// PublicURL is the http or https address at which people reach the server. It says which origin is the server's own
	// when TLS ends before it. Empty: the address of each request.
	PublicURL string

	App     string       // the product's display name; "Docket" when empty
	Bot     http.Handler // answers /api/messages; nil: that path does not exist
	Admin   http.Handler // answers /admin/ and /integrations/; nil: those paths do not exist
	Metrics http.Handler // answers /metrics; nil: that path does not exist

	// Ready says what keeps the server from serving well, nil when nothing does; /readyz shows a *handoff.Error with its code
	// and its public text. It is asked by one caller at a time, has 4 seconds, and is not waited for much longer. Nil: only the
	// store is asked, by a write.
	Ready func(context.Context) error

	TrustedProxies []netip.Prefix // peers whose X-Forwarded-For is believed; none by default

	Clock func() time.Time // time.Now when nil
	Log   *slog.Logger     // discards when nil
}

// Server is the door. New makes one.
type Server struct {
	desk   *handoff.Desk
	keys   [][sha256.Size]byte
	public *url.URL // nil when it was not set
	app    string
	now    func() time.Time
	log    *slog.Logger

	madeKeys Keys // nil when there are none

	origins   origins
	lines     *limiter      // a visitor's lines and files, for each conversation
	tries     *limiter      // the lines with their repeats, which are no new lines and cost a look-up
	starts    *limiter      // conversations begun by browsers, for each address
	uploads   chan struct{} // holds one token for each upload in flight
	streams   streams
	readiness readiness
	leaving   atomic.Bool // /readyz says so; everything else goes on

	echo *echo.Echo
}

// New checks the configuration and builds the routes. It starts nothing.
func New(cfg Config) (*Server, error) {
	if cfg.Desk == nil {
		return nil, errors.New("web: a desk is needed")
	}
	s := &Server{
		desk: cfg.Desk, madeKeys: cfg.Keys, app: cfg.App, now: cfg.Clock, log: cfg.Log,
		uploads: make(chan struct{}, maxUploads),
	}
	for _, key := range cfg.APIKeys {
		if key == "" {
			return nil, errors.New("web: an API key is empty")
		}
		s.keys = append(s.keys, sha256.Sum256([]byte(key)))
	}
	if cfg.PublicURL != "" {
		public, err := url.Parse(cfg.PublicURL)
		if err != nil || public.Host == "" || (public.Scheme != "https" && public.Scheme != "http") {
			return nil, fmt.Errorf("web: the public URL %q is no http or https address", cfg.PublicURL)
		}
		s.public = public
	}
	if s.app == "" {
		s.app = "Docket"
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.readiness.check = cfg.Ready; s.readiness.check == nil {
		s.readiness.check = s.desk.Ready
	}
	s.lines = newLimiter(s.now, perMinute(20), perHour(200))
	s.tries = newLimiter(s.now, perMinute(120))
	s.starts = newLimiter(s.now, perMinute(30))
	s.build(cfg)
	return s, nil
}

// build makes the router and its one chain of middleware.
func (s *Server) build(cfg Config) {
	e := echo.New()
	e.Logger.SetOutput(io.Discard) // s.log is the only log
	e.HTTPErrorHandler = s.writeProblem
	e.IPExtractor = addresses(cfg.TrustedProxies)
	e.Pre(s.guardHeaders, s.catchPanics, s.answerOrigins)
	s.routes(e)
	if cfg.Bot != nil {
		e.Any("/api/messages", echo.WrapHandler(cfg.Bot))
	}
	if cfg.Admin != nil {
		for _, path := range []string{"/admin", "/admin/*", "/integrations/*"} {
			e.Any(path, giveTo(cfg.Admin))
		}
		e.Match([]string{http.MethodGet, http.MethodHead}, "/", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/admin/") })
	}
	if cfg.Metrics != nil {
		e.GET("/metrics", echo.WrapHandler(cfg.Metrics))
	}
	s.echo = e
}

// routes is the whole surface. Each route says at its door who may come in.
func (s *Server) routes(e *echo.Echo) {
	v1 := e.Group("/v1")
	v1.POST("/conversations", s.startConversation)
	v1.GET("/conversations/:id", s.forParty(s.getConversation))
	v1.GET("/conversations/:id/messages", s.forParty(s.listMessages))
	v1.POST("/conversations/:id/messages", s.forParty(s.postMessage))
	v1.GET("/conversations/:id/events", s.forParty(s.streamEvents))
	v1.POST("/conversations/:id/handoff", s.forParty(s.requestHandoff))
	v1.POST("/conversations/:id/end", s.forParty(s.endHandoff))
	v1.POST("/conversations/:id/rating", s.forParty(s.rate))
	v1.POST("/conversations/:id/attachments", s.forParty(s.takeFile))
	v1.GET("/conversations/:id/attachments/:file", s.forParty(s.giveFile))

	v1.GET("/agents", s.forKey(s.listAgents))
	v1.GET("/agents/:agent", s.forKey(s.getAgent))
	v1.PUT("/agents/:agent", s.forKey(s.putAgent))
	v1.GET("/agents/:agent/availability", s.forPage(s.availability))
	v1.GET("/agents/:agent/widget", s.forPage(s.widgetFacts))
	v1.GET("/channels", s.forKey(s.listChannels))
	v1.GET("/deliveries", s.forKey(s.listDeliveries))
	v1.POST("/deliveries/:delivery/send", s.forKey(s.sendAgain))
	v1.POST("/deliveries/:delivery/sent", s.forKey(s.markSent))
	v1.DELETE("/visitors/:visitor", s.forKey(s.eraseVisitor))

	e.Match([]string{http.MethodGet, http.MethodHead}, "/widget.js", echo.WrapHandler(widget.Handler()))
	e.GET("/openapi.json", giveDescription)
	e.Match([]string{http.MethodGet, http.MethodHead}, "/healthz", s.healthy)
	e.Match([]string{http.MethodGet, http.MethodHead}, "/readyz", s.ready)
}

// giveTo hands a request over. Its RemoteAddr is then the caller's address, which only this room can tell from a proxy's.
func giveTo(h http.Handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request().Clone(c.Request().Context())
		r.RemoteAddr = net.JoinHostPort(c.RealIP(), "0")
		h.ServeHTTP(c.Response(), r)
		return nil
	}
}

// Handler serves everything.
func (s *Server) Handler() http.Handler { return s.echo }

// Leave turns /readyz to 503, so that whoever shares traffic out sends no more of it. Everything else is served as before.
func (s *Server) Leave() { s.leaving.Store(true) }

// Streams is how many event streams are open.
func (s *Server) Streams() int { return s.streams.count() }

// Drain leaves, refuses new streams, ends all streams, each with a request to come back after 1 to 5 seconds, and waits for
// their end, for 10 seconds at most. http.Server.Shutdown does not know of them.
func (s *Server) Drain() {
	s.Leave()
	s.streams.drain()
}

// addresses reads a caller's address: the peer's, or, from a trusted proxy, the nearest one that is no such proxy.
func addresses(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		p = p.Masked()
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
