package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/store"
)

// hang keeps a commit from its end until it is told to go on. inside is closed when the commit has begun.
func (d door) hang() (inside, goOn chan struct{}) {
	inside, goOn = make(chan struct{}), make(chan struct{})
	go func() {
		_ = d.engine.Update(context.Background(), func(store.Tx) error {
			close(inside)
			<-goOn
			return nil
		})
	}()
	synctest.Wait()
	return inside, goOn
}

// reply is an answer of the door's.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	after  time.Duration
}

// asks sends a request; the answer comes when it comes.
func (d door) asks(text string) <-chan reply {
	replied, began := make(chan reply, 1), time.Now()
	c := d.says(text)
	go func() {
		defer c.Close()
		var r reply
		if answer, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
			r.status, r.header, r.after = answer.StatusCode, answer.Header, time.Since(began)
			_ = json.NewDecoder(answer.Body).Decode(&r.body)
		}
		replied <- r
	}()
	return replied
}

// TestDiskThatHangs: everybody gets an answer, and the same line again counts once, whether it came behind the commit that
// hangs and was sent away, or is in it.
func TestDiskThatHangs(t *testing.T) {
	const line, ready = `{"client_id":"1","text":"Hello"}`, "GET /readyz HTTP/1.1\r\nHost: docket\r\n\r\n"
	for _, row := range []struct {
		name   string
		inside bool
		again  int // the status of the line when it comes again
	}{
		{"behind the commit", false, http.StatusCreated},
		{"in the commit", true, http.StatusOK},
	} {
		t.Run(row.name, func(t *testing.T) {
			inBubble(t, func(d door) {
				inside, goOn := d.hang()
				<-inside
				next, later := inside, goOn
				if row.inside {
					next, later = d.hang()
				}
				asked := map[string]<-chan reply{
					"the line": d.asks(d.line(len(line)) + "\r\n" + line), "readiness": d.asks(ready), "readiness, once more": d.asks(ready),
				}
				synctest.Wait()
				if row.inside {
					close(goOn)
					<-next
				}
				for name, replied := range asked {
					r := <-replied
					if r.status != http.StatusServiceUnavailable || r.body["code"] != "store_unavailable" || r.header.Get("Retry-After") == "" {
						t.Errorf("%s is answered %d with %v %v", name, r.status, r.header, r.body)
					}
					if r.after > 10*time.Second {
						t.Errorf("%s is answered after %s", name, r.after)
					}
				}
				close(later)
				synctest.Wait()
				for range 2 {
					if r := <-d.asks(d.line(len(line)) + "\r\n" + line); r.status != row.again || r.body["seq"] != 1.0 {
						t.Errorf("once more the line is answered %d with %v", r.status, r.body)
					}
					row.again = http.StatusOK
				}
				time.Sleep(badFor)
				if r := <-d.asks(ready); r.status != http.StatusOK {
					t.Errorf("afterwards readiness is answered %d with %v", r.status, r.body)
				}
			})
		})
	}
}
