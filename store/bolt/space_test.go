package bolt_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// TestNearlyFullDisk refuses to write before the disk is full, and writes again once there is room.
func TestNearlyFullDisk(t *testing.T) {
	const mega, giga = uint64(1 << 20), uint64(1 << 30)
	disk := &bolt.Disk{Free: giga, Total: 10 * giga}
	engine, err := bolt.OpenOn(place(t), disk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	written := 0
	for _, row := range []struct {
		name        string
		free, total uint64
		err         error
		refused     bool
	}{
		{"much room", 500 * giga, 1000 * giga, nil, false},
		{"64 MiB of a large disk", 64 * mega, 100 * giga, nil, false},
		{"a little less", 64*mega - 1, 100 * giga, nil, true},
		{"1 % of a small disk", 10 * mega, 1000 * mega, nil, false},
		{"a little less than that", 10*mega - 1, 1000 * mega, nil, true},
		{"nothing", 0, 100 * giga, nil, true},
		{"a disk that does not answer", 0, 0, errors.ErrUnsupported, false},
		{"room again", giga, 10 * giga, nil, false},
	} {
		disk.Free, disk.Total, disk.Err = row.free, row.total, row.err
		err := engine.Update(t.Context(), func(tx store.Tx) error { return tx.Put(row.name, nil) })
		if row.refused != errors.Is(err, store.ErrUnavailable) || !row.refused && err != nil {
			t.Errorf("%s: %v, want refused %v", row.name, err, row.refused)
		}
		if row.refused && !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("%s: it says %v", row.name, err)
		}
		if !row.refused {
			written++
		}
		if rows := dump(t, engine); len(rows) != written {
			t.Errorf("%s: %d rows, want %d", row.name, len(rows), written)
		}
		if err := engine.Update(t.Context(), func(tx store.Tx) error { _, err := tx.Get("much room"); return err }); err != nil {
			t.Errorf("%s: a function that only reads: %v", row.name, err)
		}
	}
	verifies(t, engine, written)
}

// TestRoomWithinAFullDisk: what was removed leaves room in the file, which needs none on the disk.
func TestRoomWithinAFullDisk(t *testing.T) {
	disk := &bolt.Disk{Free: 1 << 30, Total: 10 << 30}
	engine, err := bolt.OpenOn(place(t), disk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	const rows, size = 16, 512 << 10
	each := func(do func(store.Tx, string) error) error {
		return engine.Update(t.Context(), func(tx store.Tx) error {
			for i := range rows {
				if err := do(tx, fmt.Sprint(i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	fill := func() error {
		return each(func(tx store.Tx, key string) error { return tx.Put(key, make([]byte, size)) })
	}
	if err := fill(); err != nil {
		t.Fatal(err)
	}
	disk.Free = 0
	if err := engine.Update(t.Context(), func(tx store.Tx) error { return tx.Put("more", nil) }); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("on a full disk: %v", err)
	}
	disk.Free = 1 << 30
	if err := each(func(tx store.Tx, key string) error { return tx.Delete(key) }); err != nil {
		t.Fatal(err)
	}
	disk.Free = 0
	put(t, engine, "instead", "of what was removed")
	if rows := dump(t, engine); len(rows) != 1 {
		t.Errorf("%d rows are there", len(rows))
	}
}

func TestStoreOnANetwork(t *testing.T) {
	path := place(t)
	for network, want := range map[string]int{"": 0, "NFS": 1} {
		engine, err := bolt.OpenOn(path, &bolt.Disk{Free: 1 << 40, Total: 1 << 40, Network: network})
		if err != nil {
			t.Fatal(err)
		}
		if warned := engine.Warnings(); len(warned) != want || !strings.Contains(strings.Join(warned, ""), network) {
			t.Errorf("on %q it warns: %q", network, warned)
		}
		if err := engine.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
