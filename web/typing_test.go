package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// TestTyping: that a specialist is writing reaches open streams alone. It has no place in the log, so nobody hears of it later.
func TestTyping(t *testing.T) {
	s := newSite(t)
	talk, other := s.begin(), s.begin()
	s.want(201, post(talk.path+"/messages", obj{"client_id": "1", "text": "Hello"}, talk.token))
	s.want(201, post(talk.path+"/handoff", obj{}, talk.token))
	place := handoff.Place{Channel: channel, Thread: s.join(talk.id)}
	ana, ben := handoff.Person{ID: "ana", Name: "Ana Silva"}, handoff.Person{ID: "ben", Name: "Ben"}
	before := s.want(200, get(talk.path, talk.token)).json["last_seq"]

	frames := make(chan frame, 100)
	elsewhere := s.stream(get(other.path+"/events", other.token))
	live := s.stream(get(talk.path+"/events", talk.token))
	go func() {
		defer close(frames)
		for {
			f, ok := live.any()
			if !ok {
				return
			}
			if f.event != "" {
				frames <- f
			}
		}
	}()
	s.must(s.desk.FromTyping(t.Context(), place, ben))
	s.must(s.desk.FromTyping(t.Context(), handoff.Place{Channel: channel, Thread: "another"}, ana))
	var heard frame
	for patience := time.After(20 * time.Second); heard.event != "typing"; {
		s.must(s.desk.FromTyping(t.Context(), place, ana)) // until the server listens
		select {
		case heard = <-frames:
		case <-time.After(10 * time.Millisecond):
		case <-patience:
			t.Fatal("nobody hears of it")
		}
	}
	who, _ := heard.json(t)["from"].(obj)
	if heard.id != "" || who["kind"] != "specialist" || who["name"] != "Ana Silva" {
		t.Errorf("heard %+v", heard)
	}
	if after := s.want(200, get(talk.path, talk.token)).json["last_seq"]; after != before {
		t.Errorf("the log went on from %v to %v", before, after)
	}
	_, err := s.desk.FromSpecialist(t.Context(), handoff.SpecialistLine{Key: "l1", Place: place, Person: ana, Message: "m1", Text: "Hi"})
	s.must(err)
	for f := range frames {
		if strings.Contains(f.data, `"Hi"`) {
			break
		}
	}
	again := s.stream(get(talk.path+"/events", talk.token))
	s.want(201, post(other.path+"/messages", obj{"client_id": "1", "text": "Hello"}, other.token))
	for _, st := range []*stream{again, elsewhere} {
		for f := st.next(); f.event != "message" || !strings.Contains(f.data, `"H`); f = st.next() {
			if f.event == "typing" {
				t.Error("a stream that opened later, or another conversation's, heard of it")
			}
		}
	}
}
