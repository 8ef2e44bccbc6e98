package record

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// IsDelete reports whether a value stands for the deletion of its key. Four
// forms exist: no value (Confluent, and this registry), a value of zero length
// (Karapace), the text null and the text "".
func IsDelete(value []byte) bool {
	if len(value) == 0 {
		return true
	}
	if len(value) > 16 {
		return false
	}
	v := string(bytes.TrimSpace(value))
	return v == "null" || v == `""`
}

// ConfigValue is the configuration of a subject, or of all subjects that have
// none. A value that was parsed keeps the members we do not know.
type ConfigValue struct {
	// Level is the compatibility level; empty when the value has none, which
	// Confluent writes for a subject that only has other settings.
	Level schema.Level

	alias schema.Subject
	raw   []byte
}

// subjectMember is the name that Confluent's configurations give the subject
// they belong to. It configures nothing.
const subjectMember = "subject"

// Alias returns the subject that is meant where the configured one is named;
// empty for most.
func (c ConfigValue) Alias() schema.Subject { return c.alias }

// ParseConfigValue reads the value of a CONFIG record. The result refers to
// raw, which must not change.
func ParseConfigValue(raw []byte) (ConfigValue, error) {
	o, err := scanObject(raw)
	if err != nil {
		return ConfigValue{}, fmt.Errorf("reading a configuration: %w", err)
	}
	name, ok, err := o.text("compatibilityLevel")
	if err != nil {
		return ConfigValue{}, fmt.Errorf("reading a configuration: %w", err)
	}
	c := ConfigValue{raw: raw}
	if alias, _, err := o.text("alias"); err == nil {
		c.alias = schema.Subject(alias)
	}
	if !ok {
		return c, nil
	}
	level, ok := schema.ParseLevel(name)
	if !ok {
		return ConfigValue{}, errors.New("reading a configuration: the compatibility level is none of the seven")
	}
	c.Level = level
	return c, nil
}

// Bytes returns the value as it was read, or, for one that was built here, in
// the form that every registry reads.
func (c ConfigValue) Bytes() []byte {
	if c.raw != nil {
		return c.raw
	}
	if c.Level == "" {
		return []byte("{}")
	}
	return fmt.Appendf(nil, `{"compatibilityLevel":"%s"}`, c.Level)
}

// WithLevel returns the value with another level and all other members as they
// were.
func (c ConfigValue) WithLevel(level schema.Level) ConfigValue {
	if c.raw == nil {
		return ConfigValue{Level: level}
	}
	o, err := scanObject(c.raw)
	if err != nil {
		return ConfigValue{Level: level}
	}
	return ConfigValue{Level: level, alias: c.alias, raw: o.with("compatibilityLevel", `"`+string(level)+`"`)}
}

// With returns the value with one more member, or another value of one that it
// has; text is JSON. A level that does not exist is an error.
func (c ConfigValue) With(name string, text []byte) (ConfigValue, error) {
	o, err := scanObject(c.Bytes())
	if err != nil {
		return c, fmt.Errorf("changing a configuration: %w", err)
	}
	return ParseConfigValue(o.with(name, string(text)))
}

// Without returns the value without one member.
func (c ConfigValue) Without(name string) (ConfigValue, error) {
	o, err := scanObject(c.Bytes())
	if err != nil {
		return c, fmt.Errorf("changing a configuration: %w", err)
	}
	left := []byte{'{'}
	for _, m := range o.members {
		if string(m.name) == name {
			continue
		}
		left = append(AppendQuoted(left, string(m.name)), ':')
		left = append(append(left, o.raw[m.start:m.end]...), ',')
	}
	left = append(bytes.TrimSuffix(left, []byte{','}), '}')
	return ParseConfigValue(left)
}

// Empty reports whether the value configures nothing, which means the same as
// its absence.
func (c ConfigValue) Empty() bool {
	if c.Level != "" {
		return false
	}
	o, err := scanObject(c.Bytes())
	return err != nil || !slices.ContainsFunc(o.members, func(m member) bool { return string(m.name) != subjectMember })
}

// Member returns the JSON text of a member that this package does not know, as
// it was read; false when there is none. The bytes must not be changed.
func (c ConfigValue) Member(name string) ([]byte, bool) {
	o, err := scanObject(c.Bytes())
	if err != nil {
		return nil, false
	}
	return o.find(name)
}

// ModeValue is the mode of a subject, or of all subjects that have none.
type ModeValue struct {
	// Subject is empty for the global mode.
	Subject schema.Subject
	// Mode is never empty.
	Mode schema.Mode
}

// ParseModeValue reads the value of a MODE record.
func ParseModeValue(raw []byte) (ModeValue, error) {
	o, err := scanObject(raw)
	if err != nil {
		return ModeValue{}, fmt.Errorf("reading a mode: %w", err)
	}
	subject, _, err := o.subject()
	if err != nil {
		return ModeValue{}, fmt.Errorf("reading a mode: %w", err)
	}
	name, _, err := o.text("mode")
	if err != nil {
		return ModeValue{}, fmt.Errorf("reading a mode: %w", err)
	}
	mode, ok := schema.ParseMode(name)
	if !ok {
		return ModeValue{}, errors.New("reading a mode: none of the modes")
	}
	return ModeValue{Subject: subject, Mode: mode}, nil
}

// Bytes returns the value as Confluent writes it.
func (m ModeValue) Bytes() []byte {
	b := []byte(`{`)
	if m.Subject != "" {
		b = append(b, `"subject":`...)
		b = append(AppendQuoted(b, string(m.Subject)), ',')
	}
	b = append(b, `"mode":"`...)
	b = append(b, m.Mode...)
	return append(b, `"}`...)
}
