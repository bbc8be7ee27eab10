package storetest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/docket-handoff/docket/store"
)

// Memory is a store.Engine without a disk: it passes the suite, and does what its owner says at the moments at which a
// real engine can fail or its process can die. It starts no goroutine, so that a simulation over it is repeatable. The zero
// value is an empty store.
//
// The functions are called for transactions that have written, with the keys they wrote. Each may panic, which stands for
// the death of the process at that moment: the rows are then what a restart would find. Set them before the first
// transaction, or between two.
type Memory struct {
	// Before runs when a transaction is about to be committed. An error refuses it: nothing was written.
	Before func(written []string) error

	// After runs when it was committed, before its caller hears of it. With an error the caller is told that it failed,
	// though it did not: nobody knows that but a reader.
	After func(written []string) error

	first  sync.Once
	turn   chan struct{} // holds one token during an Update; made by the first
	mu     sync.Mutex    // guards what follows
	rows   []row         // sorted by key, and never changed: a commit puts a new list in its place
	closed bool
	watchers
}

type row struct {
	key   string
	value []byte
}

// Copy returns a store with the same rows, and without hooks or watchers. It costs nothing, however many rows there are.
func (m *Memory) Copy() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Memory{rows: m.rows}
}

// View is store.Engine's.
func (m *Memory) View(ctx context.Context, fn func(store.Tx) error) error {
	rows, err := m.begin(ctx)
	if err != nil {
		return err
	}
	return fn(&memoryTx{rows: rows})
}

// Update is store.Engine's.
func (m *Memory) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := m.takeTurn(ctx); err != nil {
		return err
	}
	defer m.endTurn()
	rows, err := m.begin(ctx)
	if err != nil {
		return err
	}
	tx := &memoryTx{rows: rows, writable: true}
	if err := fn(tx); err != nil || len(tx.written) == 0 {
		return err
	}
	if m.Before != nil {
		if err := m.Before(tx.written); err != nil {
			return err
		}
	}
	m.commit(tx)
	if m.After != nil {
		return m.After(tx.written)
	}
	return nil
}

// takeTurn waits for the Updates that came before, and gives up when ctx ends. A free turn is taken whatever ctx says, so that
// nothing is left to chance.
func (m *Memory) takeTurn(ctx context.Context) error {
	m.first.Do(func() { m.turn = make(chan struct{}, 1) })
	select {
	case m.turn <- struct{}{}:
		return nil
	default:
	}
	select {
	case m.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: the commit before did not end in time: %w", store.ErrUnavailable, ctx.Err())
	}
}

func (m *Memory) endTurn() { <-m.turn }

func (m *Memory) begin(ctx context.Context) ([]row, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, store.ErrClosed
	}
	return m.rows, nil
}

func (m *Memory) commit(tx *memoryTx) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows = tx.rows
	m.wake(tx.written)
}

// Watch is store.Engine's.
func (m *Memory) Watch(ctx context.Context, prefix string) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.add(ctx, prefix)
}

// Close is store.Engine's.
func (m *Memory) Close() error {
	_ = m.takeTurn(context.Background())
	defer m.endTurn()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

// watchers are the tokens by the prefix they wait for. Those whose context has ended go when somebody comes across them.
type watchers struct {
	byPrefix map[string][]watcher
}

type watcher struct {
	ctx   context.Context // how long the watch is wanted
	token chan struct{}
}

func (w *watchers) add(ctx context.Context, prefix string) <-chan struct{} {
	if w.byPrefix == nil {
		w.byPrefix = map[string][]watcher{}
	}
	added := watcher{ctx, make(chan struct{}, 1)}
	w.byPrefix[prefix] = append(w.living(prefix), added)
	return added.token
}

func (w *watchers) living(prefix string) []watcher {
	return slices.DeleteFunc(w.byPrefix[prefix], func(each watcher) bool { return each.ctx.Err() != nil })
}

// wake goes through the prefixes of each key: they end with a slash, so a key names its own watchers.
func (w *watchers) wake(keys []string) {
	if len(w.byPrefix) == 0 {
		return
	}
	for _, key := range keys {
		for i := range len(key) {
			if key[i] != '/' || w.byPrefix[key[:i+1]] == nil {
				continue
			}
			left := w.living(key[:i+1])
			w.byPrefix[key[:i+1]] = left
			for _, each := range left {
				select {
				case each.token <- struct{}{}:
				default:
				}
			}
		}
	}
}

// memoryTx is a transaction on a list of rows. The first write makes the list its own.
type memoryTx struct {
	rows     []row
	writable bool
	written  []string
}

func (t *memoryTx) find(key string) (at int, found bool) {
	return slices.BinarySearchFunc(t.rows, key, func(r row, key string) int { return strings.Compare(r.key, key) })
}

// Get is store.Tx's.
func (t *memoryTx) Get(key string) ([]byte, error) {
	at, found := t.find(key)
	if !found {
		return nil, store.ErrNotFound
	}
	return slices.Clone(t.rows[at].value), nil
}

// Put is store.Tx's.
func (t *memoryTx) Put(key string, value []byte) error {
	if err := t.write(key); err != nil {
		return err
	}
	put := row{key, slices.Clone(value)}
	at, found := t.find(key)
	if found {
		t.rows[at] = put
	} else {
		t.rows = slices.Insert(t.rows, at, put)
	}
	return nil
}

// Delete is store.Tx's.
func (t *memoryTx) Delete(key string) error {
	if err := t.write(key); err != nil {
		return err
	}
	if at, found := t.find(key); found {
		t.rows = slices.Delete(t.rows, at, at+1)
	}
	return nil
}

// spare is for how many new rows a transaction has room before its list must grow.
const spare = 16

func (t *memoryTx) write(key string) error {
	if !t.writable {
		return store.ErrReadOnly
	}
	if key == "" || len(key) > store.MaxKey {
		return store.ErrKey
	}
	if t.written == nil {
		t.rows = append(make([]row, 0, len(t.rows)+spare), t.rows...)
	}
	t.written = append(t.written, key)
	return nil
}

// Each is store.Tx's. Every row of a memory can be read.
func (t *memoryTx) Each(prefix, after string) iter.Seq2[string, store.Row] {
	return func(yield func(string, store.Row) bool) {
		for key, value := range t.Scan(prefix, after) {
			if !yield(key, store.Row{Value: value}) {
				return
			}
		}
	}
}

// Scan is store.Tx's. It seeks anew where the loop has written.
func (t *memoryTx) Scan(prefix, after string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		at, writes := t.behind(prefix, after), len(t.written)
		for last := ""; ; at++ {
			if writes != len(t.written) {
				at, writes = t.behind(prefix, last), len(t.written)
			}
			if at == len(t.rows) || !strings.HasPrefix(t.rows[at].key, prefix) {
				return
			}
			last = t.rows[at].key
			if !yield(last, slices.Clone(t.rows[at].value)) {
				return
			}
		}
	}
}

// behind is the place of the first row that sorts behind after and not before prefix.
func (t *memoryTx) behind(prefix, after string) int {
	if after < prefix {
		at, _ := t.find(prefix)
		return at
	}
	at, found := t.find(after)
	if found && after != "" {
		at++
	}
	return at
}
