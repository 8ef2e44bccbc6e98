package registry

import (
	"context"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// Tagged is a part of a schema with inline tags.
type Tagged = format.Tagged

// TagEdit says which inline tags come into a schema and which go.
type TagEdit = format.TagEdit

// Retagging is a request for a new version that differs from an older one by
// inline tags, and by metadata when they are given.
type Retagging struct {
	Subject schema.Subject
	// Version is the one that is taken; Latest is the newest live one.
	Version schema.Version
	// NewVersion, when positive, has to be the number that the new one gets.
	NewVersion schema.Version
	Edit       TagEdit
	// Metadata takes the place of that of the version; nil keeps it.
	Metadata *record.Metadata
}

// Retag registers a version with other tags (registry contract 5.12). Its number
// is written into its metadata. The errors are SubjectNotFound, VersionNotFound
// and those of Register; an entity that the schema does not have is
// InvalidSchema.
func (r *Registry) Retag(ctx context.Context, q Retagging) (*Entry, error) {
	if !r.role.MayWrite() {
		return nil, ErrNotPrimary // Others may lag behind: they do not judge.
	}
	e, err := r.Version(q.Subject, q.Version, Live)
	if err != nil {
		return nil, err
	}
	if q.Metadata == nil {
		own := withoutProperty(e.Extra.ParsedMetadata(), versionProperty)
		q.Metadata = &own
	}
	return r.Register(ctx, Registration{
		Subject: e.Subject, Schema: e.Schema, Metadata: q.Metadata, Version: q.NewVersion, Numbered: true, Tags: q.Edit,
	})
}

// retag edits the tags of a schema that is being prepared, and reads it again.
// With Propagate, what the newest version is tagged with stays tagged.
func (r *Registry) retag(v *store.View, p *prepared, previous *Entry, how strictness) error {
	edit := p.Tags
	if p.Propagate && previous != nil {
		// A version that cannot be read any more has nothing to hand on.
		edit.Carry, _ = format.Tags(previous.Schema, r.limits)
	}
	if edit.Empty() {
		return nil
	}
	text, err := format.Retag(p.Schema, edit, r.limits)
	if err != nil {
		return invalid(p.Schema, err)
	}
	p.Schema.Text = text
	if p.parsed, err = r.parse(v, p.Subject, p.Schema, how); err != nil {
		return invalid(p.Schema, err)
	}
	return nil
}

// TagsOf lists the parts of a schema that have inline tags; none for a text
// that cannot be read.
func (r *Registry) TagsOf(e *Entry) []Tagged {
	found, err := format.Tags(e.Schema, r.limits)
	if err != nil {
		return nil
	}
	return found
}
