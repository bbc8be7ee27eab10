package bolt_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// abandoned is a store as a process leaves it that was killed: its files, copied while it is in use.
func abandoned(t testing.TB) (path string) {
	t.Helper()
	from, path := place(t), place(t)
	engine := open(t, from)
	for _, key := range []string{"a", "b", "c"} {
		put(t, engine, key, "the row "+key)
	}
	write(t, path, read(t, from))
	write(t, path+".id", read(t, from+".id"))
	return path
}

func TestStoreThatWasNotClosed(t *testing.T) {
	path := abandoned(t)
	engine, err := bolt.OpenLarge(path)
	if err != nil {
		t.Fatal(err)
	}
	if !engine.Suspect() || len(engine.Warnings()) != 1 || !strings.Contains(engine.Warnings()[0], "was not closed") {
		t.Errorf("a large one: suspect %v, warnings %q", engine.Suspect(), engine.Warnings())
	}
	verifies(t, engine, 3)
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	engine, err = bolt.OpenLarge(path)
	if err != nil {
		t.Fatal(err)
	}
	if engine.Suspect() || len(engine.Warnings()) != 0 {
		t.Errorf("after Close: suspect %v, warnings %q", engine.Suspect(), engine.Warnings())
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	if engine := open(t, abandoned(t)); engine.Suspect() || len(engine.Warnings()) != 1 {
		t.Errorf("a small one: suspect %v, warnings %q", engine.Suspect(), engine.Warnings())
	}
}

// TestLostSidecarLeavesDoubt: nobody knows whether such a store was closed.
func TestLostSidecarLeavesDoubt(t *testing.T) {
	path := closed(t)
	if err := os.Remove(path + ".id"); err != nil {
		t.Fatal(err)
	}
	engine, err := bolt.OpenLarge(path)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	if !engine.Suspect() || len(engine.Warnings()) != 0 {
		t.Errorf("suspect %v, warnings %q", engine.Suspect(), engine.Warnings())
	}
}

// TestOlderCopy puts an older state of the same store back by hand: nobody could tell visitors to begin anew.
func TestOlderCopy(t *testing.T) {
	path := closed(t)
	older := read(t, path)
	engine := open(t, path)
	put(t, engine, "later", "row")
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path, older)
	before := folder(t, strings.TrimSuffix(path, "/docket.db"))
	if _, err := bolt.Open(path); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "older copy") {
		t.Errorf("got the error %v, want ErrDamaged that says what it is", err)
	}
	if !equal(before, folder(t, strings.TrimSuffix(path, "/docket.db"))) {
		t.Error("the folder has changed")
	}
	if err := os.Remove(path + ".id"); err != nil { // whoever means it
		t.Fatal(err)
	}
	if rows := dump(t, open(t, path)); len(rows) != 3 {
		t.Errorf("the rows are %q", rows)
	}
}

// TestOlderCopyAfterAKill does the same to a store that was not closed. What was noted while it was open tells.
func TestOlderCopyAfterAKill(t *testing.T) {
	for _, row := range []struct {
		name    string
		noted   bool
		refused bool
	}{{"nothing was noted", false, false}, {"it was noted", true, true}} {
		t.Run(row.name, func(t *testing.T) {
			from, path := place(t), place(t)
			engine := open(t, from)
			put(t, engine, "a", "1")
			older := read(t, from)
			put(t, engine, "b", "2")
			if row.noted {
				if err := engine.Note(); err != nil {
					t.Fatal(err)
				}
			}
			put(t, engine, "c", "3")
			killed := read(t, from)
			write(t, path+".id", read(t, from+".id"))
			write(t, path, older)
			again, err := bolt.Open(path)
			if err == nil {
				_ = again.Close()
			}
			if errors.Is(err, store.ErrDamaged) != row.refused {
				t.Errorf("the older copy is opened with the error %v", err)
			}
			write(t, path+".id", read(t, from+".id"))
			write(t, path, killed)
			if rows := dump(t, open(t, path)); len(rows) != 3 {
				t.Errorf("as it was left the rows are %q", rows)
			}
		})
	}
}

// TestNoteAfterClose: that a store was closed is the last word on it.
func TestNoteAfterClose(t *testing.T) {
	path := place(t)
	engine := open(t, path)
	put(t, engine, "a", "1")
	if err := errors.Join(engine.Close(), engine.Note()); err != nil {
		t.Fatal(err)
	}
	if again := open(t, path); len(again.Warnings()) != 0 {
		t.Errorf("it warns: %q", again.Warnings())
	}
}

// TestBrokenHead breaks each of the two heads. The newer one carries the last commit.
func TestBrokenHead(t *testing.T) {
	for _, row := range []struct {
		name string
		made func(t testing.TB) string
		want string // what the newer one's loss leads to
	}{
		{"of a store that was closed", closed, "refused"},
		{"of a store that was not", abandoned, "warned"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var outcomes []string
			for which := range int64(2) {
				path := row.made(t)
				scribble(t, path, which*int64(os.Getpagesize()), bytes.Repeat([]byte{0x5a}, 100))
				engine, err := bolt.Open(path)
				switch {
				case errors.Is(err, store.ErrDamaged):
					outcomes = append(outcomes, "refused")
				case err != nil:
					t.Error(err)
				default:
					if !strings.Contains(strings.Join(engine.Warnings(), " "), "heads is broken") {
						t.Errorf("it warns: %q", engine.Warnings())
					}
					outcomes = append(outcomes, "warned")
					_ = engine.Close()
				}
			}
			want := map[string]int{"warned": 1}
			want[row.want]++
			for _, got := range outcomes {
				want[got]--
			}
			if want["warned"] != 0 || want["refused"] != 0 {
				t.Errorf("the outcomes are %q", outcomes)
			}
		})
	}
}

// TestSidecarOfOneLine is what a store had before its identity said more.
func TestSidecarOfOneLine(t *testing.T) {
	path := closed(t)
	identity, _, _ := strings.Cut(read(t, path+".id"), "\n")
	write(t, path+".id", identity+"\n")
	if rows := dump(t, open(t, path)); len(rows) != 3 {
		t.Errorf("the rows are %q", rows)
	}
}
