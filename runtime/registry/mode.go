package registry

import (
	"context"
	"fmt"
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// GlobalMode returns the mode of subjects that have none of their own.
func (r *Registry) GlobalMode() schema.Mode {
	return r.globalMode(r.views.View(), schema.DefaultContext)
}

// SubjectMode returns the subject's own mode. Without one the answer is
// SubjectModeNotFound under Confluent; under Karapace it is the mode that
// holds for the subject, and SubjectNotFound when that is not known.
func (r *Registry) SubjectMode(s schema.Subject) (schema.Mode, error) {
	if r.isDefault(s) {
		return r.GlobalMode(), nil
	}
	v := r.views.View()
	if own, ok := v.Mode(s); ok {
		return own.Mode, nil
	}
	switch {
	case !r.points.UnknownSubjectFirst:
		return "", &Error{Kind: SubjectModeNotFound, Subject: s}
	case !v.Known(s):
		return "", subjectNotFound(s)
	default:
		return r.mode(v, s), nil
	}
}

// EffectiveMode returns the mode that holds for the subject.
func (r *Registry) EffectiveMode(s schema.Subject) schema.Mode {
	return r.mode(r.views.View(), s)
}

// ModeChange is a request to set a mode.
type ModeChange struct {
	// Mode is the new mode; empty removes the one that is set.
	Mode schema.Mode
	// Force sets import mode although there are live schemas.
	Force bool
}

// SetGlobalMode sets the global mode.
func (r *Registry) SetGlobalMode(ctx context.Context, m ModeChange) error {
	return r.setMode(ctx, "", record.GlobalMode(), m)
}

// SetSubjectMode sets the mode of a subject, which need not exist, or of a
// context.
func (r *Registry) SetSubjectMode(ctx context.Context, s schema.Subject, m ModeChange) error {
	if r.isDefault(s) {
		return r.SetGlobalMode(ctx, m)
	}
	if err := r.checkSettingSubject(s); err != nil {
		return err
	}
	return r.setMode(ctx, s, record.ModeOf(s), m)
}

// DeleteGlobalMode removes the global mode and returns what it was. recursive
// removes the modes of the subjects of the default context too.
func (r *Registry) DeleteGlobalMode(ctx context.Context, recursive bool) (schema.Mode, error) {
	if err := r.mayChangeModes(""); err != nil {
		return "", err
	}
	return submitFor(ctx, r, func(d *draft) (plan, schema.Mode, error) {
		before := r.globalMode(d.view, schema.DefaultContext)
		return removeModes(d.view, record.GlobalMode(), below(d.view, schema.DefaultContext, recursive)), before, nil
	})
}

// DeleteSubjectMode removes the subject's own mode and returns what it was; a
// subject without one is SubjectNotFound. For the name of a context, recursive
// removes the modes of its subjects too, and it is no error when the context
// itself has none.
func (r *Registry) DeleteSubjectMode(ctx context.Context, s schema.Subject, recursive bool) (schema.Mode, error) {
	if r.isDefault(s) {
		return r.DeleteGlobalMode(ctx, recursive)
	}
	if err := r.mayChangeModes(s); err != nil {
		return "", err
	}
	before, err := submitFor(ctx, r, func(d *draft) (plan, schema.Mode, error) {
		own, ok := d.view.Mode(s)
		recursive := recursive && d.view.Naming().Name(s) == ""
		if !ok && !recursive {
			return plan{}, "", subjectNotFound(s)
		}
		return removeModes(d.view, record.ModeOf(s), below(d.view, d.view.Naming().Context(s), recursive)), own.Mode, nil
	})
	return before, annotate(err, s)
}

func below(v *store.View, context string, recursive bool) []schema.Subject {
	if !recursive {
		return nil
	}
	return v.Modes(context)
}

// removeModes removes one mode and those of the subjects.
func removeModes(v *store.View, key record.Key, subjects []schema.Subject) plan {
	keys := []record.Key{key}
	for _, s := range subjects {
		keys = append(keys, record.ModeOf(s))
	}
	var p plan
	for _, k := range keys {
		p.records = append(p.records, removal(v, k).records...)
	}
	p.visible = func(v *store.View) bool {
		return !slices.ContainsFunc(keys, func(k record.Key) bool { return len(v.KeyVariants(k)) > 0 })
	}
	return p
}

// mayChangeModes refuses where the server's modes are fixed.
func (r *Registry) mayChangeModes(s schema.Subject) error {
	if r.modesFixed {
		return &Error{Kind: NotPermitted, Subject: s, Detail: "Mode changes are not allowed"}
	}
	return nil
}

func (r *Registry) setMode(ctx context.Context, s schema.Subject, key record.Key, m ModeChange) error {
	if err := r.mayChangeModes(s); err != nil {
		return err
	}
	if m.Mode == schema.ForwardMode && !isAbove(r.views.View(), s) {
		return &Error{Kind: InvalidMode, Subject: s, Detail: "Forward mode only supported on global level"}
	}
	err := r.submit(ctx, &change{alone: true, decide: func(d *draft) (plan, error) {
		if m.Mode == "" {
			return removal(d.view, key), nil
		}
		if modeOf(d.view, key).Mode == m.Mode {
			return plan{}, nil
		}
		purge, err := r.makeRoom(d.view, key, m)
		if err != nil {
			return plan{}, err
		}
		return plan{
			records: append(purge, d.view.PutIn(r.points.Records, key, record.ModeValue{Subject: s, Mode: m.Mode}.Bytes())...),
			visible: func(v *store.View) bool { return modeOf(v, key).Mode == m.Mode },
		}, nil
	}})
	return annotate(err, s)
}

// makeRoom removes soft-deleted versions where an import is about to begin:
// imported schemas may need their numbers. Live ones are in its way, unless it
// is forced; then everything stays (registry contract 8).
func (r *Registry) makeRoom(v *store.View, key record.Key, m ModeChange) ([]record.Record, error) {
	if m.Mode != schema.Import || m.Force {
		return nil, nil
	}
	inScope := entriesOf(v, key)
	if len(live(inScope)) > 0 {
		return nil, &Error{Kind: NotPermitted, Subject: key.Subject, Detail: "Cannot import since found existing subjects"}
	}
	gone := map[*Entry]bool{}
	for _, e := range inScope {
		gone[e] = true
	}
	var records []record.Record
	for _, e := range slices.Backward(inScope) {
		stays := func(by *Entry) bool { return !gone[by] }
		if slices.ContainsFunc(v.ReferencedBy(e.Subject, e.Version), stays) {
			return nil, &Error{Kind: Referenced, Subject: e.Subject, Version: e.Version}
		}
		records = append(records, v.Tombstones(record.SchemaOf(e.Subject, e.Version))...)
	}
	return records, nil
}

// entriesOf returns all versions that a mode with the key is about.
func entriesOf(v *store.View, key record.Key) []*Entry {
	if !key.Global && v.Naming().Name(key.Subject) != "" {
		return v.Entries(key.Subject)
	}
	context := schema.DefaultContext
	if !key.Global {
		context = v.Naming().Context(key.Subject)
	}
	var all []*Entry
	for s := range v.InContext(context) {
		all = append(all, v.Entries(s)...)
	}
	return all
}

func modeOf(v *store.View, key record.Key) record.ModeValue {
	value, _ := v.Mode(key.Subject)
	if key.Global {
		value, _ = v.GlobalMode()
	}
	return value
}

// mode returns the mode that holds for a subject: its own, else that of its
// context or the global one, else that above all contexts, else the server's.
func (r *Registry) mode(v *store.View, s schema.Subject) schema.Mode {
	if own, ok := v.Mode(s); ok {
		return own.Mode
	}
	return r.globalMode(v, v.Naming().Context(s))
}

func (r *Registry) globalMode(v *store.View, context string) schema.Mode {
	value, ok := v.GlobalMode()
	if context != schema.DefaultContext {
		value, ok = v.Mode(contextSubject(v, context))
	}
	if !ok && v.Naming() == schema.WithContexts {
		value, ok = v.Mode(globalContext)
	}
	if ok {
		return value.Mode
	}
	return r.defaultMode
}

// mayRegister refuses a new version where the mode forbids it: an id of the
// client's choice belongs to imports, and an import is nothing else (registry
// contract 2.4).
func (r *Registry) mayRegister(v *store.View, q Registration) error {
	mode := r.mode(v, q.Subject)
	switch {
	case mode == schema.ReadOnly, mode == schema.ReadOnlyOverride:
		return readOnly(v, q.Subject)
	case isImport(mode) && q.ID == 0:
		return notPermitted(v, q.Subject, "is not in read-write mode")
	case !isImport(mode) && q.ID > 0:
		return notPermitted(v, q.Subject, "is not in import mode")
	default:
		return nil
	}
}

func isImport(m schema.Mode) bool { return m == schema.Import || m == schema.ForwardMode }

func (r *Registry) mayDelete(v *store.View, s schema.Subject) error {
	return r.mayConfigure(v, s)
}

func (r *Registry) mayConfigure(v *store.View, s schema.Subject) error {
	mode := r.mode(v, s)
	if mode == schema.ReadOnly || mode == schema.ReadOnlyOverride {
		return readOnly(v, s)
	}
	return nil
}

func readOnly(v *store.View, s schema.Subject) error {
	return notPermitted(v, s, "is in read-only mode")
}

func notPermitted(v *store.View, s schema.Subject, why string) error {
	return &Error{
		Kind: NotPermitted, Subject: s,
		Detail: fmt.Sprintf("Subject %s in context %s %s", v.Naming().Name(s), v.Naming().Context(s), why),
	}
}
