package bolt_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// swap puts another file under the engine's descriptor: its writes go there until back is called. What it maps stays.
func swap(t *testing.T, path, device string) (back func()) {
	t.Helper()
	fd := descriptor(t, path)
	kept, err := syscall.Dup(fd) // keeps the lock too
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.OpenFile(device, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Dup3(int(other.Fd()), fd, syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	return func() {
		err := syscall.Dup3(kept, fd, syscall.O_CLOEXEC)
		if err := errors.Join(err, syscall.Close(kept), other.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// descriptor finds the one by which this process has a file open.
func descriptor(t *testing.T, path string) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && target == path {
			var fd int
			if _, err := fmt.Sscan(e.Name(), &fd); err != nil {
				t.Fatal(err)
			}
			return fd
		}
	}
	t.Fatalf("%s is not open", path)
	return -1
}

// TestDiskThatIsFull lets every write be answered by ENOSPC: nothing half is seen, and it works again afterwards.
func TestDiskThatIsFull(t *testing.T) {
	path := place(t)
	engine := open(t, path)
	for i := range 20 {
		put(t, engine, fmt.Sprintf("before/%d", i), "kept")
	}
	back := swap(t, path, "/dev/full")
	for i := range 3 {
		err := engine.Update(t.Context(), func(tx store.Tx) error {
			return errors.Join(tx.Put("before/1", []byte("changed")), tx.Put(fmt.Sprintf("during/%d", i), make([]byte, 5000)), tx.Delete("before/2"))
		})
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("got the error %v, want ErrUnavailable", err)
		}
		if rows := dump(t, engine); len(rows) != 20 || rows["before/1"] != "kept" {
			t.Errorf("after a write that was refused the rows are %q", rows)
		}
	}
	back()
	if err := engine.Err(); err != nil {
		t.Errorf("a write that was refused has broken the store: %v", err)
	}
	put(t, engine, "after", "room again")
	verifies(t, engine, 21)
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	if rows := dump(t, open(t, path)); len(rows) != 21 || rows["before/2"] != "kept" {
		t.Errorf("the rows are %q", rows)
	}
}

// TestDiskThatDoesNotSync: the device takes writes and refuses the sync. Nothing is acknowledged any more until the store
// is opened anew, even though the disk has recovered.
func TestDiskThatDoesNotSync(t *testing.T) {
	path := place(t)
	engine := open(t, path)
	put(t, engine, "before", "kept")
	back := swap(t, path, "/dev/null")
	write := func(tx store.Tx) error { return tx.Put("during", []byte("lost")) }
	err := engine.Update(t.Context(), write)
	if !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "did not confirm") {
		t.Errorf("got the error %v, want ErrUnavailable that says why", err)
	}
	select {
	case <-engine.Broken():
	default:
		t.Error("nobody is told that the store is broken")
	}
	if err := engine.Err(); err == nil || !strings.Contains(err.Error(), "did not confirm") {
		t.Errorf("it says %v", err)
	}
	back()
	if err := engine.Update(t.Context(), write); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("after the disk has recovered: %v, want ErrUnavailable", err)
	}
	if rows := dump(t, engine); len(rows) != 1 {
		t.Errorf("the rows are %q", rows)
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := bolt.OpenLarge(path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if !again.Suspect() {
		t.Error("nobody would look through it")
	}
	put(t, again, "after", "works")
	verifies(t, again, 2)
}

func TestRealDiskAnswers(t *testing.T) {
	free, total, err := bolt.SpaceAt(t.TempDir())
	if err != nil || free == 0 || total < free {
		t.Errorf("%d of %d bytes are free, %v", free, total, err)
	}
}
