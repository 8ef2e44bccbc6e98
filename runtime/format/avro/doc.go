// Package avro is the registry's own model of Avro schemas: parser, printers,
// fingerprints and the comparison of a reader with a writer. Package format
// calls it for schemas of type AVRO, and package serde builds its record codec
// from the model.
//
// No library could be the parser of a registry: each refuses schemas that
// running registries hold (defaults of the wrong type, odd field names,
// decimals that the specification tells readers to ignore), and each accepts
// some that they refuse. Two parse modes exist for that reason. Parse is for
// new schemas and checks names and symbols; ParseStored is for schemas that
// are in the log already, some of them from before those checks.
//
// A Schema and all its Types are immutable once parsed and safe for concurrent
// use. Named types are shared by pointer, so a recursive schema is a cyclic
// graph; everything that walks it is bounded by a budget or remembers where it
// was.
//
// Files: type.go (model), parse.go and parse_named.go (text to model),
// names.go (full names, aliases), logical.go (logical types), print.go and
// print_json.go (Confluent's text forms), canonical.go (Parsing Canonical
// Form), fingerprint.go, compare.go (the walk over reader and writer),
// memo.go (its memory), finding.go (texts of what it finds), lint.go (probable
// mistakes, and what Confluent's registry refuses), error.go.
package avro
