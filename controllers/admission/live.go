package admission

import (
	"errors"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/verdict"
	"github.com/plastron-dev/plastron/runtime/compat"
	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Previous is a version that is registered already.
type Previous struct {
	Version schema.Version
	Schema  schema.Schema
}

// Check judges next as the registry would: is it a schema of its type, and may
// it follow the previous versions, oldest first, under level. What Karapace and
// Confluent judge differently may follow: the registry decides, by the rules of
// its flavour. resolve finds the schemas behind references. A returned error is one of resolve's, for a
// reason that does not lie in the schema.
func Check(next schema.Schema, level schema.Level, previous []Previous, resolve format.Resolver) (*verdict.Check, error) {
	limits := format.DefaultLimits()
	var failed error
	tracked := func(ref schema.Reference) (schema.Schema, error) {
		s, err := resolve(ref)
		failed = errors.Join(failed, err)
		return s, err
	}
	parsed, err := format.Parse(next, tracked, limits)
	if err != nil {
		return invalid(err, failed)
	}

	out := &verdict.Check{Level: v1alpha1.Level(level)}
	var compared []compat.Previous
	for _, p := range previous {
		was, err := format.ParseStored(p.Schema, tracked, limits)
		if err != nil {
			// What is stored cannot be read here: the registry decides.
			return &verdict.Check{Unsupported: true}, failed
		}
		compared = append(compared, compat.Previous{Version: p.Version, Parsed: was, Text: p.Schema.Text})
	}
	v := compat.Check(level, parsed, compared, schema.Confluent)
	if !v.Compatible() && compat.Check(level, parsed, compared, schema.Karapace).Compatible() {
		return out, nil
	}
	for _, f := range v.Findings {
		out.Incompatibilities = append(out.Incompatibilities, v1alpha1.Incompatibility{
			Against: int32(v.Against), Path: f.Path, Message: messageOf(f),
		})
	}
	return out, nil
}

// invalid says what is wrong with a text that could not be parsed.
func invalid(err, failed error) (*verdict.Check, error) {
	e, ok := errors.AsType[*format.Error](err)
	switch {
	case failed != nil:
		return nil, failed
	case ok && e.Kind == format.Unsupported:
		return &verdict.Check{Unsupported: true}, nil
	case ok && e.Kind == format.TooLarge:
		return &verdict.Check{Invalid: e.Detail, TooLarge: true}, nil
	case ok:
		return &verdict.Check{Invalid: e.Detail}, nil
	default:
		return &verdict.Check{Invalid: err.Error()}, nil
	}
}

// messageOf is the sentence of a finding, with the name of the rule in front
// that Confluent's documentation explains.
func messageOf(f schema.Finding) string {
	if f.Description == "" {
		return f.Kind
	}
	return f.Kind + ": " + f.Description
}
