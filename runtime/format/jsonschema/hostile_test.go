//go:build !race

package jsonschema

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/testkit/cost"
)

// many writes n things with commas between them, their numbers in place of #
// and # in place of @.
func many(n int, format string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = strings.ReplaceAll(format, "#", strconv.Itoa(i))
	}
	return strings.ReplaceAll(strings.Join(list, ","), "@", "#")
}

// hostileSchema is a text built to be expensive. refused is part of the reason
// for which it is not taken, unusable of the reason why it has no validator.
type hostileSchema struct {
	name, text, refused, unusable string
	// against is what it is compared with, else itself with a change at the top.
	against string
}

func chain(n int, link string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.NewReplacer("#", fmt.Sprint(i), "@", fmt.Sprint(i+1)).Replace(link))
		b.WriteByte(',')
	}
	fmt.Fprintf(&b, `"d%d":{"type":"string"}`, n)
	return b.String()
}

func hostileSchemas() []hostileSchema {
	nest := func(n int, open, inner, closing string) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(closing, n)
	}
	const tooDeep, tooMany = "deep", "hold more than 65536 schemas"
	return []hostileSchema{
		{name: "deep JSON", text: nest(500_000, "[", "", "]"), refused: tooDeep},
		{name: "deep allOf", text: nest(100_000, `{"allOf":[`, "{}", `]}`), refused: tooDeep},
		{name: "as deep as allowed", text: nest(511, `{"allOf":[`, `{"type":"string"}`, `]}`)},
		{name: "deep not", text: nest(1023, `{"not":`, `{}`, `}`)},
		{name: "deep properties", text: nest(511, `{"properties":{"a":`, `{"type":"string"}`, `}}`)},
		{name: "wide and deep", text: `{"x":` + nest(1000, `[1,`, "1", `]`) + `}`},
		{name: "1e5 properties", text: `{"properties":{` + many(100_000, `"p#":{}`) + `}}`, refused: tooMany},
		{name: "65,000 properties", text: `{"type":"object","properties":{` + many(65_000, `"p#":{"type":"string"}`) + `}}`},
		{name: "65,000 required", text: `{"properties":{` + many(60_000, `"p#":{}`) + `},"required":[` + many(60_000, `"p#"`) + `]}`},
		{name: "1e5 required", text: `{"required":[` + many(100_000, `"p#"`) + `]}`},
		{name: "1e5 enum values", text: `{"enum":[` + many(100_000, `"value #"`) + `]}`},
		{name: "1e5 enum numbers", text: `{"enum":[` + many(100_000, `#.5e300`) + `]}`},
		{name: "600,000 values", text: `{"enum":[` + strings.Repeat("1,", 600_000) + `1]}`, refused: "values"},
		{name: "one long string", text: `{"title":"` + strings.Repeat("a", 2_000_000) + `"}`},
		{name: "escapes", text: `{"title":"` + strings.Repeat(`\u00e9`, 300_000) + `"}`},
		{name: "equal keys", text: `{` + strings.Repeat(`"a":{"type":"string"},`, 90_000) + `"a":1}`},
		{name: "a long integer", text: `{"maximum":1` + strings.Repeat("0", 2_000_000) + `}`, refused: "too large for a double"},
		{name: "a great exponent", text: `{"maximum":1e400000000}`, refused: "too large for a double"},
		{name: "a small exponent", text: `{"maximum":1e-400000000,"multipleOf":1e-300}`},
		{name: "a long fraction", text: `{"maximum":0.` + strings.Repeat("1", 2_000_000) + `}`},
		{name: "limits", text: `{"allOf":[` + many(60_000, `{"maximum":#e300}`) + `]}`},
		{name: "multiples", text: `{"allOf":[` + many(60_000, `{"multipleOf":1#e300}`) + `]}`, against: `{"allOf":[` + many(60_000, `{"multipleOf":7#e299}`) + `]}`},
		{name: "long multiples", text: `{"allOf":[` + many(4_000, `{"multipleOf":1#`+strings.Repeat("7", 250)+`}`) + `]}`, against: `{"allOf":[` + many(4_000, `{"multipleOf":3#`+strings.Repeat("1", 251)+`}`) + `]}`},
		{name: "to itself", text: `{"$ref":"#"}`},
		{name: "in a circle", text: `{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}}}`},
		{name: "a chain", text: `{"$ref":"#/definitions/d0","definitions":{` + chain(30_000, `"d#":{"$ref":"#/definitions/d@"}`) + `}}`},
		{name: "allOf of allOf", text: `{"$ref":"#/definitions/d0","definitions":{` + chain(60, `"d#":{"allOf":[{"$ref":"#/definitions/d@"},{"$ref":"#/definitions/d@"}]}`) + `}}`},
		{name: "oneOf of oneOf", text: `{"$ref":"#/definitions/d0","definitions":{` + chain(60, `"d#":{"oneOf":[{"$ref":"#/definitions/d@"},{"$ref":"#/definitions/d@"}]}`) + `}}`},
		{name: "not of not", text: `{"$ref":"#/definitions/d0","definitions":{` + chain(60, `"d#":{"not":{"anyOf":[{"$ref":"#/definitions/d@"},{"not":{"$ref":"#/definitions/d@"}}]}}`) + `}}`},
		{name: "properties of properties", text: `{"$ref":"#/definitions/d0","definitions":{` + chain(60, `"d#":{"properties":{"a":{"$ref":"#/definitions/d@"},"b":{"$ref":"#/definitions/d@"}}}`) + `}}`},
		{name: "a wide oneOf", text: `{"oneOf":[` + many(3_000, `{"type":"object","properties":{"p#":{"type":"string"}},"required":["p#"],"additionalProperties":false}`) + `]}`},
		{name: "20,000 branches", text: `{"oneOf":[` + many(20_000, `{"const":#}`) + `]}`},
		{name: "60,000 equal branches", text: `{"anyOf":[` + many(60_000, `{"maximum":1}`) + `]}`},
		{name: "40,000 references", text: `{"properties":{` + many(40_000, `"p#":{"$ref":"@/definitions/a"}`) + `},"definitions":{"a":{"properties":{"b":{"$ref":"#"}}}}}`},
		{name: "references into a list", text: `{"anyOf":[` + many(30_000, `{"$ref":"@/x/#"}`) + `],"x":[` + many(30_000, `{"type":"string"}`) + `]}`},
		{name: "references into members", text: `{"anyOf":[` + many(30_000, `{"$ref":"@/x/p#"}`) + `],"x":{` + many(30_000, `"p#":{"type":"string"}`) + `}}`},
		{name: "references to nothing", text: `{"anyOf":[` + many(60_000, `{"$ref":"@/x/#"}`) + `]}`},
		{name: "references elsewhere", text: `{"anyOf":[` + many(40_000, `{"$ref":"http://a.b/c#"}`) + `]}`},
		{name: "long pointers", text: `{"anyOf":[` + many(1_000, `{"$ref":"@`+strings.Repeat("/a", 500)+`#"}`) + `],"a":` + nest(600, `{"a":`, "{}", "}") + `}`},
		{name: "long references", text: `{"allOf":[` + many(60, `{"$ref":"`+strings.Repeat("../", 10_000)+`#"}`) + `]}`},
		{name: "60,000 identifiers", text: `{"allOf":[` + many(60_000, `{"$id":"a#"}`) + `]}`},
		{name: "identifiers within each other", text: nest(500, `{"$id":"a/b/","allOf":[`, `{"$ref":"c"}`, `]}`)},
		{name: "60,000 anchors", text: `{` + draft2020 + `"allOf":[` + many(60_000, `{"$anchor":"a#"}`) + `]}`},
		{name: "dynamic anchors", text: `{` + draft2020 + `"$dynamicRef":"#a1","allOf":[` + many(50_000, `{"$dynamicAnchor":"a#"}`) + `]}`},
		{name: "dynamic references", text: `{` + draft2020 + `"$id":"http://e.x/a","$dynamicAnchor":"n","properties":{"a":{"$dynamicRef":"#n"}},"allOf":[` +
			many(2_000, `{"$id":"r#","$dynamicAnchor":"n","properties":{"b":{"$dynamicRef":"@n"}}}`) + `]}`},
		{name: "a dynamic reference to itself", text: `{` + draft2020 + `"$dynamicAnchor":"n","$dynamicRef":"#n"}`},
		{name: "a recursive reference to itself", text: `{"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveAnchor":true,"anyOf":[{"$recursiveRef":"#"},{"$recursiveRef":"#"}]}`},
		{name: "nested repetitions", text: `{"pattern":"^(a+)+$","patternProperties":{"^(a+)+$":{"type":"string"},"^(a|a)*$":{}},"properties":{"` + strings.Repeat("a", 500) + `!":{}}}`},
		{name: "counted repetition", text: `{"pattern":"^a{1000000}$"}`, refused: "costs"},
		{name: "counted repetitions", text: `{"pattern":"((((a{100}){100}){100}){100}){100}"}`, refused: "costs"},
		{name: "a repetition that RE2 refuses", text: `{"pattern":"(a{40}){40}"}`, unusable: "linear time"},
		{name: "a great repetition", text: `{"pattern":"^([ab]|c){0,3000}$"}`},
		{name: "a costly pattern", text: `{"patternProperties":{"` + strings.Repeat(".{1000}", 19) + `":{"type":"string"}},"properties":{` + many(2_000, `"`+strings.Repeat("a", 500)+`#":{}`) + `}}`},
		{name: "costly patterns", text: `{"patternProperties":{` + many(200, `"x#`+strings.Repeat(".{1000}", 18)+`":{"type":"string"}`) + `}}`, unusable: "together"},
		{name: "deep groups", text: `{"pattern":"` + nest(12_000, "(", "a", ")") + `"}`, refused: "costs"},
		{name: "many patterns", text: `{"patternProperties":{` + many(30_000, `"^p#[a-z]*$":{"type":"string"}`) + `},"properties":{` + many(30_000, `"p#":{}`) + `}}`, unusable: "together"},
		{name: "some patterns", text: `{"patternProperties":{` + many(3_000, `"^p#[a-z]*$":{"type":"string"}`) + `},"properties":{` + many(3_000, `"p#":{}`) + `}}`},
		{name: "a long set of characters", text: `{"pattern":"[` + strings.Repeat("a-b", 500_000) + `]"}`, refused: "costs"},
		{name: "dependencies", text: `{"dependencies":{` + many(60_000, `"p#":["q#","r"]`) + `}}`},
		{name: "types", text: `{"allOf":[` + many(60_000, `{"type":["null"]}`) + `]}`},
		{name: "unevaluated", text: `{` + draft2020 + `"allOf":[` + many(30_000, `{"unevaluatedProperties":{}}`) + `],"unevaluatedProperties":false}`},
		{name: "a tuple", text: `{"items":[` + many(60_000, `{"maximum":#}`) + `],"additionalItems":{"type":"string"}}`},
	}
}

// changed is a text that differs from a schema in what all walks look at, so
// that nothing is answered because of equal texts.
func changed(text string) string { return `{"maxLength":1,` + strings.TrimPrefix(text, "{") }

// heap is what is in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestHostile: parsing, printing and comparing any text, and checking a value
// with it, costs no more than is promised.
func TestHostile(t *testing.T) {
	// Not parallel, see package cost.
	values := hostileValues()
	previous := mustParse(t, `{"type":"object"}`)
	for _, h := range hostileSchemas() {
		within := func(what string, work func()) {
			t.Helper()
			spent := cost.Within(t, h.name+", "+what, work)
			t.Logf("%-32s %-10s %8v %4d MiB", h.name, what, spent.CPU, spent.Bytes>>20)
		}
		var s *Schema
		var err error
		before := heap()
		spent := cost.Within(t, h.name+", parse", func() { s, err = Parse(h.text, nil, DefaultLimits()) })
		t.Logf("%-32s parse      %8v %4d MiB", h.name, spent.CPU, spent.Bytes>>20)
		refusedFor(t, h.name, err, h.refused)
		if s == nil {
			continue
		}
		if grown := heap() - before; grown > cost.Bytes {
			t.Errorf("%s: the schema takes %d MiB", h.name, grown>>20)
		}
		other, err := ParseStored(cmp.Or(h.against, changed(h.text)), nil, DefaultLimits())
		if err != nil {
			t.Fatalf("%s: %v", h.name, err)
		}
		within("print", func() { _, _, _ = s.Canonical(), s.Standard(), s.Normalized() })
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			within("compare "+string(f[:1]), func() { Readable(s, other, f) })
			within("previous "+string(f[:1]), func() { Readable(s, previous, f) })
		}
		previous = s
		var v *Validator
		within("prepare", func() { v, err = NewValidator(s, schema.Confluent, DefaultLimits()) })
		refusedFor(t, h.name, err, h.unusable)
		for name, value := range values {
			if v == nil {
				break
			}
			within(name, func() { _ = v.Validate(value) })
		}
	}
}

// Each of the references is within the limits, all of them together are not.
func TestHostileReferences(t *testing.T) {
	t.Parallel()
	f := func(want string, bound Bound, references ...Reference) {
		t.Helper()
		_, err := ParseStored(`{}`, references, DefaultLimits())
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != TooLarge || e.Error() != want || e.Bound != bound || e.Reference != len(references) {
			t.Errorf("%d references: %v, want %q", len(references), err, want)
		}
	}
	repeated := func(n int, text string) []Reference {
		list := make([]Reference, n)
		for i := range list {
			list[i] = Reference{Name: strconv.Itoa(i), Text: text}
		}
		return list
	}

	f("the references of the schema have more than 8388608 bytes together", Bytes, repeated(5, `{"title":"`+strings.Repeat("a", 2_000_000)+`"}`)...)
	f("the schema and its references hold more than 65536 schemas", Subschemas, repeated(3, `{"allOf":[`+many(30_000, `true`)+`]}`)...)
}

func refusedFor(t *testing.T, name string, err error, reason string) {
	t.Helper()
	switch e, ok := errors.AsType[*Error](err); {
	case err == nil && reason == "":
	case err == nil || reason == "":
		t.Errorf("%s: %.1000v, want %q", name, err, reason)
	case !ok || !strings.Contains(e.Error(), reason) || len(e.Error()) > 1000:
		t.Errorf("%s: %.1000v, want %q", name, err, reason)
	}
}

// hostileValues are checked against each hostile schema.
func hostileValues() map[string][]byte {
	return map[string][]byte{
		"a string":      []byte(`"` + strings.Repeat("a", 50_000) + `!"`),
		"strings":       []byte(`[` + many(20_000, `"value #"`) + `]`),
		"objects":       []byte(`[` + strings.Repeat(`{"a":{},"b":{}},`, 15_000) + `{}]`),
		"members":       []byte(`{` + many(20_000, `"p#":"a"`) + `}`),
		"deep":          []byte(strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000)),
		"equal keys":    []byte(`{` + strings.Repeat(`"a":1,`, 30_000) + `"a":2}`),
		"numbers":       []byte(`[` + many(20_000, `#.5e300`) + `]`),
		"a number":      []byte(`1e400000000`),
		"a tiny number": []byte(`1e-400000000`),
		"a long name":   []byte(`{"` + strings.Repeat("a", 300_000) + `":1}`),
	}
}
