package serde

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/format/jsonschema"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// JSONOptions says how records of JSON Schemas are checked. The zero value is
// what clients of Karapace's REST proxy expect.
type JSONOptions struct {
	// Flavour Confluent checks by the draft that the schema names, and only what
	// is written. Any other checks by draft 7, and what is read as well.
	Flavour schema.Flavour
	// Limits bound the patterns of the schema; the zero value means those of the
	// product.
	Limits format.Limits
	// MaxJSON and MaxBinary bound what one record may become, in bytes; 0
	// means 64 MiB and 16 MiB.
	MaxJSON, MaxBinary int
}

// JSONCodec checks records of one JSON Schema. Their data is the JSON itself,
// so nothing is converted: keys keep their order, numbers and strings their
// spelling, only blanks between tokens go. It is safe for concurrent use.
type JSONCodec struct {
	validator *jsonschema.Validator
	options   JSONOptions
	weight    int
	docs      sync.Pool // of *jsonx.Doc
}

// NewJSONCodec makes a codec for a parsed JSON Schema. It fails for schemas of
// another type and for those whose patterns cannot be run in linear time.
func NewJSONCodec(p format.Parsed, options JSONOptions) (*JSONCodec, error) {
	j, ok := p.(*format.JSON)
	if !ok {
		return nil, fmt.Errorf("building a JSON codec: the schema is of type %s", p.Type())
	}
	if options.MaxJSON <= 0 {
		options.MaxJSON = defaultMaxJSON
	}
	if options.MaxBinary <= 0 {
		options.MaxBinary = defaultMaxBytes
	}
	validator, err := j.Validator(options.Flavour, options.Limits)
	if err != nil {
		return nil, fmt.Errorf("building a JSON codec: %w", err)
	}
	c := &JSONCodec{validator: validator, options: options}
	c.docs.New = func() any { return new(jsonx.Doc) }
	for _, text := range j.Texts() {
		c.weight += weightOf(text)
	}
	return c, nil
}

// Weight is the most memory, in bytes, that the codec takes beside the parsed
// schema. It is for caches: a short schema may have expressions of megabytes.
func (c *JSONCodec) Weight() int { return c.weight }

// AppendBinary appends a JSON value that fits the schema, without the header of
// the wire format. On failure it returns dst as it was and an *Error.
func (c *JSONCodec) AppendBinary(dst, text []byte) ([]byte, error) {
	if err := c.check(text, true); err != nil {
		return dst, err
	}
	out := bytes.NewBuffer(dst)
	if err := json.Compact(out, text); err != nil {
		return dst, &Error{Kind: Malformed, Reason: err.Error(), Err: err}
	}
	if out.Len()-len(dst) > c.options.MaxBinary {
		return dst, &Error{Kind: TooLarge, Reason: fmt.Sprintf("the record is larger than %d bytes", c.options.MaxBinary)}
	}
	return out.Bytes(), nil
}

// AppendJSON appends the value that data holds, in the flavour of Karapace only
// if it fits the schema. On failure it returns dst as it was and an *Error.
func (c *JSONCodec) AppendJSON(dst, data []byte) ([]byte, error) {
	if len(data) > c.options.MaxJSON {
		return dst, errJSONTooLarge(c.options.MaxJSON)
	}
	if err := c.check(data, c.options.Flavour != schema.Confluent); err != nil {
		return dst, err
	}
	return append(dst, bytes.TrimSpace(data)...), nil
}

// check reads a JSON text and, if asked, compares it with the schema.
func (c *JSONCodec) check(text []byte, withSchema bool) error {
	doc := c.docs.Get().(*jsonx.Doc)
	defer func() {
		doc.Reset()
		c.docs.Put(doc)
	}()
	if err := doc.Parse(text, jsonx.Limits{MaxDepth: maxDataDepth, MaxNodes: maxDataNodes}); err != nil {
		return fromJSON(err)
	}
	if !withSchema {
		return nil
	}
	err := c.validator.ValidateDoc(doc)
	if err == nil {
		return nil
	}
	if v, ok := errors.AsType[*jsonschema.Violation](err); ok {
		return &Error{Kind: Mismatch, Path: v.Path, Reason: "the value " + v.Text, Karapace: pythonText(doc.Root(), v), Err: err}
	}
	e := &Error{Kind: Mismatch, Reason: err.Error(), Err: err}
	if cause, ok := errors.AsType[*jsonschema.Error](err); ok {
		switch cause.Kind {
		case jsonschema.TooLarge:
			e.Kind = TooLarge
		case jsonschema.Malformed:
			e.Kind = Malformed
		}
	}
	return e
}
