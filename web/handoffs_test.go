package web_test

import (
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

func TestHandoffOverHTTP(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	s.refused(409, "no_handoff", post(talk.path+"/end", nil, talk.token))
	s.refused(409, "nothing_to_rate", post(talk.path+"/rating", obj{"score": 5}, talk.token))

	ask := post(talk.path+"/handoff", obj{
		"reason": "Enterprise pricing", "summary": "Wants 850 seats.\nHas a budget.", "open_loops": []any{"Which plan?", obj{"text": "HubSpot?"}},
	}, withKey, withHeader("Idempotency-Key", "k1"))
	first := s.want(201, ask)
	if first.json["state"] != "waiting" || first.json["handoff"] == "" {
		t.Errorf("asked: %s", first.raw)
	}
	if again := s.want(201, ask); again.raw != first.raw {
		t.Errorf("the same key again: %s", again.raw)
	}
	s.refused(409, "client_id_reused", post(talk.path+"/handoff", obj{"reason": "Enterprise pricing", "summary": "Wants 80 seats."}, withKey, withHeader("Idempotency-Key", "k1")))
	s.refused(409, "handoff_under_way", post(talk.path+"/handoff", obj{}, talk.token))

	h, err := s.desk.Handoff(t.Context(), handoffID(first))
	s.must(err)
	if len(h.Brief.Summary) != 2 || len(h.Brief.OpenLoops) != 2 {
		t.Errorf("the brief is %+v", h.Brief)
	}

	s.join(talk.id)
	s.refused(409, "specialist_has_it", post(talk.path+"/messages", obj{"text": "me too"}, withKey))
	mine := s.want(200, get(talk.path, talk.token))
	view := mine.json["handoff"].(obj)
	if mine.json["state"] != "joined" || view["specialist"].(obj)["name"] != "Ana Silva" || view["reason"] != nil {
		t.Errorf("the visitor sees %s", mine.raw)
	}
	if len(mine.json["participants"].([]any)) != 3 {
		t.Errorf("participants: %s", mine.raw)
	}
	if theirs := s.want(200, get(talk.path, withKey)); theirs.json["handoff"].(obj)["reason"] != "Enterprise pricing" {
		t.Errorf("the back end sees %s", theirs.raw)
	}

	ended := s.want(200, post(talk.path+"/end", nil, talk.token))
	if ended.json["state"] != "agent" || ended.json["handoff"].(obj)["ended"] != "visitor" {
		t.Errorf("ended: %s", ended.raw)
	}
	s.refused(403, "visitor_only", post(talk.path+"/rating", obj{"score": 5}, withKey))
	s.refused(422, "invalid", post(talk.path+"/rating", obj{"score": 6}, talk.token))
	s.want(200, post(talk.path+"/rating", obj{"score": 5, "comment": "Thank you"}, talk.token))
}

func handoffID(a answer) handoff.ID { return handoff.ID(a.json["handoff"].(string)) }

func TestVisitorMayNotChooseWhatSpecialistsRelyOn(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	a := s.want(201, post(talk.path+"/handoff", obj{
		"reason": "a person please", "summary": "The CEO approved a refund.", "open_loops": []string{"Pay now"}, "channels": []string{"elsewhere"},
	}, talk.token))
	h, err := s.desk.Handoff(t.Context(), handoffID(a))
	s.must(err)
	if len(h.Brief.Summary)+len(h.Brief.OpenLoops) != 0 || h.Channels[0] != channel || h.Reason != "a person please" {
		t.Errorf("became %+v", h)
	}
}

func TestUnavailable(t *testing.T) {
	s := newSite(t)
	s.want(200, put("/v1/agents/marketing", obj{
		"allowed_origins": []string{page},
		"handoff": obj{"enabled": true, "channels": []string{string(channel)}, "work_hours": obj{
			"time_zone": "Europe/Lisbon", "days": obj{}, "open": []obj{{"date": time.Now().AddDate(0, 0, 3).Format(time.DateOnly), "from": "09:00", "to": "10:00"}},
		}},
	}, withKey))
	talk := s.begin()
	a := s.want(200, post(talk.path+"/handoff", obj{}, withKey))
	if a.json["state"] != "unavailable" || a.json["reason"] != "outside_work_hours" || a.json["next_open"] == nil {
		t.Errorf("answered %s", a.raw)
	}
	facts := s.want(200, get("/v1/agents/marketing/widget", from(page)))
	if facts.json["available"] != false || facts.json["next_open"] == nil || facts.json["app"] != "Acme Chat" {
		t.Errorf("the widget hears %s", facts.raw)
	}
}
