package storetest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/store"
)

var rowChecks = []check{
	{"a row is what was put last", func(_ *testing.T, b bench) {
		b.put("a", "1")
		b.put("a", "2", "b", "3")
		b.want("a", "2", "b", "3")
	}},
	{"a missing row is ErrNotFound", func(_ *testing.T, b bench) {
		b.view(func(tx store.Tx) error {
			_, err := tx.Get("nothing")
			b.refuses(err, store.ErrNotFound)
			return nil
		})
	}},
	{"a deleted row is gone, and may be deleted again", func(_ *testing.T, b bench) {
		b.put("a", "1", "ab", "2")
		for range 2 {
			b.update(func(tx store.Tx) error { return tx.Delete("a") })
			b.want("a", missing, "ab", "2")
		}
	}},
	{"a deleted row may be put again", func(_ *testing.T, b bench) {
		b.put("a", "1")
		b.update(func(tx store.Tx) error {
			if err := tx.Delete("a"); err != nil {
				return err
			}
			return putAll(tx, "a", "2")
		})
		b.want("a", "2")
	}},
	{"an empty value is a row", checkEmptyValue},
	{"keys and values may hold any bytes", checkAnyBytes},
	{"keys have 1 to MaxKey bytes", checkKeyLimits},
	{"a large value comes back whole", checkLargeValue},
	{"values belong to the caller", checkOwnSlices},
}

func checkEmptyValue(_ *testing.T, b bench) {
	b.update(func(tx store.Tx) error { return tx.Put("a", nil) })
	b.want("a", "")
	if got := b.scan("", ""); len(got) != 1 {
		b.Errorf("a scan sees %q", got)
	}
}

func checkAnyBytes(_ *testing.T, b bench) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for _, key := range []string{"\x00", "\xff", "a\x00b", "päth/ü", string(every)} {
		b.put(key, string(every))
		b.want(key, string(every))
	}
}

func checkKeyLimits(_ *testing.T, b bench) {
	longest := strings.Repeat("k", store.MaxKey)
	b.put("k", "short", longest, "long")
	b.want("k", "short", longest, "long")
	for _, key := range []string{"", longest + "k"} {
		err := b.engine.Update(b.Context(), func(tx store.Tx) error { return tx.Put(key, nil) })
		b.refuses(err, store.ErrKey)
		err = b.engine.Update(b.Context(), func(tx store.Tx) error { return tx.Delete(key) })
		b.refuses(err, store.ErrKey)
		b.view(func(tx store.Tx) error {
			_, err := tx.Get(key)
			b.refuses(err, store.ErrNotFound)
			return nil
		})
	}
}

func checkLargeValue(_ *testing.T, b bench) {
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	b.update(func(tx store.Tx) error { return tx.Put("large", large) })
	if got := b.get("large"); got != string(large) {
		b.Errorf("%d bytes came back, and not the same", len(got))
	}
}

// checkOwnSlices writes into every slice that went in or came out: none of it may be the store's.
func checkOwnSlices(_ *testing.T, b bench) {
	for i := range 50 {
		b.put(fmt.Sprintf("row/%02d", i), "untouched")
	}
	spoil := func(value []byte) { copy(value, "SPOILEDXX") }
	b.update(func(tx store.Tx) error {
		value := []byte("untouched")
		if err := tx.Put("row/00", value); err != nil {
			return err
		}
		spoil(value)
		for key, value := range tx.Scan("row/", "") {
			spoil(value)
			if value, err := tx.Get(key); err != nil {
				return err
			} else {
				spoil(value)
			}
		}
		return nil
	})
	var kept []byte
	b.view(func(tx store.Tx) (err error) {
		kept, err = tx.Get("row/07")
		return err
	})
	b.put("row/07", "something else")
	if string(kept) != "untouched" {
		b.Errorf("a value that was read before holds %q after the next commit", kept)
	}
	for i := range 50 {
		if i != 7 {
			b.want(fmt.Sprintf("row/%02d", i), "untouched")
		}
	}
}
