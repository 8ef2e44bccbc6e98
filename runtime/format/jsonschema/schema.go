package jsonschema

import (
	"errors"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Schema is a parsed schema text.
type Schema struct {
	canonical, standard, normalized string
	draft                           Draft
	root                            *node
	references                      bool
	// unresolved is the first reference that leads nowhere, notDraft7 what
	// draft 7 does not allow, notDraft what the declared draft does not allow.
	unresolved          *Error
	notDraft7, notDraft *Error
}

// Parse reads a new schema. It has to conform to draft 7, as which Karapace
// reads every schema, or to the draft that its "$schema" names, as Confluent's
// registry reads it; Refused tells them apart. The texts of references stand
// under their names; references that lead nowhere are no error here. A
// returned error is an *Error.
func Parse(text string, references []Reference, limits Limits) (*Schema, error) {
	s, err := parse(text, references, limits, true)
	if err != nil {
		return nil, err
	}
	if s.notDraft7 != nil && (s.draft == Draft7 || s.notDraft != nil) {
		if s.notDraft != nil {
			return nil, s.notDraft
		}
		return nil, s.notDraft7
	}
	return s, nil
}

// ParseStored reads a schema that is in the log already. Keywords of the wrong
// form are passed over. A returned error is an *Error.
func ParseStored(text string, references []Reference, limits Limits) (*Schema, error) {
	return parse(text, references, limits, false)
}

func parse(text string, references []Reference, limits Limits, strict bool) (*Schema, error) {
	limits = limits.filled()
	s := &Schema{references: len(references) > 0}
	var written jsonx.Doc
	if err := written.Parse([]byte(text), limits.json()); err != nil {
		return nil, fromJSON(err)
	}
	if err := s.print(written.Root(), len(text)); err != nil {
		return nil, err
	}
	b := builder{limits: limits, resources: map[string]*resource{}, named: map[string]*resource{}}
	main, err := b.document(s.canonical, "", Draft7)
	if err != nil {
		return nil, err
	}
	s.root, s.draft = main.root.root, main.root.draft
	if err := b.referenced(references, s.draft); err != nil {
		return nil, err
	}
	if err := b.link(); err != nil {
		return nil, err
	}
	s.unresolved = b.finish()
	if strict {
		s.conform(written.Root(), limits)
	}
	return s, nil
}

// print makes the three texts. Most schemas are written in one of them, which
// then serves for all.
func (s *Schema) print(root jsonx.Value, size int) error {
	canonical, err := jsonx.AppendCanonical(make([]byte, 0, size), root)
	if err != nil {
		return fromJSON(err)
	}
	s.canonical = string(canonical)
	standard, err := appendStandard(canonical[:0], root, false)
	if err != nil {
		return fromJSON(err)
	}
	s.standard = shared(standard, s.canonical)
	normalized, err := appendStandard(standard[:0], root, true)
	if err != nil {
		return fromJSON(err)
	}
	s.normalized = shared(normalized, s.canonical)
	return nil
}

func shared(text []byte, other string) string {
	if string(text) == other {
		return other
	}
	return string(text)
}

func (s *Schema) conform(root jsonx.Value, limits Limits) {
	s.notDraft7 = conforms(root, Draft7, limits)
	if s.draft != Draft7 {
		s.notDraft = conforms(root, s.draft, limits)
	} else {
		s.notDraft = s.notDraft7
	}
}

// maxTexts is how many texts of the greatest length the references of a schema
// may amount to.
const maxTexts = 4

// referenced reads the texts of the references.
func (b *builder) referenced(references []Reference, draft Draft) error {
	total, most := 0, maxTexts*b.limits.MaxBytes
	for i, r := range references {
		canonical, err := Canonical(r.Text, b.limits)
		if total += len(canonical); err == nil && total > most && most > 0 {
			err = tooLarge(Bytes, "the references of the schema have more than %d bytes together", most)
		}
		if err == nil {
			_, err = b.document(canonical, r.Name, draft)
		}
		if err == nil {
			continue
		}
		if e, ok := errors.AsType[*Error](err); ok {
			e.Reference = i + 1
		}
		return err
	}
	return nil
}

// finish drops what only references needed and returns the first reference of
// the main text that leads nowhere.
func (b *builder) finish() *Error {
	for _, d := range b.documents {
		d.nodes, d.children, d.items = nil, nil, nil
	}
	return b.dangling
}

func fromJSON(err error) error {
	e := &Error{Kind: Malformed, Text: err.Error(), Err: err}
	if cause, ok := errors.AsType[*jsonx.Error](err); ok && cause.Kind == jsonx.TooLarge {
		e.Kind = TooLarge
		e.Bound = [...]Bound{jsonx.NoBound: NoBound, jsonx.Bytes: Bytes, jsonx.Depth: Depth, jsonx.Nodes: Nodes}[cause.Bound]
	}
	return e
}

// Canonical is the text as Karapace stores and returns it: compact, with
// sorted keys, nothing added or dropped.
func (s *Schema) Canonical() string { return s.canonical }

// Standard is the text as Confluent's registry stores it: compact, with the
// keys in the order of the author.
func (s *Schema) Standard() string { return s.standard }

// Normalized is the text as Confluent's registry normalizes it: Standard with
// sorted keys.
func (s *Schema) Normalized() string { return s.normalized }

// Draft is the draft that "$schema" names, draft 7 when it names none.
func (s *Schema) Draft() Draft { return s.draft }

// HasReferences reports whether other texts came with the schema.
func (s *Schema) HasReferences() bool { return s.references }

// Refused returns why the registry of the flavour does not take a new schema
// that Parse has read, nil when it does. For Karapace a schema has to conform
// to draft 7; for Confluent to its own draft, with every reference leading
// somewhere.
func (s *Schema) Refused(f schema.Flavour) *Error {
	switch {
	case f != schema.Confluent:
		return s.notDraft7
	case s.notDraft != nil:
		return s.notDraft
	default:
		return s.unresolved
	}
}

// Same reports whether a lookup takes two schemas for one: Karapace compares
// the documents, in which 1 and 1.0 are equal, Confluent the texts. Lists of
// references are not compared.
func Same(a, b *Schema, f schema.Flavour) bool {
	if f == schema.Confluent {
		return a.standard == b.standard
	}
	return a.canonical == b.canonical || equal(a.root.value, b.root.value)
}
