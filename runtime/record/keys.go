package record

import (
	"strconv"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// KeyType is the member "keytype" of a key: what the record is about.
type KeyType string

// The key types of the field. A shared topic must not see any other: other
// registries may fail on a type they do not know.
const (
	SchemaKey        KeyType = "SCHEMA"
	ConfigKey        KeyType = "CONFIG"
	ModeKey          KeyType = "MODE"
	DeleteSubjectKey KeyType = "DELETE_SUBJECT"
	ClearSubjectKey  KeyType = "CLEAR_SUBJECT"
	NoopKey          KeyType = "NOOP"
	ContextKey       KeyType = "CONTEXT"
	AssocKey         KeyType = "ASSOC"
)

// Key is the logical key of a record: what it is about, whatever the spelling
// of its bytes. Keys are comparable, and two keys are equal exactly when their
// records are about the same thing.
type Key struct {
	// Type is what the record is about.
	Type KeyType
	// Subject is the subject the record is about, with its context.
	Subject schema.Subject
	// Global is true for a configuration, mode or clearing without a subject.
	Global bool
	// Version is the version of the subject; SCHEMA keys only.
	Version schema.Version
	// Other holds the bytes of a key whose members this registry does not
	// interpret: CONTEXT, ASSOC and types that nobody knows.
	Other string
}

// SchemaOf is the key of a version of a subject.
func SchemaOf(s schema.Subject, v schema.Version) Key {
	return Key{Type: SchemaKey, Subject: s, Version: v}
}

// ConfigOf is the key of a subject's configuration.
func ConfigOf(s schema.Subject) Key { return Key{Type: ConfigKey, Subject: s} }

// GlobalConfig is the key of the configuration of subjects that have none.
func GlobalConfig() Key { return Key{Type: ConfigKey, Global: true} }

// ModeOf is the key of a subject's mode.
func ModeOf(s schema.Subject) Key { return Key{Type: ModeKey, Subject: s} }

// GlobalMode is the key of the mode of subjects that have none.
func GlobalMode() Key { return Key{Type: ModeKey, Global: true} }

// DeleteSubjectOf is the key of the soft deletion of a subject.
func DeleteSubjectOf(s schema.Subject) Key { return Key{Type: DeleteSubjectKey, Subject: s} }

// ContextOf is the key of a context, as Confluent writes it when the first
// schema of the context is registered.
func ContextOf(context string) Key {
	b := AppendQuoted([]byte(`{"keytype":"CONTEXT","tenant":"default","context":`), context)
	return Key{Type: ContextKey, Other: string(append(b, `,"magic":0}`...))}
}

// Context returns the context that a CONTEXT key is about; false for any other
// key, and for one that names none.
func (k Key) Context() (string, bool) {
	if k.Type != ContextKey {
		return "", false
	}
	o, err := scanObject([]byte(k.Other))
	if err != nil {
		return "", false
	}
	context, ok, err := o.text("context")
	return context, ok && err == nil
}

// ContextValue is the value of a CONTEXT record.
func ContextValue(context string) []byte {
	b := AppendQuoted([]byte(`{"tenant":"default","context":`), context)
	return append(b, '}')
}

// Noop is the key of the barrier record, which also carries the high-water
// mark of ids.
func Noop() Key { return Key{Type: NoopKey} }

// Bytes returns the canonical bytes of the key: compact JSON in UTF-8, members
// in the order keytype, subject, version, magic, with nothing escaped but what
// JSON demands. Every registry of the field reads this form, and a Karapace
// that meets any other order writes its own keys in its deprecated order from
// then on.
func (k Key) Bytes() []byte {
	if k.Other != "" {
		return []byte(k.Other)
	}
	b := make([]byte, 0, 64+len(k.Subject))
	b = append(b, `{"keytype":"`...)
	b = append(b, k.Type...)
	b = append(b, '"')
	switch k.Type {
	case SchemaKey:
		b = appendSubject(b, k)
		b = append(b, `,"version":`...)
		b = strconv.AppendInt(b, int64(k.Version), 10)
		return append(b, `,"magic":1}`...)
	case NoopKey:
		return append(b, `,"magic":0}`...)
	default:
		b = appendSubject(b, k)
		return append(b, `,"magic":0}`...)
	}
}

func appendSubject(b []byte, k Key) []byte {
	b = append(b, `,"subject":`...)
	if k.Global {
		return append(b, "null"...)
	}
	return AppendQuoted(b, string(k.Subject))
}
