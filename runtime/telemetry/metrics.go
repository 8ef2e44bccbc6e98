package telemetry

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics holds every metric of a process. Its methods are safe for concurrent
// use; a nil *Metrics counts nothing, so tests need none.
type Metrics struct {
	registry  *prometheus.Registry
	labelled  prometheus.Registerer
	requests  *prometheus.CounterVec
	requests4 *prometheus.CounterVec
	inside    *prometheus.GaugeVec
	inside4   *prometheus.GaugeVec
	duration  *prometheus.HistogramVec
	received  *prometheus.SummaryVec
	sent      *prometheus.SummaryVec

	processed *prometheus.CounterVec
	errors    *prometheus.CounterVec
	unknown   prometheus.Counter
	conflicts prometheus.Counter

	// modes is how many records had each key mode, for StatsD, which is sent
	// totals.
	modesMu sync.Mutex
	modes   map[string]int

	// statsd gets the metrics that Karapace sends there, nil for none.
	statsd *StatsD
}

// NewMetrics returns the metrics with the labels of the configuration's tags
// on each of them.
func NewMetrics(tags map[string]string) (*Metrics, error) {
	m := &Metrics{registry: prometheus.NewRegistry(), modes: map[string]int{}}
	m.labelled = prometheus.WrapRegistererWith(tags, m.registry)
	m.declareHTTP()
	m.declareRegistry()
	for _, c := range m.all() {
		if err := m.labelled.Register(c); err != nil {
			return nil, fmt.Errorf("registering metrics with tags %v: %w", tags, err)
		}
	}
	// Names of the Go and process metrics are those of every Go program; the
	// tags would break dashboards made for them.
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m, nil
}

func (m *Metrics) declareHTTP() {
	m.requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_requests_total", Help: "Requests answered.",
	}, []string{"handler", "method", "status"})
	m.requests4 = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "karapace_http_requests_total", Help: "Requests answered.",
	}, []string{"method", "path", "status"})
	m.inside = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "http_requests_inprogress", Help: "Requests that are being answered.",
	}, []string{"method", "handler"})
	m.inside4 = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "karapace_http_requests_in_progress", Help: "Requests that are being answered.",
	}, []string{"method"})
	m.duration = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "karapace_http_requests_duration_seconds", Help: "Time to answer a request.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
	}, []string{"method", "path"})
	m.received = prometheus.NewSummaryVec(prometheus.SummaryOpts{
		Name: "http_request_size_bytes", Help: "Declared length of request bodies.",
	}, []string{"handler"})
	m.sent = prometheus.NewSummaryVec(prometheus.SummaryOpts{
		Name: "http_response_size_bytes", Help: "Length of response bodies.",
	}, []string{"handler"})
}

func (m *Metrics) declareRegistry() {
	m.processed = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "karapace_schema_reader_records_processed_total", Help: "Records of the schemas topic that were applied.",
	}, []string{"keymode"})
	m.errors = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "karapace_exceptions_total", Help: "Lines of the log at error level, panics among them, by message and logger.",
	}, []string{"exception", "where"})
	m.unknown = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "karapace_write_unknown_outcome_total", Help: "Writes to the schemas topic of which it is not known whether they happened.",
	})
	m.conflicts = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "karapace_split_brain_conflicts_total", Help: "Decisions that a record of another primary made void.",
	})
}

func (m *Metrics) all() []prometheus.Collector {
	return []prometheus.Collector{
		m.requests, m.requests4, m.inside, m.inside4, m.duration, m.received, m.sent,
		m.processed, m.errors, m.unknown, m.conflicts,
	}
}

// SendTo sends what Karapace sends to StatsD to s too. It is called before
// anything is counted.
func (m *Metrics) SendTo(s *StatsD) { m.statsd = s }

// Handler serves the metrics in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// RequestStarted counts a request in.
func (m *Metrics) RequestStarted(method string) {
	if m == nil {
		return
	}
	m.enter(knownMethod(method), unrouted, 1)
	m.inside4.WithLabelValues(knownMethod(method)).Inc()
}

// unrouted is the route of requests that no handler has claimed yet, and
// ownRoute that of the metrics themselves, which Karapace does not count.
const (
	unrouted = "none"
	ownRoute = "/metrics"
)

// RequestRouted moves a request from one route to another.
func (m *Metrics) RequestRouted(method, before, route string) {
	if m == nil {
		return
	}
	m.enter(knownMethod(method), before, -1)
	m.enter(knownMethod(method), route, 1)
}

func (m *Metrics) enter(method, route string, n float64) {
	if route != ownRoute {
		m.inside.WithLabelValues(method, route).Add(n)
	}
}

// Request is what is known of an answered request.
type Request struct {
	Method string
	// Route is the template of the path; never the path, which would make a
	// label value for every subject.
	Route         string
	Status        int
	RequestBytes  int64 // RequestBytes is negative when unknown
	ResponseBytes int64
	Duration      time.Duration
}

// RequestDone counts a request out. Requests for the metrics themselves are
// not counted, as in Karapace.
func (m *Metrics) RequestDone(r Request) {
	if m == nil {
		return
	}
	method := knownMethod(r.Method)
	m.enter(method, r.Route, -1)
	m.inside4.WithLabelValues(method).Dec()
	if r.Route == ownRoute {
		return
	}
	status := strconv.Itoa(r.Status)
	m.requests.WithLabelValues(r.Route, method, status).Inc()
	m.requests4.WithLabelValues(method, r.Route, status).Inc()
	m.duration.WithLabelValues(method, r.Route).Observe(r.Duration.Seconds())
	m.received.WithLabelValues(r.Route).Observe(float64(max(r.RequestBytes, 0)))
	m.sent.WithLabelValues(r.Route).Observe(float64(r.ResponseBytes))
	if m.statsd != nil {
		m.statsd.timing("karapace_request", r.Duration, pair{"path", r.Route}, pair{"result", status}, pair{"method", method})
	}
}

// knownMethod keeps the label bounded: a client may send any word as method.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch:
		return method
	default:
		return "other"
	}
}

// RecordsProcessed counts records that the reader applied; the key mode is
// Karapace's word for the byte form of keys.
func (m *Metrics) RecordsProcessed(keyMode string, n int) {
	if m != nil {
		m.processed.WithLabelValues(keyMode).Add(float64(n))
		m.statsd.count("karapace_schema_reader_records_processed", n, pair{"keymode", keyMode})
		m.modesMu.Lock()
		defer m.modesMu.Unlock()
		m.modes[keyMode] += n
	}
}

// Fault counts a line of the log at error level, by its message and its logger.
// Both are constants of the program, so the labels are bounded.
func (m *Metrics) Fault(message, where string) {
	if m != nil {
		m.errors.WithLabelValues(message, where).Inc()
		m.statsd.count("exception", 1, pair{"exception", strings.ReplaceAll(message, " ", "_")}, pair{"where", where})
	}
}

// UnknownOutcome counts a write of which it is not known whether it happened.
func (m *Metrics) UnknownOutcome() {
	if m != nil {
		m.unknown.Inc()
	}
}

// Conflict counts a decision that a record of another primary made void.
func (m *Metrics) Conflict() {
	if m != nil {
		m.conflicts.Inc()
	}
}
