package jsonschema

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

var fuzzLimits = Limits{MaxBytes: 64 << 10, MaxDepth: 64, MaxNodes: 20_000}

// fuzzReferences are the texts that every fuzzed schema may refer to.
var fuzzReferences = []Reference{
	{Name: "r.json", Text: `{"$id":"http://e.x/r","$ref":"#/definitions/a","definitions":{"a":{"properties":{"n":{"$ref":"#"}}}}}`},
}

// oddTexts are seeds that no table has.
var oddTexts = []string{
	`true`, `{}`, `{"$ref":"#"}`, `{"$ref":"r.json#/definitions/a"}`, `{"$id":"http://e.x/","$ref":"../r"}`, `{"$ref":"#%2f"}`, `{"$ref":"#/%7e1"}`,
	`{` + draft2020 + `"$dynamicAnchor":"a","$dynamicRef":"#a"}`, `{` + draft2020 + `"prefixItems":[true],"unevaluatedItems":false}`,
	`{"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveAnchor":true,"items":{"$recursiveRef":"#"}}`,
	`{"$schema":"http://json-schema.org/draft-04/schema#","id":"#a","maximum":1,"exclusiveMaximum":true}`,
	`{"pattern":"^(?=a)[^\\]\\s-z\\u{1f600}]{2,3}?(?<n>b)\\k<n>|$","patternProperties":{"[]]":{},"[^]":{}}}`,
	`{"enum":[1,1.0,true,"1",null,{"a":[]}],"const":1e2,"multipleOf":0.01}`, `{"type":[],"required":"a","items":[1],"properties":[]}`,
	`{"a":1,"a":{"b":2},"dependencies":{"a":["b"],"b":{}}}`,
}

func seedSchemas(f *testing.F) []string {
	f.Helper()
	raw, err := os.ReadFile("testdata/compatibility.json")
	if err != nil {
		f.Fatal(err)
	}
	var list []change
	if err := json.Unmarshal(raw, &list); err != nil {
		f.Fatal(err)
	}
	texts := oddTexts
	for _, c := range list {
		texts = append(texts, string(c.Old), string(c.New))
	}
	for seed := range uint64(20) {
		texts = append(texts, text(f, newMaker(seed, Draft2020, everything...).root()))
	}
	return texts
}

// FuzzParse: no text panics, every refusal is an *Error, and a new schema is
// taken by one of the registries at least.
func FuzzParse(f *testing.F) {
	for _, s := range seedSchemas(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		stored, err := ParseStored(text, fuzzReferences, fuzzLimits)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("%q: %v is no *Error", text, err)
			}
		}
		s, err := Parse(text, fuzzReferences, fuzzLimits)
		switch {
		case err == nil && stored == nil:
			t.Fatalf("%q: can be new, but not stored", text)
		case err != nil:
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("%q: %v is no *Error", text, err)
			}
		case s.Refused(schema.Karapace) != nil && s.notDraft != nil:
			t.Fatalf("%q: taken, although neither registry would", text)
		}
	})
}

// FuzzPrint: every print can be read again and prints as itself.
func FuzzPrint(f *testing.F) {
	for _, s := range seedSchemas(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseStored(text, nil, fuzzLimits)
		if err != nil {
			return
		}
		for name, print := range map[string]func(*Schema) string{
			"canonical": (*Schema).Canonical, "standard": (*Schema).Standard, "normalized": (*Schema).Normalized,
		} {
			again, err := ParseStored(print(s), nil, DefaultLimits())
			if err != nil {
				t.Fatalf("%s of %q cannot be read: %v", name, text, err)
			}
			if diff := cmp.Diff(print(s), print(again)); diff != "" {
				t.Fatalf("%s of %q: %s", name, text, diff)
			}
			if !Same(s, again, schema.Karapace) {
				t.Fatalf("%s of %q is another schema", name, text)
			}
		}
	})
}

// FuzzCompare: no pair panics, and a schema reads what its like wrote.
func FuzzCompare(f *testing.F) {
	texts := seedSchemas(f)
	for i := range len(texts) - 1 {
		f.Add(texts[i], texts[i+1])
	}
	f.Fuzz(func(t *testing.T, old, next string) {
		writer, err := ParseStored(old, fuzzReferences, fuzzLimits)
		if err != nil {
			return
		}
		like, err := ParseStored(old, fuzzReferences, fuzzLimits)
		if err != nil {
			t.Fatal(err)
		}
		for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			if findings := Readable(like, writer, flavour); len(findings) > 0 && findings[0].Kind != KindTooComplex {
				t.Fatalf("%s, %q: %v", flavour, old, findings)
			}
		}
		reader, err := ParseStored(next, fuzzReferences, fuzzLimits)
		if err != nil {
			return
		}
		for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			for _, finding := range Readable(reader, writer, flavour) {
				if finding.Kind == "" || finding.Karapace == "" {
					t.Fatalf("%s, %q, %q: %+v says nothing", flavour, old, next, finding)
				}
			}
		}
	})
}

// FuzzValidate: no schema and value panic, and what is wrong has a sentence.
func FuzzValidate(f *testing.F) {
	values := []string{`1`, `{"a":{"b":[1,"x",null,true,1.5e3]},"a":2}`, `"\ud83d\ude00"`, `[1e400]`, `[[],{}]`}
	for i, s := range seedSchemas(f) {
		f.Add(s, values[i%len(values)])
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		s, err := ParseStored(text, fuzzReferences, fuzzLimits)
		if err != nil {
			return
		}
		for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			v, err := NewValidator(s, flavour, fuzzLimits)
			if err != nil {
				if _, ok := errors.AsType[*Error](err); !ok {
					t.Fatalf("%q: %v is no *Error", text, err)
				}
				continue
			}
			err = v.Validate([]byte(value))
			_, isError := errors.AsType[*Error](err)
			violation, isViolation := errors.AsType[*Violation](err)
			if err != nil && !isError && (!isViolation || violation.Text == "") {
				t.Fatalf("%q, %q: %#v", text, value, err)
			}
		}
	})
}
