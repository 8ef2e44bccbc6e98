package registry

import (
	"slices"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// Visibility says which versions a read sees.
type Visibility int

// Live is what clients see by default.
const (
	Live Visibility = iota
	WithDeleted
	OnlyDeleted
)

func (vis Visibility) sees(e *Entry) bool {
	switch vis {
	case WithDeleted:
		return true
	case OnlyDeleted:
		return e.Deleted
	default:
		return !e.Deleted
	}
}

// ByID returns the schema that an id stands for in a context: the entry that
// was registered first under it, soft-deleted or not, since data written with
// the id has to stay readable. The error is SchemaNotFound.
func (r *Registry) ByID(context string, id schema.ID) (*Entry, error) {
	if holders := r.views.View().ByID(context, id); len(holders) > 0 {
		return holders[0], nil
	}
	return nil, &Error{Kind: SchemaNotFound, ID: id}
}

// Holders returns the versions that carry an id, in the order in which they
// were registered. An id that no version carries is SchemaNotFound; an id whose holders are all out
// of sight is an empty list.
func (r *Registry) Holders(context string, id schema.ID, vis Visibility) ([]*Entry, error) {
	all := r.views.View().ByID(context, id)
	if len(all) == 0 {
		return nil, &Error{Kind: SchemaNotFound, ID: id}
	}
	seen := make([]*Entry, 0, len(all))
	for _, e := range all {
		if vis.sees(e) {
			seen = append(seen, e)
		}
	}
	return seen, nil
}

// MaxID returns the highest id that was ever given out in a context.
func (r *Registry) MaxID(context string) schema.ID {
	return r.views.View().MaxID(context)
}

// Version returns one version of a subject. Latest is the newest live one;
// with soft-deleted versions in sight it is the newest of all under Karapace,
// and still the newest live one under Confluent. The errors are
// SubjectNotFound and VersionNotFound.
func (r *Registry) Version(s schema.Subject, v schema.Version, vis Visibility) (*Entry, error) {
	all := r.views.View().Entries(s)
	seen := live(all)
	if vis == WithDeleted {
		seen = all
	}
	if len(seen) == 0 {
		return nil, subjectNotFound(s)
	}
	if v == schema.Latest {
		e := newest(seen)
		if !r.isKarapace() {
			e = newest(live(seen))
		}
		if e == nil {
			return nil, versionNotFound(s, v)
		}
		return e, nil
	}
	for _, e := range seen {
		if e.Version == v {
			return e, nil
		}
	}
	return nil, versionNotFound(s, v)
}

// Versions lists the versions of a subject, ascending. A subject without any
// that counts is SubjectNotFound; OnlyDeleted of a subject with live versions
// alone is an empty list.
func (r *Registry) Versions(s schema.Subject, vis Visibility) ([]*Entry, error) {
	all := r.views.View().Entries(s)
	seen := make([]*Entry, 0, len(all))
	for _, e := range all {
		if vis.sees(e) {
			seen = append(seen, e)
		}
	}
	if len(seen) == 0 && (len(all) == 0 || vis != OnlyDeleted) {
		return nil, subjectNotFound(s)
	}
	return seen, nil
}

// ReferencedBy lists the ids, ascending, of the schemas that refer to a
// version. The version itself may be soft-deleted.
func (r *Registry) ReferencedBy(s schema.Subject, v schema.Version, vis Visibility) ([]schema.ID, error) {
	view := r.views.View()
	all := view.Entries(s)
	if len(all) == 0 {
		return nil, subjectNotFound(s)
	}
	if v == schema.Latest {
		latest := newest(live(all))
		if latest == nil {
			return nil, versionNotFound(s, v)
		}
		v = latest.Version
	}
	if _, ok := view.Entry(s, v); !ok {
		return nil, versionNotFound(s, v)
	}
	ids := []schema.ID{}
	for _, e := range view.ReferencedBy(s, v) {
		if vis.sees(e) {
			ids = append(ids, e.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// Lookup finds the newest version of a subject that holds the schema. The
// order of its refusals can be observed (registry contract 5.2): a missing
// subject comes before a schema that does not parse. Parsing is lenient, since
// schemas with names that would be refused today are in use.
func (r *Registry) Lookup(s schema.Subject, wanted schema.Schema, vis Visibility) (*Entry, error) {
	view := r.views.View()
	entries := view.Entries(s)
	if vis == Live {
		entries = live(entries)
	}
	if len(entries) == 0 {
		return nil, subjectNotFound(s)
	}
	if wanted.Text == "" {
		return nil, &Error{Kind: EmptySchema}
	}
	wanted, err := number(view, s, wanted)
	if err != nil {
		return nil, err
	}
	parsed, err := r.parse(view, s, wanted, lenient)
	if err != nil {
		return nil, &Error{Kind: LookupUnparsable, Subject: s, Type: wanted.Type, Err: err}
	}
	wanted.Text = r.print(parsed)
	if e := sameText(entries, wanted); e != nil {
		return e, nil
	}
	same := func(stored format.Parsed) bool { return format.Same(parsed, stored, r.flavour) }
	if e := r.sameMeaning(view, entries, wanted, same); e != nil {
		return e, nil
	}
	return nil, &Error{Kind: SchemaNotFound, Subject: s}
}

// sameText returns the newest entry that is equal byte for byte.
func sameText(entries []*Entry, s schema.Schema) *Entry {
	for _, e := range slices.Backward(entries) {
		if sameSchema(e.Schema, s) {
			return e
		}
	}
	return nil
}

func sameSchema(a, b schema.Schema) bool {
	return a.Type == b.Type && a.Text == b.Text && slices.Equal(a.References, b.References)
}

// sameMeaning returns the newest entry of the wanted type and references whose
// parsed form is the same.
func (r *Registry) sameMeaning(v *store.View, entries []*Entry, wanted schema.Schema, same func(format.Parsed) bool) *Entry {
	for _, e := range slices.Backward(entries) {
		if e.Schema.Type != wanted.Type || !slices.Equal(e.Schema.References, wanted.References) {
			continue
		}
		parsed, err := r.parseEntry(v, e)
		if err == nil && same(parsed) {
			return e
		}
	}
	return nil
}

// print is the text in which the flavour stores a schema.
func (r *Registry) print(p format.Parsed) string { return format.Text(p, r.flavour, format.AsWritten) }
