package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
)

// TestServesOnWhileItLeaves: /readyz turns at once and everything is served on; asked a second time, it ends at once, which loses nothing.
func TestServesOnWhileItLeaves(t *testing.T) {
	t.Parallel()
	env := []string{"DOCKET_API_KEY=" + apiKey, "DOCKET_STORE=bolt:" + t.TempDir() + "/docket.db", "DOCKET_DRAIN_SECONDS=15"}
	p, url := serve(t, env...)
	backend := api{t: t, url: url, bearer: apiKey}
	backend.call(http.StatusCreated, http.MethodPut, "/v1/agents/marketing", object{"name": "Mira"})
	visitor := backend.begin("marketing")
	open := visitor.listen("")
	p.signal(syscall.SIGTERM)
	eventually(t, "a server that is not ready", func() bool { return backend.send(http.MethodGet, "/readyz", nil).status != http.StatusOK })
	backend.wantNotReady("shutting_down", "stopping")
	if got := visitor.say("1", "Is anybody still there?"); got.status != http.StatusCreated {
		t.Errorf("a line was answered %d %s", got.status, got.body)
	}
	open.wait(t, "message", "Is anybody still there?")
	visitor.listen("").wait(t, "message", "Is anybody still there?")

	time.Sleep(time.Second) // a second signal within it is the first one's echo
	p.signal(syscall.SIGTERM)
	if code := p.end(); code != 1 {
		t.Errorf("asked a second time it ended with %d", code)
	}
	if said := p.stderr.String(); !strings.Contains(said, "ends at once") {
		t.Errorf("it does not say why: %s", said)
	}
	_, visitor.visitor.url = serve(t, env...)
	visitor.waitSaid("visitor", "Is anybody still there?")
}

// TestEchoOfASignal: two signals at once, to the program and to its group, are one wish to stop in order.
func TestEchoOfASignal(t *testing.T) {
	t.Parallel()
	p, _ := serve(t, "DOCKET_DRAIN_SECONDS=1")
	p.signal(syscall.SIGTERM)
	p.signal(syscall.SIGINT)
	p.signal(syscall.SIGTERM)
	if code := p.end(); code != 0 {
		t.Errorf("it ended with %d: %s", code, p.stderr.String())
	}
}

// TestDrain is how long it serves on.
func TestDrain(t *testing.T) {
	none := 0
	for _, row := range []struct {
		name string
		s    settings
		want string
	}{
		{"on loopback nobody shares traffic out", settings{}, "0s"},
		{"behind a public URL", settings{PublicURL: "https://chat.example.com"}, "5s"},
		{"as set", settings{PublicURL: "https://chat.example.com", DrainSeconds: &none}, "0s"},
	} {
		if got := row.s.drain().String(); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

// TestPostInFlightIsFinished stops it while a post waits for its answer.
func TestPostInFlightIsFinished(t *testing.T) {
	t.Parallel()
	c := newCompany(t, bottest.Config{})
	visitor, thread := c.joined()
	c.posting(visitor, thread, "Is this post finished?", bottest.Fault{Delay: time.Second})
	if code := c.docket.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	c.start()
	visitor.visitor.url = c.backend.url
	open := visitor.listen("")
	open.wait(t, "delivery", `"sent"`)
	for _, f := range open.all() {
		if text(f.data, "state") == "uncertain" {
			t.Error("the post was in doubt")
		}
	}
	if n := c.count(thread, "Is this post finished?"); n != 1 {
		t.Errorf("the line stands %d times in the thread", n)
	}
}

// TestPostThatHangsIsLeft: a service that never answers keeps no server from ending in order, and the line is in doubt.
func TestPostThatHangsIsLeft(t *testing.T) {
	t.Parallel()
	c := newCompany(t, bottest.Config{})
	visitor, thread := c.joined()
	c.posting(visitor, thread, "Does anybody answer?", bottest.Fault{Hang: true})
	if code := c.docket.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	c.start()
	visitor.visitor.url = c.backend.url
	visitor.listen("").wait(t, "delivery", `"uncertain"`)
}

// posting says a visitor's line whose post meets a fault, and waits until the post has reached the service. What was to be posted before
// is there by then.
func (c *company) posting(visitor talk, thread bottest.Thread, line string, f bottest.Fault) {
	c.t.Helper()
	visitor.say("before", "The line before.")
	c.shows(thread, "The line before.")
	before := c.service.Count(bottest.OpSend)
	c.service.Fail(bottest.OpSend, 1, f)
	if got := visitor.say(line, line); got.status != http.StatusCreated {
		c.t.Fatalf("%q was answered %d %s", line, got.status, got.body)
	}
	c.service.WaitFor(c.t, "the post of the line", func() bool { return c.service.Count(bottest.OpSend) > before })
}

// TestStopsUnderLoad stops it with 200 open streams while visitors and a specialist write: it ends in order, every stream is asked
// to come back, and whoever comes back misses nothing and hears nothing twice.
func TestStopsUnderLoad(t *testing.T) {
	t.Parallel()
	c := newCompany(t, bottest.Config{})
	joined, thread := c.joined()
	const crowd, streams = 8, 200
	visitors := []talk{joined}
	for len(visitors) < crowd {
		visitors = append(visitors, c.backend.begin("marketing"))
	}
	opened := make([]*stream, streams)
	for i := range opened {
		watched := visitors[i%crowd]
		if i >= crowd*3 { // more than a visitor's own three: as a back end does
			watched.visitor.bearer = apiKey
		}
		opened[i] = watched.listen("")
	}

	var load sync.WaitGroup
	said := make([][]string, crowd)
	var heard []string
	for w, visitor := range visitors {
		load.Go(func() {
			for i := range 18 { // a visitor may write 20 lines a minute
				if line := fmt.Sprintf("Line %d of visitor %d.", i, w); tried(visitor, line) {
					said[w] = append(said[w], line)
				}
			}
		})
	}
	load.Go(func() {
		for i := range 18 {
			line := fmt.Sprintf("Specialist's line %d.", i)
			if posted, err := c.service.Say(t.Context(), c.ana.ID, thread.ID, line); err == nil && posted.Answer.Status == http.StatusOK {
				heard = append(heard, line)
			}
			if i == 6 {
				c.docket.signal(syscall.SIGTERM)
			}
		}
	})
	if code := c.docket.end(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	load.Wait()
	for i, open := range opened {
		<-open.ended
		if open.retry == "" {
			t.Errorf("stream %d was not asked to come back", i)
		}
	}

	c.start()
	for w, visitor := range visitors {
		visitor.visitor.url = c.backend.url
		whole := visitor.listen("")
		if got := visitor.say("last", "The last line."); got.status != http.StatusCreated {
			t.Fatalf("the last line was answered %d %s", got.status, got.body)
		}
		whole.wait(t, "message", "The last line.")
		resumed := visitor.listen(opened[w].last())
		resumed.wait(t, "message", "The last line.")
		ids := places(append(opened[w].all(), resumed.all()...))
		if want := places(whole.all()); !slices.Equal(ids[:min(len(ids), len(want))], want[:min(len(ids), len(want))]) {
			t.Errorf("stream %d saw %v, want %v", w, ids, want)
		}
		lines := said[w]
		if w == 0 {
			lines = append(lines, heard...)
		}
		for _, line := range lines {
			if n := repeats(whole.all(), line); n != 1 {
				t.Errorf("%q was acknowledged and is there %d times", line, n)
			}
		}
	}
}

// places are the ids of events.
func places(frames []frame) (ids []string) {
	for _, f := range frames {
		ids = append(ids, f.id)
	}
	return ids
}

// repeats counts the messages of a text.
func repeats(frames []frame, line string) (n int) {
	for _, f := range frames {
		if f.name == "message" && text(f.data, "text") == line {
			n++
		}
	}
	return n
}
