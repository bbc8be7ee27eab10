package demo_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/web/demo"
)

func TestOnlyThisMachineComesIn(t *testing.T) {
	page := page(t, nil)
	for name, tc := range map[string]struct {
		peer, host string
		header     map[string]string
		method     string
		want       int
	}{
		"by address":                      {peer: "127.0.0.1:50000", host: "127.0.0.1:3979", want: http.StatusOK},
		"by name":                         {peer: "127.0.0.1:50000", host: "localhost:3979", want: http.StatusOK},
		"by IPv6":                         {peer: "[::1]:50000", host: "[::1]:3979", want: http.StatusOK},
		"without a port":                  {peer: "127.0.0.1:50000", host: "localhost", want: http.StatusOK},
		"from the network":                {peer: "192.0.2.7:50000", host: "127.0.0.1:3979", want: http.StatusForbidden},
		"by a name that leads here":       {peer: "127.0.0.1:50000", host: "attacker.example:3979", want: http.StatusForbidden},
		"by an address of the network":    {peer: "127.0.0.1:50000", host: "192.0.2.7:3979", want: http.StatusForbidden},
		"by no name":                      {peer: "127.0.0.1:50000", host: "", want: http.StatusForbidden},
		"a deed of the page's":            {peer: "127.0.0.1:50000", host: "localhost:3979", method: "POST", header: map[string]string{"Sec-Fetch-Site": "same-origin"}, want: http.StatusUnsupportedMediaType},
		"a deed of another page's":        {peer: "127.0.0.1:50000", host: "localhost:3979", method: "POST", header: map[string]string{"Sec-Fetch-Site": "cross-site"}, want: http.StatusForbidden},
		"a deed of another port's":        {peer: "127.0.0.1:50000", host: "localhost:3979", method: "POST", header: map[string]string{"Origin": "http://localhost:8080"}, want: http.StatusForbidden},
		"a deed of a page without a name": {peer: "127.0.0.1:50000", host: "localhost:3979", method: "POST", header: map[string]string{"Origin": "null"}, want: http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			method, path := "GET", "/channel"
			if tc.method != "" {
				method, path = tc.method, "/channel/messages"
			}
			r := httptest.NewRequest(method, path, strings.NewReader("{}"))
			r.RemoteAddr, r.Host = tc.peer, tc.host
			for key, value := range tc.header {
				r.Header.Set(key, value)
			}
			w := httptest.NewRecorder()
			page.ServeHTTP(w, r)
			if w.Code != tc.want {
				t.Errorf("answered %d %s, want %d", w.Code, w.Body, tc.want)
			}
		})
	}
}

func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	page := page(t, func() string { return `signed"><script>` })
	for path, tc := range map[string]struct {
		policy []string
		body   []string
		not    []string
	}{
		"/": {
			policy: []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"},
			body:   []string{"Docket demo", "Website handoffs", "Dana Cole", `src="assets/page.js"`},
			not:    []string{"http://", "https://", "<style", " style=", "onclick"},
		},
		"/site": {
			policy: []string{"script-src http://127.0.0.1:3978;", "connect-src http://127.0.0.1:3978;", "frame-ancestors 'self'"},
			body:   []string{`<script src="http://127.0.0.1:3978/widget.js" data-agent="marketing" data-identity="signed&#34;&gt;&lt;script&gt;"`, "data-open async", "Lumen Metrics"},
			not:    []string{"https://", "<style", " style="},
		},
	} {
		t.Run(path, func(t *testing.T) {
			w := get(page, path, nil)
			policy, body := w.Header().Get("Content-Security-Policy"), w.Body.String()
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
				t.Fatalf("answered %d %v", w.Code, w.Header())
			}
			for _, want := range tc.policy {
				if !strings.Contains(policy, want) {
					t.Errorf("the policy %q lacks %q", policy, want)
				}
			}
			if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
				t.Errorf("the policy is loose: %q", policy)
			}
			for _, want := range tc.body {
				if !strings.Contains(body, want) {
					t.Errorf("the page lacks %q", want)
				}
			}
			for _, bad := range tc.not {
				if strings.Contains(body, bad) {
					t.Errorf("the page contains %q", bad)
				}
			}
		})
	}
}

func TestStrangerWithoutIdentity(t *testing.T) {
	if body := get(page(t, nil), "/site", nil).Body.String(); strings.Contains(body, "data-identity") {
		t.Error("the website signs an identity that nobody gave it")
	}
}

func TestAssets(t *testing.T) {
	page := page(t, nil)
	for path, want := range map[string]struct {
		status int
		kind   string
	}{
		"/assets/page.js":        {http.StatusOK, "text/javascript; charset=utf-8"},
		"/assets/card.css":       {http.StatusOK, "text/css; charset=utf-8"},
		"/assets/mark.svg":       {http.StatusOK, "image/svg+xml"},
		"/assets/page.html":      {http.StatusNotFound, "application/problem+json"},
		"/assets/nothing.js":     {http.StatusNotFound, "application/problem+json"},
		"/assets/..%2fdemo.go":   {http.StatusNotFound, "application/problem+json"},
		"/assets/%2e%2e%2fx.css": {http.StatusNotFound, "application/problem+json"},
	} {
		w := get(page, path, nil)
		if w.Code != want.status || w.Header().Get("Content-Type") != want.kind {
			t.Errorf("%s answered %d %q, want %d %q", path, w.Code, w.Header().Get("Content-Type"), want.status, want.kind)
		}
	}
	tag := get(page, "/assets/page.js", nil).Header().Get("ETag")
	if again := get(page, "/assets/page.js", map[string]string{"If-None-Match": tag}); again.Code != http.StatusNotModified {
		t.Errorf("the same file again answered %d, want 304", again.Code)
	}
}

// page makes the handler over a service that nobody has started.
func page(t *testing.T, identity func() string) http.Handler {
	t.Helper()
	h, err := demo.New(demo.Config{Service: bottest.New(demo.World()), Channel: room, ServerURL: "http://127.0.0.1:3978/", Identity: identity})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(h http.Handler, path string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, io.NopCloser(strings.NewReader("")))
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "localhost:3979"
	for key, value := range header {
		r.Header.Set(key, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
