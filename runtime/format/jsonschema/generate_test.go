package jsonschema

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// object is a JSON object that a test makes up.
type object = map[string]any

// maker makes up schemas, others that grew out of them by the changes that
// people make, and values for them. The features are the keywords and habits
// that it has beside the plain ones: typed schemas of scalars, objects with
// declared properties, arrays, references, anyOf and allOf.
type maker struct {
	rand     *rand.Rand
	features []string
	draft    Draft
}

func newMaker(seed uint64, d Draft, features ...string) *maker {
	return &maker{rand: rand.New(rand.NewPCG(seed, seed)), features: features, draft: d}
}

func (m *maker) has(feature string) bool { return slices.Contains(m.features, feature) }
func (m *maker) odds(of int) bool        { return m.rand.IntN(of) == 0 }

func one[T any](m *maker, of ...T) T { return of[m.rand.IntN(len(of))] }

// root makes a whole schema, with two definitions that it may refer to.
func (m *maker) root() object {
	s := m.objectSchema(3)
	s[m.definitions()] = object{"d0": m.schema(2), "d1": m.schema(1)}
	if m.draft == Draft2020 {
		s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	}
	return s
}

func (m *maker) definitions() string {
	if m.draft == Draft2020 {
		return "$defs"
	}
	return "definitions"
}

func (m *maker) schema(depth int) any {
	switch n := m.rand.IntN(24); {
	case n < 9 || depth == 0:
		return m.scalarSchema()
	case n < 14:
		return m.objectSchema(depth)
	case n < 17:
		return m.arraySchema(depth)
	case n < 19:
		return object{"$ref": "#/" + m.definitions() + "/" + one(m, "d0", "d1")}
	case n < 21:
		return object{one(m, "anyOf", "allOf"): m.schemas(depth - 1)}
	case n == 21 && m.has("not"):
		s := m.typed(depth)
		s["not"] = m.schema(depth - 1)
		return s
	case n == 21 && m.has("oneOf"):
		return object{"oneOf": m.schemas(depth - 1)}
	case n == 22 && m.has("if"):
		s := m.typed(depth)
		s["if"], s["then"], s["else"] = m.schema(0), m.schema(0), m.schema(0)
		return s
	case n == 23:
		return one[any](m, true, object{}, false)
	default:
		return m.scalarSchema()
	}
}

func (m *maker) schemas(depth int) []any {
	list := make([]any, 1+m.rand.IntN(3))
	for i := range list {
		list[i] = m.schema(max(depth, 0))
	}
	return list
}

func (m *maker) typed(depth int) object {
	switch m.rand.IntN(3) {
	case 0:
		return m.objectSchema(depth)
	case 1:
		return m.arraySchema(depth)
	default:
		return m.scalarSchema()
	}
}

func (m *maker) scalarSchema() object {
	s := object{}
	switch m.rand.IntN(9) {
	case 0, 1, 2:
		s["type"] = "string"
		m.some(s, 3, "maxLength", "minLength", "pattern")
	case 3, 4, 5:
		s["type"] = one(m, "integer", "number")
		m.some(s, 3, "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf")
	case 6:
		s["type"] = one(m, "boolean", "null")
	case 7:
		s["type"] = one(m, []any{"string", "null"}, []any{"integer", "string"}, []any{"number"})
	default:
		s["type"] = "string"
		s["enum"] = []any{one(m, "a", "b"), "c", "d"}[:2+m.rand.IntN(2)]
	}
	if m.has("untyped") && m.odds(4) {
		delete(s, "type")
	}
	if m.odds(12) {
		s["const"] = one[any](m, "a", 1, "b", true)
	}
	return s
}

// some adds some of the keywords.
func (m *maker) some(s object, odds int, keywords ...string) {
	for _, k := range keywords {
		if m.odds(odds) {
			s[k] = m.value(k, 1)
		}
	}
}

// value makes the value of a keyword.
func (m *maker) value(keyword string, depth int) any {
	switch keyword {
	case "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties":
		if strings.HasPrefix(keyword, "max") {
			return 1 + m.rand.IntN(3)
		}
		return m.rand.IntN(3)
	case "maximum", "exclusiveMaximum":
		return 1 + m.rand.IntN(3)
	case "minimum", "exclusiveMinimum":
		return m.rand.IntN(3) - 1
	case "multipleOf":
		return one[any](m, 2, 3, 0.5, 4)
	case "pattern":
		return one(m, "^a", "b$", "^[a-c]+$")
	case "uniqueItems":
		return m.odds(2)
	case "contains", "propertyNames", "additionalProperties", "additionalItems", "items", "unevaluatedProperties":
		return m.schema(depth - 1)
	case "patternProperties":
		return object{one(m, "^a", "^x", "b"): m.schema(depth - 1)}
	case "dependencies", "dependentRequired":
		return object{one(m, "a", "b"): []any{one(m, "b", "c")}}
	default:
		return true
	}
}

func (m *maker) objectSchema(depth int) object {
	s := object{"type": "object"}
	properties, required := object{}, []any{}
	for _, name := range []string{"a", "b", "c"} {
		if !m.odds(3) {
			properties[name] = m.schema(depth - 1)
			if m.has("default") && m.odds(2) {
				if p, ok := properties[name].(object); ok {
					p["default"] = "a"
				}
			}
		}
		if _, declared := properties[name]; (declared || m.has("undeclared")) && m.odds(3) {
			required = append(required, name)
		}
	}
	s["properties"] = properties
	if len(required) > 0 {
		s["required"] = required
	}
	if m.odds(2) {
		s["additionalProperties"] = one[any](m, false, false, true, m.schema(depth-1))
	}
	m.some(s, 8, "minProperties", "maxProperties")
	for _, k := range []string{"patternProperties", "propertyNames", "dependencies", "unevaluatedProperties"} {
		if !m.has(k) {
			continue
		}
		if k == "dependencies" && m.draft == Draft2020 {
			k = "dependentRequired"
		}
		m.some(s, 3, k)
	}
	return s
}

func (m *maker) arraySchema(depth int) object {
	s := object{"type": "array"}
	tuple, rest := "items", "additionalItems"
	if m.draft == Draft2020 {
		tuple, rest = "prefixItems", "items"
	}
	switch {
	case m.odds(3):
		s[tuple] = m.schemas(depth - 1)
		if m.odds(2) {
			s[rest] = one[any](m, false, m.schema(depth-1))
		}
	case !m.odds(3):
		s["items"] = m.schema(depth - 1)
	}
	m.some(s, 4, "minItems", "maxItems", "uniqueItems")
	if m.has("contains") {
		m.some(s, 3, "contains")
	}
	return s
}

// evolve returns a copy of a schema with a change or two.
func (m *maker) evolve(t testing.TB, s object) object {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var next object
	if err := json.Unmarshal(raw, &next); err != nil {
		t.Fatal(err)
	}
	for range 1 + m.rand.IntN(2) {
		places := schemasIn(next, nil)
		m.change(places[m.rand.IntN(len(places))])
	}
	return next
}

// schemasIn lists the schemas that are objects, the one itself first.
func schemasIn(v any, list []object) []object {
	s, ok := v.(object)
	if !ok {
		return list
	}
	list = append(list, s)
	for _, keyword := range sortedKeys(s, object{}) {
		switch inner := s[keyword].(type) {
		case object:
			switch keyword {
			case "properties", "patternProperties", "definitions", "$defs":
				for _, name := range sortedKeys(inner, object{}) {
					list = schemasIn(inner[name], list)
				}
			case "items", "additionalProperties", "additionalItems", "contains", "not", "if", "then", "else", "propertyNames":
				list = schemasIn(inner, list)
			}
		case []any:
			for _, item := range inner {
				list = schemasIn(item, list)
			}
		}
	}
	return list
}

// change alters a schema: a keyword goes, comes or gets another value.
func (m *maker) change(s object) {
	keywords := sortedKeys(s, object{})
	if len(keywords) == 0 || m.odds(8) {
		s["type"] = one[any](m, "string", "integer", "number", []any{"integer", "null"})
		return
	}
	switch k := one(m, keywords...); k {
	case "$ref":
		delete(s, k)
		s["type"] = "string"
	case "properties":
		properties, name := s[k].(object), one(m, "a", "b", "c", "x")
		switch _, there := properties[name]; {
		case there && m.odds(2):
			delete(properties, name)
			if required, ok := s["required"].([]any); ok && !m.has("undeclared") {
				s["required"] = slices.DeleteFunc(required, func(r any) bool { return r == name })
			}
		default:
			properties[name] = m.schema(1)
			if required, ok := s["required"].([]any); ok && m.odds(3) && !slices.Contains(required, any(name)) {
				s["required"] = append(required, name)
			}
		}
	case "type":
		s[k] = one[any](m, s[k], "number", "string", []any{"integer", "null"}, []any{"string", "number", "null"})
	case "enum":
		s[k] = []any{"a", one(m, "c", "e"), "d"}[:1+m.rand.IntN(3)]
	case "required":
		switch name := one(m, "a", "b", "c", "x"); {
		case m.odds(2):
			delete(s, k)
		case !slices.Contains(s[k].([]any), any(name)):
			if _, declared := s["properties"].(object)[name]; declared || m.has("undeclared") {
				s[k] = append(s[k].([]any), name)
			}
		}
	case "anyOf", "allOf", "oneOf":
		branches := s[k].([]any)
		if m.odds(2) && len(branches) > 1 {
			s[k] = branches[1:]
		} else {
			s[k] = append(branches, m.schema(0))
		}
	case "$schema", "definitions", "$defs", "default", "const", "prefixItems", "not", "if", "then", "else":
		// Their parts change, not they.
	default:
		if m.odds(2) {
			delete(s, k)
		} else if _, list := s[k].([]any); !list {
			s[k] = m.value(k, 2)
		}
	}
	m.loosen(s)
}

// loosen adds a keyword at times.
func (m *maker) loosen(s object) {
	switch s["type"] {
	case "string":
		m.some(s, 6, "maxLength", "pattern")
	case "integer", "number":
		m.some(s, 6, "maximum", "multipleOf")
	case "array":
		m.some(s, 8, "minItems", "uniqueItems")
	case "object":
		if m.odds(6) {
			s["additionalProperties"] = one[any](m, false, true, m.schema(0))
		}
	}
}

// instance makes a value that has a chance to fit a schema.
func (m *maker) instance(s any, root object, depth int) any {
	schema, ok := s.(object)
	if !ok || depth == 0 || m.odds(8) {
		return m.scalar()
	}
	if ref, ok := schema["$ref"].(string); ok {
		definitions, _ := root[m.definitions()].(object)
		return m.instance(definitions[ref[strings.LastIndexByte(ref, '/')+1:]], root, depth-1)
	}
	if c, ok := schema["const"]; ok {
		return c
	}
	if list, ok := schema["enum"].([]any); ok {
		return one(m, list...)
	}
	for _, k := range []string{"anyOf", "oneOf", "allOf"} {
		if list, ok := schema[k].([]any); ok && len(list) > 0 {
			return m.instance(one(m, list...), root, depth-1)
		}
	}
	types, ok := schema["type"].([]any)
	if !ok {
		types = []any{schema["type"]}
	}
	switch one(m, types...) {
	case "string":
		return one(m, "a", "b", "ab", "abc", "", "abcd", "xb")
	case "integer":
		return one(m, 0, 1, 2, 3, 4, -1, 6)
	case "number":
		return one[any](m, 0, 1, 2.5, 3, 0.5, -1, 4)
	case "boolean":
		return m.odds(2)
	case "null":
		return nil
	case "object":
		return m.members(schema, root, depth)
	case "array":
		return m.items(schema, root, depth)
	default:
		return m.scalar()
	}
}

func (m *maker) scalar() any {
	return one[any](m, nil, true, 0, 1, 2.5, 3, "a", "b", "abcd", object{}, []any{}, []any{1, "a"}, object{"a": 1}, object{"x": "a", "b": nil})
}

func (m *maker) members(s, root object, depth int) any {
	v := object{}
	properties, _ := s["properties"].(object)
	required, _ := s["required"].([]any)
	for _, name := range []string{"a", "b", "c"} {
		p, declared := properties[name]
		if slices.Contains(required, any(name)) || declared && !m.odds(3) {
			v[name] = m.instance(p, root, depth-1)
		}
	}
	if m.odds(2) {
		v[one(m, "x", "ab", "xa", "c")] = m.instance(s["additionalProperties"], root, depth-1)
	}
	return v
}

func (m *maker) items(s, root object, depth int) any {
	list := []any{}
	single, _ := s["prefixItems"].([]any)
	if tuple, ok := s["items"].([]any); ok {
		single = tuple
	}
	for i := range m.rand.IntN(4) {
		rest := s["additionalItems"]
		if single == nil || m.draft == Draft2020 {
			rest = s["items"]
		}
		if i < len(single) {
			rest = single[i]
		}
		list = append(list, m.instance(rest, root, depth-1))
	}
	return list
}

func text(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
