package format

import (
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/format/protobuf"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestValidateFields(t *testing.T) {
	t.Parallel()
	f := func(typ schema.Type, text, refused string) {
		t.Helper()
		err := ValidateFields(schema.Schema{Type: typ, Text: text}, DefaultLimits())
		if refused == "" && err != nil || refused != "" && (err == nil || !strings.Contains(err.Error(), refused)) {
			t.Fatalf("%s: %v; want %q", text, err, refused)
		}
	}

	f(schema.JSON, `{"properties":{"a":{},"b$$":{}}}`, "")
	f(schema.JSON, `{"properties":{"$$a":{}}}`, `"$$a"`)
	f(schema.JSON, `{"definitions":{"d":{"anyOf":[{"properties":{"x":{"properties":{"$$deep":true}}}}]}}}`, `"$$deep"`)
	f(schema.JSON, `{`, "JSON schema")
	f(schema.Avro, `{"properties":{"$$a":{}}}`, "")
}

func TestHasField(t *testing.T) {
	t.Parallel()
	f := func(typ schema.Type, text, name string, want bool) {
		t.Helper()
		parsed, err := ParseStored(schema.Schema{Type: typ, Text: text}, nil, DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if got := HasField(parsed, name); got != want {
			t.Fatalf("%q in %s: %t, want %t", name, text, got, want)
		}
	}

	const record = `{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"record","name":"In","fields":[{"name":"b","type":"int"}]}}]}`
	f(schema.Avro, record, "a", true)
	f(schema.Avro, record, "b", false)
	f(schema.Avro, record, "R", false)
	f(schema.Avro, `"string"`, "a", false)
	const object = `{"properties":{"a":{"properties":{"b":{}}}},"required":["c"]}`
	f(schema.JSON, object, "a", true)
	f(schema.JSON, object, "b", false)
	f(schema.JSON, object, "c", false)
	f(schema.JSON, `true`, "a", false)
	const file = `syntax = "proto3"; message M { int32 a = 1; oneof o { int32 b = 2; } message In { int32 c = 1; } } message N { int32 d = 1; }`
	f(schema.Protobuf, file, "a", true)
	f(schema.Protobuf, file, "b", true)
	f(schema.Protobuf, file, "c", false)
	f(schema.Protobuf, file, "d", false)
	f(schema.Protobuf, file, "o", false)
	f(schema.Protobuf, `syntax = "proto3";`, "a", false)
}

func TestProtobufWithoutExtensions(t *testing.T) {
	t.Parallel()
	const text = `syntax = "proto2";
option java_package = "a";
option (file) = 1;
message M {
  option (message) = { a: "b" };
  option deprecated = true;
  optional int32 f = 1 [(field).x = "y", deprecated = true];
  oneof o { option (one) = 1; int32 g = 2 [(field) = 1]; }
  enum E { option (en) = 1; A = 0 [(value) = 1]; }
  message In { optional int32 f = 1 [(field) = 1]; }
}
service S { option (service) = 1; rpc R (M) returns (M) { option (method) = 1; } }`
	got, err := protobuf.WithoutExtensions(text, DefaultLimits().protobuf())
	if err != nil || strings.Contains(got, "= 1;\noption (") || strings.ContainsAny(strings.NewReplacer("R (M) returns (M)", "").Replace(got), "()") {
		t.Fatalf("%v\n%s", err, got)
	}
	for _, stays := range []string{`option java_package = "a";`, "option deprecated = true;", "[deprecated = true]", "oneof o", "enum E", "rpc R (M) returns (M)"} {
		if !strings.Contains(got, stays) {
			t.Errorf("%q is gone from\n%s", stays, got)
		}
	}
	if _, err := protobuf.WithoutExtensions("message {", DefaultLimits().protobuf()); err == nil {
		t.Error("nonsense has a form without extensions")
	}
}
