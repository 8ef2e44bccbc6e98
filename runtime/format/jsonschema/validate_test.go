package jsonschema

import (
	"errors"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func mustValidator(t testing.TB, text string, f schema.Flavour, references ...Reference) *Validator {
	t.Helper()
	s, err := ParseStored(text, references, DefaultLimits())
	if err != nil {
		t.Fatalf("%.300s: %v", text, err)
	}
	v, err := NewValidator(s, f, DefaultLimits())
	if err != nil {
		t.Fatalf("%.300s: %v", text, err)
	}
	return v
}

func TestViolations(t *testing.T) {
	t.Parallel()
	f := func(text, instance, want string) {
		t.Helper()
		got := ""
		if err := mustValidator(t, text, schema.Confluent).Validate([]byte(instance)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s, %s: %q, want %q", text, instance, got, want)
		}
	}

	f(`{"type":"integer"}`, `1`, "")
	f(`{"type":"integer"}`, `1.0`, "")
	f(`{"$schema":"http://json-schema.org/draft-04/schema#","type":"integer"}`, `1.0`, "the value must be of type integer, is a number")
	f(`{"type":["integer","null"]}`, `"a"`, "the value must be of type integer or null, is a string")
	f(`{"enum":[1,{"a":[true]}]}`, `{"a":[true]}`, "")
	f(`{"enum":[1,true]}`, `1.00`, "")
	f(`{"enum":[0,1]}`, `true`, "the value must be one of [0,1]")
	f(`{"const":"x"}`, `"y"`, `the value must be "x"`)
	f(`{"maximum":3}`, `3.5`, "the value must be at most 3, is 3.5")
	f(`{"minimum":3}`, `2`, "the value must be at least 3, is 2")
	f(`{"exclusiveMaximum":3}`, `3`, "the value must be less than 3, is 3")
	f(`{"exclusiveMinimum":3}`, `3.0`, "the value must be more than 3, is 3.0")
	f(`{"$schema":"http://json-schema.org/draft-04/schema","minimum":3,"exclusiveMinimum":true}`, `3`, "the value must be more than 3, is 3")
	f(`{"multipleOf":0.1}`, `0.3`, "")
	f(`{"multipleOf":2}`, `3`, "the value must be a multiple of 2, is 3")
	f(`{"maxLength":2}`, `"ab\u00e9"`, "the value must have at most 2 characters, has 3")
	f(`{"minLength":2}`, `"é"`, "the value must have at least 2 characters, has 1")
	f(`{"pattern":"^a+$"}`, `"ab"`, `the value must match "^a+$"`)
	f(`{"pattern":"^(?=.*\\d)(?!x).{2,}$"}`, `"a1"`, "")
	f(`{"pattern":"^(?=.*\\d)(?!x).{2,}$"}`, `"x1"`, `the value must match "^(?=.*\\d)(?!x).{2,}$"`)
	f(`{"required":["a","b"]}`, `{"a":1}`, `the value must have the member "b"`)
	f(`{"properties":{"a":{"items":{"type":"string"}}}}`, `{"a":["x",1]}`, "the value at /a/1 must be of type string, is a number")
	f(`{"properties":{"a/b":{"type":"string"}}}`, `{"a/b":1}`, "the value at /a~1b must be of type string, is a number")
	f(`{"patternProperties":{"^x":false}}`, `{"xa":1}`, "the value at /xa must not be there: the schema allows no value")
	f(`{"additionalProperties":false}`, `{"a":1}`, "the value at /a must not be there: the schema allows no additional properties")
	f(`{"propertyNames":{"maxLength":1}}`, `{"ab":1}`, "the value at /ab must have at most 1 characters, has 2")
	f(`{"maxProperties":1}`, `{"a":1,"b":2}`, "the value must have at most 1 members, has 2")
	f(`{"maxProperties":1}`, `{"a":1,"\u0061":2}`, "")
	f(`{"dependencies":{"a":["b"]}}`, `{"a":1}`, `the value must have the member "b"`)
	f(`{"minItems":1}`, `[]`, "the value must have at least 1 items, has 0")
	f(`{"uniqueItems":true}`, `[1,{"a":1,"b":2},1.0]`, "the value must have different items, numbers 1 and 3 are equal")
	f(`{"uniqueItems":true}`, `[1,true,"1"]`, "")
	f(`{"contains":{"const":1}}`, `[2]`, "the value must have an item that fits the schema of contains")
	f(`{"not":{"type":"string"}}`, `"a"`, "the value must not fit the schema of not")
	f(`{"anyOf":[{"type":"string"},{"type":"null"}]}`, `1`, "the value must fit one of the 2 schemas of anyOf, fits none")
	f(`{"oneOf":[{},{"type":"null"}]}`, `null`, "the value must fit exactly one of the schemas of oneOf, fits numbers 1 and 2")
	f(`{"if":{"type":"string"},"then":{"minLength":1},"else":false}`, `""`, "the value must have at least 1 characters, has 0")
	f(`{"$schema":"https://json-schema.org/draft/2020-12/schema","unevaluatedProperties":false,"anyOf":[{"properties":{"a":{}}},{"properties":{"b":{}}}]}`,
		`{"a":1,"b":2,"c":3}`, "the value at /c must not be there: the schema allows no unevaluated properties")
	f(`{"$ref":"http://json-schema.org/draft-07/schema#"}`, `{"type":"string"}`, "")
	f(`{"$ref":"http://json-schema.org/draft-07/schema#"}`, `{"type":"text"}`,
		`the value must be a schema: "text" is not a type; a type is null, boolean, integer, number, string, array or object, at /type`)

	// Formats and contents are remarks.
	f(`{"format":"date-time"}`, `"yesterday"`, "")
	f(`{"contentEncoding":"base64"}`, `"%"`, "")
}

// Many goroutines share a validator.
func TestValidatorIsShared(t *testing.T) {
	t.Parallel()
	v := mustValidator(t, order, schema.Karapace)
	var g errgroup.Group
	for range 8 {
		g.Go(func() error {
			for range 50 {
				if err := v.Validate([]byte(anOrder)); err != nil {
					return err
				}
				if v.Validate([]byte(`{"id":"x"}`)) == nil {
					return errors.New("taken")
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

// Karapace takes every schema for one of draft 7.
func TestValidatorDrafts(t *testing.T) {
	t.Parallel()
	f := func(text, instance string, karapace, confluent bool) {
		t.Helper()
		for flavour, want := range map[schema.Flavour]bool{schema.Karapace: karapace, schema.Confluent: confluent} {
			if err := mustValidator(t, text, flavour).Validate([]byte(instance)); (err == nil) != want {
				t.Errorf("%s, %s, %s: %v", text, instance, flavour, err)
			}
		}
	}

	const draft4, draft2020 = `"$schema":"http://json-schema.org/draft-04/schema#"`, `"$schema":"https://json-schema.org/draft/2020-12/schema"`
	f(`{`+draft2020+`,"prefixItems":[{"type":"string"}]}`, `[1]`, true, false)
	f(`{`+draft2020+`,"prefixItems":[{"type":"string"}],"items":{"type":"string"}}`, `["a",1]`, false, false)
	f(`{`+draft2020+`,"dependentRequired":{"a":["b"]}}`, `{"a":1}`, true, false)
	f(`{`+draft2020+`,"unevaluatedProperties":false}`, `{"a":1}`, true, false)
	f(`{`+draft2020+`,"$ref":"#/$defs/a","type":"string","$defs":{"a":{}}}`, `1`, true, false)
	f(`{`+draft4+`,"const":1}`, `2`, false, true)
	f(`{`+draft4+`,"maximum":1,"exclusiveMaximum":true}`, `1`, true, false)
	f(`{`+draft4+`,"type":"integer"}`, `1.0`, true, false)
}

func TestValidatorReferences(t *testing.T) {
	t.Parallel()
	references := []Reference{
		{Name: "person.json", Text: `{"type":"object","properties":{"address":{"$ref":"address.json#/definitions/a"}}}`},
		{Name: "address.json", Text: `{"definitions":{"a":{"type":"string"}}}`},
	}
	v := mustValidator(t, `{"items":{"$ref":"person.json"}}`, schema.Karapace, references...)
	if err := v.Validate([]byte(`[{"address":"x"},{}]`)); err != nil {
		t.Error(err)
	}
	if err := v.Validate([]byte(`[{"address":1}]`)); err == nil || err.Error() != "the value at /0/address must be of type string, is a number" {
		t.Error(err)
	}
}

func TestValidatorErrors(t *testing.T) {
	t.Parallel()
	f := func(text, instance string, kind Kind, want string) {
		t.Helper()
		s, err := ParseStored(text, nil, DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		v, err := NewValidator(s, schema.Confluent, DefaultLimits())
		if err == nil {
			err = v.Validate([]byte(instance))
		}
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != kind || e.Error() != want {
			t.Errorf("%s, %s: %v, want kind %d and %q", text, instance, err, kind, want)
		}
	}

	f(`{}`, `{"a":}`, Malformed, "unexpected character '}', a value is missing: line 1 column 6")
	f(`{}`, `[1, 1e400]`, Malformed, "a number beyond the range of a double: line 1 column 5")
	f(`{"items":{"$ref":"gone.json"}}`, `[1]`, Unresolved, `the value is subject to the reference "gone.json", which leads nowhere`)
	f(`{"$ref":"#"}`, `1`, TooLarge, tooManySteps)
	f(`{"pattern":"(a)\\1"}`, `"aa"`, Unsupported, `the pattern "(a)\\1" cannot be used to check values: references to groups cannot be run in linear time`)
	f(`{"pattern":"a(?=b)"}`, `"ab"`, Unsupported, `the pattern "a(?=b)" cannot be used to check values: looking ahead or behind cannot be done in linear time`)
}
