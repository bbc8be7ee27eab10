package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/docket-handoff/docket/store/bolt"
)

// keeper looks after the store of a running server. It answers on a socket beside the store's file, where whoever may read
// the file may ask for a copy of what is in it, it looks through a store that was left without being closed, it notes from time
// to time how far the store is written, and it watches the disk.
type keeper struct {
	socket   string
	listener net.Listener // nil where the file system has no sockets
	engine   *bolt.Engine
	disk     *disk
	began    time.Time
	link     func(context.Context) (string, error) // makes a sign-in link for an admin; set before run
	log      *slog.Logger
}

const notePause = time.Minute // between two notes of how far the store is written

const stallTime = 30 * time.Second // how long somebody who asked for a copy may take nothing of it

func socketOf(store string) string { return store + ".sock" }

// newKeeper makes the socket. A server that cannot have one serves nevertheless.
func newKeeper(store string, engine *bolt.Engine, disk *disk, log *slog.Logger) *keeper {
	k := &keeper{socket: socketOf(store), engine: engine, disk: disk, began: time.Now(), log: log}
	var err error
	if k.listener, err = listenPrivately(k.socket); err != nil {
		log.Warn("docket backup and docket doctor will work only while the server is stopped: its socket cannot be made", "socket", k.socket, "error", err)
	}
	return k
}

// listenPrivately makes a socket for its owner alone, in a folder that nobody else can enter, and then moves it to its
// place. One that a killed server left there is replaced: whoever holds the store's lock is its only server.
func listenPrivately(path string) (_ net.Listener, err error) {
	folder, err := os.MkdirTemp(filepath.Dir(path), ".sock-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	made := filepath.Join(folder, "s")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: made, Net: "unix"})
	if err != nil {
		return nil, err
	}
	listener.SetUnlinkOnClose(false) // by then it has another name
	if err = os.Chmod(made, 0o600); err == nil {
		err = os.Rename(made, path)
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// Close takes the socket away. Nobody else can have made another one: that needs the store, which is closed after this.
func (k *keeper) Close() error {
	if k.listener == nil {
		return nil
	}
	return errors.Join(os.Remove(k.socket), k.listener.Close())
}

// run blocks until ctx ends, or until the store can never be written again. Copies that are under way then are broken off.
func (k *keeper) run(ctx context.Context) error {
	for _, warning := range k.engine.Warnings() {
		k.log.Warn(warning, "setting", "DOCKET_STORE")
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return k.lookThrough(ctx) })
	group.Go(func() error { return k.note(ctx) })
	group.Go(func() error { return k.disk.watch(ctx, k.log) })
	group.Go(func() error {
		select {
		case <-k.engine.Broken():
			return k.engine.Err()
		case <-ctx.Done():
			return nil
		}
	})
	if k.listener != nil {
		group.Go(func() error { return k.answer(ctx) })
	}
	return group.Wait()
}

// lookThrough finds damage that no reader has met yet. What is damaged says so when it is read, so the rest is served on.
func (k *keeper) lookThrough(ctx context.Context) error {
	if !k.engine.Suspect() {
		return nil
	}
	summary, err := k.engine.Verify(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		k.log.Error("the store is damaged; stop docket, keep a copy of the file, and run docket restore", "error", err, "setting", "DOCKET_STORE")
	default:
		k.log.Info("the store was looked through and is whole", "rows", summary.Rows)
	}
	return nil
}

// note lets the store's identity follow, so that an older copy which somebody puts back after a kill is refused. While that
// fails the log says so once.
func (k *keeper) note(ctx context.Context) error {
	for failed := false; ; {
		select {
		case <-time.After(notePause):
		case <-ctx.Done():
			return nil
		}
		err := k.engine.Note()
		if err != nil && !failed {
			k.log.Warn("how far the store is written cannot be noted, so that an older copy of it would not be noticed", "error", err)
		}
		failed = err != nil
	}
}

// answer serves the socket. A server whose socket fails goes on without it.
func (k *keeper) answer(ctx context.Context) error {
	door := http.NewServeMux()
	door.HandleFunc("GET /backup", k.backup)
	door.HandleFunc("GET /doctor", k.doctor)
	door.HandleFunc("GET /audit", k.verifyAudit)
	door.HandleFunc("POST /admin-link", k.makeLink)
	server := &http.Server{
		Handler: door, ReadHeaderTimeout: headerTime, MaxHeaderBytes: headerBytes, BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog: slog.NewLogLogger(k.log.Handler(), slog.LevelDebug),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(k.listener); !errors.Is(err, http.ErrServerClosed) {
		k.log.Warn("docket backup does not work any more until the server is started again", "error", err)
	}
	return nil
}

// backup answers with the store. What breaks after the first byte breaks the connection off, so that a part is never taken
// for the whole.
func (k *keeper) backup(w http.ResponseWriter, r *http.Request) {
	out := &pacedWriter{ResponseWriter: w, flow: http.NewResponseController(w)}
	err := k.engine.Backup(r.Context(), out)
	if err == nil {
		k.log.Info("a backup was copied", "bytes", out.written)
		return
	}
	k.log.Warn("a backup failed", "error", err)
	if out.written > 0 {
		panic(http.ErrAbortHandler)
	}
	http.Error(w, err.Error(), http.StatusInternalServerError)
}

// pacedWriter gives the reader some time for each part.
type pacedWriter struct {
	http.ResponseWriter
	flow    *http.ResponseController
	written int64
}

func (p *pacedWriter) Write(b []byte) (int, error) {
	if err := p.flow.SetWriteDeadline(time.Now().Add(stallTime)); err != nil {
		return 0, err
	}
	n, err := p.ResponseWriter.Write(b)
	p.written += int64(n)
	return n, err
}
