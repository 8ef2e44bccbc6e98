package format

import (
	"fmt"

	"github.com/plastron-dev/plastron/runtime/format/avro"
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
	// Refused marks what Confluent's registry does not take in a new schema.
	Refused bool
}

// Lint returns what is probably a mistake in a schema, in the order of its
// text, and no more than some hundred entries.
func Lint(p Parsed) []Problem {
	a, ok := p.(*Avro)
	if !ok {
		return nil
	}
	var problems []Problem
	for _, found := range avro.Lint(a.Schema) {
		problems = append(problems, Problem{Rule: string(found.Rule), Path: found.Path, Text: found.Text, Refused: found.Refused})
	}
	return problems
}

// Validate refuses a new schema for what Karapace takes and Confluent's
// registry does not (schema.validate.new.schemas), when that is the flavour:
// defaults that do not fit, names of fields and aliases. It is asked after
// Parse and never about stored schemas. The error is an *Error of kind
// Malformed.
func Validate(p Parsed, f schema.Flavour) error {
	if f != schema.Confluent {
		return nil
	}
	for _, problem := range Lint(p) {
		if problem.Refused {
			detail := problem.Text
			if problem.Path != "" {
				detail = fmt.Sprintf("%s, at %s", detail, problem.Path)
			}
			return &Error{Type: p.Type(), Kind: Malformed, Detail: detail}
		}
	}
	return nil
}
