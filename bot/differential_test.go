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

// TestAgainstMicrosoftsValidator sends every delivery to Microsoft's validator and to ours. What theirs refuses ours refuses,
// but for the list kinder; where ours refuses more the list stricter says why. A difference that stands in no list fails, and so
// does one in a list that is none.
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
			if explained := kinder[d.name] != ""; (we.taken() && !they.taken()) != explained {
				t.Errorf("kinder than theirs, as the list says: %t; theirs: %s; ours: %s", explained, they, we)
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

// TestTheListsNameDeliveries finds an entry of a list that belongs to no delivery.
func TestTheListsNameDeliveries(t *testing.T) {
	names := map[string]bool{}
	for _, d := range newMaker(t).deliveries() {
		names[d.name] = true
	}
	for _, list := range []map[string]string{stricter, kinder} {
		for name := range list {
			if !names[name] {
				t.Errorf("no delivery is named %q", name)
			}
		}
	}
}

// TestTheListsAreWrittenDown holds the tables of the page to the lists, both ways.
func TestTheListsAreWrittenDown(t *testing.T) {
	page, err := os.ReadFile("../docs/protocol-checks.md")
	if err != nil {
		t.Fatal(err)
	}
	for heading, list := range map[string]map[string]string{"### Stricter": stricter, "### Kinder": kinder} {
		_, section, _ := strings.Cut(string(page), heading+"\n")
		section, _, _ = strings.Cut(section, "\n#")
		for name, reason := range list {
			if row := "| " + name + " | " + reason + " |\n"; !strings.Contains(section, row) {
				t.Errorf("%s lacks %q", heading, row)
			}
		}
		if rows := strings.Count(section, "\n| ") - 1; rows != len(list) {
			t.Errorf("%s has %d rows, want %d", heading, rows, len(list))
		}
	}
}
