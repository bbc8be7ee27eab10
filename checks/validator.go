package checks

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Validator starts Microsoft's own validator of deliveries and answers the URL of its endpoint. It takes channel tokens for a
// bot by the keys that an OpenID document leads to, and ends with the test.
func Validator(t testing.TB, metadataURL, appID string) string {
	t.Helper()
	node := judgesAtHome(t)
	Package(t, Node, "botframework-connector")
	folder := filepath.Join(root(t), "checks")
	guard := filepath.Join(folder, "loopback.cjs")
	read(t, guard)
	validator := exec.Command(node, "--require="+guard, filepath.Join(folder, "validator.mjs"), metadataURL, appID)
	var complaints strings.Builder
	validator.Stderr = &complaints
	life, err := validator.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := validator.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := validator.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		life.Close()
		if err := validator.Wait(); err != nil {
			t.Errorf("validator.mjs ended with %v\n%s", err, &complaints)
		}
	})
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatalf("validator.mjs does not listen: %v", err)
	}
	return strings.TrimSpace(line)
}
