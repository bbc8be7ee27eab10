package bolt

import "go.etcd.io/bbolt"

// DB lets the tests look at the database behind an engine: its statistics, and limits that play a full disk.
func (e *Engine) DB() *bbolt.DB { return e.db }

// Unconfirmed is the judgement on a commit that failed.
var Unconfirmed = unconfirmed

// Watched counts the prefixes that somebody watches.
func (e *Engine) Watched() int {
	e.watches.mu.Lock()
	defer e.watches.mu.Unlock()
	return len(e.watches.byPrefix)
}

// Waiting is how many calls have come during the commit that is under way.
func (e *Engine) Waiting() int {
	e.commits.mu.Lock()
	defer e.commits.mu.Unlock()
	return len(e.commits.waiting)
}
