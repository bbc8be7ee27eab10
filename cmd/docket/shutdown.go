package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// The limits of the listener. What reads a body, and streams, set deadlines of their own.
const (
	headerTime  = 5 * time.Second
	requestTime = 30 * time.Second // the slowest body is a file
	idleTime    = 60 * time.Second
	headerBytes = 16 << 10
)

// The times of a stop, which together stay below 30 seconds with the usual drain.
const (
	usualDrain = 5 * time.Second  // how long whoever shares traffic out may take to notice that /readyz has turned
	maxDrain   = 15 * time.Second // so that the program ends before lastResort
	finishTime = 20 * time.Second // for requests and posts in flight
	failTime   = 2 * time.Second  // the same when the server cannot go on
	slack      = 2 * time.Second
)

func newHTTPServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, IdleTimeout: idleTime, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// run serves until ctx ends or something inside fails, then stops in order: /readyz turns, and for a while everything is
// served on; no more posts are begun, streams are told to come back, requests and posts in flight are finished; the store
// is closed.
func (srv *server) run(ctx context.Context) error {
	defer srv.close()
	if _, err := srv.desk.Epoch(ctx); err != nil {
		return fmt.Errorf("the store cannot be used: %w", err)
	}
	httpServer := newHTTPServer(srv.web.Handler(), srv.log)
	group, living := errgroup.WithContext(context.WithoutCancel(ctx))
	work, stopWork := context.WithCancel(living)
	defer stopWork()
	for _, room := range []func(context.Context) error{srv.keeper.run, srv.readiness.run, srv.desk.Run, srv.agent.Run, srv.web.Run} {
		group.Go(func() error { return room(work) })
	}
	group.Go(func() error {
		srv.log.Info("docket is listening", "url", srv.settings.publicURL(srv.listener.Addr()), "settings", srv.settings)
		if err := httpServer.Serve(srv.listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})

	select {
	case <-ctx.Done():
		srv.serveOn(living)
	case <-living.Done():
	}
	finish := finishTime
	if living.Err() != nil {
		finish = failTime
	}
	stopWork()
	srv.finish(httpServer, finish)
	return srv.await(group, living, finish+slack)
}

// serveOn goes on serving while whoever shares traffic out notices that no more should come.
func (srv *server) serveOn(living context.Context) {
	drain := srv.settings.drain()
	srv.web.Leave()
	srv.log.Info("docket is stopping", "drain", drain)
	select {
	case <-time.After(drain):
	case <-living.Done():
	}
}

// finish lets streams and requests end, and breaks off those that do not.
func (srv *server) finish(httpServer *http.Server, within time.Duration) {
	ctx, done := context.WithTimeout(context.Background(), within)
	defer done()
	var streams sync.WaitGroup
	streams.Go(srv.web.Drain)
	streams.Go(srv.admin.Drain)
	if err := httpServer.Shutdown(ctx); err != nil {
		srv.log.Warn("requests were broken off", "error", errors.Join(err, httpServer.Close()))
	}
	streams.Wait()
}

// await waits for whatever still runs, and leaves it behind when it takes too long.
func (srv *server) await(group *errgroup.Group, living context.Context, within time.Duration) error {
	ended := make(chan error, 1)
	go func() { ended <- group.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(within):
		srv.log.Warn("posts in flight were left behind; the next start takes them as in doubt")
		return context.Cause(living)
	}
}
