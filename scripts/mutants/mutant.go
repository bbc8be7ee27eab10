package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A mutant is one breakage, and the tests that must notice.
type mutant struct {
	name   string
	breaks string // what would happen to people if nobody noticed
	file   string // from the module's root
	old    string // stands in the file exactly once
	new    string
	room   string // whose tests must turn red
	run    string // which of them; the smaller, the sooner
}

// apply returns the file with the breakage in it.
func (m mutant) apply(root string) ([]byte, error) {
	source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m.file)))
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		return nil, fmt.Errorf("%s has the text to change %d times, not once: %q", m.file, n, m.old)
	}
	return bytes.Replace(source, []byte(m.old), []byte(m.new), 1), nil
}

// try runs the mutant's tests on the broken program and returns the first that turned red; none when it survived.
func (m mutant) try(ctx context.Context, folder string) (red string, err error) {
	root, err := filepath.Abs(".")
	if err != nil {
		return "", err
	}
	broken, err := m.apply(root)
	if err != nil {
		return "", err
	}
	overlay, err := m.overlay(root, folder, broken)
	if err != nil {
		return "", err
	}
	test := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-failfast", "-timeout=5m", "-run", m.run, "./"+m.room)
	// A test that builds the program builds the broken one too.
	test.Env = append(os.Environ(), "GOFLAGS=-overlay="+overlay)
	output, err := test.Output()
	var exit *exec.ExitError
	switch {
	case err == nil && !bytes.Contains(output, []byte(`"Action":"run"`)):
		return "", fmt.Errorf("no test is called %s in %s", m.run, m.room)
	case err == nil:
		return "", nil
	case !errors.As(err, &exit):
		return "", err
	}
	if red = firstFailure(output); red == "" {
		return "", fmt.Errorf("it does not build: %s%s", exit.Stderr, lines(output))
	}
	return red, nil
}

// overlay writes the broken file beside the tree and says to the go command that it stands in it.
func (m mutant) overlay(root, folder string, broken []byte) (string, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	changed := filepath.Join(folder, "broken.go")
	table, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, filepath.FromSlash(m.file)): changed}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "overlay.json")
	return path, errors.Join(os.WriteFile(changed, broken, 0o600), os.WriteFile(path, table, 0o600))
}

// An event is a line of go test -json. https://pkg.go.dev/cmd/test2json
type event struct {
	Action, Package, Test, Output string
}

func events(output []byte) (all []event) {
	for scan := bufio.NewScanner(bytes.NewReader(output)); scan.Scan(); {
		var e event
		if json.Unmarshal(scan.Bytes(), &e) == nil {
			all = append(all, e)
		}
	}
	return all
}

// firstFailure names the first test that failed or was running when the whole program died.
func firstFailure(output []byte) (name string) {
	last := ""
	for _, e := range events(output) {
		switch {
		case e.Action == "fail" && e.Test != "":
			return e.Test
		case e.Action == "run":
			last = e.Test
		case e.Action == "fail" && last != "":
			return last
		}
	}
	return ""
}

// lines is what the tests or the compiler printed, the end of it.
func lines(output []byte) string {
	var text strings.Builder
	for _, e := range events(output) {
		text.WriteString(e.Output)
	}
	s := strings.TrimSpace(text.String())
	return s[max(0, len(s)-2000):]
}
