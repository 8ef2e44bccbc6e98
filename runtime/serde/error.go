package serde

import "strings"

// Kind says what is wrong with a record.
type Kind uint8

// The kinds of errors.
const (
	// Mismatch: the value does not fit the schema.
	Mismatch Kind = iota
	// Malformed: the bytes are not JSON, or not data of the schema.
	Malformed
	// TooLarge: the record goes beyond a limit.
	TooLarge
)

// Error is why a record could not be converted. The reason never quotes the
// record's texts: it may be logged.
type Error struct {
	Kind Kind
	// Path is the place in the record as a JSON pointer, empty for the whole.
	Path   string
	Reason string
	// Karapace is what Karapace's clients read about it, empty where that is
	// nothing of its own. It quotes values and is for the client alone.
	Karapace string
	Err      error
}

// Error is the path, unless it is the whole record, and the reason.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fault is an Error on its way up: the path grows at the front while the walk
// unwinds, so that a walk without errors spends nothing on it.
type fault struct {
	kind   Kind
	reason string
	path   []string // innermost first
}

func (f *fault) at(key string) *fault {
	if f != misfit {
		f.path = append(f.path, key)
	}
	return f
}

func (f *fault) err() error {
	var b strings.Builder
	for i := len(f.path) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(f.path[i]))
	}
	return &Error{Kind: f.kind, Path: b.String(), Reason: f.reason}
}

// misfit is the one fault of attempts that may fail: a branch of a union that
// is tried needs no reason and no path.
var misfit = &fault{reason: "the value does not fit"}
