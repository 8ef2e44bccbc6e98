package serde

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func jsonCodec(t testing.TB, text string, o JSONOptions) *JSONCodec {
	t.Helper()
	p, err := format.ParseStored(schema.Schema{Type: schema.JSON, Text: text}, nil, format.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewJSONCodec(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const person = `{"type":"object","properties":{"name":{"type":"string","maxLength":5},"age":{"type":["integer","null"],"maximum":150},` +
	`"tags":{"type":"array","items":{"type":"string"}}},"required":["name"],"additionalProperties":false}`

func TestJSONKeepsTheText(t *testing.T) {
	t.Parallel()
	c := jsonCodec(t, `true`, JSONOptions{})
	f := func(in, want string) {
		t.Helper()
		out, err := c.AppendBinary([]byte("x"), []byte(in))
		if err != nil || string(out) != "x"+want {
			t.Fatalf("%s: %s, %v; want x%s", in, out, err, want)
		}
		back, err := c.AppendJSON([]byte("y"), out[1:])
		if err != nil || string(back) != "y"+want {
			t.Fatalf("%s: back %s, %v", in, back, err)
		}
	}

	f(`{ "b" : 1.50 , "a" : [ 1e2, 12345678901234567890123 ] }`, `{"b":1.50,"a":[1e2,12345678901234567890123]}`)
	f(`"é\u00e9 <&> \u2028  "`, `"é\u00e9 <&> \u2028  "`)
	f(" null\n", "null")
	f(`-0.0`, `-0.0`)
}

func TestJSONThatDoesNotFit(t *testing.T) {
	t.Parallel()
	c := jsonCodec(t, person, JSONOptions{})
	f := func(in string, kind Kind, want, karapace string) {
		t.Helper()
		dst := []byte("x")
		out, err := c.AppendBinary(dst, []byte(in))
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != kind || !strings.Contains(e.Error(), want) || e.Karapace != karapace || string(out) != "x" {
			t.Fatalf("%s: %v (%q), out %s; want %q (%q)", in, err, e.Karapace, out, want, karapace)
		}
		if _, err := c.AppendJSON(nil, []byte(in)); err == nil {
			t.Fatalf("%s can be read", in)
		}
	}

	f(`{"name":7}`, Mismatch, "/name: the value must be of type string, is a number", `7 is not of type 'string'`)
	f(`{"name":"a","age":"not an integer"}`, Mismatch, "/age: the value must be of type integer or null, is a string", `'not an integer' is not of type 'integer', 'null'`)
	f(`{"name":"a","tags":["b",null]}`, Mismatch, "/tags/1: the value must be of type string, is null", `None is not of type 'string'`)
	f(`[true,{"a":1.0}]`, Mismatch, "the value must be of type object, is an array", `[True, {'a': 1.0}] is not of type 'object'`)
	f(`{}`, Mismatch, `the value must have the member "name"`, "")
	f(`{"name":"toolong"}`, Mismatch, "/name: the value must have at most 5 characters, has 7", "")
	f(`{"name":"a","more":1}`, Mismatch, "/more: the value must not be there: the schema allows no additional properties", "")
	f(`{"name":"a"`, Malformed, "line 1 column 12", "")
	f(`{"name":"\ud800"}`, Malformed, "", "")
	f(strings.Repeat("[", 600)+strings.Repeat("]", 600), TooLarge, "nested more than 512 deep", "")
}

func TestPythonRepr(t *testing.T) {
	t.Parallel()
	c := jsonCodec(t, `{"type":"boolean"}`, JSONOptions{})
	f := func(in, want string) {
		t.Helper()
		_, err := c.AppendBinary(nil, []byte(in))
		if e, ok := errors.AsType[*Error](err); !ok || e.Karapace != want+" is not of type 'boolean'" {
			t.Fatalf("%s: %q", in, e.Karapace)
		}
	}

	f(`"it's"`, `"it's"`)
	f(`"it's \"x\""`, `'it\'s "x"'`)
	f(`"a\\b\n\u0001é"`, `'a\\b\n\x01é'`)
	f(`1`, `1`)
	f(`1e2`, `100.0`)
	f(`1e16`, `1e+16`)
	f(`0.00001`, `1e-05`)
	f(`0.5`, `0.5`)
	f(`{"a":[],"b":{}}`, `{'a': [], 'b': {}}`)
	f(`"`+strings.Repeat("x", 5000)+`"`, `'`+strings.Repeat("x", maxRepr-1)+`...`)
}

// Karapace reads every schema as draft 7 and checks what it reads, Confluent's
// proxy takes the draft that is named and checks only what is written.
func TestJSONFlavours(t *testing.T) {
	t.Parallel()
	const tuple = `{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"string"}]}`
	f := func(flavour schema.Flavour, written, read bool) {
		t.Helper()
		c := jsonCodec(t, tuple, JSONOptions{Flavour: flavour})
		if _, err := c.AppendBinary(nil, []byte(`[1]`)); (err == nil) != written {
			t.Fatalf("%s: %v", flavour, err)
		}
		if _, err := jsonCodec(t, person, JSONOptions{Flavour: flavour}).AppendJSON(nil, []byte(`{}`)); (err == nil) != read {
			t.Fatalf("%s: %v", flavour, err)
		}
		if _, err := c.AppendJSON(nil, []byte(`[`)); err == nil {
			t.Fatalf("%s: what is no JSON can be read", flavour)
		}
	}

	f(schema.Karapace, true, false)
	f(schema.Confluent, false, true)
}

func TestJSONSchemasThatCheckNothing(t *testing.T) {
	t.Parallel()
	c := jsonCodec(t, `{"$ref":"#/nowhere"}`, JSONOptions{})
	if _, err := c.AppendBinary(nil, []byte(`1`)); err == nil || !strings.Contains(err.Error(), "leads nowhere") {
		t.Fatal(err)
	}
	parse := func(s schema.Schema) format.Parsed {
		p, err := format.Parse(s, nil, format.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	_, err := NewJSONCodec(parse(schema.Schema{Type: schema.JSON, Text: `{"pattern":"^(a)\\1$"}`}), JSONOptions{})
	if e, ok := errors.AsType[*format.Error](err); !ok || e.Kind != format.Unsupported || !strings.Contains(e.Detail, "the pattern") {
		t.Fatal(err)
	}
	if _, err := NewJSONCodec(parse(schema.Schema{Text: `"int"`}), JSONOptions{}); err == nil {
		t.Fatal("an Avro schema has a JSON codec")
	}
}

func TestRecordNameOfJSONSchema(t *testing.T) {
	t.Parallel()
	f := func(text, want string) {
		t.Helper()
		p, err := format.ParseStored(schema.Schema{Type: schema.JSON, Text: text}, nil, format.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := RecordName(p); got != want || ok != (want != "") {
			t.Fatalf("%s: %q, %t", text, got, ok)
		}
	}

	f(`{"title":"Order","type":"object"}`, "Order")
	f(`{"title":""}`, "")
	f(`{"properties":{"title":{"title":"x"}}}`, "")
	f(`true`, "")
}

// FuzzJSON: whatever the data is, what was written can be read back, and
// nothing is changed on the way but blanks.
func FuzzJSON(f *testing.F) {
	f.Add(person, `{"name":"a","age":3}`)
	f.Add(`{"type":"object","properties":{"next":{"$ref":"#"}}}`, `{"next":{"next":{}}}`)
	f.Add(`{"items":{"pattern":"^(a+)+$"}}`, `["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"]`)
	f.Add(`{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}`, `1`)
	f.Fuzz(func(t *testing.T, text, value string) {
		p, err := format.ParseStored(schema.Schema{Type: schema.JSON, Text: text}, nil, format.Limits{
			MaxBytes: 4096, MaxDepth: 64, MaxNodes: 1000, MaxSubschemas: 200, MaxPatternCost: 2000,
		})
		if err != nil {
			return
		}
		c, err := NewJSONCodec(p, JSONOptions{})
		if err != nil {
			return
		}
		data, err := c.AppendBinary(nil, []byte(value))
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || len(data) != 0 || e.Reason == "" {
				t.Fatalf("%v after %d bytes", err, len(data))
			}
			return
		}
		back, err := c.AppendJSON(nil, data)
		if err != nil || string(back) != string(data) {
			t.Fatalf("%s came back as %s, %v", data, back, err)
		}
	})
}

// The record of the reference: some 200 bytes with an array and a map.
func BenchmarkJSONSchemaRecord(b *testing.B) {
	c := jsonCodec(b, `{"type":"object","properties":{"id":{"type":"string","maxLength":40},"amount":{"type":"number","minimum":0},`+
		`"tags":{"type":"array","items":{"type":"string"}},"attributes":{"type":"object","additionalProperties":{"type":"string"}}},"required":["id","amount"]}`, JSONOptions{})
	record := []byte(`{"id":"0123456789abcdef0123456789abcdef","amount":12.50,"tags":["one","two","three","four"],"attributes":{"colour":"green","size":"large","origin":"somewhere in the north"},"note":"` + strings.Repeat("x", 20) + `"}`)
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		var out []byte
		for b.Loop() {
			var err error
			if out, err = c.AppendBinary(out[:0], record); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		var out []byte
		for b.Loop() {
			var err error
			if out, err = c.AppendJSON(out[:0], record); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// The weight is at least what a codec takes: schemas of 400 bytes may take
// megabytes, and a cache counts them.
func TestWeightOfExpressions(t *testing.T) {
	// Not parallel: it looks at the memory of the process.
	used := func() int {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	f := func(text string, most int) {
		t.Helper()
		before := used()
		c := jsonCodec(t, text, JSONOptions{})
		took := used() - before
		if got := c.Weight(); got < took-64<<10 || got > most {
			t.Errorf("%.80s: the weight is %d, the codec took %d", text, got, took)
		}
		runtime.KeepAlive(c)
	}

	f(`{"type":"object"}`, 0)
	f(`{"pattern":"^[A-Z]{3}$"}`, 10_000)
	f(`{"properties":{"pattern":{"type":"string"}}}`, 0)
	var heavy, names []string
	for _, c := range "abcde" {
		heavy = append(heavy, `"`+string(c)+`":{"pattern":"(?:`+strings.Repeat(string(c), 12)+`){1000}"}`)
		names = append(names, `"(?:`+strings.Repeat(string(c), 12)+`){1000}":{}`)
	}
	f(`{"properties":{`+strings.Join(heavy, ",")+`}}`, 32<<20)
	f(`{"items":[{"patternProperties":{`+strings.Join(names, ",")+`}}]}`, 32<<20)

	resolve := func(schema.Reference) (schema.Schema, error) {
		return schema.Schema{Type: schema.JSON, Text: `{"properties":{` + strings.Join(heavy, ",") + `}}`}, nil
	}
	p, err := format.ParseStored(schema.Schema{Type: schema.JSON, Text: `{"$ref":"r"}`, References: []schema.Reference{{Name: "r", Subject: "r", Version: 1}}}, resolve, format.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if c, err := NewJSONCodec(p, JSONOptions{}); err != nil || c.Weight() < 1<<20 {
		t.Fatalf("what a reference holds weighs nothing: %v", err)
	}
}
