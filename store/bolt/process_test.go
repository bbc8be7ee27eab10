package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// The tests run their own binary a second time, as a process that can be killed.
const (
	childTask  = "BOLT_TEST_TASK"
	childStore = "BOLT_TEST_STORE"
)

// child writes a counter for ever and prints each number once its commit has returned. The task "hold" stops after the
// first.
func child(task string) int {
	engine, err := bolt.Open(os.Getenv(childStore))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	for n := 1; ; n++ {
		err := engine.Update(context.Background(), func(tx store.Tx) error {
			return errors.Join(tx.Put("count", fmt.Append(nil, n)), tx.Put(fmt.Sprintf("rows/%06d", n), make([]byte, 500)))
		})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println(n)
		if task == "hold" {
			select {}
		}
	}
}

// start runs a child on the store and returns the lines it prints.
func start(t *testing.T, task, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), childTask+"="+task, childStore+"="+path)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command, bufio.NewScanner(out)
}

// TestKill ends a writing process without warning, at another moment each time: what it had acknowledged is there.
func TestKill(t *testing.T) {
	for round := range 5 {
		path := place(t)
		command, lines := start(t, "count", path)
		acknowledged := 0
		for lines.Scan() {
			if _, err := fmt.Sscan(lines.Text(), &acknowledged); err != nil {
				t.Fatalf("the child says %q", lines.Text())
			}
			if acknowledged == 3+round*17 {
				_ = command.Process.Kill()
			}
		}
		_ = command.Wait()

		rows := dump(t, open(t, path))
		var count int
		if _, err := fmt.Sscan(rows["count"], &count); err != nil || count < acknowledged {
			t.Errorf("%d commits were acknowledged, %q are there", acknowledged, rows["count"])
		}
		if len(rows) != count+1 {
			t.Errorf("%d rows beside a count of %d: a commit was torn", len(rows), count)
		}
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := place(t)
	command, lines := start(t, "hold", path)
	if !lines.Scan() || lines.Text() != "1" {
		t.Fatalf("the child says %q", lines.Text())
	}
	if _, err := bolt.Open(path); !errors.Is(err, store.ErrLocked) {
		t.Errorf("got the error %v, want ErrLocked", err)
	}
	_ = command.Process.Kill()
	_ = command.Wait()
	if rows := dump(t, open(t, path)); rows["count"] != "1" {
		t.Errorf("after the other has gone: %q", rows)
	}
}

func TestSecondHandleIsRefused(t *testing.T) {
	path := place(t)
	first := open(t, path)
	if _, err := bolt.Open(path); !errors.Is(err, store.ErrLocked) {
		t.Errorf("got the error %v, want ErrLocked", err)
	}
	put(t, first, "unharmed", "yes")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if rows := dump(t, open(t, path)); rows["unharmed"] != "yes" {
		t.Errorf("the rows are %q", rows)
	}
}
