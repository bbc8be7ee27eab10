package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the path of the program as go build makes it, with the race detector where the tests have it.
var binary string

func TestMain(m *testing.M) { os.Exit(withBinary(m.Run)) }

// withBinary runs the tests with the program built beside them.
func withBinary(tests func() int) int {
	folder, err := os.MkdirTemp("", "docket-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	binary = filepath.Join(folder, "docket")
	build := exec.Command("go", "build", "-o", binary)
	if raceEnabled {
		build.Args = append(build.Args, "-race")
	}
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program does not build: %v\n%s", err, output)
		return 1
	}
	return tests()
}
