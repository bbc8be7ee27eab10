package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/checks"
)

func TestManifestWritesAPackage(t *testing.T) {
	out := filepath.Join(t.TempDir(), "docket.zip")
	env := []string{aBot, "DOCKET_PUBLIC_URL=https://chat.example.com"}
	code, stdout, stderr := ran(t, env, "manifest", "--out="+out)
	if code != 0 || stderr != "" || !strings.Contains(stdout, out) {
		t.Fatalf("it ended with %d and said %q %q", code, stdout, stderr)
	}
	first, err := os.ReadFile(out)
	must(t, err)
	if code, _, stderr := ran(t, env, "manifest", "--out="+out); code != 0 {
		t.Fatalf("a second time it ended with %d and said %q", code, stderr)
	}
	if second, err := os.ReadFile(out); err != nil || string(first) != string(second) {
		t.Errorf("a second package of the same settings is another one, %v", err)
	}
	t.Run("judged", func(t *testing.T) {
		if found := checks.AppPackages(t, out); len(found) > 0 {
			t.Errorf("the judge says\n%s", found)
		}
	})
}

// TestManifestRefuses wants one line, and neither a package nor a part of one.
func TestManifestRefuses(t *testing.T) {
	const public = "DOCKET_PUBLIC_URL=https://chat.example.com"
	for _, row := range []struct {
		name string
		env  []string
		args []string
		want string
	}{
		{"no bot", []string{public}, nil, "DOCKET_BOT_ID: "},
		{"a bot's id that is no GUID", []string{public, "DOCKET_BOT_ID=docket"}, nil, "DOCKET_BOT_ID: "},
		{"no public URL", []string{aBot}, nil, "DOCKET_PUBLIC_URL: "},
		{"a public URL without TLS", []string{aBot, "DOCKET_PUBLIC_URL=http://chat.example.com"}, nil, "DOCKET_PUBLIC_URL: "},
		{"a long name", []string{aBot, public, "DOCKET_NAME=" + strings.Repeat("x", 31)}, nil, "the package was not written: "},
		{"a version that is none", []string{aBot, public}, []string{"--app-version=new"}, "the package was not written: "},
		{"a page that is none", []string{aBot, public}, []string{"--privacy=our office"}, "the package was not written: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			folder := t.TempDir()
			code, stdout, stderr := ran(t, row.env, append([]string{"manifest", "--out=" + filepath.Join(folder, "docket.zip")}, row.args...)...)
			if code == 0 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "docket: "+row.want) {
				t.Errorf("it ended with %d and said %q %q, want a line that begins with %q", code, stdout, stderr, row.want)
			}
			if left := contents(t, folder); len(left) > 0 {
				t.Errorf("it left %d files behind", len(left))
			}
		})
	}
	t.Run("a folder that is not there", func(t *testing.T) {
		code, _, stderr := ran(t, []string{aBot, public}, "manifest", "--out="+filepath.Join(t.TempDir(), "no", "docket.zip"))
		if code == 0 || strings.Count(stderr, "\n") != 1 {
			t.Errorf("it ended with %d and said %q", code, stderr)
		}
	})
}
