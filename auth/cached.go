package auth

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	tokenEarly   = 5 * time.Minute  // a token is renewed this long before it expires
	tokenPause   = 30 * time.Second // between attempts to renew a token that still serves
	tokenTimeout = 30 * time.Second // for one renewal with all its attempts
	tokenWait    = 5 * time.Second  // how long a caller waits for a renewal when the old token could serve
)

// Fetch asks for a new access token and answers it with its lifetime. A
// lifetime of zero or less means that it is not known.
//
// A Fetch returns soon after its context ends. An error that is a temporary
// [*TokenError] makes it worth another attempt.
type Fetch func(ctx context.Context) (token string, lifetime time.Duration, err error)

// Cached is a TokenSource that remembers what a Fetch answered.
//
// A token is kept until five minutes before it expires. One fetch runs at a
// time, with up to three attempts, and ends within thirty seconds whatever its
// callers do. A renewal that fails leaves the old token in service until it expires.
//
// A refusal is remembered too, so that many sends do not become many requests:
// it is answered again for as long as the endpoint asks to be left alone, at most
// an hour, or for a few seconds that grow to half a minute.
type Cached struct {
	fetch  Fetch
	clock  func() time.Time
	flight singleflight.Group

	mu      sync.Mutex
	token   string
	expires time.Time
	renewAt time.Time

	refusal   error     // of the last fetch; nil if it succeeded
	refusals  int       // in a row
	notBefore time.Time // no fetch before this after one that failed
}

// NewCached makes a token source and fetches nothing. A nil clock is time.Now.
func NewCached(fetch Fetch, clock func() time.Time) *Cached {
	if clock == nil {
		clock = time.Now
	}
	return &Cached{fetch: fetch, clock: clock}
}

// Token implements TokenSource. Its error holds a [*TokenError] when a token
// endpoint refused, whose RetryAfter is the time until it is asked again.
func (c *Cached) Token(ctx context.Context) (string, error) {
	held, refusal, due := c.remembered()
	if !due {
		return held, refusal
	}
	if held != "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, tokenWait)
		defer cancel()
	}
	token, err := c.renew(ctx)
	if err != nil && held != "" {
		c.postpone()
		return held, nil
	}
	return token, err
}

// Invalidate implements TokenSource.
func (c *Cached) Invalidate(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == token {
		c.token, c.expires, c.renewAt = "", time.Time{}, time.Time{}
	}
}

// remembered answers the token that may still be used, or else why there is none,
// and whether it is time to ask for another.
func (c *Cached) remembered() (token string, refusal error, due bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock()
	quiet := now.Before(c.notBefore)
	switch {
	case c.token != "" && now.Before(c.expires):
		return c.token, nil, !quiet && !now.Before(c.renewAt)
	case quiet:
		return "", again(c.refusal, c.notBefore.Sub(now)), false
	}
	return "", nil, true
}

// postpone keeps an unreachable token endpoint from delaying every send while
// the old token still serves.
func (c *Cached) postpone() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.renewAt = c.clock().Add(tokenPause)
}

// renew joins the fetch that is under way or starts one. The fetch outlives a
// caller that gives up: others may wait for it.
func (c *Cached) renew(ctx context.Context) (string, error) {
	detached := context.WithoutCancel(ctx)
	result := c.flight.DoChan("", func() (any, error) { return c.attempt(detached) })
	select {
	case r := <-result:
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	case <-ctx.Done():
		return "", fmt.Errorf("auth: waiting for a token: %w", ctx.Err())
	}
}

func (c *Cached) attempt(ctx context.Context) (string, error) {
	// A caller may have come too late for the fetch before this one.
	if held, refusal, due := c.remembered(); !due {
		return held, refusal
	}
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	token, lifetime, err := c.fetch(ctx)
	for attempt := 1; attempt < tokenAttempts && err != nil; attempt++ {
		if !pauseBefore(ctx, attempt, err) {
			break
		}
		token, lifetime, err = c.fetch(ctx)
	}
	if err != nil {
		return "", c.refused(err)
	}
	c.keep(token, lifetime)
	return token, nil
}

// refused remembers why there is no token, and until when nobody asks again.
func (c *Cached) refused(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusals++
	pause := pauseAfter(err, c.refusals)
	c.refusal, c.notBefore = err, c.clock().Add(pause)
	return again(err, pause)
}

// keep remembers a token for its lifetime. A token of unknown or too short
// lifetime is used once.
func (c *Cached) keep(token string, lifetime time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusal, c.refusals, c.notBefore = nil, 0, time.Time{}
	if lifetime <= tokenEarly {
		return
	}
	c.token = token
	c.expires = c.clock().Add(lifetime)
	c.renewAt = c.expires.Add(-tokenEarly)
}
