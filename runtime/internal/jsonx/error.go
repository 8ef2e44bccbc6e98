package jsonx

import (
	"bytes"
	"fmt"
)

// Limits bounds one document. A zero value of a field means no limit for
// MaxNodes, and the hard ceilings of the package for the other two.
type Limits struct {
	// MaxBytes is the greatest length of the text.
	MaxBytes int
	// MaxDepth is how many arrays and objects may be open at once.
	MaxDepth int
	// MaxNodes is the greatest number of values, object keys included.
	MaxNodes int
}

// The table holds offsets in 32 bits, and walking recurses once per level.
const (
	ceilingBytes = 1<<31 - 1
	ceilingDepth = 10_000
)

// Kind says what is wrong with a document.
type Kind uint8

// The kinds of errors.
const (
	// Syntax: the text is not JSON.
	Syntax Kind = iota
	// TooLarge: the text is JSON as far as it was read, but beyond a limit.
	TooLarge
)

// Bound says which of the Limits a text goes beyond.
type Bound uint8

// The bounds, in the order of the fields of Limits. An error of kind Syntax
// has none.
const (
	NoBound Bound = iota
	Bytes
	Depth
	Nodes
)

// Error is why a text was refused. Line and Column count from 1, Column in
// bytes.
type Error struct {
	Kind         Kind
	Bound        Bound
	Offset       int
	Line, Column int
	Reason       string
}

// Error says what was wrong and where.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: line %d column %d", e.Reason, e.Line, e.Column)
}

func beyond(bound Bound, src []byte, offset int, reason string) *Error {
	e := newError(TooLarge, src, offset, reason)
	e.Bound = bound
	return e
}

func newError(kind Kind, src []byte, offset int, reason string) *Error {
	offset = min(offset, len(src))
	before := src[:offset]
	line := bytes.Count(before, []byte{'\n'}) + 1
	column := offset - bytes.LastIndexByte(before, '\n')
	return &Error{Kind: kind, Offset: offset, Line: line, Column: column, Reason: reason}
}
