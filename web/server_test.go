package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web"
)

func TestNewRefuses(t *testing.T) {
	desk := newSite(t).desk
	for name, cfg := range map[string]web.Config{
		"no desk":           {},
		"an empty key":      {Desk: desk, APIKeys: []string{""}},
		"a URL that is not": {Desk: desk, PublicURL: "docket.example.com"},
		"another scheme":    {Desk: desk, PublicURL: "ftp://docket.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := web.New(cfg); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestHealth(t *testing.T) {
	s := newSite(t)
	if a := s.want(200, get("/healthz")); a.json["status"] != "ok" {
		t.Errorf("healthz: %s", a.raw)
	}
	s.want(200, get("/readyz"))
	s.want(200, build("HEAD", "/healthz", nil, nil))
}

func TestStoreGone(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	s.closeStore()
	a := s.refused(503, "store_unavailable", get("/readyz"))
	if strings.Contains(a.raw, "docket.db") || strings.Contains(a.raw, "store:") {
		t.Errorf("the cause is shown: %s", a.raw)
	}
	a = s.refused(503, "store_unavailable", post(talk.path+"/messages", obj{"client_id": "1", "text": "x"}, talk.token))
	if a.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	s.want(200, get("/healthz"))
}

// TestLeave: whoever shares traffic out is told, and everything else is served as before.
func TestLeave(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	s.want(200, get("/readyz"))
	s.server.Leave()
	s.refused(503, "shutting_down", get("/readyz"))
	s.want(200, get("/healthz"))
	s.want(201, post(talk.path+"/messages", obj{"client_id": "1", "text": "x"}, talk.token))
	if f, _ := s.stream(get(talk.path+"/events", talk.token)).any(); f.comment == "" {
		t.Errorf("the stream began with %+v", f)
	}
}

// TestReadiness asks what the program says of itself.
func TestReadiness(t *testing.T) {
	var cause error
	s := newSite(t, func(c *web.Config) { c.Ready = func(context.Context) error { return cause } })
	s.want(200, get("/readyz"))
	cause = &handoff.Error{Code: web.CodeNotReady, Msg: "the keys are missing", Err: errors.New("a private cause")}
	if a := s.refused(503, "not_ready", get("/readyz")); !strings.Contains(a.raw, "the keys are missing") || strings.Contains(a.raw, "private") {
		t.Errorf("it says %s", a.raw)
	}
	cause = nil
	s.want(200, get("/readyz"))
}

func TestGuards(t *testing.T) {
	s := newSite(t, func(c *web.Config) { c.PublicURL = "https://docket.example.com" })
	for _, path := range []string{"/healthz", "/v1/channels", "/nothing", "/widget.js", "/openapi.json"} {
		a := s.do(get(path))
		for name, want := range map[string]string{
			"X-Content-Type-Options":    "nosniff",
			"X-Frame-Options":           "DENY",
			"Referrer-Policy":           "no-referrer",
			"Content-Security-Policy":   "default-src 'none'; frame-ancestors 'none'",
			"Strict-Transport-Security": "max-age=31536000",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s %q", path, name, got)
			}
		}
	}
	if got := s.do(get("/v1/channels", withKey)).header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("/v1 is kept by caches: %q", got)
	}
}

func TestPanicIsAnIncident(t *testing.T) {
	s := newSite(t, func(c *web.Config) {
		c.Bot = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the secret cause") })
	})
	a := s.refused(500, "internal", post("/api/messages", obj{}))
	incident := fmt.Sprint(a.json["incident"])
	if strings.Contains(a.raw, "secret cause") {
		t.Errorf("the cause is shown: %s", a.raw)
	}
	if logged := s.log.String(); !strings.Contains(logged, incident) || !strings.Contains(logged, "the secret cause") || !strings.Contains(logged, "server_test.go") {
		t.Errorf("the log does not tell: %s", logged)
	}
}

func TestBotIsMounted(t *testing.T) {
	s := newSite(t, func(c *web.Config) {
		c.Bot = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	})
	s.want(http.StatusTeapot, post("/api/messages", obj{}))
}

func TestTrustedProxies(t *testing.T) {
	s := newSite(t, func(c *web.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8")} })
	begin := func(forwarded string) call {
		return post("/v1/conversations", obj{"agent": "marketing"}, from(page), withHeader("X-Forwarded-For", forwarded))
	}
	for i := range 30 {
		s.want(201, begin(fmt.Sprintf("198.51.100.%d, 203.0.113.9", i))) // what stands before the last is the caller's own word
	}
	s.refused(429, "rate_limited", begin("203.0.113.9"))
	s.want(201, begin("203.0.113.10"))
	for i := range 30 {
		s.want(201, begin(fmt.Sprintf("2001:db8:1:1::%x", i+1))) // one network
	}
	s.refused(429, "rate_limited", begin("2001:db8:1:1:ffff::1"))
	s.want(201, begin("2001:db8:1:2::1"))
}

func TestNothingSecretIsLogged(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	s.want(201, post(talk.path+"/messages", obj{"client_id": "1", "text": "my card is 4111"}, talk.token))
	s.do(get(talk.path, withToken("a-wrong-token")))
	s.closeStore()
	s.do(post(talk.path+"/messages", obj{"client_id": "2", "text": "my card is 4111"}, talk.token))
	for _, planted := range []string{apiKey, "a-wrong-token", "4111", strings.TrimPrefix(withTokenOf(talk), "Bearer ")} {
		if strings.Contains(s.log.String(), planted) {
			t.Errorf("the log holds %q: %s", planted, s.log.String())
		}
	}
}

func TestWidgetScript(t *testing.T) {
	s := newSite(t)
	plain := get("/widget.js", withHeader("Accept-Encoding", "identity"))
	a := s.want(200, plain)
	for name, want := range map[string]string{
		"Content-Type":                 "text/javascript; charset=utf-8",
		"Cache-Control":                "public, max-age=300",
		"Cross-Origin-Resource-Policy": "cross-origin",
		"X-Content-Type-Options":       "nosniff",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	s.want(304, as(plain, withHeader("If-None-Match", a.header.Get("ETag"))))
	packed := s.want(200, get("/widget.js", withHeader("Accept-Encoding", "gzip")))
	if packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("ETag") == a.header.Get("ETag") {
		t.Errorf("packed: %v", packed.header)
	}
}
