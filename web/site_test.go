package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/web"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	apiKey  = "key-of-the-back-end"
	page    = "https://www.example.com"
	secret  = "an identity secret of 32 bytes or more"
	channel = handoff.ID("room")
)

// site is a whole server on a real socket and a real store, with one agent ("marketing") that page may carry, and one
// connected channel whose platform takes every post.
type site struct {
	*testing.T
	desk   *handoff.Desk
	server *web.Server
	url    string
	clock  *clock
	log    *admintest.Log
	posts  *room

	closeStore func()
}

func newSite(t *testing.T, change ...func(*web.Config)) *site {
	t.Helper()
	engine, err := bolt.Open(filepath.Join(t.TempDir(), "docket.db"))
	if err != nil {
		t.Fatal(err)
	}
	closeStore := sync.OnceFunc(func() { engine.Close() })
	t.Cleanup(closeStore)
	s := &site{T: t, clock: &clock{}, log: &admintest.Log{}, posts: &room{}, closeStore: closeStore}
	s.desk = handoff.NewDesk(engine, handoff.Config{Platforms: []handoff.Platform{s.posts}})
	s.run(s.desk.Run)

	cfg := web.Config{
		Desk: s.desk, APIKeys: []string{apiKey, "another-key"}, App: "Acme Chat", Clock: s.clock.now,
		Log: slog.New(slog.NewTextHandler(s.log, nil)),
	}
	for _, f := range change {
		f(&cfg)
	}
	if s.server, err = web.New(cfg); err != nil {
		t.Fatal(err)
	}
	s.run(s.server.Run)
	listener := httptest.NewServer(s.server.Handler())
	t.Cleanup(func() {
		s.server.Drain()
		http.DefaultClient.CloseIdleConnections()
		listener.Close()
	})
	s.url = listener.URL
	s.must(s.desk.Connect(t.Context(), "k", handoff.Channel{ID: channel, Platform: "room", Name: "Sales"}, "t0", "connected"))
	s.putAgent(handoff.Agent{
		ID: "marketing", Name: "Marketing", AllowedOrigins: []string{page}, Files: true, IdentitySecret: secret,
		Handoff: handoff.Policy{Enabled: true, Channels: []handoff.ID{channel}},
	})
	return s
}

// run runs a part of the program until the test ends.
func (s *site) run(f func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	s.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			s.Error(err)
		}
	})
}

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) putAgent(a handoff.Agent) {
	s.Helper()
	_, err := s.desk.PutAgent(s.Context(), audit.Actor{Kind: audit.System}, a)
	s.must(err)
}

// clock is the server's, and stands wherever the test put it.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// room is a platform that takes every post, unless it is told otherwise.
type room struct {
	mu    sync.Mutex
	posts []handoff.Post

	refused string // why lines of a visitor's are not taken
}

func (*room) Name() string { return "room" }

func (r *room) Deliver(_ context.Context, p handoff.Post) (handoff.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refusal(p); err != nil {
		return handoff.Receipt{}, err
	}
	r.posts = append(r.posts, p)
	n := strconv.Itoa(len(r.posts))
	return handoff.Receipt{Thread: "thread-" + n, Message: "message-" + n}, nil
}

// thread waits for the newest handoff's thread and names it.
func (s *site) thread(conversation handoff.ID) (handoff.ID, string) {
	s.Helper()
	var id handoff.ID
	var address string
	s.eventually("a thread in the channel", func() bool {
		c, err := s.desk.Conversation(s.Context(), conversation)
		s.must(err)
		h, err := s.desk.Handoff(s.Context(), c.Handoff)
		s.must(err)
		if len(h.Threads) == 0 {
			return false
		}
		id, address = h.ID, h.Threads[0].Address
		return true
	})
	return id, address
}

// join lets Ana press Join.
func (s *site) join(conversation handoff.ID) (thread string) {
	s.Helper()
	id, thread := s.thread(conversation)
	acted, err := s.desk.Act(s.Context(), handoff.Act{
		Verb: handoff.VerbJoin, Handoff: id, Place: handoff.Place{Channel: channel, Thread: thread},
		Person: handoff.Person{ID: "ana", Name: "Ana Silva"},
	})
	s.must(err)
	if acted.Outcome != handoff.OutcomeDone {
		s.Fatalf("joining: %s", acted.Outcome)
	}
	return thread
}

func (s *site) eventually(what string, ready func() bool) {
	s.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if ready() {
			return
		}
	}
	s.Fatalf("waited in vain for %s", what)
}

// call is one request.
type call struct {
	method, path string
	body         any // a string or []byte as it is; anything else as JSON
	header       http.Header
}

func get(path string, as ...func(*call)) call            { return build("GET", path, nil, as) }
func post(path string, body any, as ...func(*call)) call { return build("POST", path, body, as) }
func put(path string, body any, as ...func(*call)) call  { return build("PUT", path, body, as) }
func del(path string, as ...func(*call)) call            { return build("DELETE", path, nil, as) }

func build(method, path string, body any, as []func(*call)) call {
	c := call{method: method, path: path, body: body, header: http.Header{}}
	if body != nil {
		c.header.Set("Content-Type", "application/json")
	}
	for _, f := range as {
		f(&c)
	}
	return c
}

func withHeader(name, value string) func(*call) {
	return func(c *call) { c.header.Set(name, value) }
}
func withToken(token string) func(*call) { return withHeader("Authorization", "Bearer "+token) }
func from(origin string) func(*call)     { return withHeader("Origin", origin) }

var withKey = withToken(apiKey)

// answer is a response whose body was read.
type answer struct {
	status int
	header http.Header
	raw    string
	json   map[string]any
}

func (a answer) code() string { return fmt.Sprint(a.json["code"]) }

func (s *site) do(c call) answer {
	s.Helper()
	res := s.open(c)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	s.must(err)
	a := answer{status: res.StatusCode, header: res.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.json)
	description().check(s.T, c, a)
	return a
}

// open sends a request and leaves the body to the caller.
func (s *site) open(c call) *http.Response {
	s.Helper()
	var body io.Reader
	switch b := c.body.(type) {
	case nil:
	case string:
		body = bytes.NewReader([]byte(b))
	case []byte:
		body = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		s.must(err)
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(s.Context(), c.method, s.url+c.path, body)
	s.must(err)
	req.Header = c.header
	res, err := http.DefaultClient.Do(req)
	s.must(err)
	return res
}

// want sends a request and checks the status.
func (s *site) want(status int, c call) answer {
	s.Helper()
	a := s.do(c)
	if a.status != status {
		s.Fatalf("%s %s: %d, want %d: %s", c.method, c.path, a.status, status, a.raw)
	}
	return a
}

// refused sends a request and checks that it is refused in the one form that refusals have.
func (s *site) refused(status int, code string, c call) answer {
	s.Helper()
	a := s.want(status, c)
	if a.code() != code {
		s.Fatalf("%s %s: code %s, want %s", c.method, c.path, a.code(), code)
	}
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
		s.Fatalf("%s %s: an error of type %s", c.method, c.path, kind)
	}
	if a.json["title"] == "" || a.json["detail"] == "" || a.json["status"] != float64(status) {
		s.Fatalf("%s %s: an incomplete problem: %s", c.method, c.path, a.raw)
	}
	return a
}

type obj = map[string]any

// talk is a conversation with its visitor's token.
type talk struct {
	id    handoff.ID
	path  string
	token func(*call)
}

// begin begins a conversation from the website.
func (s *site) begin() talk {
	s.Helper()
	return talkOf(s.want(201, post("/v1/conversations", obj{"agent": "marketing"}, from(page))))
}

func talkOf(a answer) talk {
	id := a.json["id"].(string)
	return talk{handoff.ID(id), "/v1/conversations/" + id, withToken(a.json["visitor_token"].(string))}
}
