package registry

import (
	"context"
	"encoding/json"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// globalAlias is the name under which the global settings are addressed as if
// they were those of a subject, and globalContext the subject that holds the
// settings above all contexts (registry contract 7.2 and 10).
const (
	globalAlias   = schema.Subject(":.:")
	globalContext = schema.Subject(":.__GLOBAL:")
)

// Config is what is configured at one place. Level is empty when the place
// only has other settings.
type Config struct {
	Level schema.Level
}

// ConfigChange is a request to change settings: what is not mentioned stays.
type ConfigChange struct {
	// Level is the new level; nil keeps the old one, and an empty level removes
	// it.
	Level *schema.Level
}

// GlobalConfig returns what holds for subjects without settings of their own.
func (r *Registry) GlobalConfig() Config {
	return Config{Level: r.globalLevel(r.views.View(), schema.DefaultContext)}
}

// SubjectConfig returns the subject's own settings. The errors are
// SubjectConfigNotFound and, under Karapace, SubjectNotFound for a subject
// that has no versions either.
func (r *Registry) SubjectConfig(s schema.Subject) (Config, error) {
	if s == globalAlias {
		return r.GlobalConfig(), nil
	}
	v := r.views.View()
	if own, ok := v.Config(s); ok {
		return Config{Level: own.Level}, nil
	}
	if r.isKarapace() && len(v.Entries(s)) == 0 {
		return Config{}, subjectNotFound(s)
	}
	return Config{}, &Error{Kind: SubjectConfigNotFound, Subject: s}
}

// EffectiveConfig returns what holds for the subject, wherever it is set.
func (r *Registry) EffectiveConfig(s schema.Subject) Config {
	return Config{Level: r.level(r.views.View(), s)}
}

// SetGlobalConfig changes the global settings and returns them.
func (r *Registry) SetGlobalConfig(ctx context.Context, c ConfigChange) (Config, error) {
	return r.setConfig(ctx, "", record.GlobalConfig(), c)
}

// SetSubjectConfig changes settings of a subject, which need not exist, and
// returns them.
func (r *Registry) SetSubjectConfig(ctx context.Context, s schema.Subject, c ConfigChange) (Config, error) {
	if s == globalAlias {
		return r.SetGlobalConfig(ctx, c)
	}
	if err := checkSettingSubject(s); err != nil {
		return Config{}, err
	}
	return r.setConfig(ctx, s, record.ConfigOf(s), c)
}

// DeleteGlobalConfig removes the global settings, so that the server's default
// holds again, and returns what they were.
func (r *Registry) DeleteGlobalConfig(ctx context.Context) (Config, error) {
	var before Config
	err := r.submit(ctx, &change{alone: true, decide: func(d *draft) (plan, error) {
		before = Config{Level: r.globalLevel(d.view, schema.DefaultContext)}
		if err := r.mayConfigure(d.view, ""); err != nil {
			return plan{}, err
		}
		return removal(d.view, record.GlobalConfig()), nil
	}})
	return before, err
}

// DeleteSubjectConfig removes the subject's own settings and returns what they
// were. Having none is SubjectNotFound under Confluent; under Karapace it is
// no error, and the returned level is empty.
func (r *Registry) DeleteSubjectConfig(ctx context.Context, s schema.Subject) (Config, error) {
	if s == globalAlias {
		return r.DeleteGlobalConfig(ctx)
	}
	var before Config
	err := r.submit(ctx, &change{alone: true, decide: func(d *draft) (plan, error) {
		own, ok := d.view.Config(s)
		if !ok && !r.isKarapace() {
			return plan{}, subjectNotFound(s)
		}
		if err := r.mayConfigure(d.view, s); err != nil {
			return plan{}, err
		}
		before = Config{Level: own.Level}
		return removal(d.view, record.ConfigOf(s)), nil
	}})
	return before, annotate(err, s)
}

func (r *Registry) setConfig(ctx context.Context, s schema.Subject, key record.Key, c ConfigChange) (Config, error) {
	var after Config
	err := r.submit(ctx, &change{alone: true, decide: func(d *draft) (plan, error) {
		if err := r.mayConfigure(d.view, s); err != nil {
			return plan{}, err
		}
		value := configOf(d.view, key)
		if c.Level == nil || *c.Level == value.Level {
			after = Config{Level: value.Level}
			return plan{}, nil
		}
		value = withLevel(value, *c.Level)
		after = Config{Level: value.Level}
		if value.Empty() {
			return removal(d.view, key), nil
		}
		return plan{
			records: d.view.Put(key, value.Bytes()),
			visible: func(v *store.View) bool { return configOf(v, key).Level == *c.Level },
		}, nil
	}})
	return after, annotate(err, s)
}

// removal deletes a setting, and writes nothing when there is none.
func removal(v *store.View, key record.Key) plan {
	if len(v.KeyVariants(key)) == 0 {
		return plan{}
	}
	return plan{
		records: v.Tombstones(key),
		visible: func(v *store.View) bool { return len(v.KeyVariants(key)) == 0 },
	}
}

func configOf(v *store.View, key record.Key) record.ConfigValue {
	value, _ := v.Config(key.Subject)
	if key.Global {
		value, _ = v.GlobalConfig()
	}
	return value
}

// withLevel sets the level, or takes it out: an empty one is not a value that
// any registry reads.
func withLevel(value record.ConfigValue, level schema.Level) record.ConfigValue {
	if level != "" {
		return value.WithLevel(level)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(value.Bytes(), &members) != nil {
		return record.ConfigValue{}
	}
	delete(members, "compatibilityLevel")
	raw, err := json.Marshal(members)
	if err != nil {
		return record.ConfigValue{}
	}
	cleared, err := record.ParseConfigValue(raw)
	if err != nil {
		return record.ConfigValue{}
	}
	return cleared
}

// level returns the compatibility level that holds for a subject: its own,
// else that of its context or the global one, else that above all contexts,
// else the server's. A subject with settings of its own but no level gets the
// server's level, not the global one (registry contract 7.1).
func (r *Registry) level(v *store.View, s schema.Subject) schema.Level {
	if own, ok := v.Config(s); ok {
		return r.orDefault(own.Level)
	}
	return r.globalLevel(v, s.Context())
}

func (r *Registry) globalLevel(v *store.View, context string) schema.Level {
	value, ok := v.GlobalConfig()
	if context != schema.DefaultContext {
		value, ok = v.Config(contextSubject(context))
	}
	if ok {
		return r.orDefault(value.Level)
	}
	if above, ok := v.Config(globalContext); ok {
		return r.orDefault(above.Level)
	}
	return r.defaultLevel
}

func (r *Registry) orDefault(l schema.Level) schema.Level {
	if l == "" {
		return r.defaultLevel
	}
	return l
}

// contextSubject is the name that carries the settings of a context.
func contextSubject(context string) schema.Subject {
	return schema.Subject(":" + context + ":")
}

// checkSettingSubject refuses names that no subject may have; the reserved
// ones carry settings.
func checkSettingSubject(s schema.Subject) error {
	if s == globalContext {
		return nil
	}
	return checkSubject(s)
}
