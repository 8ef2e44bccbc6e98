package format

import (
	"errors"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func jsonSchema(text string, references ...schema.Reference) schema.Schema {
	return schema.Schema{Type: schema.JSON, Text: text, References: references}
}

func parseJSONSchema(t testing.TB, text string, resolve Resolver, references ...schema.Reference) Parsed {
	t.Helper()
	p, err := Parse(jsonSchema(text, references...), resolve, DefaultLimits())
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func TestJSONTextPerFlavour(t *testing.T) {
	t.Parallel()
	const text = `{ "type": "object", "properties": {"b": {"maximum": 1e2}, "a": {"minimum": 123456789012345678901234567890}}, "$id": "x" }`
	p := parseJSONSchema(t, text, nil)
	f := func(flavour schema.Flavour, normalize Normalize, want string) {
		t.Helper()
		if got := Text(p, flavour, normalize); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}

	karapace := `{"$id":"x","properties":{"a":{"minimum":1.2345678901234568e29},"b":{"maximum":100.0}},"type":"object"}`
	f(schema.Karapace, AsWritten, karapace)
	f(schema.Karapace, Normalized, karapace)
	f(schema.Confluent, AsWritten, `{"type":"object","properties":{"b":{"maximum":100.0},"a":{"minimum":123456789012345678901234567890}},"$id":"x"}`)
	f(schema.Confluent, Normalized, `{"$id":"x","properties":{"a":{"minimum":123456789012345678901234567890},"b":{"maximum":100.0}},"type":"object"}`)
	if got, err := CanonicalText(jsonSchema(text), DefaultLimits()); err != nil || got != karapace {
		t.Fatalf("CanonicalText: %s, %v", got, err)
	}
}

func TestJSONSameForLookup(t *testing.T) {
	t.Parallel()
	f := func(a, b string, karapace, confluent bool) {
		t.Helper()
		for flavour, want := range map[schema.Flavour]bool{schema.Karapace: karapace, schema.Confluent: confluent} {
			if got := Same(parseJSONSchema(t, a, nil), parseJSONSchema(t, b, nil), flavour); got != want {
				t.Fatalf("%s: Same(%s, %s) = %t", flavour, a, b, got)
			}
		}
	}

	f(`{"type":"object","title":"a"}`, `{ "type": "object", "title": "a" }`, true, true)
	f(`{"type":"object","title":"a"}`, `{"title":"a","type":"object"}`, true, false)
	f(`{"maximum":1}`, `{"maximum":1.0}`, true, false)
	f(`{"maximum":1}`, `{"maximum":2}`, false, false)
}

// The two registries take different new schemas; what is stored already is
// taken in any case.
func TestValidateJSON(t *testing.T) {
	t.Parallel()
	f := func(text, karapace, confluent string) {
		t.Helper()
		p := parseJSONSchema(t, text, nil)
		if _, err := ParseStored(jsonSchema(text), nil, DefaultLimits()); err != nil {
			t.Fatalf("%s cannot be read back: %v", text, err)
		}
		for flavour, want := range map[schema.Flavour]string{schema.Karapace: karapace, schema.Confluent: confluent} {
			err := Validate(p, flavour)
			e, refused := errors.AsType[*Error](err)
			if refused != (want != "") || refused && (e.Kind != Malformed || e.Type != schema.JSON || !strings.Contains(e.Detail, want)) {
				t.Fatalf("%s: %s: %v", flavour, text, err)
			}
		}
	}

	f(`{"type":"object"}`, "", "")
	f(`{"$schema":"http://json-schema.org/draft-04/schema#","maximum":1,"exclusiveMaximum":true}`, "exclusiveMaximum is a number, not a boolean, at /exclusiveMaximum", "")
	f(`{"properties":{"a":{"$ref":"#/definitions/missing"}}}`, "", "#/definitions/missing")
	f(`{"$ref":"http://example.com/elsewhere.json"}`, "", "http://example.com/elsewhere.json")
}

func TestJSONErrors(t *testing.T) {
	t.Parallel()
	known := library(map[schema.Subject]schema.Schema{
		"broken": jsonSchema(`{"type":`),
		"avro":   avroSchema(`"int"`),
	})
	f := func(kind Kind, detail, text string, references ...schema.Reference) {
		t.Helper()
		_, err := Parse(jsonSchema(text, references...), known, DefaultLimits())
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != kind || e.Type != schema.JSON || !strings.Contains(e.Detail, detail) {
			t.Fatalf("%.60s: %v; want an error of kind %s with %q", text, err, kind, detail)
		}
	}

	f(Malformed, "line 1 column 9", `{"type":`)
	f(Malformed, `"text" is not a type; a type is null, boolean`, `{"properties":{"a":{"type":"text"}}}`)
	f(Malformed, "at /properties/a/type", `{"properties":{"a":{"type":"text"}}}`)
	f(Malformed, "a schema is an object or a boolean", `"string"`)
	f(Malformed, "is not a regular expression", `{"pattern":"("}`)
	f(TooLarge, "", strings.Repeat(`{"not":`, 2000)+`{}`+strings.Repeat(`}`, 2000))
	f(TooLarge, "costs", `{"pattern":"(a{1000}){1000}"}`)
	f(Unresolved, "no such subject", `{}`, schema.Reference{Name: "a.json", Subject: "missing", Version: 1})
	f(Unresolved, `the referenced schema "b.json" (subject broken, version 1)`, `{}`, schema.Reference{Name: "b.json", Subject: "broken", Version: 1})
	f(Unresolved, "it is of type AVRO", `{}`, schema.Reference{Name: "c.json", Subject: "avro", Version: 1})
}

func TestJSONReferences(t *testing.T) {
	t.Parallel()
	known := library(map[schema.Subject]schema.Schema{
		"address": jsonSchema(`{"type":"object","properties":{"street":{"type":"string"}},"additionalProperties":false}`),
		"person":  jsonSchema(`{"properties":{"home":{"$ref":"address.json"}}}`, schema.Reference{Name: "address.json", Subject: "address", Version: 1}),
		"narrow":  jsonSchema(`{"type":"object","properties":{"street":{"type":"string","maxLength":3}},"additionalProperties":false}`),
	})
	to := func(name string, subject schema.Subject) schema.Reference {
		return schema.Reference{Name: name, Subject: subject, Version: 1}
	}
	old := parseJSONSchema(t, `{"properties":{"home":{"$ref":"address.json"}}}`, known, to("address.json", "address"))
	deep := parseJSONSchema(t, `{"properties":{"owner":{"$ref":"person.json"}}}`, known, to("person.json", "person"))
	next := parseJSONSchema(t, `{"properties":{"home":{"$ref":"address.json"}}}`, known, to("address.json", "narrow"))
	for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
		for _, p := range []Parsed{old, deep} {
			if err := Validate(p, f); err != nil {
				t.Fatalf("%s: %v", f, err)
			}
		}
		if found := Readable(old, old, f); len(found) != 0 {
			t.Fatalf("%s: a schema with a reference does not read itself: %v", f, found)
		}
		if found := Readable(next, old, f); len(found) != 1 {
			t.Fatalf("%s: the referenced schema became narrower: %v", f, found)
		}
		if found := Readable(old, next, f); len(found) != 0 {
			t.Fatalf("%s: the referenced schema became wider: %v", f, found)
		}
	}
}

func TestLintJSON(t *testing.T) {
	t.Parallel()
	f := func(text string, want ...string) {
		t.Helper()
		var got []string
		for _, p := range Lint(parseJSONSchema(t, text, nil)) {
			got = append(got, string(p.RefusedBy)+" "+p.Rule+" "+p.Path)
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Fatalf("%s: %q, want %q", text, got, want)
		}
	}

	f(`{}`)
	f(`{"items":{"$ref":"#/nowhere"}}`, "confluent reference ")
	f(`{"$schema":"http://json-schema.org/draft-04/schema#","items":{"maximum":1,"exclusiveMaximum":true}}`, "karapace draft-7 /items/exclusiveMaximum")
}
