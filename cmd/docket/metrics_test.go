package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

// metrics reads the metrics of a running docket, a value for each name with its labels.
func (c *company) metrics() map[string]string {
	c.t.Helper()
	res, err := http.Get(c.backend.url + "/metrics")
	must(c.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	must(c.t, err)
	if res.StatusCode != http.StatusOK {
		c.t.Fatalf("/metrics is answered %d: %s", res.StatusCode, raw)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), " "); found && !strings.HasPrefix(line, "#") {
			out[name] = value
		}
	}
	return out
}

// TestMetricsTell lets a line fail in a running docket and reads that from outside.
func TestMetricsTell(t *testing.T) {
	c := newCompany(t, bottest.Config{})
	visitor, thread := c.joined()
	stream := visitor.listen("")
	c.shows(thread, "has joined")
	c.service.Fail(bottest.OpSend, 1, bottest.Fault{Status: http.StatusBadRequest})
	visitor.say("1", "Hello there")
	stream.wait(t, "delivery", `"state":"failed"`)
	c.shows(thread, "may be missing here")

	for name, want := range map[string]string{
		`docket_posts{platform="teams",state="dead"}`:    "1",
		`docket_posts{platform="teams",state="held"}`:    "0",
		`docket_posts{platform="teams",state="waiting"}`: "0",
		`docket_handoffs_open{state="joined"}`:           "1",
		`docket_handoffs_open{state="waiting"}`:          "0",
		`docket_posts_oldest_seconds`:                    "0",
		`docket_posts_sending`:                           "0",
		`docket_posts_retried_total`:                     "0",
		`docket_posts_doubted_total`:                     "0",
		`docket_inbound_duplicates_total`:                "0",
		`docket_streams_open`:                            "1",
	} {
		eventually(t, name+" "+want, func() bool { return c.metrics()[name] == want })
	}
	got := c.metrics()
	if n := got["docket_store_commit_seconds_count"]; n == "" || n == "0" {
		t.Errorf("%q commits were timed", n)
	}
	for _, name := range []string{"docket_lanes_running"} {
		if _, told := got[name]; !told {
			t.Errorf("%s is not told", name)
		}
	}
	labels := regexp.MustCompile(`^docket_\w+(\{(platform="teams"|state="\w+"|le="[^"]+"|,)*\})?$`)
	for name := range got {
		if strings.HasPrefix(name, "docket_") && !labels.MatchString(name) {
			t.Errorf("%s has a label that is no closed set", name)
		}
	}
}

// TestMetricsOfAStoreThatFails: an error of the desk's hides what the desk counts, and nothing else. The log tells it.
func TestMetricsOfAStoreThatFails(t *testing.T) {
	for _, row := range []struct {
		name  string
		err   error
		posts bool
	}{{"all is well", nil, true}, {"the desk fails", errors.New("a page is broken"), false}} {
		t.Run(row.name, func(t *testing.T) {
			var said output
			m := newMetrics()
			m.watchDisk(&disk{engine: &fakeDisk{free: 250, total: 1000}})
			m.refused(auth.Reason("expired"))
			m.watchTraffic(func(context.Context) (handoff.Stats, error) {
				return handoff.Stats{Posts: map[string]handoff.Posts{"teams": {}}}, row.err
			}, func() int { return 7 })
			answer := httptest.NewRecorder()
			m.handler(slog.New(slog.NewTextHandler(&said, nil))).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
			if answer.Code != http.StatusOK {
				t.Errorf("it is answered %d: %s", answer.Code, answer.Body)
			}
			for line, want := range map[string]bool{
				"store_disk_used_ratio 0.75":                  true,
				`auth_rejected_total{reason="expired"} 1`:     true,
				"docket_streams_open 7":                       true,
				`docket_posts{platform="teams",state="held"}`: row.posts,
			} {
				if strings.Contains(answer.Body.String(), "\n"+line) != want {
					t.Errorf("%s is shown: %v, want %v", line, !want, want)
				}
			}
			if told := strings.Contains(said.String(), "a page is broken"); told != !row.posts {
				t.Errorf("the log says %q", said.String())
			}
		})
	}
}
