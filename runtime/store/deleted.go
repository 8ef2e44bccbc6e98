package store

import (
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// applyDeleteSubject soft-deletes the versions of a subject up to a mark.
//
// The mark holds for what lies before it in the log. The records of the
// versions keep saying that they are live, so after compaction the deletion is
// in this record alone; but a version whose record comes after it was written
// later and is what its own record says. That a subject, or some of its
// versions, are not known is normal: their records may be compacted away.
func (b *builder) applyDeleteSubject(k record.Key, raw []byte, deleted bool) error {
	if deleted {
		return nil // There is nothing to take back: the record had its effect.
	}
	value, err := record.ParseDeleteSubjectValue(raw)
	if err != nil {
		return err
	}
	list, _ := b.subjects.get(k.Subject)
	next := slices.Clone(list)
	changed := false
	for i, old := range list {
		if old.Version > value.Version || old.Deleted {
			continue
		}
		e := *old
		e.Deleted = true
		next[i] = &e
		b.relistRefs(old, &e)
		b.relistID(b.idOf(&e), old, &e)
		changed = true
	}
	if changed {
		b.subjects = b.subjects.set(b.edit, k.Subject, next)
	}
	return nil
}

// applyClearSubject forgets soft-deleted versions: those of one subject, of a
// context when the subject is only that, or of all subjects. Confluent writes
// it when a subject is switched to import mode.
func (b *builder) applyClearSubject(k record.Key, deleted bool) {
	if deleted {
		return
	}
	for _, e := range b.cleared(k) {
		b.removeEntry(e.Subject, e.Version)
	}
}

func (b *builder) cleared(k record.Key) (out []*Entry) {
	collect := func(_ schema.Subject, list []*Entry) bool {
		for _, e := range list {
			if e.Deleted {
				out = append(out, e)
			}
		}
		return true
	}
	if !k.Global && b.naming.Name(k.Subject) != "" {
		list, _ := b.subjects.get(k.Subject)
		collect(k.Subject, list)
		return out
	}
	b.subjects.all(func(s schema.Subject, list []*Entry) bool {
		if k.Global || b.naming.Context(s) == b.naming.Context(k.Subject) {
			collect(s, list)
		}
		return true
	})
	return out
}
