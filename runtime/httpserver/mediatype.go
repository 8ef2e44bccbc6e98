package httpserver

import "strings"

// MediaType returns the type of a Content-Type header without parameters, in
// lower case; empty for an absent header.
func MediaType(contentType string) string {
	essence, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(essence))
}

// KnownType reports whether a Content-Type header names one of the known
// types, parameters and case aside. An absent header counts as known: clients
// without one mean the usual type.
func KnownType(contentType string, known ...string) bool {
	essence := MediaType(contentType)
	if essence == "" {
		return true
	}
	for _, k := range known {
		if essence == k {
			return true
		}
	}
	return false
}
