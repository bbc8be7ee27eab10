package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/handoff"
)

func TestAgents(t *testing.T) {
	s := newSite(t)
	body := obj{
		"name": "Sales", "allowed_origins": []string{"https://shop.example/"}, "identity_secret": secret,
		"handoff": obj{"enabled": true, "channels": []string{string(channel)}, "wait_seconds": 60},
		"texts":   obj{"greeting": "Hi."}, "webhook": obj{"url": "https://hooks.example/x", "secret": "whsec_hidden"},
		"answers": []obj{{"questions": []string{"price"}, "answer": "It depends."}}, "newer_member": 1,
	}
	created := s.want(201, put("/v1/agents/sales", body, withKey))
	for _, a := range []answer{created, s.want(200, get("/v1/agents/sales", withKey)), s.want(200, get("/v1/agents", withKey))} {
		if strings.Contains(a.raw, secret) || strings.Contains(a.raw, "whsec_hidden") {
			t.Errorf("a secret comes back: %s", a.raw)
		}
	}
	if created.json["identity_secret_set"] != true || created.json["webhook"].(obj)["secret_set"] != true {
		t.Errorf("the secrets are not marked as set: %s", created.raw)
	}
	if origins := created.json["allowed_origins"].([]any); origins[0] != "https://shop.example" {
		t.Errorf("origins %v", origins)
	}
	if got := s.want(200, get("/v1/agents", withKey)); len(got.json["agents"].([]any)) != 2 {
		t.Errorf("listed %s", got.raw)
	}

	replaced := s.want(200, put("/v1/agents/sales", obj{"webhook": obj{"url": "https://hooks.example/y"}}, withKey))
	for _, a := range []answer{replaced, s.want(200, get("/v1/agents/sales", withKey))} {
		texts, policy := a.json["texts"].(obj), a.json["handoff"].(obj) // both are there, also when they are empty
		if len(texts) != 0 || policy["enabled"] != false || policy["wait_seconds"] != float64(600) || len(policy["fallback_channels"].([]any)) != 0 {
			t.Errorf("what is left after a PUT of little: %s", a.raw)
		}
	}
	s.want(200, put("/v1/agents/sales", obj{"handoff": obj{"wait_seconds": nil}, "webhook": obj{"url": "https://hooks.example/y"}}, withKey))
	kept, err := s.desk.Agent(t.Context(), "sales")
	s.must(err)
	if kept.IdentitySecret != secret || kept.Webhook.Secret != "whsec_hidden" || kept.Webhook.URL != "https://hooks.example/y" {
		t.Errorf("kept %+v, %+v", kept, kept.Webhook)
	}
	s.want(200, put("/v1/agents/sales", obj{"identity_secret": "", "webhook": obj{"url": "https://hooks.example/y", "secret": ""}}, withKey))
	kept, err = s.desk.Agent(t.Context(), "sales")
	s.must(err)
	if kept.IdentitySecret != "" || kept.Webhook.Secret != "" {
		t.Errorf("an empty secret takes the old one away: %+v", kept)
	}
	s.refused(404, "unknown_agent", get("/v1/agents/nobody", withKey))
}

func TestAgentsThatAreRefused(t *testing.T) {
	s := newSite(t)
	hours := func(h obj) obj { return obj{"handoff": obj{"work_hours": h}} }
	for _, row := range []struct {
		name   string
		id     string
		body   any
		status int
		code   string
		detail string
	}{
		{"an origin that is none", "x", obj{"allowed_origins": []string{"example.com"}}, 422, "invalid", "allowed_origins[0]"},
		{"a text that nobody says", "x", obj{"texts": obj{"hello": "x"}}, 422, "invalid", "texts.hello"},
		{"a span that runs backwards", "x", hours(obj{"time_zone": "Europe/Lisbon", "days": obj{"mon": []any{[]string{"18:00", "09:00"}}}}), 422, "invalid", "backwards"},
		{"a zone that is none", "x", hours(obj{"time_zone": "Lisbon"}), 422, "invalid", "time_zone"},
		{"a short secret", "x", obj{"identity_secret": "short"}, 422, "invalid", "identity_secret"},
		{"a channel that is not there", "x", obj{"handoff": obj{"channels": []string{"nowhere"}}}, 422, "unknown_channel", "nowhere"},
		{"a wait of no time", "x", obj{"handoff": obj{"wait_seconds": 0}}, 422, "invalid", "wait_seconds"},
		{"a wait of a month", "x", obj{"handoff": obj{"wait_seconds": 2592000}}, 422, "invalid", "wait_seconds"},
		{"a number for a name", "x", obj{"name": 1}, 422, "invalid", "name"},
		{"an id with capitals", "Sales", obj{}, 422, "invalid", "agent"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := s.refused(row.status, row.code, put("/v1/agents/"+row.id, row.body, withKey))
			if !strings.Contains(a.json["detail"].(string), row.detail) {
				t.Errorf("the detail does not name it: %s", a.raw)
			}
		})
	}
	s.refused(404, "unknown_agent", get("/v1/agents/x", withKey))
}

func TestAvailability(t *testing.T) {
	s := newSite(t)
	s.want(200, put("/v1/agents/marketing", obj{
		"allowed_origins": []string{page},
		"handoff": obj{"enabled": true, "channels": []string{string(channel)}, "work_hours": obj{
			"time_zone": "Europe/Lisbon", "days": obj{"mon": []any{[]string{"09:00", "18:00"}}}, "closed": []string{"2026-11-30"}, "override": nil,
		}},
	}, withKey))
	ask := func(at string, as ...func(*call)) call {
		return get("/v1/agents/marketing/availability?at="+url.QueryEscape(at), as...)
	}
	for _, row := range []struct {
		name, at  string
		available bool
		reason    any
	}{
		{"open", "2026-11-23T09:30:00Z", true, nil},
		{"open in another zone", "2026-11-23T17:59:00+08:00", true, nil},
		{"the evening", "2026-11-23T18:00:00Z", false, "outside_work_hours"},
		{"a holiday", "2026-11-30T10:00:00Z", false, "holiday"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := s.want(200, ask(row.at, withKey))
			if a.json["available"] != row.available || a.json["reason"] != row.reason || len(a.json["because"].([]any)) == 0 {
				t.Errorf("answered %s", a.raw)
			}
		})
	}
	s.want(200, ask("", from(page)))
	s.refused(403, "origin_not_allowed", ask("", from("https://evil.example")))
	s.refused(403, "origin_not_allowed", ask(""))
	s.refused(401, "unauthorized", ask("", withToken("wrong")))
	for _, at := range []string{"tomorrow", "2026-11-23", "2026-11-23T09:30:00", "1763890200"} {
		if a := s.refused(400, "invalid_query", ask(at, withKey)); !strings.Contains(a.raw, "%2B") || strings.Contains(a.raw, "%%") {
			t.Errorf("refused with %s", a.raw)
		}
	}
	s.refused(404, "unknown_agent", get("/v1/agents/nobody/availability", withKey))
}

func TestChannels(t *testing.T) {
	s := newSite(t)
	s.must(s.desk.Connect(t.Context(), "k2", handoff.Channel{
		ID: "room-2", Platform: "room", Name: "Support", Team: handoff.Team{ID: "t", Name: "Acme"}, Reference: []byte(`{"serviceUrl":"https://internal"}`),
	}, "t", "connected"))
	a := s.want(200, get("/v1/channels", withKey))
	channels := a.json["channels"].([]any)
	if len(channels) != 2 || channels[1].(obj)["name"] != "Support" || channels[1].(obj)["state"] != "connected" {
		t.Errorf("listed %s", a.raw)
	}
	if strings.Contains(a.raw, "serviceUrl") {
		t.Errorf("the platform's reference comes out: %s", a.raw)
	}
}
