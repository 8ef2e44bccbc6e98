// Package index holds the names of the field indexes, the functions that fill
// them, and the handlers that wake what they find. A function that fills one
// looks at one object only and needs no API, so that an index may name objects
// that do not exist yet: a missing referent wakes its dependents the moment it
// appears.
//
// Files: index.go, wake.go.
package index
