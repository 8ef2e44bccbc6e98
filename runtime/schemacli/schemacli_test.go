package schemacli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// files writes texts into a new folder, where the test finds them by name.
func files(t *testing.T, texts map[string]string) func(name string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string { return filepath.Join(dir, name) }
}

const (
	v1       = `{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`
	v2       = `{"type":"record","name":"R","fields":[{"name":"a","type":"long"}]}`
	v3       = `{"type":"record","name":"R","fields":[{"name":"a","type":"long"},{"name":"b","type":"int"}]}`
	customer = `{"type":"record","name":"Customer","namespace":"n","fields":[]}`
	order    = `{"type":"record","name":"Order","namespace":"n","fields":[{"name":"c","type":"n.Customer"}]}`
)

// checks returns what compares the last of the named files with the others: f
// expects a text, fails an error.
func checks(t *testing.T, at func(string) string) (f, fails func(want string, o CheckOptions, names ...string)) {
	t.Helper()
	check := func(o CheckOptions, names []string) (string, error) {
		var paths []string
		for _, n := range names {
			paths = append(paths, at(n))
		}
		results, err := Check(paths[:len(paths)-1], paths[len(paths)-1], o)
		var out bytes.Buffer
		if err == nil {
			err = WriteResults(&out, results)
		}
		return strings.ReplaceAll(out.String(), at("")+"/", ""), err
	}
	f = func(want string, o CheckOptions, names ...string) {
		t.Helper()
		if got, err := check(o, names); err != nil || got != want {
			t.Fatalf("%v, got\n%s\nwant\n%s", err, got, want)
		}
	}
	fails = func(want string, o CheckOptions, names ...string) {
		t.Helper()
		if _, err := check(o, names); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%v; want %q", err, want)
		}
	}
	return f, fails
}

func TestCheck(t *testing.T) {
	t.Parallel()
	at := files(t, map[string]string{"1.avsc": v1, "2.avsc": v2, "3.avsc": v3, "a.proto": "syntax = \"proto3\"; message A { int32 x = 1; }",
		"b.proto": "syntax = \"proto3\"; message A { string x = 1; }", "bad.avsc": `{`, "default.avsc": `{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"}]}`})
	f, fails := checks(t, at)

	f("2.avsc: compatible (BACKWARD)\n", CheckOptions{}, "1.avsc", "2.avsc")
	f("3.avsc: incompatible (BACKWARD) with 2.avsc\n"+
		"  /fields/1  READER_FIELD_MISSING_DEFAULT_VALUE: The field 'b' at path '/fields/1' in the new schema has no default value and is missing in the old schema (b)\n",
		CheckOptions{}, "1.avsc", "2.avsc", "3.avsc")
	f("2.avsc: incompatible (FORWARD) with 1.avsc\n"+
		"  /fields/0/type  TYPE_MISMATCH: The type (path '/fields/0/type') of a field in the old schema does not match with the new schema (reader type: int not compatible with writer type: long)\n",
		CheckOptions{Level: schema.Forward}, "1.avsc", "2.avsc")
	f("2.avsc: compatible (NONE)\n", CheckOptions{Level: schema.None}, "3.avsc", "2.avsc")
	f("1.avsc: incompatible (BACKWARD_TRANSITIVE) with 3.avsc\n"+
		"  /fields/0/type  TYPE_MISMATCH: The type (path '/fields/0/type') of a field in the new schema does not match with the old schema (reader type: INT not compatible with writer type: LONG)\n",
		CheckOptions{Level: schema.BackwardTransitive, Flavour: schema.Confluent}, "3.avsc", "1.avsc", "1.avsc")
	f("b.proto: incompatible (BACKWARD) with a.proto\n  A.1  FIELD_KIND_ALTER: Incompatible modification Modification.FIELD_KIND_ALTER found\n",
		CheckOptions{}, "a.proto", "b.proto")
	f("default.avsc: compatible (BACKWARD)\n", CheckOptions{}, "1.avsc", "default.avsc")

	fails("no such file", CheckOptions{}, "1.avsc", "none.avsc")
	fails("bad.avsc: malformed AVRO schema", CheckOptions{}, "1.avsc", "bad.avsc")
	fails("bad.avsc: malformed AVRO schema", CheckOptions{}, "bad.avsc", "1.avsc")
	fails("does not fit its type", CheckOptions{Flavour: schema.Confluent}, "1.avsc", "default.avsc")
}

func TestSamplesOfTheOperator(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../../config/samples/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v, %v", paths, err)
	}
	sources, err := Load(paths, Options{})
	if err != nil || len(sources) < 3 {
		t.Fatalf("%d subjects, %v", len(sources), err)
	}
	problems, err := Lint(paths, Options{})
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v, %v", problems, err)
	}
	results, err := Check(paths, "../../config/samples/subject_customers.yaml", CheckOptions{})
	want := []Result{{New: "../../config/samples/subject_customers.yaml: customers-value", Level: schema.FullTransitive, Compatible: true}}
	if diff := cmp.Diff(want, results); err != nil || diff != "" {
		t.Fatalf("%v %s", err, diff)
	}
}

func subjectOf(name, schema, more string) string {
	return "apiVersion: plastron.dev/v1alpha1\nkind: Subject\nmetadata:\n  name: " + name + "\nspec:\n  schema: '" + schema + "'\n" + more + "---\n"
}

func TestManifests(t *testing.T) {
	t.Parallel()
	const uses = "  references:\n  - name: n.Customer\n    subjectRef: {name: customers}\n"
	at := files(t, map[string]string{
		"old.yaml":    subjectOf("orders", v1, "") + subjectOf("other", `"string"`, ""),
		"new.yaml":    subjectOf("orders", v3, "  compatibility: FULL\n") + subjectOf("fresh", v1, ""),
		"uses.yaml":   subjectOf("orders", order, uses) + subjectOf("customers", customer, ""),
		"alone.yaml":  subjectOf("orders", order, uses),
		"cycle.yaml":  subjectOf("customers", order, uses),
		"none.yaml":   "kind: Deployment\nspec: {schema: {a: 1}}\n",
		"level.yaml":  subjectOf("a", v1, "  compatibility: UP\n"),
		"type.yaml":   subjectOf("a", v1, "  schemaType: XML\n"),
		"broken.yaml": "kind: [\n",
		"map.yaml":    "kind: Subject\nmetadata: {name: a}\nspec: {schemaFrom: {configMapKeyRef: {name: m, key: k}}}\n",
		"c.avsc":      customer,
	})
	results, err := Check([]string{at("old.yaml")}, at("new.yaml"), CheckOptions{})
	if err != nil || len(results) != 2 || results[0].Compatible || results[0].Level != schema.Full || results[1].Note == "" {
		t.Fatalf("%+v, %v", results, err)
	}
	lint := func(want string, o Options, name string) {
		t.Helper()
		problems, err := Lint([]string{at(name)}, o)
		got := ""
		if err != nil {
			got = err.Error()
		} else if len(problems) > 0 {
			got = problems[0].Text
		}
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Fatalf("%s: %q; want %q", name, got, want)
		}
	}

	lint("", Options{}, "uses.yaml")
	lint("give it a file with --reference n.Customer=FILE", Options{}, "alone.yaml")
	lint("", Options{References: []Reference{{"n.Customer", at("c.avsc")}}}, "alone.yaml")
	lint("lead back to it", Options{}, "cycle.yaml")
	lint("no manifest of kind Subject", Options{}, "none.yaml")
	lint(`compatibility "UP" is none of`, Options{}, "level.yaml")
	lint(`schemaType "XML" is none of`, Options{}, "type.yaml")
	lint("reading manifests", Options{}, "broken.yaml")
	lint("no ConfigMap m with the key k", Options{}, "map.yaml")
}

func TestLint(t *testing.T) {
	t.Parallel()
	at := files(t, map[string]string{
		"a.avsc":    `{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"},{"name":"d","type":{"type":"string","logicalType":"date"}}]}`,
		"bad.avsc":  `{"type":"record"}`,
		"thing.txt": `"int"`,
	})
	problems, err := Lint([]string{at("a.avsc"), at("bad.avsc")}, Options{})
	if err != nil || len(problems) != 3 || problems[2].Rule != "parse" {
		t.Fatalf("%+v, %v", problems, err)
	}
	if refused := RefusedBy(problems, "confluent"); len(refused) != 2 {
		t.Fatalf("%+v", refused)
	}
	var out bytes.Buffer
	if err := WriteProblems(&out, problems[:1]); err != nil || !strings.HasSuffix(out.String(),
		"a.avsc: /fields/0  default: the default of field \"a\" does not fit its type, int (refused by confluent)\n") {
		t.Fatalf("%v %s", err, out.String())
	}
	if _, err := Lint([]string{at("thing.txt")}, Options{}); err == nil || !strings.Contains(err.Error(), "say it with --type") {
		t.Fatal(err)
	}
	if problems, err := Lint([]string{at("thing.txt")}, Options{Type: schema.Avro}); err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
}

func TestPretty(t *testing.T) {
	t.Parallel()
	const long = `{"type":"record","doc":"a text that makes the line too long to stand there as a whole","name":"R","fields":[{"name":"a","type":["null","string"],"default":null}]}`
	const want = `{
  "type": "record",
  "doc": "a text that makes the line too long to stand there as a whole",
  "name": "R",
  "fields": [{"name": "a", "type": ["null", "string"], "default": null}]
}
`
	at := files(t, map[string]string{"a.avsc": long, "b.json": `{"b":1e2,"a":{}}`, "c.proto": "syntax=\"proto3\";message A{int32 x=1;}", "bad.json": `{`, "m.yaml": "kind: Subject"})
	f := func(name, want string) {
		t.Helper()
		text, changed, err := Pretty(at(name), Options{})
		if err != nil || !changed || string(text) != want {
			t.Fatalf("%v %t\n%s", err, changed, text)
		}
		if err := Rewrite(at(name), text); err != nil {
			t.Fatal(err)
		}
		if again, changed, err := Pretty(at(name), Options{}); err != nil || changed {
			t.Fatalf("formatting again changes it: %v\n%s", err, again)
		}
	}

	f("a.avsc", want)
	f("b.json", "{\"b\": 1e2, \"a\": {}}\n")
	f("c.proto", "syntax = \"proto3\";\n\nmessage A {\n  int32 x = 1;\n}\n")
	for _, name := range []string{"bad.json", "m.yaml", "none.avsc"} {
		if _, _, err := Pretty(at(name), Options{}); err == nil {
			t.Fatalf("%s was formatted", name)
		}
	}
}

// FuzzPretty: formatting is stable and keeps the meaning.
func FuzzPretty(f *testing.F) {
	f.Add(v1)
	f.Add(`[[[{"a":[1,2.50,"\u00e9"]}]]]`)
	f.Fuzz(func(t *testing.T, text string) {
		once, err := prettyJSON([]byte(text), format.DefaultLimits())
		if err != nil {
			return
		}
		if twice, err := prettyJSON(once, format.DefaultLimits()); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%v\n%s\n%s", err, once, twice)
		}
	})
}
