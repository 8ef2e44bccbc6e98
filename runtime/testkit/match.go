package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
)

// matchJSON compares a JSON text with a pattern. On a match the variables of
// the pattern are bound in b; otherwise b is unchanged and the error says
// where the first difference is.
func matchJSON(p *pattern, text []byte, b bindings) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		return fmt.Errorf("the body is not JSON: %s", excerpt(text))
	}
	m := matcher{known: b, fresh: bindings{}}
	if err := m.match(p, v, ""); err != nil {
		return err
	}
	for name, value := range m.fresh {
		b[name] = value
	}
	return nil
}

// matchText compares a text, such as a header or a body that is not JSON.
func matchText(p *pattern, text string, b bindings) error {
	m := matcher{known: b, fresh: bindings{}}
	if err := m.match(p, text, ""); err != nil {
		return err
	}
	for name, value := range m.fresh {
		b[name] = value
	}
	return nil
}

type matcher struct {
	known, fresh bindings
}

func (m *matcher) match(p *pattern, v any, path string) error {
	switch p.kind {
	case objectPattern:
		return m.object(p, v, path)
	case arrayPattern:
		return m.array(p, v, path)
	case variablePattern:
		return m.variable(p, v, path)
	case textPattern:
		want, err := m.known.substitute(p.text)
		if err != nil {
			return err
		}
		if text, isText := v.(string); !isText || text != want {
			return differ(path, strconv.Quote(want), v)
		}
		return nil
	case regexPattern:
		return m.regex(p, v, path)
	default:
		if !equalLiteral(p.text, v) {
			return differ(path, p.text, v)
		}
		return nil
	}
}

func (m *matcher) object(p *pattern, v any, path string) error {
	object, isObject := v.(map[string]any)
	if !isObject {
		return differ(path, "an object", v)
	}
	wanted := map[string]bool{}
	for _, f := range p.fields {
		name, err := m.known.substitute(f.name)
		if err != nil {
			return err
		}
		wanted[name] = true
		value, there := object[name]
		if !there {
			return fmt.Errorf("at %s: %q is missing in %s", place(path), name, show(v))
		}
		if err := m.match(f.value, value, path+"/"+name); err != nil {
			return err
		}
	}
	for name := range object {
		if !wanted[name] && !p.open {
			return fmt.Errorf("at %s: %q was not expected in %s; write ... to allow further keys", place(path), name, show(v))
		}
	}
	return nil
}

func (m *matcher) array(p *pattern, v any, path string) error {
	array, isArray := v.([]any)
	if !isArray {
		return differ(path, "an array", v)
	}
	if p.open {
		return m.contains(p, array, path)
	}
	if len(array) != len(p.items) {
		return fmt.Errorf("at %s: want %d elements, got %d: %s", place(path), len(p.items), len(array), show(v))
	}
	for i, item := range p.items {
		if err := m.match(item, array[i], path+"/"+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	return nil
}

// contains wants each item somewhere, each in an element of its own.
func (m *matcher) contains(p *pattern, array []any, path string) error {
	used := make([]bool, len(array))
	for i, item := range p.items {
		found := false
		for j, v := range array {
			if used[j] || m.match(item, v, path) != nil {
				continue
			}
			used[j], found = true, true
			break
		}
		if !found {
			return fmt.Errorf("at %s: element %d of the expectation is not in %s", place(path), i, show(array))
		}
	}
	return nil
}

func (m *matcher) variable(p *pattern, v any, path string) error {
	if p.text == blank {
		return nil
	}
	got := plain(v)
	want, bound := m.known[p.text]
	if !bound {
		want, bound = m.fresh[p.text]
	}
	if !bound {
		m.fresh[p.text] = got
		return nil
	}
	if want != got {
		return differ(path, "$"+p.text+" = "+want, v)
	}
	return nil
}

func (m *matcher) regex(p *pattern, v any, path string) error {
	expression, err := m.known.quoteInto(p.text)
	if err != nil {
		return err
	}
	compiled, err := regexp.Compile(expression)
	if err != nil {
		return err
	}
	text, isText := v.(string)
	if !isText || !compiled.MatchString(text) {
		return differ(path, "a text like ~"+strconv.Quote(expression), v)
	}
	return nil
}

// quoteInto replaces $names in a regular expression by expressions that match
// their values.
func (b bindings) quoteInto(expression string) (string, error) {
	quoted := bindings{}
	for _, name := range names(expression) {
		if value, bound := b[name]; bound {
			quoted[name] = regexp.QuoteMeta(value)
		}
	}
	return quoted.substitute(expression)
}

// equalLiteral compares null, true, false and numbers by value: 1 is 1.0.
func equalLiteral(want string, v any) bool {
	got := show(v)
	if want == got {
		return true
	}
	const longest = 40 // A number like 1e999999999 must not be expanded.
	if _, isNumber := v.(json.Number); !isNumber || len(want) > longest || len(got) > longest {
		return false
	}
	x, err1 := strconv.ParseFloat(want, 64)
	y, err2 := strconv.ParseFloat(got, 64)
	if err1 != nil || err2 != nil || x != y {
		return false
	}
	wholeX, isX := new(big.Int).SetString(want, 10)
	wholeY, isY := new(big.Int).SetString(got, 10)
	return !isX || !isY || wholeX.Cmp(wholeY) == 0
}

// plain is the value of a variable: a text without quotes, anything else as
// JSON.
func plain(v any) string {
	if text, isText := v.(string); isText {
		return text
	}
	return show(v)
}

func differ(path, want string, got any) error {
	return fmt.Errorf("at %s: want %s, got %s", place(path), want, show(got))
}

func place(path string) string {
	if path == "" {
		return "the top"
	}
	return path
}

func show(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return string(excerpt(bytes.TrimSpace(b.Bytes())))
}

func excerpt(text []byte) []byte {
	const most = 2000
	if len(text) > most {
		return append(bytes.Clone(text[:most]), "..."...)
	}
	return text
}
