package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// TestAuditVerify looks beside a running server and on a stopped store, at a log that is whole, one that was changed, and one that was
// cut off behind a head that somebody had noted.
func TestAuditVerify(t *testing.T) {
	o := newOffice(t)
	beside := o.says(o.store, "audit", "verify")
	if !strings.HasPrefix(beside, "The audit log is whole: 2 entries.") { // the first start's link, and the agent
		t.Errorf("beside a server it says %s", beside)
	}
	o.stop()
	alone := o.says(o.store, "audit", "verify")
	if alone != beside {
		t.Errorf("alone it says %s, beside a server %s", alone, beside)
	}
	head := alone[strings.LastIndexByte(strings.TrimSpace(alone), ' ')+1 : len(alone)-1]
	o.says(o.store, "audit", "verify", "--noted", head)

	change := func(fn func(tx store.Tx) error) {
		engine, err := bolt.Open(o.store)
		if err != nil {
			t.Fatal(err)
		}
		if err := engine.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
		if err := engine.Close(); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(want string, args ...string) {
		t.Helper()
		code, stdout, stderr := ran(t, []string{"DOCKET_STORE=bolt:" + o.store}, append([]string{"audit", "verify"}, args...)...)
		if code != 1 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("it ended with %d and said %s%s, want %q", code, stdout, stderr, want)
		}
	}
	var kept []byte
	change(func(tx store.Tx) error {
		var err error
		if kept, err = tx.Get("audit/log/0000000000000002"); err != nil {
			return err
		}
		return tx.Put("audit/log/0000000000000002", []byte(strings.Replace(string(kept), "DOCKET_API_KEY", "SOMEBODY_ELSE", 1)))
	})
	refused("entry 2 was changed")
	change(func(tx store.Tx) error { return tx.Put("audit/log/0000000000000002", kept) })
	change(func(tx store.Tx) error {
		for _, key := range []string{"audit/log/0000000000000001", "audit/log/0000000000000002", "audit/head"} {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
	o.says(o.store, "audit", "verify") // an empty log is whole: that is why a head is worth noting
	refused("entry 1 is missing", "--noted", head)
	refused("--noted", "--noted", "nonsense")
}

// TestAdminLink lets an admin in by a link that the program makes for a running server, once.
func TestAdminLink(t *testing.T) {
	o := newOffice(t)
	link := strings.TrimSpace(o.says(o.store, "admin-link"))
	token := link[strings.LastIndexByte(link, '/')+1:]
	if !strings.HasPrefix(link, o.backend.url+"/admin/signin/link/") {
		t.Fatalf("the link is %s", link)
	}
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar}
	for _, want := range []int{http.StatusOK, http.StatusForbidden} {
		response, err := browser.PostForm(o.backend.url+"/admin/signin/link", url.Values{"token": {token}})
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("the link was answered %d, want %d", response.StatusCode, want)
		}
	}
	if said := o.docket.stderr.String(); strings.Contains(said, token) {
		t.Errorf("the link stands in the log:\n%s", said)
	}
	o.stop()
	if code, _, stderr := ran(t, []string{"DOCKET_STORE=bolt:" + o.store}, "admin-link"); code != 1 || !strings.Contains(stderr, "no docket runs") {
		t.Errorf("without a server it ended with %d and said %s", code, stderr)
	}
}
