package app

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/registryhttp"
	"github.com/plastron-dev/plastron/runtime/schemalog"
	"github.com/plastron-dev/plastron/runtime/store"
	"github.com/plastron-dev/plastron/runtime/telemetry"
)

// observedStore counts the records that the log hands to the store.
type observedStore struct {
	*store.Store
	metrics *telemetry.Metrics
}

var _ schemalog.State = observedStore{}

// Apply implements schemalog.State.
func (s observedStore) Apply(records []record.Record) []record.Problem {
	canonical := 0
	for _, r := range records {
		if bytes.HasPrefix(r.RawKey, []byte(`{"keytype":`)) {
			canonical++
		}
	}
	// Karapace's words for the order of members in a key.
	if canonical > 0 {
		s.metrics.RecordsProcessed("CANONICAL", canonical)
	}
	if other := len(records) - canonical; other > 0 {
		s.metrics.RecordsProcessed("DEPRECATED_KARAPACE", other)
	}
	return s.Store.Apply(records)
}

// observedLog counts and traces what is written to the schemas topic. One
// append carries the changes of all requests that waited, so its span belongs
// to none of them.
type observedLog struct {
	log     appender
	metrics *telemetry.Metrics
	tracing *telemetry.Tracing
	topic   string
}

// Append implements appender.
func (o observedLog) Append(ctx context.Context, records []record.Record) (int64, error) {
	ctx, span := o.tracing.Start(ctx, "append", "messaging.system", "kafka", "messaging.destination.name", o.topic,
		"messaging.batch.message_count", strconv.Itoa(len(records)))
	offset, err := o.log.Append(ctx, records)
	span.End(err)
	o.outcome(err)
	return offset, err
}

// Barrier implements appender.
func (o observedLog) Barrier(ctx context.Context) error {
	ctx, span := o.tracing.Start(ctx, "barrier", "messaging.system", "kafka", "messaging.destination.name", o.topic)
	err := o.log.Barrier(ctx)
	span.End(err)
	o.outcome(err)
	return err
}

func (o observedLog) outcome(err error) {
	if errors.Is(err, schemalog.ErrUnknownOutcome) {
		o.metrics.UnknownOutcome()
	}
}

// observedForwarder makes a span of each request that is handed to the
// primary, and tells the primary of it.
type observedForwarder struct {
	registryhttp.Forwarder
	tracing *telemetry.Tracing
}

// Do implements registryhttp.Forwarder.
func (f observedForwarder) Do(w http.ResponseWriter, r *http.Request, body []byte) (self bool, err error) {
	if !telemetry.SpanOf(r.Context()).Recording() {
		return f.Forwarder.Do(w, r, body) // A probe.
	}
	ctx, span := f.tracing.Start(r.Context(), "forward")
	self, err = f.Forwarder.Do(w, f.tracing.WithTrace(r.WithContext(ctx)), body)
	span.End(err)
	return self, err
}
