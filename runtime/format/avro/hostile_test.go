//go:build !race

package avro

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/testkit/cost"
)

// productLimits are those of format.DefaultLimits, which this package cannot
// import.
var productLimits = jsonx.Limits{MaxBytes: 2 << 20, MaxDepth: 1024, MaxNodes: 600_000}

// hostile is a text that is built to be expensive, with the answer to it: what
// the refusal says, or nothing when the text is taken.
type hostile struct{ name, text, refusal string }

func listed(n int, item string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strings.ReplaceAll(item, "#", fmt.Sprint(i)))
	}
	return b.String()
}

func recordOf(fields string) string {
	return `{"type":"record","name":"R","fields":[` + fields + `]}`
}

const (
	tooDeep  = "nested more than 1024 deep"
	tooMany  = "values"
	tooNamed = "the full names of all types are longer than"
)

// hostileJSON are the rows about JSON: depth, long keys, many and equal keys,
// what is no JSON.
func hostileJSON() []hostile {
	repeat := strings.Repeat
	return []hostile{
		{"a depth of 1e6, open", repeat("[", 1<<20), tooDeep},
		{"a depth of 5e5", repeat("[", 500_000) + repeat("]", 500_000), tooDeep},
		{"8e4 arrays inside each other", repeat(`{"type":"array","items":`, 80_000) + `"int"` + repeat("}", 80_000), tooDeep},
		{"1,000 arrays inside each other", repeat(`{"type":"array","items":`, 1000) + `"int"` + repeat("}", 1000), ""},
		{"a property as deep as allowed", `{"type":"int","x":` + repeat("[", 1000) + listed(290_000, "1") + repeat("]", 1000) + `}`, ""},
		{"a key of 1 MB", `{"type":"int","` + repeat("k", 1<<20) + `":1}`, ""},
		{"1e6 keys", `{"type":"int",` + listed(1_000_000, `"":1`) + `}`, "the text has 5000014 bytes"},
		{"65e4 values", `{"type":"int","x":[` + listed(650_000, "1") + `]}`, tooMany},
		{"1e5 keys", `{"type":"int",` + listed(100_000, `"k#":#`) + `}`, ""},
		{"1e5 keys in a property", `{"type":"int","x":{` + listed(100_000, `"#":1`) + `}}`, ""},
		{"equal keys", `{"type":"int"` + repeat(`,"x":1`, 200_000) + `}`, ""},
		{"equal attributes", `{"type":"int"` + repeat(`,"type":"long"`, 140_000) + `}`, ""},
		{"empty objects", `{"type":"int","x":[` + repeat(`{},`, 290_000) + `{}]}`, ""},
		{"small objects", `{"type":"int","x":[` + repeat(`{"b":1,"a":1},`, 90_000) + `{}]}`, ""},
		{"NaN", recordOf(`{"name":"a","type":"double","default":NaN}`), "line 1 column"},
		{"a lone surrogate", `{"type":"int","doc":"\ud800"}`, "line 1 column"},
		{"a byte order mark", "\ufeff\"int\"", "line 1 column"},
		{"a number of 1 MB", `{"type":"int","x":` + repeat("9", 1<<20) + `}`, "too large for a double"},
		{"floats", `{"type":"int","x":[` + repeat("1e300,", 290_000) + `1]}`, ""},
		{"escapes", `{"type":"int","doc":"` + repeat(`\u0001`, 340_000) + `"}`, ""},
	}
}

// hostileTypes are the rows about Avro.
func hostileTypes() []hostile {
	repeat := strings.Repeat
	space := repeat("a.", 100_000) + "a"
	return []hostile{
		{"a record inside itself", recordOf(`{"name":"r","type":"R"}`), ""},
		{"records inside each other", recordOf(`{"name":"s","type":{"type":"record","name":"S","fields":[{"name":"r","type":"R"},{"name":"s","type":["S","R"]}]}}`), ""},
		{"6e4 fields", recordOf(listed(60_000, `{"name":"f#","type":"int"}`)), ""},
		{"1e5 fields", recordOf(listed(100_000, `{"name":"f#","type":"int"}`)), "bytes, at most"},
		{"fields with properties", recordOf(listed(40_000, `{"name":"f#","type":"int","a":1,"b":2}`)), ""},
		{"fields with aliases", recordOf(listed(30_000, `{"name":"f#","type":"int","aliases":["a#","b#"]}`)), ""},
		{"fields with types of their own", recordOf(listed(20_000, `{"name":"f#","type":{"type":"fixed","name":"T#","size":1}}`)), ""},
		{"fields with unions of their own", recordOf(listed(30_000, `{"name":"f#","type":["null",{"type":"array","items":"int"}]}`)), ""},
		{"defaults of a wrong type", recordOf(listed(30_000, `{"name":"f#","type":"int","default":{"a":[1,{}]}}`)), ""},
		{"1e5 symbols", `{"type":"enum","name":"E","symbols":[` + listed(100_000, `"S#"`) + `]}`, ""},
		{"2e5 symbols", `{"type":"enum","name":"E","symbols":[` + listed(200_000, `"S#"`) + `]}`, ""},
		{"a union in a union", `[` + repeat("[", 900) + `"int"` + repeat("]", 900) + `]`, "may not directly contain another union"},
		{"a union of 5,000 records", `[` + listed(5_000, `{"type":"record","name":"R#","fields":[]}`) + `]`, ""},
		{"a union of 38,000 fixed", `[` + listed(38_000, `{"type":"fixed","name":"R#","size":1}`) + `]`, ""},
		{"a union of unknown names", `["int"` + repeat(`,"R"`, 200_000) + `]`, `unknown type "R", at /1`},
		{"names that collide", `[` + repeat(`{"type":"record","name":"R","fields":[]},`, 30_000) + `"int"]`, `The name "R" is already in use., at /1`},
		{"an unknown name of 1 MB", `["` + repeat("R", 1<<20) + `"]`, `...", at /0`},
		{"a name that is none, of 1 MB", `{"type":"fixed","size":1,"name":"` + repeat("-", 1<<20) + `"}`, "is not a valid Avro name"},
		{"a name of 5e5 parts", `{"type":"fixed","size":1,"name":"` + repeat("a.", 500_000) + `a"}`, ""},
		{"definitions in a long namespace", `{"type":"record","name":"R","namespace":"` + space + `","fields":[` + listed(10_000, `{"name":"f#","type":{"type":"fixed","name":"T#","size":1}}`) + `]}`, tooNamed},
		{"references in a long namespace", `{"type":"record","name":"R","namespace":"` + space + `","fields":[` + listed(30_000, `{"name":"f#","type":["null","R"]}`) + `]}`, tooNamed},
		{"aliases in a long namespace", `{"type":"fixed","name":"F","size":1,"namespace":"` + space + `","aliases":[` + listed(50_000, `"int"`) + `]}`, tooNamed},
		{"a fixed of 2^31", `{"type":"fixed","name":"F","size":2147483648}`, "an integer from 0 to 2147483647"},
		{"a fixed of 2^31-1, a decimal", `{"type":"fixed","name":"F","size":2147483647,"logicalType":"decimal","precision":2147483647}`, ""},
		{"2^n ways through 15,000 records", doubling(15_000, "int"), ""},
		{"a chain of 18,000 records", chain("x"), ""},
	}
}

// doubling is a list of records each of which uses the one before twice.
func doubling(n int, last string) string {
	var b strings.Builder
	b.WriteString(`[{"type":"record","name":"R0","fields":[{"name":"x","type":"` + last + `"}]}`)
	for i := range n {
		fmt.Fprintf(&b, `,{"type":"record","name":"R%d","fields":[{"name":"a","type":"R%d"},{"name":"b","type":"R%d"}]}`, i+1, i, i)
	}
	return b.String() + "]"
}

// chain is a chain of names longer than any stack should be. The fields that
// define it are passed over when the other schema has another prefix.
func chain(prefix string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"name":"%s","default":0,"type":{"type":"record","name":"R0","fields":[]}}`, prefix)
	for i := range 18_000 {
		fmt.Fprintf(&b, `,{"name":"%s%d","default":0,"type":{"type":"record","name":"R%d","fields":[{"name":"a","type":"R%d"}]}}`, prefix, i, i+1, i)
	}
	return recordOf(b.String() + `,{"name":"last","type":"R18000"}`)
}

// TestHostile: parsing, printing and comparing any text costs no more than is
// promised, and a refusal says why, where, and in few words.
func TestHostile(t *testing.T) {
	// Not parallel, see package cost.
	for _, h := range append(hostileJSON(), hostileTypes()...) {
		var s *Schema
		var err error
		spent := cost.Within(t, h.name+", parse", func() { s, err = Parse(h.text, nil, productLimits) })
		t.Logf("%-32s parse   %8v %4d MiB %.60v", h.name, spent.CPU, spent.Bytes>>20, err)
		if err != nil || h.refusal != "" {
			refused(t, h, err)
			continue
		}
		for name, work := range map[string]func(){
			"standard":   func() { s.Standard() },
			"normalized": func() { s.Normalized() },
			"resolved":   func() { s.Resolved() },
			"form":       func() { s.CRC64() },
			"lint":       func() { Lint(s) },
		} {
			cost.Within(t, h.name+", "+name, work)
		}
		other := mustParse(t, h.text)
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			var findings []schema.Finding
			spent := cost.Within(t, h.name+", compare", func() { findings = Readable(s, other, f) })
			t.Logf("%-32s compare %8v %4d MiB", h.name, spent.CPU, spent.Bytes>>20)
			if len(findings) > 0 && findings[0].Kind != KindTooComplex {
				t.Errorf("%s: does not read itself: %v", h.name, findings[0])
			}
		}
	}
}

func refused(t *testing.T, h hostile, err error) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok || h.refusal == "" || !strings.Contains(err.Error(), h.refusal) {
		t.Errorf("%s: %.300v, want %q", h.name, err, h.refusal)
		return
	}
	if e.Line == 0 || e.Column == 0 || len(e.Text) > 1000 {
		t.Errorf("%s: no place, or too long: %+.300v", h.name, e)
	}
}

// TestHostileComparisons are pairs whose naive walk is exponential, or makes
// more text than anybody reads.
func TestHostileComparisons(t *testing.T) {
	f := func(name, reader, writer string, fits bool) {
		t.Helper()
		r, w := mustParse(t, reader), mustParse(t, writer)
		for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			var findings []schema.Finding
			spent := cost.Within(t, name, func() { findings = Readable(r, w, flavour) })
			t.Logf("%-32s %8v %4d MiB %d findings", name, spent.CPU, spent.Bytes>>20, len(findings))
			if (len(findings) == 0) != fits || len(findings) > maxFindings {
				t.Errorf("%s: %d findings, first %+v", name, len(findings), findings[:min(1, len(findings))])
			}
		}
	}
	repeat := strings.Repeat

	fields := recordOf(listed(60_000, `{"name":"f#","type":"int"}`))
	f("6e4 missing fields", fields, recordOf(""), false)
	f("6e4 fields of other types", fields, strings.ReplaceAll(fields, `"int"`, `"string"`), false)
	f("2e5 missing symbols", `{"type":"enum","name":"E","symbols":["A"]}`, `{"type":"enum","name":"E","symbols":[`+listed(200_000, `"S#"`)+`]}`, false)
	// 25e6 pairs of branches: beyond the budget.
	large := `[` + listed(5_000, `{"type":"record","name":"R#","fields":[]}`) + `]`
	f("a union of 5,000 records", large, large, false)
	small := `[` + listed(500, `{"type":"record","name":"R#","fields":[]}`) + `]`
	f("a union of 500 records", small, small, true)
	f("doubling", doubling(2_000, "int"), doubling(2_000, "int"), true)
	f("doubling, failing at the end", doubling(2_000, "int"), doubling(2_000, "string"), false)
	f("a chain", chain("x"), chain("y"), false)

	// Each branch may stand for each other one, and none reads any.
	aliases, common := listed(300, `"R#"`), listed(40, `{"name":"f#","type":"int","default":1}`)
	union := func(last string) string {
		return `[` + listed(300, `{"type":"record","name":"R#","aliases":[`+aliases+`],"fields":[`+common+`,{"name":"last","type":"`+last+`"}]}`) + `]`
	}
	f("a union of aliases", union("int"), union("string"), false)

	// Findings at the end of a long way, with a long name in each.
	deep := func(name string) string {
		return repeat(`{"type":"array","items":`, 900) + recordOf(listed(10_000, `{"name":"f#","type":{"type":"fixed","name":"`+name+`#","size":1}}`)) + repeat("}", 900)
	}
	f("findings with long paths", deep("A"), deep("B"), false)
}

// TestHostileReferences: each text is as long as a text may be.
func TestHostileReferences(t *testing.T) {
	var references []string
	for i := range 40 {
		references = append(references, fmt.Sprintf(`{"type":"fixed","name":"F%d","size":1,"doc":"%s"}`, i, strings.Repeat("x", 2<<20-100)))
	}
	var err error
	cost.Within(t, "40 long references", func() { _, err = Parse(`"int"`, references, productLimits) })
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != TooLarge || e.Reference != 5 {
		t.Errorf("%.200v", err)
	}
	cost.Within(t, "3 long references", func() { _, err = Parse(`["null","F0","F2"]`, references[:3], productLimits) })
	if err != nil {
		t.Errorf("%.200v", err)
	}
}

// TestHostileLint: defaults whose naive check is exponential, or finds more than
// anybody reads.
func TestHostileLint(t *testing.T) {
	// Not parallel, see package cost.
	f := func(text string) {
		t.Helper()
		s, err := ParseStored(text, nil, testLimits)
		if err != nil {
			t.Fatal(err)
		}
		var problems []Problem
		cost.Within(t, fmt.Sprintf("lint %.60s", text), func() { problems = Lint(s) })
		if len(problems) > maxProblems {
			t.Errorf("%d problems", len(problems))
		}
	}

	// A default of a record of records, each with two fields of the one below.
	fields := `{"name":"r","type":{"type":"record","name":"R0","fields":[{"name":"x","type":"int","default":0}]}}`
	for i := range 40 {
		fields += fmt.Sprintf(`,{"name":"f%d","default":{},"type":{"type":"record","name":"R%d","fields":[`+
			`{"name":"l","type":"R%d","default":{}},{"name":"r","type":"R%d","default":{}}]}}`, i, i+1, i, i)
	}
	f(`{"type":"record","name":"Root","fields":[` + fields + `]}`)
	f(`{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"array","items":"int"},"default":[` + listed(100_000, `"x"`) + `]}]}`)
}
