package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

type backupCommand struct {
	Out   string `required:"" placeholder:"FILE" help:"Where to write the backup."`
	Store string `env:"DOCKET_STORE" default:"bolt:data/docket.db" placeholder:"STORE" help:"The store: bolt: and a file."`
	Force bool   `help:"Replace an older backup that has this name."`
}

// Run copies the store, through the server when one runs, looks through the copy where it lies, and only then gives it its
// name.
func (c *backupCommand) Run(env environment) error {
	from, err := (&settings{Store: c.Store}).storePath()
	if err != nil {
		return err
	}
	if err := c.mayWrite(from); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(c.Out), ".docket-backup-*") // readable by its owner alone, as the store is
	if err != nil {
		return fmt.Errorf("the backup cannot be written: %w", err)
	}
	defer os.Remove(f.Name())
	err = copyStore(env.ctx, from, io.MultiWriter(f, newProgress(env.stderr, from)))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("no backup was written: %w", err)
	}
	summary, err := lookThrough(env.ctx, f.Name())
	if err != nil {
		return fmt.Errorf("no backup was written, because its copy is not whole: %w", err)
	}
	if err := os.Rename(f.Name(), c.Out); err != nil {
		return fmt.Errorf("no backup was written: %w", err)
	}
	if err := syncFolder(filepath.Dir(c.Out)); err != nil {
		return fmt.Errorf("the backup may not survive a power failure: %w", err)
	}
	_, err = fmt.Fprintf(env.stdout, "Wrote %s: %s, %d rows, looked through.\n", c.Out, inUnits(summary.Bytes), summary.Rows)
	return err
}

// mayWrite protects what is there: an older backup unless it may be replaced, and a store always.
func (c *backupCommand) mayWrite(from string) error {
	for _, beside := range []string{from, from + ".id", socketOf(from)} {
		if filepath.Clean(c.Out) == filepath.Clean(beside) {
			return fmt.Errorf("--out: %s belongs to the store itself; choose another name", c.Out)
		}
	}
	info, err := os.Stat(c.Out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("--out: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("--out: %s is not a file; name one", c.Out)
	case !c.Force:
		return fmt.Errorf("--out: %s exists; choose another name, or replace it with --force", c.Out)
	}
	if _, err := os.Stat(c.Out + ".id"); err == nil {
		return fmt.Errorf("--out: %s is a store, because it has its identity %s.id beside it; choose another name", c.Out, c.Out)
	}
	return nil
}

// copyStore brings what is in a store to w: through the server that has it open, or from the file when there is none.
func copyStore(ctx context.Context, path string, w io.Writer) error {
	err := throughServer(ctx, path, w)
	if !errors.Is(err, errNoServer) {
		return err
	}
	engine, err := bolt.OpenReadOnly(path)
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("another process has %s open and does not answer at %s; try again, or stop it first", path, socketOf(path))
	}
	if err != nil {
		return err
	}
	return errors.Join(engine.Backup(ctx, w), engine.Close())
}

var errNoServer = errors.New("no server answers at the store's socket")

const maxRefusal = 4 << 10 // bytes that are read of what a server says against a copy

// askServer asks the server at the store's socket. It is errNoServer when nobody answers there.
func askServer(ctx context.Context, store, method, path string) (*http.Response, error) {
	transport := &http.Transport{
		DisableKeepAlives: true, DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socketOf(store))
		},
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://docket"+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := transport.RoundTrip(request)
	var failed *net.OpError
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &failed) && failed.Op == "dial":
		return nil, errNoServer
	case err != nil:
		return nil, fmt.Errorf("the server does not answer: %w", err)
	}
	return response, nil
}

// refusalOf is what the server says against it.
func refusalOf(response *http.Response) error {
	said, _ := io.ReadAll(io.LimitReader(response.Body, maxRefusal))
	return fmt.Errorf("the server says: %s", strings.TrimSpace(string(said)))
}

// throughServer asks for a copy and writes what is answered.
func throughServer(ctx context.Context, path string, w io.Writer) error {
	response, err := askServer(ctx, path, http.MethodGet, "/backup")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return refusalOf(response)
	}
	if _, err := io.Copy(w, response.Body); errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the server broke the copy off; its log says why")
	} else if err != nil {
		return err
	}
	return nil
}

// lookThrough verifies a copy where it lies.
func lookThrough(ctx context.Context, path string) (bolt.Summary, error) {
	engine, err := bolt.OpenReadOnly(path)
	if err != nil {
		return bolt.Summary{}, err
	}
	summary, err := engine.Verify(ctx)
	return summary, errors.Join(err, engine.Close())
}

func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// progress says every tenth of a copy that takes a while.
type progress struct {
	out         io.Writer
	done, total int64 // bytes; the total is about right: a store's file is somewhat longer than what is in it
	tenths      int64
}

const largeCopy = 256 << 20 // bytes from which on there is something to say

func newProgress(out io.Writer, path string) *progress {
	p := &progress{out: out}
	if info, err := os.Stat(path); err == nil {
		p.total = info.Size()
	}
	return p
}

func (p *progress) Write(b []byte) (int, error) {
	p.done += int64(len(b))
	if p.total < largeCopy {
		return len(b), nil
	}
	if tenths := p.done * 10 / p.total; tenths > p.tenths {
		p.tenths = tenths
		fmt.Fprintf(p.out, "copied %s of about %s\n", inUnits(p.done), inUnits(p.total))
	}
	return len(b), nil
}

// inUnits writes a number of bytes for people.
func inUnits(n int64) string {
	value, units := float64(n), []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	for value >= 1024 && len(units) > 1 {
		value, units = value/1024, units[1:]
	}
	if units[0] == "bytes" {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", value, units[0])
}
