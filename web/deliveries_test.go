package web_test

import (
	"testing"

	"github.com/docket-handoff/docket/handoff"
)

// undelivered is a site with lines that the channel refused.
func undelivered(t *testing.T, lines ...string) (s *site, ids []string) {
	s = newSite(t)
	c := s.begin()
	s.want(201, post(c.path+"/handoff", obj{}, c.token))
	s.join(c.id)
	s.posts.refuse("no")
	for _, line := range lines {
		s.want(201, post(c.path+"/messages", obj{"client_id": line, "text": line}, c.token))
	}
	s.eventually("dead letters", func() bool {
		return len(s.want(200, get("/v1/deliveries?state=dead", withKey)).json["deliveries"].([]any)) == len(lines)
	})
	for _, d := range s.want(200, get("/v1/deliveries?state=dead", withKey)).json["deliveries"].([]any) {
		ids = append(ids, d.(obj)["id"].(string))
	}
	s.posts.refuse("")
	return s, ids
}

func TestDeliveries(t *testing.T) {
	s, ids := undelivered(t, "one", "two", "three")
	page := s.want(200, get("/v1/deliveries?state=dead&limit=2", withKey))
	first := page.json["deliveries"].([]any)[0].(obj)
	if first["text"] != "one" || first["cause"] != "no" || first["state"] != "dead" || first["kind"] != "line" || len(page.json["deliveries"].([]any)) != 2 {
		t.Errorf("the page is %s", page.raw)
	}
	rest := s.want(200, get("/v1/deliveries?state=dead&after="+page.json["next"].(string), withKey))
	if got := rest.json["deliveries"].([]any); len(got) != 1 || got[0].(obj)["id"] != ids[2] || rest.json["next"] != nil {
		t.Errorf("the rest is %s", rest.raw)
	}
	if got := s.want(200, get("/v1/deliveries?state=held", withKey)); len(got.json["deliveries"].([]any)) != 0 {
		t.Errorf("held are %s", got.raw)
	}

	for range 2 {
		if got := s.want(200, post("/v1/deliveries/"+ids[0]+"/send", nil, withKey)); got.json["id"] != ids[0] {
			t.Errorf("answered %s", got.raw)
		}
		s.want(200, post("/v1/deliveries/"+ids[1]+"/sent", obj{"message": "m"}, withKey))
	}
	s.eventually("the line that is sent again", func() bool { return s.posts.holds("one") })
	s.refused(409, "already_decided", post("/v1/deliveries/"+ids[0]+"/sent", nil, withKey))
	s.refused(404, "unknown_delivery", post("/v1/deliveries/99999/send", nil, withKey))
	if s.posts.holds("two") {
		t.Error("a line that was marked as sent is sent")
	}
}

func TestDeliveriesThatAreRefused(t *testing.T) {
	s := newSite(t)
	visitor := s.begin()
	for _, c := range []call{get("/v1/deliveries?state=held"), post("/v1/deliveries/1/send", nil), post("/v1/deliveries/1/sent", nil)} {
		s.refused(401, "unauthorized", c)
		visitor.token(&c)
		s.refused(401, "unauthorized", c)
	}
	s.refused(400, "invalid_query", get("/v1/deliveries", withKey))
	s.refused(400, "invalid_query", get("/v1/deliveries?state=sent", withKey))
	s.want(200, get("/v1/deliveries?state=held&limit=101", withKey))
	for _, limit := range []string{"0", "-1", "x"} {
		s.refused(400, "invalid_query", get("/v1/deliveries?state=held&limit="+limit, withKey))
	}
	s.refused(422, "invalid", get("/v1/deliveries?state=held&after=x", withKey))
	s.refused(404, "unknown_delivery", post("/v1/deliveries/..%2Fagents/send", nil, withKey))
}

// refuse lets the room refuse every line of a visitor's for a cause; an empty one ends it.
func (r *room) refuse(cause string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refused = cause
}

// holds says whether a line stands in the room.
func (r *room) holds(text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.posts {
		for _, line := range p.Lines {
			if line.Text == text {
				return true
			}
		}
	}
	return false
}

func (r *room) refusal(p handoff.Post) error {
	if r.refused == "" || p.Kind != handoff.PostLine {
		return nil
	}
	return &handoff.DeliveryError{Certain: true, Cause: r.refused}
}
