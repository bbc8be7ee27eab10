package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
)

const (
	apiKey   = "bench-key"
	oldAgent = "old"
)

func build(ctx context.Context, dir string) (program string, err error) {
	program = filepath.Join(dir, "docket")
	command := exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/docket-handoff/docket/cmd/docket")
	if said, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, said)
	}
	return program, nil
}

// server is a process of docket serve.
type server struct {
	process *exec.Cmd
	url     string
}

// startServer starts docket on a store, as the bot of a Teams, and waits until it listens.
func startServer(ctx context.Context, program, store string, teams *bottest.Service) (*server, error) {
	secrets := teams.SecretConfig()
	s := &server{process: exec.CommandContext(ctx, program, "serve")}
	s.process.Env = append(os.Environ(), "DOCKET_ADDR=127.0.0.1:0", "DOCKET_STORE=bolt:"+store, "DOCKET_API_KEY="+apiKey, "DOCKET_LOG_LEVEL=info",
		"DOCKET_BOT_ID="+secrets.AppID, "DOCKET_BOT_SECRET="+secrets.Secret, "DOCKET_BOT_TENANT="+secrets.Tenant,
		"DOCKET_BOT_OPENID_METADATA="+teams.MetadataURL(), "DOCKET_BOT_TOKEN_URL="+teams.TokenURL(), "DOCKET_BOT_SERVICE_HOSTS="+teams.Host())
	errors, err := s.process.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	listening := regexp.MustCompile(`docket is listening"? url=(http://[^ "]+)`)
	lines := bufio.NewScanner(errors)
	for lines.Scan() {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			s.url = found[1]
			break
		}
	}
	if s.url == "" {
		return nil, fmt.Errorf("docket does not listen: %w", s.process.Wait())
	}
	go func() {
		for lines.Scan() {
			if strings.Contains(lines.Text(), "level=ERROR") {
				fmt.Fprintln(os.Stderr, lines.Text())
			}
		}
	}()
	return s, nil
}

// stop ends the server in good order.
func (s *server) stop() error {
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.process.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(time.Minute):
		return errors.Join(errors.New("docket does not stop"), s.process.Process.Kill())
	}
}

// resident is the server's memory in bytes, as the kernel counts it, without the pages of the store's file.
func (s *server) resident() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(line, "RssAnon:"); found {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("the kernel does not say how much memory docket has")
}
