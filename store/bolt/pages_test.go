package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"github.com/docket-handoff/docket/store"
)

// freeList is a file whose page 2 lists pages as free, in the form that bbolt gives to lists of any length.
func freeList(ids []uint64) (*pages, []byte) {
	size := os.Getpagesize()
	body := binary.NativeEndian.AppendUint64(nil, 2)
	count := uint16(min(len(ids), 0xFFFF))
	body = binary.NativeEndian.AppendUint16(body, freelistPage)
	body = binary.NativeEndian.AppendUint16(body, count)
	length := pageHead + 8*len(ids)
	if count == 0xFFFF {
		length += 8
	}
	over := (length - 1) / size
	body = binary.NativeEndian.AppendUint32(body, uint32(over))
	if count == 0xFFFF {
		body = binary.NativeEndian.AppendUint64(body, uint64(len(ids)))
	}
	for _, id := range ids {
		body = binary.NativeEndian.AppendUint64(body, id)
	}
	file := make([]byte, (3+over)*size)
	copy(file[2*size:], body)
	return newPages(bytes.NewReader(file), head{pageSize: int64(size), freelist: 2, end: 100_000}), file
}

func numbers(from, n uint64) []uint64 {
	ids := make([]uint64, n)
	for i := range ids {
		ids[i] = from + uint64(i)
	}
	return ids
}

// TestFreeList reads lists of all lengths; a longer one than 65,534 begins with its length.
func TestFreeList(t *testing.T) {
	for _, n := range []uint64{0, 1, 1000, 0xFFFE, 0xFFFF, 0x10000, 80_000} {
		p, _ := freeList(numbers(1000, n))
		if err := p.readFree(); err != nil {
			t.Errorf("%d pages: %v", n, err)
		}
		if n > 0 && (!p.free.has(1000) || !p.free.has(1000+n-1) || p.free.has(999) || p.free.has(1000+n)) {
			t.Errorf("%d pages: others are free", n)
		}
	}
}

func TestBrokenFreeList(t *testing.T) {
	size := os.Getpagesize()
	for _, row := range []struct {
		name  string
		ids   []uint64
		spoil func(file []byte)
	}{
		{"a page twice", []uint64{1000, 1001, 1000}, nil},
		{"a head", []uint64{1}, nil},
		{"the list itself", []uint64{2}, nil},
		{"a page that does not exist", []uint64{100_000}, nil},
		{"a number beyond all bounds", []uint64{1 << 63}, nil},
		{"more than the page holds", numbers(1000, 10), func(f []byte) { binary.NativeEndian.PutUint16(f[2*size+10:], 5000) }},
		{"a length beyond all bounds", numbers(1000, 0x10000), func(f []byte) { binary.NativeEndian.PutUint64(f[2*size+pageHead:], 1<<62) }},
		{"no list", numbers(1000, 1), func(f []byte) { f[2*size+8] = leafPage }},
		{"a list that runs over the end", numbers(1000, 1), func(f []byte) { binary.NativeEndian.PutUint32(f[2*size+12:], 1<<31) }},
		{"a list beyond the file", numbers(1000, 1), func(f []byte) { binary.NativeEndian.PutUint32(f[2*size+12:], 9) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, file := freeList(row.ids)
			if row.spoil != nil {
				row.spoil(file)
			}
			if err := p.readFree(); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("got the error %v, want ErrDamaged", err)
			}
		})
	}
}
