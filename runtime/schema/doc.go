// Package schema holds the value types that every part of the data plane and
// of the operator shares: subjects, versions, ids, schema texts with their
// references, compatibility levels, modes and findings. It has no parsers, no
// I/O and imports nothing but the standard library.
//
// Files: schema.go (type, reference, schema), subject.go (names and contexts),
// level.go (compatibility levels and modes), finding.go (what a compatibility
// check reports), flavour.go (whose behaviour is asked for).
package schema
