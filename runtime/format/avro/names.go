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

func joinName(short, space string) string {
	if space == "" {
		return short
	}
	return space + "." + short
}

// expand makes the full name of an alias, which is relative to the namespace
// of the type that carries it.
func expand(alias, space string) string {
	if space == "" || strings.IndexByte(alias, '.') >= 0 {
		return alias
	}
	return space + "." + alias
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
