package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// object is any JSON object.
type object = map[string]any

// api calls the server as a back end or a visitor does.
type api struct {
	t      *testing.T
	url    string
	bearer string
	origin string
}

// answer is what the server says.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// object reads the body.
func (a answer) object(t *testing.T) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(a.body, &o); err != nil {
		t.Fatalf("%v in %d %s", err, a.status, a.body)
	}
	return o
}

// send calls once; header is pairs of names and values.
func (a api) send(method, path string, body []byte, header ...string) answer {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, bytes.NewReader(body))
	must(a.t, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if a.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+a.bearer)
	}
	if a.origin != "" {
		r.Header.Set("Origin", a.origin)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	must(a.t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	must(a.t, err)
	return answer{response.StatusCode, response.Header, content}
}

// call sends JSON and wants a status.
func (a api) call(want int, method, path string, body any) object {
	a.t.Helper()
	var content []byte
	if body != nil {
		var err error
		content, err = json.Marshal(body)
		must(a.t, err)
	}
	got := a.send(method, path, content)
	if got.status != want {
		a.t.Fatalf("%s %s: %d, want %d\n%s", method, path, got.status, want, got.body)
	}
	return got.object(a.t)
}

// text reads a member of an object through others: text(o, "from", "name").
func text(o object, path ...string) string {
	var v any = o
	for _, name := range path {
		inner, _ := v.(object)
		v = inner[name]
	}
	s, _ := v.(string)
	return s
}

// talk is a visitor's conversation.
type talk struct {
	visitor api
	path    string // of the conversation
}

// begin starts a conversation as the website's back end, with a visitor it vouches for.
func (a api) begin(agent string) talk {
	a.t.Helper()
	return a.beginAs(agent, "crm-123")
}

// beginAs is begin for one of several visitors.
func (a api) beginAs(agent, visitor string) talk {
	a.t.Helper()
	started := a.call(http.StatusCreated, http.MethodPost, "/v1/conversations", object{
		"agent":   agent,
		"visitor": object{"id": visitor, "name": "Dana Cole", "email": "dana@northwind.example", "traits": object{"title": "VP Sales"}},
		"account": object{"name": "Northwind", "domain": "northwind.example", "traits": object{"employees": 850}},
		"page":    object{"url": "https://example.com/pricing", "title": "Pricing"},
	})
	return talk{api{t: a.t, url: a.url, bearer: text(started, "visitor_token")}, "/v1/conversations/" + text(started, "id")}
}

// say is a line of the visitor's. The same id may be said again.
func (c talk) say(id, line string) answer {
	c.visitor.t.Helper()
	body, err := json.Marshal(object{"client_id": id, "text": line})
	must(c.visitor.t, err)
	return c.visitor.send(http.MethodPost, c.path+"/messages", body)
}

func (c talk) state() string {
	c.visitor.t.Helper()
	return text(c.visitor.call(http.StatusOK, http.MethodGet, c.path, nil), "state")
}

// said lists the messages so far.
func (c talk) said() []object {
	c.visitor.t.Helper()
	var all []object
	list, _ := c.visitor.call(http.StatusOK, http.MethodGet, c.path+"/messages?limit=200", nil)["messages"].([]any)
	for _, m := range list {
		all = append(all, m.(object))
	}
	return all
}

// waitSaid waits for a message that holds words, by the visitor, the agent or a specialist.
func (c talk) waitSaid(kind, words string) object {
	c.visitor.t.Helper()
	var found object
	eventually(c.visitor.t, fmt.Sprintf("%q, said by the %s", words, kind), func() bool {
		for _, m := range c.said() {
			if text(m, "from", "kind") == kind && strings.Contains(text(m, "text"), words) {
				found = m
			}
		}
		return found != nil
	})
	return found
}

// frame is an event of a stream.
type frame struct {
	id, name string
	data     object
}

// stream is the visitor's event stream, kept open.
type stream struct {
	mu     sync.Mutex
	frames []frame
	retry  string // what the server said about coming back
	ended  chan struct{}
}

// listen opens the stream after an event; empty for all of them.
func (c talk) listen(after string) *stream {
	t := c.visitor.t
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.visitor.url+c.path+"/events", nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+c.visitor.bearer)
	r.Header.Set("Last-Event-ID", after)
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("the stream was answered %d", response.StatusCode)
	}
	s := &stream{ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		defer response.Body.Close()
		s.read(response.Body)
	}()
	t.Cleanup(func() { cancel(); <-s.ended })
	return s
}

// read keeps what the stream brings.
func (s *stream) read(body io.Reader) {
	eachFrame(body, func(f frame) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.frames = append(s.frames, f)
	}, func(retry string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.retry = retry
	})
}

// eachFrame takes the frames apart, until the stream ends. https://html.spec.whatwg.org/multipage/server-sent-events.html
func eachFrame(body io.Reader, take func(frame), retry func(string)) {
	var f frame
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			f.id = value
		case "event":
			f.name = value
		case "data":
			_ = json.Unmarshal([]byte(value), &f.data)
		case "retry":
			retry(value)
		}
		if lines.Text() == "" && f.name != "" {
			take(f)
			f = frame{}
		}
	}
}

// all are the events so far that have a place.
func (s *stream) all() []frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	var placed []frame
	for _, f := range s.frames {
		if f.id != "" {
			placed = append(placed, f)
		}
	}
	return placed
}

func (s *stream) last() string {
	frames := s.all()
	if len(frames) == 0 {
		return ""
	}
	return frames[len(frames)-1].id
}

// wait waits for an event of a name whose data holds words.
func (s *stream) wait(t *testing.T, name, words string) frame {
	t.Helper()
	var found frame
	eventually(t, fmt.Sprintf("the event %s with %q", name, words), func() bool {
		for _, f := range s.all() {
			data, _ := json.Marshal(f.data)
			if f.name == name && strings.Contains(string(data), words) {
				found = f
			}
		}
		return found.name != ""
	})
	return found
}
