package telemetry

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Exporter says where OpenTelemetry data go, in Karapace's words.
type Exporter string

// The exporters.
const (
	ExporterOTLP    Exporter = "OTLP"    // ExporterOTLP is a receiver, over HTTP
	ExporterConsole Exporter = "CONSOLE" // ExporterConsole is a line for each span
	ExporterNone    Exporter = "NOOP"
)

// OTel says where OpenTelemetry data go and what they say of this process.
type OTel struct {
	Traces, Metrics Exporter
	// Endpoint is the base URL of an OTLP receiver; /v1/traces and /v1/metrics
	// are added.
	Endpoint string
	// Headers are pairs that a receiver wants to see with every request, in the
	// form of OTEL_EXPORTER_OTLP_HEADERS; CAFile is a PEM file with the
	// authorities of an https receiver, empty for those of the system.
	Headers, CAFile   string
	Service, Instance string
	Version           string
	Logger            logr.Logger
}

// Tracing makes spans. A nil *Tracing makes none and costs nothing: its
// methods return what they were given.
type Tracing struct {
	provider   *sdktrace.TracerProvider
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
}

// StartTracing starts to send spans, nil when they go nowhere. Stop ends it.
func StartTracing(o OTel) (*Tracing, error) {
	var exporter sdktrace.SpanExporter
	switch o.Traces {
	case ExporterOTLP:
		receiver, err := newSender(o, "traces")
		if err != nil {
			return nil, fmt.Errorf("making the exporter of traces: %w", err)
		}
		exporter = &quietExporter{SpanExporter: spanSender{receiver}, complaint: newComplaint(o.Logger, "Traces cannot be sent")}
	case ExporterConsole:
		exporter = consoleExporter{o.Logger}
	default:
		return nil, nil
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", o.Service), attribute.String("service.instance.id", o.Instance),
			attribute.String("service.version", o.Version), attribute.String("telemetry.sdk.language", "go"),
			attribute.String("telemetry.sdk.name", "opentelemetry"),
		)),
	)
	return &Tracing{
		provider: provider, tracer: provider.Tracer("github.com/plastron-dev/plastron"),
		propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	}, nil
}

// signalURL is the address of one kind of data below the base of a receiver.
func signalURL(base, signal string) string {
	base = strings.TrimRight(base, "/")
	if path := "/v1/" + signal; !strings.HasSuffix(base, path) {
		return base + path
	}
	return base
}

// Stop sends what has not been sent yet, until ctx ends.
func (t *Tracing) Stop(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("sending the last traces: %w", err)
	}
	return nil
}

// Handler makes a span of each request, a child of the caller's if the caller
// sent one. DescribeRequest gives it its name. Probes and the metrics get none:
// there would be nothing else to see.
func (t *Tracing) Handler(next http.Handler) http.Handler {
	if t == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metrics", "/_health", "/master_available":
			next.ServeHTTP(w, r)
			return
		}
		ctx := t.propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := t.tracer.Start(ctx, knownMethod(r.Method), trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// DescribeRequest tells the span in ctx, if there is one, how its request
// ended. The name is Karapace's: method and template of the path.
func DescribeRequest(ctx context.Context, r Request) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	span.SetName(r.Method + ": " + r.Route)
	span.SetAttributes(
		attribute.String("http.request.method", r.Method), attribute.String("http.route", r.Route),
		attribute.Int("http.response.status_code", r.Status), attribute.Int64("http.response.body.size", r.ResponseBytes),
	)
	if r.Status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, http.StatusText(r.Status))
	}
}

// Transport makes a span of each request that is sent, and tells its receiver
// of it.
func (t *Tracing) Transport(next http.RoundTripper) http.RoundTripper {
	if t == nil {
		return next
	}
	return tracedTransport{t, next}
}

type tracedTransport struct {
	*Tracing
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t tracedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, span := t.tracer.Start(r.Context(), knownMethod(r.Method)+": "+r.URL.Host, trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	r = r.Clone(ctx)
	t.propagator.Inject(ctx, propagation.HeaderCarrier(r.Header))
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		span.SetStatus(codes.Error, "no answer")
		return nil, err
	}
	span.SetAttributes(attribute.Int("http.response.status_code", answer.StatusCode))
	return answer, nil
}

// CloseIdleConnections is passed on.
func (t tracedTransport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Headers are those that carry a trace from one process to the next.
func (t *Tracing) Headers() []string {
	if t == nil {
		return nil
	}
	return t.propagator.Fields()
}

// WithTrace returns r with the span of its context in its headers, for code
// that sends r on by copying headers.
func (t *Tracing) WithTrace(r *http.Request) *http.Request {
	if t == nil {
		return r
	}
	r = r.Clone(r.Context())
	t.propagator.Inject(r.Context(), propagation.HeaderCarrier(r.Header))
	return r
}

// Span is something that is being done. The zero value is nothing.
type Span struct{ span trace.Span }

// Start makes a span of something that is not a request over HTTP, such as
// writing to a topic. Pairs are names and values of attributes.
func (t *Tracing) Start(ctx context.Context, name string, pairs ...string) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	attributes := make([]attribute.KeyValue, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		attributes = append(attributes, attribute.String(pairs[i], pairs[i+1]))
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindInternal), trace.WithAttributes(attributes...))
	return ctx, Span{span}
}

// SpanOf is the span that ctx carries.
func SpanOf(ctx context.Context) Span { return Span{trace.SpanFromContext(ctx)} }

// Recording reports whether the span goes anywhere.
func (s Span) Recording() bool { return s.span != nil && s.span.IsRecording() }

// End ends the span. Of an error only that there was one is told: its text may
// hold parts of what was sent.
func (s Span) End(err error) {
	if s.span == nil {
		return
	}
	if err != nil {
		s.span.SetStatus(codes.Error, "failed")
	}
	s.span.End()
}

// quietExporter says once that spans cannot be sent, instead of with every
// batch and past the log of the process.
type quietExporter struct {
	sdktrace.SpanExporter
	*complaint
}

// ExportSpans implements sdktrace.SpanExporter.
func (e *quietExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.result(e.SpanExporter.ExportSpans(ctx, spans))
	return nil
}

// consoleExporter writes a line for each span to the log.
type consoleExporter struct{ log logr.Logger }

// ExportSpans implements sdktrace.SpanExporter.
func (e consoleExporter) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	for _, s := range spans {
		parent := ""
		if s.Parent().IsValid() {
			parent = s.Parent().SpanID().String()
		}
		e.log.Info("Span", "name", s.Name(), "trace", s.SpanContext().TraceID().String(), "span", s.SpanContext().SpanID().String(),
			"parent", parent, "duration", s.EndTime().Sub(s.StartTime()).String(), "status", s.Status().Code.String())
	}
	return nil
}

// Shutdown implements sdktrace.SpanExporter.
func (consoleExporter) Shutdown(context.Context) error { return nil }
