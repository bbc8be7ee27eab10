package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/cards"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// session is the program with somebody at the keyboard.
type session struct {
	t     *testing.T
	in    *io.PipeWriter
	lines chan string
	ended chan error
}

func start(t *testing.T, args ...string) *session {
	t.Helper()
	in, typed := io.Pipe()
	printed, out := io.Pipe()
	s := &session{t: t, in: typed, lines: make(chan string, 1000), ended: make(chan error, 1)}
	go func() {
		err := run(context.Background(), append([]string{"-listen", "127.0.0.1:0"}, args...), in, out)
		_ = out.Close()
		s.ended <- err
	}()
	go func() {
		defer close(s.lines)
		for scanner := bufio.NewScanner(printed); scanner.Scan(); {
			s.lines <- scanner.Text()
		}
	}()
	return s
}

func (s *session) types(line string) {
	s.t.Helper()
	if _, err := fmt.Fprintln(s.in, line); err != nil {
		s.t.Fatal(err)
	}
}

// reads waits for a line that contains the words, and returns it.
func (s *session) reads(words string) string {
	s.t.Helper()
	var before []string
	for {
		select {
		case line, more := <-s.lines:
			if strings.Contains(line, words) {
				return line
			}
			if before = append(before, line); !more {
				s.t.Fatalf("ended without %q:\n%s", words, strings.Join(before, "\n"))
			}
		case <-time.After(20 * time.Second):
			s.t.Fatalf("waited in vain for %q after\n%s", words, strings.Join(before, "\n"))
		}
	}
}

// settings reads the exports up to a name.
func (s *session) settings(last string) map[string]string {
	s.t.Helper()
	found := map[string]string{}
	for found[last] == "" {
		export := s.reads("export ")
		name, value, ok := strings.Cut(strings.TrimPrefix(export, "export "), "=")
		if !ok || !regexp.MustCompile(`^[\w:/.-]+$`).MatchString(value) {
			s.t.Fatalf("a shell would not take %q", export)
		}
		found[name] = value
	}
	return found
}

// end waits for the program's end.
func (s *session) end() error {
	s.t.Helper()
	for range s.lines {
	}
	_ = s.in.Close()
	return <-s.ended
}

// door is a bot's endpoint whose handler comes later, as a bot that is started with the settings.
type door struct {
	*httptest.Server
	handler atomic.Value
}

func newDoor(t *testing.T) *door {
	d := &door{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.handler.Load().(http.Handler).ServeHTTP(w, r)
	}))
	t.Cleanup(d.Close)
	return d
}

// open starts a bot by the settings that were printed. It echoes; at the words card, wrong, whisper, list and steer it does what they say.
func (d *door) open(t *testing.T, env map[string]string) {
	t.Helper()
	hosts := must(auth.NewHosts(auth.Public, env["DOCKET_BOT_SERVICE_HOSTS"]))(t)
	verifier := must(auth.NewVerifier(auth.VerifierConfig{AppID: env["DOCKET_BOT_ID"], MetadataURL: env["DOCKET_BOT_OPENID_METADATA"], Hosts: hosts}))(t)
	tokens := must(auth.NewClientSecret(auth.ClientSecretConfig{
		AppID: env["DOCKET_BOT_ID"], Secret: env["DOCKET_BOT_SECRET"], Tenant: env["DOCKET_BOT_TENANT"], TokenURL: env["DOCKET_BOT_TOKEN_URL"],
	}))(t)
	client := must(bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: hosts}))(t)
	t.Cleanup(func() {
		_ = verifier.Close()
		_ = client.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	answer := func(ctx context.Context, turn *bot.Turn) (*activity.InvokeResponse, error) {
		a := turn.Activity
		said := a.TextFor(a.Recipient.ID)
		reply := &activity.Activity{Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: "Echo: " + said}
		switch said {
		case "card":
			card, err := cards.Message(askCard(), "A card")
			if err != nil {
				return nil, err
			}
			reply = &card
		case "wrong":
			entity, _ := activity.NewMention(activity.ChannelAccount{ID: "29:ada", Name: "Ada"})
			reply.Entities = []activity.Entity{entity}
		case "whisper":
			_, _ = client.SendTargeted(ctx, a.ServiceURL, a.Conversation.ID, &activity.Activity{Type: activity.TypeMessage, Text: "psst", Recipient: a.From})
		case "list":
			_, _ = client.Conversations(ctx, a.ServiceURL, "")
		case "steer":
			reply.Text = "a\x1b[2Jb"
		}
		_, _ = client.Send(ctx, a.ServiceURL, a.Conversation.ID, reply)
		return nil, nil
	}
	press := func(_ context.Context, turn *bot.Turn) (*activity.InvokeResponse, error) {
		if turn.Activity.From.Name != "Grace Sample" {
			answer := activity.MessageResponse("Grace has this.")
			return &answer, nil
		}
		answer := activity.CardResponse(cards.Card{Body: []cards.Element{cards.TextBlock{Text: cards.Lit("You joined.")}}})
		return &answer, nil
	}
	d.handler.Store(bot.Receive(verifier, &bot.Router{Message: answer, Invoke: map[string]bot.HandlerFunc{activity.InvokeAdaptiveCard: press}}, bot.Options{}))
}

func askCard() cards.Card {
	return cards.Card{
		Body: []cards.Element{
			cards.TextBlock{Text: cards.Lit("Somebody asks")},
			cards.RichTextBlock{Inlines: []cards.TextRun{{Text: cards.Lit("for a ")}, {Text: cards.Lit("person.")}}},
			cards.FactSet{Facts: []cards.FactRow{{Title: cards.Lit("Page"), Value: cards.Lit("/pricing")}}},
		},
		Actions: []cards.Action{cards.NewExecute("Join", "join", nil), cards.NewExecute("Leave", "leave", nil)},
	}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestConversation plays a bot that knows nothing but the printed settings, and a developer who talks to it.
func TestConversation(t *testing.T) {
	bot := newDoor(t)
	s := start(t, "-bot", bot.URL+"/api/messages")
	bot.open(t, s.settings("DOCKET_BOT_SERVICE_HOSTS"))
	if line := s.reads("You are "); !strings.Contains(line, "Ada Example in Northwind > General") {
		t.Errorf("%s", line)
	}
	for _, step := range []struct{ types, reads string }{
		{"hello", "Ada Example: @Docket\u00a0hello"},
		{"", "Docket: Echo: hello"},
		{"again", "Docket: Echo: again"},
		{"/again", "Docket: Echo: again"},
		{"@card", "Docket: Somebody asks"},
		{"", "  for a person."},
		{"", "  Page: /pricing"},
		{"", "  [Join] [Leave]"},
		{"/press Join", "Docket tells you alone: Grace has this."},
		{"/as grace sample", ""},
		{"/press Join", "Docket (changed): You joined."},
		{"/press Nothing", `No card has a button "Nothing".`},
		{"/as Nobody", `Nobody is called "Nobody"; there are Ada Example, Grace Sample.`},
		{"wrong", "! the real service would refuse: "},
		{"whisper", "Docket (to you alone): psst"},
		{"list", "! not modelled here: "},
		{"steer", "Docket: a[2Jb"},
		{"/new", ""},
		{"second", "Docket: Echo: second"},
		{"/last", ""},
		{"/dance", "There is no /dance; /help lists what there is."},
		{"/help", "/press BUTTON"},
	} {
		if step.types != "" {
			s.types(step.types)
		}
		if step.reads != "" {
			s.reads(step.reads)
		}
	}
	s.types("/quit")
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

func TestMentionsOnly(t *testing.T) {
	bot := newDoor(t)
	s := start(t, "-bot", bot.URL+"/api/messages", "-mentions-only", "-name", "Helper")
	bot.open(t, s.settings("DOCKET_BOT_SERVICE_HOSTS"))
	s.types("hello")
	s.reads("Helper: Echo: hello")
	s.types("is anybody there?")
	s.reads("The bot does not hear this")
	s.types("@now?")
	s.reads("Helper: Echo: now?")
	_ = s.in.Close()
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

func TestABotThatIsNotThere(t *testing.T) {
	s := start(t, "-bot", "http://127.0.0.1:1/api/messages")
	s.types("hello")
	s.reads("! bottest: the bot gave no answer")
	s.types("/quit")
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

// TestLoopbackAlone tries to reach the service by another name, as a web page would.
func TestLoopbackAlone(t *testing.T) {
	s := start(t)
	env := s.settings("ToChannelFromBotOAuthScope")
	request, err := http.NewRequest(http.MethodGet, env["DOCKET_BOT_OPENID_METADATA"], nil)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{env["DOCKET_BOT_SERVICE_HOSTS"]: http.StatusOK, "evil.example": http.StatusForbidden} {
		request.Host = host
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s is answered with %d", host, response.StatusCode)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	s.types("/quit")
	if err := s.end(); err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{
		{"-listen", "0.0.0.0:0"}, {"-listen", ":0"}, {"-listen", "192.0.2.1:80"}, {"-listen", "127.0.0.1"},
		{"-bot", "https://bot.example.com/api/messages"}, {"-bot", "%"}, {"-bot", ""},
		{"-unknown"},
	} {
		if err := run(t.Context(), args, strings.NewReader(""), io.Discard); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q gives %v", args, err)
		}
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, typed := io.Pipe()
	defer typed.Close()
	cancel()
	if err := run(ctx, []string{"-listen", "127.0.0.1:0"}, in, io.Discard); err != nil {
		t.Error(err)
	}
}

func TestMainIsShort(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), "\n"); n > 80 {
		t.Errorf("%d lines", n)
	}
}
