package schemacli

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func jsonFiles(t *testing.T) func(name string) string {
	t.Helper()
	return files(t, map[string]string{
		"1.json":      `{"type":"object","properties":{"a":{"type":"string"}}}`,
		"2.json":      `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}`,
		"3.json":      `{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`,
		"4.json":      `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"additionalProperties":false}`,
		"row.json":    `{"items":{"$ref":"n.json"}}`,
		"draft4.json": `{"$schema":"http://json-schema.org/draft-04/schema#","maximum":1.50,"exclusiveMaximum":true}`,
		"bad.json":    `{"type":"text"}`,
		"1.avsc":      v1,
	})
}

func TestCheckOfJSONSchema(t *testing.T) {
	t.Parallel()
	at := jsonFiles(t)
	f, fails := checks(t, at)
	const open, closed = "1.json", "3.json"
	f("2.json: incompatible (BACKWARD) with 1.json\n"+
		"  #/properties/b  OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL: The new schema has an open content model and has a property or item at path '#/properties/b' which is missing in the old schema\n",
		CheckOptions{Flavour: schema.Confluent}, open, "2.json")
	f("2.json: compatible (BACKWARD)\n", CheckOptions{Flavour: schema.Confluent, Policy: format.Lenient}, open, "2.json")
	f("2.json: compatible (FORWARD)\n", CheckOptions{Level: schema.Forward}, open, "2.json")
	f("4.json: compatible (BACKWARD)\n", CheckOptions{}, closed, "4.json")
	f("row.json: compatible (BACKWARD)\n", CheckOptions{Options: Options{References: []Reference{{"n.json", at(closed)}}}}, "row.json", "row.json")
	fails("the reference \"n.json\" leads nowhere", CheckOptions{Flavour: schema.Confluent}, "row.json", "row.json")
	fails("exclusiveMaximum is a number, not a boolean, at /exclusiveMaximum", CheckOptions{}, open, "draft4.json")
	f("draft4.json: compatible (NONE)\n", CheckOptions{Level: schema.None, Flavour: schema.Confluent}, open, "draft4.json")
	fails(`"text" is not a type`, CheckOptions{}, open, "bad.json")
	low := format.DefaultLimits()
	low.MaxDepth = 2
	fails("(limit schema_max_depth = 2)", CheckOptions{Options: Options{Limits: &low}}, "1.avsc", "4.json")
}

func TestLintOfJSONSchema(t *testing.T) {
	t.Parallel()
	at := jsonFiles(t)
	problems, err := Lint([]string{at("1.json"), at("row.json"), at("draft4.json"), at("bad.json")}, Options{})
	var got []string
	for _, p := range problems {
		got = append(got, p.Rule+" "+p.Path+" "+p.RefusedBy)
	}
	want := []string{"reference  confluent", "draft-7 /exclusiveMaximum karapace", "parse  "}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v %s", err, diff)
	}
	if refused := RefusedBy(problems, "karapace"); len(refused) != 2 {
		t.Fatalf("%+v", refused)
	}
}

func TestPrettyOfJSONSchema(t *testing.T) {
	t.Parallel()
	at := jsonFiles(t)
	text, changed, err := Pretty(at("draft4.json"), Options{})
	const want = `{"$schema": "http://json-schema.org/draft-04/schema#", "maximum": 1.50, "exclusiveMaximum": true}` + "\n"
	if err != nil || !changed || string(text) != want {
		t.Fatalf("%v, %t\n%s", err, changed, text)
	}
}
