package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// life writes and deletes rows of all sizes for some commits, as chance will have it, and keeps the truth.
func life(t testing.TB, engine *bolt.Engine, source *rand.Rand, commits int, truth map[string]string) {
	t.Helper()
	for range commits {
		next := maps.Clone(truth)
		err := engine.Update(t.Context(), func(tx store.Tx) error {
			for range 1 + source.IntN(40) {
				key := fmt.Sprintf("conversations/%03d/log/%04d", source.IntN(60), source.IntN(30))
				if source.IntN(3) == 0 {
					delete(next, key)
					if err := tx.Delete(key); err != nil {
						return err
					}
					continue
				}
				value := strings.Repeat(string(rune('a'+source.IntN(26))), source.IntN(300))
				if source.IntN(40) == 0 {
					value = strings.Repeat(value, 60) // runs over several pages
				}
				next[key] = value
				if err := tx.Put(key, []byte(value)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(truth, next)
		maps.DeleteFunc(truth, func(key, _ string) bool { _, kept := next[key]; return !kept })
	}
}

// TestVerifyAgrees lives many lives: Verify finds no fault with any, counts what is there, and bbolt's own check agrees.
func TestVerifyAgrees(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			path, source, truth := place(t), rand.New(rand.NewPCG(seed, 1)), map[string]string{}
			for range 3 {
				engine := open(t, path)
				life(t, engine, source, 1+source.IntN(40), truth)
				verifies(t, engine, len(truth))
				if err := engine.Close(); err != nil {
					t.Fatal(err)
				}
			}
			engine := open(t, path)
			if rows := dump(t, engine); !maps.Equal(rows, truth) {
				t.Errorf("%d rows are there, %d were written", len(rows), len(truth))
			}
			if warned := engine.Warnings(); len(warned) > 0 || engine.Suspect() {
				t.Errorf("it warns: %q", warned)
			}
			if err := engine.DB().Update(func(tx *bbolt.Tx) error {
				var faults error
				for fault := range tx.Check() {
					faults = errors.Join(faults, fault)
				}
				return faults
			}); err != nil {
				t.Error(err)
			}
		})
	}
}

// verifies wants a whole store with so many rows.
func verifies(t testing.TB, engine *bolt.Engine, rows int) {
	t.Helper()
	summary, err := engine.Verify(t.Context())
	if err != nil {
		t.Error(err)
	} else if summary.Rows != uint64(rows) {
		t.Errorf("it counts %d rows, want %d", summary.Rows, rows)
	}
}

// TestVerifyBesideWriters looks through the store again and again while others write.
func TestVerifyBesideWriters(t *testing.T) {
	engine := open(t, place(t))
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				err := engine.Update(t.Context(), func(tx store.Tx) error {
					return errors.Join(tx.Put(fmt.Sprintf("w%d/%d", w, n%50), make([]byte, n%3000)), tx.Delete(fmt.Sprintf("w%d/%d", w, (n+25)%50)))
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 30 {
		if _, err := engine.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	}
	stop()
	writers.Wait()
}

func TestVerifyEnds(t *testing.T) {
	engine := open(t, place(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine.Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context has ended: %v", err)
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Verify(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}
}

// TestBrokenRowsAreNamed: the store is opened with a warning, and its rows but one are served.
func TestBrokenRowsAreNamed(t *testing.T) {
	path := closed(t)
	write(t, path, strings.ReplaceAll(read(t, path), "the row b/1", "thE row b/1"))
	engine := open(t, path)
	if warned := engine.Warnings(); len(warned) != 1 || !strings.Contains(warned[0], `"b/1"`) {
		t.Errorf("it warns: %q", warned)
	}
	if _, err := engine.Verify(t.Context()); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), `"b/1"`) {
		t.Errorf("Verify says %v", err)
	}
	var copied bytes.Buffer
	if err := engine.Backup(t.Context(), &copied); !errors.Is(err, store.ErrDamaged) || copied.Len() > 0 {
		t.Errorf("Backup says %v after %d bytes", err, copied.Len())
	}
	var seen []string
	err := engine.View(t.Context(), func(tx store.Tx) error {
		for key, row := range tx.Each("", "") {
			seen = append(seen, fmt.Sprintf("%s %s %t", key, row.Value, errors.Is(row.Err, store.ErrDamaged)))
		}
		return nil
	})
	if want := []string{"a the row a false", "b/1  true", "b/2 the row b/2 false"}; err != nil || !slices.Equal(seen, want) {
		t.Errorf("Each yields %q, %v, want %q", seen, err, want)
	}
	put(t, engine, "b/1", "repaired")
	verifies(t, engine, 3)
}

// TestSwallowedDamage: a write that met damage, which has come over the file while it was in use, is not committed, even if its caller
// does not care.
func TestSwallowedDamage(t *testing.T) {
	path := place(t)
	copyStore(t, path)
	var leaves []int
	content := []byte(read(t, path))
	for at := 2 * os.Getpagesize(); at < len(content); at += os.Getpagesize() {
		if content[at+8] == 0x02 && content[at+10] > 2 {
			leaves = append(leaves, at)
		}
	}
	engine, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range leaves {
		copy(content[at:], slices.Repeat([]byte{0xee}, 8)) // their own number
	}
	write(t, path, string(content))
	err = engine.Update(t.Context(), func(tx store.Tx) error {
		_ = tx.Put("row/a", nil)
		return nil
	})
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("got the error %v, want ErrDamaged", err)
	}
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
}

// TestCircle: a leaf of a store in use has become a branch that leads back to where the scan has been. The scan ends all the same.
func TestCircle(t *testing.T) {
	path := place(t)
	copyStore(t, path)
	engine, content := open(t, path), []byte(read(t, path))
	above, leaf := pagesOf(content, branchKind, 2)[0], pagesOf(content, leafKind, manyRows)[1]
	copy(content[leaf+8:leaf+os.Getpagesize()], content[above+8:])
	write(t, path, string(content))
	rows := 0
	err := engine.View(t.Context(), func(tx store.Tx) error {
		for range tx.Scan("", "") {
			if rows++; rows > 1000 {
				break
			}
		}
		return nil
	})
	if !errors.Is(err, store.ErrDamaged) || rows == 0 {
		t.Errorf("after %d rows the scan says %v, want ErrDamaged", rows, err)
	}
}
