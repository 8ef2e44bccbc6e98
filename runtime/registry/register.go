package registry

import (
	"context"

	"github.com/plastron-dev/plastron/runtime/compat"
	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// Registration is a request to make a schema the newest version of a subject.
type Registration struct {
	Subject schema.Subject
	Schema  schema.Schema
	// Inherit takes the schema of the newest live version, if there is one, in
	// the place of Schema: for new metadata to an old text.
	Inherit bool
	// Metadata is stored with the schema; nil takes over that of the newest
	// live version.
	Metadata *record.Metadata
	// Version, when positive, has to be the number that the new version gets;
	// in an import any number will do. Latest has the number written into the
	// metadata.
	Version schema.Version
	// ID, when not 0, is the id that the schema is to have. It takes import
	// mode (registry contract 14.8).
	ID schema.ID
	// Normalize stores the text in its normalized form; the configuration can
	// ask for that too.
	Normalize bool
	// Force leaves the compatibility check out.
	Force bool
	// Numbered has the number written into the metadata, as Version Latest does.
	Numbered bool
	// Tags changes inline tags of the text, and Propagate keeps those that the
	// newest version has.
	Tags      TagEdit
	Propagate bool
}

// Register makes the schema the newest version of the subject and returns it,
// or the version that holds it there already. No other function writes SCHEMA
// records with new content.
//
// Clients can observe the order of the checks (registry contract 5.3): a bad
// subject name and a broken schema or reference come first, then the shortcut
// for a schema that is registered already, which any node takes and which
// holds in READONLY too, then the mode, and last compatibility.
func (r *Registry) Register(ctx context.Context, q Registration) (*Entry, error) {
	if err := checkSubject(r.Naming(), q.Subject); err != nil {
		return nil, err
	}
	view := r.views.View()
	p, err := r.prepare(view, q)
	if err != nil {
		return nil, err
	}
	if e := r.registered(view, p); e != nil {
		return e, nil // Nothing will be written, so any node may answer.
	}
	var outcome landing
	c := &change{
		subject: q.Subject, byContent: true, spoil: func() { outcome.spoilt = outcome.id },
		decide: func(d *draft) (plan, error) { return r.decideRegistration(d, q, &outcome) },
	}
	if q.ID > 0 {
		// The id is not ours to choose: another one is no way out, and what the
		// batch gives out is not in the state that the decision sees.
		c.alone, c.spoil = true, nil
	}
	err = r.submit(ctx, c)
	if err != nil {
		return nil, annotate(err, q.Subject)
	}
	if e, ok := r.views.View().Entry(q.Subject, outcome.version); ok && e.ID == outcome.id {
		return e, nil
	}
	// Deleted again since; the answer of the time is still true.
	return &Entry{Subject: q.Subject, Version: outcome.version, ID: outcome.id, Schema: outcome.schema, Extra: outcome.extra}, nil
}

// landing is what a registration became.
type landing struct {
	id      schema.ID
	version schema.Version
	schema  schema.Schema
	extra   record.Extra
	// void is the version that an earlier attempt wrote and that did not take
	// effect; nobody has heard of it, so the next attempt writes over it.
	void schema.Version
	// spoilt is an id that was given out by another primary too; this schema
	// must not have it.
	spoilt schema.ID
}

// decideRegistration is the part of Register that must see everything written
// before, so it repeats what Register did with an older view.
func (r *Registry) decideRegistration(d *draft, q Registration, out *landing) (plan, error) {
	v := d.view
	p, err := r.prepare(v, q)
	if err != nil {
		return plan{}, err
	}
	if e := r.registered(v, p); e != nil && e.ID != out.spoilt {
		out.is(e.Version, e.ID, e.Schema, e.Extra)
		return plan{}, nil
	}
	if err := r.mayRegister(v, q); err != nil {
		return plan{}, err
	}
	if err := mayTake(v, p); err != nil {
		return plan{}, err
	}
	if q.ID > 0 {
		return r.decideImport(v, p, out)
	}
	if err := r.validate(p); err != nil {
		return plan{}, err
	}
	if err := r.compatible(v, p); err != nil {
		return plan{}, err
	}
	version := r.nextVersion(v, q.Subject, out)
	if q.Version > 0 && q.Version != version {
		return plan{}, &Error{Kind: VersionNotNext, Subject: q.Subject, Version: q.Version}
	}
	p.number(version)
	value, err := r.identify(d, p, place{version: version, not: out.spoilt})
	if err != nil {
		return plan{}, err
	}
	d.registers(q.Subject, contentOf(v.Naming().Context(q.Subject), value.Schema, value.Extra), value.ID)
	return r.landingPlan(v, q.Subject, value, out), nil
}

// landingPlan writes a version, and with it what it makes superfluous.
func (r *Registry) landingPlan(v *store.View, s schema.Subject, value record.SchemaValue, out *landing) plan {
	out.is(value.Version, value.ID, value.Schema, value.Extra)
	out.void = value.Version
	landed := *out
	var records []record.Record
	if r.points.SupersedeDeleted {
		records = r.superseded(v, s, value)
	}
	if r.points.AnnounceContexts {
		records = append(records, newContext(v, s)...)
	}
	return plan{
		records: append(records, v.Put(record.SchemaOf(s, value.Version), value.BytesIn(r.points.Records))...),
		visible: func(v *store.View) bool { return landed.visible(v, s) },
	}
}

// superseded removes soft-deleted versions of the subject that had the same id,
// as Confluent does, unless somebody refers to them (registry contract 14.2).
func (r *Registry) superseded(v *store.View, s schema.Subject, value record.SchemaValue) []record.Record {
	var records []record.Record
	for _, e := range v.Entries(s) {
		if e.Deleted && e.ID == value.ID && e.Version < value.Version && !referenced(v, e, WithDeleted) {
			records = append(records, v.Tombstones(record.SchemaOf(s, e.Version))...)
		}
	}
	return records
}

// newContext announces the context of a subject, as Confluent does with its
// first schema. Karapace does not know such records, and one of them makes it
// write its own keys in another order, so they are not written in its flavour.
func newContext(v *store.View, s schema.Subject) []record.Record {
	context := v.Naming().Context(s)
	if context == schema.DefaultContext || len(v.ContextKeys(context)) > 0 {
		return nil
	}
	return []record.Record{{Key: record.ContextOf(context), Value: record.ContextValue(context)}}
}

func (l *landing) is(version schema.Version, id schema.ID, s schema.Schema, x record.Extra) {
	l.version, l.id, l.schema, l.extra = version, id, s, x
}

// visible reports whether the registration is what the log says: under its
// version there is its schema with its id, and the id stands for that schema.
func (l landing) visible(v *store.View, s schema.Subject) bool {
	e, ok := v.Entry(s, l.version)
	return ok && e.ID == l.id && sameSchema(e.Schema, l.schema) && e.Extra == l.extra && sound(v, e)
}

// validate refuses new schemas for what the flavour takes in old ones only, and
// for what validateFields is about.
func (r *Registry) validate(p prepared) error {
	if isSet(p.config.ValidateFields) {
		if err := format.ValidateFields(p.Schema, r.limits); err != nil {
			return invalid(p.Schema, err)
		}
	}
	if p.config.ValidateNewSchemas != nil && !*p.config.ValidateNewSchemas {
		return nil
	}
	if err := format.Validate(p.parsed, r.flavour); err != nil {
		return invalid(p.Schema, err)
	}
	return nil
}

// compatible checks the schema against the versions that the level names.
func (r *Registry) compatible(v *store.View, p prepared) error {
	if p.Force || isImport(r.mode(v, p.Subject)) {
		return nil
	}
	verdict := r.compareAll(v, p, r.level(v, p.Subject))
	if verdict.Compatible() {
		return nil
	}
	return &Error{Kind: Incompatible, Subject: p.Subject, Detail: verdict.RegisterMessage(r.flavour, p.Subject)}
}

// compareAll compares with all live versions that the level names.
func (r *Registry) compareAll(v *store.View, p prepared, level schema.Level) compat.Verdict {
	living := live(v.Entries(p.Subject))
	rules := r.rules(p, level, newest(living))
	if level == schema.None {
		return rules.Check(p.parsed, nil)
	}
	living = p.comparable(living)
	if !level.Transitive() && len(living) > 0 {
		living = living[len(living)-1:]
	}
	return rules.Check(p.parsed, r.previous(v, living))
}

// rules are those of the subject; previous is the version before, nil for none.
func (r *Registry) rules(p prepared, level schema.Level, previous *Entry) compat.Rules {
	return compat.Rules{
		Level: level, Flavour: r.flavour, Policy: compat.PolicyOf(p.config.CompatibilityPolicy),
		ValidateFields: isSet(p.config.ValidateFields), Reserved: p.reserved(previous),
	}
}

// comparable returns the versions of the same compatibility group: those with
// the same value of the metadata property that the configuration names.
func (p *prepared) comparable(entries []*Entry) []*Entry {
	group := p.config.CompatibilityGroup
	if group == "" {
		return entries
	}
	properties := p.extra.ParsedMetadata().Properties
	var out []*Entry
	for _, e := range entries {
		if compat.SameGroup(group, properties, e.Extra.ParsedMetadata().Properties) {
			out = append(out, e)
		}
	}
	return out
}

// previous reads versions for a comparison. One that does not parse cannot be
// compared with and is left out: nonsense in the log, or a reference that is
// gone, must not close a subject for ever.
func (r *Registry) previous(v *store.View, entries []*Entry) []compat.Previous {
	out := make([]compat.Previous, 0, len(entries))
	for _, e := range entries {
		parsed, err := r.parseEntry(v, e)
		if err != nil {
			r.logger.V(1).Info("Version is left out of a comparison, it does not parse",
				"subject", string(e.Subject), "version", int(e.Version), "cause", err.Error())
			continue
		}
		out = append(out, compat.Previous{Version: e.Version, Parsed: parsed, Text: e.Schema.Text})
	}
	return out
}
