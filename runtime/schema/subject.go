package schema

import "strings"

// Subject is a subject name as it stands on the wire and in the log, with its
// context in front when that is not the default one: ":.ctx:name".
type Subject string

// DefaultContext is the context of every subject that names none.
const DefaultContext = "."

// Naming says how a registry reads the names of subjects. It belongs to the
// registry as a whole: what reads one log has one naming.
type Naming uint8

// Namings. With contexts is how Confluent reads names, and the default in both
// flavours; Karapace knows none and takes names as they stand (registry
// contract 10).
const (
	// WithContexts reads ":.ctx:name" as a name in a context.
	WithContexts Naming = iota
	// PlainNames has every subject in the default context.
	PlainNames
)

// Context returns the context that a subject is in, DefaultContext when the
// name carries none.
func (n Naming) Context(s Subject) string {
	context, _ := n.split(s)
	return context
}

// Name returns a subject without its context.
func (n Naming) Name(s Subject) string {
	_, name := n.split(s)
	return name
}

// split is the only place that knows the ":.ctx:" form.
func (n Naming) split(s Subject) (context, name string) {
	rest, qualified := strings.CutPrefix(string(s), ":.")
	if !qualified || n == PlainNames {
		return DefaultContext, string(s)
	}
	context, name, closed := strings.Cut(rest, ":")
	if !closed {
		return DefaultContext, string(s)
	}
	return "." + context, name
}
