package record

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// ErrNoKey is the error of ParseKey for an absent or empty key.
var ErrNoKey = errors.New("the record has no key")

// maxTypeName bounds the type name of an unknown key in messages.
const maxTypeName = 40

// ParseKey returns the logical key that the bytes of a key stand for, whoever
// wrote them: members in any order, any white space, any escaping, magic 0 or
// 1, additional members, a global setting with "subject":null or without
// subject, and the unescaped templates of old Karapace versions, which are not
// even JSON when a subject holds a quote. A type that this registry does not
// know is no error: see Key.Known.
func ParseKey(raw []byte) (Key, error) {
	k, _, err := ParseSequencedKey(raw)
	return k, err
}

// ParseSequencedKey is ParseKey that also returns the member "seq", which
// Redpanda's registry writes: the offset that the writer expected the record to
// get, or -1 when the key has none.
func ParseSequencedKey(raw []byte) (k Key, seq int64, err error) {
	if len(raw) == 0 {
		return Key{}, -1, ErrNoKey
	}
	o, err := scanObject(raw)
	if errors.Is(err, errNotJSON) {
		if k, ok := parseTemplate(string(raw)); ok {
			return k, -1, nil
		}
	}
	if err != nil {
		return Key{}, -1, fmt.Errorf("reading a key: %w", err)
	}
	k, err = keyOf(o)
	if err != nil {
		return Key{}, -1, fmt.Errorf("reading a key: %w", err)
	}
	seq, sequenced, err := o.number("seq")
	if err != nil || !sequenced || seq < 0 {
		return k, -1, nil
	}
	return k, seq, nil
}

// Known reports whether this registry knows what records of the key's type
// mean.
func (k Key) Known() bool {
	switch k.Type {
	case SchemaKey, ConfigKey, ModeKey, DeleteSubjectKey, ClearSubjectKey, NoopKey, ContextKey, AssocKey:
		return true
	default:
		return false
	}
}

// TypeName is the key's type, shortened for messages.
func (k Key) TypeName() string {
	if len(k.Type) > maxTypeName {
		return string(k.Type[:maxTypeName]) + "..."
	}
	return string(k.Type)
}

func keyOf(o object) (Key, error) {
	name, ok, err := o.text("keytype")
	if err != nil {
		return Key{}, err
	}
	if !ok {
		return Key{}, errors.New(`member "keytype" is missing`)
	}
	k := Key{Type: KeyType(name)}
	switch k.Type {
	case NoopKey:
		return k, nil
	case SchemaKey, ConfigKey, ModeKey, DeleteSubjectKey, ClearSubjectKey:
		return subjectKeyOf(o, k)
	default:
		k.Other = string(o.raw)
		return k, nil
	}
}

func subjectKeyOf(o object, k Key) (Key, error) {
	subject, named, err := o.subject()
	if err != nil {
		return Key{}, err
	}
	k.Subject = subject
	if !named {
		if k.Type == SchemaKey || k.Type == DeleteSubjectKey {
			return Key{}, errors.New(`member "subject" is missing`)
		}
		k.Global = true
	}
	if k.Type != SchemaKey {
		return k, nil
	}
	version, err := o.positive("version")
	k.Version = schema.Version(version)
	return k, err
}

// parseTemplate reads a key that was made by putting the subject into a text
// without escaping it, which Karapace did before 3.3:
//
//	{"subject":"say "hi"","version":1,"magic":1,"keytype":"SCHEMA"}
func parseTemplate(raw string) (Key, bool) {
	rest, ok := strings.CutPrefix(raw, `{"subject":"`)
	if !ok || !utf8.ValidString(raw) {
		return Key{}, false
	}
	for _, t := range []KeyType{ConfigKey, DeleteSubjectKey} {
		if subject, ok := strings.CutSuffix(rest, `","magic":0,"keytype":"`+string(t)+`"}`); ok {
			return Key{Type: t, Subject: schema.Subject(subject)}, true
		}
	}
	rest, ok = strings.CutSuffix(rest, `,"magic":1,"keytype":"SCHEMA"}`)
	if !ok {
		return Key{}, false
	}
	at := strings.LastIndex(rest, `","version":`)
	if at < 0 {
		return Key{}, false
	}
	version, err := strconv.ParseInt(rest[at+len(`","version":`):], 10, 32)
	if err != nil || version < 1 {
		return Key{}, false
	}
	return SchemaOf(schema.Subject(rest[:at]), schema.Version(version)), true
}
