package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/docket-handoff/docket/store"
)

const (
	lockWait = time.Second // how long Open waits for another process to let go of the file

	// While the file is shorter than its map, in bytes, it grows under the map, and a commit never waits for a long View or
	// a backup to end so that the map can be made anew. It is address space, not memory.
	mapSize = 256 << 20
)

var rowsAt = []byte("rows")

// Engine is a store.Engine over one bbolt file. Open makes one.
type Engine struct {
	path     string
	db       *bbolt.DB
	file     *os.File // bbolt's own, for reading beside it
	identity string
	limits   limits
	warnings []string
	suspect  bool
	commits  commits
	watches  watches
	sidecar  struct {
		sync.Mutex
		says mark
	}
}

// Open opens the store at path, and creates it (readable by its owner alone) when neither it nor its identity exists.
// The identity is a small file beside it, path + ".id": it outlives a store that was lost or moved, so that a missing
// store is an error and not an empty one, and it says how far the store was written, so that an older one is noticed. The
// error says what is wrong and what to do, and is store.ErrLocked or store.ErrDamaged where one of these fits.
func Open(path string) (*Engine, error) { return openWithin(path, defaults) }

func openWithin(path string, l limits) (*Engine, error) {
	seen, err := examine(path, l)
	if err != nil {
		return nil, err
	}
	if seen.fresh {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("the store's folder cannot be made: %w", err)
		}
	}
	e, err := openFile(path, bbolt.Options{FreelistType: bbolt.FreelistMapType, InitialMmapSize: int(max(mapSize, 2*seen.size))})
	if err != nil {
		return nil, err
	}
	e.limits, e.identity, e.warnings, e.suspect = l, seen.identity, seen.warnings, seen.suspect
	if err := e.begin(seen.fresh); err != nil {
		return nil, errors.Join(err, e.db.Close())
	}
	e.warnOfNetwork()
	return e, nil
}

// OpenReadOnly opens a store that nobody writes to, or a backup: path needs no identity beside it. Nothing on the disk
// changes, and Update answers store.ErrReadOnly. The error is store.ErrLocked while another process has the store open.
func OpenReadOnly(path string) (*Engine, error) {
	size, err := fileSize(path)
	if err != nil {
		return nil, err
	}
	e, err := openFile(path, bbolt.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	name, err := e.readName(size)
	if err == nil && name.identity == "" {
		err = nameless(path)
	}
	e.identity = name.identity
	if err != nil {
		return nil, errors.Join(err, e.db.Close())
	}
	return e, nil
}

// openFile opens the file, and turns what bbolt does over a damaged page, a panic or a fault of the memory map, into an
// error.
func openFile(path string, options bbolt.Options) (e *Engine, err error) {
	e = &Engine{path: path, limits: defaults, commits: newCommits()}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			_ = e.file.Close() // releases the lock, which bbolt had no occasion to do
			e, err = nil, damaged("%s cannot be read (%v)", path, r)
		}
	}()
	options.Timeout = lockWait
	options.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		file, err := os.OpenFile(name, flag, mode)
		e.file = file
		return file, err
	}
	e.db, err = bbolt.Open(path, 0o600, &options)
	var refused *os.PathError
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s; stop the other docket first, or give this one a store of its own", store.ErrLocked, path)
	case errors.As(err, &refused):
		return nil, fmt.Errorf("the store %s cannot be opened: %w", path, err)
	case err != nil:
		return nil, damaged("%s is not a store of this program, or its head is broken (%v)", path, err)
	}
	return e, nil
}

// Warnings are what an operator should know about the store as it was opened, in whole sentences.
func (e *Engine) Warnings() []string { return e.warnings }

// Suspect says that nobody has looked through the store since it was last left without being closed, because it is too
// large to do that while the caller of Open waits. Verify does it beside the work.
func (e *Engine) Suspect() bool { return e.suspect }

// Close waits for running transactions, notes in the identity how far the store was written, and releases the file.
func (e *Engine) Close() error {
	e.commits.takeTurn()
	defer e.commits.endTurn()
	if e.commits.closed {
		return nil
	}
	e.commits.closed = true
	var err error
	if !e.db.IsReadOnly() && e.Err() == nil {
		err = e.mark(true)
	}
	return errors.Join(err, e.db.Close())
}

// Note brings to the identity how far the store is written by now. Between two notes an older copy that is put back after a
// kill passes for the store itself, so whoever keeps a store open for long calls this from time to time. It costs a sync or
// two, beside the commits.
func (e *Engine) Note() error {
	if e.db.IsReadOnly() {
		return nil
	}
	return e.mark(false)
}

// Watch is store.Engine's.
func (e *Engine) Watch(ctx context.Context, prefix string) <-chan struct{} {
	return e.watches.add(ctx, prefix)
}

// View is store.Engine's.
func (e *Engine) View(ctx context.Context, fn func(store.Tx) error) error {
	return e.look(ctx, func(tx *bbolt.Tx) error {
		t, _, err := newTransaction(tx)
		if err != nil {
			return err
		}
		return t.run(fn)
	})
}

// look runs fn on a picture of the whole file.
func (e *Engine) look(ctx context.Context, fn func(*bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	tx, err := e.db.Begin(false)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = tx.Rollback() }()
	return fn(tx)
}

// translate gives the errors of bbolt the names that callers know.
func translate(err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrDatabaseNotOpen):
		return store.ErrClosed
	case errors.Is(err, bolterrors.ErrDatabaseReadOnly):
		return store.ErrReadOnly
	}
	return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
}
