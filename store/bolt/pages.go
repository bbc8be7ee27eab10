package bolt

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"io"
)

// The file as bbolt lays it out, in the machine's own byte order. It is read here a second time, beside bbolt, because
// bbolt trusts what it reads: a damaged offset sends it outside its memory map, and its own Check does that in a goroutine
// of its own, where nobody can catch the fault. Everything here is bounded.
// https://github.com/etcd-io/bbolt/blob/v1.5.0/internal/common/page.go
const (
	pageHead    = 16 // bytes: id, flags, count, overflow
	elementSize = 16 // bytes, of branches and of leaves
	bucketHead  = 16 // bytes: root page, sequence

	branchPage   = 0x01
	leafPage     = 0x02
	metaPage     = 0x04
	freelistPage = 0x10

	bucketFlag = 0x01 // of a leaf's element

	headMagic   = 0xED0CDAED
	headVersion = 2
	headSize    = 64 // bytes, the checksum of the others in the last eight
)

// head is what one of the file's first two pages says: where a commit's pages begin and end.
type head struct {
	pageSize int64
	root     uint64 // the page where everything begins
	freelist uint64 // the page that names those in no use
	end      uint64 // the first page that does not exist
	commit   uint64 // counts up
}

// size is how many bytes of the file the commit needs.
func (h head) size() int64 { return int64(h.end) * h.pageSize }

// readHead understands a head page; ok is false when it holds no head, or not what was written.
func readHead(page []byte) (h head, ok bool) {
	if len(page) < pageHead+headSize || binary.NativeEndian.Uint16(page[8:])&metaPage == 0 {
		return head{}, false
	}
	raw := page[pageHead : pageHead+headSize]
	sum := fnv.New64a()
	_, _ = sum.Write(raw[:headSize-8])
	if binary.NativeEndian.Uint32(raw) != headMagic || binary.NativeEndian.Uint32(raw[4:]) != headVersion ||
		binary.NativeEndian.Uint64(raw[headSize-8:]) != sum.Sum64() {
		return head{}, false
	}
	h = head{
		pageSize: int64(binary.NativeEndian.Uint32(raw[8:])),
		root:     binary.NativeEndian.Uint64(raw[16:]),
		freelist: binary.NativeEndian.Uint64(raw[32:]),
		end:      binary.NativeEndian.Uint64(raw[40:]),
		commit:   binary.NativeEndian.Uint64(raw[48:]),
	}
	return h, h.pageSize >= 512 && h.pageSize <= 1<<24 && h.end < 1<<38
}

// pages reads the pages of one commit, each once.
type pages struct {
	file io.ReaderAt
	head head
	used bitmap // pages that were read, and those on the free list
	free bitmap // pages on the free list
}

func newPages(file io.ReaderAt, h head) *pages {
	return &pages{file: file, head: h, used: newBitmap(h.end), free: newBitmap(h.end)}
}

// page is one page with those it runs over into.
type page struct {
	id    uint64
	flags uint16
	count int
	over  uint64 // how many pages it runs over into
	bytes []byte // nil while no more than its head was read
}

// glance reads the head of a page and marks the page as used, with those it runs over into.
func (p *pages) glance(id uint64) (page, error) {
	raw := make([]byte, pageHead)
	if err := p.at(id, raw); err != nil {
		return page{}, err
	}
	if own := binary.NativeEndian.Uint64(raw); own != id {
		return page{}, damaged("page %d says that it is page %d", id, own)
	}
	got := page{
		id:    id,
		flags: binary.NativeEndian.Uint16(raw[8:]),
		count: int(binary.NativeEndian.Uint16(raw[10:])),
		over:  uint64(binary.NativeEndian.Uint32(raw[12:])),
	}
	for n := id; n <= id+got.over; n++ {
		if err := p.use(n); err != nil {
			return page{}, err
		}
	}
	return got, nil
}

// whole reads the rest of a page.
func (p *pages) whole(g page) (page, error) {
	g.bytes = make([]byte, int64(g.over+1)*p.head.pageSize)
	return g, p.at(g.id, g.bytes)
}

// read reads a page and marks it as used.
func (p *pages) read(id uint64) (page, error) {
	g, err := p.glance(id)
	if err != nil {
		return page{}, err
	}
	return p.whole(g)
}

func (p *pages) at(id uint64, into []byte) error {
	if id < 2 || id >= p.head.end {
		return damaged("there is no page %d", id)
	}
	if _, err := p.file.ReadAt(into, int64(id)*p.head.pageSize); err != nil {
		return damaged("page %d cannot be read (%v)", id, err)
	}
	return nil
}

// use marks a page; every page has one use.
func (p *pages) use(id uint64) error {
	if id < 2 || id >= p.head.end {
		return damaged("there is no page %d", id)
	}
	if !p.used.set(id) {
		return damaged("page %d is used twice", id)
	}
	return nil
}

// readFree reads the list of free pages. bbolt will write over each of them, so none may be in use.
func (p *pages) readFree() error {
	list, err := p.read(p.head.freelist)
	if err != nil {
		return err
	}
	if list.flags != freelistPage {
		return damaged("page %d is no list of free pages", list.id)
	}
	ids, count := list.bytes[pageHead:], uint64(list.count)
	if count == 0xFFFF && len(ids) >= 8 { // a longer list begins with its length
		count, ids = binary.NativeEndian.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids)/8) {
		return damaged("the list of free pages is cut off")
	}
	for i := range count {
		id := binary.NativeEndian.Uint64(ids[8*i:])
		if err := p.use(id); err != nil {
			return err
		}
		p.free.set(id)
	}
	return nil
}

// child is a branch's i-th element: the lowest key of a page below, and which page.
func (g page) child(i int) (key []byte, id uint64, err error) {
	at, raw, err := g.element(i)
	if err != nil {
		return nil, 0, err
	}
	key, err = g.part(at+uint64(binary.NativeEndian.Uint32(raw)), uint64(binary.NativeEndian.Uint32(raw[4:])))
	return key, binary.NativeEndian.Uint64(raw[8:]), err
}

// entry is a leaf's i-th element.
func (g page) entry(i int) (flags uint32, key, value []byte, err error) {
	at, raw, err := g.element(i)
	if err != nil {
		return 0, nil, nil, err
	}
	at += uint64(binary.NativeEndian.Uint32(raw[4:]))
	keySize, valueSize := uint64(binary.NativeEndian.Uint32(raw[8:])), uint64(binary.NativeEndian.Uint32(raw[12:]))
	if key, err = g.part(at, keySize); err != nil {
		return 0, nil, nil, err
	}
	value, err = g.part(at+keySize, valueSize)
	return binary.NativeEndian.Uint32(raw), key, value, err
}

func (g page) element(i int) (at uint64, raw []byte, err error) {
	at = pageHead + uint64(i)*elementSize
	raw, err = g.part(at, elementSize)
	return at, raw, err
}

func (g page) part(at, size uint64) ([]byte, error) {
	if at > uint64(len(g.bytes)) || size > uint64(len(g.bytes))-at {
		return nil, damaged("page %d is broken", g.id)
	}
	return g.bytes[at : at+size], nil
}

// bucket is where a bucket begins that stands in a leaf: at a page of its own, or, with no such number, in the page that a small one
// carries in its value.
func bucket(host uint64, flags uint32, value []byte) (root uint64, own page, err error) {
	if flags != bucketFlag || len(value) < bucketHead {
		return 0, page{}, damaged("the store holds something that is not its own")
	}
	if root = binary.NativeEndian.Uint64(value); root != 0 {
		return root, page{}, nil
	}
	own, err = inline(host, value)
	return 0, own, err
}

// inline is the page that a small bucket carries in its value.
func inline(host uint64, value []byte) (page, error) {
	g := page{id: host, bytes: value[bucketHead:]}
	if _, err := g.part(0, pageHead); err != nil {
		return page{}, err
	}
	g.flags, g.count = binary.NativeEndian.Uint16(g.bytes[8:]), int(binary.NativeEndian.Uint16(g.bytes[10:]))
	if g.flags != leafPage {
		return page{}, damaged("a bucket is no leaf")
	}
	return g, nil
}

// within says whether a key stands between the one before it and the first one that belongs to the next page; a nil end
// is open.
func within(key, before, end []byte, first bool) bool {
	order := bytes.Compare(before, key)
	return (order < 0 || first && order == 0) && (end == nil || bytes.Compare(key, end) < 0)
}

// bitmap is one bit for each page.
type bitmap []uint64

func newBitmap(n uint64) bitmap { return make(bitmap, n/64+1) }

func (b bitmap) has(i uint64) bool { return b[i/64]&(1<<(i%64)) != 0 }

// set says whether the bit was not set before.
func (b bitmap) set(i uint64) bool {
	if b.has(i) {
		return false
	}
	b[i/64] |= 1 << (i % 64)
	return true
}

// blank is a chunk of the file from a place on, with zeros where its free pages are: they still hold what was deleted.
func (p *pages) blank(at int64, chunk []byte) []byte {
	var out []byte
	for done := int64(0); done < int64(len(chunk)); {
		id := (at + done) / p.head.pageSize
		next := min(int64(len(chunk)), (id+1)*p.head.pageSize-at)
		if p.free.has(uint64(id)) {
			if out == nil {
				out = bytes.Clone(chunk)
			}
			clear(out[done:next])
		}
		done = next
	}
	if out == nil {
		return chunk
	}
	return out
}
