package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"

	"go.etcd.io/bbolt"

	"github.com/docket-handoff/docket/store"
)

// commits groups the functions of concurrent callers. Nobody waits for company: whoever gets the turn commits what has
// gathered during the commit before.
type commits struct {
	turn    chan struct{} // holds one token during a commit, and guards closed; a lock that can be waited for in vain
	last    atomic.Uint64 // the last commit that was confirmed
	closed  bool
	done    chan struct{} // closed once the disk did not confirm a commit
	broken  error         // why; read it when done is closed
	mu      sync.Mutex    // guards waiting
	waiting []*call
}

// call is one caller's function and what became of it.
type call struct {
	fn       func(store.Tx) error
	written  []string
	err      error
	panicked any
	settled  bool
}

func newCommits() commits { return commits{turn: make(chan struct{}, 1), done: make(chan struct{})} }

func (c *commits) takeTurn() { c.turn <- struct{}{} }
func (c *commits) endTurn()  { <-c.turn }

// Update is store.Engine's.
func (e *Engine) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{fn: fn}
	e.commits.mu.Lock()
	e.commits.waiting = append(e.commits.waiting, c)
	e.commits.mu.Unlock()

	e.await(ctx, c)
	if c.panicked != nil {
		panic(c.panicked)
	}
	return c.err
}

// await returns when the call is settled, by somebody else's turn or in a turn of its own. When ctx ends before anybody has
// taken the call up, it is withdrawn; later there is nothing to do but to wait for what becomes of it.
func (e *Engine) await(ctx context.Context, c *call) {
	select {
	case e.commits.turn <- struct{}{}:
	case <-ctx.Done():
		if e.commits.withdraw(c) {
			c.err = fmt.Errorf("%w: the commit before did not end in time: %w", store.ErrUnavailable, ctx.Err())
			return
		}
		e.commits.takeTurn()
	}
	defer e.commits.endTurn()
	if !c.settled {
		e.commitWaiting()
	}
	if !c.settled { // its group was left halfway: the goroutine that carried it has ended inside a function
		c.err = fmt.Errorf("%w: interrupted before the commit", store.ErrUnavailable)
	}
}

// withdraw takes back a call that waits. It is false when somebody carries the call already.
func (c *commits) withdraw(gone *call) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.Index(c.waiting, gone)
	if at < 0 {
		return false
	}
	c.waiting = slices.Delete(c.waiting, at, at+1)
	return true
}

// commitWaiting commits everything that waits. A function that fails after it has written takes its company's
// transaction with it; the others then go again without it, and it goes alone.
func (e *Engine) commitWaiting() {
	e.commits.mu.Lock()
	group := e.commits.waiting
	e.commits.waiting = nil
	e.commits.mu.Unlock()
	var alone []*call
	for len(group) > 0 {
		spoiler := e.commit(group)
		if spoiler < 0 {
			break
		}
		alone = append(alone, group[spoiler])
		group = append(group[:spoiler:spoiler], group[spoiler+1:]...)
	}
	for _, c := range alone {
		e.commit([]*call{c})
	}
}

// commit runs the functions of a group in one transaction. It returns the place of one that must go alone, and -1 when
// the whole group is settled.
func (e *Engine) commit(group []*call) (spoiler int) {
	if err := e.Err(); err != nil {
		return settle(group, err)
	}
	tx, err := e.db.Begin(true)
	if err != nil {
		return settle(group, translate(err))
	}
	defer rollback(tx) // changes nothing after a commit
	ground, about, err := newTransaction(tx)
	if err != nil {
		return settle(group, err)
	}
	wrote := false
	for i, c := range group {
		c.run(ground)
		failed := c.err != nil || c.panicked != nil
		if failed && len(c.written) > 0 && len(group) > 1 {
			return i
		}
		wrote = wrote || !failed && len(c.written) > 0
	}
	if wrote {
		err = e.write(tx, about, ground.ledger)
	}
	return e.settleAndWake(group, err)
}

// rollback gives a transaction up. bbolt reads the list of free pages anew then, and panics when it cannot.
func rollback(tx *bbolt.Tx) {
	defer func() { _ = recover() }()
	_ = tx.Rollback()
}

// settleAndWake tells the callers, and those who watch what they wrote.
func (e *Engine) settleAndWake(group []*call, err error) int {
	settle(group, err)
	for _, c := range group {
		if c.err == nil && c.panicked == nil {
			e.watches.wake(c.written)
		}
	}
	return -1
}

// settle gives the error to all who have none of their own.
func settle(group []*call, err error) int {
	for _, c := range group {
		if c.err == nil && c.panicked == nil {
			c.err = err
		}
		c.settled = true
	}
	return -1
}

// run calls the function on the commit's ground. A panic is kept for the caller it belongs to.
func (c *call) run(ground transaction) {
	t := &ground
	c.err, c.written = nil, nil
	defer func() {
		c.panicked = recover()
		c.written = t.written
	}()
	c.err = t.run(c.fn)
}

// write brings the transaction to the disk. After a sync that failed nobody knows what the disk holds, and the kernel may
// have dropped the pages: only a fresh look at the file can tell, so nothing is written until the store is opened anew.
func (e *Engine) write(tx *bbolt.Tx, about *bbolt.Bucket, books *ledger) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = damaged("a page cannot be written (%v)", r)
			e.commits.end(err)
		}
	}()
	if err := e.room(); err != nil {
		return err
	}
	if err := books.keep(tx, about); err != nil {
		return translate(err)
	}
	number := uint64(tx.ID())
	if err = tx.Commit(); err == nil {
		e.commits.last.Store(number)
		return nil
	}
	if unconfirmed(err) {
		e.commits.end(fmt.Errorf("%w: the disk did not confirm a commit; restart to see what it holds: %w", store.ErrUnavailable, err))
		return e.commits.broken
	}
	return translate(err)
}

// end lets nothing be written any more.
func (c *commits) end(cause error) {
	c.broken = cause
	close(c.done)
}

// Broken is closed when nothing can be written any more until the store is opened anew: Err then says why.
func (e *Engine) Broken() <-chan struct{} { return e.commits.done }

// Err is why nothing can be written any more, and nil while something can. It waits for no commit.
func (e *Engine) Err() error {
	select {
	case <-e.commits.done:
		return e.commits.broken
	default:
		return nil
	}
}

// unconfirmed tells a sync that failed, which bbolt reports as a bare number, from a write that was refused: that one
// carries the file's name, and nothing of it counts.
func unconfirmed(err error) bool {
	var refused *os.PathError
	var number syscall.Errno
	return !errors.As(err, &refused) && errors.As(err, &number)
}
