package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/docket-handoff/docket/store"
)

const (
	lockWait = time.Second // how long Open waits for another process to let go of the file

	// While the file is shorter than this, in bytes, it grows under the map, and a commit never waits for a long View to
	// end so that the map can be made anew. It is address space, not memory.
	mapSize = 256 << 20
)

var rows = []byte("rows")

// Engine is a store.Engine over one bbolt file. Open makes one.
type Engine struct {
	db      *bbolt.DB
	commits commits
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
	db, err := openFile(path, bbolt.Options{FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapSize})
	if err != nil {
		return nil, err
	}
	if fresh {
		if err := found(db, path); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return &Engine{db: db}, nil
}

// openFile opens the file, and turns what bbolt does over a damaged page, a panic or a fault of the memory map, into an
// error.
func openFile(path string, options bbolt.Options) (db *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer damage(&err, path)
	options.Timeout = lockWait
	db, err = bbolt.Open(path, 0o600, &options)
	var refused *os.PathError
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s; stop the other docket first, or give this one a store of its own", store.ErrLocked, path)
	case errors.As(err, &refused):
		return nil, fmt.Errorf("the store %s cannot be opened: %w", path, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %s is not a store of this program, or its head is broken (%v); restore a backup", store.ErrDamaged, path, err)
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
	tx, err := e.db.Begin(false)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = tx.Rollback() }()
	t := &transaction{rows: tx.Bucket(rows), readOnly: true}
	return t.run(fn)
}

// translate gives the errors of bbolt the names that callers know.
func translate(err error) error {
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
}
