package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestServeWithoutSettings(t *testing.T) {
	p, url := serve(t)
	visit := api{t: t, url: url}
	for path, want := range map[string]int{
		"/healthz": 200, "/readyz": 200, "/widget.js": 200, "/openapi.json": 200,
		"/v1/channels": 401, "/api/messages": 404, "/slack/events": 404, "/nothing": 404,
	} {
		if got := visit.send(http.MethodGet, path, nil); got.status != want {
			t.Errorf("GET %s: %d, want %d", path, got.status, want)
		}
	}
	var hints []string
	for line := range strings.Lines(p.stderr.String()) {
		if strings.Contains(line, "Microsoft Teams is not set up") {
			hints = append(hints, line)
		}
	}
	if len(hints) != 1 {
		t.Fatalf("%d lines say that Teams is not set up:\n%s", len(hints), p.stderr.String())
	}
	for _, want := range []string{"DOCKET_BOT_ID", "DOCKET_BOT_SECRET", "DOCKET_BOT_TENANT", "register"} {
		if !strings.Contains(hints[0], want) {
			t.Errorf("the hint does not name %s: %s", want, hints[0])
		}
	}
	if code := p.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

func TestStopsWithAnOpenStream(t *testing.T) {
	store := t.TempDir() + "/docket.db"
	p, url := serve(t, "DOCKET_API_KEY=k-stop", "DOCKET_STORE=bolt:"+store)
	backend := api{t: t, url: url, bearer: "k-stop"}
	backend.call(http.StatusCreated, http.MethodPut, "/v1/agents/marketing", object{"name": "Mira"})
	c := backend.begin("marketing")
	open := c.listen("")
	if got := c.say("1", "Are you there?"); got.status != http.StatusCreated {
		t.Fatalf("the line was answered %d %s", got.status, got.body)
	}
	open.wait(t, "message", "Are you there?")
	if code := p.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	<-open.ended
	if open.retry == "" {
		t.Error("the stream was not asked to come back")
	}

	p, c.visitor.url = serve(t, "DOCKET_API_KEY=k-stop", "DOCKET_STORE=bolt:"+store)
	resumed := c.listen(open.last())
	if got := c.say("2", "And now?"); got.status != http.StatusCreated {
		t.Fatalf("the line was answered %d %s", got.status, got.body)
	}
	resumed.wait(t, "message", "And now?")
	for _, f := range resumed.all() {
		if strings.Contains(text(f.data, "text"), "Are you there?") {
			t.Error("the resumed stream repeats")
		}
	}
	if code := p.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}
