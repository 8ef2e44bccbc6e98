package record

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestSchemaValueInKarapacesForm(t *testing.T) {
	t.Parallel()
	f := func(v SchemaValue, want string) {
		t.Helper()
		if got := string(v.Bytes()); got != want {
			t.Fatalf("\n got %s\nwant %s", got, want)
		}
		back, err := ParseSchemaValue([]byte(want))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(v, back, cmpopts.IgnoreUnexported(SchemaValue{})); diff != "" {
			t.Fatalf("reading %s back (-want +got):\n%s", want, diff)
		}
	}

	f(SchemaValue{Subject: "a-value", Version: 1, ID: 12, Schema: schema.Schema{Type: schema.Avro, Text: `"int"`}},
		`{"subject":"a-value","version":1,"id":12,"schema":"\"int\"","deleted":false}`)
	f(SchemaValue{Subject: "o", Version: 2, ID: 14, Schema: schema.Schema{
		Type: schema.Protobuf, Text: "...",
		References: []schema.Reference{{Name: "m.proto", Subject: "m", Version: 1}},
	}}, `{"subject":"o","version":2,"id":14,"schema":"...","deleted":false,"references":[{"name":"m.proto","subject":"m","version":1}],"schemaType":"PROTOBUF"}`)
	f(SchemaValue{Subject: "a/<é>", Version: 1, ID: 1, Deleted: true, Schema: schema.Schema{Type: schema.JSON, Text: `{"a":"<&>é"}`}},
		`{"subject":"a/<é>","version":1,"id":1,"schema":"{\"a\":\"<&>é\"}","deleted":true,"schemaType":"JSON"}`)
}

func TestParseSchemaValueOfOtherWriters(t *testing.T) {
	t.Parallel()
	f := func(raw string, want SchemaValue) {
		t.Helper()
		got, err := ParseSchemaValue([]byte(raw))
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(SchemaValue{})); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", raw, diff)
		}
		if string(got.Bytes()) != raw {
			t.Fatalf("the bytes changed:\n got %s\nwant %s", got.Bytes(), raw)
		}
	}
	avro := SchemaValue{Subject: "a-value", Version: 1, ID: 12, Schema: schema.Schema{Type: schema.Avro, Text: `"int"`}}

	// Confluent 8 stores the type always.
	f(`{"subject":"a-value","version":1,"id":12,"schemaType":"AVRO","schema":"\"int\"","deleted":false}`, avro)
	// Spaces of Karapace 3.3, escapes of 3.4.5.
	f(`{"subject": "a-value", "version": 1, "id": 12, "schema": "\"int\"", "deleted": false}`, avro)
	f(`{"subject":"a\/b","version":1,"id":12,"schema":"\"\u00e9\/\"","deleted":false}`,
		SchemaValue{Subject: "a/b", Version: 1, ID: 12, Schema: schema.Schema{Type: schema.Avro, Text: `"é/"`}})
	// Metadata and rules are carried, nulls are absences.
	f(`{"subject":"a-value","version":1,"id":12,"metadata":{"tags":{"a":["}"]}},"ruleSet":null,"references":null,"schemaType":null,"md5":"x","schema":"\"int\"","deleted":false}`,
		SchemaValue{Subject: avro.Subject, Version: 1, ID: 12, Schema: avro.Schema, Extra: Extra{Metadata: `{"tags":{"a":["}"]}}`}})
	f(`{"id":12,"schema":"\"int\"","references":[]}`, SchemaValue{ID: 12, Schema: avro.Schema})
	// A type that nobody knows and a text that is no schema are kept.
	f(`{"id":1,"schemaType":"THRIFT","schema":"{"}`, SchemaValue{ID: 1, Schema: schema.Schema{Type: "THRIFT", Text: "{"}})
}

func TestParseSchemaValueRefuses(t *testing.T) {
	t.Parallel()
	f := func(raw string) {
		t.Helper()
		if v, err := ParseSchemaValue([]byte(raw)); err == nil {
			t.Fatalf("%s was read as %+v", raw, v)
		}
	}

	f(``)
	f(`[]`)
	f(`{"id":1}`)
	f(`{"id":1,"schema":null}`)
	f(`{"id":1,"schema":{}}`)
	f(`{"schema":"x"}`)
	f(`{"id":0,"schema":"x"}`)
	f(`{"id":"1","schema":"x"}`)
	f(`{"id":99999999999,"schema":"x"}`)
	f(`{"id":1,"schema":"x","deleted":"no"}`)
	f(`{"id":1,"schema":"x","version":-1}`)
	f(`{"id":1,"schema":"x","subject":5}`)
	f(`{"id":1,"schema":"x","references":{}}`)
	f(`{"id":1,"schema":"x","references":[1]}`)
	f(`{"id":1,"schema":"x","references":[{"name":"n","version":1}]}`)
	f(`{"id":1,"schema":"x","references":[{"name":"n","subject":"s"}]}`)
	f("{\"id\":1,\"schema\":\"\xff\"}")
}

func TestRewritingKeepsWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	parse := func(raw string) SchemaValue {
		t.Helper()
		v, err := ParseSchemaValue([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	f := func(got SchemaValue, want string) {
		t.Helper()
		if string(got.Bytes()) != want {
			t.Fatalf("\n got %s\nwant %s", got.Bytes(), want)
		}
		back := parse(want)
		if diff := cmp.Diff(back, got, cmpopts.IgnoreUnexported(SchemaValue{})); diff != "" {
			t.Fatalf("members and bytes disagree (-bytes +members):\n%s", diff)
		}
		if !bytes.Equal(back.QuotedText(), got.QuotedText()) {
			t.Fatalf("quoted text %s; want %s", got.QuotedText(), back.QuotedText())
		}
	}

	odd := `{"subject": "a\/b", "x": {"y": [1.0e5, "\u00e9\""]}, "version": 3, "id": 7, "schema": "{ \"a\" :\/ 1.0 }", "deleted": false, "md5": "q"}`
	f(parse(odd).WithDeleted(true),
		`{"subject": "a\/b", "x": {"y": [1.0e5, "\u00e9\""]}, "version": 3, "id": 7, "schema": "{ \"a\" :\/ 1.0 }", "deleted": true, "md5": "q"}`)
	f(parse(odd).WithDeleted(true).WithPlace("long subject", 12),
		`{"subject": "long subject", "x": {"y": [1.0e5, "\u00e9\""]}, "version": 12, "id": 7, "schema": "{ \"a\" :\/ 1.0 }", "deleted": false, "md5": "q"}`)
	f(parse(`{"subject":"s","version":1,"id":7,"schema":"x"}`).WithDeleted(true),
		`{"subject":"s","version":1,"id":7,"schema":"x","deleted":true}`)
	f(parse(`{"subject":"s","version":1,"id":7,"deleted":false,"schema":"x","deleted":false}`).WithDeleted(true),
		`{"subject":"s","version":1,"id":7,"deleted":true,"schema":"x","deleted":true}`)
	f(SchemaValue{Subject: "s", Version: 1, ID: 7, Schema: schema.Schema{Type: schema.Avro, Text: "x"}}.WithDeleted(true).WithPlace("t", 2),
		`{"subject":"t","version":2,"id":7,"schema":"x","deleted":false}`)
}

func TestFourFormsOfDeletion(t *testing.T) {
	t.Parallel()
	f := func(value []byte, want bool) {
		t.Helper()
		if got := IsDelete(value); got != want {
			t.Fatalf("IsDelete(%q) = %t", value, got)
		}
	}

	f(nil, true)
	f([]byte{}, true)
	f([]byte("null"), true)
	f([]byte(`""`), true)
	f([]byte(" null\n"), true)
	f([]byte("{}"), false)
	f([]byte("0"), false)
	f([]byte(`"null"`), false)
}

func TestConfigValue(t *testing.T) {
	t.Parallel()
	f := func(raw string, level schema.Level, next, want string) {
		t.Helper()
		v, err := ParseConfigValue([]byte(raw))
		if err != nil || v.Level != level || string(v.Bytes()) != raw {
			t.Fatalf("%s: %+v, %v", raw, v, err)
		}
		if got := v.WithLevel(schema.Level(next)); string(got.Bytes()) != want || got.Level != schema.Level(next) {
			t.Fatalf("%s with level %s:\n got %s\nwant %s", raw, next, got.Bytes(), want)
		}
	}

	f(`{"compatibilityLevel":"BACKWARD"}`, schema.Backward, "FULL", `{"compatibilityLevel":"FULL"}`)
	f(`{"subject":"s","compatibilityLevel":"NONE","normalize":true}`, schema.None, "FULL", `{"subject":"s","compatibilityLevel":"FULL","normalize":true}`)
	f(`{"subject":"s","alias":"t"}`, "", "FULL", `{"subject":"s","alias":"t","compatibilityLevel":"FULL"}`)
	f(`{}`, "", "FULL", `{"compatibilityLevel":"FULL"}`)

	for _, raw := range []string{`{"compatibilityLevel":"full"}`, `{"compatibilityLevel":1}`, `1`, `{`} {
		if v, err := ParseConfigValue([]byte(raw)); err == nil {
			t.Fatalf("%s was read as %+v", raw, v)
		}
	}
	built := ConfigValue{Level: schema.Forward}
	if got := string(built.Bytes()); got != `{"compatibilityLevel":"FORWARD"}` {
		t.Fatal(got)
	}
	if built.Empty() || !(ConfigValue{}).Empty() {
		t.Fatal("only the value without members is empty")
	}
	stored, _ := ParseConfigValue([]byte(`{"normalize": true}`))
	if m, ok := stored.Member("normalize"); !ok || string(m) != "true" || stored.Empty() {
		t.Fatalf("member %s, %t", m, ok)
	}
}

func TestOtherValues(t *testing.T) {
	t.Parallel()
	f := func(got []byte, want string) {
		t.Helper()
		if string(got) != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}

	f(ModeValue{Subject: "s", Mode: schema.ReadOnly}.Bytes(), `{"subject":"s","mode":"READONLY"}`)
	f(ModeValue{Mode: schema.ReadWrite}.Bytes(), `{"mode":"READWRITE"}`)
	f(DeleteSubjectValue{Subject: "s", Version: 3}.Bytes(), `{"subject":"s","version":3}`)
	f(NoopValue{MaxID: 1234}.Bytes(), `{"maxId":1234}`)
	f(NoopValue{MaxID: 5, Contexts: map[string]schema.ID{".eu": 3, ".ab": 1}}.Bytes(), `{"maxId":5,"contexts":{".ab":1,".eu":3}}`)

	if m, err := ParseModeValue([]byte(`{"mode":"READONLY","subject":"s"}`)); err != nil || m != (ModeValue{"s", schema.ReadOnly}) {
		t.Fatal(m, err)
	}
	if _, err := ParseModeValue([]byte(`{"mode":"read"}`)); err == nil {
		t.Fatal("an unknown mode was read")
	}
	if d, err := ParseDeleteSubjectValue([]byte(`{"version":3,"subject":"s"}`)); err != nil || d != (DeleteSubjectValue{"s", 3}) {
		t.Fatal(d, err)
	}
	if _, err := ParseDeleteSubjectValue([]byte(`{"subject":"s"}`)); err == nil {
		t.Fatal("a deletion without a version was read")
	}
}

func TestNoopValueOfAnybody(t *testing.T) {
	t.Parallel()
	f := func(raw string, want NoopValue) {
		t.Helper()
		if diff := cmp.Diff(want, ParseNoopValue([]byte(raw))); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", raw, diff)
		}
	}

	f(``, NoopValue{})
	f(`null`, NoopValue{})
	f(`garbage`, NoopValue{})
	f(`[1]`, NoopValue{})
	f(`{"maxId":"7"}`, NoopValue{})
	f(`{"maxId":-7}`, NoopValue{})
	f(`{"maxId":99999999999}`, NoopValue{})
	f(`{"maxId":7,"contexts":[]}`, NoopValue{MaxID: 7})
	f(`{"contexts":{".eu":3,".x":"a"},"maxId":7}`, NoopValue{MaxID: 7, Contexts: map[string]schema.ID{".eu": 3}})

	low, high := NoopValue{MaxID: 7}, NoopValue{MaxID: 7, Contexts: map[string]schema.ID{".eu": 1}}
	if !high.Covers(low) || low.Covers(high) || (NoopValue{MaxID: 6}).Covers(low) {
		t.Fatal("marks cover each other wrongly")
	}
}

func FuzzSchemaValue(f *testing.F) {
	for _, seed := range []string{
		`{"subject":"a-value","version":1,"id":12,"schema":"\"int\"","deleted":false}`,
		`{"subject":"o","version":2,"id":14,"schemaType":"PROTOBUF","references":[{"name":"m.proto","subject":"m","version":1}],"schema":"...","deleted":false}`,
		`{"subject": "a\/b", "version": 1, "id": 12, "schema": "\"\u00e9\ud800\"", "deleted": true}`,
		`{"id":1,"schema":"","metadata":{"tags":{}},"x":[{"a":"]"},{}]}`,
		`{"id":1,"schema":"a","id":2,"schema":"b"}`,
		`{}`, `{"schema":"`, "null",
	} {
		f.Add([]byte(seed), "s", int32(1))
	}
	f.Fuzz(func(t *testing.T, raw []byte, subject string, version int32) {
		v, err := ParseSchemaValue(raw)
		if err != nil {
			return
		}
		d, err := ParseSchemaValue(v.WithDeleted(true).Bytes())
		if err != nil || !d.Deleted || !bytes.Equal(d.QuotedText(), v.QuotedText()) || d.ID != v.ID {
			t.Fatalf("%q deleted is %q: %v", raw, v.WithDeleted(true).Bytes(), err)
		}
		if version < 1 {
			return
		}
		p, err := ParseSchemaValue(v.WithPlace(schema.Subject(subject), schema.Version(version)).Bytes())
		if err != nil || p.Version != schema.Version(version) || p.Deleted || p.Schema.Text != v.Schema.Text {
			t.Fatalf("%q moved is %+v: %v", raw, p, err)
		}
	})
}

func FuzzOtherValues(f *testing.F) {
	f.Add([]byte(`{"subject":"s","compatibilityLevel":"BACKWARD","alias":"t"}`))
	f.Add([]byte(`{"mode":"READONLY"}`))
	f.Add([]byte(`{"maxId":7,"contexts":{".eu":3}}`))
	f.Add([]byte(`{"subject":"s","version":3}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		IsDelete(raw)
		if c, err := ParseConfigValue(raw); err == nil {
			next, err := ParseConfigValue(c.WithLevel(schema.Full).Bytes())
			if err != nil || next.Level != schema.Full {
				t.Fatalf("%q with another level: %+v, %v", raw, next, err)
			}
		}
		if m, err := ParseModeValue(raw); err == nil {
			if _, err := ParseModeValue(m.Bytes()); err != nil {
				t.Fatal(err)
			}
		}
		if d, err := ParseDeleteSubjectValue(raw); err == nil {
			if back, err := ParseDeleteSubjectValue(d.Bytes()); err != nil || back != d {
				t.Fatal(back, err)
			}
		}
		if n := ParseNoopValue(raw); !ParseNoopValue(n.Bytes()).Covers(n) {
			t.Fatalf("%q lost a mark", raw)
		}
	})
}
