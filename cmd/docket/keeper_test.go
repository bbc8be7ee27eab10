package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// TestStoreIsNoted: what stands beside the store follows it, and the log says once that it cannot.
func TestStoreIsNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "data", "docket.db")
		engine, err := bolt.Open(path)
		must(t, err)
		defer engine.Close()
		var said output
		k := &keeper{engine: engine, log: slog.New(slog.NewTextHandler(&said, nil))}
		go func() { _ = k.note(t.Context()) }()
		beside := func() string {
			content, err := os.ReadFile(path + ".id")
			must(t, err)
			return string(content)
		}
		write := func() {
			must(t, engine.Update(t.Context(), func(tx store.Tx) error { return tx.Put("a", nil) }))
			time.Sleep(notePause)
			synctest.Wait()
		}
		before := beside()
		write()
		after := beside()
		if before == after {
			t.Errorf("it still says %q", after)
		}
		must(t, os.Rename(filepath.Dir(path), filepath.Dir(path)+"-gone"))
		write()
		write()
		must(t, os.Rename(filepath.Dir(path)+"-gone", filepath.Dir(path)))
		if n := strings.Count(said.String(), "cannot be noted"); n != 1 || beside() != after {
			t.Errorf("it says %d times that it failed: %s", n, said.String())
		}
		write()
		if beside() == after {
			t.Error("it does not try again")
		}
	})
}
