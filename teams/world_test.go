package teams_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/docket-handoff/docket/agent"
	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/teams"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a company's Teams with a bot in it: real sockets, real tokens, a real file.
type world struct {
	t        *testing.T
	service  *bottest.Service
	platform *teams.Platform
	desk     *handoff.Desk
	channel  bottest.ChannelState
	ana      bottest.User
	ben      bottest.User
	path     string
	stop     func()
}

func newWorld(t *testing.T, cfg bottest.Config) *world {
	t.Helper()
	w := &world{t: t, service: bottest.Start(t, cfg), path: filepath.Join(t.TempDir(), "docket.db")}
	w.ana, w.ben = w.service.Users()[0], w.service.Users()[1]
	for _, c := range w.service.Channels() {
		if c.Name == "Support" {
			w.channel = c
		}
	}
	w.start()
	t.Cleanup(func() { w.stop() })
	return w
}

// start brings docket up on the world's store; stop takes it down as a shutdown does.
func (w *world) start() {
	w.t.Helper()
	engine, err := bolt.Open(w.path)
	must(w.t, err)
	tokens, err := auth.NewClientSecret(w.service.SecretConfig())
	must(w.t, err)
	verifier, err := auth.NewVerifier(w.service.VerifierConfig())
	must(w.t, err)
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: w.service.Hosts()})
	must(w.t, err)
	w.platform = teams.NewPlatform(client)
	w.desk = handoff.NewDesk(engine, handoff.Config{
		App: "Docket", Platforms: []handoff.Platform{w.platform}, Brief: agent.Brief, Close: agent.Close, Log: slog.New(slog.DiscardHandler),
		Rand: func() float64 { return 0 }, // no pause before a retry that nobody asked to put off
	})
	log := slog.New(slog.DiscardHandler)
	endpoint := httptest.NewServer(bot.Receive(verifier, teams.NewHandler(w.desk, client, "Docket", log), bot.Options{Log: log}))
	w.service.SetBotEndpoint(endpoint.URL + "/api/messages")

	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- w.desk.Run(ctx) }()
	go func() { ended <- (&agent.Builtin{Desk: w.desk, Log: log}).Run(ctx) }()
	w.stop = func() {
		endpoint.Close()
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				w.t.Errorf("the desk ended with %v", err)
			}
		}
		_ = client.Close()
		_ = verifier.Close()
		must(w.t, engine.Close())
		w.stop = func() {}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// connect mentions the bot in the channel and sets an agent up with it.
func (w *world) connect() handoff.Channel {
	w.t.Helper()
	posted, err := w.service.Say(w.t.Context(), w.ana.ID, w.channel.ID, "hello", bottest.MentionBot())
	must(w.t, err)
	if posted.Answer.Status != http.StatusOK {
		w.t.Fatalf("the mention was answered %d", posted.Answer.Status)
	}
	channels, err := w.desk.Channels(w.t.Context())
	must(w.t, err)
	if len(channels) != 1 {
		w.t.Fatalf("%d channels are connected, want 1", len(channels))
	}
	_, err = w.desk.PutAgent(w.t.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{ID: "marketing", Name: "Mira", Handoff: handoff.Policy{Enabled: true, Channels: []handoff.ID{channels[0].ID}}})
	must(w.t, err)
	return channels[0]
}

// visit begins a conversation with a visitor whose back end vouches for them.
func (w *world) visit() handoff.ID {
	w.t.Helper()
	started, err := w.desk.Start(w.t.Context(), handoff.NewConversation{
		Agent: "marketing", Verified: true,
		Visitor: handoff.Visitor{ID: "crm-1", Name: "Dana Cole", Email: "dana@northwind.example"},
		Account: handoff.Account{Name: "Northwind", Domain: "northwind.example", Traits: map[string]string{"employees": "850"}},
		Page:    handoff.Page{URL: "https://example.com/pricing", Title: "Pricing"},
	})
	must(w.t, err)
	return started.Conversation.ID
}

func (w *world) say(id handoff.ID, text string) {
	w.t.Helper()
	_, err := w.desk.FromVisitor(w.t.Context(), id, handoff.Say{ClientID: text, Text: text})
	must(w.t, err)
}

// handoffThread waits for the thread that a handoff of the visitor's began.
func (w *world) handoffThread() bottest.Thread {
	w.t.Helper()
	var found bottest.Thread
	w.service.WaitFor(w.t, "the thread of the handoff", func() bool {
		for _, thread := range w.service.Threads(w.channel.ID) {
			if thread.Messages[0].Bot && thread.Messages[0].Card != nil {
				found = thread
			}
		}
		return found.ID != ""
	})
	return found
}

// waitLine waits until somebody's line stands in the thread.
func (w *world) waitLine(thread, want string) {
	w.t.Helper()
	w.service.WaitFor(w.t, "the line "+want, func() bool {
		for _, m := range w.service.Messages(thread) {
			if strings.Contains(m.Text, want) || strings.Contains(string(m.Card), want) {
				return true
			}
		}
		return false
	})
}

func (w *world) waitCard(thread, root, want string) {
	w.t.Helper()
	w.service.WaitFor(w.t, "the card saying "+want, func() bool {
		return strings.Contains(string(w.service.Message(thread, root).Card), want)
	})
}

// waitEvent reads the conversation's log until an event fits.
func (w *world) waitEvent(id handoff.ID, what string, fits func(handoff.Event) bool) handoff.Event {
	w.t.Helper()
	for e, err := range w.desk.Events(w.t.Context(), id, 0) {
		must(w.t, err)
		if fits(e) {
			return e
		}
	}
	w.t.Fatalf("the log ended without %s", what)
	return handoff.Event{}
}

func (w *world) waitText(id handoff.ID, kind handoff.Kind, want string) handoff.Event {
	w.t.Helper()
	return w.waitEvent(id, want, func(e handoff.Event) bool {
		return e.Name == handoff.EventMessage && e.Message.From.Kind == kind && strings.Contains(e.Message.Text, want)
	})
}

func state(t *testing.T, w *world, id handoff.ID) handoff.State {
	t.Helper()
	c, err := w.desk.Conversation(t.Context(), id)
	must(t, err)
	return c.State
}

// actions lists the titles of a card's buttons.
func actions(t *testing.T, card json.RawMessage) []string {
	t.Helper()
	var parsed struct {
		Actions []struct{ Title string }
	}
	must(t, json.Unmarshal(card, &parsed))
	var titles []string
	for _, a := range parsed.Actions {
		titles = append(titles, a.Title)
	}
	return titles
}
