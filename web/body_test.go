package web_test

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/web"
)

func TestBadInput(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	to := func(path string, body any, as ...func(*call)) call {
		return post(talk.path+path, body, append([]func(*call){talk.token}, as...)...)
	}
	deep := strings.Repeat("[", 11000) + strings.Repeat("]", 11000)
	for _, row := range []struct {
		name   string
		call   call
		status int
		code   string
	}{
		{"no JSON", to("/messages", `{"client_id":`), 400, "malformed"},
		{"two values", to("/messages", `{"client_id":"1","text":"a"}{}`), 400, "malformed"},
		{"trailing text", to("/messages", `{"client_id":"1","text":"a"} x`), 400, "malformed"},
		{"not UTF-8", to("/messages", "{\"client_id\":\"1\",\"text\":\"\xff\"}"), 400, "malformed"},
		{"too deep", to("/messages", deep), 400, "malformed"},
		{"empty body", to("/messages", ""), 400, "malformed"},
		{"a list", to("/messages", `[]`), 422, "invalid"},
		{"a number for a text", to("/messages", `{"client_id":"1","text":5}`), 422, "invalid"},
		{"no text", to("/messages", `{"client_id":"1"}`), 422, "invalid"},
		{"blank text", to("/messages", `{"client_id":"1","text":" \n "}`), 422, "invalid"},
		{"a form", to("/messages", "a=b", withHeader("Content-Type", "application/x-www-form-urlencoded")), 415, "unsupported_media_type"},
		{"plain text", to("/messages", "{}", withHeader("Content-Type", "text/plain")), 415, "unsupported_media_type"},
		{"too large", to("/messages", `{"text":"`+strings.Repeat("a", 33<<10)+`"}`), 413, "body_too_large"},
		{"a foreign file", to("/messages", obj{"client_id": "1", "attachments": []obj{{"url": "https://evil.example/x.png"}}}), 422, "invalid"},
		{"a file that is not there", to("/messages", obj{"client_id": "1", "attachments": []obj{{"url": talk.path + "/attachments/none"}}}), 422, "invalid"},
		{"a reason too long", to("/handoff", obj{"reason": strings.Repeat("a", 501)}), 422, "invalid"},
		{"no path", get("/v1/nothing", withKey), 404, "not_found"},
		{"no path at all", get("/"), 404, "not_found"},
		{"the bot is not set up", post("/api/messages", obj{}), 404, "not_found"},
		{"no such method", del(talk.path, withKey), 405, "method_not_allowed"},
		{"an id that climbs", get("/v1/conversations/..%2Fmeta%2Fepoch", withKey), 404, "unknown_conversation"},
		{"no agent named", post("/v1/conversations", obj{}, withKey), 422, "invalid"},
		{"unknown agent", post("/v1/conversations", obj{"agent": "nobody"}, withKey), 404, "unknown_agent"},
		{"an agent that climbs", post("/v1/conversations", obj{"agent": "../x"}, withKey), 404, "unknown_agent"},
		{"a name too long", post("/v1/conversations", obj{"agent": "marketing", "visitor": obj{"name": strings.Repeat("a", 201)}}, withKey), 422, "invalid"},
		{"traits too deep", post("/v1/conversations", obj{"agent": "marketing", "visitor": obj{"traits": obj{"a": []int{1}}}}, withKey), 422, "invalid"},
		{"a line of no time", post("/v1/conversations", obj{"agent": "marketing", "transcript": []obj{{"from": "visitor", "text": "x", "at": "yesterday"}}}, withKey), 422, "invalid"},
		{"a line of a number's time", post("/v1/conversations", obj{"agent": "marketing", "transcript": []obj{{"from": "visitor", "text": "x", "at": 1763890200}}}, withKey), 422, "invalid"},
		{"a line from nobody", post("/v1/conversations", obj{"agent": "marketing", "transcript": []obj{{"from": "god", "text": "x"}}}, withKey), 422, "invalid"},
		{"unknown channel", post(talk.path+"/handoff", obj{"channels": []string{"nowhere"}}, withKey), 422, "unknown_channel"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := s.refused(row.status, row.code, row.call)
			if row.status == 405 && a.header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
		})
	}
	if got := s.want(200, get(talk.path, talk.token)); got.json["last_seq"] != float64(0) {
		t.Errorf("a refused call left a trace: %s", got.raw)
	}
}

// Whatever a body holds, the server refuses it or takes it; it never fails.
func FuzzBody(f *testing.F) {
	engine, err := bolt.Open(filepath.Join(f.TempDir(), "docket.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { engine.Close() })
	desk := handoff.NewDesk(engine, handoff.Config{})
	if _, err := desk.PutAgent(f.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{ID: "marketing"}); err != nil {
		f.Fatal(err)
	}
	server, err := web.New(web.Config{Desk: desk, APIKeys: []string{apiKey}})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		`{"agent":"marketing","visitor":{"traits":{"a":1,"b":null,"c":"\ud800"}},"transcript":[{"from":"visitor","text":"x","at":"2026-11-22T10:00:00Z"}]}`,
		`{"agent":"marketing","visitor":{"traits":{"":[]}}}`, `{"agent":{}}`, `{"page":{"url":"\u202e"}}`, "[", "null", `{"agent":"marketing"}{}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest("POST", "/v1/conversations", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+apiKey)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		server.Handler().ServeHTTP(w, r)
		if w.Code != 201 && (w.Code < 400 || w.Code >= 500) {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	})
}
