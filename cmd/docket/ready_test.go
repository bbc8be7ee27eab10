package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
)

// TestReadinessSparesTheStore: anybody may ask, and the answer is a write.
func TestReadinessSparesTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		writes, state := 0, error(nil)
		written := &remembered{now: time.Now, check: func(context.Context) error {
			writes++
			return state
		}}
		ask := func(after time.Duration, want error, total int) {
			t.Helper()
			time.Sleep(after)
			for range 3 {
				if err := written.ask(t.Context()); !errors.Is(err, want) {
					t.Errorf("it says %v, want %v", err, want)
				}
			}
			if writes != total {
				t.Errorf("%d writes, want %d", writes, total)
			}
		}
		broken := errors.New("the store is broken")
		ask(0, nil, 1)
		ask(goodFor-1, nil, 1)
		state = broken
		ask(1, broken, 2)
		ask(badFor-1, broken, 2)
		ask(1, broken, 3)
		state = nil
		ask(badFor, nil, 4)
	})
}

// TestSkew: an answer is dated in whole seconds, some time between asking and being told.
func TestSkew(t *testing.T) {
	date := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name        string
		asked, told time.Duration // after the date
		age         string
		want        time.Duration
	}{
		{"the same second", 0, 500 * time.Millisecond, "", 0},
		{"asked at its end", 999 * time.Millisecond, 1500 * time.Millisecond, "", 0},
		{"a slow answer", -20 * time.Second, 20 * time.Second, "", 0},
		{"ahead", 61 * time.Second, 62 * time.Second, "", 60 * time.Second},
		{"behind", -242 * time.Second, -240 * time.Second, "", -240 * time.Second},
		{"out of a cache", 3600 * time.Second, 3601 * time.Second, "3600", 0},
		{"out of a cache, and ahead", 3901 * time.Second, 3902 * time.Second, "3600", 300 * time.Second},
		{"a cache without a sense", 0, time.Second, "soon", 0},
	} {
		h := http.Header{"Date": {date.Format(http.TimeFormat)}}
		if row.age != "" {
			h.Set("Age", row.age)
		}
		if got, err := skewOf(h, date.Add(row.asked), date.Add(row.told)); err != nil || got != row.want {
			t.Errorf("%s: %s, %v, want %s", row.name, got, err, row.want)
		}
	}
	if _, err := skewOf(http.Header{}, date, date); err == nil {
		t.Error("an answer without a date tells the time")
	}
}

// TestNotReadyWithoutKeys lets a bot's first load of the signing keys fail, and then succeed.
func TestNotReadyWithoutKeys(t *testing.T) {
	t.Parallel()
	service := bottest.Start(t, bottest.Config{})
	service.Fail(bottest.OpKeys, -1, bottest.Fault{Status: 500})
	c := newCompanyIn(t, service)
	c.backend.wantNotReady("not_ready", "signing keys")
	c.service.Fail(bottest.OpKeys, 0, bottest.Fault{})
	c.backend.waitReady()
}

// TestNotReadyWithAWrongClock sets the clock of the other side, which comes to the same.
func TestNotReadyWithAWrongClock(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		shift time.Duration
		ready bool
	}{
		{"a little", -200 * time.Second, true}, {"behind", 250 * time.Second, false}, {"ahead", -250 * time.Second, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			service := bottest.Start(t, bottest.Config{})
			there, err := url.Parse(service.MetadataURL())
			must(t, err)
			path := there.Path
			there.Path = ""
			proxy := httputil.NewSingleHostReverseProxy(there)
			proxy.ModifyResponse = func(r *http.Response) error {
				r.Header.Set("Date", time.Now().UTC().Add(row.shift).Format(http.TimeFormat))
				return nil
			}
			front := httptest.NewServer(proxy)
			t.Cleanup(front.Close)
			secrets := service.SecretConfig()
			p, address := serve(t, "DOCKET_BOT_ID="+secrets.AppID, "DOCKET_BOT_SECRET="+secrets.Secret, "DOCKET_BOT_TENANT="+secrets.Tenant,
				"DOCKET_BOT_OPENID_METADATA="+front.URL+path, "DOCKET_BOT_TOKEN_URL="+service.TokenURL(), "DOCKET_BOT_SERVICE_HOSTS="+service.Host())
			p.find(&p.stderr, `(clock is wrong)`)
			backend := api{t: t, url: address}
			if row.ready {
				backend.waitReady()
			} else {
				backend.wantNotReady("not_ready", "clock is wrong")
			}
		})
	}
}

// waitReady waits until the server says that it is ready.
func (a api) waitReady() {
	a.t.Helper()
	eventually(a.t, "a server that is ready", func() bool { return a.send(http.MethodGet, "/readyz", nil).status == http.StatusOK })
}

// wantNotReady wants 503 with a code and words, and that the process is alive.
func (a api) wantNotReady(code, words string) {
	a.t.Helper()
	got := a.send(http.MethodGet, "/readyz", nil)
	if got.status != http.StatusServiceUnavailable || text(got.object(a.t), "code") != code || !strings.Contains(text(got.object(a.t), "detail"), words) {
		a.t.Errorf("/readyz answers %d %s, want 503 with %s and %q", got.status, got.body, code, words)
	}
	if got := a.send(http.MethodGet, "/healthz", nil); got.status != http.StatusOK {
		a.t.Errorf("/healthz answers %d", got.status)
	}
}
