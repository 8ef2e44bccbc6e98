package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
)

// spanSender exports spans over OTLP.
type spanSender struct{ *sender }

var _ sdktrace.SpanExporter = spanSender{}

// ExportSpans implements sdktrace.SpanExporter. All spans are from one
// provider, so that they have one resource, and from one tracer.
func (s spanSender) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if len(spans) == 0 {
		return nil
	}
	first := spans[0]
	list := make([]*traces.Span, len(spans))
	for i, span := range spans {
		list[i] = wireSpan(span)
	}
	// TracesData has the bytes of the request of the service, whose own package
	// is made for gRPC.
	return s.send(ctx, &traces.TracesData{ResourceSpans: []*traces.ResourceSpans{{
		Resource: &resource.Resource{Attributes: wireAttributes(first.Resource().Attributes())},
		ScopeSpans: []*traces.ScopeSpans{{
			Scope: &common.InstrumentationScope{Name: first.InstrumentationScope().Name, Version: first.InstrumentationScope().Version},
			Spans: list,
		}},
	}}})
}

// Shutdown implements sdktrace.SpanExporter.
func (s spanSender) Shutdown(context.Context) error {
	s.close()
	return nil
}

// wireSpan converts one span. Spans of this package have neither events nor
// links.
func wireSpan(s sdktrace.ReadOnlySpan) *traces.Span {
	trace, id, parent := s.SpanContext().TraceID(), s.SpanContext().SpanID(), s.Parent()
	out := &traces.Span{
		TraceId: trace[:], SpanId: id[:], TraceState: s.SpanContext().TraceState().String(),
		// The lowest bits are those of traceparent; the two above tell that the
		// parent is known to be in this process or in another.
		Flags: uint32(s.SpanContext().TraceFlags()) | uint32(traces.SpanFlags_SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK),
		Name:  s.Name(), Kind: wireKind(s.SpanKind()),
		StartTimeUnixNano: uint64(s.StartTime().UnixNano()), EndTimeUnixNano: uint64(s.EndTime().UnixNano()),
		Attributes: wireAttributes(s.Attributes()), DroppedAttributesCount: uint32(s.DroppedAttributes()),
		Status: wireStatus(s.Status()),
	}
	if parent.IsRemote() {
		out.Flags |= uint32(traces.SpanFlags_SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK)
	}
	if parent.SpanID().IsValid() {
		id := parent.SpanID()
		out.ParentSpanId = id[:]
	}
	return out
}

func wireKind(k trace.SpanKind) traces.Span_SpanKind {
	switch k {
	case trace.SpanKindServer:
		return traces.Span_SPAN_KIND_SERVER
	case trace.SpanKindClient:
		return traces.Span_SPAN_KIND_CLIENT
	case trace.SpanKindProducer:
		return traces.Span_SPAN_KIND_PRODUCER
	case trace.SpanKindConsumer:
		return traces.Span_SPAN_KIND_CONSUMER
	default:
		return traces.Span_SPAN_KIND_INTERNAL
	}
}

func wireStatus(s sdktrace.Status) *traces.Status {
	switch s.Code {
	case codes.Error:
		return &traces.Status{Code: traces.Status_STATUS_CODE_ERROR, Message: s.Description}
	case codes.Ok:
		return &traces.Status{Code: traces.Status_STATUS_CODE_OK}
	default:
		return &traces.Status{}
	}
}

// wireAttributes converts attributes. Ours are texts and integers; the others
// are sent as text.
func wireAttributes(list []attribute.KeyValue) []*common.KeyValue {
	out := make([]*common.KeyValue, len(list))
	for i, a := range list {
		if a.Value.Type() == attribute.INT64 {
			out[i] = &common.KeyValue{Key: string(a.Key), Value: &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: a.Value.AsInt64()}}}
			continue
		}
		out[i] = attributeOf(string(a.Key), a.Value.String())
	}
	return out
}
