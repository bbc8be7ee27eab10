package audit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/storetest"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// written is a log of n entries by two people in turn.
func written(t *testing.T, n int) store.Engine {
	t.Helper()
	engine := new(storetest.Memory)
	for i := range n {
		e := audit.Entry{By: audit.Actor{Kind: audit.Admin, Name: []string{"ada", "ben"}[i%2]}, Act: audit.SignedIn, Subject: fmt.Sprint(i + 1)}
		must(t, engine.Update(t.Context(), func(tx store.Tx) error { return audit.Append(tx, monday.Add(time.Duration(i)*time.Minute), e) }))
	}
	return engine
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestListGoesBackwardsByPages(t *testing.T) {
	engine := written(t, 450)
	for _, row := range []struct {
		name  string
		query audit.Query
		all   int
		first string
	}{
		{"everything", audit.Query{Limit: 100}, 450, "450"},
		{"the usual page", audit.Query{}, 450, "450"},
		{"one person's", audit.Query{By: func(a audit.Actor) bool { return a.Name == "ada" }, Limit: 30}, 225, "449"},
		{"an act that nobody did", audit.Query{Act: "nothing.happened"}, 0, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var subjects []string
			for q := row.query; ; {
				page, err := audit.List(t.Context(), engine, q)
				must(t, err)
				for _, e := range page.Entries {
					subjects = append(subjects, e.Subject)
				}
				if q.Before = page.Next; q.Before == 0 {
					break
				}
			}
			if len(subjects) != row.all || row.all > 0 && subjects[0] != row.first {
				t.Errorf("%d entries, the first %q; want %d, %q", len(subjects), strings.Join(subjects[:min(1, len(subjects))], ""), row.all, row.first)
			}
		})
	}
}

// TestVerifyNamesWhatIsWrong spoils one thing in a chain of ten.
func TestVerifyNamesWhatIsWrong(t *testing.T) {
	key := func(n int) string { return fmt.Sprintf("audit/log/%016d", n) }
	noted, err := audit.Verify(t.Context(), written(t, 10), audit.Head{})
	must(t, err)
	for _, row := range []struct {
		name  string
		spoil func(tx store.Tx) error
		n     uint64 // of the entry that is named; 0: the chain holds
	}{
		{"nothing", func(store.Tx) error { return nil }, 0},
		{"an entry is changed", func(tx store.Tx) error {
			raw, err := tx.Get(key(4))
			return errors.Join(err, tx.Put(key(4), []byte(strings.Replace(string(raw), "ben", "ada", 1))))
		}, 4},
		{"an entry is removed", func(tx store.Tx) error { return tx.Delete(key(7)) }, 7},
		{"an entry stands in another's place", func(tx store.Tx) error {
			raw, err := tx.Get(key(2))
			return errors.Join(err, tx.Put(key(3), raw))
		}, 3},
		{"an entry is no entry", func(tx store.Tx) error { return tx.Put(key(5), []byte("{")) }, 5},
		{"an entry stands behind the last", func(tx store.Tx) error {
			raw, err := tx.Get(key(10))
			return errors.Join(err, tx.Put(key(11), raw))
		}, 11},
	} {
		t.Run(row.name, func(t *testing.T) {
			engine := written(t, 10)
			must(t, engine.Update(t.Context(), row.spoil))
			head, err := audit.Verify(t.Context(), engine, audit.Head{})
			var broken *audit.Broken
			switch {
			case row.n == 0:
				if err != nil || head != noted {
					t.Errorf("the head is %v, %v; want %v", head, err, noted)
				}
			case !errors.As(err, &broken) || broken.N != row.n:
				t.Errorf("the error is %v, want one that names entry %d", err, row.n)
			}
		})
	}
}

// TestANotedHeadMustStand: a log that was cut off or written anew is whole in itself.
func TestANotedHeadMustStand(t *testing.T) {
	noted, err := audit.Verify(t.Context(), written(t, 10), audit.Head{})
	must(t, err)
	back, err := audit.ParseHead(noted.String())
	if err != nil || back != noted {
		t.Errorf("%v is read back as %v, %v", noted, back, err)
	}
	if _, err := audit.Verify(t.Context(), written(t, 12), noted); err != nil {
		t.Errorf("with later entries: %v", err)
	}
	if _, err := audit.Verify(t.Context(), written(t, 9), noted); err == nil {
		t.Error("a log that was cut off is whole")
	}
	anew := new(storetest.Memory)
	for range 10 {
		must(t, anew.Update(t.Context(), func(tx store.Tx) error { return audit.Append(tx, monday, audit.Entry{Act: audit.SignedIn}) }))
	}
	if _, err := audit.Verify(t.Context(), anew, noted); err == nil {
		t.Error("a log that was written anew is the one whose head was noted")
	}
	for _, text := range []string{"", "1", "x:" + noted.Hash, "1:short"} {
		if _, err := audit.ParseHead(text); err == nil {
			t.Errorf("%q is read as a head", text)
		}
	}
}

// TestNothingBreaksALine: what people type becomes one line of text, and addresses lose their last part.
func TestNothingBreaksALine(t *testing.T) {
	engine := new(storetest.Memory)
	must(t, engine.Update(t.Context(), func(tx store.Tx) error {
		return audit.Append(tx, monday, audit.Entry{By: audit.Actor{Name: "ada\nroot", Network: audit.Network("203.0.113.77:5000")}, Act: audit.SignedIn, Subject: "a\r\nb"})
	}))
	page, err := audit.List(t.Context(), engine, audit.Query{})
	must(t, err)
	e := page.Entries[0]
	if strings.ContainsAny(e.By.Name+e.Subject, "\r\n") {
		t.Errorf("a line breaks: %q, %q", e.By.Name, e.Subject)
	}
	if strings.Contains(e.By.Network, ".77") || !strings.HasPrefix(e.By.Network, "203.0.113.") {
		t.Errorf("the network is %q", e.By.Network)
	}
}
