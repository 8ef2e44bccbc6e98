package protobuf

import (
	"slices"
	"strings"
)

// message reads the rest of a message after its keyword.
func (p *parser) message(doc string) *Message {
	m := &Message{Doc: doc, Name: p.name("the name of a message")}
	p.body(m)
	return m
}

// body reads what stands between the braces of a message or group.
func (p *parser) body(m *Message) {
	p.spend(messageCost)
	p.require('{')
	if !p.deeper() {
		return
	}
	p.statements(func(doc string, start int) {
		p.member(m, doc, p.word("a field or \"}\""), start)
	})
	p.depth--
}

// statements reads what stands up to the closing brace. Each statement begins
// after its comment, at start.
func (p *parser) statements(read func(doc string, start int)) {
	for p.err == nil {
		doc := p.documentation()
		if p.next('}') {
			return
		}
		if !p.next(';') {
			read(doc, p.pos)
		}
	}
}

func (p *parser) member(m *Message, doc, word string, start int) {
	visibility := p.visibility(&word)
	switch word = p.keyword(word, "extend"); word {
	case "option":
		m.Options = add(m.Options, p.optionStatement())
	case "reserved":
		m.Reserved = add(m.Reserved, p.reserved(doc))
	case "message":
		inner := p.message(doc)
		inner.Visibility = visibility
		m.Messages = append(m.Messages, inner)
	case "enum":
		inner := p.enum(doc)
		inner.Visibility = visibility
		m.Enums = append(m.Enums, inner)
	case "extend":
		m.Extends = append(m.Extends, p.extend(doc))
	case "oneof":
		m.Oneofs = append(m.Oneofs, p.oneof(doc))
	case "extensions":
		m.Extensions = add(m.Extensions, p.extensions(doc))
	default:
		if f, g := p.field(doc, word, start); g != nil {
			m.Groups = append(m.Groups, g)
		} else {
			m.Fields = add(m.Fields, f)
		}
	}
}

// field reads a field or group whose first word has been read.
func (p *parser) field(doc, word string, start int) (Field, *Group) {
	f := Field{Doc: doc}
	word = p.keyword(word, labelNames[1:]...)
	f.Label = p.label(word, start)
	if f.Label != NoLabel {
		p.skip()
		start = p.pos
		word = p.word("a type")
	}
	switch {
	case word == "map" && p.peek() == '<':
		p.mapType(&f, start)
	case word == "group" && (f.Label != NoLabel || p.groupFollows()):
		if p.file.Edition != "" {
			p.failAt(start, malformed("groups do not exist in editions: use features.message_encoding = DELIMITED"))
		}
		return f, p.group(doc, f.Label)
	default:
		if f.Label == NoLabel && !p.file.proto3() && p.file.Edition == "" {
			p.failAt(start, malformed("unexpected label: %s", word))
		}
		f.Type = word
	}
	p.fieldRest(&f)
	return f, nil
}

// keyword returns the word that was read last or, when an absolute name follows
// one of the keywords without a space, that keyword: optional.A a = 1;
func (p *parser) keyword(word string, keywords ...string) string {
	before, rest, ok := strings.Cut(word, ".")
	if !ok || p.err != nil || !slices.Contains(keywords, before) {
		return word
	}
	p.pos -= len(rest) + len(".")
	return before
}

// groupFollows tells a group from a field of a type that is called group: the
// name of a group starts with a capital letter.
func (p *parser) groupFollows() bool {
	c := p.peek()
	return c >= 'A' && c <= 'Z'
}

func (p *parser) label(word string, start int) Label {
	var l Label
	switch word {
	case "optional":
		l = Optional
	case "required":
		l = Required
	case "repeated":
		return Repeated
	default:
		return NoLabel
	}
	switch {
	case p.file.Edition != "":
		p.failAt(start, malformed("label %q is not allowed in editions: use features.field_presence", word))
	case l == Required && p.file.proto3():
		p.failAt(start, malformed("'required' label forbidden in proto3 field declarations"))
	}
	return l
}

func (p *parser) mapType(f *Field, start int) {
	if f.Label != NoLabel {
		p.failAt(start, malformed("'map' type cannot have label"))
	}
	p.require('<')
	f.Key = p.word("the type of the keys")
	p.require(',')
	f.Type = p.word("the type of the values")
	p.require('>')
}

// fieldRest reads a field from its name on.
func (p *parser) fieldRest(f *Field) {
	p.spend(memberCost)
	f.Name = p.name("the name of a field")
	p.require('=')
	f.Number = p.integer("the number of the field")
	f.more = p.fieldOptions(p.bracketed())
	p.require(';')
	f.Doc = p.trailing(f.Doc)
}

// fieldOptions takes default and json_name out of the options.
func (p *parser) fieldOptions(options []Option) *fieldMore {
	if len(options) == 0 {
		return nil
	}
	more := &fieldMore{}
	for _, o := range options {
		switch o.Name {
		case "default":
			if len(o.Value.items()) > 0 {
				p.fail("a default is one value")
			}
			// An empty default is none, as in Karapace.
			more.value, more.hasDefault = o.Value, !o.Value.empty()
		case "json_name":
			more.jsonName = o.Value.Text
		default:
			more.options = add(more.options, o)
		}
	}
	return more
}

func (p *parser) group(doc string, l Label) *Group {
	g := &Group{Label: l, Body: &Message{Doc: doc, Name: p.name("the name of a group")}}
	p.require('=')
	g.Number = p.integer("the number of the group")
	g.Options = p.bracketed()
	p.body(g.Body)
	return g
}

func (p *parser) oneof(doc string) *Oneof {
	p.spend(enumCost)
	o := &Oneof{Doc: doc, Name: p.name("the name of a oneof")}
	p.require('{')
	p.statements(func(doc string, start int) {
		word := p.word("a field or \"}\"")
		switch {
		case word == "option":
			o.Options = add(o.Options, p.optionStatement())
		case word == "group" && p.groupFollows():
			o.Groups = append(o.Groups, p.group(doc, NoLabel))
		case word == "optional" || word == "required" || word == "repeated":
			p.failAt(start, malformed("fields in oneofs must not have labels (required / optional / repeated)"))
		case word == "map" && p.peek() == '<':
			p.failAt(start, malformed("map fields are not allowed in oneofs"))
		default:
			f := Field{Doc: doc, Type: word}
			p.fieldRest(&f)
			o.Fields = add(o.Fields, f)
		}
	})
	return o
}

func (p *parser) extend(doc string) *Extend {
	p.spend(enumCost)
	e := &Extend{Doc: doc, Name: p.word("the name of a message")}
	p.require('{')
	p.statements(func(doc string, start int) {
		if f, g := p.field(doc, p.word("a field or \"}\""), start); g != nil {
			e.Groups = append(e.Groups, g)
		} else {
			e.Fields = add(e.Fields, f)
		}
	})
	p.file.hoisted = append(p.file.hoisted, e)
	return e
}
