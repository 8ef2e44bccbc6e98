package format

import (
	"errors"
	"fmt"

	"github.com/plastron-dev/plastron/runtime/format/avro"
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

// Avro is a parsed Avro schema. Schema is its model, which record codecs are
// built from.
type Avro struct {
	Schema *avro.Schema
}

var _ Parsed = (*Avro)(nil)

// Type is schema.Avro.
func (a *Avro) Type() schema.Type { return schema.Avro }

// Canonical is the text as Karapace stores it.
func (a *Avro) Canonical() string { return a.Schema.Canonical() }

// Normalized is the text as Confluent's registry normalizes it.
func (a *Avro) Normalized() string { return a.Schema.Normalized() }

// Parse reads a schema that somebody wants to register, by the strict rules of
// Karapace. resolve finds the texts behind references; it may be nil when the
// schema has none. A returned error is an *Error.
func Parse(s schema.Schema, resolve Resolver, limits Limits) (Parsed, error) {
	return parse(s, resolve, limits, avro.Parse)
}

// ParseStored reads a schema that is stored already. Names and symbols are not
// checked, since schemas from before the checks have to keep working. A
// returned error is an *Error.
func ParseStored(s schema.Schema, resolve Resolver, limits Limits) (Parsed, error) {
	return parse(s, resolve, limits, avro.ParseStored)
}

type avroParser func(text string, references []string, limits avro.Limits) (*avro.Schema, error)

func parse(s schema.Schema, resolve Resolver, limits Limits, parser avroParser) (Parsed, error) {
	if s.Type == "" {
		s.Type = schema.Avro
	}
	if s.Type != schema.Avro {
		return nil, unsupported(s.Type)
	}
	texts, names, err := collect(s, resolve, limits)
	if err != nil {
		return nil, err
	}
	parsed, err := parser(s.Text, texts, limits.json())
	if err != nil {
		return nil, fromAvro(err, names)
	}
	return &Avro{Schema: parsed}, nil
}

func fromAvro(err error, references []schema.Reference) error {
	cause, ok := errors.AsType[*avro.Error](err)
	if !ok {
		return &Error{Type: schema.Avro, Kind: Malformed, Detail: err.Error(), Err: err}
	}
	e := &Error{Type: schema.Avro, Kind: Malformed, Detail: cause.Error(), Err: err}
	if cause.Kind == avro.TooLarge {
		e.Kind = TooLarge
	}
	if cause.Reference > 0 {
		r := references[cause.Reference-1]
		e.Detail = fmt.Sprintf("the referenced schema %q (subject %s, version %s): %s", r.Name, r.Subject, r.Version, e.Detail)
		if e.Kind == Malformed {
			e.Kind = Unresolved
		}
	}
	return e
}

func unsupported(t schema.Type) error {
	return &Error{Type: t, Kind: Unsupported, Detail: fmt.Sprintf("schemas of type %s are not supported by this build", t)}
}

// CanonicalText returns the text of a schema as Karapace stores it, without
// looking at its references or, for Avro, at its meaning. It is what a reader
// of the schemas topic needs to serve a text that another registry wrote. A
// returned error is an *Error.
func CanonicalText(s schema.Schema, limits Limits) (string, error) {
	if s.Type != schema.Avro && s.Type != "" {
		return "", unsupported(s.Type)
	}
	text, err := avro.Canonical(s.Text, limits.json())
	if err != nil {
		return "", fromAvro(err, nil)
	}
	return text, nil
}

// Text returns the text to store for a new schema: the canonical one of the
// flavour, or its normalized one when normalize asks for it. Karapace does not
// normalize Avro.
func Text(p Parsed, f schema.Flavour, normalize Normalize) string {
	a, isAvro := p.(*Avro)
	switch {
	case f != schema.Confluent && isAvro:
		return p.Canonical()
	case normalize == Normalized:
		return p.Normalized()
	case isAvro:
		return a.Schema.Standard()
	default:
		return p.Canonical()
	}
}

// Normalize says whether a text is to be normalized.
type Normalize uint8

// The two answers.
const (
	AsWritten Normalize = iota
	Normalized
)

// Same reports whether a lookup takes the two schemas for one: equal once the
// order of attributes, redundant namespaces and the split into referenced
// texts are put aside, everything else included (docs, defaults, properties).
// Lists of references are not compared.
func Same(a, b Parsed) bool {
	x, ok := a.(*Avro)
	y, ok2 := b.(*Avro)
	if ok && ok2 {
		return x.Schema.Canonical() == y.Schema.Canonical() && !x.Schema.HasReferences() && !y.Schema.HasReferences() ||
			x.Schema.Resolved() == y.Schema.Resolved()
	}
	return a.Type() == b.Type() && a.Canonical() == b.Canonical()
}

// Readable returns every reason why reader cannot read data that writer wrote;
// none means it can. In Finding.Description the words ReaderWord and WriterWord
// stand for the two schemas: only the caller knows which of them is the new
// one. Schemas of different types never read each other.
func Readable(reader, writer Parsed, f schema.Flavour) []schema.Finding {
	r, ok := reader.(*Avro)
	w, ok2 := writer.(*Avro)
	if ok && ok2 {
		return avro.Readable(r.Schema, w.Schema, f)
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
