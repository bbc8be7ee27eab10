package teams_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

// call makes one call of the API as a browser on a bad line does: it may get no answer.
func (b *bubble) call(method, path, bearer string, body, into any) (status int, wait time.Duration) {
	raw, err := json.Marshal(body)
	must(b.T, err)
	r, err := http.NewRequestWithContext(b.Context(), method, "http://"+docketHost+path, bytes.NewReader(raw))
	must(b.T, err)
	r.Header.Set("Authorization", "Bearer "+bearer)
	r.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: b.cable.transport(), Timeout: 20 * time.Second}).Do(r)
	if err != nil {
		return 0, 0
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, 0
	}
	if into != nil && resp.StatusCode < 300 {
		must(b.T, json.Unmarshal(answer, into))
	}
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return resp.StatusCode, time.Duration(seconds) * time.Second
}

// insist repeats a call until it is answered with success.
func (b *bubble) insist(method, path, bearer string, body, into any) {
	b.Helper()
	for range 200 {
		status, wait := b.call(method, path, bearer, body, into)
		if status >= 200 && status < 300 {
			return
		}
		if status != 0 && status != http.StatusTooManyRequests && status < 500 {
			b.Fatalf("%s %s was answered %d", method, path, status)
		}
		time.Sleep(max(wait, time.Second))
	}
	b.Fatalf("%s %s is never answered", method, path)
}

// dana is a visitor with a widget: she says every line until it is acknowledged, and her stream comes back where it was.
type dana struct {
	*bubble
	path, token string
	last        string                           // the id of the newest event
	texts       []string                         // the lines of specialists that the stream brought
	own         map[string]string                // her own lines, by message id
	fate        map[string]handoff.DeliveryState // of her own lines, by their text: what she was told last
}

// says posts n lines.
func (d *dana) says(n int) {
	for i := range n {
		text := fmt.Sprintf("question %d.", i)
		d.insist(http.MethodPost, d.path+"/messages", d.token, map[string]any{"client_id": text, "text": text}, nil)
		time.Sleep(d.pause(4 * time.Second))
	}
}

// listens follows the stream until stop; it is cut again and again.
func (d *dana) listens(stop <-chan struct{}) {
	for {
		d.follow(stop, 1+d.number(30))
		select {
		case <-stop:
			return
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// follow reads some frames of the stream.
func (d *dana) follow(stop <-chan struct{}, frames int) {
	r, err := http.NewRequestWithContext(d.Context(), http.MethodGet, "http://"+docketHost+d.path+"/events", nil)
	must(d.T, err)
	r.Header.Set("Authorization", "Bearer "+d.token)
	r.Header.Set("Last-Event-ID", d.last)
	resp, err := (&http.Client{Transport: d.cable.transport()}).Do(r)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return
	}
	left := make(chan struct{})
	defer close(left)
	go func() {
		select {
		case <-stop:
		case <-left:
		}
		_ = resp.Body.Close()
	}()
	id, name := "", ""
	for lines := bufio.NewScanner(resp.Body); frames > 0 && lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "id":
			id = value
		case "event":
			name = value
		case "data":
			d.take(id, name, value)
			frames--
		}
	}
}

// take holds one event against the last: no gap and no repeat.
func (d *dana) take(id, name, data string) {
	seq := func(id string) int {
		_, n, _ := strings.Cut(id, ".")
		seq, _ := strconv.Atoi(n)
		return seq
	}
	if seq(id) != seq(d.last)+1 {
		d.Errorf("behind the event %q comes %q", d.last, id)
	}
	d.last = id
	var event struct {
		ID      string
		From    handoff.Author
		Text    string
		Message string
		State   handoff.DeliveryState
	}
	must(d.T, json.Unmarshal([]byte(data), &event))
	switch {
	case name == "message" && event.From.Kind == handoff.FromSpecialist:
		d.texts = append(d.texts, event.Text)
	case name == "message" && event.From.Kind == handoff.FromVisitor:
		d.own[event.ID] = event.Text
	case name == "delivery":
		d.fate[d.own[event.Message]] = event.State
	}
}

// anaWrites writes n lines in the thread; Teams delivers again what was not taken.
func (b *bubble) anaWrites(thread string, n int) {
	for i := range n {
		_, _ = b.teams.Say(b.Context(), b.ana.ID, thread, fmt.Sprintf("answer %d.", i)) // what became of it is read from the deliveries
		time.Sleep(b.pause(5 * time.Second))
	}
}

// taken lists Ana's lines that were answered 200, in the order of those answers.
func (b *bubble) taken() (texts []string, first map[string]bool) {
	first = map[string]bool{}
	seen := map[string]bool{}
	for _, d := range b.teams.Deliveries() {
		var a struct{ Type, Text string }
		must(b.T, json.Unmarshal(d.Activity, &a))
		if a.Type != "message" || !strings.HasPrefix(a.Text, "answer ") || d.Answer.Status != http.StatusOK || seen[a.Text] {
			continue
		}
		seen[a.Text] = true
		texts = append(texts, a.Text)
		first[a.Text] = d.Again == 0
	}
	return texts, first
}

// card waits for the thread of the handoff.
func (b *bubble) card() bottest.Thread {
	b.Helper()
	for range 600 {
		for _, c := range b.teams.Channels() {
			for _, thread := range b.teams.Threads(c.ID) {
				if thread.Messages[0].Bot && thread.Messages[0].Card != nil {
					return thread
				}
			}
		}
		time.Sleep(time.Second)
	}
	b.Fatal("no card has come")
	return bottest.Thread{}
}
