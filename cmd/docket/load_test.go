package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// shipped is the path of the program as it is shipped: without the race detector, which takes longer to start than some lives last.
func shipped(t *testing.T) string {
	t.Helper()
	path, err := buildShipped()
	must(t, err)
	return path
}

var buildShipped = sync.OnceValues(func() (string, error) {
	if !raceEnabled {
		return binary, nil
	}
	path := filepath.Join(filepath.Dir(binary), "shipped")
	output, err := exec.Command("go", "build", "-o", path).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the program does not build: %w\n%s", err, output)
	}
	return path, nil
})

// guest is a visitor with an open stream, and the thread where a specialist has joined, if one has.
type guest struct {
	n       int
	talk    talk
	thread  bottest.Thread
	lines   *talker
	replies *talker

	mu    sync.Mutex
	heard []frame
}

// frames are all events that the guest's stream has brought, across all lives of the server.
func (g *guest) frames() []frame {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.heard)
}

// talker says one numbered line after another, the same one until it is taken.
type talker struct {
	name  string
	pause time.Duration

	mu    sync.Mutex
	said  []string // in order; all but the last were taken
	taken int
}

func (k *talker) acknowledged() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.taken
}

func (k *talker) all() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.said)
}

// was says whether a line was acknowledged.
func (k *talker) was(line string) bool { return slices.Contains(k.all()[:k.acknowledged()], line) }

// judge wants each acknowledged line once in the log, in order, and one without an answer at most once.
func (k *talker) judge(t *testing.T, log []frame) {
	t.Helper()
	if k.acknowledged() == 0 {
		t.Errorf("nothing of the %s was ever taken", k.name)
	}
	times, order := map[string]int{}, []string{}
	for _, f := range log {
		if line := text(f.data, "text"); f.name == "message" {
			if times[line]++; strings.HasPrefix(line, k.name+":") {
				order = append(order, line)
			}
		}
	}
	for i, line := range k.all() {
		if n := times[line]; n > 1 || n == 0 && i < k.acknowledged() {
			t.Errorf("%q stands %d times in the log", line, n)
		}
	}
	if !slices.IsSorted(order) {
		t.Errorf("the lines of the %s are out of order: %q", k.name, order)
	}
}

// sayer says a line, perhaps not for the first time, and tells whether it was acknowledged.
type sayer func(line string, again bool) bool

// load is everybody who writes and listens. Who writes stops before who listens.
type load struct {
	ctx, talking     context.Context
	hush, hangUp     func()
	writers, readers sync.WaitGroup
	http             *http.Client
}

func newLoad(t *testing.T) *load {
	l := &load{http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
	l.ctx, l.hangUp = context.WithCancel(t.Context())
	l.talking, l.hush = context.WithCancel(l.ctx)
	t.Cleanup(l.stop)
	return l
}

// silence waits until nobody writes any more.
func (l *load) silence() {
	l.hush()
	l.writers.Wait()
}

// stop ends everything.
func (l *load) stop() {
	l.hangUp()
	l.writers.Wait()
	l.readers.Wait()
	l.http.CloseIdleConnections()
}

const breath = 5 * time.Millisecond // before somebody who got no answer tries again

// talk lets a talker say its lines until there is silence.
func (l *load) talk(k *talker, say sayer) {
	for i := 0; l.talking.Err() == nil; i++ {
		line := fmt.Sprintf("%s: line %05d.", k.name, i)
		k.mu.Lock()
		k.said = append(k.said, line)
		k.mu.Unlock()
		for again := false; !say(line, again); again = true {
			if !waits(l.talking, breath) {
				return
			}
		}
		k.mu.Lock()
		k.taken++
		k.mu.Unlock()
		waits(l.talking, k.pause)
	}
}

// waits says whether there is a reason to go on after a pause.
func waits(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

// visitor says a line under an id that is the line.
func (l *load) visitor(c talk) sayer {
	return func(line string, _ bool) bool {
		body, _ := json.Marshal(object{"client_id": line, "text": line})
		response, err := l.request(http.MethodPost, c, "/messages", body, "")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		_, err = io.Copy(io.Discard, response.Body)
		return err == nil && (response.StatusCode == http.StatusCreated || response.StatusCode == http.StatusOK)
	}
}

func (l *load) request(method string, c talk, path string, body []byte, after string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(l.ctx, method, c.visitor.url+c.path+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+c.visitor.bearer)
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	return l.http.Do(r)
}

// follow keeps the guest's stream open, from its place on, whatever happens to the server.
func (l *load) follow(g *guest) {
	for l.ctx.Err() == nil {
		last := ""
		if heard := g.frames(); len(heard) > 0 {
			last = heard[len(heard)-1].id
		}
		if response, err := l.request(http.MethodGet, g.talk, "/events", nil, last); err == nil {
			if response.StatusCode == http.StatusOK {
				eachFrame(response.Body, func(f frame) {
					g.mu.Lock()
					defer g.mu.Unlock()
					g.heard = append(g.heard, f)
				}, func(string) {})
			}
			_ = response.Body.Close()
		}
		waits(l.ctx, breath)
	}
}

// wholeAndInOrder wants the log to be 1, 2, 3 … without a hole, and the guest to have heard the same, each event once.
func wholeAndInOrder(t *testing.T, g *guest, log []frame) {
	t.Helper()
	for i, f := range log {
		_, seq, _ := strings.Cut(f.id, ".")
		if seq != strconv.Itoa(i+1) {
			t.Errorf("event %d of guest %d has the id %s", i+1, g.n, f.id)
			return
		}
	}
	heard, there := places(g.frames()), places(log)
	if n := min(len(heard), len(there)); n == 0 || !slices.Equal(heard[:n], there[:n]) {
		t.Errorf("guest %d heard %v, and there is %v", g.n, heard, there)
	}
}

// doubted says whether the visitor was told that a line is in doubt.
func doubted(log []frame, line string) bool {
	id := ""
	for _, f := range log {
		if f.name == "message" && text(f.data, "text") == line {
			id = text(f.data, "id")
		}
		if f.name == "delivery" && text(f.data, "message") == id && text(f.data, "state") == "uncertain" {
			return true
		}
	}
	return false
}

// rowsOf are the values under some prefixes.
func rowsOf(t *testing.T, engine *bolt.Engine, prefixes ...string) (values []string) {
	t.Helper()
	must(t, engine.View(t.Context(), func(tx store.Tx) error {
		for _, prefix := range prefixes {
			for _, value := range tx.Scan(prefix, "") {
				values = append(values, string(value))
			}
		}
		return nil
	}))
	return values
}

func anyHolds(texts []string, words string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, words) })
}
