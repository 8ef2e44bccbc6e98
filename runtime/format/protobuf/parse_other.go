package protobuf

import "strings"

// The greatest numbers of fields and of enum values, written as "max".
const (
	maxFieldNumber = 1<<29 - 1
	maxEnumNumber  = 1<<31 - 1
)

func (p *parser) enum(doc string) *Enum {
	p.spend(enumCost)
	e := &Enum{Doc: doc, Name: p.name("the name of an enum")}
	p.require('{')
	p.statements(func(doc string, start int) {
		word := p.word("a value or \"}\"")
		switch {
		case word == "option" && p.peek() != '=':
			e.Options = add(e.Options, p.optionStatement())
		case word == "reserved" && p.peek() != '=':
			e.Reserved = add(e.Reserved, Reserved{Doc: doc, Ranges: p.ranges(maxEnumNumber, true)})
			p.require(';')
		case strings.Contains(word, "."):
			p.failAt(start, malformed("expected the name of a value but found %q", word))
		default:
			e.Values = add(e.Values, p.enumValue(doc, word))
		}
	})
	return e
}

func (p *parser) enumValue(doc, name string) EnumValue {
	p.spend(memberCost)
	v := EnumValue{Name: name}
	p.require('=')
	v.Number = p.integer("the number of the value")
	v.Options = p.bracketed()
	p.require(';')
	v.Doc = p.trailing(doc)
	return v
}

func (p *parser) reserved(doc string) Reserved {
	r := Reserved{Ranges: p.ranges(maxFieldNumber, true)}
	p.require(';')
	r.Doc = p.trailing(doc)
	return r
}

func (p *parser) extensions(doc string) Extensions {
	e := Extensions{Doc: doc, Ranges: p.ranges(maxFieldNumber, false)}
	e.Options = p.bracketed()
	p.require(';')
	return e
}

// ranges reads a list such as 10, 12 to 14, "foo".
func (p *parser) ranges(most int64, names bool) []Range {
	var list []Range
	for p.err == nil {
		p.spend(2)
		list = add(list, p.oneRange(most, names))
		if !p.next(',') {
			break
		}
	}
	return list
}

func (p *parser) oneRange(most int64, names bool) Range {
	c := p.peek()
	switch {
	case names && (c == '"' || c == '\''):
		return Range{Name: p.quoted()}
	case names && p.file.Edition != "" && isWord(c) && c != '-' && (c < '0' || c > '9'):
		return Range{Name: p.word("a name"), Bare: true}
	}
	r := Range{From: p.integer("a number")}
	r.To = r.From
	if p.peek(); p.wordAt(p.pos) != "to" {
		return r
	}
	p.word("to")
	r.IsRange = true
	p.skip()
	if p.wordAt(p.pos) == "max" {
		p.word("max")
		r.Max, r.To = true, most
		return r
	}
	r.To = p.integer("a number or \"max\"")
	return r
}

func (p *parser) service(doc string) *Service {
	p.spend(enumCost)
	s := &Service{Doc: doc, Name: p.name("the name of a service")}
	p.require('{')
	p.statements(func(doc string, start int) {
		switch word := p.word("an rpc or \"}\""); word {
		case "option":
			s.Options = add(s.Options, p.optionStatement())
		case "rpc":
			s.Methods = add(s.Methods, p.method(doc))
		default:
			p.failAt(start, malformed("unexpected label: %s", word))
		}
	})
	return s
}

func (p *parser) method(doc string) Method {
	p.spend(enumCost)
	m := Method{Doc: doc, Name: p.name("the name of an rpc")}
	m.Request, m.RequestStreams = p.methodType()
	p.skip()
	start := p.pos
	if word := p.word("returns"); word != "returns" {
		p.failAt(start, malformed("expected 'returns'"))
	}
	m.Response, m.ResponseStreams = p.methodType()
	if !p.next('{') {
		p.require(';')
		return m
	}
	p.statements(func(_ string, start int) {
		if word := p.word("an option or \"}\""); word != "option" {
			p.failAt(start, malformed("unexpected label: %s", word))
		}
		m.Options = add(m.Options, p.optionStatement())
	})
	return m
}

func (p *parser) methodType() (name string, streams bool) {
	p.require('(')
	name = p.keyword(p.word("a message"), "stream")
	if name == "stream" && p.peek() != ')' {
		streams = true
		name = p.word("a message")
	}
	p.require(')')
	return name, streams
}
