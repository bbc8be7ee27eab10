package widget_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/checks/browser"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/web"
)

const channel = handoff.ID("room")

// site is a website on one origin, the server on another, and a browser on the website.
type site struct {
	*testing.T
	desk   *handoff.Desk
	server *web.Server
	api    *httptest.Server
	page   *httptest.Server
	head   string // what the page's script tag says beside its address
	room   room
	tab    *browser.Tab

	mu   sync.Mutex
	down bool // the server is away; the browser has the script in its cache
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{T: t, tab: browser.New(t), head: `data-agent="marketing"`}
	engine, err := bolt.Open(filepath.Join(t.TempDir(), "docket.db"))
	s.must(err)
	t.Cleanup(func() { engine.Close() })
	s.desk = handoff.NewDesk(engine, handoff.Config{Platforms: []handoff.Platform{&s.room}})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.desk.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })

	s.page = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, pageHTML, s.api.URL, s.head)
	}))
	t.Cleanup(s.page.Close)
	s.server, err = web.New(web.Config{Desk: s.desk, App: "Acme Chat"})
	s.must(err)
	listening := make(chan error, 1)
	go func() { listening <- s.server.Run(ctx) }()
	t.Cleanup(func() { stop(); <-listening })
	s.api = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() { s.server.Drain(); s.api.Close() })

	s.must(s.desk.Connect(ctx, "k", handoff.Channel{ID: channel, Platform: "room", Name: "Sales"}, "t", "connected"))
	s.putAgent(handoff.Policy{Enabled: true, Channels: []handoff.ID{channel}})
	return s
}

const pageHTML = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pricing</title>
<meta name="viewport" content="width=device-width">
<style>body{font:16px/1.6 Georgia,serif;margin:48px;max-width:640px;color:#333;background:#fbfaf7}
@media (prefers-color-scheme:dark){body{color:#ccc;background:#0e1014}}</style></head>
<body><h1>Plans that grow with you</h1><p>Every plan includes all integrations, single sign-on and a person to talk to.</p>
<script src="%s/widget.js" %s async></script></body></html>`

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	down := s.down
	s.mu.Unlock()
	if down && r.URL.Path != "/widget.js" {
		panic(http.ErrAbortHandler)
	}
	s.server.Handler().ServeHTTP(w, r)
}

// outage takes the server away, or brings it back.
func (s *site) outage(down bool) {
	s.mu.Lock()
	s.down = down
	s.mu.Unlock()
	if down {
		s.api.CloseClientConnections()
	}
}

func (s *site) putAgent(p handoff.Policy) {
	s.Helper()
	_, err := s.desk.PutAgent(s.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{
		ID: "marketing", Name: "Acme Assistant", AllowedOrigins: []string{s.page.URL}, Files: true, Handoff: p,
	})
	s.must(err)
}

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// room is a platform that takes every post, but for the lines it is told to treat otherwise.
type room struct {
	mu     sync.Mutex
	n      int
	refuse string
	doubt  string        // this line is taken, and nobody is told
	hold   chan struct{} // lines wait for its end; nil: they do not
}

func (*room) Name() string { return "room" }

func (r *room) Deliver(_ context.Context, p handoff.Post) (handoff.Receipt, error) {
	r.mu.Lock()
	hold := r.hold
	r.mu.Unlock()
	if hold != nil && len(p.Lines) > 0 {
		<-hold
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(p.Lines) > 0 && p.Lines[0].Text == r.doubt {
		return handoff.Receipt{}, &handoff.DeliveryError{Cause: "the channel did not answer"}
	}
	if len(p.Lines) > 0 && p.Lines[0].Text == r.refuse {
		return handoff.Receipt{}, &handoff.DeliveryError{Certain: true, Cause: "the channel does not take it"}
	}
	r.n++
	return handoff.Receipt{Thread: "thread-" + strconv.Itoa(r.n), Message: "message-" + strconv.Itoa(r.n)}, nil
}

// set changes how the room treats posts.
func (r *room) set(change func(*room)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r)
}

// open loads the page and waits for the widget.
func (s *site) open() {
	s.Helper()
	s.tab.Go(s.page.URL)
	s.see("the launcher", `q("launcher")`)
}

// prelude is what expressions in the page may use: the widget's elements by data-testid, and its messages.
const prelude = `(() => {
const shadow = document.querySelector("#docket-widget")?.shadowRoot;
const q = (id) => shadow?.querySelector("[data-testid=" + id + "]");
const visible = (id) => !!q(id) && q(id).offsetParent !== null;
const messages = [...(shadow?.querySelectorAll("[data-testid=message]") || [])];
const texts = messages.map((m) => m.querySelector(".bubble").textContent);
return %s; })()`

// js evaluates an expression in the page.
func js[T any](s *site, expression string) T {
	s.Helper()
	return browser.Eval[T](s.tab, fmt.Sprintf(prelude, expression))
}

// see waits until an expression is true in the page.
func (s *site) see(what, expression string) {
	s.Helper()
	for deadline := time.Now().Add(browser.Patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if js[bool](s, "!!("+expression+")") {
			return
		}
	}
	s.Fatalf("the page does not show %s (%s). It shows:\n%s", what, expression, js[string](s, `shadow?.querySelector("section")?.innerText ?? "no widget"`))
}

func (s *site) click(id string) {
	s.Helper()
	s.see(id, `visible("`+id+`")`)
	js[bool](s, `(q("`+id+`").click(), true)`)
}

// write types a line and sends it with Enter, as a person does.
func (s *site) write(text string) {
	s.Helper()
	js[bool](s, `(q("composer").focus(), true)`)
	s.tab.Do("type", chromedp.KeyEvent(text))
	s.tab.Key("Enter")
}

// talk is the conversation that the browser keeps.
func (s *site) talk() handoff.ID {
	s.Helper()
	kept := `JSON.parse(localStorage["docket:` + s.api.URL + `:marketing"] || "{}").id`
	s.see("a conversation", kept)
	return handoff.ID(js[string](s, kept))
}

// join lets Ana press Join, when the thread is there.
func (s *site) join(conversation handoff.ID) handoff.Place {
	s.Helper()
	for deadline := time.Now().Add(browser.Patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		c, err := s.desk.Conversation(s.Context(), conversation)
		s.must(err)
		h, err := s.desk.Handoff(s.Context(), c.Handoff)
		if err != nil || len(h.Threads) == 0 {
			continue
		}
		place := handoff.Place{Channel: channel, Thread: h.Threads[0].Address}
		acted, err := s.desk.Act(s.Context(), handoff.Act{Verb: handoff.VerbJoin, Handoff: h.ID, Place: place, Person: ana})
		s.must(err)
		if acted.Outcome != handoff.OutcomeDone {
			s.Fatalf("joining: %s", acted.Outcome)
		}
		return place
	}
	s.Fatal("no thread came")
	return handoff.Place{}
}

var ana = handoff.Person{ID: "ana", Name: "Ana Silva"}

// anaSays is a line of Ana's in the thread.
func (s *site) anaSays(place handoff.Place, id, text string) {
	s.Helper()
	_, err := s.desk.FromSpecialist(s.Context(), handoff.SpecialistLine{Key: id, Place: place, Person: ana, Message: id, Text: text})
	s.must(err)
}

// anaTypes says that Ana is writing in the thread.
func (s *site) anaTypes(place handoff.Place) {
	s.Helper()
	s.must(s.desk.FromTyping(s.Context(), place, ana))
}

// anaDoes is something else that Ana decides in the thread.
func (s *site) anaDoes(place handoff.Place, verb handoff.Verb) {
	s.Helper()
	acted, err := s.desk.Act(s.Context(), handoff.Act{Verb: verb, Place: place, Person: ana})
	s.must(err)
	if acted.Outcome != handoff.OutcomeDone {
		s.Fatalf("%s: %s", verb, acted.Outcome)
	}
}

func (s *site) agentSays(conversation handoff.ID, text string) {
	s.Helper()
	_, err := s.desk.FromAgent(s.Context(), conversation, handoff.Say{Text: text})
	s.must(err)
}
