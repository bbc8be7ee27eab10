package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/docket-handoff/docket/store"
)

var scanChecks = []check{
	{"rows come in the order of their bytes", checkOrder},
	{"prefix and after narrow the scan", checkNarrowing},
	{"a loop may end early", func(_ *testing.T, b bench) {
		b.put("a", "1", "b", "2", "c", "3")
		b.view(func(tx store.Tx) error {
			for key, value := range tx.Scan("", "") {
				if key != "a" || string(value) != "1" {
					b.Errorf("the first row is %s = %s", key, value)
				}
				break
			}
			return nil
		})
	}},
	{"a scan may run twice, and two at once", checkTwoScans},
	{"a loop may delete the row it stands on", checkDeleteWhileScanning},
	{"a loop sees rows that are put in front of it", checkPutAhead},
	{"a scan sees the transaction's own writes", checkOwnWrites},
	{"many rows", checkManyRows},
}

func checkOrder(_ *testing.T, b bench) {
	sorted := []string{"A", "a", "a/", "a/1", "a/10", "a/2", "a0", "b", "ä", "\xff"}
	for _, i := range []int{3, 9, 0, 7, 5, 1, 8, 2, 6, 4} {
		b.put(sorted[i], fmt.Sprint(i))
	}
	if got := b.scan("", ""); !slices.Equal(got, sorted) {
		b.Errorf("got  %q\nwant %q", got, sorted)
	}
}

func checkNarrowing(t *testing.T, b bench) {
	b.put("a", "", "b/1", "", "b/2", "", "b/2/x", "", "b/3", "", "b0", "", "c", "")
	for _, row := range []struct {
		prefix, after string
		want          []string
	}{
		{"", "", []string{"a", "b/1", "b/2", "b/2/x", "b/3", "b0", "c"}},
		{"b/", "", []string{"b/1", "b/2", "b/2/x", "b/3"}},
		{"b/2", "", []string{"b/2", "b/2/x"}},
		{"b", "", []string{"b/1", "b/2", "b/2/x", "b/3", "b0"}},
		{"b/", "b/1", []string{"b/2", "b/2/x", "b/3"}},
		{"b/", "b/2", []string{"b/2/x", "b/3"}},
		{"b/", "b/2a", []string{"b/3"}},                     // after need not be a row
		{"b/", "b/3", nil},                                  // nothing behind the last
		{"b/", "c", nil},                                    // behind the prefix
		{"b/", "a", []string{"b/1", "b/2", "b/2/x", "b/3"}}, // before it
		{"", "b0", []string{"c"}},
		{"d", "", nil},
	} {
		t.Run(fmt.Sprintf("prefix %q after %q", row.prefix, row.after), func(t *testing.T) {
			if got := b.scan(row.prefix, row.after); !slices.Equal(got, row.want) {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func checkTwoScans(_ *testing.T, b bench) {
	b.put("a", "", "b", "", "c", "")
	b.view(func(tx store.Tx) error {
		scan := tx.Scan("", "")
		var pairs []string
		for outer := range scan {
			for inner := range scan {
				pairs = append(pairs, outer+inner)
			}
		}
		if want := []string{"aa", "ab", "ac", "ba", "bb", "bc", "ca", "cb", "cc"}; !slices.Equal(pairs, want) {
			b.Errorf("got %q, want %q", pairs, want)
		}
		return nil
	})
}

func checkDeleteWhileScanning(_ *testing.T, b bench) {
	const n = 500
	b.update(func(tx store.Tx) error {
		for i := range n {
			if err := tx.Put(fmt.Sprintf("old/%03d", i), []byte("x")); err != nil {
				return err
			}
		}
		return putAll(tx, "other", "stays")
	})
	seen := 0
	b.update(func(tx store.Tx) error {
		seen = 0
		for key := range tx.Scan("old/", "") {
			seen++
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
	if seen != n {
		b.Errorf("the loop saw %d rows of %d", seen, n)
	}
	if got := b.scan("", ""); !slices.Equal(got, []string{"other"}) {
		b.Errorf("what is left: %q", got)
	}
}

func checkPutAhead(_ *testing.T, b bench) {
	b.put("a/1", "", "a/3", "")
	b.update(func(tx store.Tx) error {
		var seen []string
		for key := range tx.Scan("a/", "") {
			seen = append(seen, key)
			if key == "a/1" {
				if err := putAll(tx, "a/0", "", "a/2", ""); err != nil {
					return err
				}
			}
		}
		if want := []string{"a/1", "a/2", "a/3"}; !slices.Equal(seen, want) {
			b.Errorf("the loop saw %q, want %q", seen, want)
		}
		return nil
	})
}

func checkOwnWrites(_ *testing.T, b bench) {
	b.put("a/1", "old", "a/2", "old", "a/3", "old")
	b.update(func(tx store.Tx) error {
		if err := putAll(tx, "a/2", "new", "a/4", "new"); err != nil {
			return err
		}
		if err := tx.Delete("a/1"); err != nil {
			return err
		}
		var got []string
		for key, value := range tx.Scan("a/", "") {
			got = append(got, key+"="+string(value))
		}
		if want := []string{"a/2=new", "a/3=old", "a/4=new"}; !slices.Equal(got, want) {
			b.Errorf("inside: %q, want %q", got, want)
		}
		if value, err := read(tx, "a/1"); err != nil || value != missing {
			b.Errorf("a row deleted in this transaction reads %q, %v", value, err)
		}
		return nil
	})
}

func checkManyRows(_ *testing.T, b bench) {
	const n = 20_000
	for from := 0; from < n; from += 5_000 {
		b.update(func(tx store.Tx) error {
			for i := from; i < from+5_000; i++ {
				key := fmt.Sprintf("many/%06d", (i*7919)%n) // in no order
				if err := tx.Put(key, []byte(key)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	b.view(func(tx store.Tx) error {
		i := 0
		for key, value := range tx.Scan("many/", "") {
			if want := fmt.Sprintf("many/%06d", i); key != want || string(value) != want {
				b.Fatalf("row %d is %s = %s", i, key, value)
			}
			i++
		}
		if i != n {
			b.Errorf("%d rows, want %d", i, n)
		}
		return nil
	})
}
