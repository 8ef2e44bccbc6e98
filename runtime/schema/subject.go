package schema

import "strings"

// Subject is a subject name as it stands on the wire and in the log, with its
// context in front when that is not the default one: ":.ctx:name".
type Subject string

// DefaultContext is the context of every subject that names none.
const DefaultContext = "."

// Context returns the context that the subject is in, DefaultContext when the
// name carries none. It is the only place that knows the ":.ctx:" form.
func (s Subject) Context() string {
	context, _ := s.split()
	return context
}

// Name returns the subject without its context.
func (s Subject) Name() string {
	_, name := s.split()
	return name
}

func (s Subject) split() (context, name string) {
	rest, qualified := strings.CutPrefix(string(s), ":.")
	if !qualified {
		return DefaultContext, string(s)
	}
	context, name, closed := strings.Cut(rest, ":")
	if !closed {
		return DefaultContext, string(s)
	}
	return "." + context, name
}
