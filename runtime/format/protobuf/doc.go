// Package protobuf is the registry's own model of .proto files: parser,
// printers, resolution of names, descriptors and the comparison of a reader
// with a writer. Package format calls it for schemas of type PROTOBUF, and
// package serde takes descriptors from it to convert records.
//
// Not obvious: the parser is not a compiler. Registries hold files that protoc
// refuses (numbers used twice, types found without an import, unknown custom
// options) and return them in a print of their own, comments included, which
// clients compare byte for byte. So the text is read into a light model that
// keeps what the print needs, and only the conversion of records asks for
// descriptors that a compiler would accept. The parser reads proto2, proto3
// and the editions 2023 and 2024 in one pass, in bounded time and memory; the
// bounds that are not in Limits are constants beside what they bound.
//
// Nothing here opens a file or a connection: imports are the references that
// the caller hands over, the well-known files below google/ and confluent/,
// or unresolved.
//
// A Schema is immutable once parsed and safe for concurrent use.
//
// Files: schema.go (Parse and what a Schema answers), model.go, scan.go and
// scan_comment.go (characters to words), parse*.go (words to model), print*.go
// (Karapace's and Confluent's text), normalize*.go, names.go (which type a
// name means), check.go (types that are used exist), wellknown*.go,
// descriptor*.go (to and from descriptors, base64), link.go (descriptors for
// records), tags.go (inline tags), ignore.go (texts without extensions),
// index.go (message indexes), compare*.go and finding.go, error.go.
package protobuf
