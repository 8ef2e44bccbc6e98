package avro

import (
	"slices"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// Standard is the text as Confluent's registry stores and returns it, which is
// what Avro's Java library prints: attributes in the order of that library,
// namespaces only where they change, a type after its first appearance and
// types of referenced texts by name.
func (s *Schema) Standard() string {
	return s.print(printer{})
}

// Normalized is Standard with properties and aliases sorted, so that texts
// that differ only there become equal.
func (s *Schema) Normalized() string {
	return s.print(printer{sorted: true})
}

// Resolved is Normalized with the types of referenced texts written out. Two
// schemas with equal Resolved texts are the same for a lookup.
func (s *Schema) Resolved() string {
	return s.print(printer{sorted: true, inline: true})
}

func (s *Schema) print(p printer) string {
	p.seen = map[*Type]struct{}{}
	if !p.inline {
		p.external = s.external
	}
	p.out = make([]byte, 0, len(s.canonical))
	p.typ(s.root, "")
	return string(p.out)
}

// printer writes a schema in the order of Java's library. It visits each
// definition once, so its output and its depth are bounded by the texts that
// were parsed.
type printer struct {
	out            []byte
	sorted, inline bool
	seen, external map[*Type]struct{}
}

func (p *printer) typ(t *Type, space string) {
	switch {
	case t.Named():
		p.named(t, space)
	case t.Kind == Union:
		p.raw("[")
		for i, branch := range t.Branches {
			if i > 0 {
				p.raw(",")
			}
			p.typ(branch, space)
		}
		p.raw("]")
	case t.Kind == Array || t.Kind == Map:
		key := `","items":`
		if t.Kind == Map {
			key = `","values":`
		}
		p.raw(`{"type":"` + t.Kind.String() + key)
		p.typ(t.Elem, space)
		p.props(t.props)
		p.raw("}")
	case len(t.props) == 0:
		p.raw(`"` + t.Kind.String() + `"`)
	default:
		p.raw(`{"type":"` + t.Kind.String() + `"`)
		p.props(t.props)
		p.raw("}")
	}
}

func (p *printer) named(t *Type, space string) {
	_, external := p.external[t]
	if _, seen := p.seen[t]; seen || external {
		p.quoted(relativeName(t.Short, t.Space, space))
		return
	}
	p.seen[t] = struct{}{}
	kind := t.Kind.String()
	if t.IsError {
		kind = "error"
	}
	p.raw(`{"type":"` + kind + `"`)
	p.attribute("name", t.Short)
	if t.Space != space {
		p.attribute("namespace", t.Space)
	}
	if t.HasDoc {
		p.attribute("doc", t.Doc)
	}
	switch t.Kind {
	case Record:
		p.fields(t)
	case Enum:
		p.raw(`,"symbols":[`)
		p.list(t.Symbols)
		p.raw("]")
		if t.HasDefault {
			p.attribute("default", t.Default)
		}
	default:
		p.raw(`,"size":` + strconv.Itoa(t.Size))
	}
	p.props(t.props)
	p.typeAliases(t)
	p.raw("}")
}

func (p *printer) fields(t *Type) {
	p.raw(`,"fields":[`)
	for i := range t.Fields {
		f := &t.Fields[i]
		if i > 0 {
			p.raw(",")
		}
		p.raw(`{"name":`)
		p.quoted(f.Name)
		p.raw(`,"type":`)
		p.typ(f.Type, t.Space)
		if f.HasDoc {
			p.attribute("doc", f.Doc)
		}
		if f.Default.Valid() {
			p.raw(`,"default":`)
			p.json(f.Default)
		}
		if f.Order != "" {
			p.attribute("order", f.Order)
		}
		p.aliases(f.Aliases)
		p.props(f.props)
		p.raw("}")
	}
	p.raw("]")
}

// typeAliases prints aliases relative to the namespace of their type.
func (p *printer) typeAliases(t *Type) {
	aliases := make([]string, len(t.Aliases))
	for i, alias := range t.Aliases {
		short, space := splitName(alias, nil, t.Space)
		aliases[i] = relativeName(short, space, t.Space)
	}
	p.aliases(aliases)
}

func (p *printer) aliases(aliases []string) {
	if len(aliases) == 0 {
		return
	}
	aliases = distinct(aliases)
	if p.sorted {
		slices.Sort(aliases)
	}
	p.raw(`,"aliases":[`)
	p.list(aliases)
	p.raw("]")
}

// relativeName is the shortest text that names the type from a definition in
// namespace space. The name of a primitive needs its namespace always.
func relativeName(short, own, space string) string {
	if own == "" || own == space {
		if _, taken := primitive(short); !taken {
			return short
		}
	}
	return joinName(short, own)
}

func distinct(list []string) []string {
	seen := make(map[string]struct{}, len(list))
	out := make([]string, 0, len(list))
	for _, s := range list {
		if _, again := seen[s]; !again {
			seen[s] = struct{}{}
			out = append(out, s)
		}
	}
	return out
}

// props prints properties in the order of the text, each key where it stood
// first with the value that stood last.
func (p *printer) props(props []prop) {
	if len(props) == 0 {
		return
	}
	for _, x := range p.orderProps(props) {
		p.raw(",")
		p.quoted(x.key)
		p.raw(":")
		p.json(x.value)
	}
}

func (p *printer) orderProps(props []prop) []prop {
	at := make(map[string]int, len(props))
	out := make([]prop, 0, len(props))
	for _, x := range props {
		if i, again := at[x.key]; again {
			out[i].value = x.value
			continue
		}
		at[x.key] = len(out)
		out = append(out, x)
	}
	if p.sorted {
		slices.SortFunc(out, func(a, b prop) int { return strings.Compare(a.key, b.key) })
	}
	return out
}

func (p *printer) list(list []string) {
	for i, s := range list {
		if i > 0 {
			p.raw(",")
		}
		p.quoted(s)
	}
}

func (p *printer) attribute(key, value string) {
	p.raw(`,"` + key + `":`)
	p.quoted(value)
}

func (p *printer) raw(s string)    { p.out = append(p.out, s...) }
func (p *printer) quoted(s string) { p.out = jsonx.AppendQuoted(p.out, s) }
