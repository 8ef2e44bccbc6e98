package format

import (
	"fmt"
	"strings"

	"github.com/plastron-dev/plastron/runtime/format/protobuf"
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

// WithoutExtensions returns the text of a Protobuf schema without the options
// that extensions define; the error is an *Error.
func WithoutExtensions(s schema.Schema, limits Limits) (string, error) {
	text, err := protobuf.WithoutExtensions(s.Text, limits.protobuf())
	return text, fromProtobuf(err, nil, limits)
}
