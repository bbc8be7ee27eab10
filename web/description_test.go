package web_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/docket-handoff/docket/web"
)

// described is the API's description, ready for checking answers against it.
type described struct {
	doc   map[string]any
	paths map[string]*regexp.Regexp

	mu       sync.Mutex
	compiler *jsonschema.Compiler
}

var description = sync.OnceValue(func() *described {
	raw, err := os.ReadFile("openapi.json")
	if err != nil {
		panic(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		panic(err)
	}
	d := &described{doc: doc.(map[string]any), paths: map[string]*regexp.Regexp{}, compiler: jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource("openapi.json", doc); err != nil {
		panic(err)
	}
	parameter := regexp.MustCompile(`\{\w+\}`)
	for path := range d.doc["paths"].(map[string]any) {
		d.paths[path] = regexp.MustCompile("^" + parameter.ReplaceAllString(path, "[^/]+") + "$")
	}
	return d
})

// check holds an answer of /v1 against what the description says of its route and status.
func (d *described) check(t *testing.T, c call, a answer) {
	t.Helper()
	path, _, _ := strings.Cut(c.path, "?")
	kind := a.header.Get("Content-Type")
	for template, pattern := range d.paths {
		operation, ok := d.doc["paths"].(map[string]any)[template].(map[string]any)[strings.ToLower(c.method)].(map[string]any)
		if !ok || !pattern.MatchString(path) {
			continue
		}
		at := "/paths/" + pointer(template) + "/" + strings.ToLower(c.method) + "/responses/" + strconv.Itoa(a.status)
		if kind == "application/problem+json" {
			at = "/components/responses/Problem"
		} else if operation["responses"].(map[string]any)[strconv.Itoa(a.status)] == nil {
			t.Errorf("%s %s: the status %d is not described", c.method, template, a.status)
			return
		}
		if strings.HasSuffix(kind, "json") {
			d.validate(t, at+"/content/"+pointer(kind)+"/schema", a.raw)
		}
		return
	}
}

func (d *described) validate(t *testing.T, at, body string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	schema, err := d.compiler.Compile("openapi.json#" + at)
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		t.Errorf("%s: %v", at, err)
	} else if err := schema.Validate(value); err != nil {
		t.Errorf("an answer that the description does not allow: %s\n%v", body, err)
	}
}

func pointer(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D", "+", "%2B").Replace(s)
}

func TestDescriptionNamesEveryRoute(t *testing.T) {
	s := newSite(t)
	var served, described []string
	for _, route := range s.server.Routes() {
		if strings.Contains(route, " /v1/") {
			served = append(served, route)
		}
	}
	for path, item := range description().doc["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			if method != "parameters" {
				described = append(described, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if diff := cmp.Diff(served, described); diff != "" {
		t.Errorf("routes (-served +described):\n%s", diff)
	}
}

func TestDescriptionNamesEveryCode(t *testing.T) {
	var listed []string
	problem := description().doc["components"].(map[string]any)["schemas"].(map[string]any)["Problem"].(map[string]any)
	for _, code := range problem["properties"].(map[string]any)["code"].(map[string]any)["enum"].([]any) {
		listed = append(listed, code.(string))
	}
	var known []string
	for _, code := range web.Codes() {
		known = append(known, string(code))
	}
	slices.Sort(known)
	if diff := cmp.Diff(known, listed); diff != "" {
		t.Errorf("codes (-known +described):\n%s", diff)
	}
}

func TestDescriptionIsServed(t *testing.T) {
	s := newSite(t)
	a := s.want(200, get("/openapi.json"))
	if a.json["openapi"] != "3.1.1" || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("served as %s", a.header.Get("Content-Type"))
	}
	var refs func(any)
	refs = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				var at any = a.json
				for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
					at, _ = at.(map[string]any)[step]
				}
				if at == nil {
					t.Errorf("%s leads nowhere", ref)
				}
			}
			for _, member := range v {
				refs(member)
			}
		case []any:
			for _, member := range v {
				refs(member)
			}
		}
	}
	refs(any(a.json))
}
