package protobuf

import (
	"strconv"
	"strings"
)

// dialect is whose print is made.
type dialect uint8

const (
	// karapace keeps comments, moves extend blocks to the file level and
	// leaves out what its parser does not keep: reserved values of enums.
	karapace dialect = iota
	// confluent drops comments and keeps the rest.
	confluent
)

// printer writes lines. Sections of a body are separated by a line that holds
// nothing but the indentation of what is around the body; both registries do
// that, so it is part of the text.
type printer struct {
	b strings.Builder
	// chunks are the text before b, and size is the length of all of it: a
	// long text is put together once, at its end.
	chunks  []string
	size    int
	dialect dialect
	indent  int
	// bol is true at the beginning of a line.
	bol bool
	// over is set when the print became too long; nothing is written then.
	over bool
}

// printFile returns the text of f, and false when it would be too long.
func printFile(f *File, d dialect) (string, bool) {
	p := printer{dialect: d, bol: true}
	p.file(f)
	return p.result(), !p.over
}

// result is what was written so far, nothing when it is over.
func (p *printer) result() string {
	switch {
	case p.over:
		return ""
	case len(p.chunks) == 0:
		return p.b.String()
	default:
		return strings.Join(append(p.chunks, p.b.String()), "")
	}
}

func (p *printer) text(s ...string) {
	for _, part := range s {
		if p.size+len(part) > maxPrint {
			p.over = true
			return
		}
		if p.bol && part != "" {
			p.spaces(p.indent)
			p.bol = false
		}
		p.write(part)
	}
}

// chunk is the length from which on a text is kept in pieces.
const chunk = 64 << 10

func (p *printer) write(part string) {
	if p.b.Len() >= chunk && p.b.Len()+len(part) > p.b.Cap() {
		p.chunks = append(p.chunks, p.b.String())
		p.b = strings.Builder{}
		p.b.Grow(max(chunk, len(part)))
	}
	p.b.WriteString(part)
	p.size += len(part)
}

const indentation = "                                                                "

func (p *printer) spaces(levels int) {
	for ; levels > 0 && !p.over; levels -= len(indentation) / 2 {
		p.write(indentation[:min(2*levels, len(indentation))])
	}
}

// line ends a line.
func (p *printer) line(s ...string) {
	p.text(s...)
	if !p.over {
		p.write("\n")
	}
	p.bol = true
}

// open starts a body; its first section ends the line of the brace.
func (p *printer) open(s ...string) { p.text(s...) }

// section starts a section of a body that has been opened. The first one only
// ends the line with the brace.
func (p *printer) section(first *bool) {
	if !*first {
		p.spaces(p.indent)
	}
	*first = false
	if !p.over {
		p.write("\n")
	}
	p.bol = true
}

func (p *printer) file(f *File) {
	if f.Syntax != "" {
		p.line(`syntax = "`, f.Syntax, `";`)
	}
	if f.Edition != "" {
		p.line(`edition = "`, f.Edition, `";`)
	}
	if f.Package != "" {
		p.line("package ", f.Package, ";")
	}
	p.imports(f.Imports)
	if len(f.Options) > 0 {
		p.line()
		for _, o := range f.Options {
			p.optionStatement(o, escaped)
		}
	}
	if len(f.Messages)+len(f.Enums) > 0 {
		p.line()
		p.types(f.Messages, f.Enums)
	}
	extends := f.Extends
	if p.dialect == karapace {
		extends = f.hoisted
	}
	if len(extends) > 0 {
		p.line()
		for _, e := range extends {
			p.extend(e)
		}
	}
	if len(f.Services) > 0 {
		p.line()
		for _, s := range f.Services {
			p.service(s)
		}
	}
}

// imports prints those with a modifier after the others.
func (p *printer) imports(imports []Import) {
	if len(imports) == 0 {
		return
	}
	p.line()
	for _, modifier := range []string{"", "weak", "public", "option"} {
		for _, i := range imports {
			if i.Modifier != modifier {
				continue
			}
			p.text("import ")
			if modifier != "" {
				p.text(modifier, " ")
			}
			p.line(`"`, plainEscaped(i.Path), `";`)
		}
	}
}

func (p *printer) types(messages []*Message, enums []*Enum) {
	for _, m := range messages {
		p.message(m)
	}
	for _, e := range enums {
		p.enum(e)
	}
}

// doc prints comments.
func (p *printer) doc(doc string) {
	doc = strings.TrimRight(doc, "\n")
	if doc == "" || p.dialect == confluent {
		return
	}
	for line := range strings.SplitSeq(doc, "\n") {
		p.line("// ", line)
	}
}

func (p *printer) message(m *Message) {
	p.doc(m.Doc)
	if m.Visibility != "" {
		p.text(m.Visibility, " ")
	}
	p.open("message ", m.Name, " {")
	p.body(m)
}

func (p *printer) body(m *Message) {
	first := true
	if len(m.Reserved) > 0 {
		p.section(&first)
		p.indent++
		for _, r := range m.Reserved {
			p.doc(r.Doc)
			p.ranges("reserved ", r.Ranges, maxFieldNumber)
			p.line(";")
		}
		p.indent--
	}
	if len(m.Options) > 0 {
		p.section(&first)
		p.indent++
		for _, o := range m.Options {
			p.optionStatement(o, escaped)
		}
		p.indent--
	}
	if len(m.Fields) > 0 {
		p.section(&first)
		p.indent++
		p.fields(m.Fields)
		p.indent--
	}
	p.oneofsAndGroups(m, &first)
	if len(m.Extensions) > 0 {
		p.section(&first)
		p.indent++
		for _, e := range m.Extensions {
			p.extensions(e)
		}
		p.indent--
	}
	p.nested(m, &first)
	p.line("}")
}

func (p *printer) oneofsAndGroups(m *Message, first *bool) {
	if len(m.Oneofs) > 0 {
		p.section(first)
		p.indent++
		for _, o := range m.Oneofs {
			p.oneof(o)
		}
		p.indent--
	}
	if len(m.Groups) > 0 {
		p.section(first)
		p.indent++
		p.groups(m.Groups)
		p.indent--
	}
}

func (p *printer) nested(m *Message, first *bool) {
	if len(m.Extends) > 0 && p.dialect == confluent {
		p.section(first)
		p.indent++
		for _, e := range m.Extends {
			p.extend(e)
		}
		p.indent--
	}
	if len(m.Messages)+len(m.Enums) > 0 {
		p.section(first)
		p.indent++
		p.types(m.Messages, m.Enums)
		p.indent--
	}
}

func (p *printer) fields(fields []Field) {
	for i := range fields {
		p.field(&fields[i])
	}
}

func (p *printer) field(f *Field) {
	p.doc(f.Doc)
	if f.Label != NoLabel {
		p.text(f.Label.String(), " ")
	}
	if f.IsMap() {
		p.text("map<", f.Key, ", ", f.Type, ">")
	} else {
		p.text(f.Type)
	}
	p.text(" ", f.Name, " = ", strconv.FormatInt(f.Number, 10))
	p.options(p.withSpecial(f))
	p.line(";")
}

func (p *printer) groups(groups []*Group) {
	for _, g := range groups {
		p.doc(g.Body.Doc)
		if g.Label != NoLabel {
			p.text(g.Label.String(), " ")
		}
		p.text("group ", g.Body.Name, " = ", strconv.FormatInt(g.Number, 10))
		p.options(g.Options)
		p.open(" {")
		p.body(g.Body)
	}
}

func (p *printer) oneof(o *Oneof) {
	p.doc(o.Doc)
	p.open("oneof ", o.Name, " {")
	first := true
	if len(o.Options) > 0 {
		p.section(&first)
		p.indent++
		for _, option := range o.Options {
			p.optionStatement(option, plainEscaped)
		}
		p.indent--
	}
	if len(o.Fields) > 0 {
		p.section(&first)
		p.indent++
		p.fields(o.Fields)
		p.indent--
	}
	if len(o.Groups) > 0 {
		p.section(&first)
		p.indent++
		p.groups(o.Groups)
		p.indent--
	}
	p.line("}")
}

func (p *printer) extend(e *Extend) {
	p.doc(e.Doc)
	p.open("extend ", e.Name, " {")
	first := true
	if len(e.Fields)+len(e.Groups) > 0 {
		p.section(&first)
		p.indent++
		p.fields(e.Fields)
		p.groups(e.Groups)
		p.indent--
	}
	p.line("}")
}
