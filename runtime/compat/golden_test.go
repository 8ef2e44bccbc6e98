package compat

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/testkit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// history is a subject with a candidate for its next version.
type history struct {
	name     string
	typ      schema.Type
	previous []string
	next     string
}

func histories() []history {
	const record = `{"type":"record","name":"R","namespace":"n","fields":[%s]}`
	const proto = "syntax = \"proto3\";\npackage p;\n%s"
	return []history{
		{"avro: a field changes its type, one is new without default, one is gone", schema.Avro,
			[]string{fmt.Sprintf(record, `{"name":"a","type":"int"},{"name":"gone","type":"int"}`)},
			fmt.Sprintf(record, `{"name":"a","type":"string"},{"name":"b","type":"int"}`)},
		{"avro: only the oldest version is in the way", schema.Avro,
			[]string{`"string"`, `"int"`, `"int"`}, `"int"`},
		{"avro: oldest and newest are in the way", schema.Avro,
			[]string{`"string"`, `"int"`, `"boolean"`}, `"int"`},
		{"avro: symbols, sizes, names, branches", schema.Avro,
			[]string{fmt.Sprintf(record, `{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},`+
				`{"name":"f","type":{"type":"fixed","name":"F","size":1}},{"name":"u","type":["null","int"]}`)},
			fmt.Sprintf(record, `{"name":"e","type":{"type":"enum","name":"E","symbols":["A"]}},`+
				`{"name":"f","type":{"type":"fixed","name":"G","size":2}},{"name":"u","type":["null","string"]}`)},
		{"avro: nothing is wrong", schema.Avro, []string{`"int"`}, `"int"`},
		{"json: a property changes its type, a required one is new", schema.JSON,
			[]string{`{"type":"object","properties":{"a":{"type":"integer"}}}`},
			`{"type":"object","properties":{"a":{"type":"string","maxLength":5},"b":{"type":"string"}},"required":["b"]}`},
		{"json: limits, patterns, items, branches", schema.JSON,
			[]string{`{"properties":{"l":{"type":"string","maxLength":5,"pattern":"a"},"i":{"type":"array","items":[{}]},"o":{"oneOf":[{"type":"string"},{"type":"null"}]}}}`},
			`{"properties":{"l":{"type":"string","maxLength":3,"pattern":"b"},"i":{"type":"array","items":[{},{"type":"string"}],"additionalItems":false},"o":{"oneOf":[{"type":"string"}]}}}`},
		{"json: only the oldest version is in the way", schema.JSON,
			[]string{`{"type":"string"}`, `{"type":"integer"}`, `{"type":"integer"}`}, `{"type":"integer"}`},
		{"json: a closed schema gets an optional property", schema.JSON,
			[]string{`{"type":"object","additionalProperties":false}`}, `{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`},
		{"json: a recursive schema becomes narrower", schema.JSON,
			[]string{`{"type":"object","properties":{"v":{"type":"number"},"next":{"$ref":"#"}},"additionalProperties":false}`},
			`{"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#"}},"additionalProperties":false}`},
		{"protobuf: a field leaves its type group, a message is gone", schema.Protobuf,
			[]string{fmt.Sprintf(proto, "message A { int32 x = 1; B b = 2; }\nmessage B { int32 y = 1; }\nmessage C { }")},
			fmt.Sprintf(proto, "message A { string x = 1; B b = 2; }\nmessage B { double y = 1; }")},
		{"protobuf: another package", schema.Protobuf,
			[]string{"syntax = \"proto3\";\npackage q;\nmessage A { int32 x = 1; }"}, fmt.Sprintf(proto, "message A { int32 x = 1; }")},
	}
}

func stored(t testing.TB, typ schema.Type, text string) format.Parsed {
	t.Helper()
	p, err := format.ParseStored(schema.Schema{Type: typ, Text: text}, nil, format.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestVerdicts pins what clients of each flavour read, for each level. The
// caller of Check picks the versions; here as the registry does.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
		var b strings.Builder
		for _, h := range histories() {
			fmt.Fprintf(&b, "# %s\n", h.name)
			for _, level := range schema.Levels() {
				writeVerdict(t, &b, h, level, flavour)
			}
		}
		testkit.Golden(t, "testdata/verdicts-"+string(flavour)+".golden", []byte(b.String()), *update)
	}
}

func writeVerdict(t *testing.T, b *strings.Builder, h history, level schema.Level, flavour schema.Flavour) {
	t.Helper()
	var previous []Previous
	for i, text := range h.previous {
		previous = append(previous, Previous{Version: schema.Version(i + 1), Parsed: stored(t, h.typ, text), Text: text})
	}
	if !level.Transitive() {
		previous = previous[len(previous)-1:]
	}
	v := Check(level, stored(t, h.typ, h.next), previous, flavour)
	if v.Compatible() {
		fmt.Fprintf(b, "%s: compatible\n", level)
		return
	}
	fmt.Fprintf(b, "%s: incompatible with version %s\n", level, v.Against)
	for _, m := range v.Messages(flavour) {
		fmt.Fprintf(b, "  %s\n", strings.ReplaceAll(m, "\n", `\n`))
	}
	fmt.Fprintf(b, "  = %s\n", strings.ReplaceAll(v.RegisterMessage(flavour, "s-value"), "\n", `\n`))
}
