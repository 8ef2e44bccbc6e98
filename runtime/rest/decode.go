package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/serde"
)

// decoder turns Kafka's bytes into the JSON of a consumer's format, for the
// records of one read.
type decoder struct {
	schemas *schemas
	format  Format

	out     ConsumedRecord
	scratch []byte
	// unknown remembers schemas that are of no use, so that a read of many
	// foreign keys asks the registry once.
	unknown map[wireSchema]error
}

// decode returns the record, which is valid until the next call.
func (d *decoder) decode(ctx context.Context, r *kgo.Record) (*ConsumedRecord, error) {
	buf, err := d.side(ctx, d.scratch[:0], keySide, r)
	if err != nil {
		return nil, err
	}
	keyEnd := len(buf)
	buf, err = d.side(ctx, buf, valueSide, r)
	if err != nil {
		return nil, err
	}
	d.scratch = buf
	d.out = ConsumedRecord{
		TopicPartition: TopicPartition{r.Topic, r.Partition},
		Offset:         r.Offset,
		Key:            buf[:keyEnd:keyEnd],
		Value:          buf[keyEnd:],
		Headers:        d.out.Headers[:0],
	}
	if r.Timestamp.After(time.UnixMilli(-1)) { // Kafka's "no timestamp" is -1 ms
		d.out.Timestamp = r.Timestamp
	}
	for _, h := range r.Headers {
		d.out.Headers = append(d.out.Headers, Header{Key: h.Key, Value: h.Value})
	}
	return &d.out, nil
}

// side appends one side of a record. No bytes are null in every format. Keys
// that carry no usable schema become base64, as they do in Karapace: topics
// with plain keys and Avro values are common.
func (d *decoder) side(ctx context.Context, dst []byte, of side, r *kgo.Record) ([]byte, error) {
	data, name := r.Value, serde.ValueGUIDHeader
	if of == keySide {
		data, name = r.Key, serde.KeyGUIDHeader
	}
	var header []byte
	if d.format.NeedsSchema() {
		header = guidHeader(r, name)
	}
	// A message of nothing but defaults is empty when its schema is in a header.
	if data == nil || len(data) == 0 && header == nil {
		return append(dst, "null"...), nil
	}
	start := len(dst)
	out, err := d.data(ctx, dst, header, data)
	if err == nil {
		return out, nil
	}
	if registryIsOut(err) {
		return nil, &Error{Kind: RegistryRefused, Text: fmt.Sprintf("%s deserialization error for format %s", of, d.format), Err: err}
	}
	if of == keySide && (d.format == Avro || d.format == Protobuf) {
		return appendBase64(dst[:start], data), nil
	}
	return nil, &Error{Kind: Undecodable, Text: fmt.Sprintf("%s deserialization error for format %s", of, d.format), Err: err}
}

// guidHeader is the value of the first header of a name that holds a GUID, nil
// when there is none.
func guidHeader(r *kgo.Record, name string) []byte {
	for i := range r.Headers {
		if r.Headers[i].Key != name {
			continue
		}
		if _, _, err := serde.ParseGUIDHeader(r.Headers[i].Value); err == nil {
			return r.Headers[i].Value
		}
	}
	return nil
}

var (
	errNotJSON = errors.New("the data is not JSON")
	errNotText = errors.New("the data is not UTF-8")
)

func (d *decoder) data(ctx context.Context, dst, header, data []byte) ([]byte, error) {
	switch d.format {
	case Binary:
		return appendBase64(dst, data), nil
	case JSON:
		if !json.Valid(data) || !utf8.Valid(data) {
			return nil, errNotJSON
		}
		return append(dst, bytes.TrimSpace(data)...), nil
	case String:
		text, err := json.Marshal(string(data))
		if !utf8.Valid(data) || err != nil {
			return nil, errNotText
		}
		return append(dst, text...), nil
	}
	frame, err := serde.ParseFrame(header, data)
	if err != nil {
		return nil, err
	}
	w := wireSchema{id: frame.ID, guid: frame.GUID}
	if err := d.unknown[w]; err != nil {
		return nil, err
	}
	codec, err := d.schemas.forReading(ctx, w)
	if err != nil {
		if d.unknown == nil {
			d.unknown = map[wireSchema]error{}
		}
		d.unknown[w] = err
		return nil, err
	}
	return codec.data.AppendJSON(dst, frame.Payload)
}
