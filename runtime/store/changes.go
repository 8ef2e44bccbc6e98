package store

import (
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// maxChanges is how many of the newest changes are remembered at least.
const maxChanges = 8192

// change says that a record was about a subject; "" stands for all subjects.
type change struct {
	offset  int64
	subject schema.Subject
}

// note remembers what a record was about. The list is shared between views as
// those of lists.go are: it grows behind the end that older views see, and when
// it is long the newer half moves to an array of its own.
func (b *builder) note(k record.Key, offset int64) {
	switch k.Type {
	case record.SchemaKey, record.ConfigKey, record.ModeKey, record.DeleteSubjectKey:
	case record.ClearSubjectKey:
		if k.Global || b.naming.Name(k.Subject) == "" {
			// It may be about any number of subjects.
			b.changes, b.from = nil, offset+1
			return
		}
	default:
		return
	}
	if len(b.changes) == 2*maxChanges {
		b.from = b.changes[maxChanges-1].offset + 1
		b.changes = append(make([]change, 0, 2*maxChanges), b.changes[maxChanges:]...)
	}
	c := change{offset: offset}
	if !k.Global {
		c.subject = k.Subject
	}
	b.changes = append(b.changes, c)
}

// ChangedSince returns the subjects that records behind an offset were about,
// each once, in the order of their first such record and at most limit; "" among
// them stands for the settings that hold for all subjects. With them it returns
// the offset up to which nothing is missing, and whether that is the end of the
// view. ok is false when too much happened since the offset to be remembered.
func (v *View) ChangedSince(offset int64, limit int) (subjects []schema.Subject, upTo int64, all, ok bool) {
	if offset+1 < v.from {
		return nil, 0, false, false
	}
	at, _ := slices.BinarySearchFunc(v.changes, offset+1, func(c change, offset int64) int {
		return int(c.offset - offset)
	})
	seen := map[schema.Subject]bool{}
	for i, c := range v.changes[at:] {
		if seen[c.subject] {
			continue
		}
		if len(subjects) == limit {
			return subjects, v.changes[at+i-1].offset, false, true
		}
		seen[c.subject] = true
		subjects = append(subjects, c.subject)
	}
	return subjects, max(v.offset, offset), true, true
}

// KnownAfter returns the subjects behind a name, in the order of their bytes and at
// most limit: those that have a version, soft-deleted or not, and those that
// have settings of their own.
func (v *View) KnownAfter(after schema.Subject, limit int) []schema.Subject {
	names := v.names.all()
	at, found := slices.BinarySearch(names, after)
	if found {
		at++
	}
	known := slices.Clone(names[at:min(len(names), at+limit)])
	full := len(known) == limit
	add := func(k record.Key) {
		if k.Global || k.Subject <= after || full && k.Subject > known[limit-1] {
			return
		}
		if list, _ := v.subjects.get(k.Subject); len(list) == 0 {
			known = append(known, k.Subject)
		}
	}
	v.configs.all(func(k record.Key, _ record.ConfigValue) bool { add(k); return true })
	v.modes.all(func(k record.Key, _ record.ModeValue) bool { add(k); return true })
	slices.Sort(known)
	known = slices.Compact(known)
	return known[:min(len(known), limit)]
}

// Changed returns a channel that is closed when there is a newer view than the
// one that View returns after this call.
func (s *Store) Changed() <-chan struct{} { return s.nextView() }
