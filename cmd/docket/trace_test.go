package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/checks"
)

// traced starts docket serve under a tracer that stays in the background, and answers the file of the trace.
func traced(t *testing.T, env []string, options ...string) (p *program, url, trace string) {
	t.Helper()
	trace = filepath.Join(t.TempDir(), "trace")
	args := append([]string{"-D", "-f", "-s", "65536", "-o", trace}, options...)
	p = launch(t, append([]string{"DOCKET_ADDR=127.0.0.1:0"}, env...), checks.Tracer(t), append(args, shipped(t), "serve")...)
	return p, p.find(&p.stderr, `"docket is listening",? ?"?url[=":]+(http://[^ "]+)`), trace
}

// TestSyncedBeforeTheAnswer reads in the system calls that what was said went to the file and was synced before it was acknowledged,
// to a visitor and to Teams.
func TestSyncedBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	c := worldOf(t, bottest.Start(t, bottest.Config{}))
	var url, trace string
	c.docket, url, trace = traced(t, c.env, "-e", "trace=read,write,pwrite64,fdatasync")
	c.backend = api{t: t, url: url, bearer: apiKey}
	c.service.SetBotEndpoint(url + "/api/messages")
	visitor, thread := c.joined()
	answers := map[string]string{}
	for i := range 5 {
		line := fmt.Sprintf("A visitor's line, number %d.", i)
		if got := visitor.say(line, line); got.status != http.StatusCreated {
			t.Fatalf("%q was answered %d %s", line, got.status, got.body)
		}
		answers[line] = "HTTP/1.1 201"
		line = fmt.Sprintf("A specialist's line, number %d.", i)
		c.say(c.ana, thread.ID, line)
		answers[line] = "HTTP/1.1 200"
	}
	if code := c.docket.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	calls := readTrace(t, trace)
	for line, answer := range answers {
		wantSynced(t, calls, line, answer)
	}
}

// wantSynced finds the request, the write, two syncs (of the pages, and of the head that makes them count) and the answer, in this order.
func wantSynced(t *testing.T, calls []systemCall, line, answer string) {
	t.Helper()
	asked := find(calls, 0, func(c systemCall) bool { return c.name == "read" && strings.Contains(c.text, line) })
	if asked == nil {
		t.Errorf("%q: the request is not in the trace", line)
		return
	}
	answered := find(calls, asked.to, func(c systemCall) bool {
		return c.name == "write" && c.fd == asked.fd && strings.Contains(c.text, answer)
	})
	written := find(calls, asked.to, func(c systemCall) bool { return c.name == "pwrite64" && strings.Contains(c.text, line) })
	if answered == nil || written == nil {
		t.Errorf("%q: answered %v, written %v", line, answered != nil, written != nil)
		return
	}
	at, syncs := written.to, 0
	for syncs < 2 {
		sync := find(calls, at, func(c systemCall) bool { return c.name == "fdatasync" && c.fd == written.fd && c.result == "0" })
		if sync == nil || sync.to > answered.from {
			break
		}
		at = sync.to
		syncs++
	}
	if syncs < 2 {
		t.Errorf("%q was acknowledged after %d syncs, want 2", line, syncs)
	}
}

// TestDiskThatFailsToSync lets the disk refuse to confirm a commit: that one is not acknowledged, nor any after it, and the process ends.
// The next one has all that was acknowledged.
func TestDiskThatFailsToSync(t *testing.T) {
	t.Parallel()
	env := []string{"DOCKET_API_KEY=" + apiKey, "DOCKET_STORE=bolt:" + t.TempDir() + "/docket.db"}
	p, url, _ := traced(t, env, "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=30+")
	backend := api{t: t, url: url, bearer: apiKey}
	backend.call(http.StatusCreated, http.MethodPut, "/v1/agents/marketing", object{"name": "Mira"})
	load := newLoad(t)
	var talks []talk
	var talkers []*talker
	for i := range 4 {
		c, k := backend.begin("marketing"), &talker{name: fmt.Sprintf("guest %d", i)}
		talks, talkers = append(talks, c), append(talkers, k)
	}
	for i, k := range talkers {
		load.writers.Go(func() { load.talk(k, load.visitor(talks[i])) })
	}
	if code := p.end(); code != 1 {
		t.Errorf("it ended with %d", code)
	}
	load.silence()
	if said := p.stderr.String(); !strings.Contains(said, "the disk did not confirm a commit") {
		t.Errorf("it does not say why: %s", said)
	}
	_, url = serve(t, env...)
	for i, c := range talks {
		c.visitor.url = url
		open := c.listen("")
		if got := c.say("last", "The last line."); got.status != http.StatusCreated {
			t.Fatalf("the last line was answered %d %s", got.status, got.body)
		}
		open.wait(t, "message", "The last line.")
		talkers[i].judge(t, open.all())
	}
}

// systemCall is one call of a trace, and the lines of the trace on which it began and ended.
type systemCall struct {
	name, fd, text, result string
	from, to               int
}

var (
	callBegins  = regexp.MustCompile(`^(\d+) +(\w+)\((\d+)(.*)$`)
	callResumes = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
	callResult  = regexp.MustCompile(`\) += (-?\d+)`)
)

// readTrace waits for the tracer to have written it all.
func readTrace(t *testing.T, path string) (calls []systemCall) {
	t.Helper()
	var content []byte
	eventually(t, "the end of the trace", func() bool {
		content, _ = os.ReadFile(path)
		lines := strings.Split(strings.TrimSpace(string(content)), "\n")
		return strings.Contains(lines[len(lines)-1], "+++ exited with")
	})
	open := map[string]systemCall{} // by thread
	for i, line := range strings.Split(string(content), "\n") {
		c, thread := systemCall{}, ""
		if m := callBegins.FindStringSubmatch(line); m != nil {
			c, thread = systemCall{name: m[2], fd: m[3], text: m[4], from: i}, m[1]
		} else if m := callResumes.FindStringSubmatch(line); m != nil {
			c, thread = open[m[1]], m[1]
			c.text += m[3]
		} else {
			continue
		}
		if strings.HasSuffix(line, "<unfinished ...>") {
			open[thread] = c
			continue
		}
		if m := callResult.FindAllStringSubmatch(line, -1); m != nil {
			c.result = m[len(m)-1][1]
		}
		c.to = i
		calls = append(calls, c)
	}
	if len(calls) == 0 {
		t.Fatal("the trace is empty")
	}
	return calls
}

// find answers the first call that begins behind a line of the trace and is meant.
func find(calls []systemCall, behind int, meant func(systemCall) bool) *systemCall {
	var first *systemCall
	for i, c := range calls {
		if c.from > behind && (first == nil || c.from < first.from) && meant(c) {
			first = &calls[i]
		}
	}
	return first
}
