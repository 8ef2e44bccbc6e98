package protobuf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// f-tests of details of the print; the whole is in testdata/print.proto.
func TestPrintDetails(t *testing.T) {
	t.Parallel()
	f := func(in, karapace string) {
		t.Helper()
		got := canonical(t, in)
		if diff := cmp.Diff(karapace, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", in, diff)
		}
		if again := canonical(t, got); again != got {
			t.Errorf("%s: the print of the print differs:\n%s", in, cmp.Diff(got, again))
		}
	}

	f(``, ``)
	f(`message A { }`, "\nmessage A {}\n")
	f(`syntax='proto3';`, "syntax = \"proto3\";\n")
	f(`edition = "2023"; option features.enum_type = CLOSED;`, "edition = \"2023\";\n\noption features.enum_type = CLOSED;\n")
	f(`package a.b;service S{}`, "package a.b;\n\nservice S {}\n")

	// Enums come after messages, at every level, and lose what is reserved.
	f(`enum E { reserved 5; option allow_alias = true; A = 0; B = 0x10; C = -1; D = 010; } message A { enum F { X = 0; } message B { } }`,
		"\nmessage A {\n  message B {}\n  enum F {\n    X = 0;\n  }\n}\nenum E {\n  option allow_alias = true;\n  A = 0;\n  B = 16;\n  C = -1;\n  D = 8;\n}\n")

	// The line between sections has the indentation of the message.
	f(`message A { message B { option deprecated = true; optional int32 b = 1; } }`,
		"\nmessage A {\n  message B {\n    option deprecated = true;\n  \n    optional int32 b = 1;\n  }\n}\n")

	// Comments.
	f("message A {\n/* one\n * two\n   three */\n// four\noptional int32 a = 1; /* five */\noptional int32 b = 2; // x\n// six\n\n// seven\n} // eight\n",
		"\nmessage A {\n  // one\n  // two\n  // three\n  // four\n  // five\n  optional int32 a = 1;\n  optional int32 b = 2;\n}\n")
	f("/** javadoc */ message A { // in the line of the brace\n optional int32 a = 1; }",
		"\n// javadoc\nmessage A {\n  // in the line of the brace\n  optional int32 a = 1;\n}\n")
	f("// a\n//\n// b\nmessage A { }", "\n// a\n// \n// b\nmessage A {}\n")
	f("// crlf\r\nmessage A { }", "\n// crlf\r\nmessage A {}\n")
	f("// service\nservice S { // rpc\n rpc R (A) returns (B); }", "\n// service\nservice S {\n  // rpc\n  rpc R (A) returns (B);\n}\n")

	// Options.
	f(`option java_package = "it's \"a\" \\ tab\t";`, "\noption java_package = \"it\\'s \\\"a\\\" \\\\ tab\\t\";\n")
	f(`option (a.b).c.d = "x" 'y';`, "\noption (a.b).c.d = \"xy\";\n")
	f(`enum E { A = 0 [(o) = "it's", deprecated = true]; }`, "\nenum E {\n  A = 0 [\n    (o) = \"it's\",\n    deprecated = true\n  ];\n}\n")
	// Karapace quotes every value inside of a block.
	f(`option (o) = { a: 1 b: true, c: FOO; d { e: "x" } f: [1, "y"] g: 1 g: 2 [x.y]: < > };`,
		"\noption (o) = {\n  a: \"1\",\n  b: \"true\",\n  c: \"FOO\",\n  d: {\n    e: \"x\"\n  },\n  f: [\n    \"1\",\n    \"y\"\n  ],\n  g: [\n    \"1\",\n    \"2\"\n  ],\n  [x.y]: {\n  }\n};\n")
	f(`option (o) = 1.5e+10; option (p) = - inf; option (q) = [a];`, "\noption (o) = 1.5e+10;\noption (p) = -inf;\noption (q) = [a];\n")

	// Defaults and json_name stand last, whatever the order.
	f(`message A { optional string a = 1 [default = "x\"y", json_name = "b", deprecated = true]; }`,
		"\nmessage A {\n  optional string a = 1 [\n    deprecated = true,\n    default = \"x\\\"y\",\n    json_name = \"b\"\n  ];\n}\n")
	f(`message A { optional bytes a = 1 [default = "xy"]; optional bytes b = 2 [default = "x y"]; optional string c = 3 [default = ""]; }`,
		"\nmessage A {\n  optional bytes a = 1 [default = xy];\n  optional bytes b = 2 [default = \"x y\"];\n  optional string c = 3;\n}\n")

	// Groups, extensions, extend blocks.
	f(`message A { extensions 100 to 199, 500, 1000 to max; extend A { optional int32 x = 100; } optional group G = 1 { optional int32 a = 1; } oneof o { group H = 2 { } } }`,
		"\nmessage A {\n  oneof o {\n    group H = 2 {}\n  }\n\n  optional group G = 1 {\n    optional int32 a = 1;\n  }\n\n  extensions 100 to 199, 500, 1000 to max;\n}\n\nextend A {\n  optional int32 x = 100;\n}\n")
	f(`message A { reserved 1 to 536870911; reserved 5 to max; }`, "\nmessage A {\n  reserved 1 to 536870911;\n  reserved 5 to max;\n}\n")
	f(`import weak "w"; import public "p"; import "i";`, "\nimport \"i\";\nimport weak \"w\";\nimport public \"p\";\n")
}

func TestConfluentPrint(t *testing.T) {
	t.Parallel()
	f := func(in, standard, normalized string, references ...Reference) {
		t.Helper()
		s := mustParse(t, in, references...)
		if diff := cmp.Diff(standard, s.Standard()); diff != "" {
			t.Errorf("%s: -want +got:\n%s", in, diff)
		}
		if diff := cmp.Diff(normalized, s.Normalized()); diff != "" {
			t.Errorf("%s, normalized: -want +got:\n%s", in, diff)
		}
		again := mustParse(t, s.Normalized(), references...)
		if diff := cmp.Diff(s.Normalized(), again.Normalized()); diff != "" {
			t.Errorf("%s, normalized twice: -want +got:\n%s", in, diff)
		}
	}

	f(`syntax = "proto2"; // comment
package p; import "z"; import "y"; import "z"; option java_package = "j"; option deprecated = true;
message A { reserved "x", 9, 7 to 8; optional B b = 2; optional int32 a = 1; map<string, B> m = 3; oneof o { B d = 5; int32 c = 4; } oneof e { } }
message B { extend A { optional int32 x = 100; } } enum E { reserved 5 to max; Y = 2; X = 1 [(o) = { a: 1 }]; }
service S { rpc R (A) returns (stream B); }`,
		"syntax = \"proto2\";\npackage p;\n\nimport \"z\";\nimport \"y\";\nimport \"z\";\n\noption java_package = \"j\";\noption deprecated = true;\n\n"+
			"message A {\n  reserved \"x\", 9, 7 to 8;\n\n  optional B b = 2;\n  optional int32 a = 1;\n  map<string, B> m = 3;\n\n  oneof o {\n    B d = 5;\n    int32 c = 4;\n  }\n  oneof e {}\n}\n"+
			"message B {\n  extend A {\n    optional int32 x = 100;\n  }\n}\nenum E {\n  reserved 5 to max;\n\n  Y = 2;\n  X = 1 [(o) = {\n    a: 1\n  }];\n}\n\n"+
			"service S {\n  rpc R (A) returns (stream B);\n}\n",
		"package p;\n\nimport \"y\";\nimport \"z\";\n\noption deprecated = true;\noption java_package = \"j\";\n\n"+
			"message A {\n  reserved 7 to 8;\n  reserved 9;\n  reserved \"x\";\n\n  optional int32 a = 1;\n  optional .p.B b = 2;\n  map<string, .p.B> m = 3;\n\n  oneof o {\n    int32 c = 4;\n    .p.B d = 5;\n  }\n}\n"+
			"message B {\n  extend .p.A {\n    optional int32 x = 100;\n  }\n}\nenum E {\n  reserved 5 to max;\n\n  X = 1 [(o) = {\n    a: 1\n  }];\n  Y = 2;\n}\n\n"+
			"service S {\n  rpc R (.p.A) returns (stream .p.B);\n}\n")
}

func TestConfluentNamesOptionsInFull(t *testing.T) {
	t.Parallel()
	s := mustParse(t, `syntax = "proto3"; package p.q; import "o.proto"; extend google.protobuf.FieldOptions { string b = 50001; }
		message A { int32 a = 1 [(p.q.b).c = 1, (a) = 2, (.r.o) = 3, (nobody) = 4, deprecated = true]; extend A { string a = 50002; } }`,
		Reference{Name: "o.proto", Text: `syntax = "proto3"; package r; extend A { int32 o = 1; }`})
	want := "int32 a = 1 [\n    deprecated = true,\n    (nobody) = 4,\n    (p.q.A.a) = 2,\n    (p.q.b).c = 1,\n    (r.o) = 3\n  ];\n"
	if got := s.Normalized(); !strings.Contains(got, want) {
		t.Fatalf("%s\nwant\n%s", got, want)
	}
}

func TestKarapaceNormalized(t *testing.T) {
	t.Parallel()
	f := func(in, want string, references ...Reference) {
		t.Helper()
		s := mustParse(t, in, references...)
		got := s.KarapaceNormalized()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", in, diff)
		}
		if again := mustParse(t, got, references...).KarapaceNormalized(); again != got {
			t.Errorf("%s, normalized twice:\n%s", in, cmp.Diff(got, again))
		}
	}
	const head = "syntax = \"proto3\";\npackage p;\n\n"
	other := Reference{Name: "o.proto", Text: `syntax = "proto3"; package q.p; message B { }`}

	f(`syntax = "proto3"; package p; message A { .p.B a = 1; p.B b = 2; B c = 3; map<string, .p.B> d = 4; } message B { }`,
		head+"message A {\n  B a = 1;\n  B b = 2;\n  B c = 3;\n  map<string, .p.B> d = 4;\n}\nmessage B {}\n")
	// Another type ends with the name: it stays as it is.
	f(`syntax = "proto3"; package p; message A { .p.B a = 1; } message B { }`,
		head+"message A {\n  .p.B a = 1;\n}\nmessage B {}\n", other)
	f(`syntax = "proto3"; package p; import "google/protobuf/timestamp.proto"; message A { .google.protobuf.Timestamp a = 1 [b = 1, (a) = 2, deprecated = true]; }`,
		strings.Replace(head, "\n\n", "\n\nimport \"google/protobuf/timestamp.proto\";\n\n", 1)+
			"message A {\n  google.protobuf.Timestamp a = 1 [\n    (a) = 2,\n    b = 1,\n    deprecated = true\n  ];\n}\n")
	f(`syntax = "proto3"; package p; option z = 1; option y = 2; message A { option z = 1; option y = 2; int32 b = 2; // kept
 int32 a = 1; oneof o { option z = 1; option y = 2; } } enum E { option z = 1; option y = 2; V = 0 [z = 1, y = 2]; }
service S { option z = 1; option y = 2; rpc R (.p.A) returns (A) { option z = 1; option y = 2; } } extend .p.A { .p.A x = 1; }`,
		head+"option y = 2;\noption z = 1;\n\nmessage A {\n  option y = 2;\n  option z = 1;\n\n  // kept\n  int32 b = 2;\n  int32 a = 1;\n\n  oneof o {\n    option y = 2;\n    option z = 1;\n  }\n}\n"+
			"enum E {\n  option y = 2;\n  option z = 1;\n  V = 0 [\n    y = 2,\n    z = 1\n  ];\n}\n\nextend .p.A {\n  A x = 1;\n}\n\n"+
			"service S {\n  option y = 2;\n  option z = 1;\n\n  rpc R (.p.A) returns (A) {\n    option y = 2;\n    option z = 1;\n  };\n}\n")
}
