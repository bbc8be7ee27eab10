//go:build unix

package main

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
)

// TestPausedInTheMiddleOfAPost stops the process, as a virtual machine that is moved is stopped, while a post waits for its answer, and
// for longer than a post may take. The answer is there when it goes on. The line stands in the thread once; or twice, if the process
// had given the answer up by then: the second time marked, and the visitor was told of the doubt.
func TestPausedInTheMiddleOfAPost(t *testing.T) {
	t.Parallel()
	c := newCompany(t, bottest.Config{})
	visitor, thread := c.joined()
	const line = "Who would answer a sleeper?"
	c.posting(visitor, thread, line, bottest.Fault{Delay: time.Second})
	c.docket.signal(syscall.SIGSTOP)
	c.shows(thread, line)
	time.Sleep(21 * time.Second) // the fault itself: a post may take 20 seconds
	c.docket.signal(syscall.SIGCONT)

	if got := visitor.say("after", "The line after."); got.status != http.StatusCreated {
		t.Fatalf("the line after was answered %d %s", got.status, got.body)
	}
	c.shows(thread, "The line after.")
	open := visitor.listen("")
	open.wait(t, "message", "The line after.")
	plain, marked := 0, 0
	for _, post := range c.service.Messages(thread.ID) {
		switch {
		case !strings.Contains(post.Text, line):
		case strings.HasPrefix(post.Text, "(attempt 2: "):
			marked++
		default:
			plain++
		}
	}
	if plain != 1 || marked > 1 || marked == 1 && !doubted(open.all(), line) {
		t.Errorf("the line stands %d times in the thread and %d times as a copy; doubted: %v", plain, marked, doubted(open.all(), line))
	}
	t.Logf("%d marked copies", marked)
	if code := c.docket.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}
