package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// usedStore is the file of a store that has served.
func usedStore(t *testing.T) string {
	t.Helper()
	store := filepath.Join(t.TempDir(), "docket.db")
	p, url := serve(t, "DOCKET_API_KEY="+apiKey, "DOCKET_STORE=bolt:"+store)
	backend := api{t: t, url: url, bearer: apiKey}
	backend.call(http.StatusCreated, http.MethodPut, "/v1/agents/marketing", object{"name": "Mira"})
	backend.begin("marketing").say("1", "Hello")
	if code := p.stop(); code != 0 {
		t.Fatalf("it ended with %d", code)
	}
	return store
}

// TestStoresThatCannotBeOpened wants one clear line for each, and the folder as it was.
func TestStoresThatCannotBeOpened(t *testing.T) {
	write := func(content string, mode os.FileMode) func(*testing.T, string) {
		return func(t *testing.T, path string) { must(t, os.WriteFile(path, []byte(content), mode)) }
	}
	for _, row := range []struct {
		name string
		make func(t *testing.T, path string)
		code int
		want string // what the line says
	}{
		{"an empty file", write("", 0o600), storeDamaged, "empty file; restore a backup"},
		{"a text", write(strings.Repeat("these are notes\n", 4000), 0o600), storeDamaged, "; restore a good backup"},
		{"a file that others may read", write("x", 0o644), 1, "chmod 600"},
		{"a folder", func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, 1, "not a file"},
		{"another program's database", func(t *testing.T, path string) {
			db, err := bbolt.Open(path, 0o600, nil)
			must(t, err)
			must(t, db.Update(func(tx *bbolt.Tx) error {
				_, err := tx.CreateBucket([]byte("theirs"))
				return err
			}))
			must(t, db.Close())
		}, storeDamaged, "another program"},
		{"a store that is cut off", func(t *testing.T, path string) {
			content, err := os.ReadFile(usedStore(t))
			must(t, err)
			write(string(content[:3*os.Getpagesize()]), 0o600)(t, path)
		}, storeDamaged, "; restore a good backup"},
		{"a store with a broken page", func(t *testing.T, path string) {
			content, err := os.ReadFile(usedStore(t))
			must(t, err)
			for i := 0; i < len(content); i += 512 {
				copy(content[i:], bytes.Repeat([]byte{0xa5}, 64))
			}
			write(string(content), 0o600)(t, path)
		}, storeDamaged, "; restore a good backup"},
		{"a store that was lost", func(t *testing.T, path string) {
			store := usedStore(t)
			must(t, os.Rename(store+".id", path+".id"))
		}, 1, "restore a backup"},
	} {
		t.Run(row.name, func(t *testing.T) {
			store := filepath.Join(t.TempDir(), "docket.db")
			row.make(t, store)
			before := contents(t, filepath.Dir(store))
			code, stdout, stderr := ran(t, []string{"DOCKET_ADDR=127.0.0.1:0", "DOCKET_STORE=bolt:" + store}, "serve")
			if code != row.code || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "docket: DOCKET_STORE: ") || !strings.Contains(stderr, row.want) {
				t.Errorf("it ended with %d and said %q %q, want %d and a line with %q", code, stdout, stderr, row.code, row.want)
			}
			after := contents(t, filepath.Dir(store))
			for name, content := range before {
				if !bytes.Equal(after[name], content) {
					t.Errorf("%s has changed", name)
				}
			}
			for name := range after {
				if _, was := before[name]; !was {
					t.Errorf("%s was made", name)
				}
			}
		})
	}
}

// contents are the files of a folder; a folder in it has none.
func contents(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	all := map[string][]byte{}
	for _, e := range entries {
		all[e.Name()] = nil
		if e.Type().IsRegular() {
			if all[e.Name()], err = os.ReadFile(filepath.Join(folder, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

// TestOneProcessAtATime starts a second server on the store of a running one.
func TestOneProcessAtATime(t *testing.T) {
	store := filepath.Join(t.TempDir(), "docket.db")
	_, url := serve(t, "DOCKET_STORE=bolt:"+store)
	code, _, stderr := ran(t, []string{"DOCKET_ADDR=127.0.0.1:0", "DOCKET_STORE=bolt:" + store}, "serve")
	if code == 0 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "stop the other docket first") {
		t.Errorf("it ended with %d and said %q", code, stderr)
	}
	if got := (api{t: t, url: url}).send(http.MethodGet, "/readyz", nil); got.status != http.StatusOK {
		t.Errorf("the first one answers %d", got.status)
	}
}
