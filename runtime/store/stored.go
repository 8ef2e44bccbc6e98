package store

import (
	"bytes"

	"github.com/plastron-dev/plastron/runtime/record"
)

// stored is the value of a record without the text of the schema, which is in
// memory once however many versions have it, and not a second time as a JSON
// literal: nearly every writer quotes like record.AppendQuoted, so that the
// literal can be made again from the text.
type stored struct {
	// around is what stands before and, from at on, behind the literal; empty for
	// an entry that no store has made.
	around string
	at     int
	// literal is that of the text where it is not what AppendQuoted makes.
	literal string
}

// keep copies what is to be kept of a value.
func (b *builder) keep(value record.SchemaValue) stored {
	before, literal, behind := value.Parts()
	b.store.scratch = append(append(b.store.scratch[:0], before...), behind...)
	s := stored{around: string(b.store.scratch), at: len(before)}
	b.store.scratch = record.AppendQuoted(b.store.scratch[:0], value.Schema.Text)
	if !bytes.Equal(b.store.scratch, literal) {
		s.literal = string(literal)
	}
	if cap(b.store.scratch) > maxScratch {
		b.store.scratch = nil
	}
	return s
}

// maxScratch bounds what is kept for quoting the next text.
const maxScratch = 1 << 20

// AppendQuotedText appends the text of the schema as a JSON string literal, the
// one of the record if there is one.
func (e *Entry) AppendQuotedText(dst []byte) []byte {
	if e.stored.literal != "" {
		return append(dst, e.stored.literal...)
	}
	return record.AppendQuoted(dst, e.Schema.Text)
}

// RawValue returns a copy of the record's value, nil for an entry that no store
// has made. Its own deletion mark can say false for an entry that was deleted
// with its subject.
func (e *Entry) RawValue() []byte {
	s := e.stored
	if s.around == "" {
		return nil
	}
	raw := make([]byte, 0, len(s.around)+len(e.Schema.Text)*9/8+len(s.literal))
	raw = e.AppendQuotedText(append(raw, s.around[:s.at]...))
	return append(raw, s.around[s.at:]...)
}

// Value returns the stored value for writing it again with changes, with all
// members that this registry does not know.
func (e *Entry) Value() (record.SchemaValue, error) { return record.ParseSchemaValue(e.RawValue()) }
