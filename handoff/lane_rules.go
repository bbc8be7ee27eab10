package handoff

import (
	"errors"
	"time"
)

// The patience of a lane.
const (
	settle      = 20 * time.Second // after a doubt: a service that accepts late has done so by then
	backoffMin  = time.Second
	backoffMax  = time.Minute
	maxAttempts = 30
	giveUpAfter = 24 * time.Hour
	maxPause    = time.Hour
)

// verdict is what the rules make of one attempt.
type verdict string

const (
	verdictSent   verdict = "sent"
	verdictAgain  verdict = "again"  // certainly not there: try again later
	verdictDoubt  verdict = "doubt"  // nobody knows: wait, then once more with an ordinal
	verdictHeld   verdict = "held"   // nobody knows, twice: leave it to a person
	verdictFailed verdict = "failed" // certainly not there, and no use to try again
)

// judge decides what becomes of a job after an attempt. Doing a card or an erasure twice does no harm, so these are tried
// again where a line would be in doubt.
func judge(j job, err error, now time.Time) (job, verdict) {
	if err == nil {
		return j, verdictSent
	}
	var failed *DeliveryError
	if !errors.As(err, &failed) {
		failed = &DeliveryError{Cause: "the outcome is unknown", Err: err}
	}
	j.Cause = failed.Cause
	repeatable := j.Kind == PostCard || j.Kind == PostErase
	switch {
	case failed.Certain && !failed.Retry:
		return j, verdictFailed
	case failed.Certain || repeatable:
		return again(j, failed.RetryAfter, now)
	}
	return doubt(j, now)
}

func again(j job, least time.Duration, now time.Time) (job, verdict) {
	if j.Attempt >= maxAttempts || now.Sub(j.At) > giveUpAfter {
		return j, verdictFailed
	}
	pause := min(backoffMin<<min(j.Attempt-1, 10), backoffMax)
	j.Phase, j.NotBefore = phasePending, now.Add(max(pause, min(least, maxPause)))
	return j, verdictAgain
}

// doubt waits until a late acceptance would have shown, and allows one more attempt.
func doubt(j job, now time.Time) (job, verdict) {
	j.Doubts++
	if j.Doubts > 1 {
		j.Phase = phaseHeld
		return j, verdictHeld
	}
	j.Phase, j.NotBefore = phasePending, now.Add(settle)
	return j, verdictDoubt
}

// interrupted is what a job is that was being sent when the process died: in doubt.
func interrupted(j job, now time.Time) (job, verdict) {
	if j.Kind == PostCard || j.Kind == PostErase {
		return again(j, 0, now)
	}
	j.Cause = "the server stopped while it was being sent"
	return doubt(j, now)
}
