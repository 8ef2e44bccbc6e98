package format

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func tagged(path string, record bool, tags ...string) Tagged {
	return Tagged{Entity{Path: path, Record: record}, tags}
}

func TestInlineTags(t *testing.T) {
	t.Parallel()
	// f adds tags, finds them, and takes them out again.
	f := func(typ schema.Type, text string, add []Tagged, want string) {
		t.Helper()
		plain := schema.Schema{Type: typ, Text: text}
		got, err := Retag(plain, TagEdit{Add: add}, DefaultLimits())
		if err != nil || got != want {
			t.Fatalf("%v\ngot  %s\nwant %s", err, got, want)
		}
		found, err := Tags(schema.Schema{Type: typ, Text: got}, DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		for i := range add {
			add[i].Entity = add[i].plain()
		}
		for _, a := range add {
			ok := false
			for _, g := range found {
				ok = ok || g.Entity == a.Entity && strings.Contains(strings.Join(g.Tags, " "), strings.Join(a.Tags, " "))
			}
			if !ok {
				t.Fatalf("%+v is not among %+v", a, found)
			}
		}
		back, err := Retag(schema.Schema{Type: typ, Text: got}, TagEdit{Remove: add}, DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if typ == schema.Protobuf {
			if text, err = CanonicalText(plain, DefaultLimits()); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(text, back); diff != "" {
			t.Fatal(diff)
		}
	}

	f(schema.Avro, `{"type":"record","name":"myrecord","fields":[{"name":"f1","type":"string"}]}`,
		[]Tagged{tagged("myrecord", true, "TAG1", "TAG2"), tagged(".myrecord.f1", false, "A")},
		`{"type":"record","name":"myrecord","fields":[{"name":"f1","type":"string","confluent:tags":["A"]}],"confluent:tags":["TAG1","TAG2"]}`)
	f(schema.Avro, `["null",{"type":"array","items":{"type":"record","name":"b.R","fields":[{"name":"x","type":{"type":"record","name":"In","fields":[{"name":"y","type":["null",{"type":"map","values":{"type":"record","name":"M","namespace":"","fields":[]}}]}]}}]}}]`,
		[]Tagged{tagged("b.R.x", false, "1"), tagged("b.In", true, "2"), tagged("b.In.y", false, "3"), tagged("M", true, "4")},
		`["null",{"type":"array","items":{"type":"record","name":"b.R","fields":[{"name":"x","type":{"type":"record","name":"In","fields":[{"name":"y","type":["null",{"type":"map","values":{"type":"record","name":"M","namespace":"","fields":[],"confluent:tags":["4"]}}],"confluent:tags":["3"]}],"confluent:tags":["2"]},"confluent:tags":["1"]}]}}]`)
	f(schema.JSON, `{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"b":{"type":"string"}}}},"c":{"allOf":[{"type":"object","properties":{"d":{}}}]},"n":{"not":{"type":"object","properties":{"e":{}}}}}}`,
		[]Tagged{
			tagged("object", true, "0"), tagged("object.a.array.object.b", false, "1"), tagged("object.c.allof.0.object.d", false, "2"),
			tagged("object.n.not.object.e", false, "3"), tagged("object.a.array.object", true, "4"),
		},
		`{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"b":{"type":"string","confluent:tags":["1"]}},"confluent:tags":["4"]}},"c":{"allOf":[{"type":"object","properties":{"d":{"confluent:tags":["2"]}}}]},"n":{"not":{"type":"object","properties":{"e":{"confluent:tags":["3"]}}}}},"confluent:tags":["0"]}`)
	f(schema.Protobuf, "syntax = \"proto3\";\npackage com.example;\n\nmessage Message1 {\n  string f1 = 1;\n  string f2 = 2;\n\n  message In {\n    oneof o {\n      int32 g = 1;\n    }\n  }\n}\n",
		[]Tagged{tagged("Message1.f1", false, "TAG1"), tagged(".Message1.f1", false, "TAG2"), tagged("Message1.In", true, "M"), tagged("Message1.In.g", false, "G")},
		"syntax = \"proto3\";\npackage com.example;\n\nmessage Message1 {\n  string f1 = 1 [(confluent.field_meta) = {\n    tags: [\n      \"TAG1\",\n      \"TAG2\"\n    ]\n  }];\n  string f2 = 2;\n\n  message In {\n    option (confluent.message_meta) = {\n      tags: [\n        \"M\"\n      ]\n    };\n  \n    oneof o {\n      int32 g = 1 [(confluent.field_meta) = {\n        tags: [\n          \"G\"\n        ]\n      }];\n    }\n  }\n}\n")
}

func TestTagsOfStrangeSchemas(t *testing.T) {
	t.Parallel()
	f := func(typ schema.Type, text string, edit TagEdit, want string) {
		t.Helper()
		got, err := Retag(schema.Schema{Type: typ, Text: text}, edit, DefaultLimits())
		if want == "" && err == nil || want != "" && (err != nil || got != want) {
			t.Fatalf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
	add := TagEdit{Add: []Tagged{tagged("R", true, "x")}}

	f(schema.Avro, `"int"`, add, "")
	f(schema.Avro, `{`, add, "")
	f("THRIFT", ``, add, "")
	f(schema.Avro, `{"type":"record","name":"R","fields":7,"confluent:tags":"y"}`, add, `{"type":"record","name":"R","fields":7,"confluent:tags":["x"]}`)
	f(schema.Avro, `{"type":{"type":"record","name":"R","fields":[7]}}`, add, `{"type":{"type":"record","name":"R","fields":[7],"confluent:tags":["x"]}}`)
	f(schema.Avro, `"int"`, TagEdit{Carry: add.Add}, `"int"`)
	f(schema.Avro, `"int"`, TagEdit{Remove: add.Add}, "")
	f(schema.JSON, `true`, add, "")
	f(schema.JSON, `{"properties":[{}]}`, TagEdit{Carry: add.Add}, `{"properties":[{}]}`)
	f(schema.Protobuf, `message {`, add, "")
	f(schema.Protobuf, "message R {\n  option (confluent.message_meta).tags = \"y\";\n  option (confluent.message_meta) = { doc: \"d\" };\n}", add,
		"\nmessage R {\n  option (confluent.message_meta) = {\n    doc: \"d\",\n    tags: [\n      \"y\",\n      \"x\"\n    ]\n  };\n}\n")
}

func FuzzTags(f *testing.F) {
	for _, seed := range []string{`{"type":"record","name":"R","fields":[{"name":"a","type":"int"}],"confluent:tags":["x"]}`, `{"properties":{"a":true}}`, `message R { int32 a = 1 [(confluent.field_meta).tags = "x"]; }`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, typ := range []schema.Type{schema.Avro, schema.JSON, schema.Protobuf} {
			found, err := Tags(schema.Schema{Type: typ, Text: text}, DefaultLimits())
			if err != nil {
				continue
			}
			// What is found can be taken out.
			if _, err := Retag(schema.Schema{Type: typ, Text: text}, TagEdit{Remove: found}, DefaultLimits()); err != nil {
				t.Fatalf("%s: %v", typ, err)
			}
		}
	})
}
