package auth

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// The times of the key set. Microsoft asks for a refresh at least every 24
// hours and may add keys at any time.
const (
	keysLifetime   = 24 * time.Hour     // an older set is refreshed before it is used
	keysEarly      = 20 * time.Hour     // from here on a refresh runs beside the traffic
	keysJitter     = 3 * time.Hour      // spreads the early refresh of several replicas
	keysStale      = 5 * 24 * time.Hour // an outage may last this long
	unknownPause   = 5 * time.Minute    // between fetches for unknown key ids
	firstLoadPause = 2 * time.Second    // between attempts while there are no keys at all
	refreshPause   = time.Minute        // between attempts while old keys serve
	fetchTimeout   = 10 * time.Second
	staleWait      = 3 * time.Second // how long a request waits for a refresh when old keys could serve
)

// keyring holds the channel's current key set and decides when to fetch.
type keyring struct {
	fetchKeys func(context.Context) (keySet, error)
	clock     func() time.Time
	log       *slog.Logger

	mu        sync.Mutex
	keys      keySet    // nil until the first load
	loaded    time.Time // when keys arrived
	refreshAt time.Time // when the early refresh is due
	notBefore time.Time // no fetch before this after one that failed
	unknownAt time.Time // when an unknown key id last caused a fetch
	lastErr   error     // of the last fetch; nil if it succeeded
	running   *fetchRun // nil when no fetch is under way
	closed    bool
}

// fetchRun is one fetch; whoever needs its outcome waits for done.
type fetchRun struct {
	done   chan struct{}
	cancel context.CancelFunc
}

func newKeyring(fetch func(context.Context) (keySet, error), clock func() time.Time, log *slog.Logger) *keyring {
	return &keyring{fetchKeys: fetch, clock: clock, log: log}
}

// find answers the key with the given id, or an Error: KeyUnknown when the
// channel does not publish it, KeysUnavailable when that cannot be told.
func (k *keyring) find(ctx context.Context, id string) (*signingKey, error) {
	if key := k.current(id); key != nil {
		return key, nil
	}
	refreshed, refusal := k.ready(ctx)
	if refusal != nil {
		return nil, refusal
	}
	if key := k.get(id); key != nil {
		return key, nil
	}
	if !refreshed {
		if run := k.startForUnknown(); run != nil {
			if err := run.wait(ctx); err != nil {
				return nil, unavailable(err)
			}
			if key := k.get(id); key != nil {
				return key, nil
			}
		}
	}
	return nil, k.unknown()
}

// current answers a key of a set for which no refresh is due. This is how nearly
// every call of find ends.
func (k *keyring) current(id string) *signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.clock().Before(k.refreshAt) {
		return nil
	}
	return k.keys[id]
}

// load makes sure that there are keys.
func (k *keyring) load(ctx context.Context) error {
	if _, refusal := k.ready(ctx); refusal != nil {
		return refusal
	}
	return nil
}

// ready brings the set up to date as far as its age demands. It reports whether
// it saw a fetch end, in which case another one would tell nothing new. Where old
// keys may serve it does not wait long, and the fetch may still be under way.
func (k *keyring) ready(ctx context.Context) (refreshed bool, refusal *Error) {
	run, have := k.plan()
	if run == nil {
		return false, k.usable()
	}
	if have {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, staleWait)
		defer cancel()
	}
	err := run.wait(ctx)
	if err != nil && !have {
		return false, unavailable(err)
	}
	return err == nil, k.usable()
}

// plan starts the fetch that is due, if any, and answers it when the caller
// has to wait for it. It also says whether there are keys meanwhile.
func (k *keyring) plan() (run *fetchRun, have bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock()
	switch {
	case k.keys == nil:
		return k.start(now), false
	case now.Sub(k.loaded) >= keysLifetime:
		return k.start(now), true
	case !now.Before(k.refreshAt):
		k.start(now)
	}
	return nil, true
}

// start answers the running fetch or starts one. It answers nil in the pause
// after a failure, and for ever after close. The caller holds mu.
func (k *keyring) start(now time.Time) *fetchRun {
	if k.running != nil {
		return k.running
	}
	if k.closed || now.Before(k.notBefore) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	k.running = &fetchRun{done: make(chan struct{}), cancel: cancel}
	go k.run(ctx, k.running)
	return k.running
}

// startForUnknown is start for an unknown key id, which anybody can send. A fetch
// that is under way may bring that very key, so it is answered whatever began it.
func (k *keyring) startForUnknown() *fetchRun {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock()
	if k.running != nil {
		return k.running
	}
	if !k.unknownAt.IsZero() && now.Sub(k.unknownAt) < unknownPause {
		return nil
	}
	run := k.start(now)
	if run != nil {
		k.unknownAt = now
	}
	return run
}

func (k *keyring) run(ctx context.Context, run *fetchRun) {
	defer close(run.done)
	defer run.cancel()
	keys, err := k.fetchKeys(ctx)

	k.mu.Lock()
	defer k.mu.Unlock()
	k.running = nil
	k.lastErr = err
	now := k.clock()
	if err != nil {
		k.failed(now)
		return
	}
	k.keys = k.keys.replacedBy(keys)
	k.loaded = now
	k.refreshAt = now.Add(keysEarly + rand.N(keysJitter))
	k.notBefore = time.Time{}
}

func (k *keyring) failed(now time.Time) {
	pause := refreshPause
	if k.keys == nil {
		pause = firstLoadPause
	}
	k.notBefore = now.Add(pause)
	if !k.closed {
		k.log.Warn("auth: signing keys could not be fetched", "error", k.lastErr, "keys_held", len(k.keys), "loaded", k.loaded)
	}
}

func (k *keyring) get(id string) *signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys[id]
}

// usable refuses when there are no keys, or none that may still be trusted.
func (k *keyring) usable() *Error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys != nil && k.clock().Sub(k.loaded) < keysStale {
		return nil
	}
	return unavailable(k.lastErr)
}

// unknown is the refusal of a key id that is not in the set. While fetches fail
// the key might be a new one, so the answer is one that the channel may retry.
func (k *keyring) unknown() *Error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lastErr != nil {
		return unavailable(k.lastErr)
	}
	return unauthorized(KeyUnknown, "the channel service publishes no such key")
}

func (k *keyring) close() {
	k.mu.Lock()
	k.closed = true
	run := k.running
	k.mu.Unlock()
	if run != nil {
		run.cancel()
		<-run.done
	}
}

func (r *fetchRun) wait(ctx context.Context) error {
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func unavailable(cause error) *Error {
	if cause == nil {
		cause = errors.New("no signing keys have been loaded")
	}
	return &Error{Status: http.StatusServiceUnavailable, Reason: KeysUnavailable, Err: cause}
}
