package format

import (
	"errors"

	"github.com/plastron-dev/plastron/runtime/format/protobuf"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Protobuf is a parsed Protobuf schema. Schema is its model, which record
// codecs are built from.
type Protobuf struct {
	Schema *protobuf.Schema
}

var _ language = (*Protobuf)(nil)

// Type is schema.Protobuf.
func (p *Protobuf) Type() schema.Type { return schema.Protobuf }

// Canonical is the text as Karapace stores it.
func (p *Protobuf) Canonical() string { return p.Schema.Canonical() }

// Normalized is the text as Confluent's registry normalizes it.
func (p *Protobuf) Normalized() string { return p.Schema.Normalized() }

func (p *Protobuf) text(f schema.Flavour, normalize Normalize) string {
	switch {
	case f != schema.Confluent && normalize == Normalized:
		return p.Schema.KarapaceNormalized()
	case f != schema.Confluent:
		return p.Schema.Canonical()
	case normalize == Normalized:
		return p.Schema.Normalized()
	default:
		return p.Schema.Standard()
	}
}

// same compares texts, which is what both registries do for Protobuf.
func (p *Protobuf) same(other Parsed, f schema.Flavour) bool {
	o, ok := other.(*Protobuf)
	return ok && p.text(f, AsWritten) == o.text(f, AsWritten)
}

func (p *Protobuf) readable(writer Parsed, f schema.Flavour, _ Policy) []schema.Finding {
	w, ok := writer.(*Protobuf)
	if !ok {
		return nil
	}
	return protobuf.Readable(p.Schema, w.Schema, f)
}

func (p *Protobuf) lint() []Problem { return nil }

func (p *Protobuf) refused(schema.Flavour) *Problem { return nil }

func parseProtobuf(text string, used []reference, limits Limits, how strictness) (Parsed, error) {
	files := make([]protobuf.Reference, len(used))
	for i, u := range used {
		files[i] = protobuf.Reference{Name: u.Name, Text: u.text}
	}
	read := protobuf.Parse
	if how == lenient {
		read = protobuf.ParseStored
	}
	parsed, err := read(text, files, limits.protobuf())
	if err != nil {
		return nil, fromProtobuf(err, used, limits)
	}
	return &Protobuf{Schema: parsed}, nil
}

func fromProtobuf(err error, used []reference, limits Limits) error {
	if err == nil {
		return nil
	}
	e := &Error{Type: schema.Protobuf, Kind: Malformed, Detail: err.Error(), Err: err}
	cause, ok := errors.AsType[*protobuf.Error](err)
	if !ok {
		return e
	}
	if cause.Kind == protobuf.TooLarge {
		bounds := [...]Limit{protobuf.NoBound: "", protobuf.Bytes: MaxBytes, protobuf.Depth: MaxDepth, protobuf.Nodes: MaxNodes}
		e.beyond(bounds[cause.Bound], limits)
	}
	return e.blame(used, cause.Reference)
}

func (l Limits) protobuf() protobuf.Limits {
	return protobuf.Limits{MaxBytes: l.MaxBytes, MaxDepth: l.MaxDepth, MaxNodes: l.MaxNodes}
}
