package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// backup copies a store and opens the copy as a backup is opened.
func backup(t testing.TB, engine *bolt.Engine) (copied *bolt.Engine, path string) {
	t.Helper()
	var content bytes.Buffer
	if err := engine.Backup(t.Context(), &content); err != nil {
		t.Fatal(err)
	}
	path = place(t)
	write(t, path, content.String())
	copied, err := bolt.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = copied.Close() })
	return copied, path
}

func TestBackup(t *testing.T) {
	engine, truth := open(t, place(t)), map[string]string{}
	life(t, engine, rand.New(rand.NewPCG(5, 5)), 50, truth)
	copied, _ := backup(t, engine)
	if rows := dump(t, copied); !maps.Equal(rows, truth) {
		t.Errorf("%d rows are in the backup, %d in the store", len(rows), len(truth))
	}
	verifies(t, copied, len(truth))
	summary, err := engine.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var size bytes.Buffer
	if err := copied.Backup(t.Context(), &size); err != nil || int64(size.Len()) != summary.Bytes {
		t.Errorf("the backup's backup takes %d bytes, want %d, %v", size.Len(), summary.Bytes, err)
	}
}

// TestBackupBesideWriters takes backups while others write: each is one picture, of a time after it was asked for.
func TestBackupBesideWriters(t *testing.T) {
	engine := open(t, place(t))
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for ctx.Err() == nil {
				if _, err := count(engine, 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for round := range 12 {
		before, err := count(engine, 0)
		if err != nil {
			t.Fatal(err)
		}
		copied, _ := backup(t, engine)
		rows := dump(t, copied)
		var n int
		_, _ = fmt.Sscan(rows["count/0"], &n)
		if n < before || len(rows) != n+1 {
			t.Errorf("round %d: %d rows beside a count of %d, which was %d before", round, len(rows), n, before)
		}
		verifies(t, copied, n+1)
	}
	stop()
	writers.Wait()
}

// TestBackupForgets: what was deleted is in the file's free pages, and must not be in the backup.
func TestBackupForgets(t *testing.T) {
	path := place(t)
	engine := open(t, path)
	const secret = "dana@northwind.example"
	for i := range 300 {
		put(t, engine, fmt.Sprintf("visitor/%d", i), strings.Repeat(secret+" ", 20))
	}
	for i := range 300 {
		err := engine.Update(t.Context(), func(tx store.Tx) error { return tx.Delete(fmt.Sprintf("visitor/%d", i)) })
		if err != nil {
			t.Fatal(err)
		}
	}
	put(t, engine, "another", "row")
	if !strings.Contains(read(t, path), secret) {
		t.Fatal("the store's file does not hold it either, so this shows nothing")
	}
	_, copied := backup(t, engine)
	if strings.Contains(read(t, copied), secret) {
		t.Error("the backup holds what was deleted")
	}
}

// TestBackupThatCannotBeWritten: the error is the writer's, and the store is as it was.
func TestBackupThatCannotBeWritten(t *testing.T) {
	engine := open(t, place(t))
	put(t, engine, "a", "1")
	full := errors.New("no space")
	for _, after := range []int{0, 4096, 10_000} {
		if err := engine.Backup(t.Context(), &limited{left: after, err: full}); err == nil {
			t.Errorf("after %d bytes: no error", after)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := engine.Backup(ctx, chunks(func(b []byte) (int, error) {
		cancel()
		return len(b), nil
	}))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after its context has ended: %v", err)
	}
	put(t, engine, "b", "2")
	verifies(t, engine, 2)
}

// limited takes so many bytes and then fails.
type limited struct {
	left int
	err  error
}

func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.left {
		return 0, l.err
	}
	l.left -= len(b)
	return len(b), nil
}

type chunks func([]byte) (int, error)

func (f chunks) Write(b []byte) (int, error) { return f(b) }

// TestReadOnly: a backup is opened where it lies, and nothing about it changes.
func TestReadOnly(t *testing.T) {
	engine := open(t, place(t))
	put(t, engine, "a", "1")
	copied, path := backup(t, engine)
	before := folder(t, strings.TrimSuffix(path, "/docket.db"))
	if err := copied.Update(t.Context(), func(tx store.Tx) error { return tx.Put("b", nil) }); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("Update says %v, want ErrReadOnly", err)
	}
	if rows := dump(t, copied); len(rows) != 1 {
		t.Errorf("the rows are %q", rows)
	}
	if err := copied.Close(); err != nil {
		t.Error(err)
	}
	if !equal(before, folder(t, strings.TrimSuffix(path, "/docket.db"))) {
		t.Error("the folder has changed")
	}
	if _, err := bolt.OpenReadOnly(path + ".missing"); err == nil || errors.Is(err, store.ErrDamaged) {
		t.Errorf("a backup that is not there: %v", err)
	}
	foreign(t, path, nil)
	if _, err := bolt.OpenReadOnly(path); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a database of another program: %v", err)
	}
}
