package avro

// Kind says what is wrong with a schema text.
type Kind uint8

// The kinds of errors.
const (
	// Malformed: the text is not JSON, or not an Avro schema.
	Malformed Kind = iota
	// TooLarge: the text goes beyond a limit.
	TooLarge
)

// Error is why a text was refused.
type Error struct {
	Kind Kind
	// Path is the place in the schema as a JSON pointer, empty for the root
	// and for texts that are not JSON, whose message holds line and column.
	Path string
	// Line and Column are the same place in the text, both counted from 1 and
	// Column in bytes.
	Line, Column int
	// Reference is the position of the referenced text that is wrong, counted
	// from 1, and 0 when it is the schema itself.
	Reference int
	// Text says what is wrong. Some texts are matched by clients of Karapace
	// and are worded as they expect it.
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
