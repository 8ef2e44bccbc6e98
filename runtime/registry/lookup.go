package registry

import (
	"errors"
	"slices"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/record"
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
// were registered. An id that no version carries is SchemaNotFound, without the
// id, which no product names here; one whose holders are all out of sight is an
// empty list.
func (r *Registry) Holders(context string, id schema.ID, vis Visibility) ([]*Entry, error) {
	all := r.views.View().ByID(context, id)
	if len(all) == 0 {
		return nil, &Error{Kind: SchemaNotFound}
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
// and still the newest live one under Confluent. A subject without a context is
// looked for in all of them, the default one first; the entry says where it
// was. The errors are SubjectNotFound and VersionNotFound.
func (r *Registry) Version(s schema.Subject, v schema.Version, vis Visibility) (*Entry, error) {
	view := r.views.View()
	all := view.Entries(elsewhere(view, s, vis))
	seen := live(all)
	if vis == WithDeleted {
		seen = all
	}
	if len(seen) == 0 {
		return nil, subjectNotFound(s)
	}
	if v == schema.Latest {
		e := newest(seen)
		if !r.points.LatestIsHighest {
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

// Wanted is a schema that is looked for.
type Wanted struct {
	Schema schema.Schema
	// Metadata, when given, has to be that of the version.
	Metadata *record.Metadata
	// Normalize compares normalized texts; the configuration can ask for that
	// too.
	Normalize bool
}

// Lookup finds the newest version of a subject that holds the schema. The
// order of its refusals can be observed (registry contract 5.2): a missing
// subject comes before a schema that does not parse. Parsing is lenient, since
// schemas with names that would be refused today are in use. A subject without
// a context is looked for in all of them, the default one first.
func (r *Registry) Lookup(s schema.Subject, wanted Wanted, vis Visibility) (*Entry, error) {
	view := r.views.View()
	subjects := []schema.Subject{s}
	if view.Naming().Context(s) == schema.DefaultContext {
		subjects = append(subjects, qualified(view, s)...)
	}
	var first error
	for _, at := range subjects {
		e, err := r.lookup(view, at, wanted, vis)
		if err == nil {
			return e, nil
		}
		if first == nil || KindOf(first) == SubjectNotFound && KindOf(err) != SubjectNotFound {
			first = err
		}
	}
	if e := (*Error)(nil); errors.As(first, &e) && e.Kind == SchemaNotFound {
		return nil, &Error{Kind: SchemaNotFound, Subject: s}
	}
	return nil, first
}

func (r *Registry) lookup(v *store.View, s schema.Subject, wanted Wanted, vis Visibility) (*Entry, error) {
	entries := v.Entries(s)
	if vis == Live {
		entries = live(entries)
	}
	if len(entries) == 0 {
		return nil, subjectNotFound(s)
	}
	if wanted.Schema.Text == "" {
		return nil, &Error{Kind: EmptySchema}
	}
	p := prepared{Registration: Registration{Subject: s, Schema: wanted.Schema, Metadata: wanted.Metadata}, config: r.config(v, s)}
	var err error
	if p.Schema, err = number(v, s, p.Schema, WithDeleted); err != nil {
		return nil, err
	}
	if p.parsed, err = r.parse(v, s, p.Schema, lenient); err != nil {
		return nil, &Error{Kind: LookupUnparsable, Subject: s, Type: p.Schema.Type, Err: err}
	}
	p.print(r.flavour, false)
	p.addMetadata(newest(live(entries)), false)
	if e := r.match(v, entries, p); e != nil {
		return e, nil
	}
	if wanted.Normalize || isSet(p.config.Normalize) {
		p.print(r.flavour, true)
		if e := r.match(v, entries, p); e != nil {
			return e, nil
		}
	}
	return nil, &Error{Kind: SchemaNotFound, Subject: s}
}

// match looks for the schema as it was sent, then with what a registration
// would have added to it, then by its meaning.
func (r *Registry) match(v *store.View, entries []*Entry, p prepared) *Entry {
	if e := sameText(entries, p.Schema, p.asked); e != nil {
		return e
	}
	if e := sameText(entries, p.Schema, p.extra); e != nil {
		return e
	}
	may := func(e *Entry) bool {
		sameReferences := len(p.Schema.References) == 0 || slices.Equal(e.Schema.References, p.Schema.References)
		sameMetadata := p.Metadata == nil || plain(e.Extra).Metadata == plain(p.asked).Metadata || plain(e.Extra) == plain(p.extra)
		return e.Schema.Type == p.Schema.Type && sameReferences && sameMetadata
	}
	return r.newestThat(v, entries, may, func(stored format.Parsed) bool { return format.Same(p.parsed, stored, r.flavour) })
}

// Newest returns the newest version in sight whose metadata has all the
// properties; without any it is the newest in sight. The errors are
// SubjectNotFound and SchemaNotFound.
func (r *Registry) Newest(s schema.Subject, properties map[string]string, vis Visibility) (*Entry, error) {
	seen, err := r.Versions(s, vis)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(seen) {
		own := e.Extra.ParsedMetadata().Properties
		missing := false
		for name, value := range properties {
			found, ok := own[name]
			missing = missing || !ok || found != value
		}
		if !missing {
			return e, nil
		}
	}
	return nil, &Error{Kind: SchemaNotFound, Subject: s}
}

// Offset returns the position in the log up to which reads see it.
func (r *Registry) Offset() int64 { return r.views.View().Offset() }
