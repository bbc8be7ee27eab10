package demo_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/web/demo"
)

// stage is the page over a real service, with a small bot at the other end.
type stage struct {
	*testing.T
	service *bottest.Service
	client  *bot.Client
	url     string
	answer  activity.InvokeResponse // to every press
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{T: t, service: bottest.Start(t, demo.World())}
	verifier, err := auth.NewVerifier(s.service.VerifierConfig())
	s.must(err)
	tokens, err := auth.NewClientSecret(s.service.SecretConfig())
	s.must(err)
	s.client, err = bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: s.service.Hosts()})
	s.must(err)
	router := &bot.Router{Invoke: map[string]bot.HandlerFunc{
		activity.InvokeAdaptiveCard: func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) { return &s.answer, nil },
	}}
	mux := http.NewServeMux()
	mux.Handle("/api/messages", bot.Receive(verifier, router, bot.Options{Log: slog.New(slog.DiscardHandler)}))
	mux.HandleFunc("/widget.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	})
	endpoint := httptest.NewServer(mux)
	s.service.SetBotEndpoint(endpoint.URL + "/api/messages")
	page, err := demo.New(demo.Config{Service: s.service, Channel: room, ServerURL: endpoint.URL})
	s.must(err)
	ctx, stop := context.WithCancel(context.Background())
	server := httptest.NewUnstartedServer(page)
	server.Config.BaseContext = baseContext(ctx)
	server.Start()
	s.url = server.URL
	t.Cleanup(func() {
		stop()
		server.Close()
		endpoint.Close()
		s.must(s.client.Close())
		s.must(verifier.Close())
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// seen is the channel as the page tells it.
type seen struct {
	Version int64
	App     string
	Team    string
	Channel string
	Me      string
	People  []struct{ ID, Name string }
	Threads []struct {
		ID       string
		Messages []line
	}
}

type line struct {
	ID   string
	From struct{ ID, Name string }
	App  bool
	Mine bool
	Text []struct {
		Text    string
		Mention bool
	}
	Card, Shared json.RawMessage
	Notices      []string
	Reactions    []struct {
		Type string
		By   []string
	}
	Revision        int
	Edited, Deleted bool
}

// words are the line's text, with mentions in brackets.
func (l line) words() string {
	var b strings.Builder
	for _, p := range l.Text {
		if p.Mention {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// look fetches the channel as one person sees it.
func (s *stage) look(user string) seen {
	s.Helper()
	var out seen
	s.get("/channel?user="+user, http.StatusOK, &out)
	return out
}

// last is the newest line of the newest thread, as one person sees it.
func (s *stage) last(user string) line {
	s.Helper()
	threads := s.look(user).Threads
	messages := threads[len(threads)-1].Messages
	return messages[len(messages)-1]
}

func (s *stage) get(path string, status int, into any) {
	s.Helper()
	resp, err := http.Get(s.url + path)
	s.must(err)
	s.read(resp, status, into)
}

// do posts a deed and reads the answer.
func (s *stage) do(what string, deed map[string]any, status int, into any) {
	s.Helper()
	body, err := json.Marshal(deed)
	s.must(err)
	resp, err := http.Post(s.url+"/channel/"+what, "application/json", strings.NewReader(string(body)))
	s.must(err)
	s.read(resp, status, into)
}

func (s *stage) read(resp *http.Response, status int, into any) {
	s.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	s.must(err)
	if resp.StatusCode != status {
		s.Fatalf("%s answered %d %s, want %d", resp.Request.URL.Path, resp.StatusCode, body, status)
	}
	if into != nil {
		s.must(json.Unmarshal(body, into))
	}
}

// problem is what a refusal says.
type problem struct {
	Status       int
	Code, Detail string
}

type posted struct {
	Thread, Message string
	Heard           bool
}

func TestNewRefuses(t *testing.T) {
	service := bottest.New(demo.World())
	good := demo.Config{Service: service, Channel: room, ServerURL: "http://127.0.0.1:3978"}
	for name, tc := range map[string]struct {
		change func(*demo.Config)
		want   string
	}{
		"no service":       {func(c *demo.Config) { c.Service = nil }, "service"},
		"unknown channel":  {func(c *demo.Config) { c.Channel = "19:elsewhere" }, "19:elsewhere"},
		"unknown person":   {func(c *demo.Config) { c.Users = []string{"29:nobody"} }, "29:nobody"},
		"no server":        {func(c *demo.Config) { c.ServerURL = "" }, "origin"},
		"server by scheme": {func(c *demo.Config) { c.ServerURL = "javascript:alert(1)" }, "origin"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good
			tc.change(&cfg)
			if _, err := demo.New(cfg); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("New says %v, want something about %q", err, tc.want)
			}
		})
	}
	if _, err := demo.New(good); err != nil {
		t.Errorf("a good configuration is refused: %v", err)
	}
}
