package avro

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// The strictness table: what a new schema and a stored one may contain. "·" is
// accepted, "x" refused; the first mark is for new schemas, the second for
// stored ones.
func TestStrictness(t *testing.T) {
	t.Parallel()
	f := func(marks, text string) {
		t.Helper()
		_, strict := Parse(text, nil, testLimits)
		_, stored := ParseStored(text, nil, testLimits)
		mark := func(err error) string {
			if err == nil {
				return "·"
			}
			if e, ok := errors.AsType[*Error](err); !ok || e.Text == "" || e.Line == 0 || e.Column == 0 {
				t.Fatalf("%s: %#v is no *Error", text, err)
			}
			return "x"
		}
		if got := mark(strict) + mark(stored); got != marks {
			t.Fatalf("%s: %s, want %s (%v; %v)", text, got, marks, strict, stored)
		}
	}
	field := func(attributes string) string {
		return `{"type":"record","name":"R","fields":[{` + attributes + `}]}`
	}

	f("xx", `string`)
	f("··", `"string"`)
	f("··", `{"type":"string"}`)
	f("xx", `{"type":{"type":"string"}}`)
	f("xx", `{"type":["null","string"]}`)
	f("··", field(`"name":"a","type":["null","string"]`))
	f("xx", field(`"name":"a","type":{"type":["null","string"]}`))

	// Names.
	f("x·", `{"type":"record","name":"my-rec","fields":[]}`)
	f("x·", `{"type":"record","name":"1R","fields":[]}`)
	f("x·", `{"type":"record","name":"Ré","fields":[]}`)
	f("x·", `{"type":"record","name":"a$b","fields":[]}`)
	f("x·", `{"type":"record","name":"R","namespace":"a-b","fields":[]}`)
	f("x·", `{"type":"record","name":"R","namespace":"a.","fields":[]}`)
	f("··", `{"type":"record","name":"R","namespace":"","fields":[]}`)
	f("··", `{"type":"record","name":"R","namespace":null,"fields":[]}`)
	f("xx", `{"type":"record","name":"R","namespace":7,"fields":[]}`)
	f("xx", `{"type":"record","name":"string","fields":[]}`)
	f("··", `{"type":"record","name":"string","namespace":"n","fields":[]}`)
	f("xx", `{"type":"record","name":"","fields":[]}`)
	f("xx", `{"type":"record","fields":[]}`)
	f("xx", `{"type":"record","name":7,"fields":[]}`)

	// Fields.
	f("··", field(`"name":"a-b","type":"int"`))
	f("··", field(`"name":"1a","type":"int"`))
	f("··", field(`"name":"a.b","type":"int"`))
	f("xx", field(`"name":"","type":"int"`)) // K accepts it when stored only by accident of its library
	f("xx", field(`"type":"int"`))
	f("xx", field(`"name":"a"`))
	f("xx", `{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}`)
	f("xx", `{"type":"record","name":"R"}`)
	f("xx", `{"type":"record","name":"R","fields":{}}`)
	f("xx", `{"type":"record","name":"R","fields":[7]}`)
	f("··", `{"type":"record","name":"R","fields":[]}`)
	f("xx", field(`"name":"a","type":"int","order":"sideways"`))
	f("··", field(`"name":"a","type":"int","order":"descending"`))

	// References between types.
	f("xx", `[{"type":"fixed","name":"F","size":1},{"type":"record","name":"R","fields":[{"name":"f","type":{"type":"fixed","name":"F","size":1}}]}]`)
	f("xx", `{"type":"record","name":"R","fields":[{"name":"a","type":"F"},{"name":"b","type":{"type":"fixed","name":"F","size":1}}]}`)
	f("xx", `{"type":"record","name":"R","aliases":["A"],"fields":[{"name":"a","type":["null","A"]}]}`)
	f("··", `{"type":"record","name":"R","fields":[{"name":"next","type":["null","R"]}]}`)
	f("xx", `"R"`)
	f("xx", field(`"name":"a","type":"Unknown"`))
	f("xx", `{"type":"Unknown"}`)

	// Aliases.
	f("··", field(`"name":"a","type":"int","aliases":["x-y"]`))
	f("··", `{"type":"record","name":"R","aliases":["x-y"],"fields":[]}`)
	f("··", `{"type":"record","name":"R","aliases":"x","fields":[]}`)

	// Defaults are not checked.
	f("··", field(`"name":"a","type":"int","default":"x"`))
	f("··", field(`"name":"a","type":"string","default":null`))
	f("··", field(`"name":"a","type":{"type":"array","items":"int"},"default":["x"]`))
	f("··", field(`"name":"a","type":{"type":"map","values":"int"},"default":{"k":"x"}`))
	f("··", field(`"name":"a","type":"int","default":1.0`))
	f("··", field(`"name":"a","type":"int","default":3000000000`))
	f("··", field(`"name":"a","type":"long","default":100000000000000000000`))
	f("··", field(`"name":"a","type":"double","default":"NaN"`))
	f("··", field(`"name":"a","type":"bytes","default":"\u0100"`))
	f("··", field(`"name":"a","type":{"type":"fixed","name":"F","size":2},"default":"x"`))
	f("··", field(`"name":"a","type":{"type":"enum","name":"E","symbols":["A"]},"default":"B"`))
	f("··", field(`"name":"a","type":["null","int"],"default":1`))

	// Enums.
	f("··", `{"type":"enum","name":"E","symbols":[]}`)
	f("xx", `{"type":"enum","name":"E"}`)
	f("xx", `{"type":"enum","name":"E","symbols":["A","A"]}`)
	f("x·", `{"type":"enum","name":"E","symbols":["A-B"]}`)
	f("x·", `{"type":"enum","name":"E","symbols":["1"]}`)
	f("x·", `{"type":"enum","name":"E","symbols":["A B"]}`)
	f("xx", `{"type":"enum","name":"E","symbols":[1]}`)
	f("x·", `{"type":"enum","name":"E","symbols":["A"],"default":"B"}`)
	f("··", `{"type":"enum","name":"E","symbols":["A"],"default":"A"}`)

	// Unions.
	f("xx", `["int",["string"]]`)
	f("xx", `["int","int"]`)
	f("··", `[{"type":"fixed","name":"N","size":1},"N"]`)
	f("xx", `["string",{"type":"string","logicalType":"uuid"}]`)
	f("xx", `[{"type":"array","items":"int"},{"type":"array","items":"string"}]`)
	f("··", `[]`)

	// Fixed.
	f("··", `{"type":"fixed","name":"F","size":0}`)
	f("xx", `{"type":"fixed","name":"F"}`)
	f("xx", `{"type":"fixed","name":"F","size":-1}`)
	f("xx", `{"type":"fixed","name":"F","size":"4"}`)
	f("xx", `{"type":"fixed","name":"F","size":4.0}`)
	f("xx", `{"type":"fixed","name":"F","size":2147483648}`)

	// Logical types are ignored when they are wrong.
	f("··", `{"type":"string","logicalType":"nonsense"}`)
	f("··", `{"type":"bytes","logicalType":"decimal"}`)
	f("··", `{"type":"bytes","logicalType":"decimal","precision":"4"}`)
	f("··", `{"type":"bytes","logicalType":"decimal","precision":4,"scale":8}`)
	f("··", `{"type":"fixed","name":"F","size":1,"logicalType":"decimal","precision":40}`)

	f("··", `{"type":"error","name":"E","fields":[]}`)
	f("xx", `{"type":"array"}`)
	f("xx", `{"type":"map"}`)
	f("xx", `{}`)
	f("xx", `7`)
	f("xx", `null`)
	f("xx", `"int" "int"`)
	f("xx", `{"type":"int",}`)
	f("xx", `{"type":"int","doc":"\ud800"}`)
	f("xx", `{"type":"int","x":1e400}`)
}

// Texts that clients of Karapace match, and places of faults.
func TestErrorTexts(t *testing.T) {
	t.Parallel()
	f := func(text, want string) {
		t.Helper()
		if _, err := Parse(text, nil, testLimits); err == nil || err.Error() != want {
			t.Fatalf("%s:\ngot  %v\nwant %s", text, err, want)
		}
	}

	f(`{"type":"record","name":"my-rec","fields":[]}`,
		`my-rec is not a valid Avro name because it does not match the pattern (?:^|\.)[A-Za-z_][A-Za-z0-9_]*$`)
	f(`{"type":"enum","name":"E"}`, `Enum symbols must be a sequence of strings, but it is <class 'NoneType'>`)
	f(`{"type":"enum","name":"E","symbols":{}}`, `Enum symbols must be a sequence of strings, but it is <class 'dict'>`)
	f(`[{"type":"fixed","name":"n.F","size":1},{"type":"fixed","name":"n.F","size":1}]`, `The name "n.F" is already in use., at /1`)
	f(`{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":{"type":"array","items":"X"}}]}`,
		`unknown type "X", at /fields/1/type/items`)
	f("{\n  \"type\": int\n}", `unexpected character 'i', a value is missing: line 2 column 11`)
}

// The golden file holds, for each schema, what Avro's Java library 1.12.1
// prints, its Parsing Canonical Form and its CRC-64-AVRO fingerprint.
func TestPrintingEqualsJava(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/schemas.golden")
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(strings.TrimSpace(string(raw)), "\n\n") {
		lines := strings.Split(block, "\n")
		s := mustParse(t, lines[0])
		if got := s.Standard(); got != lines[1] {
			t.Errorf("standard:\ngot  %s\nwant %s", got, lines[1])
		}
		if got := s.ParsingForm(); got != lines[2] {
			t.Errorf("parsing form:\ngot  %s\nwant %s", got, lines[2])
		}
		if got := fmt.Sprintf("%016x", s.CRC64()); got != lines[3] {
			t.Errorf("fingerprint of %s: got %s, want %s", lines[2], got, lines[3])
		}
		stable(t, s)
	}
}

// stable checks that the printed forms are schemas again, and the same ones.
func stable(t testing.TB, s *Schema) {
	t.Helper()
	for name, print := range map[string]func(*Schema) string{
		"canonical":  (*Schema).Canonical,
		"standard":   (*Schema).Standard,
		"normalized": (*Schema).Normalized,
	} {
		again, err := ParseStored(print(s), nil, testLimits)
		if err != nil {
			t.Fatalf("%s does not parse: %s: %v", name, print(s), err)
		}
		if print(again) != print(s) {
			t.Fatalf("%s is not stable:\n%s\n%s", name, print(s), print(again))
		}
		if again.ParsingForm() != s.ParsingForm() {
			t.Fatalf("%s is another schema: %s", name, print(s))
		}
	}
}

func TestCanonicalText(t *testing.T) {
	t.Parallel()
	const in = `{"fields":[{"type":{"type":"string","x":1},"name":"a","zp":{"b":1,"a":2},"doc":"d","default":"q","order":"ignore","aliases":["q","p"]},{"name":"e","type":{"symbols":["A"],"name":"E","type":"enum","namespace":"n"}}],"doc":"t","namespace":"n","type":"record","name":"R","aliases":["z","y"]}`
	const want = `{"aliases":["z","y"],"doc":"t","fields":[{"aliases":["q","p"],"default":"q","doc":"d","name":"a","order":"ignore","type":{"type":"string","x":1},"zp":{"a":2,"b":1}},{"name":"e","type":{"name":"E","namespace":"n","symbols":["A"],"type":"enum"}}],"name":"R","namespace":"n","type":"record"}`
	if got := mustParse(t, in).Canonical(); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	if got, err := Canonical(in, testLimits); got != want || err != nil {
		t.Fatalf("got  %s, %v\nwant %s", got, err, want)
	}
	if got, want := mustParse(t, in).Normalized(), `{"type":"record","name":"R","namespace":"n","doc":"t","fields":[{"name":"a","type":{"type":"string","x":1},"doc":"d","default":"q","order":"ignore","aliases":["p","q"],"zp":{"a":2,"b":1}},{"name":"e","type":{"type":"enum","name":"E","symbols":["A"]}}],"aliases":["y","z"]}`; got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

func TestFingerprints(t *testing.T) {
	t.Parallel()
	s := mustParse(t, `{"type":"int"}`)
	if got := fmt.Sprintf("%016x %x %x", s.CRC64(), s.MD5(), s.SHA256()); got != "7275d51a3f395c8f ef524ea1b91e73173d938ade36c1db32 3f2b87a9fe7cc9b13835598c3981cd45e3e355309e5090aa0933d7becb6fba45" {
		t.Fatal(got)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range changes(f) {
		f.Add(string(c.Old))
		f.Add(string(c.New))
	}
	f.Add(`{"type":"record","name":"n.R","aliases":["A","m.B"],"fields":[{"name":"a","type":["null","R"],"default":null,"order":"ignore","x":[1.5,{"b":1e9}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		strict, err := Parse(text, nil, testLimits)
		stored, errStored := ParseStored(text, nil, testLimits)
		if err == nil && errStored != nil {
			t.Fatalf("%s is good as new but not as stored: %v", text, errStored)
		}
		if errStored != nil {
			return
		}
		if err == nil {
			if again, err := Parse(strict.Canonical(), nil, testLimits); err != nil || again.Canonical() != strict.Canonical() {
				t.Fatalf("%s: the canonical text is not stable: %v", text, err)
			}
		}
		if findings := Readable(stored, stored, "karapace"); len(findings) > 0 && findings[0].Kind != KindTooComplex {
			t.Fatalf("%s does not read itself: %v", text, findings)
		}
		stored.Standard()
		stored.Resolved()
		stored.CRC64()
	})
}

func BenchmarkParse1KB(b *testing.B) {
	var fields []string
	for i := range 12 {
		fields = append(fields, fmt.Sprintf(`{"name":"field%d","type":["null","string"],"default":null,"doc":"what it is"}`, i))
	}
	text := `{"type":"record","name":"R","namespace":"n","fields":[` + strings.Join(fields, ",") + `]}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text, nil, testLimits); err != nil {
			b.Fatal(err)
		}
	}
}
