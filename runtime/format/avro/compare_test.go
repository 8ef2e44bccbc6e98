package avro

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/testkit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var testLimits = jsonx.Limits{MaxBytes: 8 << 20, MaxDepth: 1024, MaxNodes: 4_000_000}

func mustParse(t testing.TB, text string) *Schema {
	t.Helper()
	s, err := Parse(text, nil, testLimits)
	if err != nil {
		t.Fatalf("%.300s: %v", text, err)
	}
	return s
}

// change is a line of the compatibility table: the directions in which old and
// new fit, B for "new reads old" and F for "old reads new".
type change struct {
	Change, Karapace, Confluent string
	Old, New                    json.RawMessage
}

func changes(t testing.TB) []change {
	t.Helper()
	raw, err := os.ReadFile("testdata/compatibility.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []change
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func (c change) verdict(t testing.TB, f schema.Flavour) (verdict string, backward, forward []schema.Finding) {
	t.Helper()
	before, after := mustParse(t, string(c.Old)), mustParse(t, string(c.New))
	backward, forward = Readable(after, before, f), Readable(before, after, f)
	if len(backward) == 0 {
		verdict += "B"
	}
	if len(forward) == 0 {
		verdict += "F"
	}
	return verdict, backward, forward
}

func TestCompatibilityTable(t *testing.T) {
	t.Parallel()
	for _, c := range changes(t) {
		for f, want := range map[schema.Flavour]string{schema.Karapace: c.Karapace, schema.Confluent: c.Confluent} {
			if got, _, _ := c.verdict(t, f); got != want {
				t.Errorf("%s, %s: %q, want %q", c.Change, f, got, want)
			}
		}
		// Every schema reads its own data.
		for _, text := range []string{string(c.Old), string(c.New)} {
			s := mustParse(t, text)
			if findings := Readable(s, s, schema.Karapace); len(findings) > 0 {
				t.Errorf("%s does not read itself: %v", text, findings)
			}
			if findings := Readable(s, mustParse(t, text), schema.Confluent); len(findings) > 0 {
				t.Errorf("%s does not read its like: %v", text, findings)
			}
		}
	}
}

// The golden files were made by Avro's Java library 1.12.1 and by the checker
// in Avro's Python library, from which Karapace's is derived, on the same
// table. Two lines are different on purpose: Java repeats the findings of a
// record for every place that uses it, and Python fails on errors.
func TestFindings(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour, name string, lines func(string, []schema.Finding) []string) {
		t.Helper()
		var b strings.Builder
		for _, c := range changes(t) {
			verdict, backward, forward := c.verdict(t, flavour)
			fmt.Fprintln(&b, strings.TrimRight("# "+c.Change+" => "+verdict, " "))
			for _, line := range append(lines("B", backward), lines("F", forward)...) {
				fmt.Fprintln(&b, line)
			}
		}
		testkit.Golden(t, name, []byte(b.String()), *update)
	}

	f(schema.Confluent, "testdata/findings-confluent.golden", func(direction string, findings []schema.Finding) []string {
		var lines []string
		for _, f := range findings {
			lines = append(lines, fmt.Sprintf("  %s %s %s | %s", direction, f.Kind, f.Path, f.Info))
		}
		return lines
	})
	f(schema.Karapace, "testdata/findings-karapace.golden", func(direction string, findings []schema.Finding) []string {
		var lines []string
		for _, f := range findings {
			lines = append(lines, fmt.Sprintf("  %s %s", direction, f.Karapace))
		}
		slices.Sort(lines)
		return slices.Compact(lines)
	})
}

func TestDescriptions(t *testing.T) {
	t.Parallel()
	f := func(reader, writer, want string) {
		t.Helper()
		findings := Readable(mustParse(t, reader), mustParse(t, writer), schema.Confluent)
		if len(findings) != 1 || findings[0].Description != want {
			t.Fatalf("%s reads %s: %v", reader, writer, findings)
		}
	}

	f(`{"type":"fixed","name":"F","size":1}`, `{"type":"fixed","name":"G","size":1}`,
		`The name of the schema has changed (path '/name')`)
	f(`{"type":"record","name":"R","fields":[{"name":"b","type":"int"}]}`, `{"type":"record","name":"R","fields":[]}`,
		`The field 'b' at path '/fields/0' in the {reader} schema has no default value and is missing in the {writer} schema`)
}

// Comparing A assumes A to be readable while the walk is inside it. When A
// fails, what was concluded from that assumption must be forgotten: here B is
// readable only if A is, and is needed once more after A has failed.
func TestAssumptionsAreForgottenWhenTheyFail(t *testing.T) {
	t.Parallel()
	schemaOf := func(extra string) string {
		return `{"type":"record","name":"Root","fields":[
			{"name":"u","type":["null",{"type":"record","name":"A","fields":[
				{"name":"b","type":{"type":"record","name":"B","fields":[{"name":"a","type":["null","A"]}]}}` + extra + `]},
				{"type":"map","values":"int"}]},
			{"name":"b","type":"B"}]}`
	}
	reader, writer := mustParse(t, schemaOf(`,{"name":"x","type":"int"}`)), mustParse(t, schemaOf(""))
	findings := Readable(reader, writer, schema.Karapace)
	paths := make([]string, 0, len(findings))
	for _, f := range findings {
		paths = append(paths, f.Path)
	}
	want := []string{"/fields/0/type/1", "/fields/1/type/fields/0/type/1"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Fatal(diff)
	}
}

func BenchmarkCompare50Fields(b *testing.B) {
	var fields []string
	for i := range 50 {
		fields = append(fields, fmt.Sprintf(`{"name":"field%d","type":["null","string"],"default":null}`, i))
	}
	text := `{"type":"record","name":"R","fields":[` + strings.Join(fields, ",") + `]}`
	r, w := mustParse(b, text), mustParse(b, text)
	b.ReportAllocs()
	for b.Loop() {
		if len(Readable(r, w, schema.Karapace)) > 0 {
			b.Fatal("incompatible")
		}
	}
}

// FuzzCompare: a comparison of any two schemas ends with an answer that does
// not depend on the flavour's texts, and comparing in one direction is the
// other direction of the pair turned round.
func FuzzCompare(f *testing.F) {
	for _, c := range changes(f) {
		f.Add(string(c.Old), string(c.New))
	}
	f.Fuzz(func(t *testing.T, old, new string) {
		a, err := ParseStored(old, nil, testLimits)
		if err != nil {
			return
		}
		b, err := ParseStored(new, nil, testLimits)
		if err != nil {
			return
		}
		karapace, confluent := Readable(a, b, schema.Karapace), Readable(a, b, schema.Confluent)
		// Confluent's rule for aliases is the more generous one.
		if len(karapace) == 0 && len(confluent) > 0 {
			t.Fatalf("%s reads %s for Karapace only: %v", old, new, confluent)
		}
		for _, finding := range append(karapace, confluent...) {
			if finding.Kind == "" || finding.Path == "" || finding.Description == "" {
				t.Fatalf("an empty finding: %+v", finding)
			}
		}
	})
}
