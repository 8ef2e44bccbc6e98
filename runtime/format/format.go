package format

import (
	"fmt"

	"github.com/plastron-dev/plastron/runtime/format/avro"
	"github.com/plastron-dev/plastron/runtime/format/jsonschema"
	"github.com/plastron-dev/plastron/runtime/format/protobuf"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Parsed is a schema that has been understood, with its references. It is
// immutable and safe for concurrent use.
type Parsed interface {
	// Type is the type of the schema.
	Type() schema.Type
	// Canonical is the text as Karapace stores and returns it.
	Canonical() string
	// Normalized is the text in which schemas that differ only in ways
	// without meaning become equal, as Confluent's registry makes it.
	Normalized() string
}

// language is what a schema type adds to Parsed for this package. Every Parsed
// that Parse returns has it.
type language interface {
	Parsed
	// text is the text to store.
	text(f schema.Flavour, normalize Normalize) string
	// same reports whether other means the same; it is of the same type.
	same(other Parsed, f schema.Flavour) bool
	// readable compares with a writer of the same type.
	readable(writer Parsed, f schema.Flavour, p Policy) []schema.Finding
	// lint lists what is probably a mistake.
	lint() []Problem
	// refused is why the flavour does not take the schema when it is new, nil
	// when it does.
	refused(f schema.Flavour) *Problem
	// hasField reports whether the outermost record, message or object has a
	// field of this name.
	hasField(name string) bool
}

// Parse reads a schema that somebody wants to register, by the strict rules of
// Karapace. resolve finds the texts behind references; it may be nil when the
// schema has none. A returned error is an *Error.
func Parse(s schema.Schema, resolve Resolver, limits Limits) (Parsed, error) {
	return parse(s, resolve, limits, strict)
}

// ParseStored reads a schema that is stored already. Names and symbols are not
// checked, since schemas from before the checks have to keep working. A
// returned error is an *Error.
func ParseStored(s schema.Schema, resolve Resolver, limits Limits) (Parsed, error) {
	return parse(s, resolve, limits, lenient)
}

// strictness says whether a schema is new or stored already.
type strictness uint8

const (
	strict strictness = iota
	lenient
)

// parse is the one switch from a schema type to its parser.
func parse(s schema.Schema, resolve Resolver, limits Limits, how strictness) (Parsed, error) {
	var read func(text string, used []reference, limits Limits, how strictness) (Parsed, error)
	switch s.Type {
	case "", schema.Avro:
		s.Type, read = schema.Avro, parseAvro
	case schema.JSON:
		read = parseJSON
	case schema.Protobuf:
		read = parseProtobuf
	default:
		return nil, unsupported(s.Type)
	}
	used, err := collect(s, resolve, limits)
	if err != nil {
		return nil, err
	}
	return read(s.Text, used, limits, how)
}

// Types lists the schema types of this build, in the order in which Karapace
// names them.
func Types() []schema.Type { return []schema.Type{schema.JSON, schema.Avro, schema.Protobuf} }

func unsupported(t schema.Type) error {
	return &Error{Type: t, Kind: Unsupported, Detail: fmt.Sprintf("schemas of type %s are not supported by this build", t)}
}

// CanonicalText returns the text of a schema as Karapace stores it, without
// looking at its references or, for Avro and JSON Schema, at its meaning. It is what a reader
// of the schemas topic needs to serve a text that another registry wrote. A
// returned error is an *Error.
func CanonicalText(s schema.Schema, limits Limits) (string, error) {
	switch s.Type {
	case "", schema.Avro:
		text, err := avro.Canonical(s.Text, limits.json())
		return text, fromAvro(err, nil, limits)
	case schema.JSON:
		text, err := jsonschema.Canonical(s.Text, limits.jsonschema())
		return text, fromJSONSchema(err, nil, limits)
	case schema.Protobuf:
		text, err := protobuf.Canonical(s.Text, limits.protobuf())
		return text, fromProtobuf(err, nil, limits)
	default:
		return "", unsupported(s.Type)
	}
}

// Text returns the text to store for a new schema: the canonical one of the
// flavour, or its normalized one when normalize asks for it. Karapace does not
// normalize Avro.
func Text(p Parsed, f schema.Flavour, normalize Normalize) string {
	l, ok := p.(language)
	if !ok {
		return p.Canonical()
	}
	return l.text(f, normalize)
}

// Normalize says whether a text is to be normalized.
type Normalize uint8

// The two answers.
const (
	AsWritten Normalize = iota
	Normalized
)

// Same reports whether a lookup takes the two schemas for one. Protobuf files
// are compared by the text of the flavour, in which Confluent drops comments.
// JSON Schemas are compared by their texts for Confluent and as documents for
// Karapace: there the order of keys does not matter, and 1 equals 1.0.
// Avro schemas are equal in both once the order of attributes, redundant
// namespaces and the split into referenced texts are put aside, everything else
// included (docs, defaults, properties). Lists of references are not compared.
func Same(a, b Parsed, f schema.Flavour) bool {
	l, ok := a.(language)
	return ok && a.Type() == b.Type() && l.same(b, f)
}

// Readable returns every reason why reader cannot read data that writer wrote;
// none means it can. In Finding.Description the words ReaderWord and WriterWord
// stand for the two schemas: only the caller knows which of them is the new
// one. Schemas of different types never read each other.
func Readable(reader, writer Parsed, f schema.Flavour) []schema.Finding {
	return ReadableUnder(reader, writer, f, Strict)
}

// Policy is how much readers put up with. Only Confluent's registry has
// policies, and only for JSON Schema they make a difference.
type Policy = jsonschema.Policy

// The policies.
const (
	Strict  = jsonschema.Strict
	Lenient = jsonschema.Lenient
)

// ReadableUnder is Readable with a policy.
func ReadableUnder(reader, writer Parsed, f schema.Flavour, p Policy) []schema.Finding {
	if l, ok := reader.(language); ok && reader.Type() == writer.Type() {
		return l.readable(writer, f, p)
	}
	return []schema.Finding{{
		Kind:        KindTypeChanged,
		Path:        "/",
		Karapace:    fmt.Sprintf("Comparing different schema types: %s with %s", karapaceName(writer.Type()), karapaceName(reader.Type())),
		Info:        string(reader.Type()),
		Description: differentType,
	}}
}

// The words that stand for the two schemas in a Finding's Description.
const (
	ReaderWord = avro.ReaderWord
	WriterWord = avro.WriterWord
)

// KindTypeChanged is the kind of the finding that two schemas are of different
// types.
const KindTypeChanged = "SCHEMA_TYPE_CHANGED"

// differentType is Confluent's text, matched by clients.
const differentType = "Incompatible because of different schema type"

// karapaceName is the name of a type in Karapace's messages.
func karapaceName(t schema.Type) string {
	if t == schema.JSON {
		return "SchemaType.JSONSCHEMA"
	}
	return "SchemaType." + string(t)
}
