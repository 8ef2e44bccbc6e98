package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

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

// IsGlobal reports whether a name stands for settings of all subjects, or of
// all contexts, rather than for a subject.
func (r *Registry) IsGlobal(s schema.Subject) bool {
	return r.isDefault(s) || isAbove(r.views.View(), s)
}

// isDefault reports whether a name stands for the settings of the default
// context, and isAbove whether it stands for those above all contexts. Where
// names are plain none does.
func (r *Registry) isDefault(s schema.Subject) bool {
	return s == globalAlias && r.Naming() == schema.WithContexts
}

func isAbove(v *store.View, s schema.Subject) bool {
	return s == globalContext && v.Naming() == schema.WithContexts
}

// Config is what is configured at one place, or what holds after all places
// were looked at. What is not set is nil or empty (registry contract 7.1).
type Config struct {
	// Level is empty when the place only has other settings.
	Level schema.Level
	// Alias is the subject that is meant where the configured one is named.
	Alias schema.Subject
	// AliasForDeks is kept for clients; nothing here obeys it.
	AliasForDeks string
	// CompatibilityPolicy says how strictly JSON schemas are compared.
	CompatibilityPolicy string
	// Normalize stores schemas in their normalized form.
	Normalize *bool
	// ValidateFields refuses names in JSON schemas that Confluent reserves, and
	// holds schemas to the fields that their metadata reserves. ValidateRules is
	// kept; ValidateNewSchemas false takes schemas that Confluent's stricter
	// checks refuse.
	ValidateFields, ValidateRules, ValidateNewSchemas *bool
	// CompatibilityGroup names the metadata property by whose value versions are
	// compared.
	CompatibilityGroup string
	// DefaultMetadata is added to what new schemas bring, OverrideMetadata wins
	// over it.
	DefaultMetadata, OverrideMetadata record.Metadata
}

func isSet(flag *bool) bool { return flag != nil && *flag }

// levelMember is the name of the level in the log.
const levelMember = "compatibilityLevel"

// ConfigChange is a request to change settings: what is not mentioned stays.
type ConfigChange struct {
	// Level is the new level; nil keeps the old one, and an empty level removes
	// it.
	Level *schema.Level
	// Members are the other settings by their names on the wire, as JSON; nil
	// removes one. What they hold was checked by the caller.
	Members map[string][]byte
}

// readConfig takes the settings out of a stored value. Members of other types
// than ours are left out: somebody else wrote them.
func readConfig(value record.ConfigValue) Config {
	c := Config{Level: value.Level, Alias: value.Alias()}
	texts := map[string]*string{
		"aliasForDeks": &c.AliasForDeks, "compatibilityPolicy": &c.CompatibilityPolicy, "compatibilityGroup": &c.CompatibilityGroup,
	}
	for name, into := range texts {
		if raw, ok := value.Member(name); ok {
			_ = json.Unmarshal(raw, into) // An error leaves it empty.
		}
	}
	flags := map[string]**bool{
		"normalize": &c.Normalize, "validateFields": &c.ValidateFields,
		"validateRules": &c.ValidateRules, "validateNewSchemas": &c.ValidateNewSchemas,
	}
	for name, into := range flags {
		if raw, ok := value.Member(name); ok {
			_ = json.Unmarshal(raw, into)
		}
	}
	for name, into := range map[string]*record.Metadata{"defaultMetadata": &c.DefaultMetadata, "overrideMetadata": &c.OverrideMetadata} {
		if raw, ok := value.Member(name); ok {
			*into, _ = record.ParseMetadata(raw)
		}
	}
	return c
}

// GlobalConfig returns what holds for subjects without settings of their own.
func (r *Registry) GlobalConfig() Config {
	v := r.views.View()
	value, _ := v.GlobalConfig()
	c := readConfig(value)
	c.Level = r.globalLevel(v, schema.DefaultContext)
	return c
}

// SubjectConfig returns the subject's own settings. The errors are
// SubjectConfigNotFound and, under Karapace, SubjectNotFound for a subject
// that is not known either.
func (r *Registry) SubjectConfig(s schema.Subject) (Config, error) {
	if r.isDefault(s) {
		return r.GlobalConfig(), nil
	}
	v := r.views.View()
	if own, ok := v.Config(s); ok {
		return readConfig(own), nil
	}
	if r.points.UnknownSubjectFirst && !v.Known(s) {
		return Config{}, subjectNotFound(s)
	}
	return Config{}, &Error{Kind: SubjectConfigNotFound, Subject: s}
}

// EffectiveConfig returns what holds for the subject, wherever it is set.
func (r *Registry) EffectiveConfig(s schema.Subject) Config {
	if r.isDefault(s) {
		return r.GlobalConfig()
	}
	return r.config(r.views.View(), s)
}

// config merges the settings that concern a subject. Level and metadata are
// those of the nearest place that has any setting, or the server's; the other
// settings are looked for one by one; an alias is only the subject's own
// (registry contract 7.1).
func (r *Registry) config(v *store.View, s schema.Subject) Config {
	places := scopes(v, s)
	if len(places) == 0 {
		return Config{Level: r.defaultLevel}
	}
	c := readConfig(places[0].ConfigValue)
	c.Level = r.orDefault(c.Level)
	if _, own := v.Config(s); !own {
		c.Alias, c.AliasForDeks = "", ""
	}
	for _, place := range places[1:] {
		above := readConfig(place.ConfigValue)
		for into, from := range map[**bool]*bool{
			&c.Normalize: above.Normalize, &c.ValidateFields: above.ValidateFields,
			&c.ValidateRules: above.ValidateRules, &c.ValidateNewSchemas: above.ValidateNewSchemas,
		} {
			if *into == nil {
				*into = from
			}
		}
		if c.CompatibilityGroup == "" {
			c.CompatibilityGroup = above.CompatibilityGroup
		}
		if c.CompatibilityPolicy == "" {
			c.CompatibilityPolicy = above.CompatibilityPolicy
		}
	}
	return c
}

// scopes lists the places with settings that concern a subject, nearest first:
// its own, that of its context or the global one, that above all contexts.
func scopes(v *store.View, s schema.Subject) []scope {
	var places []scope
	add := func(of Origin, value record.ConfigValue, ok bool) {
		if ok {
			places = append(places, scope{value, of})
		}
	}
	get := func(of Origin, holder schema.Subject) {
		value, ok := v.Config(holder)
		add(of, value, ok)
	}
	context := v.Naming().Context(s)
	own := contextSubject(v, context)
	if s != own && !isAbove(v, s) {
		get(FromSubject, s)
	}
	if context == schema.DefaultContext {
		value, ok := v.GlobalConfig()
		add(FromGlobal, value, ok)
	} else if !isAbove(v, own) {
		get(FromContext, own)
	}
	if v.Naming() == schema.WithContexts {
		get(FromGlobal, globalContext)
	}
	return places
}

// Alias returns the subject that is meant by s: its alias, which is not
// followed further, or s itself (registry contract 7.5).
func (r *Registry) Alias(s schema.Subject) schema.Subject {
	if own, ok := r.views.View().Config(s); ok && own.Alias() != "" {
		return own.Alias()
	}
	return s
}

// Aliases returns, by subject, the subjects that stand for it.
func (r *Registry) Aliases() map[schema.Subject][]schema.Subject { return r.views.View().Aliases() }

// SetGlobalConfig changes the global settings and returns them.
func (r *Registry) SetGlobalConfig(ctx context.Context, c ConfigChange) (Config, error) {
	return r.setConfig(ctx, "", record.GlobalConfig(), c)
}

// SetSubjectConfig changes settings of a subject, which need not exist, and
// returns them.
func (r *Registry) SetSubjectConfig(ctx context.Context, s schema.Subject, c ConfigChange) (Config, error) {
	if r.isDefault(s) {
		return r.SetGlobalConfig(ctx, c)
	}
	if err := r.checkSettingSubject(s); err != nil {
		return Config{}, err
	}
	return r.setConfig(ctx, s, record.ConfigOf(s), c)
}

// DeleteGlobalConfig removes the global settings, so that the server's default
// holds again, and returns what they were.
func (r *Registry) DeleteGlobalConfig(ctx context.Context) (Config, error) {
	return submitFor(ctx, r, func(d *draft) (plan, Config, error) {
		before := readConfig(configOf(d.view, record.GlobalConfig()))
		before.Level = r.globalLevel(d.view, schema.DefaultContext)
		if err := r.mayConfigure(d.view, ""); err != nil {
			return plan{}, Config{}, err
		}
		return removal(d.view, record.GlobalConfig()), before, nil
	})
}

// DeleteSubjectConfig removes the subject's own settings and returns what they
// were. Having none is SubjectNotFound under Confluent; under Karapace it is
// no error, the returned level is empty, and the subject is known from then on.
func (r *Registry) DeleteSubjectConfig(ctx context.Context, s schema.Subject) (Config, error) {
	if r.isDefault(s) {
		return r.DeleteGlobalConfig(ctx)
	}
	before, err := submitFor(ctx, r, func(d *draft) (plan, Config, error) {
		own, ok := d.view.Config(s)
		if !ok && !r.points.DeleteAbsentConfig {
			return plan{}, Config{}, subjectNotFound(s)
		}
		if err := r.mayConfigure(d.view, s); err != nil {
			return plan{}, Config{}, err
		}
		p := removal(d.view, record.ConfigOf(s))
		if r.points.DeleteAbsentConfig && !d.view.Known(s) {
			// Once more than there is to delete, which makes the subject known on
			// every node, as it does in Karapace (registry contract 19.57).
			p = plan{records: append(p.records, record.Record{Key: record.ConfigOf(s)}), visible: hasNo(record.ConfigOf(s))}
		}
		return p, readConfig(own), nil
	})
	return before, annotate(err, s)
}

func (r *Registry) setConfig(ctx context.Context, s schema.Subject, key record.Key, c ConfigChange) (Config, error) {
	after, err := submitFor(ctx, r, func(d *draft) (plan, Config, error) {
		if err := r.mayConfigure(d.view, s); err != nil {
			return plan{}, Config{}, err
		}
		before := configOf(d.view, key)
		value, err := c.apply(before)
		if err != nil {
			return plan{}, Config{}, &Error{Kind: StoreFailure, Subject: s, Err: err}
		}
		after := readConfig(value)
		switch {
		case bytes.Equal(value.Bytes(), before.Bytes()):
			return plan{}, after, nil
		case value.Empty():
			return removal(d.view, key), after, nil
		}
		want := value.In(r.points.Records, s).Bytes()
		return plan{
			records: d.view.PutIn(r.points.Records, key, want),
			visible: func(v *store.View) bool { return bytes.Equal(configOf(v, key).Bytes(), want) },
		}, after, nil
	})
	return after, annotate(err, s)
}

// apply returns the value after the change.
func (c ConfigChange) apply(value record.ConfigValue) (record.ConfigValue, error) {
	var err error
	switch {
	case c.Level == nil:
	case *c.Level != "":
		value = value.WithLevel(*c.Level)
	default:
		// An empty level is not a value that any registry reads.
		if value, err = value.Without(levelMember); err != nil {
			return value, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Members)) {
		if text := c.Members[name]; text != nil {
			value, err = value.With(name, text)
		} else {
			value, err = value.Without(name)
		}
		if err != nil {
			return value, err
		}
	}
	return value, nil
}

// removal deletes a setting, and writes nothing when there is none.
func removal(v *store.View, key record.Key) plan {
	if len(v.KeyVariants(key)) == 0 {
		return plan{}
	}
	return plan{records: v.Tombstones(key), visible: hasNo(key)}
}

func hasNo(key record.Key) func(*store.View) bool {
	return func(v *store.View) bool { return len(v.KeyVariants(key)) == 0 }
}

func configOf(v *store.View, key record.Key) record.ConfigValue {
	value, _ := v.Config(key.Subject)
	if key.Global {
		value, _ = v.GlobalConfig()
	}
	return value
}

// level returns the compatibility level that holds for a subject. A subject
// with settings of its own but no level gets the server's level, not the global
// one (registry contract 7.1).
func (r *Registry) level(v *store.View, s schema.Subject) schema.Level {
	if places := scopes(v, s); len(places) > 0 {
		return r.orDefault(places[0].Level)
	}
	return r.defaultLevel
}

func (r *Registry) globalLevel(v *store.View, context string) schema.Level {
	return r.level(v, contextSubject(v, context))
}

func (r *Registry) orDefault(l schema.Level) schema.Level {
	if l == "" {
		return r.defaultLevel
	}
	return l
}

// contextSubject is the name that carries the settings of a context. Where
// names are plain it is the empty one, which no subject has.
func contextSubject(v *store.View, context string) schema.Subject {
	if v.Naming() == schema.PlainNames {
		return ""
	}
	return schema.Subject(":" + context + ":")
}

// checkSettingSubject refuses names that no subject may have; the reserved
// ones carry settings.
func (r *Registry) checkSettingSubject(s schema.Subject) error {
	if isAbove(r.views.View(), s) {
		return nil
	}
	return checkSubject(r.Naming(), s)
}
