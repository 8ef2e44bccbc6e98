package registry

import (
	"context"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// Contexts lists the contexts whose name begins with prefix, sorted. The
// default one is always there.
func (r *Registry) Contexts(prefix string) []string {
	return slices.DeleteFunc(r.views.View().Contexts(), func(context string) bool { return !strings.HasPrefix(context, prefix) })
}

// InContext lists the subjects of a context, also those that are soft-deleted.
func (r *Registry) InContext(context string) []schema.Subject {
	return slices.Collect(r.views.View().InContext(context))
}

// DeleteContext removes a context that has no versions, soft-deleted ones
// included; ContextNotEmpty otherwise. One that does not exist is no error.
func (r *Registry) DeleteContext(ctx context.Context, name string) error {
	return r.submit(ctx, &change{alone: true, decide: func(d *draft) (plan, error) {
		if err := r.mayConfigure(d.view, contextSubject(d.view, name)); err != nil {
			return plan{}, err
		}
		for range d.view.InContext(name) {
			return plan{}, &Error{Kind: ContextNotEmpty, Detail: name}
		}
		var records []record.Record
		for _, k := range d.view.ContextKeys(name) {
			records = append(records, d.view.Tombstones(k)...)
		}
		return plan{
			records: records,
			visible: func(v *store.View) bool { return len(v.ContextKeys(name)) == 0 },
		}, nil
	}})
}

// qualified returns the subject in each of the contexts that has it, in their
// order, without the default one.
func qualified(v *store.View, s schema.Subject) []schema.Subject {
	var out []schema.Subject
	for _, context := range v.Contexts() {
		if context == schema.DefaultContext {
			continue
		}
		if at := contextSubject(v, context) + s; len(v.Entries(at)) > 0 {
			out = append(out, at)
		}
	}
	return out
}

// elsewhere returns the subject that a read of s means: s, or, when s names no
// context and is not in sight in the default one, the first that is in sight
// in another (registry contract 10).
func elsewhere(v *store.View, s schema.Subject, vis Visibility) schema.Subject {
	if v.Naming().Context(s) != schema.DefaultContext || slices.ContainsFunc(v.Entries(s), vis.sees) {
		return s
	}
	for _, at := range qualified(v, s) {
		if slices.ContainsFunc(v.Entries(at), vis.sees) {
			return at
		}
	}
	return s
}

// ContextOf returns the context in which a read by id looks when the client
// names a subject: that of the subject, or that of the first subject of the
// name when only other contexts have it.
func (r *Registry) ContextOf(s schema.Subject) string {
	if s == "" {
		return schema.DefaultContext
	}
	v := r.views.View()
	return v.Naming().Context(elsewhere(v, s, WithDeleted))
}
