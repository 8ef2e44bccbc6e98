// Package serde turns records of a REST request into the bytes that Kafka
// holds and back: the wire format that puts a schema id in front of the data,
// and the data itself by schema. The REST proxy calls it for each record, so
// what can be decided from the schema alone is compiled once, into a codec
// that is safe for concurrent use.
//
// Not obvious: JSON is parsed into a table first (jsonx.Doc) and then walked
// along the schema, because fields may come in any order and the branch of a
// union is known only after looking into the value. A branch that is tried and
// fails is remembered for that value, so that nested unions cost no more than
// branches times values. Data is foreign: lengths are checked against what is
// left, nothing is reserved on the word of the data, depth and output are
// bounded.
//
// Files: wire.go (header), guid.go (GUIDs in its place),
// frame.go (either), name.go (record names for subject names), avro.go
// (codec and options), avro_compile.go and avro_default.go (schema to program),
// avro_encode.go, avro_object.go and avro_union.go (JSON to binary),
// avro_decode.go (binary to JSON), avro_logical.go (dates, times, decimals),
// error.go; protobuf*.go; jsonschema*.go (checks instead of conversion) and
// python.go (what Karapace's clients read).
package serde
