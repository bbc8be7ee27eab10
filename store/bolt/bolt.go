// Package bolt keeps the rows in one file on the local disk, through bbolt. It is the default engine: nothing to install,
// one process, one fsync a commit.
//
// Open refuses what it cannot trust (a damaged, empty or foreign file, a file that is missing although its identity is
// there, a file another process holds) and never puts a fresh store in the place of an old one. Each row carries a
// checksum that is verified at every read. Commits of concurrent callers are grouped.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/docket-handoff/docket/store"
)

const (
	lockWait   = time.Second          // how long Open waits for another process to let go of the file
	groupDelay = 1 * time.Millisecond // how long a commit waits for company
)

var rows = []byte("rows")

// Engine is a store.Engine over one bbolt file. Open makes one.
type Engine struct {
	db      *bbolt.DB
	watches watches
}

// Open opens the store at path, and creates it (readable by its owner alone) when neither it nor its identity exists.
// The identity is a small file beside it, path + ".id": it outlives a store that was lost or moved, so that a missing
// store is an error and not an empty one. The error says what is wrong and what to do, and is store.ErrLocked or
// store.ErrDamaged where one of these fits.
func Open(path string) (*Engine, error) {
	fresh, err := examine(path)
	if err != nil {
		return nil, err
	}
	if fresh {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("the store's folder cannot be made: %w", err)
		}
	}
	db, err := openFile(path)
	if err != nil {
		return nil, err
	}
	db.MaxBatchDelay = groupDelay
	if err := identify(db, path, fresh); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Engine{db: db}, nil
}

// openFile opens the file, and turns bbolt's panics over a damaged page into errors.
func openFile(path string) (db *bbolt.DB, err error) {
	defer func() {
		if r := recover(); r != nil {
			db, err = nil, fmt.Errorf("%w: %s cannot be read (%v); restore a backup", store.ErrDamaged, path, r)
		}
	}()
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, FreelistType: bbolt.FreelistMapType})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s; stop the other docket first, or give this one a store of its own", store.ErrLocked, path)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return nil, fmt.Errorf("%w: %s is not a store of this program, or its head is broken (%v); restore a backup", store.ErrDamaged, path, err)
	case err != nil:
		return nil, fmt.Errorf("the store %s cannot be opened: %w", path, err)
	}
	return db, nil
}

// Close waits for running transactions and releases the file.
func (e *Engine) Close() error { return e.db.Close() }

// Watch is store.Engine's.
func (e *Engine) Watch(ctx context.Context, prefix string) <-chan struct{} {
	return e.watches.add(ctx, prefix)
}

// View is store.Engine's.
func (e *Engine) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return translate(e.db.View(func(tx *bbolt.Tx) error {
		t := &transaction{rows: tx.Bucket(rows), readOnly: true}
		return t.run(fn)
	}))
}

// Update is store.Engine's.
func (e *Engine) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var written []string
	err := e.db.Batch(func(tx *bbolt.Tx) error {
		t := &transaction{rows: tx.Bucket(rows)}
		err := t.run(fn)
		written = t.written
		return err
	})
	if err != nil {
		return translate(err)
	}
	e.watches.wake(written)
	return nil
}

// translate gives the errors of bbolt the names that callers know.
func translate(err error) error {
	var path *os.PathError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bolterrors.ErrDatabaseNotOpen):
		return store.ErrClosed
	case errors.As(err, &path), errors.Is(err, bolterrors.ErrMaxSizeReached):
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	default:
		return err
	}
}

// transaction is a store.Tx on bbolt's bucket of rows.
type transaction struct {
	rows     *bbolt.Bucket
	readOnly bool
	written  []string
	failed   error // a damaged row met by Scan, which has no error of its own
}

func (t *transaction) run(fn func(store.Tx) error) error {
	if err := fn(t); err != nil {
		return err
	}
	return t.failed
}

func (t *transaction) Get(key string) ([]byte, error) {
	sealed := t.rows.Get([]byte(key))
	if sealed == nil {
		return nil, store.ErrNotFound
	}
	return unseal(key, sealed)
}

func (t *transaction) Put(key string, value []byte) error {
	if err := t.writable(key); err != nil {
		return err
	}
	return t.rows.Put([]byte(key), seal(value))
}

func (t *transaction) Delete(key string) error {
	if err := t.writable(key); err != nil {
		return err
	}
	return t.rows.Delete([]byte(key))
}

func (t *transaction) writable(key string) error {
	if t.readOnly {
		return store.ErrReadOnly
	}
	if key == "" || len(key) > store.MaxKey {
		return store.ErrKey
	}
	t.written = append(t.written, key)
	return nil
}

// Scan seeks anew for each row, so that the loop may write while it runs: a bbolt cursor does not survive a write.
func (t *transaction) Scan(prefix, after string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		last := after
		for {
			key, sealed := t.next(prefix, last)
			if key == "" {
				return
			}
			value, err := unseal(key, sealed)
			if err != nil {
				t.failed = err
				return
			}
			if !yield(key, value) {
				return
			}
			last = key
		}
	}
}

// next finds the first row under prefix that sorts behind last.
func (t *transaction) next(prefix, last string) (string, []byte) {
	from := max(prefix, last)
	cursor := t.rows.Cursor()
	key, value := cursor.Seek([]byte(from))
	if key != nil && last != "" && string(key) == last {
		key, value = cursor.Next()
	}
	if key == nil || !strings.HasPrefix(string(key), prefix) {
		return "", nil
	}
	return string(key), value
}
