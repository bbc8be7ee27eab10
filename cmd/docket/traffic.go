package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/docket-handoff/docket/handoff"
)

// watchTraffic shows what the desk and the streams are doing.
func (m *metrics) watchTraffic(stats func(context.Context) (handoff.Stats, error), streams func() int) {
	m.registry.MustRegister(&traffic{stats: stats, streams: streams})
}

// traffic asks the desk for each look at the metrics.
type traffic struct {
	stats   func(context.Context) (handoff.Stats, error)
	streams func() int
}

const statsTime = 5 * time.Second

func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("docket_"+name, help, labels, nil)
}

var (
	postsDesc      = described("posts", "Posts to channels by where they stand: waiting to be sent, held in doubt, or dead.", "platform", "state")
	sendingDesc    = described("posts_sending", "Posts to channels that are under way.")
	oldestDesc     = described("posts_oldest_seconds", "How long the oldest post that is not sent has waited.")
	lanesDesc      = described("lanes_running", "Channels that are being posted to.")
	retriesDesc    = described("posts_retried_total", "Attempts that certainly failed and are made again.")
	doubtsDesc     = described("posts_doubted_total", "Attempts of which nobody knows whether they succeeded.")
	duplicatesDesc = described("inbound_duplicates_total", "Inputs from platforms that had been delivered before.")
	openDesc       = described("handoffs_open", "Handoffs that have not ended, by state.", "state")
	streamsDesc    = described("streams_open", "Event streams that are open.")
)

// Describe is prometheus.Collector's.
func (t *traffic) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{postsDesc, sendingDesc, oldestDesc, lanesDesc, retriesDesc, doubtsDesc, duplicatesDesc, openDesc, streamsDesc} {
		out <- d
	}
}

// Collect is prometheus.Collector's.
func (t *traffic) Collect(out chan<- prometheus.Metric) {
	say := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	say(streamsDesc, prometheus.GaugeValue, float64(t.streams()))
	ctx, done := context.WithTimeout(context.Background(), statsTime)
	defer done()
	s, err := t.stats(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(postsDesc, err)
		return
	}
	for platform, posts := range s.Posts {
		say(postsDesc, prometheus.GaugeValue, float64(posts.Waiting), platform, "waiting")
		say(postsDesc, prometheus.GaugeValue, float64(posts.Held), platform, "held")
		say(postsDesc, prometheus.GaugeValue, float64(posts.Dead), platform, "dead")
	}
	for state, n := range s.Open {
		say(openDesc, prometheus.GaugeValue, float64(n), string(state))
	}
	age := 0.0
	if !s.Oldest.IsZero() {
		age = max(time.Since(s.Oldest).Seconds(), 0)
	}
	say(oldestDesc, prometheus.GaugeValue, age)
	say(sendingDesc, prometheus.GaugeValue, float64(s.Sending))
	say(lanesDesc, prometheus.GaugeValue, float64(s.Lanes))
	say(retriesDesc, prometheus.CounterValue, float64(s.Retries))
	say(doubtsDesc, prometheus.CounterValue, float64(s.Doubts))
	say(duplicatesDesc, prometheus.CounterValue, float64(s.Duplicates))
}
