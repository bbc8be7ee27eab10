package bolt

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"github.com/docket-handoff/docket/store"
)

// Restored is what Restore has done.
type Restored struct {
	Summary
	Aside string // where the store is now that stood in the place, and empty when there was none
}

// ErrExists says that there is a store where one was to be restored.
var ErrExists = errors.New("store: there is a store already")

const restoreCommit = 16 << 20 // bytes of rows that go into one commit of a restored store

// Restore makes a store at path of the rows in a backup, with an identity of its own. It verifies the backup first and the
// new store last; until then path is untouched. A store at path is ErrExists, or, with replace, is moved aside together
// with its identity and can be opened there. store.ErrLocked says that somebody uses it.
//
// renew runs on the new store before anybody else sees it.
func Restore(ctx context.Context, backup, path string, replace bool, renew func(store.Tx) error) (Restored, error) {
	release, occupied, err := claim(backup, path, replace)
	if err != nil {
		return Restored{}, err
	}
	defer release()
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Restored{}, fmt.Errorf("the store's folder cannot be made: %w", err)
	}
	workshop, err := os.MkdirTemp(folder, ".restore-*")
	if err != nil {
		return Restored{}, fmt.Errorf("the store cannot be made: %w", err)
	}
	defer os.RemoveAll(workshop)
	fresh := filepath.Join(workshop, filepath.Base(path))
	done := Restored{}
	if done.Summary, err = rebuild(ctx, backup, fresh, renew); err != nil {
		return Restored{}, err
	}
	if occupied {
		done.Aside = path + ".replaced-" + time.Now().UTC().Format("20060102T150405.000Z")
	}
	return done, exchange(fresh, path, done.Aside)
}

// claim makes sure that nobody uses the store at path, and keeps it so until release where the store can be opened at all.
func claim(backup, path string, replace bool) (release func(), occupied bool, err error) {
	release = func() {}
	old, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return release, false, nil
	}
	if err != nil || !old.Mode().IsRegular() {
		return nil, false, fmt.Errorf("%s is not a file that a store could replace", path)
	}
	if from, err := os.Stat(backup); err == nil && os.SameFile(from, old) {
		return nil, false, fmt.Errorf("%s is the store itself, not a backup of it", backup)
	}
	held, err := OpenReadOnly(path)
	switch {
	case errors.Is(err, store.ErrLocked):
		return nil, false, err
	case err == nil:
		release = func() { _ = held.Close() }
	}
	if !replace {
		release()
		return nil, true, fmt.Errorf("%w: %s", ErrExists, path)
	}
	return release, true, nil
}

// rebuild copies the rows of a backup into a new file, so that nothing else of the backup matters, and looks through it.
func rebuild(ctx context.Context, backup, path string, renew func(store.Tx) error) (Summary, error) {
	from, err := OpenReadOnly(backup)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = from.Close() }()
	if _, err := from.Verify(ctx); err != nil {
		return Summary{}, err
	}
	if err := compact(from, path); err != nil {
		return Summary{}, fmt.Errorf("the store cannot be made: %w", err)
	}
	made, err := Open(path)
	if err != nil {
		return Summary{}, err
	}
	err = made.Update(ctx, renew)
	summary, damage := made.Verify(ctx)
	return summary, errors.Join(err, damage, made.Close())
}

func compact(from *Engine, path string) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer damage(&err, from.path)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	err = bbolt.Compact(db, from.db, restoreCommit)
	if err == nil {
		err = db.Update(func(tx *bbolt.Tx) error {
			about := tx.Bucket(aboutAt)
			books, err := decodeLedger(about.Get(ledgerAt))
			return errors.Join(err, about.Put(identityAt, []byte(rand.Text())), books.keep(tx, about))
		})
	}
	return errors.Join(err, db.Close())
}

// exchange puts a finished store in its place. Whatever interrupts it, Open finds the old store, the new one, or an identity
// whose store is not there, which it refuses: never nothing, which it would take for a beginning.
func exchange(fresh, path, aside string) error {
	steps := []func() error{
		func() error { return keepIdentity(path, aside) },
		func() error { return os.Rename(sidecar(fresh), sidecar(path)) },
		func() error { return syncFolder(filepath.Dir(path)) },
		func() error { return moveAside(path, aside) },
		func() error { return settleIn(fresh, path) },
		func() error { return syncFolder(filepath.Dir(path)) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("the restored store cannot be put in its place: %w", err)
		}
	}
	return nil
}

// keepIdentity copies the identity of a store to where the store will be. One that has none gets one when it is opened.
func keepIdentity(path, aside string) error {
	if aside == "" {
		return nil
	}
	identity, err := os.ReadFile(sidecar(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return replaceFile(sidecar(aside), identity)
}

func moveAside(path, aside string) error {
	if aside == "" {
		return nil
	}
	return os.Rename(path, aside)
}

// settleIn links where it can: unlike a rename, a link never replaces what somebody has made meanwhile.
func settleIn(fresh, path string) error {
	err := os.Link(fresh, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Rename(fresh, path)
}
