package rest

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// AnyPartition leaves the choice to the partitioner.
const AnyPartition int32 = -1

// SchemaSource says which schema a side of a produce request has: an id, or
// else a text that is registered on the way. The zero value is none.
type SchemaSource struct {
	ID   schema.ID
	Text string
}

func (s SchemaSource) none() bool { return s.ID == 0 && s.Text == "" }

// Header is a header of a record. A nil value is null.
type Header struct {
	Key   string
	Value []byte
}

// ProduceRecord is one record to be produced. Key and Value are JSON texts as
// their format wants them, nil when absent or null, and must not be changed
// before Produce returns.
type ProduceRecord struct {
	Key, Value []byte
	// Partition is AnyPartition for the partitioner's choice.
	Partition int32
	Headers   []Header
	// Timestamp is the zero time for now.
	Timestamp time.Time
}

// ProduceRequest is a request to produce records to one topic.
type ProduceRequest struct {
	// Topic comes from Service.Topic.
	Topic      *Topic
	Format     Format
	Key, Value SchemaSource
	Records    []ProduceRecord
	// Async does not wait for Kafka: there are no outcomes. What fails is
	// logged.
	Async bool
}

// Outcome is what became of one record: either a place or a failure.
type Outcome struct {
	Partition int32
	// Offset is -1 when Kafka was not asked to confirm (acks=0).
	Offset  int64
	Failure *Failure
}

// Failure is why a record was not confirmed. The record may still have been
// written when Retriable is set and the text speaks of a timeout.
type Failure struct {
	Retriable bool
	// Kind is Forbidden, Unauthenticated or TooLarge when that is the reason,
	// else Failed or Temporary.
	Kind Kind
	Text string
}

// Produced is the result of a produce request. The ids are 0 where no schema
// was involved.
type Produced struct {
	KeySchema, ValueSchema schema.ID
	Outcomes               []Outcome // in the order of the records
}

// Produce serializes all records, then sends them and waits for Kafka, unless
// the request is asynchronous. An
// error means that nothing was sent; what happens to single records afterwards
// is in their outcomes. It does not end with ctx, since records on their way
// cannot be called back, but with the delivery timeout.
//
// The order of the checks is visible to clients (REST contract 5.2): missing
// schemas first, key before value, then the schemas themselves, then every
// record. Kinds: MissingKeySchema, MissingValueSchema, InvalidSchema,
// RegistryRefused, NotBase64, Unfit, Improper, Unavailable.
func (s *Service) Produce(ctx context.Context, r ProduceRequest) (Produced, error) {
	ctx = context.WithoutCancel(ctx)
	hasKeys, hasValues := sides(r.Records)
	if r.Format.NeedsSchema() {
		if hasKeys && r.Key.none() {
			return Produced{}, missingSchema(MissingKeySchema, "keys", "key")
		}
		if hasValues && r.Value.none() {
			return Produced{}, missingSchema(MissingValueSchema, "values", "value")
		}
	}
	key, err := s.encoder(ctx, r, keySide, hasKeys)
	if err != nil {
		return Produced{}, err
	}
	value, err := s.encoder(ctx, r, valueSide, hasValues)
	if err != nil {
		return Produced{}, err
	}
	records, err := s.serialize(r, key, value)
	if err != nil {
		return Produced{}, err
	}
	d, err := s.deliver(ctx, r.Topic, records)
	if err != nil {
		return Produced{}, err
	}
	var outcomes []Outcome
	if r.Async {
		d.abandon(s, r.Topic.Name)
	} else {
		outcomes = d.wait(s.settings.DeliveryTimeout + deliveryGrace)
	}
	return Produced{KeySchema: key.id(r.Key), ValueSchema: value.id(r.Value), Outcomes: outcomes}, nil
}

func sides(records []ProduceRecord) (hasKeys, hasValues bool) {
	for i := range records {
		hasKeys = hasKeys || records[i].Key != nil
		hasValues = hasValues || records[i].Value != nil
	}
	return hasKeys, hasValues
}

func missingSchema(kind Kind, column, side string) *Error {
	return fail(kind, "Request includes %s and uses a format that requires schemas but does not include the %s_schema or %s_schema_id fields", column, side, side)
}

// serialize makes a Kafka record of each record and chooses its partition.
func (s *Service) serialize(r ProduceRequest, key, value encoder) ([]kgo.Record, error) {
	out := make([]kgo.Record, len(r.Records))
	var memory pieces
	for i := range r.Records {
		memory.size += len(r.Records[i].Key) + len(r.Records[i].Value) + 2*encodingSlack
	}
	keyless, begin := AnyPartition, s.clock()
	for i := range r.Records {
		in, to := &r.Records[i], &out[i]
		if s.clock().Sub(begin) > conversionTime {
			return nil, fail(Improper, "Converting the records takes longer than %s, %d of %d are done: send fewer in one request", conversionTime, i, len(r.Records))
		}
		var err error
		if to.Key, err = memory.encode(key, in.Key); err != nil {
			return nil, inRecord(i, len(r.Records), keySide, err)
		}
		if to.Value, err = memory.encode(value, in.Value); err != nil {
			return nil, inRecord(i, len(r.Records), valueSide, err)
		}
		to.Topic, to.Timestamp = r.Topic.Name, in.Timestamp
		for _, h := range in.Headers {
			to.Headers = append(to.Headers, kgo.RecordHeader{Key: h.Key, Value: h.Value})
		}
		keyless = s.place(r.Topic, to, in.Partition, keyless)
	}
	return out, nil
}

// place chooses the partition of a record: the one that was asked for, that of
// its key, or the one for records without key, which is chosen when keyless is
// AnyPartition and returned for the next record.
func (s *Service) place(topic *Topic, r *kgo.Record, asked, keyless int32) int32 {
	switch {
	case asked != AnyPartition:
		r.Partition = asked
	case len(r.Key) > 0:
		r.Partition = topic.Partitions[s.partition(r.Key, len(topic.Partitions))].ID
	default:
		if keyless == AnyPartition {
			keyless = topic.spread()
		}
		r.Partition = keyless
	}
	return keyless
}
