package checks_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/checks"
)

// TestLoopback runs small programs under the guard that keeps the Playground on this machine.
func TestLoopback(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		checks.Missing(t, checks.Node, "put Node.js 20 or newer into the PATH")
	}
	const said = `.on("error", (e) => console.log(e.message))`
	for _, row := range []struct{ name, program, want string }{
		{"an address elsewhere", `net.connect(80, "192.0.2.1")` + said, "192.0.2.1 was not called"},
		{"a name elsewhere", `net.connect({port: 80, host: "example.com"})` + said, "example.com was not called"},
		{"a request elsewhere", `http.get("http://example.com/")` + said, "example.com was not called"},
		{"a look-up", `dns.lookup("example.com", (e) => console.log(e.message))`, "example.com was not called"},
		{"a server for everybody", `s = net.createServer().listen(0, () => { console.log(s.address().address); s.close() })`, "127.0.0.1"},
		{"a server for everybody, by options", `s = net.createServer().listen({port: 0, host: "::"}, () => { console.log(s.address().address); s.close() })`, "127.0.0.1"},
		{"itself", `s = http.createServer((q, r) => r.end("here")).listen(0, async () => {
			console.log(await (await fetch("http://127.0.0.1:" + s.address().port)).text()); s.close(); s.closeAllConnections() })`, "here"},
	} {
		t.Run(row.name, func(t *testing.T) {
			output, err := exec.CommandContext(t.Context(), node, "--require=./loopback.cjs", "-e", row.program).CombinedOutput()
			if err != nil || !strings.Contains(string(output), row.want) {
				t.Errorf("want %q, got %q, %v", row.want, output, err)
			}
		})
	}
}
