package registry

import (
	"github.com/plastron-dev/plastron/runtime/compat"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Compatible says whether a schema could become the next version of a subject,
// as far as one earlier version is concerned. Messages are in the words of the
// registry's flavour, empty when it could.
//
// Refusals come in this order (registry contract 9): InvalidSchema and
// InvalidReferences for the new schema, then VersionNotFound, also for a
// subject that does not exist. Under a transitive level Karapace compares with
// all live versions, whichever is named; Confluent only with that one.
func (r *Registry) Compatible(next Registration, version schema.Version) (compat.Verdict, error) {
	view, s := r.views.View(), next.Subject
	p, err := r.prepare(view, next)
	if err == nil {
		err = r.validate(p)
	}
	if err != nil {
		return compat.Verdict{}, err
	}
	against := findLive(view, s, version)
	if against == nil {
		return compat.Verdict{}, versionNotFound(s, version)
	}
	level := r.level(view, s)
	if level == schema.None || level.Transitive() && r.points.TransitiveMeansAll {
		return r.compareAll(view, p, level), nil
	}
	stored, err := r.parseEntry(view, against)
	if err != nil {
		return compat.Verdict{}, &Error{
			Kind: StoredUnparsable, Type: against.Schema.Type, Subject: s, Version: against.Version, Err: err,
		}
	}
	previous := []compat.Previous{{Version: against.Version, Parsed: stored, Text: against.Schema.Text}}
	return r.rules(p, level, against).Check(p.parsed, previous), nil
}

// CompatibleWithAll says whether a schema could become the next version of a
// subject, by the level of the subject. A subject without live versions takes
// anything that parses.
func (r *Registry) CompatibleWithAll(next Registration) (compat.Verdict, error) {
	view, s := r.views.View(), next.Subject
	p, err := r.prepare(view, next)
	if err == nil {
		err = r.validate(p)
	}
	if err != nil {
		return compat.Verdict{}, err
	}
	return r.compareAll(view, p, r.level(view, s)), nil
}

// HasLive reports whether a subject has a version that is not soft-deleted.
func (r *Registry) HasLive(s schema.Subject) bool {
	return len(live(r.views.View().Entries(s))) > 0
}
