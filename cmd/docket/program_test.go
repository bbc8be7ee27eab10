package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what should come; whoever waits this long has failed.
const patience = time.Minute

// program is a process of ours, in a folder of its own and with no settings but those given.
type program struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdout output
	stderr output
	ended  chan error
	over   bool
}

// launch starts the program, or another one. What still runs when the test ends is killed.
func launch(t *testing.T, env []string, path string, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(path, args...), ended: make(chan error, 1)}
	p.cmd.Dir = t.TempDir()
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.cmd.Dir, "GORACE=exitcode=66"}, env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	p.cmd.WaitDelay = patience
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() {
		p.kill()
		if said := p.stderr.String(); strings.Contains(said, "DATA RACE") || strings.Contains(said, "panic:") {
			t.Errorf("the program went wrong:\n%s", said)
		}
		if t.Failed() {
			t.Logf("%s said:\n%s%s", path, p.stdout.String(), p.stderr.String())
		}
	})
	return p
}

// serve starts docket serve on a free port and waits until it listens.
func serve(t *testing.T, env ...string) (p *program, url string) {
	t.Helper()
	p = launch(t, append([]string{"DOCKET_ADDR=127.0.0.1:0", "DOCKET_LOG_LEVEL=debug"}, env...), binary, "serve")
	return p, p.find(&p.stderr, `"docket is listening",? ?"?url[=":]+(http://[^ "]+)`)
}

// find waits for a line and answers its part in parentheses.
func (p *program) find(from *output, pattern string) string {
	p.t.Helper()
	line := regexp.MustCompile(pattern)
	var found []string
	eventually(p.t, fmt.Sprintf("a line like %s", pattern), func() bool {
		if len(p.ended) > 0 {
			p.t.Fatalf("the program ended instead of saying %s:\n%s", pattern, p.stderr.String())
		}
		found = line.FindStringSubmatch(from.String())
		return found != nil
	})
	return found[1]
}

// stop asks the program to end, as an init system does, and answers its exit code.
func (p *program) stop() int {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	return p.end()
}

func (p *program) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// end waits until the program has ended, and answers its exit code.
func (p *program) end() int {
	p.t.Helper()
	select {
	case err := <-p.ended:
		p.over = true
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			p.t.Fatal(err)
		}
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.t.Fatal("the program does not end")
		return -1
	}
}

// kill ends the program as a failing machine does.
func (p *program) kill() {
	if p.over {
		return
	}
	p.over = true
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// output is what a process has printed so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ran runs the program to its end.
func ran(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := launch(t, env, binary, args...)
	select {
	case <-p.ended:
		p.over = true
	case <-time.After(patience):
		t.Fatalf("docket %s does not end", strings.Join(args, " "))
	}
	return p.cmd.ProcessState.ExitCode(), p.stdout.String(), p.stderr.String()
}
