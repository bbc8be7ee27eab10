package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store/bolt"
)

// office is a server on a store of its own, with conversations that can be written to.
type office struct {
	t       *testing.T
	store   string
	docket  *program
	backend api
}

func newOffice(t *testing.T) *office {
	o := &office{t: t, store: filepath.Join(t.TempDir(), "docket.db")}
	o.start()
	o.backend.call(http.StatusCreated, http.MethodPut, "/v1/agents/marketing", object{"name": "Mira"})
	return o
}

// start serves the store; start after a stop is a restart.
func (o *office) start() {
	o.t.Helper()
	docket, url := serve(o.t, "DOCKET_API_KEY="+apiKey, "DOCKET_STORE=bolt:"+o.store)
	o.docket, o.backend = docket, api{t: o.t, url: url, bearer: apiKey}
}

func (o *office) stop() {
	o.t.Helper()
	if code := o.docket.stop(); code != 0 {
		o.t.Errorf("it ended with %d", code)
	}
}

// tells writes as the agent, who has no pace to keep, and says whether the line was taken.
func (o *office) tells(c talk, line string) bool {
	r, err := http.NewRequest(http.MethodPost, o.backend.url+c.path+"/messages", strings.NewReader(fmt.Sprintf(`{"client_id":%.40q,"text":%q}`, line, line)))
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+apiKey)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode == http.StatusCreated
}

// says runs a command on the office's store, or another one, that must succeed.
func (o *office) says(store string, args ...string) string {
	o.t.Helper()
	code, stdout, stderr := ran(o.t, []string{"DOCKET_STORE=bolt:" + store}, args...)
	if code != 0 {
		o.t.Fatalf("docket %s ended with %d and said %s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

// TestBackupBesideAServer copies a store that is written to, and serves the copy elsewhere: what was acknowledged before the
// copy was asked for is there, and a stream that knows the old store begins anew.
func TestBackupBesideAServer(t *testing.T) {
	o := newOffice(t)
	const writers = 4
	var talks [writers]talk
	for i := range talks {
		talks[i] = o.backend.begin("marketing")
	}
	open := talks[0].listen("")

	var mu sync.Mutex
	var taken [writers][]string
	lines := func() (n int) {
		mu.Lock()
		defer mu.Unlock()
		for _, all := range taken {
			n += len(all)
		}
		return n
	}
	over := make(chan struct{})
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-over:
					return
				default:
				}
				if line := fmt.Sprintf("line %d of writer %d", i, w); o.tells(talks[w], line) {
					mu.Lock()
					taken[w] = append(taken[w], line)
					mu.Unlock()
				}
			}
		})
	}
	eventually(t, "some lines", func() bool { return lines() > 40 })
	mu.Lock()
	var acknowledged [writers][]string
	for w := range taken {
		acknowledged[w] = slices.Clone(taken[w])
	}
	mu.Unlock()
	backup := filepath.Join(t.TempDir(), "backup.db")
	said := o.says(o.store, "backup", "--out", backup)
	if !strings.HasPrefix(said, "Wrote "+backup+": ") || !strings.Contains(said, "rows, looked through.") {
		t.Errorf("it said %q", said)
	}
	before := lines()
	eventually(t, "more lines after the backup", func() bool { return lines() > before })
	close(over)
	writing.Wait()
	place := open.wait(t, "message", acknowledged[0][0]).id
	o.stop()

	elsewhere := filepath.Join(t.TempDir(), "there", "docket.db")
	if said := o.says(elsewhere, "restore", backup); !strings.HasPrefix(said, "Restored "+elsewhere+" from "+backup+": ") {
		t.Errorf("it said %q", said)
	}
	engine, err := bolt.OpenReadOnly(elsewhere)
	must(t, err)
	page, err := audit.List(t.Context(), engine, audit.Query{})
	must(t, errors.Join(err, engine.Close()))
	var acts []audit.Act
	for _, e := range page.Entries {
		acts = append(acts, e.Act)
	}
	if len(acts) == 0 || acts[0] != audit.Restored {
		t.Errorf("the audit log of the restored store says %q", acts)
	}
	o.store = elsewhere
	o.start()
	for w, c := range talks {
		c.visitor.url = o.backend.url
		there := map[string]bool{}
		for after := 0; ; {
			page, _ := o.backend.call(http.StatusOK, http.MethodGet, fmt.Sprintf("%s/messages?limit=200&after=%d", c.path, after), nil)["messages"].([]any)
			for _, m := range page {
				there[text(m.(object), "text")] = true
				after = int(m.(object)["seq"].(float64))
			}
			if len(page) == 0 {
				break
			}
		}
		for _, line := range acknowledged[w] {
			if !there[line] {
				t.Errorf("%q was acknowledged before the backup and is not in it", line)
			}
		}
	}
	talks[0].visitor.url = o.backend.url
	again := talks[0].listen(place)
	again.wait(t, "message", acknowledged[0][0])
	if first := again.all()[0]; first.name != "reset" || first.id == place {
		t.Errorf("the stream begins with %s %s, want a reset", first.name, first.id)
	}
	if !o.tells(talks[0], "And on it goes.") {
		t.Error("the restored server takes no line")
	}
	again.wait(t, "message", "And on it goes.")
}

// TestBackupWithoutAServer copies the file itself, also behind a server that was killed and left its socket.
func TestBackupWithoutAServer(t *testing.T) {
	o := newOffice(t)
	visitor := o.backend.begin("marketing")
	visitor.say("1", "Before it was killed.")
	o.docket.kill()
	if _, err := os.Stat(socketOf(o.store)); err != nil {
		t.Errorf("the killed server's socket: %v", err)
	}
	killed, stopped := filepath.Join(t.TempDir(), "killed.db"), filepath.Join(t.TempDir(), "stopped.db")
	o.says(o.store, "backup", "--out", killed)

	o.start()
	if said := o.docket.stderr.String(); !strings.Contains(said, "was not closed the last time") {
		t.Errorf("it does not say that it was killed: %s", said)
	}
	o.stop()
	if _, err := os.Stat(socketOf(o.store)); err == nil {
		t.Error("the stopped server has left its socket")
	}
	o.says(o.store, "backup", "--out", stopped)
	for _, backup := range []string{killed, stopped} {
		o.store = filepath.Join(t.TempDir(), "docket.db")
		o.says(o.store, "restore", backup)
		o.start()
		visitor.visitor.url = o.backend.url
		visitor.waitSaid("visitor", "Before it was killed.")
		o.stop()
	}
}

// TestSocketIsPrivate: who may not read the store may not ask for it.
func TestSocketIsPrivate(t *testing.T) {
	o := newOffice(t)
	info, err := os.Stat(socketOf(o.store))
	must(t, err)
	if info.Mode().Type() != os.ModeSocket || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %s", info.Mode())
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	o.says(o.store, "backup", "--out", backup)
	if info, err := os.Stat(backup); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info, err)
	}
	if names := contents(t, filepath.Dir(backup)); len(names) != 1 {
		t.Errorf("beside the backup lies more: %d files", len(names))
	}
}

// TestServerWithoutASocket: a path that is too long for one is no reason not to serve.
func TestServerWithoutASocket(t *testing.T) {
	o := &office{t: t, store: filepath.Join(t.TempDir(), strings.Repeat("long/", 30), "docket.db")}
	o.start()
	if said := o.docket.stderr.String(); !strings.Contains(said, "its socket cannot be made") {
		t.Errorf("it does not say so: %s", said)
	}
	out := filepath.Join(t.TempDir(), "backup.db")
	code, _, stderr := ran(t, []string{"DOCKET_STORE=bolt:" + o.store}, "backup", "--out", out)
	if code == 0 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "stop it first") {
		t.Errorf("it ended with %d and said %q", code, stderr)
	}
	o.stop()
	o.says(o.store, "backup", "--out", out)
}

// TestDamageUnderAServer breaks a row in the file of a running server: the backup is refused, an older one is kept.
func TestDamageUnderAServer(t *testing.T) {
	o := newOffice(t)
	const line = "This line will be damaged."
	if !o.tells(o.backend.begin("marketing"), line) { // as the agent: nobody answers, so nothing moves the row meanwhile
		t.Fatal("the line was not taken")
	}
	content, err := os.ReadFile(o.store)
	must(t, err)
	f, err := os.OpenFile(o.store, os.O_WRONLY, 0)
	must(t, err)
	for at, found := 0, 0; found >= 0; at += found + 1 {
		if found = bytes.Index(content[at:], []byte(line)); found >= 0 {
			_, err := f.WriteAt([]byte("t"), int64(at+found))
			must(t, err)
		}
	}
	must(t, f.Close())

	older := written(t, "an older backup")
	for _, out := range []string{filepath.Join(t.TempDir(), "backup.db"), older} {
		code, stdout, stderr := ran(t, []string{"DOCKET_STORE=bolt:" + o.store}, "backup", "--force", "--out", out)
		if code == 0 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "damaged") {
			t.Errorf("it ended with %d and said %q %q", code, stdout, stderr)
		}
	}
	if content, err := os.ReadFile(older); err != nil || string(content) != "an older backup" {
		t.Errorf("the older backup holds %q, %v", content, err)
	}
	if got := o.backend.send(http.MethodGet, "/readyz", nil); got.status != http.StatusOK {
		t.Errorf("the server answers %d", got.status)
	}
}

// TestStopDuringABackup: somebody who asks for a copy and does not take it keeps no server from stopping.
func TestStopDuringABackup(t *testing.T) {
	o := newOffice(t)
	c := o.backend.begin("marketing")
	for i := range 200 { // more than a socket holds
		if !o.tells(c, fmt.Sprintf("%d %s", i, strings.Repeat("x", 3900))) {
			t.Fatal("a line was not taken")
		}
	}
	asking, err := net.Dial("unix", socketOf(o.store))
	must(t, err)
	defer asking.Close()
	_, err = fmt.Fprintf(asking, "GET /backup HTTP/1.1\r\nHost: docket\r\n\r\n")
	must(t, err)
	first := make([]byte, 1)
	_, err = asking.Read(first)
	must(t, err)
	o.stop()
	rest, _ := io.ReadAll(asking)
	if strings.HasSuffix(string(rest), "0\r\n\r\n") {
		t.Error("the copy ends as if it were whole")
	}
}

func TestDemoIsBackedUp(t *testing.T) {
	folder := t.TempDir()
	p := launch(t, nil, binary, "demo", "--addr=127.0.0.1:0", "--page-addr=127.0.0.1:0", "--data", folder)
	p.find(&p.stdout, `Open (http://127\.0\.0\.1:\d+)`)
	backup := filepath.Join(t.TempDir(), "backup.db")
	code, stdout, stderr := ran(t, nil, "backup", "--store=bolt:"+filepath.Join(folder, "docket.db"), "--out", backup)
	if code != 0 || !strings.HasPrefix(stdout, "Wrote ") {
		t.Errorf("it ended with %d and said %q %q", code, stdout, stderr)
	}
}

// TestProgress says something about a large copy, once for every tenth.
func TestProgress(t *testing.T) {
	var said strings.Builder
	p := &progress{out: &said, total: 1 << 30}
	for range 1024 {
		if n, err := p.Write(make([]byte, 1<<20)); n != 1<<20 || err != nil {
			t.Fatal(n, err)
		}
	}
	if got := said.String(); strings.Count(got, "\n") != 10 || !strings.Contains(got, "copied 512.0 MiB of about 1.0 GiB\n") {
		t.Errorf("it said %s", got)
	}
	said.Reset()
	p = &progress{out: &said, total: 1 << 20}
	_, _ = p.Write(make([]byte, 1<<20))
	if said.Len() > 0 {
		t.Errorf("of a small one it said %s", said.String())
	}
}

func TestInUnits(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1.0 KiB", 1536: "1.5 KiB", 5 << 20: "5.0 MiB", 3 << 30: "3.0 GiB", 2 << 50: "2048.0 TiB"} {
		if got := inUnits(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
