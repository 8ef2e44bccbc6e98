package admission

import (
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestCheckOfEveryType(t *testing.T) {
	t.Parallel()
	f := func(typ schema.Type, old, next string, invalid bool, incompatible string) {
		t.Helper()
		previous := []Previous{{Version: 1, Schema: schema.Schema{Type: typ, Text: old}}}
		c, err := Check(schema.Schema{Type: typ, Text: next}, schema.Backward, previous, nil)
		if err != nil || c.Unsupported || (c.Invalid != "") != invalid || (len(c.Incompatibilities) > 0) != (incompatible != "") {
			t.Fatalf("%s: %+v, %v", next, c, err)
		}
		if incompatible != "" && !strings.HasPrefix(c.Incompatibilities[0].Message, incompatible+": ") {
			t.Fatalf("%s: %+v", next, c.Incompatibilities)
		}
	}

	const object = `{"type":"object","properties":{"a":{"type":"integer"}}}`
	f(schema.JSON, object, object, false, "")
	f(schema.JSON, object, strings.Replace(object, "integer", "string", 1), false, "TYPE_CHANGED")
	f(schema.JSON, object, `{"type":"text"}`, true, "")
	const message = "syntax = \"proto3\";\npackage p;\nmessage A { int32 n = 1; }\n"
	f(schema.Protobuf, message, message, false, "")
	f(schema.Protobuf, message, strings.Replace(message, "int32", "string", 1), false, "FIELD_SCALAR_KIND_CHANGED")
	f(schema.Protobuf, message, "message {", true, "")
	f(schema.Avro, `"long"`, `"int"`, false, "TYPE_MISMATCH")

	// Only one of the two flavours refuses these; the registry decides.
	f(schema.JSON, object, strings.Replace(object, `{"type"`, `{"required":["a"],"type"`, 1), false, "")
	f(schema.Protobuf, message, strings.Replace(message, "package p", "package q", 1), false, "")
}
