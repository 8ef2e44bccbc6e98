package telemetry

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/go-logr/logr"
	dto "github.com/prometheus/client_model/go"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
)

// MetricsExport sends the metrics of /metrics, under the same names, to a
// receiver of OTLP. It converts what Prometheus would scrape instead of
// counting everything twice.
type MetricsExport struct {
	otel    OTel
	every   time.Duration
	started time.Time
	source  *Metrics
	log     logr.Logger
	broken  *complaint
}

// NewMetricsExport returns an export, nil when the metrics go nowhere. Run
// sends.
func NewMetricsExport(o OTel, every time.Duration, m *Metrics) *MetricsExport {
	if o.Metrics != ExporterOTLP && o.Metrics != ExporterConsole {
		return nil
	}
	return &MetricsExport{
		otel: o, every: every, started: time.Now(), source: m, log: o.Logger, broken: newComplaint(o.Logger, "OpenTelemetry metrics cannot be sent"),
	}
}

// Run sends at every interval until ctx ends, and once more then.
func (e *MetricsExport) Run(ctx context.Context) error {
	receiver, err := newSender(e.otel, "metrics")
	if err != nil {
		return fmt.Errorf("making the exporter of metrics: %w", err)
	}
	defer receiver.close()
	ticker := time.NewTicker(e.every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			e.broken.result(e.export(ctx, receiver))
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastExport)
			defer cancel()
			e.broken.result(e.export(last, receiver))
			return nil
		}
	}
}

// exportTimeout bounds one export, and lastExport the one at the end of a
// process, which others wait for.
const (
	exportTimeout = 5 * time.Second
	lastExport    = 2 * time.Second
)

func (e *MetricsExport) export(ctx context.Context, receiver *sender) error {
	families, err := e.source.registry.Gather()
	if err != nil {
		return fmt.Errorf("gathering metrics: %w", err)
	}
	if e.otel.Metrics == ExporterConsole {
		for _, f := range families {
			e.log.Info("Metric", "name", f.GetName(), "value", f.String())
		}
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, exportTimeout)
	defer cancel()
	return receiver.send(bounded, e.data(families, time.Now()))
}

// data has the bytes of the request of the service, whose own package is made
// for gRPC.
func (e *MetricsExport) data(families []*dto.MetricFamily, now time.Time) *metrics.MetricsData {
	var list []*metrics.Metric
	for _, f := range families {
		list = append(list, e.metric(f, now))
	}
	return &metrics.MetricsData{ResourceMetrics: []*metrics.ResourceMetrics{{
		Resource: &resource.Resource{Attributes: []*common.KeyValue{
			attributeOf("service.name", e.otel.Service), attributeOf("service.instance.id", e.otel.Instance), attributeOf("service.version", e.otel.Version),
		}},
		ScopeMetrics: []*metrics.ScopeMetrics{{Metrics: list}},
	}}}
}

// metric converts one name with all its labels (OpenTelemetry compatibility
// with Prometheus: counters are monotonic sums, summaries stay summaries).
func (e *MetricsExport) metric(f *dto.MetricFamily, now time.Time) *metrics.Metric {
	start, at := uint64(e.started.UnixNano()), uint64(now.UnixNano())
	m := &metrics.Metric{Name: f.GetName(), Description: f.GetHelp()}
	var numbers []*metrics.NumberDataPoint
	var histograms []*metrics.HistogramDataPoint
	var summaries []*metrics.SummaryDataPoint
	number := func(s *dto.Metric, v float64) {
		numbers = append(numbers, &metrics.NumberDataPoint{
			Attributes: attributesOf(s), StartTimeUnixNano: start, TimeUnixNano: at, Value: &metrics.NumberDataPoint_AsDouble{AsDouble: v},
		})
	}
	for _, s := range f.GetMetric() {
		switch f.GetType() {
		case dto.MetricType_COUNTER:
			number(s, s.GetCounter().GetValue())
		case dto.MetricType_HISTOGRAM:
			histograms = append(histograms, histogramOf(s, start, at))
		case dto.MetricType_SUMMARY:
			summaries = append(summaries, &metrics.SummaryDataPoint{
				Attributes: attributesOf(s), StartTimeUnixNano: start, TimeUnixNano: at,
				Count: s.GetSummary().GetSampleCount(), Sum: s.GetSummary().GetSampleSum(), QuantileValues: quantilesOf(s),
			})
		default:
			number(s, s.GetGauge().GetValue()+s.GetUntyped().GetValue())
		}
	}
	const cumulative = metrics.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE
	switch f.GetType() {
	case dto.MetricType_COUNTER:
		m.Data = &metrics.Metric_Sum{Sum: &metrics.Sum{DataPoints: numbers, AggregationTemporality: cumulative, IsMonotonic: true}}
	case dto.MetricType_HISTOGRAM:
		m.Data = &metrics.Metric_Histogram{Histogram: &metrics.Histogram{DataPoints: histograms, AggregationTemporality: cumulative}}
	case dto.MetricType_SUMMARY:
		m.Data = &metrics.Metric_Summary{Summary: &metrics.Summary{DataPoints: summaries}}
	default:
		m.Data = &metrics.Metric_Gauge{Gauge: &metrics.Gauge{DataPoints: numbers}}
	}
	return m
}

// histogramOf turns cumulative buckets into counts of each.
func histogramOf(s *dto.Metric, start, at uint64) *metrics.HistogramDataPoint {
	h := s.GetHistogram()
	sum := h.GetSampleSum()
	p := &metrics.HistogramDataPoint{Attributes: attributesOf(s), StartTimeUnixNano: start, TimeUnixNano: at, Count: h.GetSampleCount(), Sum: &sum}
	before := uint64(0)
	for _, b := range h.GetBucket() {
		if math.IsInf(b.GetUpperBound(), 1) {
			continue
		}
		p.ExplicitBounds = append(p.ExplicitBounds, b.GetUpperBound())
		p.BucketCounts = append(p.BucketCounts, b.GetCumulativeCount()-before)
		before = b.GetCumulativeCount()
	}
	p.BucketCounts = append(p.BucketCounts, h.GetSampleCount()-before)
	return p
}

func quantilesOf(s *dto.Metric) []*metrics.SummaryDataPoint_ValueAtQuantile {
	var list []*metrics.SummaryDataPoint_ValueAtQuantile
	for _, q := range s.GetSummary().GetQuantile() {
		list = append(list, &metrics.SummaryDataPoint_ValueAtQuantile{Quantile: q.GetQuantile(), Value: q.GetValue()})
	}
	return list
}

func attributesOf(s *dto.Metric) []*common.KeyValue {
	var list []*common.KeyValue
	for _, l := range s.GetLabel() {
		list = append(list, attributeOf(l.GetName(), l.GetValue()))
	}
	return list
}

func attributeOf(name, value string) *common.KeyValue {
	return &common.KeyValue{Key: name, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: value}}}
}
