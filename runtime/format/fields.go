package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/format/avro"
	"github.com/plastron-dev/plastron/runtime/format/protobuf"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// reservedPrefix opens names that Confluent keeps for itself.
const reservedPrefix = "$$"

// ValidateFields refuses names of fields that Confluent's registry does not take
// under validateFields: those of a JSON schema that begin with "$$". The names
// of Avro and Protobuf cannot be such. The error is an *Error of kind Malformed.
func ValidateFields(s schema.Schema, limits Limits) error {
	if s.Type != schema.JSON {
		return nil
	}
	var reserved string
	_, err := editTree(s, limits, func(root *tree) { reserved, _ = root.reservedName() })
	switch {
	case err != nil:
		return err
	case reserved != "":
		return &Error{Type: s.Type, Kind: Malformed, Detail: fmt.Sprintf("the name of field %q begins with %s, which is reserved", reserved, reservedPrefix)}
	}
	return nil
}

// reservedName finds a property with a reserved name anywhere in a schema.
func (t *tree) reservedName() (name string, found bool) {
	if properties, ok := t.get("properties"); ok && properties.isObject {
		for _, key := range properties.keys {
			if strings.HasPrefix(key, reservedPrefix) {
				return key, true
			}
		}
	}
	for _, item := range t.items {
		if name, found = item.reservedName(); found {
			return name, true
		}
	}
	return "", false
}

// HasField reports whether the outermost record, message (the first of a
// Protobuf file) or object of a schema has a field of this name. Confluent's
// registry asks that of the fields that metadata reserves.
func HasField(p Parsed, name string) bool {
	l, ok := p.(language)
	return ok && l.hasField(name)
}

// hasField asks the record that the schema is.
func (a *Avro) hasField(name string) bool {
	root := a.Schema.Root()
	return root.Kind == avro.Record && slices.ContainsFunc(root.Fields, func(f avro.Field) bool { return f.Name == name })
}

// hasField asks the properties of the schema itself.
func (j *JSON) hasField(name string) bool {
	var doc jsonx.Doc
	if err := doc.Parse([]byte(j.Schema.Canonical()), jsonx.Limits{}); err != nil || doc.Root().Type() != jsonx.Object {
		return false
	}
	properties, ok := doc.Root().Get("properties")
	if !ok || properties.Type() != jsonx.Object {
		return false
	}
	_, ok = properties.Get(name)
	return ok
}

// hasField asks the first message, with what its oneofs and groups hold.
func (p *Protobuf) hasField(name string) bool {
	messages := p.Schema.File().Messages
	if len(messages) == 0 {
		return false
	}
	first, is := messages[0], func(f protobuf.Field) bool { return f.Name == name }
	return slices.ContainsFunc(first.Fields, is) ||
		slices.ContainsFunc(first.Oneofs, func(o *protobuf.Oneof) bool { return slices.ContainsFunc(o.Fields, is) }) ||
		slices.ContainsFunc(first.Groups, func(g *protobuf.Group) bool { return strings.EqualFold(g.Body.Name, name) })
}

// WithoutExtensions returns the text of a Protobuf schema without the options
// that extensions define; the error is an *Error.
func WithoutExtensions(s schema.Schema, limits Limits) (string, error) {
	text, err := protobuf.WithoutExtensions(s.Text, limits.protobuf())
	return text, fromProtobuf(err, nil, limits)
}
