package storetest_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Engine { return &storetest.Memory{} })
}

func put(t *testing.T, m *storetest.Memory, key, value string) error {
	return m.Update(t.Context(), func(tx store.Tx) error { return tx.Put(key, []byte(value)) })
}

func rows(t *testing.T, m *storetest.Memory) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := m.View(t.Context(), func(tx store.Tx) error {
		for key, value := range tx.Scan("", "") {
			out[key] = string(value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestMemoryFails plays what its owner may say at a commit: what is kept, and what the caller and the watchers hear.
func TestMemoryFails(t *testing.T) {
	full := fmt.Errorf("%w: no space", store.ErrUnavailable)
	fail := func([]string) error { return full }
	die := func([]string) error { panic("the process died") }
	for _, row := range []struct {
		name          string
		before, after func([]string) error
		kept, dies    bool
		err           error
	}{
		{name: "nothing bad", kept: true},
		{name: "refused before", before: fail, err: full},
		{name: "failed after it took effect", after: fail, kept: true, err: full},
		{name: "died before", before: die, dies: true},
		{name: "died after", after: die, kept: true, dies: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := &storetest.Memory{}
			if err := put(t, m, "a/1", "old"); err != nil {
				t.Fatal(err)
			}
			woken := m.Watch(t.Context(), "a/")
			m.Before, m.After = row.before, row.after
			var err error
			died := func() (died bool) {
				defer func() { died = recover() != nil }()
				err = put(t, m, "a/1", "new")
				return false
			}()
			if died != row.dies || !errors.Is(err, row.err) {
				t.Errorf("died %v with the error %v", died, err)
			}
			m.Before, m.After = nil, nil
			want := map[bool]string{false: "old", true: "new"}[row.kept]
			if got := rows(t, m); got["a/1"] != want {
				t.Errorf("the row holds %q, want %q", got["a/1"], want)
			}
			if (len(woken) == 1) != row.kept {
				t.Errorf("%d tokens", len(woken))
			}
			if err := put(t, m, "a/1", "next"); err != nil {
				t.Errorf("the next commit: %v", err)
			}
		})
	}
}

// TestMemoryNamesWhatWasWritten: who decides about a commit sees its keys, and is not asked about one that wrote nothing.
func TestMemoryNamesWhatWasWritten(t *testing.T) {
	m := &storetest.Memory{}
	var seen [][]string
	m.Before = func(written []string) error {
		seen = append(seen, append([]string{}, written...))
		return nil
	}
	m.After = m.Before
	for _, fn := range []func(store.Tx) error{
		func(tx store.Tx) error { return errors.Join(tx.Put("b", nil), tx.Delete("a")) },
		func(store.Tx) error { return nil },
		func(tx store.Tx) error { return errors.Join(tx.Put("c", nil), errors.New("undone")) },
	} {
		_ = m.Update(t.Context(), fn)
	}
	if got := fmt.Sprint(seen); got != "[[b a] [b a]]" {
		t.Errorf("the commits were %s", got)
	}
}

// TestMemoryCopies: what is written to a copy is not in the original, nor the other way round.
func TestMemoryCopies(t *testing.T) {
	m := &storetest.Memory{}
	for _, key := range []string{"a", "b", "c"} {
		if err := put(t, m, key, "old"); err != nil {
			t.Fatal(err)
		}
	}
	other := m.Copy()
	if err := errors.Join(put(t, m, "a", "new"), put(t, other, "b", "other"), put(t, other, "d", "other")); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(rows(t, m)); got != "map[a:new b:old c:old]" {
		t.Errorf("the original holds %s", got)
	}
	if got := fmt.Sprint(rows(t, other)); got != "map[a:old b:other c:old d:other]" {
		t.Errorf("the copy holds %s", got)
	}
}
