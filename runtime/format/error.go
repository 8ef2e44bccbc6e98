package format

import (
	"fmt"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Kind says what is wrong with a schema.
type Kind uint8

// The kinds of errors.
const (
	// Malformed: the text is not a schema of its type.
	Malformed Kind = iota
	// Unresolved: a reference names nothing, or its text cannot be used.
	Unresolved
	// TooLarge: the schema goes beyond a limit.
	TooLarge
	// Unsupported: this build does not know the schema type, or cannot check
	// records with the schema.
	Unsupported
)

// String names the kind for logs: "malformed".
func (k Kind) String() string {
	switch k {
	case Malformed:
		return "malformed"
	case Unresolved:
		return "unresolved"
	case TooLarge:
		return "too large"
	default:
		return "unsupported"
	}
}

// Error is why a schema was refused. Detail is a sentence for the author of
// the schema, with the place in it where that is known; for malformed Avro
// schemas it holds the texts that clients of Karapace match.
type Error struct {
	Type   schema.Type
	Kind   Kind
	Detail string
	// Limit is the one that a schema of kind TooLarge goes beyond, empty for a
	// bound that is not configurable.
	Limit Limit
	// Err is the cause: that of the parser, or what the Resolver returned.
	Err error
}

// Error is the detail with the kind and type in front.
func (e *Error) Error() string {
	return fmt.Sprintf("%s %s schema: %s", e.Kind, e.Type, e.Detail)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
