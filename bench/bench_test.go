package bench_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/bench"
	"github.com/docket-handoff/docket/bot/bottest"
)

// post delivers the message to a bot in process and answers its status.
func post(t *testing.T, bot http.Handler, svc *bottest.Service, token string) int {
	t.Helper()
	body, err := bench.Message(svc.ServiceURL(), "19:sales@thread.tacv2;messageid=1795342500000", "Is the trial & all still open?")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/api/messages", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	bot.ServeHTTP(w, r)
	return w.Code
}

// recorder is a Connector that keeps what was posted last.
type recorder struct {
	connector
	target string
	said   map[string]string
}

func (c *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c.target, c.said = r.Method+" "+r.URL.String(), nil
	if err := json.Unmarshal(body, &c.said); err != nil {
		return nil, err
	}
	r.Body = http.NoBody
	return c.connector.RoundTrip(r)
}

// TestBothSidesPostTheSame is what makes a ratio of the two mean something.
func TestBothSidesPostTheSame(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	token := svc.Token(bottest.TokenOptions{})
	var bare, echo recorder
	yardstick := bench.Bare(&http.Client{Transport: &bare})
	for name, bot := range map[string]http.Handler{"bare": yardstick, "limited": bench.Limited(yardstick)} {
		if status := post(t, bot, svc, token); status != http.StatusOK {
			t.Errorf("the %s yardstick answered %d", name, status)
		}
	}
	if status := post(t, newEcho(t, svc, &echo), svc, token); status != http.StatusOK {
		t.Errorf("the echo answered %d", status)
	}
	if bare.target != echo.target || bare.target == "" {
		t.Errorf("posts to %q and to %q", bare.target, echo.target)
	}
	if diff := cmp.Diff(bare.said, echo.said); diff != "" {
		t.Errorf("the replies differ (- yardstick, + echo):\n%s", diff)
	}
}

// TestYardsticksCheckWhatTheySay keeps them from being fast by doing nothing.
func TestYardsticksCheckWhatTheySay(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	key := &svc.PrivateKey(svc.KeyID()).PublicKey
	bare := bench.Bare(&http.Client{Transport: connector{}})
	for _, row := range []struct {
		name                   string
		token                  bottest.TokenOptions
		bare, signed, verified int
	}{
		{"a good token", bottest.TokenOptions{}, 200, 200, 200},
		{"a stranger's signature", bottest.TokenOptions{Key: bottest.StrangersKey()}, 200, 401, 401},
		{"another bot's token", bottest.TokenOptions{Audience: "other"}, 200, 200, 401},
		{"no service URL", bottest.TokenOptions{OmitServiceURL: true}, 200, 200, 401},
	} {
		t.Run(row.name, func(t *testing.T) {
			token := svc.Token(row.token)
			if status := post(t, bare, svc, token); status != row.bare {
				t.Errorf("bare: %d", status)
			}
			if status := post(t, bench.Signed(key, bare), svc, token); status != row.signed {
				t.Errorf("signed: %d", status)
			}
			if status := post(t, bench.Verified(key, bottest.DefaultAppID, bare), svc, token); status != row.verified {
				t.Errorf("verified: %d", status)
			}
		})
	}
}
