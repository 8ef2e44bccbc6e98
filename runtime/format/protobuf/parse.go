package protobuf

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits bounds one text. A zero value means no limit beyond the constants
// below.
type Limits struct {
	// MaxBytes is the greatest length of one text.
	MaxBytes int
	// MaxDepth is how deep messages, and values of options, may be nested. No
	// more than 100 are taken, which is the limit of protoc.
	MaxDepth int
	// MaxNodes bounds the declarations of the text and all its references
	// together, each counted by what it costs: a field 3, an enum value 3, a
	// message 8.
	MaxNodes int
}

// The bounds that are not options. They keep a text of the greatest size
// below 64 MiB in all its forms.
const (
	maxNesting = 100
	maxNodes   = 600_000
	maxPackage = 1024 // bytes
	// A schema and its references together have at most as many bytes as so
	// many texts of the greatest length: each of a thousand may have it.
	textsTogether = 4

	maxNames    = 16 << 20 // bytes of all full names together
	maxPrint    = 16 << 20 // bytes of one print
	messageCost = 8
	enumCost    = 4
	memberCost  = 3
)

// budget is what is left to spend on one schema with its references.
type budget struct {
	nodes int
	depth int
	texts int // bytes
	// The caller's limits, and not the constants, are what holds.
	nodesLimited, depthLimited bool
}

func newBudget(l Limits) *budget {
	b := &budget{nodes: maxNodes, depth: maxNesting, texts: math.MaxInt}
	if l.MaxBytes > 0 {
		b.texts = textsTogether * l.MaxBytes
	}
	if l.MaxNodes > 0 && l.MaxNodes <= b.nodes {
		b.nodes, b.nodesLimited = l.MaxNodes, true
	}
	if l.MaxDepth > 0 && l.MaxDepth <= b.depth {
		b.depth, b.depthLimited = l.MaxDepth, true
	}
	return b
}

type parser struct {
	scanner
	file   *File
	budget *budget
	depth  int
}

// parseText reads one .proto file.
func parseText(text string, limits Limits, b *budget) (*File, error) {
	p := parser{scanner: scanner{text: text}, file: &File{}, budget: b}
	b.texts -= len(text)
	switch {
	case limits.MaxBytes > 0 && len(text) > limits.MaxBytes:
		e := tooLarge("the text has %d bytes, more than the %d that are allowed", len(text), limits.MaxBytes)
		e.Bound = Bytes
		p.failAt(limits.MaxBytes, e)
	case b.texts < 0:
		p.failAt(0, tooLarge("the schema and its references have more than %d times the bytes together that one of them may have", textsTogether))
	case !utf8.ValidString(text):
		p.failAt(len(text)-len(afterValid(text)), malformed("the text is not UTF-8"))
	default:
		p.declarations()
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.file, nil
}

// afterValid returns what follows the part of s that is UTF-8.
func afterValid(s string) string {
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			break
		}
		s = s[size:]
	}
	return s
}

// add is append for lists that a text can make as long as its budget allows:
// it doubles them. append itself grows long lists by a quarter, and what it
// leaves behind on the way adds up to five times the list.
func add[T any](list []T, item T) []T {
	if len(list) == cap(list) && len(list) >= 256 {
		list = slices.Grow(list, len(list))
	}
	return append(list, item)
}

// spend takes n nodes from the budget.
func (p *parser) spend(n int) {
	p.budget.nodes -= n
	if p.budget.nodes < 0 {
		e := tooLarge("the schema with its references declares more than is allowed")
		if p.budget.nodesLimited {
			e.Bound = Nodes
		}
		p.failAt(p.pos, e)
	}
}

// deeper opens one more level and reports whether that is allowed.
func (p *parser) deeper() bool {
	p.depth++
	if p.depth > p.budget.depth {
		e := tooLarge("the schema is nested deeper than %d", p.budget.depth)
		if p.budget.depthLimited {
			e.Bound = Depth
		}
		p.failAt(p.pos, e)
		return false
	}
	return p.err == nil
}

// name reads the name of something that is declared here. Karapace takes any
// word; one with a point in it could not be told from two names.
func (p *parser) name(what string) string {
	p.skip()
	start := p.pos
	w := p.word(what)
	if strings.Contains(w, ".") {
		p.failAt(start, malformed("expected %s but found %q", what, w))
	}
	return w
}

func (p *parser) declarations() {
	const bom = "\ufeff"
	if len(p.text) >= len(bom) && p.text[:len(bom)] == bom {
		p.pos = len(bom)
	}
	types := map[string]struct{}{}
	services := map[string]struct{}{}
	for first := true; p.err == nil; first = false {
		doc := p.documentation()
		if p.peek() == 0 && p.pos == len(p.text) {
			return
		}
		if p.next(';') {
			continue
		}
		start := p.pos
		switch word := p.keyword(p.word("a declaration"), "extend"); word {
		case "syntax", "edition":
			p.syntax(word, start, first)
		case "package":
			p.packageName()
		case "import":
			p.imported()
		case "option":
			p.file.Options = add(p.file.Options, p.optionStatement())
		case "service":
			s := p.service(doc)
			p.once(services, s.Name, start)
			p.file.Services = append(p.file.Services, s)
		case "extend":
			p.file.Extends = append(p.file.Extends, p.extend(doc))
		default:
			p.typeDeclaration(word, doc, start, types)
		}
	}
}

func (p *parser) typeDeclaration(word, doc string, start int, types map[string]struct{}) {
	visibility := p.visibility(&word)
	switch word {
	case "message":
		m := p.message(doc)
		m.Visibility = visibility
		p.once(types, m.Name, start)
		p.file.Messages = append(p.file.Messages, m)
	case "enum":
		e := p.enum(doc)
		e.Visibility = visibility
		p.once(types, e.Name, start)
		p.file.Enums = append(p.file.Enums, e)
	default:
		p.failAt(start, malformed("unexpected label: %s", word))
	}
}

// visibility reads what may stand before a type in edition 2024 and moves
// word on to the keyword after it.
func (p *parser) visibility(word *string) string {
	if *word != "export" && *word != "local" || p.file.Edition < "2024" {
		return ""
	}
	following := p.wordAt(p.pos + p.spaces())
	if following != "message" && following != "enum" {
		return ""
	}
	visibility := *word
	*word = p.word("a type")
	return visibility
}

// spaces counts the white space that comes next.
func (p *parser) spaces() int {
	n := 0
	for p.pos+n < len(p.text) && isSpace(p.text[p.pos+n]) {
		n++
	}
	return n
}

func (p *parser) once(seen map[string]struct{}, name string, at int) {
	if _, again := seen[name]; again {
		p.failAt(at, malformed("%s is already defined", name))
	}
	seen[name] = struct{}{}
}

func (p *parser) syntax(word string, start int, first bool) {
	p.require('=')
	if p.file.Syntax+p.file.Edition != "" {
		p.failAt(start, malformed("too many syntax definitions"))
	}
	if !first {
		p.failAt(start, malformed("'%s' element must be the first declaration in a file", word))
	}
	p.skip()
	at := p.pos
	value := p.quoted()
	p.require(';')
	switch {
	case p.err != nil:
	case word == "syntax" && (value == "proto2" || value == "proto3"):
		p.file.Syntax = value
	case word == "edition" && (value == "2023" || value == "2024"):
		p.file.Edition = value
	case word == "syntax":
		p.failAt(at, malformed("unexpected syntax: %s, which is not proto2 or proto3", value))
	default:
		p.failAt(at, malformed("unexpected edition: %s, which is not 2023 or 2024", value))
	}
}

func (p *parser) packageName() {
	p.skip()
	at := p.pos
	p.file.Package = p.word("a package name")
	if len(p.file.Package) > maxPackage {
		p.failAt(at, tooLarge("the name of the package is longer than %d", maxPackage))
	}
	p.require(';')
}

func (p *parser) imported() {
	p.spend(memberCost)
	i := Import{}
	if c := p.peek(); c != '"' && c != '\'' {
		at := p.pos
		i.Modifier = p.word("a path in quotes")
		switch {
		case i.Modifier == "public" || i.Modifier == "weak":
		case i.Modifier == "option" && p.file.Edition >= "2024":
		default:
			p.failAt(at, malformed("expected a path in quotes but found %q", i.Modifier))
		}
	}
	i.Path = p.quoted()
	p.require(';')
	p.file.Imports = add(p.file.Imports, i)
}
