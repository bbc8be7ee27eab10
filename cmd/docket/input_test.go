package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
)

// upload is a multipart body with one file.
func upload(t *testing.T, field, name string, content []byte) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q; filename=%q`, field, name))
	part, err := w.CreatePart(header)
	must(t, err)
	_, err = part.Write(content)
	must(t, err)
	must(t, w.Close())
	return b.Bytes(), w.FormDataContentType()
}

// TestBadInput sends what a careless or a hostile caller would, and wants problem+json with a stable code each time.
func TestBadInput(t *testing.T) {
	p, url := serve(t, "DOCKET_API_KEY="+apiKey, "DOCKET_STORE=bolt:"+t.TempDir()+"/docket.db")
	backend, nobody := api{t: t, url: url, bearer: apiKey}, api{t: t, url: url}
	const page = "https://example.com"
	backend.call(http.StatusCreated, http.MethodPut, "/v1/agents/marketing", object{"name": "Mira", "allowed_origins": []string{page}, "files": true})
	backend.call(http.StatusCreated, http.MethodPut, "/v1/agents/plain", object{"name": "Rui"})
	mine, other, plain := backend.begin("marketing"), backend.begin("marketing"), backend.begin("plain")
	visitor := mine.visitor
	stranger, elsewhere := visitor, visitor
	stranger.bearer, elsewhere.origin = other.visitor.bearer, "https://evil.example"
	if got := mine.say("1", "Hello"); got.status != http.StatusCreated {
		t.Fatalf("the first line was answered %d %s", got.status, got.body)
	}
	exe, exeType := upload(t, "file", "x.png", []byte("MZ\x90\x00\x03"))
	huge, hugeType := upload(t, "file", "x.txt", bytes.Repeat([]byte("x"), 11<<20))
	empty, emptyType := upload(t, "file", "x.txt", nil)
	misnamed, misnamedType := upload(t, "picture", "x.txt", []byte("x"))
	notes, notesType := upload(t, "file", "x.txt", []byte("hello"))
	const post, get, put = http.MethodPost, http.MethodGet, http.MethodPut

	for _, row := range []struct {
		name   string
		who    api
		method string
		path   string
		body   string
		header []string
		want   int
		code   string
	}{
		{"no key", nobody, get, "/v1/channels", "", nil, 401, "unauthorized"},
		{"a wrong key", api{t: t, url: url, bearer: "wrong"}, get, "/v1/channels", "", nil, 401, "unauthorized"},
		{"a key in the query", nobody, get, "/v1/channels?api_key=" + apiKey + "&access_token=" + apiKey, "", nil, 401, "unauthorized"},
		{"a key by another scheme", nobody, get, "/v1/channels", "", []string{"Authorization", "Basic " + apiKey}, 401, "unauthorized"},
		{"a visitor at the back ends' door", visitor, get, "/v1/agents", "", nil, 401, "unauthorized"},
		{"no token", nobody, get, mine.path, "", nil, 401, "unauthorized"},
		{"a page that is not allowed, without a key", api{t: t, url: url, origin: "https://evil.example"}, get, "/v1/channels", "", nil, 403, "origin_not_allowed"},
		{"a page that is not allowed, to begin", api{t: t, url: url, origin: "https://evil.example"}, post, "/v1/conversations", `{"agent":"marketing"}`, nil, 403, "origin_not_allowed"},
		{"a page of another agent", api{t: t, url: url, origin: page}, post, "/v1/conversations", `{"agent":"plain"}`, nil, 403, "origin_not_allowed"},
		{"neither key nor page, to begin", nobody, post, "/v1/conversations", `{"agent":"marketing"}`, nil, 403, "origin_not_allowed"},
		{"a token from a foreign page", elsewhere, get, mine.path, "", nil, 403, "origin_not_allowed"},
		{"files where they are off", plain.visitor, post, plain.path + "/attachments", string(notes), []string{"Content-Type", notesType}, 403, "files_off"},
		{"somebody else's conversation", stranger, get, mine.path, "", nil, 404, "unknown_conversation"},
		{"somebody else's stream", stranger, get, mine.path + "/events", "", nil, 404, "unknown_conversation"},
		{"a conversation that is not there", backend, get, "/v1/conversations/nothing", "", nil, 404, "unknown_conversation"},
		{"a path of another file", backend, get, "/v1/conversations/..%2f..%2fetc", "", nil, 404, "unknown_conversation"},
		{"an agent that is not there", backend, get, "/v1/agents/nobody", "", nil, 404, "unknown_agent"},
		{"an agent that is not there, to begin", backend, post, "/v1/conversations", `{"agent":"nobody"}`, nil, 404, "unknown_agent"},
		{"a visitor that is not there", backend, http.MethodDelete, "/v1/visitors/nobody", "", nil, 404, "unknown_visitor"},
		{"a file that is not there", visitor, get, mine.path + "/attachments/nothing", "", nil, 404, "unknown_file"},
		{"a path that is not there", backend, get, "/v1/nothing", "", nil, 404, "not_found"},
		{"a method that is not known", backend, http.MethodPatch, "/v1/agents/marketing", `{}`, nil, 405, "method_not_allowed"},
		{"no JSON", visitor, post, mine.path + "/messages", `{"client_id":`, nil, 400, "malformed"},
		{"two JSONs", visitor, post, mine.path + "/messages", `{"client_id":"2","text":"x"} {}`, nil, 400, "malformed"},
		{"no UTF-8", visitor, post, mine.path + "/messages", "{\"client_id\":\"2\",\"text\":\"\xff\"}", nil, 400, "malformed"},
		{"a line without an id", visitor, post, mine.path + "/messages", `{"text":"x"}`, nil, 400, "client_id_required"},
		{"a line too long", visitor, post, mine.path + "/messages", `{"client_id":"2","text":"` + strings.Repeat("x", 4001) + `"}`, nil, 400, "message_too_long"},
		{"a place that is none", visitor, get, mine.path + "/messages?after=here", "", nil, 400, "invalid_query"},
		{"a limit that is none", visitor, get, mine.path + "/messages?limit=0", "", nil, 400, "invalid_query"},
		{"a time that is none", backend, get, "/v1/agents/marketing/availability?at=now", "", nil, 400, "invalid_query"},
		{"an id with another text", visitor, post, mine.path + "/messages", `{"client_id":"1","text":"other"}`, nil, 409, "client_id_reused"},
		{"an end without a handoff", visitor, post, mine.path + "/end", `{}`, nil, 409, "no_handoff"},
		{"a rating without a handoff", visitor, post, mine.path + "/rating", `{"score":5}`, nil, 409, "nothing_to_rate"},
		{"a body too large", visitor, post, mine.path + "/messages", `{"client_id":"2","text":"` + strings.Repeat("x", 64<<10) + `"}`, nil, 413, "body_too_large"},
		{"a file too large", visitor, post, mine.path + "/attachments", string(huge), []string{"Content-Type", hugeType}, 413, "file_too_large"},
		{"no JSON by type", visitor, post, mine.path + "/messages", `client_id=2`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"},
		{"JSON for a file", visitor, post, mine.path + "/attachments", `{}`, nil, 415, "unsupported_media_type"},
		{"a program for a file", visitor, post, mine.path + "/attachments", string(exe), []string{"Content-Type", exeType}, 415, "file_type_refused"},
		{"an empty file", visitor, post, mine.path + "/attachments", string(empty), []string{"Content-Type", emptyType}, 422, "invalid"},
		{"a file in another field", visitor, post, mine.path + "/attachments", string(misnamed), []string{"Content-Type", misnamedType}, 422, "invalid"},
		{"a list for an object", backend, post, "/v1/conversations", `[]`, nil, 422, "invalid"},
		{"no agent, to begin", backend, post, "/v1/conversations", `{}`, nil, 422, "invalid"},
		{"an empty line", visitor, post, mine.path + "/messages", `{"client_id":"2","text":" "}`, nil, 422, "invalid"},
		{"a number for a text", visitor, post, mine.path + "/messages", `{"client_id":"2","text":5}`, nil, 422, "invalid"},
		{"a rating out of range", visitor, post, mine.path + "/rating", `{"score":6}`, nil, 422, "invalid"},
		{"a zone that there is not", backend, put, "/v1/agents/marketing", `{"handoff":{"work_hours":{"time_zone":"Mars/Olympus"}}}`, nil, 422, "invalid"},
		{"hours that run backwards", backend, put, "/v1/agents/marketing", `{"handoff":{"work_hours":{"time_zone":"UTC","days":{"mon":[["18:00","09:00"]]}}}}`, nil, 422, "invalid"},
		{"an origin with a path", backend, put, "/v1/agents/marketing", `{"allowed_origins":["https://example.com/x"]}`, nil, 422, "invalid"},
		{"nobody to wait for", backend, put, "/v1/agents/marketing", `{"handoff":{"wait_seconds":-1}}`, nil, 422, "invalid"},
		{"a channel that is not there", backend, put, "/v1/agents/marketing", `{"handoff":{"channels":["nothing"]}}`, nil, 422, "unknown_channel"},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.who.t = t
			var body []byte
			if row.body != "" {
				body = []byte(row.body)
			}
			got := row.who.send(row.method, row.path, body, row.header...)
			var problem struct {
				Type, Title, Detail, Code string
				Status                    int
			}
			if err := json.Unmarshal(got.body, &problem); err != nil {
				t.Fatalf("%v in %d %s", err, got.status, got.body)
			}
			if got.status != row.want || problem.Status != row.want || problem.Code != row.code {
				t.Errorf("answered %d %s, want %d %s", got.status, got.body, row.want, row.code)
			}
			if kind := got.header.Get("Content-Type"); kind != "application/problem+json" || problem.Type == "" || problem.Title == "" || problem.Detail == "" {
				t.Errorf("no whole problem: %s %s", kind, got.body)
			}
			if row.want == http.StatusUnauthorized && got.header.Get("WWW-Authenticate") == "" {
				t.Error("it does not say how to authenticate")
			}
			if row.want == http.StatusMethodNotAllowed && got.header.Get("Allow") == "" {
				t.Error("it does not say which methods it knows")
			}
			if strings.Contains(string(got.body), apiKey) {
				t.Error("it tells the key")
			}
		})
	}
	if said := len(mine.said()); said > 2 {
		t.Errorf("%d messages stand in the conversation after all that", said)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

func TestTooOften(t *testing.T) {
	_, url := serve(t, "DOCKET_API_KEY="+apiKey)
	backend := api{t: t, url: url, bearer: apiKey}
	backend.call(http.StatusCreated, http.MethodPut, "/v1/agents/marketing", object{"name": "Mira"})
	visitor := backend.begin("marketing")
	for i := range 21 {
		got := visitor.say(fmt.Sprint(i), "again")
		if want := http.StatusCreated; i < 20 && got.status != want {
			t.Fatalf("line %d was answered %d %s", i, got.status, got.body)
		}
		if i == 20 && (got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" || !strings.Contains(string(got.body), "rate_limited")) {
			t.Errorf("line %d was answered %d %s", i, got.status, got.body)
		}
	}
	visitor.listen("")
	visitor.listen("")
	visitor.listen("")
	if got := visitor.visitor.send(http.MethodGet, visitor.path+"/events", nil); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
		t.Errorf("a fourth stream was answered %d %s", got.status, got.body)
	}
}
