package protobuf

import (
	"strconv"
	"strings"
)

func (p *printer) enum(e *Enum) {
	p.doc(e.Doc)
	if e.Visibility != "" {
		p.text(e.Visibility, " ")
	}
	p.open("enum ", e.Name, " {")
	first := true
	if len(e.Reserved) > 0 && p.dialect == confluent {
		p.section(&first)
		p.indent++
		for _, r := range e.Reserved {
			p.ranges("reserved ", r.Ranges, maxEnumNumber)
			p.line(";")
		}
		p.indent--
	}
	if len(e.Options)+len(e.Values) > 0 {
		p.section(&first)
		p.indent++
		for _, o := range e.Options {
			p.optionStatement(o, plainEscaped)
		}
		for i := range e.Values {
			v := &e.Values[i]
			p.doc(v.Doc)
			p.text(v.Name, " = ", strconv.FormatInt(v.Number, 10))
			p.options(v.Options)
			p.line(";")
		}
		p.indent--
	}
	p.line("}")
}

func (p *printer) extensions(e Extensions) {
	p.doc(e.Doc)
	p.ranges("extensions ", e.Ranges, maxFieldNumber)
	p.options(e.Options)
	p.line(";")
}

// ranges prints the greatest number as "max"; in reserved statements Karapace
// does so only when the source does.
func (p *printer) ranges(keyword string, ranges []Range, most int64) {
	p.text(keyword)
	for i, r := range ranges {
		if i > 0 {
			p.text(", ")
		}
		switch {
		case r.Name != "" && r.Bare:
			p.text(r.Name)
		case r.Name != "":
			p.text(`"`, plainEscaped(r.Name), `"`)
		case !r.IsRange:
			p.text(strconv.FormatInt(r.From, 10))
		case r.Max || r.To >= most && (p.dialect == confluent || keyword == "extensions "):
			p.text(strconv.FormatInt(r.From, 10), " to max")
		default:
			p.text(strconv.FormatInt(r.From, 10), " to ", strconv.FormatInt(r.To, 10))
		}
	}
}

func (p *printer) service(s *Service) {
	p.doc(s.Doc)
	p.open("service ", s.Name, " {")
	first := true
	if len(s.Options) > 0 {
		p.section(&first)
		p.indent++
		for _, o := range s.Options {
			p.optionStatement(o, plainEscaped)
		}
		p.indent--
	}
	if len(s.Methods) > 0 {
		p.section(&first)
		p.indent++
		for i := range s.Methods {
			p.method(&s.Methods[i])
		}
		p.indent--
	}
	p.line("}")
}

func (p *printer) method(m *Method) {
	p.doc(m.Doc)
	p.text("rpc ", m.Name, " (")
	if m.RequestStreams {
		p.text("stream ")
	}
	p.text(m.Request, ") returns (")
	if m.ResponseStreams {
		p.text("stream ")
	}
	p.text(m.Response, ")")
	if len(m.Options) > 0 {
		p.line(" {")
		p.indent++
		for _, o := range m.Options {
			p.optionStatement(o, plainEscaped)
		}
		p.indent--
		p.text("}")
	}
	p.line(";")
}

// withSpecial adds default and json_name to the options of a field, where both
// registries print them: at the end.
func (p *printer) withSpecial(f *Field) []Option {
	if f.more == nil {
		return nil
	}
	options := f.more.options
	if f.more.hasDefault {
		options = append(options[:len(options):len(options)], Option{Name: "default", Value: p.defaultValue(f)})
	}
	if f.more.jsonName != "" {
		options = append(options[:len(options):len(options)], Option{Name: "json_name", Value: Value{Kind: String, Text: f.more.jsonName}})
	}
	return options
}

// defaultValue is the default in the form that the type of the field asks for.
// Karapace takes bytes for a number and prints them without quotes; that is
// kept as far as the text can be read again.
func (p *printer) defaultValue(f *Field) Value {
	v := f.more.value
	switch {
	case f.Type == "string":
		v.Kind = String
	case f.Type == "bytes" && p.dialect == karapace && isPlainWord(v.Text):
		v.Kind = Ident
	case v.Kind == String && f.Type != "bytes" && isPlainWord(v.Text):
		v.Kind = Ident
	}
	return v
}

func isPlainWord(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) {
			return false
		}
	}
	return s != ""
}

// escaped is how options of files and messages are quoted.
func escaped(s string) string {
	return quoteWith(s, "'\"\\")
}

// plainEscaped is how all other strings are quoted. Karapace itself escapes
// nothing there and cannot read such a text again, so that what needs to be
// escaped is escaped.
func plainEscaped(s string) string {
	return quoteWith(s, "\"\\")
}

func quoteWith(s, special string) string {
	at := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || strings.ContainsRune(special, r) })
	if at < 0 {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case strings.IndexByte(special, c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		case c >= ' ':
			b.WriteByte(c)
		case c >= '\a' && c <= '\r':
			b.WriteByte('\\')
			b.WriteByte("abtnvfr"[c-'\a'])
		default:
			b.WriteString(`\0`)
			b.WriteByte('0' + c>>3)
			b.WriteByte('0' + c&7)
		}
	}
	return b.String()
}
