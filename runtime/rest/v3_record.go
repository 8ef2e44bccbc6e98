package rest

import (
	"context"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// fill makes the Kafka record of a slot and notes what the receipt will say.
// The order of the checks is that of version 2: the topic, the key, the value.
// Kinds: UnknownTopic, UnknownPartition, and those of encoding.
func (st *Stream) fill(ctx context.Context, s *slot, r *StreamRecord, p *period) error {
	if p.err != nil {
		return p.err
	}
	if r.Partition != AnyPartition && p.lacks(st.service, r.Partition) {
		return unknownPartition(strconv.Itoa(int(r.Partition)))
	}
	ctx = context.WithoutCancel(ctx)
	var err error
	if s.record.Key, err = st.encode(ctx, r.Key, keySide, p, &s.receipt.Key); err != nil {
		return err
	}
	if s.record.Value, err = st.encode(ctx, r.Value, valueSide, p, &s.receipt.Value); err != nil {
		return err
	}
	s.record.Topic, s.record.Timestamp = st.topic, r.Timestamp
	for _, h := range r.Headers {
		s.record.Headers = append(s.record.Headers, kgo.RecordHeader{Key: h.Key, Value: h.Value})
	}
	if st.sending.since++; st.sending.since > keylessRun {
		st.sending.since, st.sending.keyless = 0, AnyPartition
	}
	st.sending.keyless = st.service.place(p.topic, &s.record, r.Partition, st.sending.keyless)
	return nil
}

// encode appends one side to the stream's memory and describes it.
func (st *Stream) encode(ctx context.Context, d *Datum, of side, p *period, receipt *ReceiptSide) ([]byte, error) {
	if d == nil {
		return nil, nil
	}
	receipt.Type = strings.ToUpper(string(d.Format))
	e := encoder{format: d.Format}
	if d.Format == "" || d.Format.NeedsSchema() {
		if d.Data == nil && d.Schema == (SchemaChoice{}) {
			return nil, nil
		}
		found, err := st.choose(ctx, choice{d.Schema, st.topic, of}, p)
		if err != nil {
			return nil, err
		}
		e.codec, e.format = found.codec, formatOf(found.parsed.Type())
		receipt.Type = typeName(found.parsed.Type())
		receipt.Subject, receipt.Schema, receipt.Version = found.subject, found.id, found.version
	}
	out, err := st.sending.memory.encode(e, d.Data)
	if err != nil {
		return nil, located(string(of), err)
	}
	receipt.Size = len(out)
	return out, nil
}

// choose is find with the choice of the record before at hand, and that it
// failed: a stream may bring many records with the same wrong schema.
func (st *Stream) choose(ctx context.Context, in choice, p *period) (chosen, error) {
	m := &st.sending.value
	if in.side == keySide {
		m = &st.sending.key
	}
	if m.period != p || m.choice != in {
		*m = memo{choice: in, period: p}
		m.chosen, m.err = st.service.choices.find(ctx, in)
	}
	return m.chosen, m.err
}

// formatOf is the format of a language of schemas.
func formatOf(t schema.Type) Format {
	switch t {
	case schema.JSON:
		return JSONSchema
	case schema.Protobuf:
		return Protobuf
	default:
		return Avro
	}
}

// typeName is the name of a language of schemas in version 3.
func typeName(t schema.Type) string { return strings.ToUpper(string(formatOf(t))) }
