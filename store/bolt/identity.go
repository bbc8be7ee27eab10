package bolt

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/docket-handoff/docket/store"
)

var (
	about      = []byte("about")
	identityAt = []byte("identity")
)

// examine looks at what is at path before anything is written there. It says whether a store is to be founded, which is
// so when nothing is there yet, or nothing but the empty database of a first start that died.
func examine(path string) (fresh bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(sidecar(path)); err == nil {
			return false, fmt.Errorf("the store %s is missing, but its identity %s is there; restore a backup, or remove the identity to begin with an empty store",
				path, sidecar(path))
		}
		return true, nil
	}
	switch {
	case err != nil:
		return false, fmt.Errorf("the store %s cannot be examined: %w", path, err)
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("the store %s is not a file", path)
	case info.Size() == 0: // bbolt would make a new store out of it
		return false, fmt.Errorf("%w: the store %s is an empty file; restore a backup, or remove it and %s to begin anew", store.ErrDamaged, path, sidecar(path))
	case info.Mode().Perm()&0o077 != 0:
		return false, fmt.Errorf("the store %s can be read by others (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	db, err := openFile(path, bbolt.Options{ReadOnly: true})
	if err != nil {
		return false, err
	}
	fresh, err = identify(db, path, info.Size())
	return fresh, errors.Join(err, db.Close())
}

// identify compares the identity of a store with that in the file beside it.
func identify(db *bbolt.DB, path string, size int64) (fresh bool, err error) {
	identity, blank, err := readIdentity(db, path, size)
	if err != nil {
		return false, err
	}
	beside, err := os.ReadFile(sidecar(path))
	lost := errors.Is(err, fs.ErrNotExist)
	switch {
	case blank && lost:
		return true, nil
	case identity == nil:
		return false, fmt.Errorf("%w: %s is a database of another program", store.ErrDamaged, path)
	case lost:
		return false, writeSidecar(path, identity)
	case err != nil:
		return false, fmt.Errorf("the store's identity cannot be read: %w", err)
	case strings.TrimSpace(string(beside)) != string(identity):
		return false, fmt.Errorf("%s is not the store that %s names; put the right one back, or remove %s if this one is meant",
			path, sidecar(path), sidecar(path))
	}
	return false, nil
}

// readIdentity returns nil for a file that is not ours; blank says that it holds nothing at all. It first compares the
// file's length with what its head says, before a read runs over the end.
func readIdentity(db *bbolt.DB, path string, size int64) (identity []byte, blank bool, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer damage(&err, path)
	err = db.View(func(tx *bbolt.Tx) error {
		if size < tx.Size() {
			return fmt.Errorf("%w: %s is cut off, %d bytes of %d; restore a backup", store.ErrDamaged, path, size, tx.Size())
		}
		first, _ := tx.Cursor().First()
		blank = first == nil
		if b := tx.Bucket(about); b != nil && tx.Bucket(rows) != nil {
			identity = bytes.Clone(b.Get(identityAt))
		}
		return nil
	})
	return identity, blank, err
}

func found(db *bbolt.DB, path string) error {
	identity := []byte(rand.Text())
	err := db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(about)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucketIfNotExists(rows); err != nil {
			return err
		}
		return b.Put(identityAt, identity)
	})
	if err != nil {
		return fmt.Errorf("the store %s cannot be made: %w", path, err)
	}
	return writeSidecar(path, identity)
}

func sidecar(path string) string { return path + ".id" }

// writeSidecar writes the identity and brings the folder to the disk, in which both files' names stand.
func writeSidecar(path string, identity []byte) error {
	err := os.WriteFile(sidecar(path), append(identity, '\n'), 0o600)
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("the store's identity cannot be written: %w", err)
	}
	return nil
}

func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
