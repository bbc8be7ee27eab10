package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/handoff"
)

// routes are all calls that need somebody, on the conversation at path.
func routes(path string) []call {
	return []call{
		get(path), get(path + "/messages"), get(path + "/events"), get(path + "/attachments/f"),
		post(path+"/messages", obj{"client_id": "x", "text": "x"}), post(path+"/handoff", obj{}), post(path+"/end", obj{}),
		post(path+"/rating", obj{"score": 1}), post(path+"/attachments", "x"),
	}
}

func keyRoutes() []call {
	return []call{
		get("/v1/agents"), get("/v1/agents/marketing"), put("/v1/agents/marketing", obj{}),
		get("/v1/channels"), del("/v1/visitors/crm-1"),
	}
}

func as(c call, change func(*call)) call {
	c.header = c.header.Clone()
	change(&c)
	return c
}

func TestStrangers(t *testing.T) {
	s := newSite(t)
	mine, theirs := s.begin(), s.begin()
	nowhere := "/v1/conversations/0198-none"
	for _, c := range routes(mine.path) {
		if a := s.refused(401, "unauthorized", c); a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s %s: 401 without WWW-Authenticate", c.method, c.path)
		}
		s.refused(403, "origin_not_allowed", as(c, from("https://evil.example")))
		s.refused(404, "unknown_conversation", as(c, theirs.token))
		s.refused(404, "unknown_conversation", as(c, withToken("wrong")))
		s.refused(403, "origin_not_allowed", as(as(c, mine.token), from("https://evil.example")))
		query := c
		query.path += "?token=" + strings.TrimPrefix(withTokenOf(mine), "Bearer ")
		s.refused(401, "unauthorized", query)
	}
	for i, c := range routes(nowhere) { // a conversation of nobody looks like one of somebody else
		for _, who := range []func(*call){mine.token, withToken("wrong")} {
			there, none := s.do(as(routes(theirs.path)[i], who)), s.do(as(c, who))
			if there.raw != none.raw || there.status != none.status {
				t.Errorf("%s: %s and %s differ", c.path, there.raw, none.raw)
			}
		}
	}
	for _, c := range keyRoutes() {
		s.refused(401, "unauthorized", c)
		s.refused(401, "unauthorized", as(c, withToken("wrong")))
		s.refused(401, "unauthorized", as(c, withToken(apiKey[:len(apiKey)-1])))
		s.refused(401, "unauthorized", as(c, mine.token))
		s.refused(403, "origin_not_allowed", as(c, from("https://evil.example")))
	}
	if got := s.want(200, get(mine.path, withToken("another-key"))); got.json["last_seq"] != float64(0) {
		t.Errorf("a refused call left a trace: %s", got.raw)
	}
}

func withTokenOf(t talk) string {
	c := call{header: http.Header{}}
	t.token(&c)
	return c.header.Get("Authorization")
}

func TestCredentialShapes(t *testing.T) {
	s := newSite(t)
	for _, shape := range []string{"", "Bearer", "Bearer ", "Basic " + apiKey, apiKey, "Bearer " + apiKey + " x", "Bearer  " + apiKey, "Bearer " + strings.Repeat("a", 5000), "Bearer a,b"} {
		s.refused(401, "unauthorized", get("/v1/channels", withHeader("Authorization", shape)))
	}
	twice := get("/v1/channels")
	twice.header["Authorization"] = []string{"Bearer " + apiKey, "Bearer " + apiKey}
	s.refused(401, "unauthorized", twice)
	s.want(200, get("/v1/channels", withHeader("Authorization", "bearer "+apiKey)))
}

func TestWhoMayBegin(t *testing.T) {
	s := newSite(t)
	s.putAgent(handoff.Agent{ID: "sales", AllowedOrigins: []string{"https://shop.example"}})
	body := obj{"agent": "marketing"}
	for _, row := range []struct {
		name   string
		as     []func(*call)
		status int
	}{
		{"an allowed page", []func(*call){from(page)}, 201},
		{"a back end", []func(*call){withKey}, 201},
		{"a back end behind any page", []func(*call){withKey, from("https://evil.example")}, 201},
		{"neither", nil, 403},
		{"a foreign page", []func(*call){from("https://evil.example")}, 403},
		{"another agent's page", []func(*call){from("https://shop.example")}, 403},
		{"a page that only looks like it", []func(*call){from(page + ".evil.example")}, 403},
		{"the same host without TLS", []func(*call){from("http://www.example.com")}, 403},
		{"an opaque origin", []func(*call){from("null")}, 403},
		{"a wrong key from an allowed page", []func(*call){from(page), withToken("wrong")}, 401},
		{"a page of this server that is not allowed", []func(*call){withHeader("Sec-Fetch-Site", "same-origin")}, 403},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := s.want(row.status, post("/v1/conversations", body, row.as...))
			if row.status == 403 && a.header.Get("Access-Control-Allow-Origin") != "" {
				t.Error("a refused page may read the answer")
			}
		})
	}
}

func TestForeignPagesLearnNothing(t *testing.T) {
	s := newSite(t)
	for _, c := range []call{
		post("/v1/conversations", "nonsense"), post("/v1/conversations", obj{"agent": "nobody"}),
		get("/v1/agents/nobody/widget"), get("/v1/agents/nobody/availability?at=never"),
	} {
		s.refused(403, "origin_not_allowed", c)
		s.refused(403, "origin_not_allowed", as(c, from("https://evil.example")))
	}
}

func TestPageOfThisServer(t *testing.T) {
	s := newSite(t)
	facts := get("/v1/agents/marketing/widget", withHeader("Sec-Fetch-Site", "same-origin"))
	s.refused(403, "origin_not_allowed", facts)
	s.putAgent(handoff.Agent{ID: "marketing", AllowedOrigins: []string{s.url}})
	s.want(200, facts)
	s.refused(403, "origin_not_allowed", get("/v1/agents/marketing/widget", withHeader("Sec-Fetch-Site", "cross-site")))
}

func TestCORS(t *testing.T) {
	s := newSite(t)
	preflight := func(origin string) call {
		return build("OPTIONS", "/v1/conversations/x/messages", nil, []func(*call){
			from(origin), withHeader("Access-Control-Request-Method", "POST"), withHeader("Access-Control-Request-Headers", "authorization,content-type"),
		})
	}
	a := s.want(204, preflight(page))
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":      page,
		"Access-Control-Allow-Methods":     "GET, POST",
		"Access-Control-Allow-Headers":     "authorization, content-type, last-event-id, idempotency-key",
		"Access-Control-Max-Age":           "600",
		"Access-Control-Allow-Credentials": "",
		"Vary":                             "Origin",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	foreign := s.refused(403, "origin_not_allowed", preflight("https://evil.example"))
	if foreign.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a foreign page got a permission")
	}

	talk := s.begin()
	for _, row := range []struct {
		name string
		call call
		want string
	}{
		{"an answer", get(talk.path, talk.token, from(page)), page},
		{"a refusal", get(talk.path, withToken("wrong"), from(page)), page},
		{"a stranger's refusal", get(talk.path, talk.token, from("https://evil.example")), ""},
		{"a back end", get(talk.path, talk.token), ""},
		{"a new page", get("/v1/agents/late/widget", from("https://late.example")), "https://late.example"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s.putAgent(handoff.Agent{ID: "late", AllowedOrigins: []string{"https://late.example"}})
			a := s.do(row.call)
			if got := a.header.Get("Access-Control-Allow-Origin"); got != row.want {
				t.Errorf("allowed %q, want %q", got, row.want)
			}
			if !strings.Contains(a.header.Get("Vary"), "Origin") {
				t.Error("no Vary: Origin")
			}
		})
	}

	s.putAgent(handoff.Agent{ID: "marketing"}) // the page is taken off the list
	s.refused(403, "origin_not_allowed", get(talk.path, talk.token, from(page)))
}
