// Package serde turns records of a REST request into the bytes that Kafka
// holds and back: the wire format that puts a schema id in front of the data,
// and the data itself by schema. The REST proxy calls it for each record, so
// what can be decided from the schema alone is compiled once, into a codec
// that is safe for concurrent use.
//
// Files: wire.go (header).
package serde
