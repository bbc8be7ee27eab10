package checks_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// protocolPage is the page that says which test puts which question, and faultsPage which one plays which fault.
const (
	protocolPage = "../docs/protocol-checks.md"
	faultsPage   = "../docs/faults.md"
)

// sharedRows are lists that more than one folder's tests play.
const sharedRows = "../bot/bottest/refusal_*.go"

// A suite is what a folder's tests declare.
type suite struct {
	functions map[string]bool
	texts     map[string]bool // every string literal, among them the names of rows
}

func suiteOf(t *testing.T, folder string) suite {
	t.Helper()
	s := suite{map[string]bool{}, map[string]bool{}}
	files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(folder), "*_test.go"))
	must(t, err)
	shared, err := filepath.Glob(sharedRows)
	must(t, err)
	for _, name := range append(files, shared...) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		must(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				s.functions[f.Name.Name] = true
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, err := strconv.Unquote(literal.Value)
				must(t, err)
				s.texts[text] = true
			}
			return true
		})
	}
	return s
}

var (
	codeSpan = regexp.MustCompile("`` (.+?) ``|`([^`]+)`")
	testName = regexp.MustCompile(`^([a-z/]+) ((?:Test|Fuzz)\w+)(?:/(.+))?$`)
)

// spans are the texts between backquotes.
func spans(text string) []string {
	var all []string
	for _, m := range codeSpan.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1]+m[2])
	}
	return all
}

// TestPagesNameTests finds a test or a row that a page names and that is not there.
func TestPagesNameTests(t *testing.T) {
	suites := map[string]suite{}
	for path, least := range map[string]int{protocolPage: 200, faultsPage: 60} {
		page, err := os.ReadFile(path)
		must(t, err)
		named := 0
		for number, line := range strings.Split(string(page), "\n") {
			for _, span := range spans(line) {
				m := testName.FindStringSubmatch(span)
				if m == nil {
					continue
				}
				folder, function, row := m[1], m[2], m[3]
				if _, known := suites[folder]; !known {
					suites[folder] = suiteOf(t, folder)
				}
				named++
				if !suites[folder].functions[function] || row != "" && !suites[folder].texts[row] {
					t.Errorf("%s, line %d: there is no %s", path, number+1, span)
				}
			}
		}
		if named < least {
			t.Errorf("%s names %d tests: it is not read as it is meant", path, named)
		}
	}
}

// TestFaultsPage: each fault has one row, and it says something.
func TestFaultsPage(t *testing.T) {
	page, err := os.ReadFile(faultsPage)
	must(t, err)
	for n := 1; n <= 54; n++ {
		name := fmt.Sprintf("| F%02d ", n)
		if n >= 32 && n <= 37 {
			name = "| F32–F37 "
		}
		_, row, found := strings.Cut(string(page), "\n"+name)
		if row, _, _ = strings.Cut(row, "\n"); !found || len(row) < 40 {
			t.Errorf("no row says what becomes of F%02d", n)
		}
	}
}

// TestProtocolPageCounts counts the rows of the page's last part and holds its figures to them.
func TestProtocolPageCounts(t *testing.T) {
	page, err := os.ReadFile(protocolPage)
	must(t, err)
	_, cases, found := strings.Cut(string(page), "\n### Authentication\n")
	if !found {
		t.Fatal("the page has no cases")
	}
	count := map[string]int{}
	for line := range strings.Lines(cases) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if len(cells) != 2 || !strings.Contains(cells[0], "`") {
			continue
		}
		kind := "the same"
		for _, other := range []string{"not here", "otherwise", "missing"} {
			if strings.HasPrefix(cells[1], other) {
				kind = other
			}
		}
		if kind != "missing" && kind != "not here" && !strings.Contains(cells[1], "`") {
			t.Errorf("this row says nothing: %s", line)
		}
		count[kind] += len(spans(cells[0]))
	}
	covered := count["the same"] + count["otherwise"]
	applying := covered + count["missing"]
	all := fmt.Sprintf("| all | %d | %d | %d | %d | %d |\n", applying+count["not here"], count["not here"], count["the same"], count["otherwise"], count["missing"])
	share := fmt.Sprintf("Of the %d cases that apply %d are covered, %.1f %%.", applying, covered, 100*float64(covered)/float64(applying))
	for _, want := range []string{all, share} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page should say %q", want)
		}
	}
	if covered*100 < applying*85 {
		t.Errorf("%d of %d cases are covered, want 85 %%", covered, applying)
	}
}
