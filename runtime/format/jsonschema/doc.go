// Package jsonschema is the registry's own model of JSON Schema, drafts 4, 6,
// 7, 2019-09 and 2020-12: parser, printers, the comparison of a reader with a
// writer as Karapace and as Confluent's registry decide it, and the validation
// of instances. Package format calls it for schemas of type JSON, package
// serde for the values of records.
//
// Nothing here opens a file or a connection. A reference finds its target in
// the document, in the texts that the caller hands over with their names, or
// nowhere: then the schema is one about which nothing is known.
//
// The two registries understand a schema differently, so there are two
// comparisons over one model. Karapace reads every schema as draft 7, whatever
// "$schema" says, and looks at the keywords of the document. Confluent's
// registry takes the draft from "$schema" and compares kinds of schemas: an
// object with several groups of keywords is to it the conjunction of several
// schemas (see kinds.go). Both walks remember pairs of schemas, so recursion
// ends, and give up with a finding of kind KindTooComplex beyond a budget.
//
// A Schema and everything below it is immutable once parsed and safe for
// concurrent use.
//
// Files: schema.go (entry points), draft.go, error.go, limits.go; print.go
// (Confluent's texts), equal.go; keywords.go and shape.go (what a schema must
// look like in a draft); node.go, build*.go (text to model), link.go and
// resource.go (references); pattern.go, translate.go and matcher.go (regular
// expressions), cache.go; memo.go and result.go (what both walks share),
// karapace*.go, kinds.go and confluent*.go (the walks), matching.go,
// difference.go (kinds and texts); validate*.go and evaluated.go (values).
package jsonschema
