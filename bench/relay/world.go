package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

// world is a company's Teams with a docket in it, and one joined conversation in each of its channels: what Teams allows
// a channel is then not what is measured.
type world struct {
	teams  *bottest.Service
	server *server
	ana    bottest.User
	talks  []*talk
}

// talk is a conversation that Ana has joined.
type talk struct {
	world   *world
	id      string
	token   string
	thread  string
	arrived chan string // the texts of specialists' lines, as the visitor's stream brings them
	said    int
}

func open(ctx context.Context, program, store string, channels int) (*world, error) {
	team := bottest.Team{ID: "19:general@thread.tacv2", Name: "Sales", Channels: []bottest.Channel{{ID: "19:general@thread.tacv2", Name: "General"}}}
	for i := range channels {
		team.Channels = append(team.Channels, bottest.Channel{ID: fmt.Sprintf("19:bench%04d@thread.tacv2", i), Name: fmt.Sprintf("Handoffs %d", i)})
	}
	w := &world{teams: bottest.New(bottest.Config{Teams: []bottest.Team{team}})}
	if err := w.teams.Start(); err != nil {
		return nil, err
	}
	w.ana = w.teams.Users()[0]
	var err error
	if w.server, err = startServer(ctx, program, store, w.teams); err != nil {
		return nil, err
	}
	w.teams.SetBotEndpoint(w.server.url + "/api/messages")
	for _, channel := range team.Channels[1:] {
		if _, err := w.teams.Say(ctx, w.ana.ID, channel.ID, "hello", bottest.MentionBot()); err != nil {
			return nil, err
		}
	}
	return w, w.begin(ctx)
}

func (w *world) close() error { return errors.Join(w.server.stop(), w.teams.Close()) }

// begin makes the agent and a joined conversation in each channel.
func (w *world) begin(ctx context.Context) error {
	var connected struct {
		Channels []struct{ ID, Name string }
	}
	if err := w.call(ctx, http.MethodGet, "/v1/channels", apiKey, nil, &connected); err != nil {
		return err
	}
	ids := []string{}
	for _, c := range connected.Channels {
		ids = append(ids, c.ID)
	}
	agent := map[string]any{"name": "Mira",
		"handoff": map[string]any{"enabled": true, "channels": ids, "wait_seconds": 86400}}
	if err := w.call(ctx, http.MethodPut, "/v1/agents/bench", apiKey, agent, nil); err != nil {
		return err
	}
	for _, c := range connected.Channels {
		t, err := w.join(ctx, c.ID, c.Name)
		if err != nil {
			return fmt.Errorf("channel %s: %w", c.Name, err)
		}
		w.talks = append(w.talks, t)
	}
	return nil
}

// join begins a conversation in a channel, and Ana joins it.
func (w *world) join(ctx context.Context, id, name string) (*talk, error) {
	t := &talk{world: w, arrived: make(chan string, 1000)}
	var begun struct {
		ID    string
		Token string `json:"visitor_token"`
	}
	if err := w.call(ctx, http.MethodPost, "/v1/conversations", apiKey, map[string]any{"agent": "bench", "visitor": map[string]any{"name": "Dana"}}, &begun); err != nil {
		return nil, err
	}
	t.id, t.token = begun.ID, begun.Token
	asked := map[string]any{"reason": "asked for a person", "channels": []string{id}}
	if err := w.call(ctx, http.MethodPost, "/v1/conversations/"+t.id+"/handoff", apiKey, asked, nil); err != nil {
		return nil, err
	}
	thread, err := w.threadIn(ctx, name)
	if err != nil {
		return nil, err
	}
	t.thread = thread.ID
	if _, err := w.teams.Press(ctx, w.ana.ID, thread.ID, thread.Root, "Join conversation"); err != nil {
		return nil, err
	}
	return t, t.listen(ctx)
}

// threadIn waits for the card of the handoff in a channel.
func (w *world) threadIn(ctx context.Context, channel string) (bottest.Thread, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	changes := w.teams.Changes(ctx)
	for {
		for _, c := range w.teams.Channels() {
			for _, thread := range w.teams.Threads(c.ID) {
				if c.Name == channel && thread.Messages[0].Bot && thread.Messages[0].Card != nil {
					return thread, nil
				}
			}
		}
		select {
		case <-changes:
		case <-ctx.Done():
			return bottest.Thread{}, errors.New("no card has come")
		}
	}
}

// call makes one call of the API.
func (w *world) call(ctx context.Context, method, path, bearer string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, w.server.url+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+bearer)
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode > 299 {
		return fmt.Errorf("%s %s: %s %s", method, path, resp.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}

func putOldAgent(ctx context.Context, desk *handoff.Desk) error {
	_, err := desk.PutAgent(ctx, audit.Actor{Kind: audit.System}, handoff.Agent{ID: oldAgent, Name: "Mira"})
	return err
}
