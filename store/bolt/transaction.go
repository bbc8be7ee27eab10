package bolt

import (
	"bytes"
	"fmt"
	"iter"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"github.com/docket-handoff/docket/store"
)

// transaction is a store.Tx on bbolt's bucket of rows.
type transaction struct {
	rows     *bbolt.Bucket
	ledger   *ledger // nil where nothing can be written
	readOnly bool
	written  []string
	failed   error // damage met by Scan, which has no error of its own, or by a write that may have stopped halfway
}

// newTransaction is what the functions of one commit stand on: they share the ledger. about is where it is kept.
func newTransaction(tx *bbolt.Tx) (t transaction, about *bbolt.Bucket, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer damage(&err, "the store's head")
	t.readOnly = !tx.Writable()
	about, t.rows = tx.Bucket(aboutAt), tx.Bucket(rowsAt)
	if about == nil || t.rows == nil {
		return t, nil, damaged("the store's rows cannot be found")
	}
	if t.readOnly {
		return t, about, nil
	}
	books, err := decodeLedger(about.Get(ledgerAt))
	t.ledger = &books
	return t, about, err
}

// run calls fn. A fault of the memory map, which a damaged page can lead to, becomes a panic that the methods catch.
func (t *transaction) run(fn func(store.Tx) error) error {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	if err := fn(t); err != nil {
		return err
	}
	return t.failed
}

// damage turns bbolt's panic over a page into an error.
func damage(err *error, where string) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %s: a page cannot be read (%v); restore a backup", store.ErrDamaged, where, r)
	}
}

func (t *transaction) Get(key string) (value []byte, err error) {
	defer damage(&err, key)
	sealed := t.rows.Get([]byte(key))
	if sealed == nil {
		return nil, store.ErrNotFound
	}
	return unseal([]byte(key), sealed)
}

func (t *transaction) Put(key string, value []byte) error {
	if err := t.writable(key); err != nil {
		return err
	}
	row := []byte(key)
	sealed := seal(row, value)
	return t.replace(row, sealed, func() error { return t.rows.Put(row, sealed) })
}

func (t *transaction) Delete(key string) error {
	if err := t.writable(key); err != nil {
		return err
	}
	row := []byte(key)
	return t.replace(row, nil, func() error { return t.rows.Delete(row) })
}

// replace does a write and keeps the ledger. What stopped halfway must not be committed, whatever the caller makes of the
// error.
func (t *transaction) replace(key, sealed []byte, write func() error) (err error) {
	defer func() {
		if err != nil {
			t.failed = err
		}
	}()
	defer damage(&err, string(key))
	books := *t.ledger
	books.remove(key, t.rows.Get(key))
	books.add(key, sealed)
	if err := write(); err != nil {
		return err
	}
	*t.ledger = books
	return nil
}

func (t *transaction) writable(key string) error {
	if t.readOnly {
		return store.ErrReadOnly
	}
	if key == "" || len(key) > store.MaxKey {
		return store.ErrKey
	}
	t.written = append(t.written, key)
	return nil
}

// Scan is store.Tx's.
func (t *transaction) Scan(prefix, after string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for key, row := range t.Each(prefix, after) {
			if row.Err != nil {
				t.failed = row.Err
				return
			}
			if !yield(key, row.Value) {
				return
			}
		}
	}
}

// Each walks with a cursor, and seeks anew after the loop has written: a bbolt cursor does not survive a write.
func (t *transaction) Each(prefix, after string) iter.Seq2[string, store.Row] {
	return func(yield func(string, store.Row) bool) {
		w := walk{transaction: t, prefix: []byte(prefix), last: []byte(after)}
		for {
			key, row, err := w.next()
			if err != nil {
				t.failed = err
				return
			}
			if key == nil || !yield(string(key), row) {
				return
			}
		}
	}
}

// walk is a place in a scan.
type walk struct {
	*transaction
	prefix, last []byte
	cursor       *bbolt.Cursor
	writes       int // as many as there were when the cursor was placed
}

// next returns the first row under the prefix that sorts behind last, and a nil key at the end.
func (w *walk) next() (key []byte, row store.Row, err error) {
	defer damage(&err, string(w.prefix))
	var sealed []byte
	if w.cursor != nil && w.writes == len(w.written) {
		key, sealed = w.cursor.Next()
	} else {
		key, sealed = w.seek()
	}
	if key == nil || !bytes.HasPrefix(key, w.prefix) {
		return nil, store.Row{}, nil
	}
	if len(w.last) > 0 && bytes.Compare(key, w.last) <= 0 {
		return nil, store.Row{}, damaged("the row %q comes after %q", key, w.last) // or a scan would come by here for ever
	}
	w.last = bytes.Clone(key)
	row.Value, row.Err = unseal(w.last, sealed)
	return w.last, row, nil
}

func (w *walk) seek() (key, sealed []byte) {
	from := w.prefix
	if bytes.Compare(w.last, from) > 0 {
		from = w.last
	}
	w.cursor, w.writes = w.rows.Cursor(), len(w.written)
	key, sealed = w.cursor.Seek(from)
	if len(w.last) > 0 && bytes.Equal(key, w.last) {
		key, sealed = w.cursor.Next()
	}
	return key, sealed
}
