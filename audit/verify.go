package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/docket-handoff/docket/store"
)

// Broken says where the chain does not hold.
type Broken struct {
	N   uint64 // the first entry that is wrong
	How string
}

// Error names the entry.
func (b *Broken) Error() string { return fmt.Sprintf("audit: entry %d %s", b.N, b.How) }

// ParseHead reads a head as its String writes it.
func ParseHead(s string) (Head, error) {
	number, hash, _ := strings.Cut(s, ":")
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil || len(hash) != 64 {
		return Head{}, fmt.Errorf("%q is no head of an audit log; it looks like 42: and 64 letters and digits", s)
	}
	return Head{N: n, Hash: hash}, nil
}

// Verify walks the whole chain and returns its head. The error is a *Broken that names the first entry which was changed,
// removed or put in between. A noted head, when given, must stand in the chain, so that a log which was cut off or written anew
// shows too. Entries that are appended meanwhile are not looked at.
func Verify(ctx context.Context, engine store.Engine, noted Head) (Head, error) {
	var end Head
	err := engine.View(ctx, func(tx store.Tx) (err error) {
		end, err = readHead(tx)
		return err
	})
	if err != nil {
		return Head{}, err
	}
	var at Head
	for at.N < end.N {
		if err := engine.View(ctx, func(tx store.Tx) error { return walk(tx, &at, end, noted) }); err != nil {
			return at, err
		}
	}
	if at != end {
		return at, &Broken{N: end.N, How: "is not the one that the head names"}
	}
	if at.N < noted.N {
		return at, &Broken{N: at.N + 1, How: fmt.Sprintf("is missing: the noted head is entry %d", noted.N)}
	}
	return at, beyond(ctx, engine, end)
}

// walk verifies the next entries, a chunk of them.
func walk(tx store.Tx, at *Head, end, noted Head) error {
	next := *at
	for range chunk {
		if next.N == end.N {
			break
		}
		hash, err := check(tx, next)
		if err != nil {
			return err
		}
		next = Head{N: next.N + 1, Hash: hash}
		if next.N == noted.N && next != noted {
			return &Broken{N: next.N, How: "is not the one whose head was noted: it or one before it was written anew"}
		}
	}
	*at = next
	return nil
}

// check verifies the entry behind a head.
func check(tx store.Tx, before Head) (hash string, err error) {
	n := before.N + 1
	raw, err := tx.Get(logKey(n))
	if errors.Is(err, store.ErrNotFound) {
		return "", &Broken{N: n, How: "is missing"}
	}
	if err != nil {
		return "", err
	}
	var r row
	var e Entry
	if json.Unmarshal(raw, &r) != nil || json.Unmarshal(r.Entry, &e) != nil {
		return "", &Broken{N: n, How: "cannot be read"}
	}
	if e.N != n || before.link(r.Entry) != r.Hash {
		return "", &Broken{N: n, How: "was changed, or does not follow the one before it"}
	}
	return r.Hash, nil
}

// beyond finds an entry behind the head that nothing appended: the head moves with every entry.
func beyond(ctx context.Context, engine store.Engine, end Head) error {
	return engine.View(ctx, func(tx store.Tx) error {
		head, err := readHead(tx)
		if err != nil {
			return err
		}
		if head.N < end.N {
			return &Broken{N: end.N, How: "is behind the head"}
		}
		for key := range tx.Scan(logRows, logKey(head.N)) {
			n, _ := strconv.ParseUint(strings.TrimPrefix(key, logRows), 10, 64)
			return &Broken{N: n, How: "stands behind the head of the log"}
		}
		return nil
	})
}
