package bot_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/checks"
)

// TestAgainstMicrosoftsValidator sends every delivery to Microsoft's validator and to ours. What theirs refuses ours refuses;
// where ours refuses more the list stricter says why. A difference that does not stand in the list fails, and so does a row of it
// that is none.
func TestAgainstMicrosoftsValidator(t *testing.T) {
	m := newMaker(t)
	theirs := checks.Validator(t, m.svc.MetadataURL(), botID)
	endpoint := httptest.NewServer(bot.Receive(newVerifier(t, m.svc), bot.HandlerFunc(func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
		return nil, nil
	}), bot.Options{Log: newLog(io.Discard)}))
	defer endpoint.Close()
	for _, d := range m.deliveries() {
		t.Run(d.name, func(t *testing.T) {
			we, they := d.post(t, endpoint.URL), d.post(t, theirs)
			if explained := stricter[d.name] != ""; (they.taken() && !we.taken()) != explained {
				t.Errorf("stricter than theirs, as the list says: %t; theirs: %s; ours: %s", explained, they, we)
			}
			if we.taken() && !they.taken() {
				t.Errorf("kinder than theirs: %s; ours: %s", they, we)
			}
		})
	}
}

// verdict is how a delivery was answered.
type verdict struct {
	status int
	body   string
}

func (v verdict) taken() bool    { return v.status == http.StatusOK }
func (v verdict) String() string { return http.StatusText(v.status) + " " + v.body }

func (d delivery) post(t *testing.T, url string) verdict {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(d.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	if len(d.authorization) > 0 {
		r.Header["Authorization"] = d.authorization
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return verdict{resp.StatusCode, string(body)}
}

// TestTheListNamesDeliveries finds an entry of the list that belongs to no delivery.
func TestTheListNamesDeliveries(t *testing.T) {
	names := map[string]bool{}
	for _, d := range newMaker(t).deliveries() {
		names[d.name] = true
	}
	for name := range stricter {
		if !names[name] {
			t.Errorf("no delivery is named %q", name)
		}
	}
}

// TestTheListIsWrittenDown holds the table of the page to the list, both ways.
func TestTheListIsWrittenDown(t *testing.T) {
	page, err := os.ReadFile("../docs/protocol-checks.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "### Stricter\n")
	section, _, _ = strings.Cut(section, "\n#")
	for name, reason := range stricter {
		if row := "| " + name + " | " + reason + " |\n"; !strings.Contains(section, row) {
			t.Errorf("the page lacks %q", row)
		}
	}
	if rows := strings.Count(section, "\n| ") - 1; rows != len(stricter) {
		t.Errorf("the page has %d rows, want %d", rows, len(stricter))
	}
}
