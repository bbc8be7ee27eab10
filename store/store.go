package store

import (
	"context"
	"errors"
	"iter"
)

// Engine is a place that keeps rows.
type Engine interface {
	// View runs fn on a consistent picture of the store. Writes inside it fail with ErrReadOnly.
	View(ctx context.Context, fn func(Tx) error) error

	// Update runs fn and commits what it wrote. fn may run more than once, alone or together with other callers'
	// functions in one commit: it touches nothing but its Tx. An error from fn is returned as it is. When ctx ends while
	// others' functions are waited for, it gives up with ErrUnavailable; what is being committed is waited for, whatever
	// ctx says.
	Update(ctx context.Context, fn func(Tx) error) error

	// Watch returns a channel that holds one token after any key under prefix was committed, however many commits
	// there were. prefix ends with a slash. The channel is never closed; it is forgotten when ctx ends.
	Watch(ctx context.Context, prefix string) <-chan struct{}

	// Close releases the engine's resources. Transactions after it fail with ErrClosed.
	Close() error
}

// Tx is one transaction. Slices it returns belong to the caller.
type Tx interface {
	// Get returns the value at key, or ErrNotFound.
	Get(key string) ([]byte, error)

	// Put writes value at key. Keys are 1 to 1,024 bytes long.
	Put(key string, value []byte) error

	// Delete removes key; a key that is not there is no error.
	Delete(key string) error

	// Scan yields the rows whose keys begin with prefix and sort behind after, in order. An empty after starts at the
	// first. A row that cannot be read ends the scan and fails the transaction. The rows are those of the moment the
	// loop reaches them: a loop may delete the row it stands on.
	Scan(prefix, after string) iter.Seq2[string, []byte]

	// Each is Scan for whoever goes on behind a row that cannot be read: it yields that row too, and fails nothing. Only where
	// the rows behind it cannot be found either does it end as Scan does.
	Each(prefix, after string) iter.Seq2[string, Row]
}

// Row is what Each finds at a key.
type Row struct {
	Value []byte
	Err   error // ErrDamaged: the value cannot be read, and perhaps the key is not the one that was written either
}

// MaxKey is the longest key an engine takes, in bytes.
const MaxKey = 1024

// The errors that every engine shares. Engines wrap them with what they know; callers compare with errors.Is.
var (
	// ErrNotFound says that there is no row at the key.
	ErrNotFound = errors.New("store: no such row")
	// ErrReadOnly answers a write inside View.
	ErrReadOnly = errors.New("store: this transaction only reads")
	// ErrClosed answers a call after Close.
	ErrClosed = errors.New("store: closed")
	// ErrKey answers a key that is empty or longer than MaxKey.
	ErrKey = errors.New("store: a key is 1 to 1024 bytes")
	// ErrDamaged says that a row or the whole store does not hold what was written to it.
	ErrDamaged = errors.New("store: damaged")
	// ErrLocked says that another process has the store open.
	ErrLocked = errors.New("store: in use by another process")
	// ErrUnavailable says that the store cannot write now: nothing was lost, the caller may try again later.
	ErrUnavailable = errors.New("store: cannot write")
)
