package protobuf

import "strings"

// optionStatement reads the rest of "option name = value;".
func (p *parser) optionStatement() Option {
	o := p.option()
	p.require(';')
	return o
}

// bracketed reads the options of a field or value, if there are any.
func (p *parser) bracketed() []Option {
	if !p.next('[') {
		return nil
	}
	var options []Option
	for p.err == nil {
		options = add(options, p.option())
		if p.next(']') {
			break
		}
		if !p.next(',') && p.err == nil {
			p.fail("expected ',' or ']' but found %s", p.found())
		}
	}
	return options
}

func (p *parser) option() Option {
	p.spend(memberCost)
	o := Option{}
	o.Name, o.key = p.optionName()
	p.require('=')
	o.Value = p.value()
	return o
}

// optionName reads "name", "name.field" or "(pkg.custom).field". The key is
// the first part without parentheses.
func (p *parser) optionName() (name, key string) {
	first, custom := p.optionPart()
	if !custom && p.peek() != '.' {
		return first, first
	}
	key = strings.Trim(first, "()")
	var b strings.Builder
	b.WriteString(first)
	for p.err == nil && p.next('.') {
		part, _ := p.optionPart()
		b.WriteByte('.')
		b.WriteString(part)
	}
	return b.String(), key
}

// optionPart reads one part; a word that is not in parentheses may itself hold
// points.
func (p *parser) optionPart() (part string, custom bool) {
	if !p.next('(') {
		w := p.word("the name of an option")
		trimmed := strings.TrimRight(w, ".")
		p.pos -= len(w) - len(trimmed) // the points before the next part
		if p.err == nil && trimmed == "" {
			p.fail("expected the name of an option but found \".\"")
		}
		return trimmed, false
	}
	w := p.word("the name of an option")
	p.require(')')
	return "(" + w + ")", true
}

func (p *parser) value() Value {
	p.spend(1)
	switch c := p.peek(); {
	case c == '{':
		return p.block('{', '}')
	case c == '[':
		return p.list()
	case c == '"' || c == '\'':
		return Value{Kind: String, Text: p.quoted()}
	case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
		return p.signed()
	}
	switch w := p.word("a value"); w {
	case "true", "false":
		return Value{Kind: Bool, Text: w}
	default:
		return Value{Kind: Ident, Text: w}
	}
}

// signed reads a number; a space may follow its sign.
func (p *parser) signed() Value {
	sign := ""
	if p.next('-') {
		sign = "-"
	} else {
		p.next('+')
	}
	p.skip()
	text := p.number()
	if text == "" && p.err == nil {
		p.fail("expected a number but found %s", p.found())
	}
	return Value{Kind: Number, Text: sign + text}
}

// block reads a message in text format.
func (p *parser) block(open, end byte) Value {
	p.spend(memberCost)
	p.require(open)
	v := Value{Kind: Block, inner: &inner{}}
	if !p.deeper() {
		return v
	}
	at := map[string]int{}
	for p.err == nil {
		if p.next(end) {
			break
		}
		key := p.blockKey()
		colon := p.next(':')
		var value Value
		switch c := p.peek(); {
		case c == '<':
			value = p.block('<', '>')
		case !colon && c != '{' && c != '[':
			p.fail("expected ':' but found %s", p.found())
		default:
			value = p.value()
		}
		v.inner.put(at, key, value)
		if !p.next(',') {
			p.next(';')
		}
	}
	p.depth--
	return v
}

// put adds a value. Equal keys become a list, as Karapace prints them; one
// that says nothing gives way to the next.
func (in *inner) put(at map[string]int, key string, v Value) {
	i, again := at[key]
	if !again {
		at[key] = len(in.keys)
		in.keys = add(in.keys, key)
		in.items = add(in.items, v)
		return
	}
	previous := &in.items[i]
	if previous.empty() {
		*previous = v
		return
	}
	if previous.Kind != List {
		*previous = Value{Kind: List, inner: &inner{items: []Value{*previous}}}
	}
	if v.Kind == List {
		previous.inner.items = append(previous.inner.items, v.items()...)
		return
	}
	previous.inner.items = add(previous.inner.items, v)
}

// blockKey reads a field name, or the name of an extension or of the type in
// an Any in brackets.
func (p *parser) blockKey() string {
	p.spend(1)
	if !p.next('[') {
		return p.word("the name of a field")
	}
	name := p.word("the name of an extension")
	if p.next('/') {
		name += "/" + p.word("the name of a type")
	}
	p.require(']')
	return "[" + name + "]"
}

func (p *parser) list() Value {
	p.require('[')
	v := Value{Kind: List, inner: &inner{}}
	if !p.deeper() {
		return v
	}
	for p.err == nil {
		if p.next(']') {
			break
		}
		if p.peek() == '<' {
			v.inner.items = add(v.inner.items, p.block('<', '>'))
		} else {
			v.inner.items = add(v.inner.items, p.value())
		}
		if !p.next(',') && p.peek() != ']' && p.err == nil {
			p.fail("expected ',' or ']' but found %s", p.found())
		}
	}
	p.depth--
	return v
}
