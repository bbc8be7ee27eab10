// Command report reads the output of go test -json and prints what a person wants of it: one line a package as it ends, the
// output of what failed, and at the end the tests that were skipped, by name. It exits non-zero when a test failed or was
// skipped.
//
//	go test -json ./... | go run ./scripts/report
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

func main() {
	r := newReport(os.Stdout)
	if err := r.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(2)
	}
	if !r.close() {
		os.Exit(1)
	}
}

// An event is a line of go test -json. https://pkg.go.dev/cmd/test2json
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

type report struct {
	out     io.Writer
	output  map[string]*strings.Builder // what a test or a package printed so far
	skipped []string
	failed  []string
	passed  int
}

func newReport(out io.Writer) *report {
	return &report{out: out, output: map[string]*strings.Builder{}}
}

func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		var e event
		switch {
		case len(line) == 0:
		case json.Unmarshal(line, &e) != nil:
			_, _ = r.out.Write(line) // of the go command itself
		default:
			r.take(e)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) take(e event) {
	name := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "output":
		r.keep(name, e)
	case "pass", "skip", "fail":
		r.end(name, e)
	}
}

func (r *report) keep(name string, e event) {
	if e.Test == "" && closing(e.Output) {
		fmt.Fprint(r.out, e.Output)
		return
	}
	if r.output[name] == nil {
		r.output[name] = &strings.Builder{}
	}
	r.output[name].WriteString(e.Output)
}

// closing tells the line that ends a package.
func closing(line string) bool {
	for _, start := range []string{"ok  \t", "FAIL\t", "?   \t"} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return false
}

func (r *report) end(name string, e event) {
	var output string
	if kept := r.output[name]; kept != nil {
		output = kept.String()
		delete(r.output, name)
	}
	switch {
	case e.Action == "fail" && e.Test != "":
		r.failed = append(r.failed, name)
		fmt.Fprintf(r.out, "\n--- %s\n%s\n", name, output)
	case e.Action == "fail":
		r.unended(e.Package)
		r.failed = append(r.failed, name)
		fmt.Fprint(r.out, output)
	case e.Action == "skip" && e.Test != "":
		r.skipped = append(r.skipped, name+": "+reason(output))
	case e.Action == "pass" && e.Test != "":
		r.passed++
	}
}

// unended tells of the tests of a package that began and did not end before it did: go test says nothing of their own about
// them when it ran out of time or crashed, and what it says of that stands in the output of one of them.
func (r *report) unended(pkg string) {
	for _, name := range slices.Sorted(maps.Keys(r.output)) {
		if !strings.HasPrefix(name, pkg+" ") || name == pkg+" " {
			continue
		}
		r.failed = append(r.failed, name+": it did not end")
		fmt.Fprintf(r.out, "\n--- %s, which did not end\n%s\n", name, r.output[name])
		delete(r.output, name)
	}
}

// reason is what a skipped test said, on one line.
func reason(output string) string {
	var said []string
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			said = append(said, line)
		}
	}
	return strings.Join(said, " ")
}

// close prints the end of the report and tells whether all is well.
func (r *report) close() bool {
	fmt.Fprintf(r.out, "\n%d passed, %d failed, %d skipped\n", r.passed, len(r.failed), len(r.skipped))
	list(r.out, "failed", r.failed)
	list(r.out, "skipped", r.skipped)
	return r.passed > 0 && len(r.failed) == 0 && len(r.skipped) == 0
}

func list(out io.Writer, what string, names []string) {
	for _, name := range names {
		fmt.Fprintf(out, "%s: %s\n", what, name)
	}
}
