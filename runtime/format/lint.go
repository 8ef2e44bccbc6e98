package format

import (
	"fmt"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Problem is something in a schema that parses which is probably a mistake.
type Problem struct {
	// Rule is the short name of the check: "default", "field-name".
	Rule string
	// Path is the place in the schema, a JSON pointer or the full name of a
	// Protobuf element; empty for the whole.
	Path string
	// Text says what is wrong and what is allowed.
	Text string
	// RefusedBy is the flavour whose registry does not take it in a new schema,
	// empty when both do. What both refuse, Parse refuses.
	RefusedBy schema.Flavour
}

// Lint returns what is probably a mistake in a schema, in the order of its
// text, and no more than some hundred entries.
func Lint(p Parsed) []Problem {
	l, ok := p.(language)
	if !ok {
		return nil
	}
	return l.lint()
}

// Validate refuses a new schema for what Parse takes and the registry of the
// flavour does not. For Confluent's registry (schema.validate.new.schemas) that
// is, in Avro, a default that does not fit or a name of a field or alias, and in
// JSON Schema what the declared draft does not allow or a reference that leads
// nowhere; for Karapace it is a JSON Schema that does not conform to draft 7. It
// is asked after Parse and never about stored schemas. The error is an *Error
// of kind Malformed.
func Validate(p Parsed, f schema.Flavour) error {
	l, ok := p.(language)
	if !ok {
		return nil
	}
	problem := l.refused(f)
	if problem == nil {
		return nil
	}
	detail := problem.Text
	if problem.Path != "" {
		detail = fmt.Sprintf("%s, at %s", detail, problem.Path)
	}
	return &Error{Type: p.Type(), Kind: Malformed, Detail: detail}
}
