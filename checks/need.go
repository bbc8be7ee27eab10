package checks

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A Thing is something besides Go that a test may need.
type Thing string

// The things, as DOCKET_TEST_REQUIRE names them.
const (
	Browser    Thing = "browser"    // Chromium
	Node       Thing = "node"       // Node.js 20 or newer, and the packages of package.json beside this file
	Playground Thing = "playground" // Microsoft 365 Agents Playground, one of these packages
	Strace     Thing = "strace"     // a tracer of system calls that may trace
	Mount      Thing = "mount"      // the right to mount a file system
)

// Missing ends a test that cannot have a thing: it is skipped, or it fails when the thing is required. The remedy says how to
// get it.
func Missing(t testing.TB, thing Thing, remedy string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("DOCKET_TEST_REQUIRE"), ","), string(thing)) {
		t.Fatalf("needs %s, which DOCKET_TEST_REQUIRE asks for: %s", thing, remedy)
	}
	t.Skipf("needs %s: %s", thing, remedy)
}

// Chromium is the path of a browser.
func Chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, Browser, "put chromium into the PATH")
	return ""
}

// Tracer is the path of strace, on a machine that lets it trace.
func Tracer(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(path, "-f", "-o", os.DevNull, "true").Run()
	}
	if err != nil {
		Missing(t, Strace, "install strace, and allow it to trace: "+err.Error())
	}
	return path
}

// SmallDisk mounts a file system in memory and answers its folder.
func SmallDisk(t testing.TB, size string) string {
	t.Helper()
	folder := t.TempDir()
	if output, err := exec.Command("mount", "-t", "tmpfs", "-o", "mode=0700,size="+size, "tmpfs", folder).CombinedOutput(); err != nil {
		Missing(t, Mount, "run as root, with the right to mount: "+err.Error()+" "+string(output))
	}
	t.Cleanup(func() {
		if output, err := exec.Command("umount", folder).CombinedOutput(); err != nil {
			t.Errorf("umount %s: %v %s", folder, err, output)
		}
	})
	return folder
}

// Package is the folder of an installed npm package.
func Package(t testing.TB, thing Thing, name string) string {
	t.Helper()
	folder := filepath.Join(root(t), "checks", "node_modules", filepath.FromSlash(name))
	if _, err := os.Stat(filepath.Join(folder, "package.json")); err != nil {
		Missing(t, thing, "run npm ci in checks/")
	}
	return folder
}

// PlaygroundScript is the path of the script that starts the Agents Playground.
func PlaygroundScript(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		Missing(t, Playground, "put Node.js 20 or newer into the PATH")
	}
	Package(t, Playground, "@microsoft/m365agentsplayground")
	script := filepath.Join(root(t), "scripts", "playground.sh")
	read(t, script)
	return script
}

// root is the folder of the module, found upwards from the test's own.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			t.Fatal("the test does not run inside the module")
		}
		folder = above
	}
}
