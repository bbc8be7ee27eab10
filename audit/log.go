package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/docket-handoff/docket/store"
)

// The rows of the log, by key.
//
//	audit/log/<n>  row: an entry and its hash
//	audit/head     Head: the last entry
const (
	logRows = "audit/log/"
	headRow = "audit/head"
)

func logKey(n uint64) string { return fmt.Sprintf("%s%016d", logRows, n) }

// row is an entry as it lies in the store. The hash covers the entry's very bytes, so a later version of this program that
// writes entries differently verifies old ones as they are.
type row struct {
	Entry json.RawMessage `json:"entry"`
	Hash  string          `json:"hash"`
}

// Head is the end of the chain: how many entries there are, and the hash of the last. The zero Head is that of an empty log.
type Head struct {
	N    uint64 `json:"n"`
	Hash string `json:"hash"`
}

// String is how a head is noted and given back to ParseHead.
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.N, h.Hash) }

// link is the hash of an entry that stands behind a head.
func (h Head) link(entry []byte) string {
	sum := sha256.New()
	sum.Write([]byte(h.Hash))
	sum.Write([]byte{'\n'})
	sum.Write(entry)
	return hex.EncodeToString(sum.Sum(nil))
}

// Append writes an entry down, inside the transaction of the change itself. It gives the entry its number and its time.
func Append(tx store.Tx, now time.Time, e Entry) error {
	head, err := readHead(tx)
	if err != nil {
		return err
	}
	e = e.tidy()
	e.N, e.At = head.N+1, now.UTC().Truncate(time.Millisecond)
	if len(e.Details) > maxDetails {
		return fmt.Errorf("audit: %s has %d details; at most %d", e.Act, len(e.Details), maxDetails)
	}
	entry, err := json.Marshal(e)
	if err != nil {
		return err
	}
	next := Head{N: e.N, Hash: head.link(entry)}
	if err := store.Put(tx, logKey(e.N), row{Entry: entry, Hash: next.Hash}); err != nil {
		return err
	}
	return store.Put(tx, headRow, next)
}

func readHead(tx store.Tx) (Head, error) {
	head, _, err := store.Get[Head](tx, headRow)
	return head, err
}

// Query chooses entries. Its zero value chooses the newest of all.
type Query struct {
	Before uint64 // only entries with a smaller number; 0: from the newest
	Act    Act    // only this act; empty: all
	Limit  int    // entries at most; 0 means 50

	By func(Actor) bool // only actors for which this holds; nil: all
}

// Page is some entries, newest first.
type Page struct {
	Entries []Entry
	Next    uint64 // the Before of the next page; 0 when the log ends here
}

const (
	usualLimit = 50
	chunk      = 200    // entries that are read at once, backwards
	maxLook    = 10_000 // entries that one page looks at; a filter that finds nothing among them goes on with the next page
)

// List reads entries from the newest backwards. It reads no more than it returns, or than maxLook where few match.
func List(ctx context.Context, engine store.Engine, q Query) (Page, error) {
	if q.Limit <= 0 {
		q.Limit = usualLimit
	}
	var page Page
	err := engine.View(ctx, func(tx store.Tx) error {
		page = Page{}
		head, err := readHead(tx)
		if err != nil {
			return err
		}
		before := head.N + 1
		if q.Before > 0 && q.Before < before {
			before = q.Before
		}
		for looked := 0; before > 1 && looked < maxLook; looked += chunk {
			entries, err := back(tx, before)
			if err != nil || len(entries) == 0 {
				return err
			}
			for i := len(entries) - 1; i >= 0; i-- {
				if before = entries[i].N; q.chooses(entries[i]) {
					page.Entries = append(page.Entries, entries[i])
				}
				if len(page.Entries) == q.Limit {
					break
				}
			}
			if len(page.Entries) == q.Limit {
				break
			}
		}
		if before > 1 {
			page.Next = before
		}
		return nil
	})
	return page, err
}

func (q Query) chooses(e Entry) bool {
	return (q.Act == "" || q.Act == e.Act) && (q.By == nil || q.By(e.By))
}

// back reads up to a chunk of entries that stand right before a number, oldest first.
func back(tx store.Tx, before uint64) ([]Entry, error) {
	var after uint64
	if before > chunk+1 {
		after = before - chunk - 1
	}
	var entries []Entry
	for key, raw := range tx.Scan(logRows, logKey(after)) {
		if key >= logKey(before) {
			break
		}
		r, err := store.Decode[row](key, raw)
		if err != nil {
			return nil, err
		}
		e, err := store.Decode[Entry](key, r.Entry)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}
