package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/web"
)

// pipes is a listener of connections in memory, whose deadlines are the bubble's.
type pipes struct {
	dialled chan net.Conn
	closed  chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.dialled:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error   { close(p.closed); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

// door is the server's, in a bubble, and a conversation to be had through it.
type door struct {
	t      *testing.T
	engine *bolt.Engine
	pipes
	path, token string
}

// inBubble lets a test play with the program's own HTTP server.
func inBubble(t *testing.T, play func(d door)) {
	synctest.Test(t, func(t *testing.T) {
		engine, err := bolt.Open(filepath.Join(t.TempDir(), "docket.db"))
		must(t, err)
		defer engine.Close()
		desk := handoff.NewDesk(engine, handoff.Config{})
		_, err = desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{ID: "marketing", Name: "Mira"})
		must(t, err)
		started, err := desk.Start(t.Context(), handoff.NewConversation{Agent: "marketing"})
		must(t, err)
		written := &remembered{check: desk.Ready, now: time.Now}
		server, err := web.New(web.Config{Desk: desk, Ready: (&readiness{checks: []func(context.Context) error{written.ask}}).check})
		must(t, err)
		d := door{t, engine, pipes{make(chan net.Conn), make(chan struct{})}, "/v1/conversations/" + string(started.Conversation.ID), started.Token}
		httpServer := newHTTPServer(server.Handler(), slog.New(slog.DiscardHandler))
		go func() { _ = httpServer.Serve(d.pipes) }()
		play(d)
		must(t, httpServer.Close())
		time.Sleep(time.Second) // net/http gives a connection that it closes half a second
	})
}

// says writes the beginning of a request; the connection then tells what the server makes of it.
func (d door) says(text string) net.Conn {
	d.t.Helper()
	here, there := net.Pipe()
	d.dialled <- there
	_, err := here.Write([]byte(text))
	must(d.t, err)
	return here
}

// wantCut wants an answer with a status, 0 for none, and the end of the connection after so long.
func (d door) wantCut(c net.Conn, after time.Duration, status int) {
	d.t.Helper()
	began := time.Now()
	said, _ := io.ReadAll(c)
	if took := time.Since(began); took != after {
		d.t.Errorf("the connection ended after %s, want %s", took, after)
	}
	if begins := fmt.Sprintf("HTTP/1.1 %d ", status); status == 0 && len(said) > 0 || status != 0 && !strings.HasPrefix(string(said), begins) {
		d.t.Errorf("the answer is %q, want the status %d", said, status)
	}
}

func (d door) line(length int, header ...string) string {
	return strings.Join(append([]string{
		"POST " + d.path + "/messages HTTP/1.1", "Host: docket", "Authorization: Bearer " + d.token, "Content-Type: application/json",
		fmt.Sprintf("Content-Length: %d", length),
	}, header...), "\r\n") + "\r\n"
}

func TestSlowHeadersAreCutOff(t *testing.T) {
	inBubble(t, func(d door) { d.wantCut(d.says(d.line(10)), 5*time.Second, 0) })
}

func TestSlowBodyIsCutOff(t *testing.T) {
	inBubble(t, func(d door) {
		d.wantCut(d.says(d.line(100)+"\r\n"+`{"client_id":`), 10*time.Second, http.StatusRequestTimeout)
	})
}

// TestSilentConnectionIsClosed lets one serve, and then nothing comes for a minute.
func TestSilentConnectionIsClosed(t *testing.T) {
	inBubble(t, func(d door) {
		body := `{"client_id":"1","text":"Hello"}`
		c := d.says(d.line(len(body)) + "\r\n" + body)
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		must(t, err)
		_, _ = io.Copy(io.Discard, answer.Body)
		if answer.StatusCode != http.StatusCreated {
			t.Errorf("the line is answered %s", answer.Status)
		}
		d.wantCut(c, 60*time.Second, 0)
	})
}

// TestLongHeaders: net/http allows 4 KiB on top of what is set.
func TestLongHeaders(t *testing.T) {
	for size, status := range map[int]int{15 << 10: http.StatusCreated, 21 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		inBubble(t, func(d door) {
			body := `{"client_id":"1","text":"Hello"}`
			here, there := net.Pipe()
			d.dialled <- there
			go func() {
				_, _ = here.Write([]byte(d.line(len(body), "X-Long: "+strings.Repeat("x", size)) + "\r\n" + body))
			}()
			answer, err := http.ReadResponse(bufio.NewReader(here), nil)
			must(t, err)
			if answer.StatusCode != status {
				t.Errorf("headers of %d bytes are answered %s, want %d", size, answer.Status, status)
			}
			_ = here.Close()
		})
	}
}
