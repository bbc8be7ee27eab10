package auth

import (
	"errors"
	"math/rand/v2"
	"time"
)

const (
	refusalPause    = 2 * time.Second  // after a refusal that names no time; doubled for each that follows
	maxRefusalPause = 30 * time.Second // soon enough for an admin who has mended the cause
)

// pauseAfter is how long a source is quiet after so many refusals in a row: as
// long as it was asked to be, and else a little longer each time, spread so that
// replicas do not come back together.
func pauseAfter(err error, refusals int) time.Duration {
	var refused *TokenError
	if errors.As(err, &refused) && refused.RetryAfter > 0 {
		return min(refused.RetryAfter, maxRetryAfter)
	}
	pause := min(refusalPause<<min(refusals-1, 10), maxRefusalPause)
	return pause/2 + rand.N(pause/2)
}

// waiting is a refusal together with what is left of the pause that it brought.
type waiting struct {
	error
	refused TokenError
}

// again says of a refusal how long nobody asks. What no endpoint said stays as it is.
func again(err error, left time.Duration) error {
	var refused *TokenError
	if !errors.As(err, &refused) {
		return err
	}
	w := &waiting{error: err, refused: *refused}
	w.refused.RetryAfter = left
	return w
}

// Unwrap returns the refusal as it was first given.
func (w *waiting) Unwrap() error { return w.error }

// As answers the refusal with the pause that is left.
func (w *waiting) As(target any) bool {
	refused, ok := target.(**TokenError)
	if ok {
		*refused = &w.refused
	}
	return ok
}
