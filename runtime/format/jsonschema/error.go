package jsonschema

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind says what is wrong with a schema text.
type Kind uint8

// The kinds of errors.
const (
	// Malformed: the text is not JSON, or not a JSON Schema.
	Malformed Kind = iota
	// Unresolved: a "$ref" leads nowhere.
	Unresolved
	// TooLarge: the text goes beyond a limit.
	TooLarge
	// Unsupported: instances cannot be validated with this schema.
	Unsupported
)

// Bound is the field of Limits that a text went beyond.
type Bound uint8

// The bounds.
const (
	// NoBound: none, or one that cannot be changed.
	NoBound Bound = iota
	// Bytes is MaxBytes.
	Bytes
	// Depth is MaxDepth.
	Depth
	// Nodes is MaxNodes.
	Nodes
	// Subschemas is MaxSubschemas.
	Subschemas
	// PatternCost is MaxPatternCost.
	PatternCost
)

// Error is why a text was refused.
type Error struct {
	Kind Kind
	// Bound says which limit it was for a text that is TooLarge.
	Bound Bound
	// Path is the place in the schema as a JSON pointer, empty for the root
	// and for texts that are not JSON.
	Path string
	// Reference is the position of the referenced text that is wrong, counted
	// from 1, and 0 when it is the schema itself.
	Reference int
	// Text says what is wrong and what is allowed.
	Text string
	// Err is the cause when the text is not JSON.
	Err error
}

// Error is the text, followed by the path when it is not the root.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Text
	}
	return e.Text + ", at " + e.Path
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func tooLarge(bound Bound, format string, args ...any) *Error {
	return &Error{Kind: TooLarge, Bound: bound, Text: fmt.Sprintf(format, args...)}
}

// clip keeps messages short, whatever the names in them are.
func clip(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// quoted is a name in a message.
func quoted(text string) string { return strconv.Quote(clip(text)) }

// pointer prints steps as a JSON pointer.
func pointer(steps []string) string {
	var b strings.Builder
	for _, step := range steps {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(step))
	}
	return b.String()
}
