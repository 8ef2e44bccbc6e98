// Package record knows the bytes of the schemas topic: keys, values and what
// each of them means. It is pure: no Kafka, no state, and the text of a schema
// is never parsed, only carried.
//
// Package store reads records with it, package registry builds the records it
// appends with it, and package schemalog carries both to and from the broker.
//
// Two things are easy to get wrong and are therefore kept in one place here.
// Kafka compacts on the exact bytes of a key, and at least nine spellings of
// one logical key exist in topics of the field: ParseKey maps them all to one
// Key, Key.Bytes writes one of them. And a value that is written again (a soft
// delete, an id used by another subject) must keep the stored schema text byte
// for byte and every field we do not know: the With methods of a parsed value
// change single members in place and leave the rest alone.
//
// Files: record.go (record, reasons of rejection), keys.go (logical keys and
// the canonical bytes), keyforms.go (reading every form of a key), values.go
// (tombstones, configuration, modes), schemavalue.go (versions of subjects),
// form.go (in which form new keys and values are written),
// assoc.go (associations), markers.go (subject deletions and the high-water mark of ids), epoch.go
// (which claim of the log a record belongs to), object.go (members of a JSON
// object as spans), quote.go (JSON string literals). The format is specified in
// docs/formats/schemalog.md.
package record
