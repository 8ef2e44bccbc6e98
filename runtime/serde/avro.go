package serde

import (
	"fmt"
	"sync"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// AvroOptions says how Avro data looks as JSON. The zero value is what clients
// of Karapace's REST proxy expect.
type AvroOptions struct {
	// Unions is how a value of a union is written. Both styles are read.
	Unions UnionStyle
	// Bytes is how bytes and fixed are read and written.
	Bytes BytesStyle
	// Logical is how dates, times, timestamps and decimals are written. Both
	// styles are read.
	Logical LogicalStyle
	// MaxJSON and MaxBinary bound what one record may become, in bytes; 0
	// means 64 MiB and 16 MiB.
	MaxJSON, MaxBinary int
}

// UnionStyle is the form of a value of a union.
type UnionStyle uint8

// The styles of unions.
const (
	// BareUnions writes the value alone.
	BareUnions UnionStyle = iota
	// TaggedUnions writes an object with the name of the branch as its key,
	// and null alone, as Avro's JSON encoding does.
	TaggedUnions
)

// BytesStyle is the form of bytes.
type BytesStyle uint8

// The styles of bytes.
const (
	// Base64 is standard base64 with padding.
	Base64 BytesStyle = iota
	// Latin1 has one character from U+0000 to U+00FF for each byte, as Avro's
	// JSON encoding does.
	Latin1
)

// LogicalStyle is the form of values with a logical type.
type LogicalStyle uint8

// The styles of logical types.
const (
	// ISOText is ISO 8601 for dates and times, and digits for decimals.
	ISOText LogicalStyle = iota
	// Underlying is the value of the underlying type.
	Underlying
)

// The limits of one record that are not options. The depth is that of the data
// and bounds the stack.
const (
	maxDataDepth    = 512
	maxDataNodes    = 2_000_000
	maxEmptyItems   = 1 << 16 // items of no bytes at all in one record
	defaultMaxJSON  = 64 << 20
	defaultMaxBytes = 16 << 20
)

// AvroCodec converts records of one schema between JSON and Avro's binary
// encoding. It is safe for concurrent use.
//
// From JSON it takes more than Karapace does and nothing that Karapace reads
// otherwise: union values with or without tag, tags with or without namespace,
// dates as text or number, bytes. A field that is missing is null if its type
// allows it, else its default. An unknown field is refused.
type AvroCodec struct {
	root    *node
	options AvroOptions
	encoder sync.Pool // of *encoder
}

// NewAvroCodec compiles a codec for a parsed Avro schema with the options of
// Karapace.
func NewAvroCodec(p format.Parsed) (*AvroCodec, error) {
	return NewAvroCodecWith(p, AvroOptions{})
}

// NewAvroCodecWith compiles a codec for a parsed Avro schema. It fails for
// schemas of another type.
func NewAvroCodecWith(p format.Parsed, options AvroOptions) (*AvroCodec, error) {
	a, ok := p.(*format.Avro)
	if !ok {
		return nil, fmt.Errorf("building an Avro codec: the schema is of type %s", p.Type())
	}
	if options.MaxJSON <= 0 {
		options.MaxJSON = defaultMaxJSON
	}
	if options.MaxBinary <= 0 {
		options.MaxBinary = defaultMaxBytes
	}
	c := &AvroCodec{options: options}
	c.encoder.New = func() any { return new(encoder) }
	c.root = compile(a.Schema.Root())
	return c, nil
}

// AppendBinary appends the Avro encoding of a JSON value, without the header
// of the wire format. On failure it returns dst as it was and an *Error.
func (c *AvroCodec) AppendBinary(dst, json []byte) ([]byte, error) {
	e := c.encoder.Get().(*encoder)
	defer func() {
		e.doc.Reset()
		e.out, e.failed = nil, nil
		c.encoder.Put(e)
	}()
	limits := jsonx.Limits{MaxDepth: maxDataDepth * 2, MaxNodes: maxDataNodes}
	if err := e.doc.Parse(json, limits); err != nil {
		return dst, fromJSON(err)
	}
	e.reset(dst, &c.options)
	if f := e.value(c.root, e.doc.Root()); f != nil {
		return dst, f.err()
	}
	return e.out, nil
}

func fromJSON(err error) error {
	kind := Malformed
	if e, ok := err.(*jsonx.Error); ok && e.Kind == jsonx.TooLarge { // Parse returns it bare.
		kind = TooLarge
	}
	return &Error{Kind: kind, Reason: err.Error(), Err: err}
}

// AppendJSON appends the JSON of one Avro value, compact, fields in the order
// of the schema. Bytes after the value are ignored, as Karapace and Avro's
// Java library do. On failure it returns dst as it was and an *Error.
func (c *AvroCodec) AppendJSON(dst, binary []byte) ([]byte, error) {
	d := decoder{in: binary, out: dst, options: &c.options, limit: len(dst) + c.options.MaxJSON}
	if f := d.value(c.root); f != nil {
		return dst, f.err()
	}
	return d.out, nil
}
