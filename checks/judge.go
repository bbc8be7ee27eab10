package checks

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What Activities judges.
const (
	Activity     = "activity"     // the body of a post or an update
	Conversation = "conversation" // the body of a request for a new thread
	Answer       = "answer"       // the body that answers a press
)

// Findings are what a judge finds wrong with each file, in words. A clean file has no entry.
type Findings map[string][]string

// String lists the findings, a line for each.
func (f Findings) String() string {
	var b strings.Builder
	for _, file := range slices.Sorted(maps.Keys(f)) {
		for _, finding := range f[file] {
			fmt.Fprintf(&b, "%s: %s\n", filepath.Base(file), finding)
		}
	}
	return b.String()
}

// Cards judges Adaptive Cards: files that hold a card or a list of cards.
func Cards(t testing.TB, files ...string) Findings {
	t.Helper()
	return judge(t, "cards.mjs", nil, files)
}

// Activities judges what a bot sends: files that hold one of a kind, or a list.
func Activities(t testing.TB, kind string, files ...string) Findings {
	t.Helper()
	return judge(t, "activities.mjs", []string{kind}, files)
}

// AppPackages judges Teams app packages: zip files.
func AppPackages(t testing.TB, files ...string) Findings {
	t.Helper()
	return judge(t, "manifest.mjs", nil, files)
}

// File writes a value as JSON into a file that lasts as long as the test, for a judge to read.
func File(t testing.TB, value any) string {
	t.Helper()
	content, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "value.json")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// judge runs a script over files. Files that cannot be judged at all fail the test: a judge that could not look is not one that
// found nothing.
func judge(t testing.TB, script string, words, files []string) Findings {
	t.Helper()
	node := judgesAtHome(t)
	arguments := slices.Concat([]string{filepath.Join(root(t), "checks", script)}, words, files)
	output, err := exec.CommandContext(t.Context(), node, arguments...).CombinedOutput()
	found := sorted(string(output), files)
	var exit *exec.ExitError
	switch {
	case err == nil && len(found) == 0:
	case errors.As(err, &exit) && exit.ExitCode() == 1 && len(found) > 0:
	default:
		t.Fatalf("%s: %v\n%s", script, err, output)
	}
	return found
}

// sorted reads a judge's lines. Each begins with the file that it is about.
func sorted(output string, files []string) Findings {
	found := Findings{}
	for line := range strings.Lines(output) {
		for _, file := range files {
			if finding, about := strings.CutPrefix(strings.TrimSpace(line), file+": "); about && finding != "ok" {
				found[file] = append(found[file], finding)
			}
		}
	}
	return found
}

// judgesAtHome is the path of Node.js, when the judges are installed.
func judgesAtHome(t testing.TB) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		Missing(t, Node, "put Node.js 20 or newer into the PATH")
	}
	Package(t, Node, "ajv")
	for _, pattern := range []string{"*.mjs", "data/*.json", "package-lock.json"} {
		files, err := filepath.Glob(filepath.Join(root(t), "checks", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s in checks/", pattern)
		}
		for _, file := range files {
			read(t, file)
		}
	}
	return node
}

// read opens a file that another program will use, so that the go command's cache knows of it.
func read(t testing.TB, file string) {
	t.Helper()
	if _, err := os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
}
