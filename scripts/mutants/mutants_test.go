package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// TestEveryBreakageFits holds the list against the code: it must not rot while the code goes on.
func TestEveryBreakageFits(t *testing.T) {
	const least = 30
	if len(mutants) < least {
		t.Errorf("there are %d breakages, want %d", len(mutants), least)
	}
	names := map[string]bool{}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			if names[m.name] {
				t.Error("the name is taken")
			}
			names[m.name] = true
			broken, err := m.apply(root)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.ParseFile(token.NewFileSet(), m.file, broken, parser.SkipObjectResolution); err != nil {
				t.Errorf("it is no Go any more: %v", err)
			}
			if m.breaks == "" || !m.hasTest(t) {
				t.Errorf("no test %s in %s, or nobody says what it breaks", m.run, m.room)
			}
		})
	}
}

// hasTest says whether a test of that name, up to the first slash, is declared in the room.
func (m mutant) hasTest(t *testing.T) bool {
	t.Helper()
	name, _, _ := strings.Cut(m.run, "/")
	name = strings.Trim(name, "^$")
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(m.room), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range strings.Split(name, "|") {
			if strings.Contains(string(source), "func "+one) {
				return true
			}
		}
	}
	return false
}

// TestABreakageIsTold plays one that a test finds, one that none finds, and one that does not fit.
func TestABreakageIsTold(t *testing.T) {
	t.Chdir(root)
	const file, room, run = "scripts/mutants/testdata/sum/sum.go", "scripts/mutants/testdata/sum", "TestSum"
	for _, row := range []struct {
		name     string
		old, new string
		red      string
		unfit    string
	}{
		{"found", "a + b", "a - b", "TestSum", ""},
		{"survives", "a + b", "b + a", "", ""},
		{"kills the program", "a + b", "a + b + len(os.Args[99])", "", "does not build"},
		{"panics", "return a + b", "panic(a)", "TestSum", ""},
		{"stands nowhere", "a * b", "a", "", "0 times"},
	} {
		t.Run(row.name, func(t *testing.T) {
			red, err := mutant{file: file, old: row.old, new: row.new, room: room, run: run}.try(t.Context(), t.TempDir())
			if red != row.red || (err == nil) != (row.unfit == "") || err != nil && !strings.Contains(err.Error(), row.unfit) {
				t.Errorf("red is %q and the error %v, want %q and %q", red, err, row.red, row.unfit)
			}
		})
	}
	red, err := mutant{file: file, old: "a + b", new: "a - b", room: room, run: "TestNothing"}.try(t.Context(), t.TempDir())
	if red != "" || err == nil {
		t.Errorf("tests that are not there count as %q, %v", red, err)
	}
}
