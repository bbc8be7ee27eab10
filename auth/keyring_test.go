package auth_test

import (
	"cmp"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// verify runs a token of the service through the header stage.
func verify(t *testing.T, svc *bottest.Service, v *auth.Verifier, o bottest.TokenOptions) error {
	t.Helper()
	_, err := v.Verify(t.Context(), bearer(svc.Token(o)))
	return err
}

func accept(t *testing.T, svc *bottest.Service, v *auth.Verifier) {
	t.Helper()
	if err := verify(t, svc, v, bottest.TokenOptions{}); err != nil {
		t.Fatal(err)
	}
}

func wantFetches(t *testing.T, svc *bottest.Service, want int) {
	t.Helper()
	if got := svc.Count(bottest.OpKeys); got != want {
		t.Fatalf("the keys were fetched %d times, want %d", got, want)
	}
}

func TestNothingIsFetchedBeforeATokenComes(t *testing.T) {
	svc, _ := start(t, newClock())
	wantFetches(t, svc, 0)
}

func TestPreload(t *testing.T) {
	svc, v := start(t, newClock())
	for range 2 {
		if err := v.Preload(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	accept(t, svc, v)
	wantFetches(t, svc, 1)

	svc.Fail(bottest.OpMetadata, 1, bottest.Fault{Status: 500})
	err := newVerifier(t, svc.VerifierConfig()).Preload(t.Context())
	wantRefusal(t, err, http.StatusServiceUnavailable, auth.KeysUnavailable)
}

func TestKeysAreKeptForTwentyHours(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	accept(t, svc, v)
	for range 19 {
		now.Advance(time.Hour)
		accept(t, svc, v)
	}
	wantFetches(t, svc, 1)
}

// TestEarlyRefreshRunsBesideTheTraffic lets the refresh hang: requests are
// answered from the old set meanwhile, and no second fetch starts.
func TestEarlyRefreshRunsBesideTheTraffic(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	accept(t, svc, v)
	svc.Fail(bottest.OpKeys, 1, bottest.Fault{Hang: true})
	now.Advance(23*time.Hour + time.Second)
	for range 10 {
		accept(t, svc, v)
	}
	eventually(t, "the refresh to begin", func() bool { return svc.Count(bottest.OpKeys) == 2 })
	wantFetches(t, svc, 2)
}

func TestEarlyRefreshBringsTheNewSet(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	accept(t, svc, v)
	old := svc.KeyID()
	token := svc.Token(bottest.TokenOptions{Expiry: now.Now().Add(48 * time.Hour)})
	svc.RotateKey()
	svc.WithdrawKey(old)
	now.Advance(23*time.Hour + time.Second)
	// The refresh runs beside this request; a later one meets the new set.
	eventually(t, "the old key to be forgotten", func() bool {
		_, err := v.Verify(t.Context(), bearer(token))
		return err != nil
	})
	_, err := v.Verify(t.Context(), bearer(token))
	wantRefusal(t, err, http.StatusUnauthorized, auth.KeyUnknown)
}

func TestAfterADayTheRefreshIsWaitedFor(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	accept(t, svc, v)
	withdrawn := svc.KeyID()
	key := svc.PrivateKey(withdrawn)
	svc.RotateKey()
	svc.WithdrawKey(withdrawn)
	now.Advance(24 * time.Hour)
	err := verify(t, svc, v, bottest.TokenOptions{Kid: withdrawn, Key: key})
	wantRefusal(t, err, http.StatusUnauthorized, auth.KeyUnknown)
	wantFetches(t, svc, 2)
}

// TestAKeyThatIsNewWhenTheSetIsOld: the bot was quiet for more than a day and the key has changed. Who signs with the new key
// waits for a slow refresh; who signs with the old one does not.
func TestAKeyThatIsNewWhenTheSetIsOld(t *testing.T) {
	before, after := rsaKey(t, 2048), rsaKey(t, 2048)
	for _, row := range []struct {
		name     string
		kid      string
		takes    time.Duration // of the refresh
		status   int           // of its answer
		patience time.Duration // of the request
		refused  int
		reason   auth.Reason
	}{
		{"the new key", "after", 4 * time.Second, 200, time.Minute, 0, ""},
		{"a key that is still not there", "never", 4 * time.Second, 200, time.Minute, 401, auth.KeyUnknown},
		{"a refresh that fails late", "after", 4 * time.Second, 500, time.Minute, 503, auth.KeysUnavailable},
		{"a refresh that never ends", "after", time.Hour, 200, time.Minute, 503, auth.KeysUnavailable},
		{"a request that ends first", "after", 8 * time.Second, 200, 5 * time.Second, 503, auth.KeysUnavailable},
		{"the old key", "before", 4 * time.Second, 200, time.Minute, 0, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set, takes, status := published(before, "before", nil), time.Duration(0), 200
				var asked atomic.Int32
				wire := roundTripper(func(r *http.Request) (*http.Response, error) {
					if r.URL.Path != "/keys" {
						return answer(200, `{"jwks_uri":"https://login.botframework.com/keys"}`), nil
					}
					asked.Add(1)
					document, err := json.Marshal(map[string]any{"keys": []any{set}})
					select {
					case <-time.After(takes):
						return answer(status, string(document)), err
					case <-r.Context().Done():
						return nil, r.Context().Err()
					}
				})
				v := newVerifier(t, auth.VerifierConfig{AppID: appID, HTTP: &http.Client{Transport: wire}})
				if _, err := v.Verify(t.Context(), tokenBy(t, before, "before")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(25 * time.Hour)
				set, takes, status = published(after, "after", nil), row.takes, row.status
				key := map[string]*rsa.PrivateKey{"before": before}[row.kid]
				ctx, cancel := context.WithTimeout(t.Context(), row.patience)
				defer cancel()
				_, err := v.Verify(ctx, tokenBy(t, cmp.Or(key, after), row.kid))
				if row.refused == 0 && err != nil {
					t.Error(err)
				}
				if row.refused != 0 {
					wantRefusal(t, err, row.refused, row.reason)
				}
				if n := asked.Load(); n != 2 {
					t.Errorf("the keys were fetched %d times, want 2", n)
				}
			})
		})
	}
}

func TestARotatedKeyIsAcceptedAtOnce(t *testing.T) {
	svc, v := start(t, newClock())
	accept(t, svc, v)
	svc.RotateKey()
	accept(t, svc, v)
	wantFetches(t, svc, 2)
}

func TestUnknownKeyIDsCauseOneFetchInFiveMinutes(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	accept(t, svc, v)
	flood := func(name string) {
		t.Helper()
		for i := range 100 {
			err := verify(t, svc, v, bottest.TokenOptions{Key: bottest.StrangersKey(), Header: map[string]any{"kid": name + string(rune('a'+i))}})
			wantRefusal(t, err, http.StatusUnauthorized, auth.KeyUnknown)
		}
	}
	flood("first")
	wantFetches(t, svc, 2)
	now.Advance(4*time.Minute + 59*time.Second)
	flood("second")
	wantFetches(t, svc, 2)
	accept(t, svc, v)
	now.Advance(time.Second)
	flood("third")
	wantFetches(t, svc, 3)
}

func TestUnknownKeyIDsAtOnceShareOneFetch(t *testing.T) {
	svc, v := start(t, newClock())
	accept(t, svc, v)
	svc.RotateKey()
	token := bearer(svc.Token(bottest.TokenOptions{}))
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := v.Verify(context.Background(), token); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	wantFetches(t, svc, 2)
}

func TestTheFirstLoadAnswersForUnknownKeyIDs(t *testing.T) {
	svc, v := start(t, newClock())
	err := verify(t, svc, v, bottest.TokenOptions{Header: map[string]any{"kid": "unknown"}})
	wantRefusal(t, err, http.StatusUnauthorized, auth.KeyUnknown)
	wantFetches(t, svc, 1)
}

func TestAnOutageIsServedFromTheOldSet(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	accept(t, svc, v)
	svc.Fail(bottest.OpMetadata, -1, bottest.Fault{Status: 503})
	for range 4 {
		now.Advance(24 * time.Hour)
		accept(t, svc, v)
	}
	err := verify(t, svc, v, bottest.TokenOptions{Header: map[string]any{"kid": "perhaps-new"}})
	wantRefusal(t, err, http.StatusServiceUnavailable, auth.KeysUnavailable)

	now.Advance(24 * time.Hour)
	err = verify(t, svc, v, bottest.TokenOptions{})
	wantRefusal(t, err, http.StatusServiceUnavailable, auth.KeysUnavailable)

	svc.Fail(bottest.OpMetadata, 0, bottest.Fault{})
	now.Advance(time.Minute)
	accept(t, svc, v)
}

func TestAnOutageIsAskedAboutOnceAMinute(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	accept(t, svc, v)
	svc.Fail(bottest.OpKeys, -1, bottest.Fault{Status: 500})
	now.Advance(25 * time.Hour)
	for range 10 {
		accept(t, svc, v)
	}
	wantFetches(t, svc, 2)
	now.Advance(time.Minute)
	for range 10 {
		accept(t, svc, v)
	}
	wantFetches(t, svc, 3)
}

func TestAFailedFirstLoadIsTriedAgainWithinSeconds(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	svc.Fail(bottest.OpMetadata, 1, bottest.Fault{Status: 500})
	for range 5 {
		err := verify(t, svc, v, bottest.TokenOptions{})
		wantRefusal(t, err, http.StatusServiceUnavailable, auth.KeysUnavailable)
		var refused *auth.Error
		if errors.As(err, &refused); refused.RetryAfter() <= 0 {
			t.Error("the refusal names no time to come back")
		}
	}
	if n := svc.Count(bottest.OpMetadata); n != 1 {
		t.Fatalf("%d attempts without a pause", n)
	}
	now.Advance(2 * time.Second)
	accept(t, svc, v)
}

func TestARememberedTokenEndsWithItsKey(t *testing.T) {
	now := newClock()
	svc, v := start(t, now)
	kid := svc.KeyID()
	token := bearer(svc.Token(bottest.TokenOptions{}))
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	svc.RotateKey()
	svc.WithdrawKey(kid)
	accept(t, svc, v) // the new key's id makes the verifier look
	_, err := v.Verify(t.Context(), token)
	wantRefusal(t, err, http.StatusUnauthorized, auth.KeyUnknown)
}

func TestACallerThatGivesUpDoesNotEndTheFetch(t *testing.T) {
	svc, v := start(t, newClock())
	svc.Fail(bottest.OpKeys, 1, bottest.Fault{Delay: 50 * time.Millisecond})
	impatient, cancel := context.WithCancel(t.Context())
	token := bearer(svc.Token(bottest.TokenOptions{}))
	done := make(chan error, 1)
	go func() {
		_, err := v.Verify(impatient, token)
		done <- err
	}()
	eventually(t, "the fetch to begin", func() bool { return svc.Count(bottest.OpKeys) == 1 })
	cancel()
	<-done
	accept(t, svc, v)
	wantFetches(t, svc, 1)
}

func TestCloseEndsAFetch(t *testing.T) {
	svc, v := start(t, newClock())
	svc.Fail(bottest.OpKeys, -1, bottest.Fault{Hang: true})
	token := bearer(svc.Token(bottest.TokenOptions{}))
	done := make(chan error, 1)
	go func() {
		_, err := v.Verify(context.Background(), token)
		done <- err
	}()
	eventually(t, "the fetch to begin", func() bool { return svc.Count(bottest.OpKeys) == 1 })
	v.Close()
	wantRefusal(t, <-done, http.StatusServiceUnavailable, auth.KeysUnavailable)
	_, err := v.Verify(t.Context(), token)
	wantRefusal(t, err, http.StatusServiceUnavailable, auth.KeysUnavailable)
	wantFetches(t, svc, 1)
}
