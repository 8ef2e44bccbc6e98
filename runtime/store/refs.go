package store

import (
	"slices"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// place names one version of one subject.
type place struct {
	subject schema.Subject
	version schema.Version
}

// ReferencedBy returns the versions whose schemas refer to the given one,
// soft-deleted ones included, in the order of their records. Whether the
// version they refer to exists does not matter.
func (v *View) ReferencedBy(s schema.Subject, version schema.Version) []*Entry {
	list, _ := v.refs.get(place{s, version})
	return view(list)
}

// Target returns the subject that a reference of a schema in the given subject
// means: a name without a context is in the context of the referring subject.
func (v *View) Target(from schema.Subject, ref schema.Reference) schema.Subject {
	name := schema.Subject(v.naming.Name(ref.Subject))
	if v.naming.Context(ref.Subject) != schema.DefaultContext {
		return ref.Subject
	}
	if context := v.naming.Context(from); context != schema.DefaultContext && name == ref.Subject {
		return schema.Subject(":" + context + ":" + string(name))
	}
	return name
}

// targets returns the distinct places that an entry refers to.
func (v *View) targets(e *Entry) []place {
	var out []place
	for _, ref := range e.Schema.References {
		p := place{v.Target(e.Subject, ref), ref.Version}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// relistRefs changes who refers to what: old goes, added comes; each may be
// nil.
func (b *builder) relistRefs(old, added *Entry) {
	if old != nil {
		for _, p := range b.targets(old) {
			list, _ := b.refs.get(p)
			if list = remove(list, old); len(list) == 0 {
				b.refs = b.refs.del(b.edit, p)
			} else {
				b.refs = b.refs.set(b.edit, p, list)
			}
		}
	}
	if added != nil {
		for _, p := range b.targets(added) {
			list, _ := b.refs.get(p)
			b.refs = b.refs.set(b.edit, p, insert(list, added, byOffset))
		}
	}
}
