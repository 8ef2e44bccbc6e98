package registry

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

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
	// Version, when not 0, has to be the number that the new version gets.
	Version schema.Version
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
	if err := checkSubject(q.Subject); err != nil {
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
	err = r.submit(ctx, &change{
		subject: q.Subject, byContent: true, spoil: func() { outcome.spoilt = outcome.id },
		decide: func(d *draft) (plan, error) { return r.decideRegistration(d, q, &outcome) },
	})
	if err != nil {
		return nil, annotate(err, q.Subject)
	}
	if e, ok := r.views.View().Entry(q.Subject, outcome.version); ok && e.ID == outcome.id {
		return e, nil
	}
	// Deleted again since; the answer of the time is still true.
	return &Entry{Subject: q.Subject, Version: outcome.version, ID: outcome.id, Schema: outcome.schema}, nil
}

// prepared is a registration whose schema was read: references numbered, text
// in the form in which it is stored.
type prepared struct {
	Registration
	parsed format.Parsed
}

func (r *Registry) prepare(v *store.View, q Registration) (prepared, error) {
	if q.Schema.Text == "" {
		return prepared{}, &Error{Kind: EmptySchema}
	}
	numbered, err := number(v, q.Subject, q.Schema)
	if err != nil {
		return prepared{}, err
	}
	q.Schema = numbered
	parsed, err := r.parse(v, q.Subject, q.Schema, strict)
	if err != nil {
		return prepared{}, invalid(q.Schema, err)
	}
	q.Schema.Text = r.print(parsed)
	return prepared{Registration: q, parsed: parsed}, nil
}

// registered returns the live version of the subject that holds the schema.
func (r *Registry) registered(v *store.View, p prepared) *Entry {
	entries := live(v.Entries(p.Subject))
	e := r.equal(v, entries, p)
	if e == nil || !sound(v, e) || p.Version > 0 && p.Version != e.Version {
		return nil
	}
	return e
}

// equal finds the schema among entries, also where another product stored it
// in its own print.
func (r *Registry) equal(v *store.View, entries []*Entry, p prepared) *Entry {
	if e := sameText(entries, p.Schema); e != nil {
		return e
	}
	return r.sameMeaning(v, entries, p.Schema, func(stored format.Parsed) bool { return r.print(stored) == p.Schema.Text })
}

// sound reports whether the id of an entry stands for the entry's own schema.
// After two primaries at once it may not, and must not be handed out.
func sound(v *store.View, e *Entry) bool {
	holders := v.ByID(e.Subject.Context(), e.ID)
	return len(holders) > 0 && sameSchema(holders[0].Schema, e.Schema)
}

// landing is what a registration became.
type landing struct {
	id      schema.ID
	version schema.Version
	schema  schema.Schema
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
		out.id, out.version, out.schema = e.ID, e.Version, e.Schema
		return plan{}, nil
	}
	if err := r.mayRegister(v, q.Subject); err != nil {
		return plan{}, err
	}
	if err := r.compatible(v, p); err != nil {
		return plan{}, err
	}
	version := r.nextVersion(v, q.Subject, out)
	if q.Version > 0 && q.Version != version {
		return plan{}, &Error{Kind: VersionNotNext, Subject: q.Subject, Version: q.Version}
	}
	value, err := r.identify(d, p, place{version: version, not: out.spoilt})
	if err != nil {
		return plan{}, err
	}
	d.registers(q.Subject, contentOf(q.Subject.Context(), value.Schema), value.ID)
	out.id, out.version, out.schema, out.void = value.ID, version, value.Schema, version
	landed := *out
	return plan{
		records: v.Put(record.SchemaOf(q.Subject, version), value.Bytes()),
		visible: func(v *store.View) bool { return landed.visible(v, q.Subject) },
	}, nil
}

// visible reports whether the registration is what the log says: under its
// version there is its schema with its id, and the id stands for that schema.
func (l landing) visible(v *store.View, s schema.Subject) bool {
	e, ok := v.Entry(s, l.version)
	return ok && e.ID == l.id && sameSchema(e.Schema, l.schema) && sound(v, e)
}

// nextVersion continues behind all versions, soft-deleted ones included, so
// that a number is given again only after a permanent delete.
func (r *Registry) nextVersion(v *store.View, s schema.Subject, out *landing) schema.Version {
	e := newest(v.Entries(s))
	switch {
	case e == nil:
		return 1
	case out.void == e.Version && e.ID == out.id && sameSchema(e.Schema, out.schema):
		return e.Version
	default:
		return e.Version + 1
	}
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
	context := p.Subject.Context()
	value := record.SchemaValue{Subject: p.Subject, Version: to.version, Schema: p.Schema}
	if stored := r.holder(d.view, p); stored != nil && stored.ID != to.not {
		// The stored value is carried over byte for byte with the members that
		// we do not know: a Confluent server takes an equal id with any other
		// text for a conflict.
		if kept, err := stored.Value(); err == nil {
			return kept.WithPlace(p.Subject, to.version), nil
		}
		value.ID, value.Schema = stored.ID, stored.Schema
		return value, nil
	}
	c := contentOf(context, p.Schema)
	if id, ok := d.ids[c]; ok {
		value.ID = id
		return value, nil
	}
	if id, ok := d.view.FindVanished(context, p.Schema); ok && r.isKarapace() && id != to.not && len(d.view.ByID(context, id)) == 0 {
		value.ID = id // Registry contract 14.2: until a restart the old id returns.
		return value, nil
	}
	id, err := d.nextID(context)
	value.ID = id
	return value, err
}

// holder returns an entry with the content of p whose id can be shared.
func (r *Registry) holder(v *store.View, p prepared) *Entry {
	context := p.Subject.Context()
	if id, ok := v.FindContent(context, p.Schema); ok {
		if holders := v.ByID(context, id); len(holders) > 0 && sameSchema(holders[0].Schema, p.Schema) {
			return holders[0]
		}
	}
	if e := r.equal(v, v.Entries(p.Subject), p); e != nil && sound(v, e) {
		return e
	}
	return nil
}

// compatible checks the schema against the versions that the level names.
func (r *Registry) compatible(v *store.View, p prepared) error {
	level := r.level(v, p.Subject)
	entries := live(v.Entries(p.Subject))
	if level == schema.None || len(entries) == 0 {
		return nil
	}
	if !level.Transitive() {
		entries = entries[len(entries)-1:]
	}
	verdict := compat.Check(level, p.parsed, r.previous(v, entries), r.flavour)
	if verdict.Compatible() {
		return nil
	}
	return &Error{Kind: Incompatible, Subject: p.Subject, Detail: verdict.RegisterMessage(r.flavour, p.Subject)}
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

// reservedNames are subjects that stand for settings of other products.
var reservedNames = []string{"__GLOBAL", "__EMPTY"}

// checkSubject refuses names that no subject may have (registry contract 1.5).
// Reads never refuse, since such names may be in the log.
func checkSubject(s schema.Subject) error {
	if !utf8.ValidString(string(s)) {
		return &Error{Kind: InvalidSubject, Subject: s, Detail: "not UTF-8"}
	}
	for _, c := range s {
		if c < ' ' || c >= 0x7f && c <= 0x9f {
			return &Error{Kind: InvalidSubject, Subject: s, Detail: fmt.Sprintf("control character %U", c)}
		}
	}
	if slices.Contains(reservedNames, s.Name()) {
		return &Error{Kind: InvalidSubject, Subject: s, Detail: "the name is reserved"}
	}
	return nil
}

// annotate adds the subject to errors that were made without knowing it.
func annotate(err error, s schema.Subject) error {
	if e, ok := err.(*Error); ok && e.Subject == "" && (e.Kind == Timeout || e.Kind == TooLarge || e.Kind == StoreFailure) {
		annotated := *e
		annotated.Subject = s
		return &annotated
	}
	return err
}
