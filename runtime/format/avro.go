package format

import (
	"errors"
	"fmt"

	"github.com/plastron-dev/plastron/runtime/format/avro"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Avro is a parsed Avro schema. Schema is its model, which record codecs are
// built from.
type Avro struct {
	Schema *avro.Schema
}

var _ language = (*Avro)(nil)

// Type is schema.Avro.
func (a *Avro) Type() schema.Type { return schema.Avro }

// Canonical is the text as Karapace stores it.
func (a *Avro) Canonical() string { return a.Schema.Canonical() }

// Normalized is the text as Confluent's registry normalizes it.
func (a *Avro) Normalized() string { return a.Schema.Normalized() }

func (a *Avro) text(f schema.Flavour, normalize Normalize) string {
	switch {
	case f != schema.Confluent:
		return a.Schema.Canonical()
	case normalize == Normalized:
		return a.Schema.Normalized()
	default:
		return a.Schema.Standard()
	}
}

func (a *Avro) same(other Parsed, _ schema.Flavour) bool {
	b, ok := other.(*Avro)
	if !ok {
		return false
	}
	if a.Schema.Canonical() == b.Schema.Canonical() && !a.Schema.HasReferences() && !b.Schema.HasReferences() {
		return true
	}
	return a.Schema.Resolved() == b.Schema.Resolved()
}

func (a *Avro) readable(writer Parsed, f schema.Flavour, _ Policy) []schema.Finding {
	w, ok := writer.(*Avro)
	if !ok {
		return nil
	}
	return avro.Readable(a.Schema, w.Schema, f)
}

func (a *Avro) lint() []Problem {
	var problems []Problem
	for _, found := range avro.Lint(a.Schema) {
		p := Problem{Rule: string(found.Rule), Path: found.Path, Text: found.Text}
		if found.Refused {
			p.RefusedBy = schema.Confluent
		}
		problems = append(problems, p)
	}
	return problems
}

func (a *Avro) refused(f schema.Flavour) *Problem {
	if f != schema.Confluent {
		return nil // Karapace refuses nothing that it can parse.
	}
	for _, problem := range a.lint() {
		if problem.RefusedBy == f {
			return &problem
		}
	}
	return nil
}

func parseAvro(text string, used []reference, limits Limits, how strictness) (Parsed, error) {
	texts := make([]string, len(used))
	for i, u := range used {
		texts[i] = u.text
	}
	read := avro.Parse
	if how == lenient {
		read = avro.ParseStored
	}
	parsed, err := read(text, texts, limits.json())
	if err != nil {
		return nil, fromAvro(err, used, limits)
	}
	return &Avro{Schema: parsed}, nil
}

func fromAvro(err error, used []reference, limits Limits) error {
	if err == nil {
		return nil
	}
	e := &Error{Type: schema.Avro, Kind: Malformed, Detail: err.Error(), Err: err}
	cause, ok := errors.AsType[*avro.Error](err)
	if !ok {
		return e
	}
	if cause.Kind == avro.TooLarge {
		e.beyond(limitOf(err), limits)
	}
	return e.blame(used, cause.Reference)
}

// blame moves an error into the reference that it is about: number, counted
// from 1, of those that were used, or 0 for the schema itself.
func (e *Error) blame(used []reference, number int) *Error {
	if number < 1 || number > len(used) {
		return e
	}
	r := used[number-1].Reference
	e.Detail = fmt.Sprintf("the referenced schema %q (subject %s, version %s): %s", r.Name, r.Subject, r.Version, e.Detail)
	if e.Kind == Malformed {
		e.Kind = Unresolved
	}
	return e
}
