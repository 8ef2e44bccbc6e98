package registry

import (
	"context"
	"fmt"

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
// holds for the subject, and SubjectNotFound when that has no versions.
func (r *Registry) SubjectMode(s schema.Subject) (schema.Mode, error) {
	if s == globalAlias {
		return r.GlobalMode(), nil
	}
	v := r.views.View()
	if own, ok := v.Mode(s); ok {
		return own.Mode, nil
	}
	switch {
	case !r.isKarapace():
		return "", &Error{Kind: SubjectModeNotFound, Subject: s}
	case len(v.Entries(s)) == 0:
		return "", subjectNotFound(s)
	default:
		return r.mode(v, s), nil
	}
}

// EffectiveMode returns the mode that holds for the subject.
func (r *Registry) EffectiveMode(s schema.Subject) schema.Mode {
	return r.mode(r.views.View(), s)
}

// SetGlobalMode sets the global mode; an empty one removes it.
func (r *Registry) SetGlobalMode(ctx context.Context, m schema.Mode) error {
	return r.setMode(ctx, "", record.GlobalMode(), m)
}

// SetSubjectMode sets the mode of a subject, which need not exist; an empty
// one removes it.
func (r *Registry) SetSubjectMode(ctx context.Context, s schema.Subject, m schema.Mode) error {
	if s == globalAlias {
		return r.SetGlobalMode(ctx, m)
	}
	if err := checkSettingSubject(s); err != nil {
		return err
	}
	return r.setMode(ctx, s, record.ModeOf(s), m)
}

// DeleteSubjectMode removes the subject's own mode and returns what it was; a
// subject without one is SubjectNotFound.
func (r *Registry) DeleteSubjectMode(ctx context.Context, s schema.Subject) (schema.Mode, error) {
	var before schema.Mode
	err := r.submit(ctx, &change{alone: true, decide: func(d *draft) (plan, error) {
		own, ok := d.view.Mode(s)
		if !ok {
			return plan{}, subjectNotFound(s)
		}
		before = own.Mode
		return removal(d.view, record.ModeOf(s)), nil
	}})
	return before, annotate(err, s)
}

func (r *Registry) setMode(ctx context.Context, s schema.Subject, key record.Key, m schema.Mode) error {
	switch m {
	case "", schema.ReadWrite, schema.ReadOnly, schema.ReadOnlyOverride:
	case schema.ForwardMode:
		return &Error{Kind: InvalidMode, Subject: s, Detail: "Forward mode only supported on global level"}
	default:
		return &Error{Kind: NotPermitted, Subject: s, Detail: "Mode " + string(m) + " is not supported by this server"}
	}
	err := r.submit(ctx, &change{alone: true, decide: func(d *draft) (plan, error) {
		if m == "" {
			return removal(d.view, key), nil
		}
		if modeOf(d.view, key).Mode == m {
			return plan{}, nil
		}
		return plan{
			records: d.view.Put(key, record.ModeValue{Subject: s, Mode: m}.Bytes()),
			visible: func(v *store.View) bool { return modeOf(v, key).Mode == m },
		}, nil
	}})
	return annotate(err, s)
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
	return r.globalMode(v, s.Context())
}

func (r *Registry) globalMode(v *store.View, context string) schema.Mode {
	value, ok := v.GlobalMode()
	if context != schema.DefaultContext {
		value, ok = v.Mode(contextSubject(context))
	}
	if !ok {
		value, ok = v.Mode(globalContext)
	}
	if ok {
		return value.Mode
	}
	return r.defaultMode
}

// mayRegister refuses a new version without an id of its own where the mode
// forbids it (registry contract 2.4).
func (r *Registry) mayRegister(v *store.View, s schema.Subject) error {
	switch r.mode(v, s) {
	case schema.ReadOnly, schema.ReadOnlyOverride:
		return readOnly(s)
	case schema.Import, schema.ForwardMode:
		return notPermitted(s, "is not in read-write mode")
	default:
		return nil
	}
}

func (r *Registry) mayDelete(v *store.View, s schema.Subject) error {
	return r.mayConfigure(v, s)
}

func (r *Registry) mayConfigure(v *store.View, s schema.Subject) error {
	mode := r.mode(v, s)
	if mode == schema.ReadOnly || mode == schema.ReadOnlyOverride {
		return readOnly(s)
	}
	return nil
}

func readOnly(s schema.Subject) error { return notPermitted(s, "is in read-only mode") }

func notPermitted(s schema.Subject, why string) error {
	return &Error{
		Kind: NotPermitted, Subject: s,
		Detail: fmt.Sprintf("Subject %s in context %s %s", s.Name(), s.Context(), why),
	}
}
