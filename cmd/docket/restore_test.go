package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// desktop is a folder with a store that has served, at data/docket.db, and what an operator does there. In arguments and
// expected words W stands for the folder.
type desktop struct {
	t      *testing.T
	folder string
}

func newDesktop(t *testing.T) desktop {
	d := desktop{t, t.TempDir()}
	used := usedStore(t)
	must(t, os.Mkdir(d.path("data"), 0o700))
	for _, suffix := range []string{"", ".id"} {
		must(t, os.Rename(used+suffix, d.path("data/docket.db"+suffix)))
	}
	return d
}

func (d desktop) path(name string) string { return filepath.Join(d.folder, name) }

// step is a command and what comes of it: words on stdout, or one line on stderr that holds them.
type step struct {
	command string
	fails   bool
	says    string // a regular expression
}

func (d desktop) do(steps ...step) {
	d.t.Helper()
	for _, s := range steps {
		args := strings.Fields(strings.ReplaceAll(s.command, "W", d.folder))
		code, stdout, stderr := ran(d.t, []string{"DOCKET_STORE=bolt:" + d.path("data/docket.db")}, args...)
		stdout, stderr = strings.ReplaceAll(stdout, d.folder, "W"), strings.ReplaceAll(stderr, d.folder, "W")
		said, silent := stdout, stderr
		if s.fails {
			said, silent = stderr, stdout
		}
		if s.fails != (code != 0) || silent != "" || s.fails && strings.Count(said, "\n") != 1 || !regexp.MustCompile(s.says).MatchString(said) {
			d.t.Errorf("docket %s ended with %d and said %q %q, want %s", s.command, code, stdout, stderr, s.says)
		}
	}
}

// names lists the files of the folder.
func (d desktop) names() (names []string) {
	for name := range contents(d.t, d.folder) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// spoil changes every occurrence of a line in a file.
func (d desktop) spoil(name string) {
	d.t.Helper()
	content, err := os.ReadFile(d.path(name))
	must(d.t, err)
	spoilt := bytes.ReplaceAll(content, []byte("Hello"), []byte("Hallo"))
	if bytes.Equal(content, spoilt) {
		d.t.Fatalf("%s does not hold the line", name)
	}
	must(d.t, os.WriteFile(d.path(name), spoilt, 0o600))
}

func TestRestoreFromBackups(t *testing.T) {
	d := newDesktop(t)
	d.do(
		step{"backup --out W/copy.db", false, `^Wrote W/copy\.db: `},
		step{"restore W/copy.db", true, `^docket: nothing was restored: there is a store at W/data/docket\.db; --force moves it aside\n$`},
		step{"restore W/copy.db --force", false, `^Restored W/data/docket\.db from W/copy\.db: \d+ rows, looked through\.\nThe store that was there is now W/data/docket\.db\.replaced-[0-9TZ.]+\.\n$`},
		step{"restore --store=bolt:W/new/folder/docket.db W/copy.db", false, `^Restored W/new/folder/docket\.db from W/copy\.db: \d+ rows, looked through\.\n$`},
	)
	must(t, os.Remove(d.path("new/folder/docket.db"))) // a store that was lost needs no force
	d.do(
		step{"restore --store=bolt:W/new/folder/docket.db W/copy.db", false, `^Restored `},
		step{"backup --store=bolt:W/new/folder/docket.db --out W/again.db", false, `^Wrote `},
	)
}

// TestRestoreTellsOfKeys: who restores must know that a key which was revoked since lets somebody in again.
func TestRestoreTellsOfKeys(t *testing.T) {
	d := newDesktop(t)
	engine, err := bolt.Open(d.path("data/docket.db"))
	must(t, err)
	must(t, engine.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.Put("apikeys/dkAAAAAAAAAAAA", []byte("{}")), tx.Put("apikeys/dkBBBBBBBBBBBB", []byte("{}")))
	}))
	must(t, engine.Close())
	d.do(
		step{"backup --out W/copy.db", false, `^Wrote `},
		step{"restore W/copy.db --force", false, `^Restored .*\n.*\nAPI keys in it: 2\. One that was revoked since the backup is good again: .*\n$`},
	)
}

// TestRestoreRefusals wants every backup refused that is none, and the store as it was.
func TestRestoreRefusals(t *testing.T) {
	d := newDesktop(t)
	d.do(step{"backup --out W/damaged.db", false, `^Wrote `})
	d.spoil("damaged.db")
	good, err := os.ReadFile(d.path("data/docket.db"))
	must(t, err)
	for name, content := range map[string]string{"note": strings.Repeat("These are notes. ", 1000), "empty": "", "cut": string(good[:4*os.Getpagesize()])} {
		must(t, os.WriteFile(d.path(name), []byte(content), 0o600))
	}
	before := contents(t, d.path("data"))
	d.do(
		step{"restore W/damaged.db --force", true, `^docket: nothing was restored: store: damaged: 1 of the rows `},
		step{"restore W/note --force", true, `not a store of this program`},
		step{"restore W/empty --force", true, `empty file`},
		step{"restore W/cut --force", true, `is cut off`},
		step{"restore W/missing --force", true, `there is no W/missing`},
		step{"restore W/data --force", true, `is not a file`},
		step{"restore W/data/docket.db --force", true, `is the store itself`},
		step{"restore", true, `expected "<file>"`},
		step{"restore W/cut --store=postgres://db", true, `^docket: DOCKET_STORE: `},
	)
	after := contents(t, d.path("data"))
	if len(after) != len(before) {
		t.Errorf("%d files are in the folder, %d were", len(after), len(before))
	}
	for name, content := range before {
		if !bytes.Equal(after[name], content) {
			t.Errorf("%s has changed", name)
		}
	}
}

// TestBackupRefusals wants nothing replaced that should stay, and nothing made that is no backup.
func TestBackupRefusals(t *testing.T) {
	d := newDesktop(t)
	d.do(
		step{"backup --out W/copy.db", false, `^Wrote W/copy\.db: [0-9.]+ [KM]iB, \d+ rows, looked through\.\n$`},
		step{"restore --store=bolt:W/other.db W/copy.db", false, `^Restored `},
	)
	must(t, os.Mkdir(d.path("folder"), 0o700))
	names, older := d.names(), contents(t, d.folder)
	d.do(
		step{"backup --out W/copy.db", true, `^docket: --out: W/copy\.db exists; choose another name, or replace it with --force\n$`},
		step{"backup --force --out W/data/docket.db", true, `belongs to the store itself`},
		step{"backup --force --out W/data/../data/docket.db.id", true, `belongs to the store itself`},
		step{"backup --force --out W/other.db", true, `is a store`},
		step{"backup --force --out W/folder", true, `is not a file`},
		step{"backup --out W/missing/copy.db", true, `no such file`},
		step{"backup", true, `--out`},
		step{"backup --store=bolt:W/empty/docket.db --out W/new.db", true, `there is no W/empty/docket\.db`},
		step{"backup --store=postgres://db --out W/new.db", true, `^docket: DOCKET_STORE: `},
	)
	d.spoil("data/docket.db")
	d.do(
		step{"backup --out W/new.db", true, `damaged`},
		step{"backup --force --out W/copy.db", true, `damaged`},
	)
	if got := d.names(); !slices.Equal(got, names) {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
	for name, content := range contents(t, d.folder) {
		if !bytes.Equal(older[name], content) {
			t.Errorf("%s has changed", name)
		}
	}
}

// TestRestoreUnderAServer: nobody changes the store of a running server, not even by force.
func TestRestoreUnderAServer(t *testing.T) {
	o := newOffice(t)
	visitor := o.backend.begin("marketing")
	backup := filepath.Join(t.TempDir(), "backup.db")
	o.says(o.store, "backup", "--out", backup)
	visitor.say("1", "After the backup.")
	for _, force := range [][]string{nil, {"--force"}} {
		code, stdout, stderr := ran(t, []string{"DOCKET_STORE=bolt:" + o.store}, append([]string{"restore", backup}, force...)...)
		if code == 0 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "stop it first") {
			t.Errorf("it ended with %d and said %q %q", code, stdout, stderr)
		}
	}
	visitor.waitSaid("visitor", "After the backup.")
	o.stop()

	said := o.says(o.store, "restore", "--force", backup)
	_, aside, found := strings.Cut(said, "The store that was there is now ")
	if !found {
		t.Fatalf("it said %q", said)
	}
	o.start()
	visitor.visitor.url = o.backend.url
	if lines := visitor.said(); len(lines) != 0 {
		t.Errorf("the restored store holds what was said after the backup: %v", lines)
	}
	o.stop()
	o.store = strings.TrimSuffix(strings.TrimSpace(aside), ".")
	o.start()
	visitor.visitor.url = o.backend.url
	visitor.waitSaid("visitor", "After the backup.")
	o.stop()
}
