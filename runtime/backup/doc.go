// Package backup copies a topic, normally the schemas topic, to a file and
// back. cmd/plastron calls it for `plastron backup`, which also answers to the
// name and arguments of Karapace's tool.
//
// It reads four formats: V1 (a JSON array), V2 (lines of base16), V3 (a
// directory with a binary data file and its metadata) and the text that Kafka's
// console consumer prints. It writes V2 and V3. docs/formats/backup.md has the
// bytes.
//
// What is not obvious: a restore reads the whole backup twice. The first
// reading checks everything and writes nothing, so a damaged backup never
// leaves half of itself in a topic. Records are streamed both times; memory is
// bounded by the largest record and not by the backup. Only V3 keeps headers,
// timestamps and every byte; the other formats are text.
//
// Files: record.go (what all formats have in common), errors.go (faults with
// file, record and byte), detect.go (which format a location holds), v1.go,
// v2.go, v3.go and v3meta.go, console.go (the formats), lines.go, avro.go and
// xxh64.go (what they are made of), write.go and target.go (topic to file),
// topic.go (reading a topic), restore.go, resume.go and keys.go (file to
// topic), verify.go and inspect.go, anonymize.go, progress.go.
package backup
