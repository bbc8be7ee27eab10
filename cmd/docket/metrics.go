package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/store"
)

// metrics is what operators watch. Labels are closed sets: nothing a stranger sends becomes one.
type metrics struct {
	registry *prometheus.Registry
	rejected *prometheus.CounterVec
	commits  prometheus.Histogram
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "auth_rejected_total",
			Help: "Deliveries to the messaging endpoint that were refused, by reason.",
		}, []string{"reason"}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "docket_store_commit_seconds",
			Help:    "How long a write took until it was on the disk.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 15), // 0.5 ms to 8 s
		}),
	}
	m.registry.MustRegister(m.rejected, m.commits, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// refused counts a refusal; it is a bot.Options.Observe.
func (m *metrics) refused(reason auth.Reason) { m.rejected.WithLabelValues(string(reason)).Inc() }

// watchDisk shows how full the store's disk is; NaN when it cannot be told.
func (m *metrics) watchDisk(d *disk) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "store_disk_used_ratio",
		Help: "How much of the disk under the store is in use, from 0 to 1.",
	}, d.used))
}

// handler shows what can be told. What cannot is missing, and the log says why.
func (m *metrics) handler(log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, ErrorLog: metricsLog{log}})
}

type metricsLog struct{ *slog.Logger }

// Println is promhttp.Logger's.
func (l metricsLog) Println(what ...any) {
	l.Warn("some metrics cannot be told", "error", strings.TrimSpace(fmt.Sprintln(what...)))
}

// timed is an engine whose writes are timed.
func (m *metrics) timed(engine store.Engine) store.Engine { return timedEngine{engine, m.commits} }

type timedEngine struct {
	store.Engine
	commits prometheus.Observer
}

func (e timedEngine) Update(ctx context.Context, fn func(store.Tx) error) error {
	began := time.Now()
	err := e.Engine.Update(ctx, fn)
	if err == nil {
		e.commits.Observe(time.Since(began).Seconds())
	}
	return err
}
