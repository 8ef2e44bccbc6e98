package serde

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/plastron-dev/plastron/runtime/format/protobuf"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// ProtobufOptions says how Protobuf data looks as JSON. The zero value is what
// clients of Karapace's REST proxy expect.
type ProtobufOptions struct {
	// Message is the full name of the message that is written, empty for the
	// first one of the file. What is read is said by the data.
	Message string
	// Style is whose JSON is written.
	Style ProtobufStyle
	// MaxJSON and MaxBinary bound what one record may become, in bytes; 0
	// means 64 MiB and 16 MiB.
	MaxJSON, MaxBinary int
}

// ProtobufStyle is a mapping of Protobuf to JSON.
type ProtobufStyle uint8

// The styles of JSON.
const (
	// OriginalNames writes fields with the names of the file, also those that
	// are not set and have a default, 64-bit integers as numbers, timestamps
	// without zone, and other well-known types as the messages that they are:
	// what Karapace does. Bytes are base64.
	OriginalNames ProtobufStyle = iota
	// CanonicalJSON is Protobuf's own mapping, which Confluent's proxy uses:
	// names in lowerCamelCase, 64-bit integers as strings.
	CanonicalJSON
)

// The limits of Protobuf data beside those of all records: what an object in
// memory costs, see protobuf.Weight.
const (
	maxProtobufNodes    = 4_000_000
	protobufMessageCost = 32
)

// ProtobufCodec converts records of one schema between JSON and the binary
// encoding of Protobuf, with the message indexes of Confluent's wire format in
// front. It is safe for concurrent use.
//
// From JSON it takes names as in the file and in lowerCamelCase, integers as
// numbers and as strings, enums by name and by number, and well-known types as
// messages and in the form that Protobuf's mapping gives them. An unknown
// field is refused.
type ProtobufCodec struct {
	schema  *protobuf.Schema
	linked  *protobuf.Linked
	types   *dynamicpb.Types
	message protoreflect.MessageDescriptor // that is written
	prefix  []byte                         // its indexes
	options ProtobufOptions
	docs    sync.Pool // of *jsonx.Doc
}

// NewProtobufCodec compiles a codec for a parsed schema with the options of
// Karapace.
func NewProtobufCodec(s *protobuf.Schema) (*ProtobufCodec, error) {
	return NewProtobufCodecWith(s, ProtobufOptions{})
}

// NewProtobufCodecWith compiles a codec for a parsed schema. It fails for a
// schema that a compiler would refuse, and for one that does not declare the
// message of the options. A schema without messages has a codec that converts
// nothing.
func NewProtobufCodecWith(s *protobuf.Schema, options ProtobufOptions) (*ProtobufCodec, error) {
	if options.MaxJSON <= 0 {
		options.MaxJSON = defaultMaxJSON
	}
	if options.MaxBinary <= 0 {
		options.MaxBinary = defaultMaxBytes
	}
	linked, err := s.Link()
	if err != nil {
		return nil, fmt.Errorf("building a Protobuf codec: %w", err)
	}
	c := &ProtobufCodec{schema: s, linked: linked, types: dynamicpb.NewTypes(linked.Files), options: options}
	c.docs.New = func() any { return new(jsonx.Doc) }
	path, ok := s.MessageIndex(options.Message)
	if !ok {
		if options.Message == "" {
			return c, nil
		}
		return nil, fmt.Errorf("building a Protobuf codec: the schema declares no message %q", options.Message)
	}
	if c.message = c.at(path); c.message == nil {
		return nil, fmt.Errorf("building a Protobuf codec: the schema declares no message %q", options.Message)
	}
	c.prefix = AppendMessageIndex(nil, path)
	return c, nil
}

// at returns the message at a path of message indexes, nil when there is none.
func (c *ProtobufCodec) at(path []int) protoreflect.MessageDescriptor {
	name, ok := c.schema.MessageName(path)
	if !ok {
		return nil
	}
	d, err := c.linked.Files.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		return nil
	}
	md, _ := d.(protoreflect.MessageDescriptor)
	return md
}

// AppendBinary appends the message indexes and the encoding of a JSON value,
// without the header of the wire format. On failure it returns dst as it was
// and an *Error.
func (c *ProtobufCodec) AppendBinary(dst, text []byte) ([]byte, error) {
	if c.message == nil {
		return dst, &Error{Kind: Mismatch, Reason: "the schema declares no message"}
	}
	doc := c.docs.Get().(*jsonx.Doc)
	defer func() {
		doc.Reset()
		c.docs.Put(doc)
	}()
	limits := jsonx.Limits{MaxDepth: maxDataDepth, MaxNodes: maxDataNodes}
	if err := doc.Parse(text, limits); err != nil {
		return dst, fromJSON(err)
	}
	m := dynamicpb.NewMessage(c.message)
	e := protobufEncoder{codec: c, messages: maxProtobufNodes / protobufMessageCost}
	f := e.check(doc.Root())
	if f == nil && c.options.Style == CanonicalJSON {
		f = e.canonical(m, text)
	} else if f == nil {
		f = e.message(m, doc.Root())
	}
	if f != nil {
		return dst, f.err()
	}
	if size := proto.Size(m); size > c.options.MaxBinary {
		return dst, &Error{Kind: TooLarge, Reason: fmt.Sprintf("the record is larger than %d bytes", c.options.MaxBinary)}
	}
	out := append(dst, c.prefix...)
	out, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(out, m)
	if err != nil {
		return dst, &Error{Kind: Mismatch, Reason: reasonOf(err), Err: err}
	}
	return out, nil
}

// reasonOf is the text of an error of the Protobuf runtime, which varies its
// white space on purpose.
func reasonOf(err error) string {
	text := bytes.ReplaceAll([]byte(err.Error()), []byte("\u00a0"), []byte(" "))
	return string(bytes.TrimPrefix(text, []byte("proto: ")))
}

// AppendJSON appends the JSON of a record, compact, fields in the order of the
// file. The record starts with message indexes. On failure it returns dst as
// it was and an *Error.
func (c *ProtobufCodec) AppendJSON(dst, binary []byte) ([]byte, error) {
	path, data, err := ParseMessageIndex(binary)
	if err != nil {
		return dst, &Error{Kind: Malformed, Reason: err.Error(), Err: err}
	}
	md := c.at(path)
	if md == nil {
		return dst, &Error{Kind: Malformed, Reason: "the record is of a message that the schema does not declare"}
	}
	weight := protobuf.Weight{Nodes: maxProtobufNodes, Message: protobufMessageCost, Depth: maxDataDepth}
	if !weight.Take(data, md) {
		return dst, &Error{Kind: TooLarge, Reason: "the record holds too much, or is nested too deep"}
	}
	m := dynamicpb.NewMessage(md)
	unmarshal := proto.UnmarshalOptions{Resolver: c.types, RecursionLimit: maxDataDepth + 1, AllowPartial: true}
	if err := unmarshal.Unmarshal(data, m); err != nil {
		return dst, &Error{Kind: Malformed, Reason: reasonOf(err), Err: err}
	}
	if c.options.Style == CanonicalJSON {
		return c.appendCanonical(dst, m)
	}
	d := protobufDecoder{out: dst, limit: len(dst) + c.options.MaxJSON}
	if f := d.message(m); f != nil {
		return dst, f.err()
	}
	return d.out, nil
}

func (c *ProtobufCodec) appendCanonical(dst []byte, m proto.Message) ([]byte, error) {
	text, err := protojson.MarshalOptions{EmitDefaultValues: true, AllowPartial: true, Resolver: c.types}.Marshal(m)
	if err != nil {
		return dst, &Error{Kind: Malformed, Reason: reasonOf(err), Err: err}
	}
	if len(text) > c.options.MaxJSON {
		return dst, errJSONTooLarge(c.options.MaxJSON)
	}
	out := bytes.NewBuffer(dst)
	if err := json.Compact(out, text); err != nil {
		return dst, &Error{Kind: Malformed, Reason: "the record has no form in JSON", Err: err}
	}
	return out.Bytes(), nil
}

func errJSONTooLarge(most int) error {
	return &Error{Kind: TooLarge, Reason: fmt.Sprintf("the JSON of the record is larger than %d bytes", most)}
}

// errIndex is why message indexes cannot be read.
var errIndex = errors.New("the data does not start with message indexes")
