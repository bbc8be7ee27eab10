package web

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// origins remembers for a moment which pages any agent allows. It decides about CORS headers alone; whether a call may do
// something is decided by its own agent's list, read afresh.
type origins struct {
	mu    sync.Mutex
	known map[string]bool
	until time.Time
}

const originsKept = 5 * time.Second

// anyAgentAllows says whether at least one agent allows the origin. An origin that is not remembered is looked up, so a
// new one counts at once; one that was taken away is forgotten within originsKept.
func (s *Server) anyAgentAllows(ctx context.Context, origin string) (bool, error) {
	if origin == "" {
		return false, nil
	}
	origin = strings.ToLower(origin)
	if s.origins.has(origin, s.now()) {
		return true, nil
	}
	agents, err := s.desk.Agents(ctx)
	if err != nil {
		return false, err
	}
	known := map[string]bool{}
	for _, agent := range agents {
		for _, allowed := range agent.AllowedOrigins {
			known[strings.ToLower(allowed)] = true
		}
	}
	s.origins.set(known, s.now().Add(originsKept))
	return known[origin], nil
}

func (o *origins) has(origin string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return now.Before(o.until) && o.known[origin]
}

func (o *origins) set(known map[string]bool, until time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.known, o.until = known, until
}

// answerOrigins speaks CORS (https://fetch.spec.whatwg.org/#http-cors-protocol) for the pages that some agent allows:
// never "*", never with cookies. Others get no header and so cannot read the answer.
func (s *Server) answerOrigins(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, header := c.Request(), c.Response().Header()
		if !strings.HasPrefix(r.URL.Path, "/v1/") {
			return next(c)
		}
		header.Add(echo.HeaderVary, echo.HeaderOrigin)
		origin := r.Header.Get(echo.HeaderOrigin)
		if origin == "" {
			return next(c)
		}
		allowed, err := s.anyAgentAllows(r.Context(), origin)
		if err != nil {
			return err
		}
		preflight := r.Method == http.MethodOptions && r.Header.Get(echo.HeaderAccessControlRequestMethod) != ""
		switch {
		case allowed && preflight:
			return permit(c, origin)
		case preflight:
			return foreignPage()
		case allowed:
			header.Set(echo.HeaderAccessControlAllowOrigin, origin)
			header.Set(echo.HeaderAccessControlExposeHeaders, "Retry-After")
		}
		return next(c)
	}
}

func permit(c echo.Context, origin string) error {
	header := c.Response().Header()
	header.Set(echo.HeaderAccessControlAllowOrigin, origin)
	header.Set(echo.HeaderAccessControlAllowMethods, "GET, POST")
	header.Set(echo.HeaderAccessControlAllowHeaders, "authorization, content-type, last-event-id, idempotency-key")
	header.Set(echo.HeaderAccessControlMaxAge, "600")
	return c.NoContent(http.StatusNoContent)
}

// pageOrigin is the origin of the page that calls. Browsers name none when they read from the page's own server; they say
// so in Sec-Fetch-Site, which no script can set (https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header).
func (s *Server) pageOrigin(c echo.Context) string {
	r := c.Request()
	if origin := r.Header.Get(echo.HeaderOrigin); origin != "" || r.Header.Get("Sec-Fetch-Site") != "same-origin" {
		return origin
	}
	scheme := "http"
	if r.TLS != nil || (s.public != nil && s.public.Scheme == "https" && strings.EqualFold(s.public.Host, r.Host)) {
		scheme = "https"
	}
	return scheme + "://" + strings.ToLower(r.Host)
}

// guardHeaders sets what every answer carries: nothing of ours is a page, is framed, or is sniffed.
func (s *Server) guardHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set(echo.HeaderXContentTypeOptions, "nosniff")
		header.Set(echo.HeaderReferrerPolicy, "no-referrer")
		header.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
		header.Set(echo.HeaderXFrameOptions, "DENY")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		if s.public != nil && s.public.Scheme == "https" {
			header.Set(echo.HeaderStrictTransportSecurity, "max-age=31536000")
		}
		if strings.HasPrefix(c.Request().URL.Path, "/v1/") {
			header.Set(echo.HeaderCacheControl, "no-store")
		}
		return next(c)
	}
}
