package protobuf

import (
	"fmt"
	"strings"
)

// Kind says what is wrong with a schema text.
type Kind uint8

// The kinds of errors.
const (
	// Malformed: the text is neither a .proto file nor a descriptor, or uses
	// a type that nothing defines.
	Malformed Kind = iota
	// TooLarge: the text goes beyond a limit.
	TooLarge
)

// Bound says which of the Limits a text goes beyond.
type Bound uint8

// The bounds, in the order of the fields of Limits. What goes beyond a
// constant of the package has none.
const (
	NoBound Bound = iota
	Bytes
	Depth
	Nodes
)

// Error is why a text was refused.
type Error struct {
	Kind  Kind
	Bound Bound
	// Line and Column are the place in the text, both counted from 1 and
	// Column in bytes; 0 when the place is not known.
	Line, Column int
	// Path is the declaration that is wrong, "package.Message.field", where it is
	// known and the line is not: names are looked up when the text has been
	// read, and a descriptor has no lines. Bounds of a text as a whole have no
	// place at all.
	Path string
	// Reference is the position of the referenced text that is wrong, counted
	// from 1, and 0 when it is the schema itself.
	Reference int
	// Text says what is wrong. That a type is not defined is worded as
	// clients of Karapace match it.
	Text string
	// Err is the cause, if there is one beside the text.
	Err error

	verbatim bool // the text is matched as a whole, so nothing is added to it
}

// Error is the text, with the place where that is known.
func (e *Error) Error() string {
	switch {
	case e.Line > 0:
		return fmt.Sprintf("%s, in line %d, column %d", e.Text, e.Line, e.Column)
	case e.Path != "" && !e.verbatim:
		return e.Text + ", at " + e.Path
	default:
		return e.Text
	}
}

// at sets the declaration that the error is about.
func (e *Error) at(path string) *Error {
	e.Path = clip(path)
	return e
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func malformed(format string, args ...any) *Error {
	return &Error{Kind: Malformed, Text: clip(fmt.Sprintf(format, args...))}
}

// caused is malformed with the reason of err, which is kept as the cause.
func caused(text string, err error) *Error {
	return &Error{Kind: Malformed, Text: clip(text + ": " + err.Error()), Err: err}
}

// clip keeps messages short, whatever the names in them are.
func clip(text string) string {
	text = strings.ReplaceAll(text, "\u00a0", " ") // the Protobuf runtime varies its spaces
	const most = 500
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

func tooLarge(format string, args ...any) *Error {
	return &Error{Kind: TooLarge, Text: fmt.Sprintf(format, args...)}
}
