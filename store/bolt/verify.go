package bolt

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.etcd.io/bbolt"
)

// Summary is what a whole store holds.
type Summary struct {
	Rows  uint64
	Bytes int64 // what a backup of it takes
}

// Verify reads the whole store as it is at this moment: every page must be where it belongs, every row must match its
// checksum, and all rows together must be those that were committed. The error is store.ErrDamaged, and says where.
// Writers go on meanwhile; pages they give up are not used again before it ends.
func (e *Engine) Verify(ctx context.Context) (Summary, error) {
	var a *audit
	err := e.look(ctx, func(tx *bbolt.Tx) (err error) {
		if a, err = e.audit(ctx, tx); err != nil {
			return err
		}
		return a.verdict()
	})
	if err != nil {
		return Summary{}, err
	}
	return Summary{Rows: a.counted.rows, Bytes: a.head.size()}, nil
}

// audit goes through all that a transaction can see. Its error is one of the structure; rows that do not match their
// checksums are in what it returns.
func (e *Engine) audit(ctx context.Context, tx *bbolt.Tx) (*audit, error) {
	h, err := headOf(tx)
	if err != nil {
		return nil, err
	}
	a := &audit{pages: newPages(e.file, h)}
	return a, a.run(ctx)
}

// headOf asks bbolt for the head of a transaction: it begins every copy with it.
func headOf(tx *bbolt.Tx) (head, error) {
	var first []byte
	enough := errors.New("enough")
	_, _ = tx.WriteTo(writerFunc(func(page []byte) (int, error) {
		first = append(first, page...)
		return len(page), enough
	}))
	h, ok := readHead(first)
	if !ok {
		return head{}, damaged("the store's head cannot be read")
	}
	return h, nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// audit is the way through a whole store, and what it has met.
type audit struct {
	*pages
	counted ledger
	booked  ledger
	ours    bool     // there is a ledger, so it is a store of this program
	broken  uint64   // rows that do not match their checksums
	names   []string // of the first few of them
}

func (a *audit) run(ctx context.Context) error {
	if err := a.tree(ctx, a.head.root, nil, nil, func(flags uint32, key, value []byte) error {
		return a.bucket(ctx, flags, key, value)
	}); err != nil {
		return err
	}
	if err := a.complete(); err != nil {
		return err
	}
	return a.balance()
}

// balance compares what was counted with what was committed. Where a row is broken nobody can tell what its checksum was.
func (a *audit) balance() error {
	switch {
	case !a.ours:
		return damaged("the store's ledger is missing")
	case a.booked.commit != a.head.commit:
		return damaged("the store's ledger is of commit %d, its head of commit %d", a.booked.commit, a.head.commit)
	case a.counted.rows != a.booked.rows:
		return damaged("%d rows are there, %d were committed", a.counted.rows, a.booked.rows)
	case a.counted.keys != a.booked.keys || a.counted.sum != a.booked.sum && a.broken == 0:
		return damaged("the rows are not those that were committed")
	}
	return nil
}

// verdict is an error when rows are broken.
func (a *audit) verdict() error {
	if a.broken == 0 {
		return nil
	}
	return damaged("%d of the rows do not match their checksums, among them %s", a.broken, strings.Join(a.names, ", "))
}

const shown = 3 // so many broken rows are named

// bucket visits one of the two buckets of a store.
func (a *audit) bucket(ctx context.Context, flags uint32, key, value []byte) error {
	switch string(key) {
	case string(rowsAt):
		return a.entries(ctx, flags, value, a.row)
	case string(aboutAt):
		return a.entries(ctx, flags, value, a.about)
	}
	return damaged("the store holds something that is not its own")
}

func (a *audit) about(_ uint32, key, value []byte) (err error) {
	if string(key) == string(ledgerAt) {
		a.booked, err = decodeLedger(value)
		a.ours = err == nil
	}
	return err
}

func (a *audit) row(flags uint32, key, value []byte) error {
	if flags != 0 {
		return damaged("row %q is marked as something else", key)
	}
	a.counted.add(key, value)
	if check(key, value) != nil {
		a.broken++
		if len(a.names) < shown {
			a.names = append(a.names, fmt.Sprintf("%q", key))
		}
	}
	return nil
}
