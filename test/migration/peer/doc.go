// Package peer plays a node of another registry, for tests of migrations: it
// takes part in the election group and in the topic of the schemas with the
// bytes and by the rules of Karapace or of Confluent Schema Registry (registry
// contract, sections "The _schemas topic" and "Primary election"), and serves
// as much of the HTTP API as clients and other nodes need meanwhile.
//
// What is deliberately as in those products: neither of them fences its writes,
// Karapace deletes with an empty value and changes the order of its keys when
// it sees a key that it does not know, Confluent skips what it cannot decode,
// recognises itself by comparing identities, and takes back a record that gives
// a known id to another text. Schemas are not checked for compatibility.
//
// Files: peer.go (a node's life), group.go (bytes of the election), state.go
// (what a record means to it), write.go (bytes of records), http.go.
package peer
