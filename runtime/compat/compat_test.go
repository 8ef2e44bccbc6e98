package compat

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func parse(t testing.TB, text string) format.Parsed {
	t.Helper()
	p, err := format.Parse(schema.Schema{Type: schema.Avro, Text: text}, nil, format.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func versions(t testing.TB, texts ...string) []Previous {
	t.Helper()
	list := make([]Previous, len(texts))
	for i, text := range texts {
		list[i] = Previous{Version: schema.Version(i + 1), Parsed: parse(t, text), Text: text}
	}
	return list
}

func TestLevels(t *testing.T) {
	t.Parallel()
	const narrow, wide, unlike = `"int"`, `"long"`, `"boolean"`
	f := func(level schema.Level, next, old string, fits bool) {
		t.Helper()
		for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			v := Check(level, parse(t, next), versions(t, old), flavour)
			if v.Compatible() != fits || v.Level != level {
				t.Fatalf("%s %s: %s after %s: %+v", flavour, level, next, old, v)
			}
			if again := Check(level, parse(t, next), nil, flavour); !again.Compatible() {
				t.Fatalf("%s: the first version is incompatible", level)
			}
		}
	}

	for _, level := range []schema.Level{schema.Backward, schema.BackwardTransitive} {
		f(level, wide, narrow, true)
		f(level, narrow, wide, false)
	}
	for _, level := range []schema.Level{schema.Forward, schema.ForwardTransitive} {
		f(level, wide, narrow, false)
		f(level, narrow, wide, true)
	}
	for _, level := range []schema.Level{schema.Full, schema.FullTransitive} {
		f(level, wide, narrow, false)
		f(level, narrow, wide, false)
		f(level, wide, wide, true)
	}
	f(schema.None, unlike, narrow, true)
}

// BACKWARD of a pair is FORWARD of the pair turned round.
func TestDirectionsAreDual(t *testing.T) {
	t.Parallel()
	texts := []string{`"int"`, `"long"`, `["null","int"]`, `{"type":"record","name":"R","fields":[]}`,
		`{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`}
	for _, a := range texts {
		for _, b := range texts {
			backward := Check(schema.Backward, parse(t, a), versions(t, b), schema.Karapace).Compatible()
			forward := Check(schema.Forward, parse(t, b), versions(t, a), schema.Karapace).Compatible()
			full := Check(schema.Full, parse(t, a), versions(t, b), schema.Karapace).Compatible()
			back := Check(schema.Backward, parse(t, b), versions(t, a), schema.Karapace).Compatible()
			if backward != forward || full != (backward && back) {
				t.Fatalf("%s, %s: backward %t, forward turned round %t, full %t", a, b, backward, forward, full)
			}
		}
	}
}

// Both registries stop at the first version that fails, Karapace from the
// oldest on, Confluent's from the newest on.
func TestOrderOfVersions(t *testing.T) {
	t.Parallel()
	previous := versions(t, `"boolean"`, `"int"`, `"string"`)
	f := func(flavour schema.Flavour, against schema.Version, message string) {
		t.Helper()
		v := Check(schema.BackwardTransitive, parse(t, `"int"`), previous, flavour)
		if v.Against != against || len(v.Findings) != 1 || !strings.Contains(v.Messages(flavour)[0], message) {
			t.Fatalf("%s: %+v", flavour, v)
		}
	}

	f(schema.Karapace, 1, "reader type: int not compatible with writer type: boolean")
	f(schema.Confluent, 3, "reader type: INT not compatible with writer type: STRING")
}

const (
	before = `{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"int"},{"name":"gone","type":"int"}]}`
	after  = `{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"string"},{"name":"b","type":"int"}]}`
)

func TestKarapaceTexts(t *testing.T) {
	t.Parallel()
	f := func(level schema.Level, want ...string) {
		t.Helper()
		v := Check(level, parse(t, after), versions(t, before), schema.Karapace)
		if diff := cmp.Diff(want, v.Messages(schema.Karapace)); diff != "" {
			t.Fatalf("%s: %s", level, diff)
		}
		message := "Incompatible schema, compatibility_mode=" + string(level) + ". Incompatibilities: " + strings.Join(want, ", ")
		if got := v.RegisterMessage(schema.Karapace, "s"); got != message {
			t.Fatalf("got  %s\nwant %s", got, message)
		}
	}

	f(schema.Backward, "reader type: string not compatible with writer type: int", "b")
	f(schema.Forward, "reader type: int not compatible with writer type: string", "gone")
	f(schema.Full, "reader type: string not compatible with writer type: int", "b",
		"reader type: int not compatible with writer type: string", "gone")
}

func TestKarapaceListsEqualMessagesOnce(t *testing.T) {
	t.Parallel()
	record := func(typ string) string {
		return `{"type":"record","name":"R","fields":[{"name":"a","type":"` + typ + `"},{"name":"b","type":"` + typ + `"}]}`
	}
	v := Check(schema.Backward, parse(t, record("string")), versions(t, record("int")), schema.Karapace)
	if got := v.Messages(schema.Karapace); len(got) != 1 || len(v.Findings) != 2 {
		t.Fatalf("%q of %d findings", got, len(v.Findings))
	}
	if got := v.Messages(schema.Confluent); len(got) != 2+3 {
		t.Fatalf("%q", got)
	}
}

func TestKarapaceCutsAt300Characters(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("é", 200)
	next := `{"type":"record","name":"R","fields":[{"name":"` + name + `","type":"int"},{"name":"` + name + `x","type":"int"}]}`
	v := Check(schema.Backward, parse(t, next), versions(t, `{"type":"record","name":"R","fields":[]}`), schema.Karapace)
	_, list, _ := strings.Cut(v.RegisterMessage(schema.Karapace, "s"), "Incompatibilities: ")
	if !utf8.ValidString(list) || utf8.RuneCountInString(list) != 300 || !strings.HasPrefix(list, name+", é") {
		t.Fatalf("%d characters: %s", utf8.RuneCountInString(list), list)
	}
	if got := v.Messages(schema.Karapace); len(got) != 2 || got[1] != name+"x" {
		t.Fatalf("the endpoint's list is cut: %q", got)
	}
}

func TestConfluentTexts(t *testing.T) {
	t.Parallel()
	typ := func(reader, writer, r, w string) string {
		return "{errorType:'TYPE_MISMATCH', description:'The type (path '/fields/0/type') of a field in the " + reader +
			" schema does not match with the " + writer + " schema', additionalInfo:'reader type: " + r + " not compatible with writer type: " + w + "'}"
	}
	missing := func(name, reader, writer string) string {
		return "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field '" + name + "' at path '/fields/1' in the " + reader +
			" schema has no default value and is missing in the " + writer + " schema', additionalInfo:'" + name + "'}"
	}
	f := func(level schema.Level, want ...string) {
		t.Helper()
		v := Check(level, parse(t, after), versions(t, before), schema.Confluent)
		want = append(want, "{oldSchemaVersion: 1}", "{oldSchema: '"+before+"'}", "{validateFields: 'false', compatibility: '"+string(level)+"'}")
		if diff := cmp.Diff(want, v.Messages(schema.Confluent)); diff != "" {
			t.Fatalf("%s: %s", level, diff)
		}
		message := `Schema being registered is incompatible with an earlier schema for subject "t-value", details: [` + strings.Join(want, ", ") + `]`
		if got := v.RegisterMessage(schema.Confluent, "t-value"); got != message {
			t.Fatalf("got  %s\nwant %s", got, message)
		}
	}

	backward := []string{typ("new", "old", "STRING", "INT"), missing("b", "new", "old")}
	forward := []string{typ("old", "new", "INT", "STRING"), missing("gone", "old", "new")}
	f(schema.Backward, backward...)
	f(schema.Forward, forward...)
	f(schema.Full, append(forward, backward...)...)
}

func TestConfluentCutsTheOldText(t *testing.T) {
	t.Parallel()
	old := `{"type":"fixed","name":"F","size":1,"doc":"` + strings.Repeat("x", 20_000) + `"}`
	v := Check(schema.Backward, parse(t, `"int"`), versions(t, old), schema.Confluent)
	messages := v.Messages(schema.Confluent)
	if got := messages[len(messages)-2]; len(got) != len("{oldSchema: ''}")+10<<10 {
		t.Fatalf("%d characters", len(got))
	}
}

func TestDifferentTypes(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour, want string) {
		t.Helper()
		for _, level := range []schema.Level{schema.Backward, schema.Forward, schema.FullTransitive} {
			v := Check(level, stored(t, schema.JSON, `{}`), versions(t, `"int"`), flavour)
			if v.Compatible() || len(v.Findings) != 1 || v.Messages(flavour)[0] != want {
				t.Fatalf("%+v", v)
			}
		}
	}

	f(schema.Karapace, "Comparing different schema types: SchemaType.AVRO with SchemaType.JSONSCHEMA")
	f(schema.Confluent, "Incompatible because of different schema type")
}

// A property that an open schema did not have is what the lenient policy puts
// up with. Karapace knows no policies.
func TestPolicy(t *testing.T) {
	t.Parallel()
	open := []Previous{{Version: 1, Parsed: stored(t, schema.JSON, `{"type":"object"}`)}}
	next := stored(t, schema.JSON, `{"type":"object","properties":{"a":{"type":"string"}}}`)
	f := func(flavour schema.Flavour, policy string, fits bool) {
		t.Helper()
		r := Rules{Level: schema.Backward, Flavour: flavour, Policy: PolicyOf(policy)}
		if v := r.Check(next, open); v.Compatible() != fits {
			t.Fatalf("%s, %q: %+v", flavour, policy, v)
		}
	}

	f(schema.Confluent, "", false)
	f(schema.Confluent, "STRICT", false)
	f(schema.Confluent, "LOGICAL", false)
	f(schema.Confluent, "LENIENT", true)
	f(schema.Karapace, "LENIENT", false)
}

// The last message of a verdict repeats the setting, whatever the type.
func TestValidateFieldsInMessages(t *testing.T) {
	t.Parallel()
	f := func(typ schema.Type, before, after string) {
		t.Helper()
		for _, set := range []bool{false, true} {
			r := Rules{Level: schema.Backward, Flavour: schema.Confluent, ValidateFields: set}
			messages := r.Check(stored(t, typ, after), []Previous{{Version: 1, Parsed: stored(t, typ, before)}}).Messages(schema.Confluent)
			want := fmt.Sprintf("{validateFields: '%t', compatibility: 'BACKWARD'}", set)
			if len(messages) == 0 || messages[len(messages)-1] != want {
				t.Errorf("%s: %v, want %s", typ, messages, want)
			}
		}
	}

	f(schema.Avro, `"int"`, `"string"`)
	f(schema.JSON, `{"type":"string"}`, `{"type":"integer"}`)
	f(schema.Protobuf, `syntax = "proto3"; message A { string a = 1; }`, `syntax = "proto3"; message A { int32 a = 1; }`)
}

func TestCompatibleVerdictSaysNothing(t *testing.T) {
	t.Parallel()
	v := Check(schema.Full, parse(t, `"int"`), versions(t, `"int"`), schema.Confluent)
	if !v.Compatible() || v.Messages(schema.Confluent) != nil || v.RegisterMessage(schema.Confluent, "s") != "" {
		t.Fatalf("%+v", v)
	}
}

// A thousand versions of a record of 20 fields, parsed already: the figure of
// the product is 3 ms.
// thousandVersions are versions of a record of 20 fields whose texts all
// differ, as those of a real subject do, in the form in which the log has them.
func thousandVersions() []string {
	texts := make([]string, 1000)
	for v := range texts {
		var fields []string
		for i := range 20 {
			fields = append(fields, fmt.Sprintf(`{"default":null,"name":"f%d","type":["null","string"]}`, i))
		}
		texts[v] = fmt.Sprintf(`{"doc":"version %d","fields":[%s],"name":"R","type":"record"}`, v, strings.Join(fields, ","))
	}
	return texts
}

func BenchmarkTransitive1000VersionsCached(b *testing.B) {
	texts := thousandVersions()
	previous, next := versions(b, texts...), parse(b, texts[0])
	b.ReportAllocs()
	for b.Loop() {
		if !Check(schema.BackwardTransitive, next, previous, schema.Karapace).Compatible() {
			b.Fatal("incompatible")
		}
	}
}

func BenchmarkTransitive1000VersionsCold(b *testing.B) {
	texts := thousandVersions()
	b.ReportAllocs()
	for b.Loop() {
		if !Check(schema.BackwardTransitive, parse(b, texts[0]), versions(b, texts...), schema.Karapace).Compatible() {
			b.Fatal("incompatible")
		}
	}
}
