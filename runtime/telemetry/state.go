package telemetry

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// State is what a registry knows of itself at one moment.
type State struct {
	Subjects, Schemas         int
	LiveVersions              int
	DeletedVersions           int // DeletedVersions are the soft-deleted ones
	AppliedOffset, LastOffset int64
	Ready, Primary            bool
	Generation                int64
	// TopicOK is false when the schemas topic would lose schemas, for example
	// by a cleanup policy other than compact.
	TopicOK bool
	// Skipped counts records that could not be applied, by a reason that is
	// one of a few constants.
	Skipped map[string]int64
}

// SendState sends the state to StatsD.
func (m *Metrics) SendState(s State) {
	m.statsd.gauge("karapace_schema_reader_schemas", float64(s.Schemas))
	m.statsd.gauge("karapace_schema_reader_subjects", float64(s.Subjects))
	m.statsd.gauge("karapace_schema_reader_subject_data_schema_versions", float64(s.LiveVersions), pair{"state", "live"})
	m.statsd.gauge("karapace_schema_reader_subject_data_schema_versions", float64(s.DeletedVersions), pair{"state", "soft_deleted"})
	m.modesMu.Lock()
	defer m.modesMu.Unlock()
	for mode, n := range m.modes {
		m.statsd.gauge("karapace_schema_reader_records_per_keymode", float64(n), pair{"keymode", mode})
	}
}

// ObserveState adds the metrics of a registry. The function is called for
// every scrape and has to be fast.
func (m *Metrics) ObserveState(state func() State) error {
	if err := m.labelled.Register(newStateCollector(state)); err != nil {
		return fmt.Errorf("registering the metrics of a registry: %w", err)
	}
	return nil
}

type stateCollector struct {
	state   func() State
	gauges  []gauge
	skipped *prometheus.Desc
}

// gauge is one value of a state.
type gauge struct {
	desc   *prometheus.Desc
	labels []string
	value  func(State) float64
}

func newStateCollector(state func() State) stateCollector {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("karapace_"+name, help, labels, nil)
	}
	versions := describe("schema_reader_subject_data_schema_versions", "Versions by state: live, or soft-deleted.", "state")
	skipped := describe("records_skipped_total", "Records of the schemas topic that could not be applied.", "reason")
	return stateCollector{state: state, skipped: skipped, gauges: []gauge{
		{describe("schema_reader_schemas", "Schemas with an id of their own."), nil,
			func(s State) float64 { return float64(s.Schemas) }},
		{describe("schema_reader_subjects", "Subjects, soft-deleted ones included."), nil,
			func(s State) float64 { return float64(s.Subjects) }},
		{versions, []string{"live"}, func(s State) float64 { return float64(s.LiveVersions) }},
		{versions, []string{"soft_deleted"}, func(s State) float64 { return float64(s.DeletedVersions) }},
		{describe("reader_lag", "Records of the schemas topic that were not applied yet."), nil,
			func(s State) float64 { return float64(max(s.LastOffset-s.AppliedOffset, 0)) }},
		{describe("reader_ready", "Whether the schemas topic was read to its end."), nil,
			func(s State) float64 { return truth(s.Ready) }},
		{describe("is_primary", "Whether this node takes writes."), nil,
			func(s State) float64 { return truth(s.Primary) }},
		{describe("election_generation", "Generation of the election group."), nil,
			func(s State) float64 { return float64(s.Generation) }},
		{describe("topic_policy_ok", "Whether the schemas topic keeps what is written to it."), nil,
			func(s State) float64 { return truth(s.TopicOK) }},
	}}
}

// Describe implements prometheus.Collector.
func (c stateCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, g := range c.gauges {
		ch <- g.desc
	}
	ch <- c.skipped
}

// Collect implements prometheus.Collector.
func (c stateCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.state()
	for _, g := range c.gauges {
		ch <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, g.value(s), g.labels...)
	}
	for reason, n := range s.Skipped {
		ch <- prometheus.MustNewConstMetric(c.skipped, prometheus.CounterValue, float64(n), reason)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
