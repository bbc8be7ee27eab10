package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/docket-handoff/docket/auth"
)

// metrics is what operators watch. Labels are closed sets: nothing a stranger sends becomes one.
type metrics struct {
	registry *prometheus.Registry
	rejected *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "auth_rejected_total",
			Help: "Deliveries to the messaging endpoint that were refused, by reason.",
		}, []string{"reason"}),
	}
	m.registry.MustRegister(m.rejected, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
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

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
