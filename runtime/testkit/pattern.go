package testkit

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of patterns.
const maxDepth = 64

type patternKind int

const (
	literalPattern  patternKind = iota // a number, true, false or null
	textPattern                        // "text", with $names inside
	regexPattern                       // ~"expression", with $names inside
	variablePattern                    // $name
	objectPattern
	arrayPattern
)

// pattern is what a JSON value is compared with.
type pattern struct {
	kind patternKind
	// text is the literal, the text, the expression or the name.
	text   string
	fields []field
	items  []*pattern
	open   bool // open allows further fields or items
}

type field struct {
	name  string
	value *pattern
}

// parsePattern reads a whole pattern; nothing may follow it.
func parsePattern(text string) (*pattern, error) {
	p := patternParser{text: text}
	result, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.at < len(p.text) {
		return nil, fmt.Errorf("unexpected %q after the end", p.rest())
	}
	return result, nil
}

type patternParser struct {
	text string
	at   int
}

func (p *patternParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *patternParser) rest() string {
	rest := p.text[p.at:]
	if len(rest) > 20 {
		return rest[:20] + "..."
	}
	return rest
}

// take skips space and then s, if s is next.
func (p *patternParser) take(s string) bool {
	p.space()
	if !strings.HasPrefix(p.text[p.at:], s) {
		return false
	}
	p.at += len(s)
	return true
}

func (p *patternParser) value(depth int) (*pattern, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deeply")
	}
	p.space()
	if p.at == len(p.text) {
		return nil, errors.New("a value is missing")
	}
	switch c := p.text[p.at]; {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		text, err := p.quoted()
		return &pattern{kind: textPattern, text: text}, err
	case c == '~':
		return p.regex()
	case c == '$':
		return p.variable()
	default:
		return p.literal()
	}
}

func (p *patternParser) object(depth int) (*pattern, error) {
	p.at++
	result := &pattern{kind: objectPattern}
	for first := true; !p.take("}"); first = false {
		if !first && !p.take(",") {
			return nil, fmt.Errorf("expected , or } before %q", p.rest())
		}
		if p.take("...") {
			result.open = true
			continue
		}
		p.space()
		name, err := p.quoted()
		if err != nil {
			return nil, err
		}
		if !p.take(":") {
			return nil, fmt.Errorf("expected : after %q", name)
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		result.fields = append(result.fields, field{name, v})
	}
	return result, nil
}

func (p *patternParser) array(depth int) (*pattern, error) {
	p.at++
	result := &pattern{kind: arrayPattern}
	for first := true; !p.take("]"); first = false {
		if !first && !p.take(",") {
			return nil, fmt.Errorf("expected , or ] before %q", p.rest())
		}
		if p.take("...") {
			result.open = true
			continue
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		result.items = append(result.items, v)
	}
	return result, nil
}

// quoted reads a JSON string.
func (p *patternParser) quoted() (string, error) {
	raw, err := p.quotedRaw()
	if err != nil {
		return "", err
	}
	var text string
	if err := json.Unmarshal([]byte(raw), &text); err != nil {
		return "", fmt.Errorf("%s is not a JSON string", raw)
	}
	return text, nil
}

func (p *patternParser) quotedRaw() (string, error) {
	if p.at == len(p.text) || p.text[p.at] != '"' {
		return "", fmt.Errorf("expected a string before %q", p.rest())
	}
	for end := p.at + 1; end < len(p.text); end++ {
		switch p.text[end] {
		case '\\':
			end++
		case '"':
			raw := p.text[p.at : end+1]
			p.at = end + 1
			return raw, nil
		}
	}
	return "", errors.New("a string has no end")
}

// regex reads ~"expression". Only \" is an escape inside, so that backslashes
// of the expression need not be doubled.
func (p *patternParser) regex() (*pattern, error) {
	p.at++
	raw, err := p.quotedRaw()
	if err != nil {
		return nil, err
	}
	text := strings.ReplaceAll(raw[1:len(raw)-1], `\"`, `"`)
	if !utf8.ValidString(text) {
		return nil, errors.New("an expression is not UTF-8")
	}
	if _, err := regexp.Compile(variables.ReplaceAllString(text, "x")); err != nil {
		return nil, err
	}
	return &pattern{kind: regexPattern, text: text}, nil
}

func (p *patternParser) variable() (*pattern, error) {
	name := variables.FindString(p.text[p.at:])
	if name == "" || !strings.HasPrefix(p.text[p.at:], name) || name == "$$" {
		return nil, fmt.Errorf("expected a name after $ in %q", p.rest())
	}
	p.at += len(name)
	return &pattern{kind: variablePattern, text: name[1:]}, nil
}

func (p *patternParser) literal() (*pattern, error) {
	end := p.at
	for end < len(p.text) && strings.IndexByte(",]} \t\r\n", p.text[end]) < 0 {
		end++
	}
	text := p.text[p.at:end]
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, fmt.Errorf("%q is not a JSON value", p.rest())
	}
	p.at = end
	return &pattern{kind: literalPattern, text: text}, nil
}

// binds calls f for every variable that a match gives a value to.
func (p *pattern) binds(f func(name string)) {
	if p == nil {
		return
	}
	if p.kind == variablePattern {
		f(p.text)
	}
	for _, x := range p.fields {
		x.value.binds(f)
	}
	for _, x := range p.items {
		x.binds(f)
	}
}

// uses calls f for every text in which $names are replaced.
func (p *pattern) uses(f func(text string)) {
	if p == nil {
		return
	}
	if p.kind == textPattern || p.kind == regexPattern {
		f(p.text)
	}
	for _, x := range p.fields {
		f(x.name)
		x.value.uses(f)
	}
	for _, x := range p.items {
		x.uses(f)
	}
}
