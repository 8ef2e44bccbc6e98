// Package index holds the names of the field indexes and the functions that
// fill them. A function looks at one object only and needs no API, so that an
// index may name objects that do not exist yet: a missing referent wakes its
// dependents the moment it appears.
//
// Files: index.go.
package index
