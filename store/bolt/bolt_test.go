package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/store/storetest"
)

func TestMain(m *testing.M) {
	if task := os.Getenv(childTask); task != "" {
		os.Exit(child(task))
	}
	goleak.VerifyTestMain(m)
}

func TestEngine(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Engine { return open(t, place(t)) })
}

// place is where a store could be that does not exist yet.
func place(t testing.TB) string { return filepath.Join(t.TempDir(), "data", "docket.db") }

func open(t testing.TB, path string) *bolt.Engine {
	t.Helper()
	engine, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

func put(t testing.TB, engine *bolt.Engine, key, value string) {
	t.Helper()
	if err := engine.Update(t.Context(), func(tx store.Tx) error { return tx.Put(key, []byte(value)) }); err != nil {
		t.Fatal(err)
	}
}

// dump reads every row.
func dump(t testing.TB, engine *bolt.Engine) map[string]string {
	t.Helper()
	rows := map[string]string{}
	err := engine.View(t.Context(), func(tx store.Tx) error {
		for key, value := range tx.Scan("", "") {
			rows[key] = string(value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// closed makes a store with some rows and closes it.
func closed(t testing.TB) (path string) {
	t.Helper()
	path = place(t)
	engine := open(t, path)
	for _, key := range []string{"a", "b/1", "b/2"} {
		put(t, engine, key, "the row "+key)
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFreshStoreIsPrivate(t *testing.T) {
	path := closed(t)
	for name, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, path: 0o600, path + ".id": 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has the mode %04o, want %04o", filepath.Base(name), got, want)
		}
	}
}

func TestReopenKeepsEverything(t *testing.T) {
	path := closed(t)
	for round := range 3 {
		engine := open(t, path)
		rows := dump(t, engine)
		if len(rows) != 3+round || rows["b/1"] != "the row b/1" {
			t.Fatalf("round %d: the rows are %q", round, rows)
		}
		put(t, engine, "c/"+string(rune('0'+round)), "more")
		if err := engine.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestForgottenWatchesLeaveNothing: a server's streams come and go for ever.
func TestForgottenWatchesLeaveNothing(t *testing.T) {
	engine := open(t, place(t))
	ctx, forget := context.WithCancel(t.Context())
	for i := range 100 {
		engine.Watch(ctx, fmt.Sprintf("log/%d/", i%10))
	}
	if got := engine.Watched(); got != 10 {
		t.Errorf("%d prefixes are watched, want 10", got)
	}
	forget()
	for engine.Watched() > 0 { // the end of a context is heard of in another goroutine
		runtime.Gosched()
	}
}

func TestCloseTwice(t *testing.T) {
	engine := open(t, place(t))
	for range 2 {
		if err := engine.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLostSidecarIsWrittenAgain(t *testing.T) {
	path := closed(t)
	before := read(t, path+".id")
	if err := os.Remove(path + ".id"); err != nil {
		t.Fatal(err)
	}
	if rows := dump(t, open(t, path)); len(rows) != 3 {
		t.Errorf("the rows are %q", rows)
	}
	was, _, _ := strings.Cut(before, "\n")
	if after := read(t, path+".id"); !strings.HasPrefix(after, was+"\n") {
		t.Errorf("the identity is %q, was %q", after, before)
	}
}

// TestFirstStartThatDied left an empty database: the next start makes the store of it.
func TestFirstStartThatDied(t *testing.T) {
	path := place(t)
	write(t, path, "")
	db, err := bbolt.Open(path, 0o600, nil)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	engine := open(t, path)
	put(t, engine, "a", "1")
	if id := read(t, path+".id"); len(id) < 10 {
		t.Errorf("the identity is %q", id)
	}
}

// TestFullDisk plays it with bbolt's own limit: the file may not grow any more.
func TestFullDisk(t *testing.T) {
	engine := open(t, place(t))
	put(t, engine, "before", "kept")
	engine.DB().MaxSize = 1
	big := func(tx store.Tx) error { return tx.Put("big", make([]byte, 1<<20)) }
	if err := engine.Update(t.Context(), big); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("got the error %v, want ErrUnavailable", err)
	}
	if rows := dump(t, engine); len(rows) != 1 || rows["before"] != "kept" {
		t.Errorf("the rows are %v", rows)
	}
	engine.DB().MaxSize = 0 // somebody made room
	if err := engine.Update(t.Context(), big); err != nil {
		t.Fatal(err)
	}
	if rows := dump(t, engine); len(rows) != 2 {
		t.Errorf("%d rows, want 2", len(rows))
	}
}
