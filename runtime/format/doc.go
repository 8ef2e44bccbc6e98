// Package format turns schema texts into parsed schemas and answers whether
// one can read what another wrote. It is the one place that switches on the
// type of a schema; everything above it (compatibility levels, the registry
// service, the operator's admission) works on Parsed and never asks which
// format it has before it.
//
// Nothing here reads a file or opens a connection: the text behind a reference
// comes from the caller's Resolver, and a schema that points elsewhere is
// refused. What one schema may cost is bounded by Limits.
//
// Files: format.go (Parse, ParseStored, Readable, Same, Text), resolve.go (how
// references are collected), tags.go and tags_tree.go (inline tags), fields.go
// (reserved names, texts without extensions), limits.go, error.go. The formats themselves are
// the packages below this one.
package format
