package registry

import (
	"context"
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// DeleteVersion soft-deletes a version: it disappears from reads, its id stays
// readable and its number taken. It returns the number.
func (r *Registry) DeleteVersion(ctx context.Context, s schema.Subject, v schema.Version) (schema.Version, error) {
	return r.changeVersion(ctx, s, v, r.softDeleteVersion)
}

// DeleteVersionPermanently removes a version that was soft-deleted before. It
// returns its number.
func (r *Registry) DeleteVersionPermanently(ctx context.Context, s schema.Subject, v schema.Version) (schema.Version, error) {
	return r.changeVersion(ctx, s, v, r.hardDeleteVersion)
}

// DeleteSubject soft-deletes all live versions of a subject and returns their
// numbers, ascending.
func (r *Registry) DeleteSubject(ctx context.Context, s schema.Subject) ([]schema.Version, error) {
	return r.changeSubject(ctx, s, r.softDeleteSubject)
}

// DeleteSubjectPermanently removes a subject whose versions are all
// soft-deleted, with its configuration and mode, and returns the numbers of
// the versions, ascending.
func (r *Registry) DeleteSubjectPermanently(ctx context.Context, s schema.Subject) ([]schema.Version, error) {
	return r.changeSubject(ctx, s, r.hardDeleteSubject)
}

type decideVersion func(v *store.View, s schema.Subject, version schema.Version) (plan, schema.Version, error)

func (r *Registry) changeVersion(ctx context.Context, s schema.Subject, version schema.Version, decide decideVersion) (schema.Version, error) {
	deleted, err := submitFor(ctx, r, func(d *draft) (plan, schema.Version, error) { return decide(d.view, s, version) })
	return deleted, annotate(err, s)
}

func (r *Registry) changeSubject(ctx context.Context, s schema.Subject, decide func(*store.View, schema.Subject) (plan, []schema.Version, error)) ([]schema.Version, error) {
	deleted, err := submitFor(ctx, r, func(d *draft) (plan, []schema.Version, error) { return decide(d.view, s) })
	return deleted, annotate(err, s)
}

// softDeleteVersion follows the table of registry contract 5.9.
func (r *Registry) softDeleteVersion(v *store.View, s schema.Subject, version schema.Version) (plan, schema.Version, error) {
	entries := v.Entries(s)
	if len(entries) == 0 {
		return plan{}, 0, subjectNotFound(s)
	}
	if version == schema.Latest {
		version = r.latestToDelete(live(entries), entries)
	}
	e, ok := v.Entry(s, version)
	if !ok {
		return plan{}, 0, versionNotFound(s, version)
	}
	if err := r.mayDelete(v, s); err != nil {
		return plan{}, 0, err
	}
	if e.Deleted {
		return plan{}, 0, &Error{Kind: VersionSoftDeleted, Subject: s, Version: version}
	}
	if referenced(v, e, r.softDeleteSees()) {
		return plan{}, 0, &Error{Kind: Referenced, Subject: s, Version: version}
	}
	if err := mayGo(v, e); err != nil {
		return plan{}, 0, err
	}
	value, err := e.Value()
	if err != nil { // Impossible: the store applied it.
		return plan{}, 0, &Error{Kind: StoreFailure, Subject: s, Version: version, Err: err}
	}
	return plan{
		records: v.Put(record.SchemaOf(s, version), value.WithDeleted(true).Bytes()),
		visible: func(v *store.View) bool {
			e, ok := v.Entry(s, version)
			return !ok || e.Deleted
		},
	}, version, nil
}

// hardDeleteVersion follows the table of registry contract 5.9.
func (r *Registry) hardDeleteVersion(v *store.View, s schema.Subject, version schema.Version) (plan, schema.Version, error) {
	entries := v.Entries(s)
	if len(entries) == 0 {
		return plan{}, 0, subjectNotFound(s)
	}
	if version == schema.Latest {
		candidates := live(entries)
		if r.points.LatestIsHighest {
			candidates = entries // So that the newest soft-deleted one can go.
		}
		version = r.latestToDelete(candidates, nil)
	}
	e, ok := v.Entry(s, version)
	if !ok {
		return plan{}, 0, versionNotFound(s, version)
	}
	if err := r.mayDelete(v, s); err != nil {
		return plan{}, 0, err
	}
	if !e.Deleted {
		return plan{}, 0, &Error{Kind: VersionNotSoftDeleted, Subject: s, Version: version}
	}
	if referenced(v, e, WithDeleted) {
		return plan{}, 0, &Error{Kind: Referenced, Subject: s, Version: version}
	}
	records := v.Tombstones(record.SchemaOf(s, version))
	if len(entries) == 1 {
		records = append(records, settings(v, s)...)
	}
	return plan{records: records, visible: func(v *store.View) bool {
		_, ok := v.Entry(s, version)
		return !ok
	}}, version, nil
}

func (r *Registry) latestToDelete(first, otherwise []*Entry) schema.Version {
	if e := newest(first); e != nil {
		return e.Version
	}
	if e := newest(otherwise); e != nil && r.points.LatestIsHighest {
		return e.Version
	}
	return schema.Latest
}

// softDeleteSees is which referrers keep a version from being soft-deleted:
// Karapace counts soft-deleted ones too (registry contract 18, point 9).
func (r *Registry) softDeleteSees() Visibility {
	if r.points.DeletedReferrersCount {
		return WithDeleted
	}
	return Live
}

func (r *Registry) softDeleteSubject(v *store.View, s schema.Subject) (plan, []schema.Version, error) {
	entries := v.Entries(s)
	if len(entries) == 0 {
		return plan{}, nil, subjectNotFound(s)
	}
	if err := r.mayDelete(v, s); err != nil {
		return plan{}, nil, err
	}
	if len(live(entries)) == 0 {
		return plan{}, nil, &Error{Kind: SubjectSoftDeleted, Subject: s}
	}
	if len(v.AssociationsWith(s)) > 0 {
		return plan{}, nil, &Error{Kind: SubjectAssociated, Subject: s}
	}
	return r.softDeleteAll(v, s)
}

// softDeleteAll soft-deletes the live versions of a subject that has some.
func (r *Registry) softDeleteAll(v *store.View, s schema.Subject) (plan, []schema.Version, error) {
	entries := v.Entries(s)
	living := live(entries)
	if err := referencedElsewhere(v, living, r.softDeleteSees()); err != nil {
		return plan{}, nil, err
	}
	// The highest row, soft-deleted or not: other registries soft-delete by it
	// what lies before this record.
	highest := newest(entries).Version
	value := record.DeleteSubjectValue{Subject: s, Version: highest}
	return plan{
		records: v.Put(record.DeleteSubjectOf(s), value.Bytes()),
		visible: func(v *store.View) bool {
			return !slices.ContainsFunc(v.Entries(s), func(e *Entry) bool { return e.Version <= highest && !e.Deleted })
		},
	}, versionsOf(living), nil
}

func (r *Registry) hardDeleteSubject(v *store.View, s schema.Subject) (plan, []schema.Version, error) {
	entries := v.Entries(s)
	if len(entries) == 0 {
		return plan{}, nil, subjectNotFound(s)
	}
	if err := r.mayDelete(v, s); err != nil {
		return plan{}, nil, err
	}
	if len(live(entries)) > 0 {
		return plan{}, nil, &Error{Kind: SubjectNotSoftDeleted, Subject: s}
	}
	if err := referencedElsewhere(v, entries, WithDeleted); err != nil {
		return plan{}, nil, err
	}
	// Newest first, since versions of a subject may refer to older ones.
	var records []record.Record
	for _, e := range slices.Backward(entries) {
		records = append(records, v.Tombstones(record.SchemaOf(s, e.Version))...)
	}
	records = append(records, settings(v, s)...)
	return plan{
		records: records,
		visible: func(v *store.View) bool { return len(v.Entries(s)) == 0 },
	}, versionsOf(entries), nil
}

// settings makes the tombstones of a subject's configuration and mode.
func settings(v *store.View, s schema.Subject) []record.Record {
	var records []record.Record
	if _, ok := v.Mode(s); ok {
		records = append(records, v.Tombstones(record.ModeOf(s))...)
	}
	if _, ok := v.Config(s); ok {
		records = append(records, v.Tombstones(record.ConfigOf(s))...)
	}
	return records
}

func referenced(v *store.View, e *Entry, vis Visibility) bool {
	return slices.ContainsFunc(v.ReferencedBy(e.Subject, e.Version), vis.sees)
}

// referencedElsewhere refuses a subject when a schema outside of it refers to
// one of the entries.
func referencedElsewhere(v *store.View, entries []*Entry, vis Visibility) error {
	for _, e := range entries {
		outside := func(by *Entry) bool { return by.Subject != e.Subject && vis.sees(by) }
		if slices.ContainsFunc(v.ReferencedBy(e.Subject, e.Version), outside) {
			return &Error{Kind: Referenced, Subject: e.Subject, Version: e.Version}
		}
	}
	return nil
}

func versionsOf(entries []*Entry) []schema.Version {
	versions := make([]schema.Version, 0, len(entries))
	for _, e := range entries {
		versions = append(versions, e.Version)
	}
	return versions
}
