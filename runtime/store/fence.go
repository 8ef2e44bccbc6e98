package store

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// A primary that was paused, or cut off, or whose request lay in a broker's
// queue, can still write when another one has taken over:
//
//	T1 A, primary in epoch 5, decides: schema X is id 7, and is paused
//	T2 B is elected, writes the barrier of epoch 6 and reads it back
//	T3 B decides: schema Y is id 7, and answers
//	T4 A wakes up, or its request leaves the queue: X is id 7 lands behind Y
//
// No clock prevents T4, since a lease says when a record was sent and not when
// it lands. So the log itself decides. Every record of ours carries the epoch
// of its writer, and one whose epoch is lower than another that lies before it
// has no effect: it is void. All readers see the same log and so agree. A is
// told the truth by the log too: it never sees its record take effect.
//
// What B decides is decided on everything that A ever got in force: that lies
// before B's barrier, and B has read it. So two nodes never give one id to two
// schemas, whatever they believe of the election, without any clock.
//
// A void record is still what compaction keeps of its key, and other
// registries do not know epochs and have applied it. So the primary writes
// again what is true of everything that a void record touched: Repairs.

// voided is a void record and what is left to repair of it.
type voided struct {
	key    record.Key
	raw    string
	offset int64
	// id is the one that a void schema claimed.
	id schema.ID
	// restored: a record in force has the bytes of the key since.
	restored bool
}

// void notes a void record. It has no effect but one: the ids that it names
// count as given out, since other registries have seen them.
func (b *builder) void(k record.Key, rec record.Record) {
	b.problem(rec.Offset, record.Fenced, false, fmt.Errorf("epoch %s is over since %s", rec.Epoch, b.epoch))
	x := voided{key: k, raw: string(rec.RawKey), offset: rec.Offset}
	switch k.Type {
	case record.NoopKey:
		b.applyNoop(rec.Value)
	case record.SchemaKey:
		if value, err := record.ParseSchemaValue(rec.Value); err == nil && !record.IsDelete(rec.Value) {
			b.raiseMaxID(b.naming.Context(k.Subject), value.ID)
			x.id = value.ID
		}
	}
	b.voids = b.voids.set(b.edit, x.raw, x)
	b.late = true
}

// restore takes note of a record in force, which may repair void ones.
func (b *builder) restore(raw string) {
	if b.voids.size == 0 {
		return
	}
	if x, ok := b.voids.get(raw); ok {
		x.restored = true
		b.voids = b.voids.set(b.edit, raw, x)
	}
	for _, x := range b.voidRecords() {
		if len(b.repairs(x)) == 0 {
			b.voids = b.voids.del(b.edit, x.raw)
		}
	}
}

// Epoch returns the highest epoch in the log: who writes under it is the
// primary. It is zero when only other registries have written.
func (v *View) Epoch() record.Epoch { return v.epoch }

// Damaged reports whether there is something to repair.
func (v *View) Damaged() bool { return v.voids.size > 0 }

// Repairs returns the records that put right what void records of old
// primaries have done to the log and to other registries' idea of it. It is
// empty as soon as these records, written under the highest epoch, were
// applied.
func (v *View) Repairs() []record.Record {
	var out []record.Record
	seen := map[string]bool{}
	for _, x := range v.voidRecords() {
		for _, rec := range v.repairs(x) {
			if raw := string(rec.KeyBytes()); !seen[raw] {
				seen[raw] = true
				out = append(out, rec)
			}
		}
	}
	return out
}

// voidRecords returns the void records in the order of the log.
func (v *View) voidRecords() []voided {
	list := make([]voided, 0, v.voids.size)
	v.voids.all(func(_ string, x voided) bool {
		list = append(list, x)
		return true
	})
	slices.SortFunc(list, func(a, b voided) int { return cmp.Compare(a.offset, b.offset) })
	return list
}

// repairs returns what is left to write because of one void record. The value
// that is true goes under the bytes of the void key, so that compaction takes
// the void record away; other forms of the key keep the same value.
func (v *View) repairs(x voided) []record.Record {
	var out []record.Record
	if !x.restored && x.key.Type != record.DeleteSubjectKey {
		out = append(out, record.Record{Key: x.key, RawKey: []byte(x.raw), Value: v.trueValue(x.key)})
	}
	switch x.key.Type {
	case record.SchemaKey:
		// Others may think that the id means the void schema: they are told
		// again what it means.
		if e := v.eclipsed(x); e != nil {
			out = append(out, v.rewritten(e)...)
		}
	case record.DeleteSubjectKey:
		// The mark cannot be taken back, but what comes after it is what its own
		// record says. In this registry it had no effect.
		for _, e := range v.Entries(x.key.Subject) {
			if e.Offset < x.offset {
				out = append(out, v.rewritten(e)...)
			}
		}
	}
	return out
}

// eclipsed returns a version with the schema that the id of a void record means,
// if all of them lie before that record.
func (v *View) eclipsed(x voided) *Entry {
	list := v.ByID(v.naming.Context(x.key.Subject), x.id)
	for _, e := range list {
		if e.Offset > x.offset && e.SameContent(list[0]) {
			return nil
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func (v *View) rewritten(e *Entry) []record.Record {
	return v.Put(record.SchemaOf(e.Subject, e.Version), e.currentValue())
}

// trueValue is the value that a key has, nil for none.
func (v *View) trueValue(k record.Key) []byte {
	switch k.Type {
	case record.SchemaKey:
		if e, ok := v.Entry(k.Subject, k.Version); ok {
			return e.currentValue()
		}
	case record.ConfigKey:
		if c, ok := v.configs.get(k); ok {
			return c.Bytes()
		}
	case record.ModeKey:
		if m, ok := v.modes.get(k); ok {
			return m.Bytes()
		}
	case record.AssocKey:
		if a, ok := v.assocs.get(k); ok {
			return a.Bytes()
		}
	case record.NoopKey:
		return v.highWater().Bytes()
	}
	return nil
}

// currentValue is the stored value, with the deletion mark that the entry has.
func (e *Entry) currentValue() []byte {
	value, err := e.Value()
	if err != nil || value.Deleted == e.Deleted {
		return e.RawValue()
	}
	return value.WithDeleted(e.Deleted).Bytes()
}
