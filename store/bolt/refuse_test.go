package bolt_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

func read(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// foreign makes a bbolt database of another program.
func foreign(t testing.TB, path string, options *bbolt.Options) {
	t.Helper()
	write(t, path, "")
	db, err := bbolt.Open(path, 0o600, options)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("theirs"))
		if err != nil {
			return err
		}
		return b.Put([]byte("key"), []byte("value"))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestRefusals opens what is no store of ours: the error says so, and nothing on the disk has changed.
func TestRefusals(t *testing.T) {
	for _, row := range []struct {
		name string
		make func(t *testing.T, path string)
		want error  // nil: any
		says string // what a person reads
	}{
		{"an empty file", func(t *testing.T, path string) { write(t, path, "") }, store.ErrDamaged, "empty file"},
		{"a short text", func(t *testing.T, path string) { write(t, path, "hello") }, store.ErrDamaged, "not a store"},
		{"a long text", func(t *testing.T, path string) { write(t, path, strings.Repeat("hello\n", 50_000)) }, store.ErrDamaged, "not a store"},
		{"zeros", func(t *testing.T, path string) { write(t, path, string(make([]byte, 1<<16))) }, store.ErrDamaged, "not a store"},
		{"a database of another program", func(t *testing.T, path string) { foreign(t, path, nil) }, store.ErrDamaged, "another program"},
		{"a database of another program, without a free list", func(t *testing.T, path string) {
			foreign(t, path, &bbolt.Options{NoFreelistSync: true})
		}, store.ErrDamaged, "another program"},
		{"a store of ours with a bit flipped in its name", func(t *testing.T, path string) {
			copyStore(t, path)
			write(t, path, strings.ReplaceAll(read(t, path), "about", "abouu"))
		}, store.ErrDamaged, "restore a good backup"},
		{"a folder", func(t *testing.T, path string) {
			if err := os.MkdirAll(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, nil, "not a file"},
		{"a file that the group may read", func(t *testing.T, path string) {
			copyStore(t, path)
			if err := os.Chmod(path, 0o640); err != nil {
				t.Fatal(err)
			}
		}, nil, "chmod 600"},
		{"a file that everybody may read", func(t *testing.T, path string) {
			copyStore(t, path)
			if err := os.Chmod(path, 0o604); err != nil {
				t.Fatal(err)
			}
		}, nil, "chmod 600"},
		{"a missing file whose identity is there", func(t *testing.T, path string) { write(t, path+".id", "IDENTITY\n") }, nil, "is missing"},
		{"the identity of another store", func(t *testing.T, path string) {
			copyStore(t, path)
			write(t, path+".id", "IDENTITY\n")
		}, nil, "is not the store"},
		{"an empty identity", func(t *testing.T, path string) {
			copyStore(t, path)
			write(t, path+".id", "")
		}, nil, "is not the store"},
		{"a store without its heads", func(t *testing.T, path string) {
			copyStore(t, path)
			scribble(t, path, 0, bytes.Repeat([]byte{0x5a}, 2*os.Getpagesize()))
		}, store.ErrDamaged, "head is broken"},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := place(t)
			row.make(t, path)
			before := folder(t, filepath.Dir(path))
			engine, err := bolt.Open(path)
			if err == nil {
				_ = engine.Close()
				t.Fatal("it was opened")
			}
			if row.want != nil && !errors.Is(err, row.want) {
				t.Errorf("the error is %v, want %v", err, row.want)
			}
			if !strings.Contains(err.Error(), row.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("the error says %q, and not %q with the path", err, row.says)
			}
			if after := folder(t, filepath.Dir(path)); !equal(before, after) {
				t.Error("the folder has changed")
			}
		})
	}
}

// TestTruncated cuts a store off at every page, and within pages.
func TestTruncated(t *testing.T) {
	good := place(t)
	copyStore(t, good)
	content := read(t, good)
	path := place(t)
	for length := 1; length < len(content); length += os.Getpagesize() / 2 {
		write(t, path, content[:length])
		write(t, path+".id", read(t, good+".id"))
		engine, err := bolt.Open(path)
		if err == nil {
			_ = engine.Close()
		}
		if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%d bytes of %d: %v, want ErrDamaged", length, len(content), err)
		}
		if read(t, path) != content[:length] {
			t.Errorf("%d bytes of %d: the file has changed", length, len(content))
		}
	}
}

// copyStore puts a good store with a thousand rows, and its identity, at path.
func copyStore(t testing.TB, path string) {
	t.Helper()
	from := place(t)
	engine := open(t, from)
	err := engine.Update(t.Context(), func(tx store.Tx) error {
		for i := range 1000 {
			key := "row/" + string(rune('a'+i%26)) + strings.Repeat("k", i%50) + string(rune('a'+i/26))
			if err := tx.Put(key, []byte(strings.Repeat(key, 5))); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, engine.Close()); err != nil {
		t.Fatal(err)
	}
	shrink(t, from)
	write(t, path, read(t, from))
	write(t, path+".id", read(t, from+".id"))
}

// shrink cuts the space off that bbolt takes in advance, so that what a test cuts off more is in use.
func shrink(t testing.TB, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var used int64
	_ = db.View(func(tx *bbolt.Tx) error {
		used = tx.Size()
		return nil
	})
	if err := errors.Join(db.Close(), os.Truncate(path, used)); err != nil {
		t.Fatal(err)
	}
}

func scribble(t testing.TB, path string, at int64, what []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(what, at)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// folder is what a folder holds, with modes.
func folder(t testing.TB, path string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]string{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		held[e.Name()] = info.Mode().String()
		if info.Mode().IsRegular() {
			held[e.Name()] += " " + read(t, filepath.Join(path, e.Name()))
		}
	}
	return held
}

func equal(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for name := range a {
		if a[name] != b[name] {
			return false
		}
	}
	return true
}

// TestFlippedBit changes one bit of a value: the row is refused at every way of reading it, the others are not.
func TestFlippedBit(t *testing.T) {
	path := closed(t)
	write(t, path, strings.ReplaceAll(read(t, path), "the row b/1", "thE row b/1")) // everywhere: older pages hold it too

	engine := open(t, path)
	err := engine.View(t.Context(), func(tx store.Tx) error {
		if _, err := tx.Get("a"); err != nil {
			t.Errorf("a: %v", err)
		}
		_, err := tx.Get("b/1")
		return err
	})
	if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "b/1") {
		t.Errorf("Get: %v, want ErrDamaged that names the row", err)
	}
	var seen []string
	err = engine.Update(t.Context(), func(tx store.Tx) error {
		for key := range tx.Scan("", "") {
			seen = append(seen, key)
		}
		return tx.Put("after", nil) // as if the scan had come to its end
	})
	if !errors.Is(err, store.ErrDamaged) || len(seen) != 1 {
		t.Errorf("Scan: %v after %q, want ErrDamaged after the first row", err, seen)
	}
	put(t, engine, "b/1", "repaired")
	if rows := dump(t, engine); len(rows) != 3 || rows["b/1"] != "repaired" {
		t.Errorf("the rows are %q", rows)
	}
}

// TestMisplacedValue changes a key: its value, in itself unharmed, is not served under the other name.
func TestMisplacedValue(t *testing.T) {
	path := closed(t)
	write(t, path, strings.ReplaceAll(read(t, path), "b/1", "b/0"))
	if _, err := bolt.Open(path); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Open says %v, want ErrDamaged", err)
	}
	engine, err := bolt.OpenLarge(path)
	if err != nil {
		t.Fatal(err)
	}
	err = engine.View(t.Context(), func(tx store.Tx) error {
		_, err := tx.Get("b/0")
		return err
	})
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Get says %v, want ErrDamaged", err)
	}
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
}

// FuzzDamagedFile changes a good store anywhere: it is refused, or each row is what it was, or reading says that it is
// damaged. It never panics and never serves a wrong value.
func FuzzDamagedFile(f *testing.F) {
	good := filepath.Join(f.TempDir(), "docket.db")
	copyStore(f, good)
	size := len(read(f, good))
	want := func() map[string]string {
		engine := open(f, good)
		defer func() { _ = engine.Close() }()
		return dump(f, engine)
	}()
	source := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		f.Add(source.IntN(size), byte(1+source.IntN(255)), uint8(source.IntN(200)))
	}
	f.Fuzz(func(t *testing.T, at int, mask byte, length uint8) {
		path := place(t)
		write(t, path, read(t, good))
		write(t, path+".id", read(t, good+".id"))
		at = max(0, at) % size
		bad := []byte(read(t, good)[at:min(size, at+1+int(length))])
		for i := range bad {
			bad[i] ^= mask
		}
		scribble(t, path, int64(at), bad)

		engine, err := bolt.Open(path)
		if err != nil {
			return
		}
		defer func() { _ = engine.Close() }()
		err = engine.View(t.Context(), func(tx store.Tx) error {
			for key, value := range tx.Scan("", "") {
				if was, known := want[key]; known && was != string(value) {
					t.Errorf("byte %d: the row %q holds something else", at, key)
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, store.ErrDamaged) {
			t.Errorf("byte %d: reading says %v", at, err)
		}
	})
}

func TestUnconfirmed(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		want bool
	}{
		{"a sync that failed", syscall.EIO, true},
		{"a write that was refused", &os.PathError{Op: "write", Path: "docket.db", Err: syscall.ENOSPC}, false},
		{"a write that was short", io.ErrShortWrite, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := bolt.Unconfirmed(row.err); got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}
