package docs_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "copy the code of the examples into the page")

// snippet is a block of Go in a page, with the comment above it that names its source.
var snippet = regexp.MustCompile("(?m)^(?:<!-- code: (\\S+) (\\w+) -->\n)?```go\n((?s:.*?))```$")

// TestSnippets holds the Go code of the guide to the examples that run. Run with -update after an example has changed.
func TestSnippets(t *testing.T) {
	page, err := os.ReadFile("sdk.md")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	written := snippet.ReplaceAllStringFunc(string(page), func(block string) string {
		count++
		parts := snippet.FindStringSubmatch(block)
		file, name, code := parts[1], parts[2], parts[3]
		if file == "" {
			t.Errorf("this code is no example's:\n%s", code)
			return block
		}
		want := function(t, filepath.FromSlash("../"+file), name)
		if code != want && !*update {
			t.Errorf("%s in %s has changed; run go test ./docs -update", name, file)
		}
		return "<!-- code: " + file + " " + name + " -->\n```go\n" + want + "```"
	})
	if count < 7 {
		t.Errorf("only %d snippets", count)
	}
	if *update {
		if err := os.WriteFile("sdk.md", []byte(written), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// function is the source of a function, with its comment.
func function(t *testing.T, file, name string) string {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range parsed.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Name.Name != name {
			continue
		}
		start := f.Pos()
		if f.Doc != nil {
			start = f.Doc.Pos()
		}
		return string(source[files.Position(start).Offset:files.Position(f.End()).Offset]) + "\n"
	}
	t.Fatalf("%s has no function %s", file, name)
	return ""
}

// TestLinks follows the links of all pages to files of this repository.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
	code := regexp.MustCompile("(?s)```.*?```")
	for _, page := range pages {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllStringSubmatch(code.ReplaceAllString(string(content), ""), -1) {
			if _, err := os.Stat(filepath.FromSlash(found[1])); err != nil && !strings.HasPrefix(found[1], "/") {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}
