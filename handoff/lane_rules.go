package handoff

import (
	"errors"
	"time"
)

// The patience of a lane.
const (
	settle      = 20 * time.Second // after a doubt: a service that accepts late has most likely done so by then
	rest        = time.Minute      // after a second doubt: it has surely done so by then
	backoffMin  = time.Second
	backoffMax  = time.Minute
	maxTries    = 30
	giveUpAfter = 24 * time.Hour
	maxPause    = time.Hour
)

// verdict is what the rules make of one attempt.
type verdict string

const (
	verdictSent   verdict = "sent"
	verdictAgain  verdict = "again"  // certainly not there: try again later
	verdictDoubt  verdict = "doubt"  // nobody knows: wait, then once more with an ordinal
	verdictHeld   verdict = "held"   // nobody knows, twice, and it has rested: leave it to a person
	verdictFailed verdict = "failed" // certainly not there, and no use to try again
)

// judged is a job after an attempt, and what the rules make of it.
type judged struct {
	job
	verdict
}

// judge decides what becomes of the jobs that one post stood for. chance, from 0 to 1, spreads the retries of many.
func judge(sent []job, err error, now time.Time, chance float64) []judged {
	out := make([]judged, len(sent))
	failed := failureOf(err)
	for i, j := range sent {
		j, v := judgeOne(j, failed, len(sent), now, chance)
		out[i] = judged{j, v}
	}
	return out
}

func failureOf(err error) *DeliveryError {
	var failed *DeliveryError
	var p *panicked
	switch {
	case errors.As(err, &p):
		failed = &DeliveryError{Cause: "the platform failed on this post", Err: p}
	case err != nil && !errors.As(err, &failed):
		failed = &DeliveryError{Cause: "the outcome is unknown", Err: err}
	}
	return failed
}

// judgeOne decides about a job that shared its post with so many. Changing a card or erasing twice does no harm, so these
// are tried again where a line would be in doubt.
func judgeOne(j job, failed *DeliveryError, together int, now time.Time, chance float64) (job, verdict) {
	if failed == nil {
		return j, verdictSent
	}
	j.Cause = failed.Cause
	var p *panicked
	switch {
	case errors.As(failed.Err, &p):
		return panickedAt(j, now, chance)
	case failed.TooLarge && j.Kind == PostLine:
		return smaller(j, together, now)
	case failed.Certain && !failed.Retry:
		return hopeless(j, now)
	case failed.Certain || j.repeatable() && !failed.Anew:
		return again(j, failed, now, chance)
	}
	return doubt(j, now)
}

func (j job) repeatable() bool { return j.Kind == PostCard || j.Kind == PostErase }

// again tries later, with a pause that grows and is spread over its whole length, and never before the channel asks for it.
// A channel that is out of reach, or written to too fast, says nothing about the post, so that only the day ends these tries.
func again(j job, failed *DeliveryError, now time.Time, chance float64) (job, verdict) {
	if !failed.Channel && !failed.Throttled {
		j.Refusals++
	}
	if failed.Tries > 0 {
		j.Few++
	}
	if j.Refusals >= maxTries || failed.Tries > 0 && j.Few >= failed.Tries || now.Sub(j.At) > giveUpAfter {
		return hopeless(j, now)
	}
	j.Phase, j.NotBefore = phasePending, now.Add(max(backoff(j.Attempt, chance), min(failed.RetryAfter, maxPause)))
	return j, verdictAgain
}

// backoff is the pause after so many attempts.
func backoff(attempts int, chance float64) time.Duration {
	return time.Duration(chance * float64(min(backoffMin<<min(max(attempts-1, 0), 10), backoffMax)))
}

// panickedAt tries a post again that made its platform panic, with a mark and without company, and not often. Most likely
// it was never made.
func panickedAt(j job, now time.Time, chance float64) (job, verdict) {
	if j.Panics++; j.Panics >= maxPanics {
		return hopeless(j, now)
	}
	j.Phase, j.NotBefore = phasePending, now.Add(backoff(j.Panics, chance))
	return j, verdictAgain
}

// smaller gives a line that was too large another try at once: alone where it had company, and half as long where not.
func smaller(j job, together int, now time.Time) (job, verdict) {
	switch {
	case together > 1:
		j.Alone = true
	case len(j.Text)>>(j.Cut+1) >= minCut:
		j.Alone = true
		j.Cut++
	default:
		return hopeless(j, now)
	}
	j.Phase, j.NotBefore = phasePending, now
	return j, verdictAgain
}

// doubt waits until a late acceptance would most likely have shown, and allows one more attempt. After that the job rests,
// with all that stand behind it, until nothing can show any more: what is held must not appear behind what was said later.
func doubt(j job, now time.Time) (job, verdict) {
	j.Doubts++
	j.Phase, j.NotBefore = phasePending, now.Add(settle)
	if j.Doubts > 1 {
		j.Phase, j.NotBefore = phaseResting, now.Add(rest)
	}
	return j, verdictDoubt
}

// hopeless is what a job is that is not tried any more: certainly not there, unless nobody knows of an attempt before. That
// one may show yet, so the job rests and is held.
func hopeless(j job, now time.Time) (job, verdict) {
	if j.Doubts == 0 {
		return j, verdictFailed
	}
	j.Phase, j.NotBefore = phaseResting, now.Add(rest)
	return j, verdictDoubt
}

// failedInside is what a job is that the desk itself failed on: in doubt when it was being sent, and otherwise tried again a
// few times.
func failedInside(j job, now time.Time) judged {
	after := doubt
	if j.Phase != phaseSending {
		after = func(j job, now time.Time) (job, verdict) { return panickedAt(j, now, 1) }
	}
	j, v := after(j, now)
	return judged{j, v}
}

// interrupted is what jobs are that were being sent when the process died: in doubt.
func interrupted(sending []job, now time.Time, chance float64) []judged {
	return judge(sending, &DeliveryError{Cause: "the server stopped while it was being sent"}, now, chance)
}
