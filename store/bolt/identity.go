package bolt

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/docket-handoff/docket/store"
)

var (
	aboutAt    = []byte("about")
	identityAt = []byte("identity")
)

// finding is what a look at a store has found before it is opened for writing.
type finding struct {
	fresh    bool // a store is to be founded
	identity string
	size     int64 // of the file, in bytes
	warnings []string
	suspect  bool
}

// examine looks at what is at path before anything is written there. A store is to be founded when nothing is there yet,
// or nothing but the empty database of a first start that died.
func examine(path string, l limits) (finding, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(sidecar(path)); err == nil {
			return finding{}, fmt.Errorf("the store %s is missing, but its identity %s is there; restore a backup, or remove the identity to begin with an empty store",
				path, sidecar(path))
		}
		return finding{fresh: true}, nil
	}
	size, err := fileSize(path)
	if err != nil {
		return finding{}, err
	}
	if err := private(path); err != nil {
		return finding{}, err
	}
	e, err := openFile(path, bbolt.Options{ReadOnly: true})
	if err != nil {
		return finding{}, err
	}
	seen, err := e.inspect(size, l)
	return seen, errors.Join(err, e.db.Close())
}

// inspect compares the store with the file beside it, and looks through it as far as that is cheap.
func (e *Engine) inspect(size int64, l limits) (finding, error) {
	name, err := e.readName(size)
	if err != nil {
		return finding{}, err
	}
	beside, err := readSidecar(e.path)
	switch {
	case err != nil:
		return finding{}, err
	case name.blank && beside.identity == "":
		return finding{fresh: true}, nil
	case name.identity == "":
		return finding{}, nameless(e.path)
	}
	seen := finding{identity: name.identity, size: size}
	err = seen.judge(e, beside, l)
	return seen, err
}

// judge completes what was seen of a store that is ours.
func (seen *finding) judge(e *Engine, beside mark, l limits) error {
	h, whole, err := e.heads()
	switch {
	case err != nil:
		return err
	case beside.found && beside.identity != seen.identity:
		return fmt.Errorf("%s is not the store that %s names; put the right one back, or remove %s if this one is meant",
			e.path, sidecar(e.path), sidecar(e.path))
	case h.commit < beside.commit:
		return damaged("%s ends with commit %d, but commit %d was written: it is an older copy, or its head is broken", e.path, h.commit, beside.commit)
	}
	if !whole {
		seen.warn("one of the store's two heads is broken; if that was no power failure, the last commit may be missing")
	}
	if beside.found && !beside.closed {
		seen.warn("the store was not closed the last time")
	}
	if small := h.size() <= l.verifyAtOnce; !small {
		seen.suspect = !beside.closed
		return newPages(e.file, h).outline(context.Background())
	}
	a := &audit{pages: newPages(e.file, h)}
	err = a.run(context.Background())
	if rows := a.verdict(); err == nil && rows != nil {
		seen.warn(rows.Error())
	}
	return err
}

func (seen *finding) warn(sentence string) { seen.warnings = append(seen.warnings, sentence) }

// fileSize is how long a file is that can be a store.
func fileSize(path string) (int64, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, fmt.Errorf("there is no %s: %w", path, fs.ErrNotExist)
	case err != nil:
		return 0, fmt.Errorf("the store %s cannot be examined: %w", path, err)
	case !info.Mode().IsRegular():
		return 0, fmt.Errorf("the store %s is not a file", path)
	case info.Size() == 0: // bbolt would make a new store out of it
		return 0, fmt.Errorf("%w: the store %s is an empty file; restore a backup, or remove it and %s to begin anew", store.ErrDamaged, path, sidecar(path))
	}
	return info.Size(), nil
}

// private refuses a store that others can read.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("the store %s cannot be examined: %w", path, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("the store %s can be read by others (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	return nil
}

// name is what a database says it is.
type name struct {
	identity string // empty in one that is not ours
	blank    bool   // it holds nothing at all
}

// readName first compares the file's length with what its head says, before a read runs over the end.
func (e *Engine) readName(size int64) (n name, err error) {
	h, _, err := e.heads()
	if err != nil {
		return name{}, err
	}
	if size < h.size() {
		return name{}, damaged("%s is cut off, %d bytes of %d", e.path, size, h.size())
	}
	n.blank = true
	rows, identity := false, ""
	p, ctx := newPages(e.file, h), context.Background()
	err = p.tree(ctx, h.root, nil, nil, func(flags uint32, key, value []byte) error {
		n.blank = false
		rows = rows || string(key) == string(rowsAt)
		if string(key) != string(aboutAt) {
			return nil
		}
		return p.entries(ctx, flags, value, func(_ uint32, key, value []byte) error {
			if string(key) == string(identityAt) {
				identity = string(value)
			}
			return nil
		})
	})
	if rows {
		n.identity = identity
	}
	return n, err
}

// heads reads the head that counts; whole is false when the other one is broken.
func (e *Engine) heads() (h head, whole bool, err error) {
	err = e.db.View(func(tx *bbolt.Tx) error {
		h, err = headOf(tx)
		return err
	})
	if err != nil {
		return h, false, err
	}
	other := make([]byte, pageHead+headSize)
	if _, err := e.file.ReadAt(other, int64((h.commit+1)%2)*h.pageSize); err != nil {
		return h, false, nil
	}
	_, whole = readHead(other)
	return h, whole, nil
}

// begin founds a fresh store, and notes that the store is in use.
func (e *Engine) begin(fresh bool) error {
	if fresh {
		if err := e.found(); err != nil {
			return fmt.Errorf("the store %s cannot be made: %w", e.path, err)
		}
	}
	err := e.db.View(func(tx *bbolt.Tx) error {
		e.commits.last.Store(uint64(tx.ID()))
		return nil
	})
	if err != nil {
		return translate(err)
	}
	return e.mark(false)
}

func (e *Engine) found() error {
	e.identity = rand.Text()
	return e.db.Update(func(tx *bbolt.Tx) error {
		about, err := tx.CreateBucketIfNotExists(aboutAt)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucketIfNotExists(rowsAt); err != nil {
			return err
		}
		return errors.Join(about.Put(identityAt, []byte(e.identity)), ledger{}.keep(tx, about))
	})
}

func sidecar(path string) string { return path + ".id" }

// mark is what stands in the file beside a store: which one it is, and up to which commit it was surely written.
type mark struct {
	found    bool
	identity string
	closed   bool
	commit   uint64
}

// readSidecar reads two lines: the identity, and "open" or "closed" with the commit.
func readSidecar(path string) (mark, error) {
	raw, err := os.ReadFile(sidecar(path))
	if errors.Is(err, fs.ErrNotExist) {
		return mark{}, nil
	}
	if err != nil {
		return mark{}, fmt.Errorf("the store's identity cannot be read: %w", err)
	}
	identity, state, _ := strings.Cut(strings.TrimSpace(string(raw)), "\n")
	state, number, _ := strings.Cut(state, " ")
	commit, err := strconv.ParseUint(number, 10, 64)
	return mark{found: true, identity: identity, closed: state == "closed" && err == nil, commit: commit}, nil
}

// mark brings the sidecar to the disk, unless it says the same already, or that the store was closed: that is the last word. It
// never stands there half written.
func (e *Engine) mark(closed bool) error {
	e.sidecar.Lock()
	defer e.sidecar.Unlock()
	now := mark{found: true, identity: e.identity, closed: closed, commit: e.commits.last.Load()}
	if e.sidecar.says.closed || e.sidecar.says == now {
		return nil
	}
	state := "open"
	if closed {
		state = "closed"
	}
	content := fmt.Sprintf("%s\n%s %d\n", now.identity, state, now.commit)
	if err := replaceFile(sidecar(e.path), []byte(content)); err != nil {
		return fmt.Errorf("the store's identity cannot be written: %w", err)
	}
	e.sidecar.says = now
	return nil
}

// replaceFile writes a private file beside its place, brings it to the disk, and renames it.
func replaceFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = bytes.NewReader(content).WriteTo(f)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
