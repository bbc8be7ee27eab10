package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
)

// played plays a whole handoff with every way of saying something that is posted.
func played(t *testing.T) *company {
	c := newCompany(t, bottest.Config{})
	visitor, thread := c.joined()
	open := visitor.listen("")
	for _, press := range []struct {
		who    bottest.User
		button string
	}{{c.ana, "View transcript"}, {c.ben, "Leave"}} {
		_, err := c.service.Press(t.Context(), press.who.ID, thread.ID, thread.Root, press.button)
		must(t, err)
	}
	c.say(c.ana, thread.ID, "Hello Dana, it is 49 euros a seat.")
	open.wait(t, "message", "49 euros")
	visitor.say("1", "Great.\n**Is** there a <at>discount</at>?")
	c.shows(thread, "discount")
	for _, command := range []string{"status", "help", "end"} {
		c.say(c.ana, thread.ID, command, bottest.MentionBot())
	}
	open.wait(t, "handoff", `"reason":"specialist"`)
	c.shows(thread, "Conversation ended")
	return c
}

func TestEverythingSentIsJudged(t *testing.T) { played(t).judged() }

func TestKilledInTheMiddle(t *testing.T) {
	c := newCompany(t, bottest.Config{})
	visitor, thread := c.joined()
	before := visitor.listen("")

	const lines, early = 16, 6 // a visitor may write 20 lines a minute
	var both sync.WaitGroup
	var visitors, specialists []string // what docket took before it was killed
	both.Go(func() {
		for i := range lines {
			line := fmt.Sprintf("visitor line %02d.", i)
			if tried(visitor, line) {
				visitors = append(visitors, line)
			}
			if i == early {
				_ = c.docket.cmd.Process.Kill()
			}
		}
	})
	both.Go(func() {
		for i := range lines {
			line := fmt.Sprintf("specialist line %02d.", i)
			posted, err := c.service.Say(t.Context(), c.ana.ID, thread.ID, line)
			if err == nil && posted.Answer.Status == http.StatusOK {
				specialists = append(specialists, line)
			}
		}
	})
	both.Wait()
	c.docket.kill()
	<-before.ended

	c.start()
	visitor.visitor.url = c.backend.url
	after := visitor.listen(before.last())
	for i := range lines { // the widget says again what was not taken, and cannot know what was
		line := fmt.Sprintf("visitor line %02d.", i)
		got := visitor.say(line, line)
		if got.status != http.StatusOK && (got.status != http.StatusCreated || slices.Contains(visitors, line)) {
			t.Fatalf("%q was answered %d %s", line, got.status, got.body)
		}
	}
	c.say(c.ana, thread.ID, "Still here.")
	after.wait(t, "message", "Still here.")

	heard := append(before.all(), after.all()...)
	once := func(who, line string) {
		t.Helper()
		n := 0
		for _, f := range heard {
			if f.name == "message" && text(f.data, "text") == line {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q of the %s stands %d times in the stream", line, who, n)
		}
	}
	for _, line := range specialists {
		once("specialist", line)
	}
	for i := range lines {
		line := fmt.Sprintf("visitor line %02d.", i)
		once("visitor", line)
		c.shows(thread, line)
	}
	ids := map[string]bool{}
	for _, f := range heard {
		if ids[f.id] {
			t.Errorf("the event %s came twice", f.id)
		}
		ids[f.id] = true
	}
	c.say(c.ana, thread.ID, "end", bottest.MentionBot())
	after.wait(t, "handoff", `"reason":"specialist"`)
	if got := visitor.state(); got != "agent" {
		t.Errorf("the conversation is %s, want agent", got)
	}
}

// tried says whether a line was taken; a server that is gone takes none.
func tried(c talk, line string) bool {
	r, err := http.NewRequest(http.MethodPost, c.visitor.url+c.path+"/messages", strings.NewReader(fmt.Sprintf(`{"client_id":%q,"text":%q}`, line, line)))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+c.visitor.bearer)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusCreated
}
