package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/storetest"
)

// TestRows: what is put is got; what is not there is no error; what is no such value is damage, and the error says where.
func TestRows(t *testing.T) {
	type note struct{ Text string }
	for _, row := range []struct {
		name, raw string // raw is what lies at the key; empty: nothing
		want      note
		found     bool
		err       error
	}{
		{"a row", `{"Text":"hello"}`, note{"hello"}, true, nil},
		{"no row", "", note{}, false, nil},
		{"a row of another shape", `["hello"]`, note{}, false, store.ErrDamaged},
		{"half a row", `{"Text":"hel`, note{}, false, store.ErrDamaged},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := new(storetest.Memory).Update(t.Context(), func(tx store.Tx) error {
				if row.raw != "" {
					if err := tx.Put("notes/1", []byte(row.raw)); err != nil {
						return err
					}
				}
				got, found, err := store.Get[note](tx, "notes/1")
				if got != row.want || found != row.found {
					t.Errorf("got %+v, %v", got, found)
				}
				return err
			})
			if !errors.Is(err, row.err) || (err != nil && !strings.Contains(err.Error(), "notes/1")) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	err := new(storetest.Memory).Update(t.Context(), func(tx store.Tx) error {
		if err := store.Put(tx, "notes/1", note{"hello"}); err != nil {
			return err
		}
		if raw, err := tx.Get("notes/1"); err != nil || string(raw) != `{"Text":"hello"}` {
			t.Errorf("in the store is %q, %v", raw, err)
		}
		return store.Put(tx, "notes/2", func() {})
	})
	if err == nil || !strings.Contains(err.Error(), "notes/2") {
		t.Errorf("what cannot be written is answered %v", err)
	}
}
