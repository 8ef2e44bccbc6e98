package avro

import "strings"

// splitName applies the rules for names: a dotted name brings its own
// namespace, otherwise the namespace attribute counts, otherwise that of the
// enclosing definition. An empty namespace attribute means none.
func splitName(name string, namespace *string, enclosing string) (short, space string) {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		return name[dot+1:], name[:dot]
	}
	if namespace != nil {
		return name, *namespace
	}
	return name, enclosing
}

// fullName is a full name as a key of a map. It is kept in two parts: putting
// them together for each look-up would cost the length of the namespace.
type fullName struct{ space, short string }

func joinName(short, space string) string {
	if space == "" {
		return short
	}
	return space + "." + short
}

// isFullName reports whether text is the full name of the type, without making
// it.
func (t *Type) isFullName(text string) bool {
	if t.Space == "" {
		return text == t.Short
	}
	dot := len(t.Space)
	return len(text) == dot+1+len(t.Short) && text[:dot] == t.Space && text[dot] == '.' && text[dot+1:] == t.Short
}

// invalidPart returns the first part between dots that is not a name, and
// false when all are.
func invalidPart(fullName string) (string, bool) {
	for part := range strings.SplitSeq(fullName, ".") {
		if !validName(part) {
			return part, true
		}
	}
	return "", false
}

func validName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
