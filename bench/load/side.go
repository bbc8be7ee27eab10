package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

// side is one bot under load: a process, the tokens it is called with, and the
// callers' connections.
type side struct {
	name    string
	addr    string
	tokens  []string
	next    atomic.Uint64 // token
	process *exec.Cmd
	cloud   *cloud
	callers []*caller
}

// startSides builds both programs and starts the four sides: what is measured
// stands behind its own yardstick.
func startSides(ctx context.Context, c *cloud, dir string) ([]*side, error) {
	bare, echo := filepath.Join(dir, "bare"), filepath.Join(dir, "echo")
	for program, from := range map[string]string{bare: "bench/bare", echo: "examples/echo"} {
		build := exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/docket-handoff/docket/"+from)
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w\n%s", from, err, out)
		}
	}
	key, err := c.publicKey()
	if err != nil {
		return nil, err
	}
	var sides []*side
	for _, s := range []struct {
		name, program string
		tokens        []string
		settings      func(addr string) []string
	}{
		{"bare", bare, c.reused, func(addr string) []string { return []string{"BENCH_ADDR=" + addr} }},
		{"echo, token reused", echo, c.reused, c.echoSettings},
		{"bare + signature", bare, c.fresh, func(addr string) []string { return []string{"BENCH_ADDR=" + addr, "BENCH_PUBLIC_KEY=" + key} }},
		{"echo, fresh tokens", echo, c.fresh, c.echoSettings},
	} {
		addr, err := freeAddr()
		if err != nil {
			return sides, err
		}
		started, err := startSide(ctx, c, s.program, addr, s.settings(addr))
		if err != nil {
			stopSides(sides)
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		started.name, started.tokens = s.name, s.tokens
		sides = append(sides, started)
	}
	return sides, nil
}

// startSide starts a bot with as many threads as the machine has cores and
// connects the callers to it.
func startSide(ctx context.Context, c *cloud, program, addr string, settings []string) (*side, error) {
	s := &side{addr: addr, cloud: c, process: exec.CommandContext(ctx, program)}
	s.process.Env = append(os.Environ(), append(settings, "GOMAXPROCS="+strconv.Itoa(runtime.NumCPU()))...)
	s.process.Stderr = os.Stderr
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	for n := range c.bodies {
		conn, err := dial(ctx, addr)
		if err != nil {
			stopSides([]*side{s})
			return nil, err
		}
		s.callers = append(s.callers, newCaller(s, n, conn))
	}
	return s, nil
}

func stopSides(sides []*side) {
	for _, s := range sides {
		for _, c := range s.callers {
			c.conn.Close()
		}
		s.process.Process.Kill()
		s.process.Wait()
	}
}

func freeAddr() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// dial tries until the bot listens.
func dial(ctx context.Context, addr string) (net.Conn, error) {
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		var conn net.Conn
		if conn, err = new(net.Dialer).DialContext(ctx, "tcp", addr); err == nil {
			return conn, nil
		}
	}
	return nil, err
}
