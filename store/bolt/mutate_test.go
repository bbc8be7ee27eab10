package bolt_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// mutation spoils a file.
type mutation struct {
	name string
	do   func(source *rand.Rand, content, older []byte) []byte
}

// mutations are what disks, copies and hands do to a file. older is the file as it was some commits ago.
var mutations = []mutation{
	{"flipped bits", func(source *rand.Rand, content, _ []byte) []byte {
		for range 1 + source.IntN(8) {
			content[source.IntN(len(content))] ^= 1 << source.IntN(8)
		}
		return content
	}},
	{"a flipped bit where a page begins", func(source *rand.Rand, content, _ []byte) []byte {
		content[pageIn(source, content)+source.IntN(64)] ^= 1 << source.IntN(8)
		return content
	}},
	{"a page of zeros", func(source *rand.Rand, content, _ []byte) []byte {
		at := pageIn(source, content)
		clear(content[at : at+os.Getpagesize()])
		return content
	}},
	{"a page of noise", func(source *rand.Rand, content, _ []byte) []byte {
		noise(source, content[pageIn(source, content):][:os.Getpagesize()])
		return content
	}},
	{"cut off", func(source *rand.Rand, content, _ []byte) []byte {
		return content[:source.IntN(len(content))]
	}},
	{"cut off where a page begins", func(source *rand.Rand, content, _ []byte) []byte {
		return content[:pageIn(source, content)]
	}},
	{"emptied", func(*rand.Rand, []byte, []byte) []byte { return nil }},
	{"two pages swapped", func(source *rand.Rand, content, _ []byte) []byte {
		a, b := content[pageIn(source, content):][:os.Getpagesize()], content[pageIn(source, content):][:os.Getpagesize()]
		kept := slices.Clone(a)
		copy(a, b)
		copy(b, kept)
		return content
	}},
	{"an overwritten head", func(source *rand.Rand, content, _ []byte) []byte {
		at := source.IntN(2) * os.Getpagesize()
		noise(source, content[at:at+1+source.IntN(2*os.Getpagesize())])
		return content
	}},
	{"a page whose last write was lost", func(source *rand.Rand, content, older []byte) []byte {
		at := pageIn(source, older)
		copy(content[at:at+os.Getpagesize()], older[at:])
		return content
	}},
}

func pageIn(source *rand.Rand, content []byte) int {
	return source.IntN(len(content)/os.Getpagesize()) * os.Getpagesize()
}

func noise(source *rand.Rand, into []byte) {
	for i := range into {
		into[i] = byte(source.Uint32())
	}
}

// specimen is a real store file that was closed, its identity, what is in it, and the file some commits before.
type specimen struct {
	content, older, identity string
	rows                     map[string]string
}

func newSpecimen(t *testing.T) specimen {
	t.Helper()
	path, source, s := place(t), rand.New(rand.NewPCG(7, 7)), specimen{rows: map[string]string{}}
	engine := open(t, path)
	life(t, engine, source, 60, s.rows)
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	shrink(t, path)
	s.older = read(t, path)
	engine = open(t, path)
	life(t, engine, source, 4, s.rows)
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	shrink(t, path)
	s.content, s.identity = read(t, path), read(t, path+".id")
	s.older = s.older[:min(len(s.older), len(s.content))]
	return s
}

// TestMutations spoils a store 200 times. It is refused and left as it is; or, where it was looked through, it holds
// exactly what was committed but for rows that say that they are damaged; or, where it was too large for that, nothing that
// was never written is served, and Verify says so when something is missing or old. The seed is in the test's name; as
// bbolt lets chance decide where it puts pages, the file of a failure is kept too (go test -artifacts).
func TestMutations(t *testing.T) {
	good := newSpecimen(t)
	for seed := range uint64(200) {
		kind := mutations[seed%uint64(len(mutations))]
		for size, open := range map[string]func(string) (*bolt.Engine, error){"small": bolt.Open, "large": bolt.OpenLarge} {
			t.Run(fmt.Sprintf("seed %d, %s, %s", seed, kind.name, size), func(t *testing.T) {
				path := place(t)
				spoilt := kind.do(rand.New(rand.NewPCG(seed, 3)), []byte(good.content), []byte(good.older))
				write(t, path, string(spoilt))
				write(t, path+".id", good.identity)
				t.Cleanup(func() { keep(t, spoilt) })
				before := folder(t, filepath.Dir(path))
				engine, err := open(path)
				if err != nil {
					damaged, another := errors.Is(err, store.ErrDamaged), strings.Contains(err.Error(), "is not the store that")
					if !damaged && !another || damaged && !strings.Contains(err.Error(), "restore a") {
						t.Errorf("it is refused with %v, want ErrDamaged and what to do, or the identity of another store", err)
					}
					if !equal(before, folder(t, filepath.Dir(path))) {
						t.Error("what was refused has changed")
					}
					return
				}
				defer func() { _ = engine.Close() }()
				serves(t, engine, good.rows, size == "large")
			})
		}
	}
}

func keep(t *testing.T, spoilt []byte) {
	if !t.Failed() {
		return
	}
	path := filepath.Join(t.ArtifactDir(), "docket.db")
	if err := os.WriteFile(path, spoilt, 0o600); err != nil {
		t.Error(err)
	}
	t.Logf("the file is %s", path)
}

// serves reads what is there, writes some more, and reads again.
func serves(t *testing.T, engine *bolt.Engine, truth map[string]string, large bool) {
	t.Helper()
	missing := compare(t, engine, truth, large)
	for i := range 4 {
		next := maps.Clone(truth)
		err := engine.Update(t.Context(), func(tx store.Tx) error {
			for n := i; n < 60; n += 10 {
				key := fmt.Sprintf("conversations/%03d/log/new", n)
				next[key] = "new"
				if err := tx.Put(key, []byte("new")); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			truth = next
		} else if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("writing says %v", err)
		}
	}
	missing += compare(t, engine, truth, large)
	if missing == 0 {
		return
	}
	if _, err := engine.Verify(t.Context()); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("%d rows are missing or old, and Verify says %v", missing, err)
	}
}

// compare reads every row by its key, and all of them in order. It answers how many were not as they were committed, which
// only a large store may do, and which must be the work of the disk: what a row once held.
func compare(t *testing.T, engine *bolt.Engine, truth map[string]string, large bool) (missing int) {
	t.Helper()
	wrong := func(key, what string) {
		if missing++; !large {
			t.Errorf("the row %q %s", key, what)
		}
	}
	for key, want := range truth {
		err := engine.View(t.Context(), func(tx store.Tx) error {
			got, err := tx.Get(key)
			if err == nil && string(got) != want {
				wrong(key, "is not what was committed")
			}
			return err
		})
		if errors.Is(err, store.ErrNotFound) {
			wrong(key, "has vanished")
		} else if err != nil && !errors.Is(err, store.ErrDamaged) {
			t.Errorf("reading %q says %v", key, err)
		}
	}
	seen := map[string]bool{}
	err := engine.View(t.Context(), func(tx store.Tx) error {
		for key, value := range tx.Scan("", "") {
			if want, known := truth[key]; !known || want != string(value) {
				wrong(key, "stands in a scan and was not committed so")
			}
			seen[key] = true
		}
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrDamaged) {
		t.Errorf("scanning says %v", err)
	}
	if err == nil && len(seen) < len(truth) {
		wrong("any", "is not in a scan that came to its end")
	}
	return missing
}
