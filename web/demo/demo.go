package demo

import (
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync/atomic"

	"github.com/docket-handoff/docket/bot/bottest"
)

// Config says what the page shows. Service, Channel and ServerURL are required.
type Config struct {
	Service   *bottest.Service
	Channel   string        // id of the channel that is shown
	Users     []string      // ids of the people who can be played; all of the service's when empty
	ServerURL string        // origin of the server whose widget the website carries
	Agent     string        // id of the agent on the website; that of Agent when empty
	App       string        // the bot's name in the channel; "Docket" when empty
	Identity  func() string // signs who the visitor is, afresh for each visit; nil: the visitor is a stranger
	Log       *slog.Logger  // discards when nil
}

// page is the handler behind New.
type page struct {
	Config
	people  []bottest.User
	mention *regexp.Regexp
	place   bottest.ChannelState
	pages   *template.Template
	streams atomic.Int64
}

// New makes the page and everything it loads from its own address. Its paths are relative, so it may be mounted below a
// prefix. It fails when the service has no such channel or person, or when ServerURL is no origin.
func New(cfg Config) (http.Handler, error) {
	p := &page{Config: cfg, pages: pages()}
	if err := p.complete(); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.showPage)
	mux.HandleFunc("GET /site", p.showSite)
	mux.Handle("GET /assets/{name}", assets())
	mux.HandleFunc("GET /channel", p.showChannel)
	mux.HandleFunc("GET /channel/events", p.stream)
	mux.HandleFunc("POST /channel/messages", act(p.say))
	mux.HandleFunc("POST /channel/press", act(p.press))
	mux.HandleFunc("POST /channel/edit", act(p.edit))
	mux.HandleFunc("POST /channel/delete", act(p.remove))
	return guard(mux), nil
}

// complete fills in what the configuration leaves out, and checks the rest.
func (p *page) complete() error {
	if p.Service == nil {
		return errors.New("a service is needed")
	}
	server, err := url.Parse(p.ServerURL)
	if err != nil || server.Host == "" || (server.Scheme != "http" && server.Scheme != "https") {
		return fmt.Errorf("the server's address %q is no origin", p.ServerURL)
	}
	p.ServerURL = server.Scheme + "://" + server.Host
	if p.App == "" {
		p.App = "Docket"
	}
	p.mention = mentionOf(p.App)
	if p.Agent == "" {
		p.Agent = AgentID
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	return errors.Join(p.findChannel(), p.findPeople())
}

func (p *page) findChannel() error {
	for _, c := range p.Service.Channels() {
		if c.ID == p.Channel {
			p.place = c
			return nil
		}
	}
	return fmt.Errorf("the service has no channel %q", p.Channel)
}

func (p *page) findPeople() error {
	all := p.Service.Users()
	if len(p.Users) == 0 {
		p.people = all
	}
	for _, id := range p.Users {
		i := slices.IndexFunc(all, func(u bottest.User) bool { return u.ID == id })
		if i < 0 {
			return fmt.Errorf("the service has no user %q", id)
		}
		p.people = append(p.people, all[i])
	}
	if len(p.people) == 0 {
		return errors.New("nobody is there to be played")
	}
	return nil
}

// person finds one of those who can be played; the first one for an empty id.
func (p *page) person(id string) (bottest.User, error) {
	if id == "" {
		return p.people[0], nil
	}
	for _, u := range p.people {
		if u.ID == id {
			return u, nil
		}
	}
	return bottest.User{}, refusal{http.StatusNotFound, "unknown_person", "There is no such person in this channel."}
}
