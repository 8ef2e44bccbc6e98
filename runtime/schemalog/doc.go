// Package schemalog does the I/O on the schemas topic: it makes sure the topic
// is there and has the right shape, reads it from its beginning and for ever
// after into a state machine, and appends records whose writers learn when
// they were read back. Package app runs one Log per process; package registry
// appends to it, and package election calls Barrier on promotion.
//
// Not obvious:
//
//   - Readers use no consumer group and no commits. Every process reads the
//     whole topic at every start.
//   - "Read to the end" is about positions, not records: transaction markers
//     and compacted records are never delivered but count (reader.go).
//   - Kafka transactions are never used: their markers at the end of the topic
//     keep some registries of the field from ever getting ready.
//   - The outcome of an append can be unknown. Then the session ends, and the
//     next one reads to the end before it lets anybody write (session.go), so
//     that a decision is never made on a state that lacks an own record.
//   - A barrier claims the log: what anybody wrote under an earlier epoch and
//     lands behind it is void (barrier.go).
//   - A topic that was deleted is not made again by a process that has seen it:
//     an empty topic in its place would be an empty registry without a word.
//   - A tombstone of a schema is preceded by a record with the highest ids, so
//     that compaction never makes an id look free (writer.go).
//
// Files: log.go (Log, configuration, appending), session.go (one stay on one
// incarnation of the topic), topic.go (creation and checks), reader.go,
// probe.go (a look past records that are not there), writer.go (group commit),
// barrier.go (claiming the log),
// waiters.go (offset applied?), status.go, messages.go
// (what is logged, how often), errors.go. The format of the topic
// is in docs/formats/schemalog.md.
package schemalog
