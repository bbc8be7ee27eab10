package bot_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
)

// queries is a transport that notes the query of each request.
type queries struct{ seen []string }

func (q *queries) RoundTrip(r *http.Request) (*http.Response, error) {
	q.seen = append(q.seen, r.Method+" "+r.URL.RawQuery)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"id":"1"}`)), Request: r}, nil
}

// TestOrdinaryMessagesAreForEverybody: nothing but a targeted call asks for a targeted message, even when a recipient is named.
func TestOrdinaryMessagesAreForEverybody(t *testing.T) {
	hosts, err := auth.NewHosts(auth.Public)
	if err != nil {
		t.Fatal(err)
	}
	wire := &queries{}
	client := clientWith(t, bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: hosts, HTTP: &http.Client{Transport: wire}})
	const service, thread = "https://smba.trafficmanager.net/amer/", "19:a@thread.tacv2;messageid=1"
	line := text("for all")
	if _, err := client.Send(t.Context(), service, thread, line); err != nil {
		t.Error(err)
	}
	if _, err := client.Reply(t.Context(), service, thread, "1", line); err != nil {
		t.Error(err)
	}
	if err := client.Update(t.Context(), service, thread, "1", line); err != nil {
		t.Error(err)
	}
	if err := client.Delete(t.Context(), service, thread, "1"); err != nil {
		t.Error(err)
	}
	if got := strings.Join(wire.seen, ","); got != "POST ,POST ,PUT ,DELETE " {
		t.Errorf("the queries were %q", got)
	}
}
