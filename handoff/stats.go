package handoff

import "sync/atomic"

// seen is what the desk counts while it runs.
type seen struct {
	lanes   atomic.Int64 // workers that run
	sending atomic.Int64 // posts under way
	retries atomic.Int64 // attempts that certainly failed and are made again
	doubts  atomic.Int64 // attempts of which nobody knows
}

func (s *seen) judged(jobs []judged) {
	for _, j := range jobs {
		switch j.verdict {
		case verdictAgain:
			s.retries.Add(1)
		case verdictDoubt:
			s.doubts.Add(1)
		}
	}
}
