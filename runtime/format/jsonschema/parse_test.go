package jsonschema

import (
	"errors"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

const draft2020 = `"$schema":"https://json-schema.org/draft/2020-12/schema",`

const (
	draft4  = `"$schema":"http://json-schema.org/draft-04/schema#",`
	draft6  = `"$schema":"http://json-schema.org/draft-06/schema#",`
	draft19 = `"$schema":"https://json-schema.org/draft/2019-09/schema",`
)

// What each registry says about a new schema: empty when it takes it.
func TestRefused(t *testing.T) {
	t.Parallel()
	f := func(text, karapace, confluent string) {
		t.Helper()
		s, err := Parse(text, nil, DefaultLimits())
		if (err != nil) != (karapace != "" && confluent != "") {
			t.Errorf("%s: %v", text, err)
		}
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Error() != confluent && e.Error() != karapace {
				t.Errorf("%s: %v, want %s", text, err, confluent)
			}
			return
		}
		for flavour, want := range map[schema.Flavour]string{schema.Karapace: karapace, schema.Confluent: confluent} {
			got := ""
			if e := s.Refused(flavour); e != nil {
				got = e.Error()
			}
			if got != want {
				t.Errorf("%s, %s: %q, want %q", text, flavour, got, want)
			}
		}
	}
	both := func(text, why string) {
		t.Helper()
		f(text, why, why)
	}

	for _, taken := range []string{
		`true`, `false`, `{}`, `{"enum":[]}`, `{"minLength":1.0}`, `{"$id":"no uri at all"}`, `{"$schema":"of my own"}`, `{"x":{"type":7}}`,
		`{"type":["string","null"]}`, `{"const":null}`, `{"required":[]}`, `{"pattern":"\\p{L}"}`, `{"pattern":"(?<name>a)"}`,
		`{"pattern":"^(?!a)(?<=b)\\1"}`, `{"default":1e300}`, `{"examples":[]}`, `{"prefixItems":1,"unevaluatedItems":1,"$defs":[]}`,
	} {
		f(taken, "", "")
	}

	// Neither takes these.
	both(`"string"`, "a schema is an object or a boolean, not a string")
	both(`7`, "a schema is an object or a boolean, not a number")
	both(`[]`, "a schema is an object or a boolean, not an array")
	both(`null`, "a schema is an object or a boolean, not null")
	both(`{"type":"text"}`, `"text" is not a type; a type is null, boolean, integer, number, string, array or object, at /type`)
	both(`{"type":[]}`, "type holds at least one name, at /type")
	both(`{"type":["string","string"]}`, `type holds "string" more than once, at /type`)
	both(`{"properties":{"a/b":{"minLength":-1}}}`, "minLength is an integer of 0 or more, not -1, at /properties/a~1b/minLength")
	both(`{"multipleOf":0}`, "multipleOf is a number greater than 0, not 0, at /multipleOf")
	both(`{"title":1}`, "title is a string, not 1, at /title")
	both(`{"required":["a","a"]}`, `required holds "a" more than once, at /required`)
	both(`{"required":true}`, "required is an array of strings, not a boolean, at /required")
	both(`{"items":[]}`, "items holds at least one schema, at /items")
	both(`{"allOf":[]}`, "allOf holds at least one schema, at /allOf")
	both(`{"anyOf":[1]}`, "a schema is an object or a boolean, not a number, at /anyOf/0")
	both(`{"exclusiveMaximum":true}`, "exclusiveMaximum is a number, not a boolean, at /exclusiveMaximum")
	both(`{"pattern":"("}`, `"(" is not a regular expression: a parenthesis is not closed, at /pattern`)
	both(`{"patternProperties":{"*":{}}}`, `"*" is not a regular expression: there is nothing to repeat at character 1, at /patternProperties/*`)
	both(`{"title":1e400}`, "a number is too large for a double: line 1 column 10")
	both(`{"title":"\ud800"}`, "a surrogate stands alone in a string: line 1 column 11")
	both(`{"a":1} x`, "unexpected text after the value: line 1 column 9")
	both(`{"a":1,}`, "a key in quotes is missing: line 1 column 8")

	// Karapace knows draft 7 only, Confluent's registry the draft declared.
	f(`{`+draft4+`"maximum":1,"exclusiveMaximum":true}`, "exclusiveMaximum is a number, not a boolean, at /exclusiveMaximum", "")
	f(`{`+draft4+`"exclusiveMaximum":1}`, "", "exclusiveMaximum is a boolean, not 1, at /exclusiveMaximum")
	f(`{`+draft4+`"required":[]}`, "", "required holds at least one string, at /required")
	f(`{`+draft4+`"not":true}`, "", "in draft 4 a schema is an object, not a boolean, at /not")
	f(`{`+draft4+`"$id":1}`, "$id is a string, not 1, at /$id", "")
	f(`{`+draft6+`"if":1}`, "a schema is an object or a boolean, not a number, at /if", "")
	f(`{`+draft2020+`"items":[{}]}`, "", "a schema is an object or a boolean, not an array, at /items")
	f(`{`+draft2020+`"prefixItems":{}}`, "", "prefixItems is an array of schemas, not an object, at /prefixItems")
	f(`{`+draft2020+`"additionalItems":1}`, "a schema is an object or a boolean, not a number, at /additionalItems", "")
	f(`{`+draft19+`"items":[{}],"$recursiveAnchor":1}`, "", "$recursiveAnchor is a boolean, not 1, at /$recursiveAnchor")

	// Karapace does not look where references lead; nobody fetches.
	const nowhere = ` leads nowhere: it is neither in the document nor among the references of the schema, and nothing is fetched`
	f(`{"$ref":"#/definitions/a"}`, "", `the reference "#/definitions/a"`+nowhere)
	f(`{"$ref":"http://169.254.169.254/latest"}`, "", `the reference "http://169.254.169.254/latest"`+nowhere)
	f(`{"$ref":"file:///etc/passwd"}`, "", `the reference "file:///etc/passwd"`+nowhere)
	f(`{"$ref":"http://json-schema.org/draft-07/schema#"}`, "", "")
}

// A schema that was stored is read whatever it says, as long as it is JSON.
func TestParseStored(t *testing.T) {
	t.Parallel()
	f := func(text string) {
		t.Helper()
		s, err := ParseStored(text, nil, DefaultLimits())
		if err != nil {
			t.Errorf("%s: %v", text, err)
			return
		}
		for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			Readable(s, mustParse(t, `{"type":"object","properties":{"a":{"type":"string"}}}`), flavour)
		}
	}

	f(`{"type":7,"properties":[],"items":1,"required":{"a":1},"enum":3,"maximum":"x","allOf":{},"$ref":[],"pattern":"(","dependencies":{"a":1}}`)
	f(`{"type":["text",1,"string"],"anyOf":[1,{}],"patternProperties":{"*":{}},"$id":1,"$schema":2}`)
	f(`{"$ref":"http://a b/","$id":"%zz"}`)
}

func TestTexts(t *testing.T) {
	t.Parallel()
	f := func(text, canonical, standard, normalized string) {
		t.Helper()
		s := mustParse(t, text)
		if s.Canonical() != canonical || s.Standard() != standard || s.Normalized() != normalized {
			t.Errorf("%s:\n%s\n%s\n%s", text, s.Canonical(), s.Standard(), s.Normalized())
		}
	}

	f(`{"b": 1e2, "a": {"d": 1.0, "c": 123456789012345678901234567890}}`,
		`{"a":{"c":1.2345678901234568e29,"d":1.0},"b":100.0}`,
		`{"b":100.0,"a":{"d":1.0,"c":123456789012345678901234567890}}`,
		`{"a":{"c":123456789012345678901234567890,"d":1.0},"b":100.0}`)
	f(`{"x":1,"a":2,"x":{"z":1,"b":[{"d":1,"c":2}]}}`,
		`{"a":2,"x":{"b":[{"c":2,"d":1}],"z":1}}`,
		`{"x":{"z":1,"b":[{"d":1,"c":2}]},"a":2}`,
		`{"a":2,"x":{"b":[{"c":2,"d":1}],"z":1}}`)
	f(`{"title":"</a> \u00e9\u2028\u0001\/\u007f"}`,
		"{\"title\":\"</a> é\u2028\\u0001/\u007f\"}", "{\"title\":\"</a> é\u2028\\u0001/\u007f\"}", "{\"title\":\"</a> é\u2028\\u0001/\u007f\"}")
	f(` true `, `true`, `true`, `true`)
}

func TestSame(t *testing.T) {
	t.Parallel()
	f := func(a, b string, karapace, confluent bool) {
		t.Helper()
		for flavour, want := range map[schema.Flavour]bool{schema.Karapace: karapace, schema.Confluent: confluent} {
			if got := Same(mustParse(t, a), mustParse(t, b), flavour); got != want {
				t.Errorf("%s, %s, %s: %t", a, b, flavour, got)
			}
		}
	}

	f(`{"a":1,"b":2}`, `{"b":2,"a":1}`, true, false)
	f(`{"a":1}`, `{"a":1.0}`, true, false)
	f(`{"a":1}`, `{"a":true}`, true, false)
	f(`{"a":0}`, `{"a":false}`, true, false)
	f(`{"a":1}`, `{"a":"1"}`, false, false)
	f(`{"a":[1,2]}`, `{"a":[2,1]}`, false, false)
	f(`{"a":1}`, `{ "a" : 1 }`, true, true)
}

// Where a reference leads, shown by what values fit.
func TestReferences(t *testing.T) {
	t.Parallel()
	f := func(text string, references ...Reference) {
		t.Helper()
		s := mustParse(t, text, references...)
		if e := s.Refused(schema.Confluent); e != nil {
			t.Errorf("%s: %v", text, e)
		}
		v, err := NewValidator(s, schema.Confluent, DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Validate([]byte(`"x"`)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if v.Validate([]byte(`1`)) == nil {
			t.Errorf("%s: takes a number", text)
		}
	}
	const isText = `{"type":"string"}`

	f(`{"$ref":"#/definitions/a","definitions":{"a":` + isText + `}}`)
	f(`{"$ref":"#/$defs/a","definitions":{"a":` + isText + `}}`)
	f(`{"$ref":"#/definitions/a","$defs":{"a":` + isText + `}}`)
	f(`{"$ref":"#/definitions/a~1b~0c%25%22","definitions":{"a/b~c%\"":` + isText + `}}`)
	f(`{"$ref":"#/x/1/y","x":[1,{"y":` + isText + `}]}`)
	f(`{"$ref":"#a","definitions":{"a":{"$id":"#a","type":"string"}}}`)
	f(`{` + draft2020 + `"$ref":"#a","$defs":{"a":{"$anchor":"a","type":"string"}}}`)
	f(`{` + draft4 + `"$ref":"#a","definitions":{"a":{"id":"#a","type":"string"}}}`)
	f(`{"$id":"http://e.x/root.json","allOf":[{"$ref":"sub.json"}],"definitions":{"a":{"$id":"sub.json","type":"string"}}}`)
	f(`{"$id":"http://e.x/root.json","allOf":[{"$ref":"http://e.x/sub/a.json#/definitions/b"}],"definitions":{"a":{"$id":"sub/a.json","definitions":{"b":` + isText + `}}}}`)
	f(`{"allOf":[{"$ref":"urn:example:a"}],"definitions":{"a":{"$id":"urn:example:a","type":"string"}}}`)
	f(`{"$ref":"a.json"}`, Reference{Name: "a.json", Text: isText})
	f(`{"$ref":"./a.json"}`, Reference{Name: "a.json", Text: isText})
	f(`{"$ref":"a.json"}`, Reference{Name: "./a.json", Text: isText})
	f(`{"$ref":"a.json#/definitions/b"}`, Reference{Name: "a.json", Text: `{"definitions":{"b":` + isText + `}}`})
	f(`{"$ref":"http://e.x/a"}`, Reference{Name: "http://e.x/a", Text: isText})
	f(`{"$ref":"http://e.x/id"}`, Reference{Name: "a.json", Text: `{"$id":"http://e.x/id","type":"string"}`})
	f(`{"$id":"http://e.x/dir/root","allOf":[{"$ref":"a.json"}]}`, Reference{Name: "a.json", Text: isText})
	f(`{"$ref":"a.json"}`, Reference{Name: "a.json", Text: `{"$ref":"b.json#/x"}`}, Reference{Name: "b.json", Text: `{"x":` + isText + `}`})
	f(`{`+draft2020+`"$ref":"tree","$defs":{"s":{"$dynamicAnchor":"leaf","type":"string"}}}`,
		Reference{Name: "tree", Text: `{` + draft2020 + `"$dynamicRef":"#leaf","$defs":{"d":{"$dynamicAnchor":"leaf"}}}`})
	f(`{`+draft19+`"$recursiveAnchor":true,"type":"string","allOf":[{"$ref":"tree"}]}`,
		Reference{Name: "tree", Text: `{` + draft19 + `"$recursiveAnchor":true,"items":{"$recursiveRef":"#"}}`})
}

func TestReferenceErrors(t *testing.T) {
	t.Parallel()
	f := func(want int, references ...Reference) {
		t.Helper()
		_, err := Parse(`{"$ref":"a"}`, references, DefaultLimits())
		if e, ok := errors.AsType[*Error](err); !ok || e.Reference != want {
			t.Errorf("%v: %v, want reference %d", references, err, want)
		}
	}

	f(1, Reference{Name: "a", Text: `{`})
	f(2, Reference{Name: "a", Text: `{}`}, Reference{Name: "b", Text: `7`})
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	f := func(uri string, want Draft) {
		t.Helper()
		if got := mustParse(t, `{"$schema":"`+uri+`"}`).Draft(); got != want {
			t.Errorf("%s: %s, want %s", uri, got, want)
		}
	}

	f("http://json-schema.org/draft-04/schema#", Draft4)
	f("https://json-schema.org/draft-04/schema", Draft4)
	f("http://json-schema.org/draft-06/schema#", Draft6)
	f("http://json-schema.org/draft-07/schema", Draft7)
	f("http://json-schema.org/draft/2019-09/schema", Draft2019)
	f("https://json-schema.org/draft/2020-12/schema#", Draft2020)
	f("http://json-schema.org/schema", Draft7)
	f("http://e.x/mine", Draft7)
	f("", Draft7)
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	f := func(pattern, text string, want bool) {
		t.Helper()
		m, err := compile(pattern, false, DefaultLimits())
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			return
		}
		if got := m.match([]byte(text)); got != want {
			t.Errorf("%s, %q: %t", pattern, text, got)
		}
	}

	f(`b`, "abc", true)
	f(`^a.c$`, "a\nc", false)
	f(`^a.c$`, "a\u2028c", false)
	f(`^[^a]$`, "\n", true)
	f(`^\s$`, "\u00a0", true)
	f(`^\S$`, "\ufeff", false)
	f(`^[\s\d]+$`, "\u30001", true)
	f(`^[\S]$`, "\u2003", false)
	f(`^\w\W\d\D$`, "a-1x", true)
	f(`^\d$`, "\u0661", false) // ECMAScript's digits are those of ASCII.
	f(`^\cJ$`, "\n", true)
	f(`^\u00e9\x41\u{1f600}$`, "éA\U0001f600", true)
	f(`^\ud83d\ude00$`, "\U0001f600", true)
	f(`^[\ud83d\ude00-\ud83d\ude02]$`, "\U0001f601", true)
	f(`^\p{Lu}\p{Letter}\P{L}$`, "Éa1", true)
	f(`^\p{Script=Greek}+$`, "λόγος", true)
	f(`^\/\-\@\,$`, "/-@,", true)
	f(`^{}$`, "{}", true)
	f(`^a{,2}$`, "a{,2}", true) // To Python it is up to two.
	f(`^[a\]b-]+$`, "a]-b", true)
	f(`^[]a]$`, "]", false) // To Python it is a set of two.
	f(`^[^]$`, "x", true)
	f(`^(?<n>a)(?:b|c)$`, "ac", true)
	f(`^(?i)AB$`, "ab", true)
	f(`^(ab){1500}$`, strings.Repeat("ab", 1500), true)
	f(`^(ab){1500}$`, strings.Repeat("ab", 1501), false)
	f(`^x[ab]{2,2500}?$`, "x"+strings.Repeat("ab", 1250), true)
	f(`^x[ab]{2,2500}$`, "x"+strings.Repeat("ab", 1251), false)
	f(`^x.{1200,}$`, strings.Repeat("x", 1201), true)
	f(`^x.{1200,}$`, strings.Repeat("x", 1200), false)
	f(`^(?=[a-z]+\d)[^_]{3}$`, "ab1", true)
	f(`^(?![a-z]+\d)[^_]{3}$`, "ab1", false)
	f(`^(?=a|b)(?!bb)`, "bb", false)
}

// What only backtracking can do, and what is no expression in any language.
func TestPatternErrors(t *testing.T) {
	t.Parallel()
	f := func(pattern, want string) {
		t.Helper()
		if _, err := compile(pattern, false, DefaultLimits()); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %q", pattern, err, want)
		}
	}

	const around = "looking ahead or behind cannot be done in linear time"
	f(`a(?=b)`, around)
	f(`^(a|(?!b))`, around)
	f(`(?<=a)b`, around)
	f(`^(?=(?=a)b)c`, around)
	f(`^(?=a)*b`, "a repetition of looking ahead cannot be done in linear time")
	f(`^(?=a)b|c`, "looking ahead in one of several alternatives cannot be done in linear time")
	f(`(a)\1`, "references to groups cannot be run in linear time")
	f(`(?<n>a)\k<n>`, "references to groups cannot be run in linear time")
	f(`a++`, "possessive repetitions cannot be run in linear time")
	f(`(?>a)`, "conditional and atomic groups and references to groups cannot be run in linear time")
	f(`(a{40}){40}`, "it cannot be run in linear time: error parsing regexp: invalid repeat count: `{40}`")
	f(`\p{Nope}`, "it cannot be run in linear time: error parsing regexp: invalid character class range: `\\p{Nope}`")
	f(`(`, "a parenthesis is not closed")
	f(`a)`, "a closing parenthesis has no opening one at character 2")
	f(`[a`, "a set of characters is not closed at character 1")
	f(`[b-a]`, "the ends of a range of characters are in the wrong order at character 1")
	f(`a**`, "a repetition is repeated at character 3")
	f(`a{2,1}`, "the greatest number of a repetition is below the least at character 2")
	f(`\`, "there is nothing after the last backslash at character 1")
	f(`(?<>a)`, "the name of a group is missing or wrong at character 1")
	f(`(?y)`, "an unknown kind of group at character 1")
	f(`(?#a`, "a comment is not closed at character 1")
}
