package bolt_test

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

func nothing(store.Tx) error { return nil }

// saved is a backup with some rows, and what they are.
func saved(t *testing.T) (path string, truth map[string]string) {
	t.Helper()
	engine, truth := open(t, place(t)), map[string]string{}
	life(t, engine, rand.New(rand.NewPCG(9, 9)), 40, truth)
	copied, path := backup(t, engine)
	if err := copied.Close(); err != nil {
		t.Fatal(err)
	}
	return path, truth
}

// TestRestoreOfASnapshot: the file of a store in use, as it was at one moment, is as good as a backup.
func TestRestoreOfASnapshot(t *testing.T) {
	path := place(t)
	if _, err := bolt.Restore(t.Context(), abandoned(t), path, false, nothing); err != nil {
		t.Fatal(err)
	}
	if rows := dump(t, open(t, path)); len(rows) != 3 {
		t.Errorf("the rows are %q", rows)
	}
}

// TestRestore puts a backup where nothing is, where a store is, and where a store was lost.
func TestRestore(t *testing.T) {
	from, truth := saved(t)
	for _, row := range []struct {
		name    string
		make    func(t *testing.T, path string)
		replace bool
		aside   bool
	}{
		{"nothing there", func(*testing.T, string) {}, false, false},
		{"nothing there, and it may be replaced", func(*testing.T, string) {}, true, false},
		{"a store", func(t *testing.T, path string) { copyStore(t, path) }, true, true},
		{"a store without its identity", func(t *testing.T, path string) {
			copyStore(t, path)
			if err := os.Remove(path + ".id"); err != nil {
				t.Fatal(err)
			}
		}, true, true},
		{"a damaged store", func(t *testing.T, path string) {
			copyStore(t, path)
			scribble(t, path, 0, make([]byte, 2*os.Getpagesize()))
		}, true, true},
		{"an empty file", func(t *testing.T, path string) { write(t, path, "") }, true, true},
		{"an identity whose store was lost", func(t *testing.T, path string) { write(t, path+".id", "IDENTITY\nclosed 99\n") }, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := place(t)
			row.make(t, path)
			old, _ := os.ReadFile(path)
			oldIdentity, _ := os.ReadFile(path + ".id")
			done, err := bolt.Restore(t.Context(), from, path, row.replace, nothing)
			if err != nil {
				t.Fatal(err)
			}
			engine := open(t, path)
			if rows := dump(t, engine); !maps.Equal(rows, truth) || done.Rows != uint64(len(truth)) {
				t.Errorf("%d rows are there, %d restored, %d in the backup", len(rows), done.Rows, len(truth))
			}
			if warned := engine.Warnings(); len(warned) > 0 {
				t.Errorf("it warns: %q", warned)
			}
			if row.aside != (done.Aside != "") {
				t.Fatalf("the old store is at %q", done.Aside)
			}
			want := 2 // the store and its identity
			if row.aside {
				want++
				if read(t, done.Aside) != string(old) {
					t.Error("the old store is not what it was")
				}
				if oldIdentity != nil {
					want++
					if read(t, done.Aside+".id") != string(oldIdentity) {
						t.Error("the old identity is not what it was")
					}
				}
			}
			if got := folder(t, filepath.Dir(path)); len(got) != want {
				t.Errorf("%d files are in the folder, want %d", len(got), want)
			}
		})
	}
}

// TestRestoreIsAnotherStore: it has an identity of its own, so that a mistake between the two is noticed.
func TestRestoreIsAnotherStore(t *testing.T) {
	from, _ := saved(t)
	var identities []string
	for range 2 {
		path := place(t)
		if _, err := bolt.Restore(t.Context(), from, path, false, nothing); err != nil {
			t.Fatal(err)
		}
		identity, _, _ := strings.Cut(read(t, path+".id"), "\n")
		identities = append(identities, identity)
		for name, mode := range map[string]fs.FileMode{filepath.Dir(path): 0o700, path: 0o600, path + ".id": 0o600} {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s has not the mode %04o: %v, %v", name, mode, info, err)
			}
		}
	}
	if identities[0] == identities[1] {
		t.Errorf("both are %s", identities[0])
	}
}

func TestRestoreRenews(t *testing.T) {
	engine := open(t, place(t))
	put(t, engine, "epoch", "one")
	put(t, engine, "row", "kept")
	_, from := backup(t, engine)
	path := place(t)
	done, err := bolt.Restore(t.Context(), from, path, false, func(tx store.Tx) error { return tx.Delete("epoch") })
	if err != nil || done.Rows != 1 {
		t.Errorf("%d rows, %v", done.Rows, err)
	}
	if rows := dump(t, open(t, path)); len(rows) != 1 || rows["row"] != "kept" {
		t.Errorf("the rows are %q", rows)
	}
}

// TestRestoreRefuses wants an error and everything as it was.
func TestRestoreRefuses(t *testing.T) {
	from, _ := saved(t)
	refusal := errors.New("no")
	for _, row := range []struct {
		name    string
		make    func(t *testing.T, path string) (backup string)
		renew   func(store.Tx) error
		replace bool
		want    error // nil: any
	}{
		{"a store is there", func(t *testing.T, path string) string { copyStore(t, path); return from }, nothing, false, bolt.ErrExists},
		{"an empty file is there", func(t *testing.T, path string) string { write(t, path, ""); return from }, nothing, false, bolt.ErrExists},
		{"a folder is there", func(t *testing.T, path string) string {
			if err := os.MkdirAll(path, 0o700); err != nil {
				t.Fatal(err)
			}
			return from
		}, nothing, true, nil},
		{"a store that is in use", func(t *testing.T, path string) string { open(t, path); return from }, nothing, true, store.ErrLocked},
		{"the store itself", func(t *testing.T, path string) string { copyStore(t, path); return path }, nothing, true, nil},
		{"no backup", func(t *testing.T, path string) string { copyStore(t, path); return path + ".missing" }, nothing, true, fs.ErrNotExist},
		{"an empty backup", func(t *testing.T, path string) string {
			copyStore(t, path)
			empty := filepath.Join(t.TempDir(), "empty")
			write(t, empty, "")
			return empty
		}, nothing, true, store.ErrDamaged},
		{"a damaged backup", func(t *testing.T, path string) string {
			copyStore(t, path)
			bad := filepath.Join(t.TempDir(), "bad")
			content := []byte(read(t, from))
			at := bytes.LastIndex(content, []byte("aaaaaaaa"))
			content[at] ^= 1
			write(t, bad, string(content))
			return bad
		}, nothing, true, store.ErrDamaged},
		{"a backup that is cut off", func(t *testing.T, path string) string {
			copyStore(t, path)
			bad := filepath.Join(t.TempDir(), "bad")
			content := read(t, from)
			write(t, bad, content[:len(content)-1])
			return bad
		}, nothing, true, store.ErrDamaged},
		{"a database of another program", func(t *testing.T, path string) string {
			copyStore(t, path)
			bad := filepath.Join(t.TempDir(), "bad")
			foreign(t, bad, nil)
			return bad
		}, nothing, true, store.ErrDamaged},
		{"it cannot be renewed", func(t *testing.T, path string) string { copyStore(t, path); return from },
			func(store.Tx) error { return refusal }, true, refusal},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := place(t)
			backup := row.make(t, path)
			before := folder(t, filepath.Dir(path))
			_, err := bolt.Restore(t.Context(), backup, path, row.replace, row.renew)
			if err == nil || row.want != nil && !errors.Is(err, row.want) {
				t.Errorf("got the error %v, want %v", err, row.want)
			}
			if !equal(before, folder(t, filepath.Dir(path))) {
				t.Error("the folder has changed")
			}
		})
	}
}
