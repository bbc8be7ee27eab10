package bolt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// pagesOf lists where the pages of a kind begin that have so many elements at least.
func pagesOf(content []byte, kind byte, least uint16) (at []int) {
	for i := 2 * os.Getpagesize(); i < len(content); i += os.Getpagesize() {
		if content[i+8] == kind && binary.NativeEndian.Uint16(content[i+10:]) >= least {
			at = append(at, i)
		}
	}
	return at
}

const (
	branchKind, leafKind, listKind = 0x01, 0x02, 0x10
	manyRows                       = 3 // the leaf of the two buckets has fewer elements
)

// TestStructure spoils a store so that no row's checksum is wrong and bbolt reads on: a small store is not opened, and a large
// one is not either or does not verify.
func TestStructure(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(content []byte)
		says  string
		large bool // it is opened when it is large: nothing leads bbolt astray
	}{
		{"a leaf without its last row", func(content []byte) {
			content[pagesOf(content, leafKind, manyRows)[1]+10]--
		}, "999 rows are there, 1000 were committed", true},
		{"a row that is marked as a bucket", func(content []byte) {
			content[pagesOf(content, leafKind, manyRows)[1]+16] = 1
		}, "is marked as something else", true},
		{"two leaves that have changed places", func(content []byte) {
			leaves := pagesOf(content, leafKind, manyRows)
			a, b := content[leaves[0]:][:os.Getpagesize()], content[leaves[1]:][:os.Getpagesize()]
			kept := slices.Clone(a[8:])
			copy(a[8:], b[8:]) // each keeps its number
			copy(b[8:], kept)
		}, "in disorder", true},
		{"a leaf with another one's number", func(content []byte) {
			leaves := pagesOf(content, leafKind, manyRows)
			copy(content[leaves[0]:], content[leaves[1]:][:8])
		}, "says that it is page", false},
		{"a branch whose first page is itself", func(content []byte) {
			at := pagesOf(content, branchKind, 2)[0]
			copy(content[at+24:], content[at:][:8])
		}, "used twice", false},
		{"a leaf that has become a branch above itself", func(content []byte) {
			above, leaf := pagesOf(content, branchKind, 2)[0], pagesOf(content, leafKind, manyRows)[1]
			copy(content[leaf+8:leaf+os.Getpagesize()], content[above+8:])
		}, "in disorder", false},
		{"a branch without a page", func(content []byte) {
			binary.NativeEndian.PutUint16(content[pagesOf(content, branchKind, 2)[0]+10:], 0)
		}, "neither branch nor leaf", false},
		{"a list of free pages that names one less", func(content []byte) {
			for _, at := range pagesOf(content, listKind, 1) {
				content[at+10]--
			}
		}, "belongs to nothing", false},
		{"a list of free pages that names one twice", func(content []byte) {
			for _, at := range pagesOf(content, listKind, 2) {
				copy(content[at+24:], content[at+16:][:8])
			}
		}, "used twice", false},
		{"a list of free pages that names one in use", func(content []byte) {
			leaf := pagesOf(content, leafKind, manyRows)[0] / os.Getpagesize()
			for _, at := range pagesOf(content, listKind, 1) {
				binary.NativeEndian.PutUint64(content[at+16:], uint64(leaf))
			}
		}, "used twice", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := place(t)
			copyStore(t, path)
			content := []byte(read(t, path))
			row.spoil(content)
			write(t, path, string(content))
			if _, err := bolt.Open(path); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), row.says) {
				t.Errorf("Open says %v, want ErrDamaged with %q", err, row.says)
			}
			engine, err := bolt.OpenLarge(path)
			if !row.large {
				if !errors.Is(err, store.ErrDamaged) {
					t.Errorf("a large one is opened with %v, want ErrDamaged", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer engine.Close()
			if _, err := engine.Verify(t.Context()); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("Verify says %v, want ErrDamaged", err)
			}
			var copied bytes.Buffer
			if err := engine.Backup(t.Context(), &copied); !errors.Is(err, store.ErrDamaged) || copied.Len() > 0 {
				t.Errorf("Backup says %v after %d bytes", err, copied.Len())
			}
		})
	}
}

// TestLostWrite puts each page back as it was some commits ago, as a disk does that lost a write. Old values are valid in
// themselves; nobody is served one.
func TestLostWrite(t *testing.T) {
	for _, size := range []int{10, 600} { // rows that fit into the first page, and rows that do not
		t.Run(fmt.Sprintf("rows of %d bytes", size), func(t *testing.T) {
			path := place(t)
			states := make([]string, 2)
			for i := range states {
				engine := open(t, path)
				for n := range 9 + i*7 {
					put(t, engine, fmt.Sprintf("row/%d", n%9), fmt.Sprintf("%d %d %s", i, n, strings.Repeat("x", size)))
				}
				if err := engine.Close(); err != nil {
					t.Fatal(err)
				}
				states[i] = read(t, path)
			}
			truth, refused := dump(t, open(t, path)), 0
			identity := read(t, path+".id")
			for at := 2 * os.Getpagesize(); at < min(len(states[0]), 64*os.Getpagesize()); at += os.Getpagesize() {
				spoilt := []byte(states[1])
				copy(spoilt[at:at+os.Getpagesize()], states[0][at:])
				path := place(t)
				write(t, path, string(spoilt))
				write(t, path+".id", strings.Replace(identity, "open", "closed", 1))
				engine, err := bolt.Open(path)
				if err != nil {
					if !errors.Is(err, store.ErrDamaged) {
						t.Errorf("page %d: %v", at/os.Getpagesize(), err)
					}
					refused++
					continue
				}
				if rows := dump(t, engine); !maps.Equal(rows, truth) {
					t.Errorf("page %d: the rows are %q, want %q", at/os.Getpagesize(), rows, truth)
				}
				_ = engine.Close()
			}
			if refused == 0 {
				t.Error("no page was missed, so this shows nothing")
			}
		})
	}
}
