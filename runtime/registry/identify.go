package registry

import (
	"fmt"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// nextVersion continues behind all versions, soft-deleted ones included, so
// that a number is given again only after a permanent delete.
func (r *Registry) nextVersion(v *store.View, s schema.Subject, out *landing) schema.Version {
	e := newest(v.Entries(s))
	switch {
	case e == nil:
		return 1
	case out.void == e.Version && e.ID == out.id && sameSchema(e.Schema, out.schema) && e.Extra == out.extra:
		return e.Version
	default:
		return e.Version + 1
	}
}

// number writes the version into the metadata, if that was asked for.
func (p *prepared) number(version schema.Version) {
	if p.Version != schema.Latest && !p.Numbered {
		return
	}
	own := record.Metadata{Properties: map[string]string{versionProperty: version.String()}}
	p.extra.Metadata = own.Over(p.extra.ParsedMetadata()).Text()
}

// place is where a new version goes, and the id that it must not have.
type place struct {
	version schema.Version
	not     schema.ID
}

// identify chooses the id (registry contract 14.2): equal content anywhere in
// the context, soft-deleted included, shares one id; anything else gets an id
// that was never given out.
func (r *Registry) identify(d *draft, p prepared, to place) (record.SchemaValue, error) {
	context := d.view.Naming().Context(p.Subject)
	value := record.SchemaValue{Subject: p.Subject, Version: to.version, Schema: p.Schema, Extra: p.extra}
	if stored := r.holder(d.view, p); stored != nil && stored.ID != to.not {
		return again(stored, p.Subject, to.version), nil
	}
	c := contentOf(context, p.Schema, p.extra)
	if id, ok := d.ids[c]; ok {
		value.ID = id
		return value, nil
	}
	if id, ok := d.view.FindVanished(context, p.Schema, p.extra); ok && r.points.IDsReturn && id != to.not && len(d.view.ByID(context, id)) == 0 {
		value.ID = id // Registry contract 14.2: until a restart the old id returns.
		return value, nil
	}
	id, err := d.nextID(context)
	value.ID = id
	return value, err
}

// again is what a content that is stored already is written as at another
// place. The stored value is carried over byte for byte with the members that
// we do not know: a Confluent server takes an equal id with any other text for
// a conflict.
func again(stored *Entry, s schema.Subject, version schema.Version) record.SchemaValue {
	if kept, err := stored.Value(); err == nil {
		return kept.WithPlace(s, version)
	}
	return record.SchemaValue{Subject: s, Version: version, ID: stored.ID, Schema: stored.Schema, Extra: stored.Extra}
}

// holder returns an entry with the content of p whose id can be shared.
func (r *Registry) holder(v *store.View, p prepared) *Entry {
	context := v.Naming().Context(p.Subject)
	if id, ok := v.FindContent(context, p.Schema, p.extra); ok {
		if holders := v.ByID(context, id); len(holders) > 0 && sameSchema(holders[0].Schema, p.Schema) && holders[0].Extra == p.extra {
			return holders[0]
		}
	}
	if e := r.equal(v, v.Entries(p.Subject), p, p.extra); e != nil && sound(v, e) && (p.Version != schema.Latest && !p.Numbered || e.Extra == p.extra) {
		return e
	}
	return nil
}

// decideImport writes a schema under the id that it has elsewhere (registry
// contract 14.8). An id never gets a second meaning.
func (r *Registry) decideImport(v *store.View, p prepared, out *landing) (plan, error) {
	context := v.Naming().Context(p.Subject)
	value := record.SchemaValue{Subject: p.Subject, ID: p.ID, Schema: p.Schema, Extra: p.extra}
	holders := v.ByID(context, p.ID)
	value.Version = p.Version
	if p.Version <= 0 {
		value.Version = r.nextVersion(v, p.Subject, out)
	}
	if len(holders) > 0 {
		stored := r.equal(v, holders[:1], p, p.extra)
		if stored == nil {
			return plan{}, &Error{
				Kind: NotPermitted, Subject: p.Subject, ID: p.ID,
				Detail: fmt.Sprintf("Overwrite new schema with id %d in context %s is not permitted.", p.ID, context),
			}
		}
		value = again(stored, p.Subject, value.Version)
	}
	return r.landingPlan(v, p.Subject, value, out), nil
}
