// Package store is the state machine of the registry: records of the schemas
// topic go in, an immutable View of everything they say comes out. It knows no
// Kafka and no HTTP, never parses the text of a schema, and nothing changes it
// but records, so that every node that has read the same log is in the same
// state, and a node that reads the compacted log too.
//
// Package schemalog feeds it (one writer); package registry reads its views
// (any number of readers, no lock).
//
// Not obvious:
//
//   - A View shares almost all of its memory with the one before it. The maps
//     are hash tries that copy the path to a changed leaf (hamt.go); lists of
//     entries grow in place behind the end that older views see (lists.go). The
//     cost of a record does not depend on how many schemas there are.
//   - Whether a version is deleted is not in its record alone: DELETE_SUBJECT
//     deletes what lies before it in the log and nothing behind it.
//   - Several byte forms of one key can be in the log, each with a value that
//     comes back when the newest is compacted away. The store remembers them
//     (variants.go); View.Put and View.Tombstones write records that leave none
//     behind.
//   - Ids are counted per context and the count never goes back.
//   - A record of an old primary that came too late has no effect (fence.go),
//     and the primary writes again what is true (View.Repairs).
//
// Files: store.go (the writer's side), apply.go (one function per record type),
// fence.go (whose records count), entries.go (adding, replacing and removing
// versions), deleted.go (soft deletions), ids.go (ids and contents), refs.go,
// variants.go (byte forms of keys and the records that change a key), view.go
// (the readers' side), stored.go (values without their texts), subjects.go (sorted names), contexts.go, assocs.go, changes.go
// (what the newest records were about), lists.go, hamt.go.
package store
