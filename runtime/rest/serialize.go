package rest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/serde"
)

// conversionTime bounds how long the records of one request are converted. One
// record is bounded by its codec, but a schema can make every one of ten
// thousand take a tenth of a second.
const conversionTime = 10 * time.Second

// encoder turns the JSON of one side of a record into Kafka's bytes. Null is
// null in Kafka, whatever the format: a real tombstone.
type encoder struct {
	format Format
	codec  *codec // nil for formats without schema and for columns of nulls
}

// encoder finds the schema of one side, when there is something to encode.
func (s *Service) encoder(ctx context.Context, r ProduceRequest, of side, needed bool) (encoder, error) {
	e := encoder{format: r.Format}
	if !needed || !r.Format.NeedsSchema() {
		return e, nil
	}
	source := r.Value
	if of == keySide {
		source = r.Key
	}
	var err error
	e.codec, err = s.schemas.resolve(ctx, r.Topic.Name, of, r.Format, source)
	return e, err
}

// id is the schema id to be reported: the one that was used, or else the one
// that the client sent.
func (e encoder) id(source SchemaSource) schema.ID {
	if e.codec != nil {
		return e.codec.id
	}
	return source.ID
}

// pieces is the memory that keys and values are encoded into, many into one
// piece.
type pieces struct {
	current []byte
	size    int // of the next piece
}

// encodingSlack is by how much a value may grow that is not compacted, such as
// by its header.
const encodingSlack = 16

// encode returns the bytes of a value; null is nil.
func (m *pieces) encode(e encoder, text []byte) ([]byte, error) {
	if text == nil {
		return nil, nil
	}
	need := len(text) + encodingSlack
	if cap(m.current)-len(m.current) < need {
		m.current = make([]byte, 0, max(m.size, need))
	}
	start := len(m.current)
	out, err := e.append(m.current, text)
	if err != nil {
		return nil, err
	}
	m.current = out
	return out[start:len(out):len(out)], nil
}

// append appends the bytes of a value that is not null.
func (e encoder) append(dst, text []byte) ([]byte, error) {
	switch e.format {
	case Binary:
		return appendDecoded(dst, text)
	case JSON:
		return appendCompact(dst, text), nil
	case String:
		return appendText(dst, text)
	}
	out, err := e.codec.data.AppendBinary(serde.AppendHeader(dst, e.codec.id), text)
	if err != nil {
		return dst, unfit(err)
	}
	return out, nil
}

// unfit is the refusal of a value that does not fit its schema. For a wrong type
// in JSON, Karapace's clients match the first line.
func unfit(err error) *Error {
	e := &Error{Kind: Unfit, Text: "Object does not fit to stored schema", Err: err}
	if why, ok := errors.AsType[*serde.Error](err); ok && why.Karapace != "" {
		e.Text = why.Karapace + "\n"
	}
	return e
}

// inRecord adds the place to an error of one record, for people who sent many.
// A text without a cause is one that clients match, and stays alone when there
// is only one record.
func inRecord(index, of int, where side, err error) error {
	if e, ok := errors.AsType[*Error](err); of == 1 && ok && e.Err == nil {
		return err
	}
	return located(fmt.Sprintf("%s of record %d", where, index), err)
}

// located says where in a request an error is, on a line of its own below a
// text without a cause.
func located(place string, err error) error {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return err
	case e.Err == nil:
		return &Error{Kind: e.Kind, Text: e.Text + "\n", Err: errors.New(place)}
	default:
		return &Error{Kind: e.Kind, Text: e.Text, Err: fmt.Errorf("%s: %w", place, e.Err)}
	}
}
