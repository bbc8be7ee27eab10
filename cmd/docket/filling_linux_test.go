package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/checks"
)

// TestDiskThatFillsUp fills the disk under a running server in steps, and then makes room.
func TestDiskThatFillsUp(t *testing.T) {
	t.Parallel()
	folder := checks.SmallDisk(t, "64m")
	c := worldOf(t, bottest.Start(t, bottest.Config{}), "DOCKET_STORE=bolt:"+filepath.Join(folder, "docket.db"))
	c.store = filepath.Join(folder, "docket.db")
	c.start()
	visitor, thread := c.joined()
	other := c.backend.beginAs("marketing", "crm-other")
	asks := func(want int) {
		t.Helper()
		got := c.backend.send(http.MethodPost, other.path+"/handoff", []byte(`{"reason":"a person, please"}`))
		if got.status != want {
			t.Errorf("the wish for a person is answered %d %s, want %d", got.status, got.body, want)
		}
		if want == http.StatusServiceUnavailable && (text(got.object(t), "code") != "disk_full" || got.header.Get("Retry-After") == "") {
			t.Errorf("it is refused with %s, %q", got.body, got.header)
		}
	}
	lines, heard := 0, 0
	says := func(want int) {
		t.Helper()
		lines++
		if got := visitor.say(fmt.Sprint(lines), "Hello?"); got.status != want {
			t.Errorf("a visitor's line is answered %d %s, want %d", got.status, got.body, want)
		}
	}
	hears := func() {
		t.Helper()
		heard++
		line := fmt.Sprintf("A specialist's line, number %d.", heard)
		c.say(c.ana, thread.ID, line)
		visitor.waitSaid("specialist", line)
	}
	metric := func(least string) {
		t.Helper()
		if got := string(c.backend.send(http.MethodGet, "/metrics", nil).body); !strings.Contains(got, "\nstore_disk_used_ratio "+least) {
			t.Errorf("/metrics does not show that %s of the disk is used", least)
		}
	}

	fillTo(t, folder, 76)
	c.docket.find(&c.docket.stderr, `(level=WARN msg="the store's disk is 76)`)
	says(http.StatusCreated)

	fillTo(t, folder, 86)
	metric("0.86")
	says(http.StatusCreated)
	hears()
	asks(http.StatusServiceUnavailable)
	c.backend.waitReady()

	fillTo(t, folder, 97.5)
	metric("0.97")
	says(http.StatusServiceUnavailable)
	hears()
	asks(http.StatusServiceUnavailable)
	c.backend.wantNotReady("disk_full", "full")
	if got := c.backend.send(http.MethodDelete, "/v1/visitors/crm-other", nil); got.status/100 != 2 {
		t.Errorf("an erasure is answered %d %s", got.status, got.body)
	}

	fillTo(t, folder, 100)
	if posted, err := c.service.Say(t.Context(), c.ana.ID, thread.ID, "Is there a byte left?"); err != nil || posted.Answer.Status != http.StatusServiceUnavailable {
		t.Errorf("on a full disk a specialist's line is answered %d, %v", posted.Answer.Status, err)
	}

	must(t, os.Remove(filepath.Join(folder, "ballast")))
	c.backend.waitReady()
	says(http.StatusCreated)
	hears()
	other = c.backend.beginAs("marketing", "crm-third")
	asks(http.StatusCreated)
	if code := c.docket.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	c.start()
	visitor.visitor.url = c.backend.url
	for i := range heard {
		visitor.waitSaid("specialist", fmt.Sprintf("A specialist's line, number %d.", i+1))
	}
	if code := c.docket.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// fillTo writes a file that others might have written, until so many percent of the disk are in use.
func fillTo(t *testing.T, folder string, percent float64) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(folder, "ballast"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	defer f.Close()
	for {
		var s syscall.Statfs_t
		must(t, syscall.Statfs(folder, &s))
		if 100-float64(s.Bavail)/float64(s.Blocks)*100 >= percent {
			return
		}
		if _, err := f.Write(make([]byte, s.Bsize)); err != nil {
			return // nothing is left
		}
	}
}
