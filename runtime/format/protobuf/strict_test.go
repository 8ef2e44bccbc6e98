package protobuf

import (
	"errors"
	"strings"
	"testing"
)

// TestStrictness is the table of what Karapace takes and refuses, with what we
// take in addition: Karapace's parser stops at those without need.
func TestStrictness(t *testing.T) {
	t.Parallel()
	strictness(func(text string, references ...Reference) {
		t.Helper()
		if _, err := Parse(text, references, testLimits); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}, func(text, reason string, references ...Reference) {
		t.Helper()
		_, err := Parse(text, references, testLimits)
		e, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(e.Error(), reason) || e.Line == 0 && e.Path == "" {
			t.Errorf("%s: %v, want an error with %q and a place", text, err, reason)
		}
	})
	for _, text := range broken() {
		_, err := Parse(text, nil, testLimits)
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Malformed || e.Line == 0 {
			t.Errorf("%q: %v, want an error with a place", text, err)
		}
	}
}

// strictness calls taken and refused for each row of the table.
func strictness(taken func(text string, references ...Reference), refused func(text, reason string, references ...Reference)) {
	const three = `syntax = "proto3"; `
	taken(`message A { optional int32 a = 1; }`)
	taken(`message A { optional.A a = 1; repeated .A b = 2; }`)
	taken(`message A { extensions 5 to max; extend.A { optional int32 a = 5; } } extend.A { repeated.A b = 6; } service S { rpc R(stream.A) returns (.A); }`)
	refused(`message A { int32 a = 1; }`, "unexpected label: int32, in line 1, column 13")
	refused(`syntax = "proto4"; message A { }`, "proto4")
	refused(`edition = "2022"; message A { }`, "2022")
	refused(`message A { } syntax = "proto3";`, "'syntax' element must be the first declaration in a file")
	refused(three+three, "too many syntax definitions")
	taken(three + `message A { int32 a = 1; int32 b = 1; }`)
	taken(three + `message A { int32 a = 1; int32 a = 2; }`)
	refused(three+`message A { } enum A { X = 0; }`, "A is already defined")
	refused(three+`service A { } service A { }`, "A is already defined")
	taken(three + `message A { int32 a = 0; int32 b = 19000; int32 c = 536870912; }`)
	taken(three + `message A { reserved 1, "a"; int32 a = 1; }`)
	refused(three+`message A { required int32 a = 1; }`, "'required' label forbidden in proto3 field declarations")
	taken(three + `message A { optional group G = 1 { optional int32 a = 1; } }`)
	taken(three + `message A { int32 a = 1 [default = 5]; }`)
	taken(three + `enum E { A = 1; B = 1; } enum F { A = 0; }`)
	refused(three+`message A { B a = 1; }`, `type "B" is not defined`)
	refused(three+`message A { oneof o { B a = 1; } }`, `type "B" is not defined`)
	refused(three+`message A { map<string, B> a = 1; }`, `type "B" is not defined`)
	refused(three+`message A { message N { .x.B a = 1; } }`, `type ".x.B" is not defined`)
	taken(three + `service S { rpc R (X) returns (Y); } extend Z { optional int32 a = 1; }`)
	taken(three + `message A { map<float, int32> a = 1; }`)
	refused(three+`message A { repeated map<string, int32> a = 1; }`, "'map' type cannot have label")
	refused(three+`message A { oneof o { repeated int32 a = 1; } }`, "must not have labels")
	refused(three+`message A { oneof o { map<string, int32> a = 1; } }`, "map fields are not allowed in oneofs")
	taken(three + `message A { oneof o { } }`)
	taken(three + `import "nobody.proto"; message A { int32 a = 1; }`)

	// A type is found by the end of its name, in any file.
	b := Reference{Name: "b.proto", Text: three + `package x.y; message B { message C { } }`}
	taken(three+`message A { B a = 1; }`, b)
	taken(three+`message A { y.B a = 1; C c = 2; x.y.B.C d = 3; .B e = 4; }`, b)
	refused(three+`message A { q.B a = 1; }`, `type "q.B" is not defined`, b)
	refused(three+`message A { x.y a = 1; }`, `type "x.y" is not defined`, b)

	// Well-known types need their import, in whatever file, and no package.
	const stamp = `import "google/protobuf/timestamp.proto"; `
	refused(three+`message A { google.protobuf.Timestamp a = 1; }`, `type "google.protobuf.Timestamp" is not defined`)
	taken(three + stamp + `message A { google.protobuf.Timestamp a = 1; .google.protobuf.Timestamp b = 2; Timestamp c = 3; }`)
	taken(three+`message A { google.protobuf.Timestamp a = 1; }`, Reference{Name: "b.proto", Text: three + stamp})
	refused(three+stamp+`message A { google.protobuf.Duration a = 1; }`, `type "google.protobuf.Duration" is not defined`)
	taken(three + `import "google/type/money.proto"; import "confluent/type/decimal.proto"; message A { google.type.Money a = 1; confluent.type.Decimal b = 2; }`)

	taken(three + `message A { int32 a = 1 [(nobody.knows) = { a: 1 b { c: "x" } d: [1, 2] [e.f]: < > }]; option (x).y.(z) = -inf; }`)
	taken(three + `message A { int32 foo_bar = 1; int32 fooBar = 2; }`)
	taken(`enum E { A = 0; }`)
	taken(`package p;`)
	taken(``)
	taken("// nothing")

	// What Karapace cannot parse.
	taken(`edition = "2023"; message A { int32 a = 1; reserved foo; }`)
	taken(`edition = "2024"; import option "o.proto"; export message A { local enum E { X = 0; } int32 a = 1; }`)
	refused(`edition = "2023"; message A { optional int32 a = 1; }`, `label "optional" is not allowed in editions`)
	refused(`edition = "2023"; export message A { }`, "unexpected label: export")
	taken(three + `message A { reserved 100 to max; }`)
	taken(three + `import weak "w.proto";`)
	taken(three + `message A { int32 a = 1; /* x */ int32 b = 2; }`)
	taken("\ufeff" + three)
	taken(three + "//\nmessage A { /**/ }")
}

// broken are texts that are no .proto files.
func broken() []string {
	const three = `syntax = "proto3"; `
	return []string{
		"message a.b { }", "message A { optional int32 a.b = 1; }", "enum E { A.B = 0; }", "message", "message A", "message A {", "message A { int32", "}", "{", "/", "/*", "message A { /* } ", `import "x`, `import x;`,
		three + "message A { int32 a = 1 [", three + "message A { int32 a = x; }", three + "message A { int32 a = 1_0; }",
		"option a = {", "option a = ;", "option (a = 1;", "option a.(b = 1;", "enum E { A = }", "service S { rpc R (A) }",
		"service S { message A { } }", "rpc R (A) returns (B);", "extend { }", "message A { extensions x; }", "message A { reserved; }",
		"message A { oneof { } }", "option a = {b 1};", "option . = 1;", "package a b;", "message \u00e9 { }", "\x00",
	}
}

func TestStoredSchemasMayMissTypes(t *testing.T) {
	t.Parallel()
	if _, err := ParseStored(`syntax = "proto3"; message A { B b = 1; }`, nil, testLimits); err != nil {
		t.Fatal(err)
	}
}

func TestErrorsOfReferencesNameThem(t *testing.T) {
	t.Parallel()
	good := Reference{Name: "a.proto", Text: `syntax = "proto3";`}
	_, err := Parse(`syntax = "proto3";`, []Reference{good, {Name: "b.proto", Text: "message {"}}, testLimits)
	if e, ok := errors.AsType[*Error](err); !ok || e.Reference != 2 {
		t.Fatalf("%v", err)
	}
}
