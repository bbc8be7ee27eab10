package web_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/web"
)

// frame is one event as a browser reads it. Comments and retries come as frames of their own.
type frame struct {
	id, event, data, retry, comment string
}

// seq is the place in the id.
func (f frame) seq() int {
	_, n, _ := strings.Cut(f.id, ".")
	seq, _ := strconv.Atoi(n)
	return seq
}

func (f frame) json(t *testing.T) obj {
	t.Helper()
	var data obj
	if err := json.Unmarshal([]byte(f.data), &data); err != nil {
		t.Fatalf("data %q: %v", f.data, err)
	}
	return data
}

// stream is an open event stream.
type stream struct {
	t     *testing.T
	res   *http.Response
	lines *bufio.Scanner
}

func (s *site) stream(c call) *stream {
	s.Helper()
	res := s.open(c)
	if res.StatusCode != 200 {
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		s.Fatalf("%s: %d %s", c.path, res.StatusCode, body)
	}
	st := &stream{s.T, res, bufio.NewScanner(res.Body)}
	s.Cleanup(st.close)
	return st
}

func (st *stream) close() { st.res.Body.Close() }

// any reads the next frame of whatever kind; false at the end.
func (st *stream) any() (f frame, ok bool) {
	for st.lines.Scan() {
		line := st.lines.Text()
		if line == "" {
			return f, true
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			f.id = value
		case "event":
			f.event = value
		case "data":
			f.data += value
		case "retry":
			f.retry = value
		case "":
			f.comment = value
		default:
			st.t.Errorf("a line that is no field: %q", line)
		}
	}
	return f, false
}

// next reads the next event.
func (st *stream) next() frame {
	st.t.Helper()
	for {
		f, ok := st.any()
		if !ok {
			st.t.Fatal("the stream ended")
		}
		if f.event != "" {
			return f
		}
	}
}

func TestEventsOfAWholeHandoff(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	live := s.stream(get(talk.path+"/events", talk.token, from(page)))
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no", "Access-Control-Allow-Origin": page,
	} {
		if got := live.res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	s.want(201, post(talk.path+"/messages", obj{"client_id": "1", "text": "Hello\n\nevent: closed\ndata: {}"}, talk.token))
	s.want(201, post(talk.path+"/handoff", obj{}, talk.token))
	thread := s.join(talk.id)
	_, err := s.desk.FromSpecialist(t.Context(), handoff.SpecialistLine{
		Key: "l1", Place: handoff.Place{Channel: channel, Thread: thread}, Person: handoff.Person{ID: "ana", Name: "Ana Silva"}, Message: "m1", Text: "Hi Dana",
	})
	s.must(err)
	s.want(200, post(talk.path+"/end", nil, talk.token))

	var handoffs []string
	var texts []string
	for i := 1; ; i++ {
		f := live.next()
		if f.seq() != i {
			t.Fatalf("event %d has the id %s", i, f.id)
		}
		data := f.json(t)
		switch f.event {
		case "handoff":
			handoffs = append(handoffs, fmt.Sprint(data["state"]))
		case "message":
			texts = append(texts, fmt.Sprint(data["from"].(obj)["kind"]))
			if i == 1 && data["text"] != "Hello\n\nevent: closed\ndata: {}" {
				t.Errorf("the text became %q", data["text"])
			}
		}
		if data["reason"] == "visitor" {
			break
		}
	}
	if diff := cmp.Diff([]string{"waiting", "joined", "agent"}, handoffs); diff != "" {
		t.Errorf("handoff events (-want +got):\n%s", diff)
	}
	if texts[0] != "visitor" || !strings.Contains(fmt.Sprint(texts), "specialist") {
		t.Errorf("authors %v", texts)
	}

	replay := s.stream(get(talk.path+"/events?after=1", withKey))
	if f := replay.next(); f.seq() != 2 {
		t.Errorf("after 1 comes %s", f.id)
	}
}

// A reader that is cut again and again while others write sees every event once and in order.
func TestResumeWithoutGapOrRepeat(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	const writers, each = 4, 40
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				say := handoff.Say{ClientID: fmt.Sprintf("%d-%d", w, i), Text: fmt.Sprint(i)}
				if _, err := s.desk.FromVisitor(t.Context(), talk.id, say); err != nil {
					t.Error(err)
				}
			}
		})
	}
	defer writing.Wait()
	last := ""
	for want := 1; want <= writers*each; {
		st := s.stream(get(talk.path+"/events", talk.token, withHeader("Last-Event-ID", last)))
		for range 1 + rand.IntN(20) {
			if want > writers*each {
				break
			}
			f := st.next()
			if f.event != "message" || f.seq() != want {
				t.Fatalf("event %s %s, want %d", f.event, f.id, want)
			}
			last = f.id
			want++
		}
		st.close()
		s.eventually("the stream's place to be free", func() bool { return s.mayOpen(talk) })
	}
}

// mayOpen tries whether another stream of the conversation may be opened.
func (s *site) mayOpen(t talk) bool {
	res := s.open(get(t.path+"/events", t.token))
	res.Body.Close()
	return res.StatusCode == 200
}

func TestPlaces(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	for i := range 3 {
		s.want(201, post(talk.path+"/messages", obj{"client_id": fmt.Sprint(i), "text": "x"}, talk.token))
	}
	epoch, err := s.desk.Epoch(t.Context())
	s.must(err)
	for _, row := range []struct {
		name, header, query string
		first               string // what comes first: an event's seq, or reset
	}{
		{"nothing", "", "", "1"},
		{"an id", epoch + ".1", "", "2"},
		{"an id in the query", "", epoch + ".2", "3"},
		{"a seq in the query", "", "2", "3"},
		{"the header wins", epoch + ".1", "2", "2"},
		{"another epoch", "elsewhere.2", "", "reset"},
		{"another epoch in the query", "", "elsewhere.2", "reset"},
		{"ahead of the log", epoch + ".99", "", "reset"},
		{"a negative", "-1", "", "reset"},
		{"a number of thirty digits", strings.Repeat("9", 30), "", "reset"},
		{"SQL", "1; DROP TABLE events", "", "reset"},
		{"half a megabyte", strings.Repeat("a", 500_000), "", "reset"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := get(talk.path+"/events?after="+row.query, withKey)
			if row.header != "" {
				c.header.Set("Last-Event-ID", row.header)
			}
			st := s.stream(c)
			defer st.close()
			f := st.next()
			if row.first == "reset" {
				if f.event != "reset" || f.id != epoch+".0" {
					t.Fatalf("came %+v", f)
				}
				f = st.next()
				row.first = "1"
			}
			if fmt.Sprint(f.seq()) != row.first {
				t.Errorf("came %s, want %s", f.id, row.first)
			}
		})
	}
	s.refused(400, "invalid_query", get(talk.path+"/events?after=yesterday", withKey))
}

func TestStreamLimits(t *testing.T) {
	s := newSite(t)
	busy, other := s.begin(), s.begin()
	var open []*stream
	for range 3 {
		open = append(open, s.stream(get(busy.path+"/events", busy.token)))
	}
	a := s.refused(429, "too_many_streams", get(busy.path+"/events", busy.token))
	if a.header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	s.stream(get(busy.path+"/events", withKey)).close() // the back end has its own
	s.stream(get(other.path+"/events", other.token)).close()
	open[0].close()
	s.eventually("a place to be free again", func() bool { return s.mayOpen(busy) })
}

func TestStreamsFromOneAddress(t *testing.T) {
	s := newSite(t)
	for range 25 {
		talk := s.begin()
		s.stream(get(talk.path+"/events", talk.token))
		s.stream(get(talk.path+"/events", talk.token))
	}
	talk := s.begin()
	s.refused(429, "too_many_streams", get(talk.path+"/events", talk.token))
}

func TestDrain(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	st := s.stream(get(talk.path+"/events", talk.token))
	if f, _ := st.any(); f.comment == "" {
		t.Fatalf("the stream began with %+v", f)
	}
	s.want(200, get("/readyz"))
	s.server.Drain()
	f, _ := st.any()
	if wait, err := strconv.Atoi(f.retry); err != nil || wait < 1000 || wait > 5000 {
		t.Errorf("the farewell is %+v", f)
	}
	if _, more := st.any(); more {
		t.Error("the stream goes on")
	}
	s.refused(503, "shutting_down", get(talk.path+"/events", talk.token))
	s.refused(503, "shutting_down", get("/readyz"))
	s.want(200, get("/healthz"))
	s.want(200, get(talk.path, talk.token)) // what is no stream is still served
}

func TestErasedWhileOpen(t *testing.T) {
	s := newSite(t)
	talk := talkOf(s.want(201, post("/v1/conversations", obj{"agent": "marketing", "visitor": obj{"id": "crm-1"}}, withKey)))
	st := s.stream(get(talk.path+"/events", talk.token))
	s.want(201, post(talk.path+"/messages", obj{"client_id": "1", "text": "x"}, talk.token))
	st.next()
	s.want(200, del("/v1/visitors/crm-1", withKey))
	if f, more := st.any(); more {
		t.Errorf("the stream goes on with %+v", f)
	}
}

// wire is a connection that a test reads, and stops reading. It is the response writer of the request as well.
type wire struct {
	net.Conn          // the server's end
	reader   net.Conn // the visitor's end
	header   http.Header
	jammed   chan struct{}

	mu     sync.Mutex
	text   string
	closed bool // by the server
}

func newWire() *wire {
	w := &wire{header: http.Header{}, jammed: make(chan struct{})}
	w.Conn, w.reader = net.Pipe()
	return w
}

func (w *wire) Header() http.Header { return w.header }
func (w *wire) WriteHeader(int)     {}
func (w *wire) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w, bufio.NewReadWriter(bufio.NewReader(w), bufio.NewWriter(w)), nil
}

func (w *wire) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	return w.Conn.Close()
}

// ended says whether the server has ended the stream.
func (w *wire) ended() bool {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

// read reads until the end, or until the reader is stuck.
func (w *wire) read() {
	part := make([]byte, 4096)
	for {
		n, err := w.reader.Read(part)
		w.mu.Lock()
		w.text += string(part[:n])
		w.mu.Unlock()
		select {
		case <-w.jammed:
			return
		default:
		}
		if err != nil {
			return
		}
	}
}

// jam makes the reader stop after the frame that comes next.
func (w *wire) jam() { close(w.jammed) }

func (w *wire) count(line string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Count(w.text, line)
}

// bubble begins a stream on a fake clock and returns its wire. The stream ends with the test.
func bubble(t *testing.T) *wire {
	t.Helper()
	engine, err := bolt.Open(filepath.Join(t.TempDir(), "docket.db"))
	if err != nil {
		t.Fatal(err)
	}
	desk := handoff.NewDesk(engine, handoff.Config{})
	server, err := web.New(web.Config{Desk: desk, APIKeys: []string{apiKey}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Drain()
		engine.Close()
	})
	if _, err := desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{ID: "marketing"}); err != nil {
		t.Fatal(err)
	}
	started, err := desk.Start(t.Context(), handoff.NewConversation{Agent: "marketing"})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/v1/conversations/"+string(started.Conversation.ID)+"/events", nil)
	r.Header.Set("Authorization", "Bearer "+started.Token)
	w := newWire()
	go w.read()
	server.Handler().ServeHTTP(w, r)
	return w
}

func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		time.Sleep(61 * time.Second)
		if n := w.count(": alive"); n != 3 {
			t.Errorf("%d heartbeats in a minute", n)
		}
		w.reader.Close()
		time.Sleep(time.Minute)
		if n := w.count(": alive"); n != 3 {
			t.Errorf("a heartbeat after the end: %d", n)
		}
		if !w.ended() {
			t.Error("the connection is open after its reader has left")
		}
	})
}

// TestSlowReaderIsCut: the reader takes one more heartbeat and then nothing; the one after it does not get through.
func TestSlowReaderIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		time.Sleep(time.Second) // the stream has begun
		w.jam()
		time.Sleep(48 * time.Second)
		if w.ended() {
			t.Error("the reader is cut before 10 seconds are over")
		}
		time.Sleep(2 * time.Second)
		if !w.ended() {
			t.Error("the reader is not cut")
		}
		if n := w.count(": alive"); n != 1 {
			t.Errorf("%d heartbeats reached a reader that reads one", n)
		}
	})
}

// TestReaderThatSpeaks: a stream is for listening.
func TestReaderThatSpeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t)
		if _, err := w.reader.Write([]byte("GET")); err == nil {
			t.Error("all of it was read")
		}
		if !w.ended() {
			t.Error("the stream goes on")
		}
	})
}

func TestStreamNeedsAConnectionOfItsOwn(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	r := httptest.NewRequestWithContext(t.Context(), "GET", talk.path+"/events", nil)
	r.Header.Set("Authorization", "Bearer "+apiKey)
	answer := httptest.NewRecorder() // has none to give
	s.server.Handler().ServeHTTP(answer, r)
	if answer.Code != http.StatusHTTPVersionNotSupported || !strings.Contains(answer.Body.String(), "http_version_not_supported") {
		t.Errorf("answered %d %s", answer.Code, answer.Body)
	}
	for range 3 { // and it took no place
		s.stream(get(talk.path+"/events", talk.token))
	}
}

func FuzzPlace(f *testing.F) {
	for _, seed := range []string{"", "1", "e.1", ".1", "e.", "-1", "+1", "0x10", "e.f.7", "18446744073709551616", "e.01", "\x00.1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		epoch, seq, ok := web.ParsePlace(s)
		if !ok {
			return
		}
		back := strconv.FormatUint(uint64(seq), 10)
		if epoch != "" {
			back = epoch + "." + back
		}
		if e, n, ok := web.ParsePlace(back); !ok || e != epoch || n != seq {
			t.Errorf("%q is %q, %d, but %q is %q, %d", s, epoch, seq, back, e, n)
		}
	})
}
