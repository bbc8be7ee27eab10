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
	name     string
	program  string
	tokens   []string
	settings func(addr string) []string // environment

	addr    string
	process *exec.Cmd
	cloud   *cloud
	callers []*caller
	next    atomic.Uint64 // token
}

// The sides, by place. What is measured is compared with what stands beside it.
const (
	bare = iota
	bareLimited
	echoReused
	bareSigned
	bareVerified
	echoFresh
)

// comparisons say which side is measured by which yardstick.
var comparisons = []struct{ side, yardstick int }{
	{echoReused, bare}, {echoReused, bareLimited}, {echoFresh, bareSigned}, {echoFresh, bareVerified},
}

// startSides builds both programs and starts one process for each side.
func startSides(ctx context.Context, c *cloud, dir string) ([]*side, error) {
	yardstick, err := build(ctx, dir, "bench/bare")
	if err != nil {
		return nil, err
	}
	subject, err := build(ctx, dir, "examples/echo")
	if err != nil {
		return nil, err
	}
	sides := []*side{
		bare:         {name: "bare", program: yardstick, tokens: c.reused, settings: c.bareSettings},
		bareLimited:  {name: "bare + time limits", program: yardstick, tokens: c.reused, settings: c.limitedSettings},
		echoReused:   {name: "echo, token reused", program: subject, tokens: c.reused, settings: c.echoSettings},
		bareSigned:   {name: "bare + RSA check", program: yardstick, tokens: c.fresh, settings: c.signedSettings},
		bareVerified: {name: "bare + golang-jwt", program: yardstick, tokens: c.fresh, settings: c.verifiedSettings},
		echoFresh:    {name: "echo, fresh tokens", program: subject, tokens: c.fresh, settings: c.echoSettings},
	}
	for i, s := range sides {
		if err := s.start(ctx, c); err != nil {
			stopSides(sides[:i])
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return sides, nil
}

func build(ctx context.Context, dir, from string) (program string, err error) {
	program = filepath.Join(dir, filepath.Base(from))
	command := exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/docket-handoff/docket/"+from)
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", from, err, out)
	}
	return program, nil
}

// start starts the bot with as many threads as the machine has cores and connects
// the callers to it.
func (s *side) start(ctx context.Context, c *cloud) error {
	var err error
	if s.addr, err = freeAddr(); err != nil {
		return err
	}
	s.cloud, s.process = c, exec.CommandContext(ctx, s.program)
	s.process.Env = append(os.Environ(), append(s.settings(s.addr), "GOMAXPROCS="+strconv.Itoa(runtime.NumCPU()))...)
	s.process.Stderr = os.Stderr
	if err := s.process.Start(); err != nil {
		return err
	}
	for n := range c.bodies {
		conn, err := dial(ctx, s.addr)
		if err != nil {
			stopSides([]*side{s})
			return err
		}
		s.callers = append(s.callers, newCaller(s, n, conn))
	}
	return nil
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
