package docket_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/docket-handoff/docket"

// rooms says what each room may import beside the standard library: rooms by their path, libraries by theirs. The SDK's rooms
// import what their line says and nothing of the server.
var rooms = map[string][]string{
	"activity":        {},
	"auth":            {"activity", "github.com/golang-jwt/jwt/v5", "github.com/lestrrat-go/jwx/v2", "golang.org/x/oauth2", "golang.org/x/sync", "golang.org/x/time"},
	"auth/entra":      {"auth", "github.com/Azure/azure-sdk-for-go/sdk", "github.com/golang-jwt/jwt/v5", "github.com/google/uuid"},
	"cards":           {"activity"},
	"bot":             {"activity", "auth"},
	"bot/bottest":     {"activity", "auth", "github.com/golang-jwt/jwt/v5", "github.com/lestrrat-go/jwx/v2", "github.com/google/uuid"},
	"manifest":        {},
	"store":           {},
	"store/bolt":      {"store", "go.etcd.io/bbolt"},
	"store/storetest": {"store"},
	"audit":           {"store"},
	"handoff":         {"audit", "store", "github.com/google/uuid", "golang.org/x/sync", "golang.org/x/net", "golang.org/x/text"},
	"teams":           {"handoff", "audit", "bot", "cards", "activity", "auth", "golang.org/x/net"},
	"agent":           {"handoff"},
	"web":             {"handoff", "audit", "web/widget", "github.com/labstack/echo/v4", "github.com/golang-jwt/jwt/v5", "github.com/google/uuid", "golang.org/x/time"},
	"web/widget":      {},
	"web/admin":       {"handoff", "agent", "audit", "store", "github.com/coreos/go-oidc/v3", "golang.org/x/crypto", "golang.org/x/oauth2", "github.com/google/uuid"},
	"web/demo":        {"bot/bottest", "activity", "handoff"},
	"examples":        {"activity", "auth", "bot", "cards"},
	"":                {},

	// These know every room: the program, and what serves tests and measurements alone.
	"cmd": {"*"},

	"checks":              {"*"},
	"checks/browser":      {"checks", "github.com/chromedp"},
	"web/admin/admintest": {"*"},
	"bench":               {"*"},
	"scripts":             {"*"},
}

// source is one Go file that is not a test.
type source struct {
	path string // from the module's root
	room string
	file *ast.File
}

// sources parses the module's own files.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || (len(d.Name()) > 1 && d.Name()[0] == '.')) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments|parser.SkipObjectResolution)
		out = append(out, source{path: filepath.ToSlash(p), room: roomOf(filepath.ToSlash(p)), file: file})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// roomOf finds the nearest folder above a file that is a room.
func roomOf(file string) string {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if _, room := rooms[dir]; room {
			return dir
		}
	}
	return ""
}

func TestImportsRunDownwards(t *testing.T) {
	for _, s := range sources(t) {
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if !mayImport(s.room, imported) {
				t.Errorf("%s: room %q may not import %s", s.path, s.room, imported)
			}
		}
	}
}

func mayImport(room, imported string) bool {
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return true // the standard library
	}
	if inside, ours := strings.CutPrefix(imported, module+"/"); ours {
		target := roomOf(inside + "/x.go")
		return target == room || slices.Contains(rooms[room], target) || slices.Contains(rooms[room], "*")
	}
	return slices.ContainsFunc(rooms[room], func(library string) bool {
		return library == "*" || imported == library || strings.HasPrefix(imported, library+"/")
	})
}

// The check must be able to fail.
func TestForbiddenImportsAreRefused(t *testing.T) {
	for _, row := range []struct{ room, imported string }{
		{"activity", "golang.org/x/net/html"},
		{"activity", module + "/bot"},
		{"auth", module + "/bot"},
		{"bot", module + "/handoff"},
		{"handoff", module + "/teams"},
		{"handoff", module + "/store/bolt"},
		{"web", module + "/teams"},
		{"teams", module + "/web"},
		{"teams", module + "/store"},
		{"store", "go.etcd.io/bbolt"},
		{"audit", module + "/handoff"},
		{"web/admin", module + "/web"},
	} {
		if mayImport(row.room, row.imported) {
			t.Errorf("room %q may import %s", row.room, row.imported)
		}
	}
}

func TestEveryPackageHasOneDoc(t *testing.T) {
	docs, packages := map[string][]string{}, map[string]bool{}
	for _, s := range sources(t) {
		dir := path.Dir(s.path)
		packages[dir] = true
		if s.file.Doc != nil {
			docs[dir] = append(docs[dir], s.path)
		}
	}
	for dir := range packages {
		if len(docs[dir]) != 1 {
			t.Errorf("%s has %d package comments (%s), want 1", dir, len(docs[dir]), strings.Join(docs[dir], ", "))
		}
	}
}

func TestEveryExportedNameHasADoc(t *testing.T) {
	for _, s := range sources(t) {
		if s.file.Name.Name == "main" {
			continue
		}
		for _, decl := range s.file.Decls {
			for _, name := range undocumented(decl) {
				t.Errorf("%s: %s has no comment", s.path, name)
			}
		}
	}
}

// undocumented lists the exported names of a declaration that nothing describes. A comment on a group serves its members.
func undocumented(decl ast.Decl) []string {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && d.Doc == nil {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if name.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
						names = append(names, name.Name)
					}
				}
			}
		}
		return names
	}
	return nil
}

// exportedReceiver says whether a method can be seen from outside at all.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	kind := d.Recv.List[0].Type
	if star, pointer := kind.(*ast.StarExpr); pointer {
		kind = star.X
	}
	if generic, ok := kind.(*ast.IndexExpr); ok {
		kind = generic.X
	}
	name, ok := kind.(*ast.Ident)
	return ok && name.IsExported()
}
