package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// The tests run their own binary a second time, as a process that can be killed.
const (
	childTask  = "BOLT_TEST_TASK"
	childStore = "BOLT_TEST_STORE"
)

const childWriters = 4

// child lets some writers each write numbered rows and a count of them for ever, from where the count stands, and prints
// the writer and the number once a commit has returned. The task "hold" stops after the first.
func child(task string) int {
	engine, err := bolt.Open(os.Getenv(childStore))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	said := make(chan string)
	for w := range childWriters {
		go func() {
			for {
				n, err := count(engine, w)
				if err != nil {
					said <- err.Error()
					return
				}
				said <- fmt.Sprintf("%d %d", w, n)
				if task == "hold" {
					select {}
				}
			}
		}()
	}
	for line := range said {
		fmt.Println(line)
	}
	return 0
}

// count writes a writer's next row, and how many it has written.
func count(engine *bolt.Engine, writer int) (n int, err error) {
	counter := fmt.Sprintf("count/%d", writer)
	err = engine.Update(context.Background(), func(tx store.Tx) error {
		value, err := tx.Get(counter)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		n, _ = strconv.Atoi(string(value))
		n++
		return errors.Join(tx.Put(counter, fmt.Append(nil, n)), tx.Put(fmt.Sprintf("rows/%d/%06d", writer, n), make([]byte, n%700)))
	})
	return n, err
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

// TestKill ends a writing process without warning, at another moment each time, and goes on with the same store: what had
// ever been acknowledged is there, and no commit is torn.
func TestKill(t *testing.T) {
	const kills = 36
	path := place(t)
	var acknowledged [childWriters]int
	for round := range kills {
		command, lines := start(t, "count", path)
		for heard := 0; lines.Scan(); heard++ {
			var writer, n int
			if _, err := fmt.Sscan(lines.Text(), &writer, &n); err != nil {
				t.Fatalf("the child says %q", lines.Text())
			}
			acknowledged[writer] = max(acknowledged[writer], n)
			if heard == 2+round*3 {
				_ = command.Process.Kill()
			}
		}
		_ = command.Wait()
		survives(t, path, acknowledged)
		if t.Failed() {
			t.Fatalf("after kill %d", round+1)
		}
	}
}

// survives opens a store that was left by a kill, without leaving a trace: the next process finds it the same way.
func survives(t *testing.T, path string, acknowledged [childWriters]int) {
	t.Helper()
	engine, err := bolt.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	rows, total := dump(t, engine), 0
	for writer, least := range acknowledged {
		n, _ := strconv.Atoi(rows[fmt.Sprintf("count/%d", writer)])
		if n < least {
			t.Errorf("of writer %d %d commits were acknowledged, %d are there", writer, least, n)
		}
		for i := 1; i <= n; i++ {
			if row, found := rows[fmt.Sprintf("rows/%d/%06d", writer, i)]; !found || len(row) != i%700 {
				t.Errorf("row %d of writer %d was torn from its commit", i, writer)
			}
		}
		if total += n; n > 0 {
			total++
		}
	}
	verifies(t, engine, total)
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := place(t)
	command, lines := start(t, "hold", path)
	if !lines.Scan() || !strings.HasSuffix(lines.Text(), " 1") {
		t.Fatalf("the child says %q", lines.Text())
	}
	if _, err := bolt.Open(path); !errors.Is(err, store.ErrLocked) {
		t.Errorf("got the error %v, want ErrLocked", err)
	}
	_ = command.Process.Kill()
	_ = command.Wait()
	if rows := dump(t, open(t, path)); rows["count/0"] == "" && rows["count/1"] == "" && rows["count/2"] == "" && rows["count/3"] == "" {
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
