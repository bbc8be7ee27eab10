package web_test

import (
	"fmt"
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	s := newSite(t)
	busy, other := s.begin(), s.begin()
	n := 0
	say := func(to talk) call {
		n++
		return post(to.path+"/messages", obj{"client_id": fmt.Sprint(n), "text": "hi"}, to.token)
	}
	for range 20 {
		s.want(201, say(busy))
	}
	a := s.refused(429, "rate_limited", say(busy))
	if a.header.Get("Retry-After") != "3" || a.json["retry_after"] != float64(3) {
		t.Errorf("Retry-After %q, %s", a.header.Get("Retry-After"), a.raw)
	}
	s.want(201, say(other))                                                     // others are unharmed
	s.want(201, post(busy.path+"/messages", obj{"text": "the agent"}, withKey)) // and so is the agent

	first := post(busy.path+"/messages", obj{"client_id": "1", "text": "hi"}, busy.token)
	if again := s.want(200, first); again.json["seq"] != float64(1) { // what was taken already is no new line
		t.Errorf("a repeat at the limit: %s", again.raw)
	}
	s.refused(409, "client_id_reused", post(busy.path+"/messages", obj{"client_id": "1", "text": "ho"}, busy.token))
	for range 120 {
		s.do(first)
	}
	s.refused(429, "rate_limited", first)

	sent := 20
	for range 20 { // twenty minutes later the hour's limit is near
		s.clock.advance(time.Minute)
		for range 20 {
			if s.do(say(busy)).status == 201 {
				sent++
			}
		}
	}
	if sent < 200 || sent > 270 { // 200, and what a third of an hour refills
		t.Errorf("%d lines in 20 minutes", sent)
	}
}

func TestStartsFromOneAddress(t *testing.T) {
	s := newSite(t)
	for range 30 {
		s.begin()
	}
	start := obj{"agent": "marketing"}
	s.refused(429, "rate_limited", post("/v1/conversations", start, from(page)))
	s.refused(429, "rate_limited", post("/v1/conversations", start, from(page), withHeader("X-Forwarded-For", "203.0.113.9")))
	s.want(201, post("/v1/conversations", start, withKey))
	s.clock.advance(2 * time.Second)
	s.want(201, post("/v1/conversations", start, from(page)))
}
