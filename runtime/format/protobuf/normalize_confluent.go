package protobuf

import (
	"cmp"
	"slices"
	"strings"
)

// Normalized is the text that Confluent's registry makes of schemas that
// differ only in ways without meaning: everything that has a number is sorted
// by it, options and imports by name, types are named in full.
func (s *Schema) Normalized() string {
	n := confluentNormalizer{finder: s.names.finder(), extensions: s.extensions().finder(), names: map[*decl]string{}}
	text, ok := printFile(n.file(s.file), confluent)
	if !ok || n.finder.exhausted() || n.extensions.exhausted() || n.spent > maxPrint {
		return s.canonical // only for a text that was built to be long
	}
	return text
}

type confluentNormalizer struct {
	finder *finder
	// extensions finds the fields that custom options are.
	extensions *finder
	// names are those of types, with the leading dot.
	names map[*decl]string
	// spent is the length of the names that were made for options.
	spent int
}

// The methods below copy what they change; the model of a Schema is shared.

func (n *confluentNormalizer) file(f *File) *File {
	out := *f
	if out.Syntax == "proto2" {
		out.Syntax = ""
	}
	out.Imports = slices.Clone(f.Imports)
	slices.SortFunc(out.Imports, func(a, b Import) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Modifier, b.Modifier))
	})
	out.Imports = slices.Compact(out.Imports)
	out.Options = n.options(f.Options, f.Package)
	out.Messages = mapped(f.Messages, func(m *Message) *Message { return n.message(m, f.Package) })
	out.Enums = mapped(f.Enums, func(e *Enum) *Enum { return n.enum(e, f.Package) })
	out.Extends = n.extends(f.Extends, f.Package)
	out.Services = mapped(f.Services, func(s *Service) *Service { return n.service(s, f.Package) })
	return &out
}

func (n *confluentNormalizer) message(m *Message, outer string) *Message {
	scope := dotted(outer, m.Name)
	out := *m
	out.Options = n.options(m.Options, scope)
	out.Reserved = split(m.Reserved)
	out.Extensions = n.splitExtensions(m.Extensions, scope)
	out.Fields = n.fields(m.Fields, scope)
	out.Groups = n.groups(m.Groups, scope)
	out.Oneofs = nil
	for _, o := range m.Oneofs {
		if len(o.Fields)+len(o.Groups) == 0 {
			continue
		}
		inner := *o
		inner.Options = n.options(o.Options, scope)
		inner.Fields = n.fields(o.Fields, scope)
		inner.Groups = n.groups(o.Groups, scope)
		out.Oneofs = append(out.Oneofs, &inner)
	}
	slices.SortStableFunc(out.Oneofs, func(a, b *Oneof) int { return cmp.Compare(a.first(), b.first()) })
	out.Extends = n.extends(m.Extends, scope)
	out.Messages = mapped(m.Messages, func(m *Message) *Message { return n.message(m, scope) })
	out.Enums = mapped(m.Enums, func(e *Enum) *Enum { return n.enum(e, scope) })
	return &out
}

// first is the smallest number in the oneof, whose members are sorted.
func (o *Oneof) first() int64 {
	switch {
	case len(o.Fields) == 0:
		return o.Groups[0].Number
	case len(o.Groups) == 0:
		return o.Fields[0].Number
	default:
		return min(o.Fields[0].Number, o.Groups[0].Number)
	}
}

func (n *confluentNormalizer) fields(fields []Field, scope string) []Field {
	out := slices.Clone(fields)
	for i := range out {
		out[i].more = n.more(out[i].more, scope)
		out[i].Type = n.full(out[i].Type, scope)
	}
	slices.SortStableFunc(out, func(a, b Field) int { return cmp.Compare(a.Number, b.Number) })
	return out
}

func (n *confluentNormalizer) groups(groups []*Group, scope string) []*Group {
	out := mapped(groups, func(g *Group) *Group {
		out := *g
		out.Options = n.options(g.Options, scope)
		out.Body = n.message(g.Body, scope)
		return &out
	})
	slices.SortStableFunc(out, func(a, b *Group) int { return cmp.Compare(a.Number, b.Number) })
	return out
}

func (n *confluentNormalizer) extends(extends []*Extend, scope string) []*Extend {
	return mapped(extends, func(e *Extend) *Extend {
		out := *e
		out.Name = n.full(e.Name, scope)
		out.Fields = n.fields(e.Fields, scope)
		out.Groups = n.groups(e.Groups, scope)
		return &out
	})
}

// enum puts zero before the negative numbers: it has to stand first in proto3.
func (n *confluentNormalizer) enum(e *Enum, scope string) *Enum {
	out := *e
	out.Options = n.options(e.Options, scope)
	out.Reserved = split(e.Reserved)
	out.Values = slices.Clone(e.Values)
	for i := range out.Values {
		out.Values[i].Options = n.options(out.Values[i].Options, scope)
	}
	slices.SortStableFunc(out.Values, func(a, b EnumValue) int {
		return cmp.Or(cmp.Compare(zeroFirst(a), zeroFirst(b)), cmp.Compare(a.Number, b.Number))
	})
	return &out
}

func zeroFirst(v EnumValue) int {
	if v.Number == 0 {
		return 0
	}
	return 1
}

func (n *confluentNormalizer) service(s *Service, scope string) *Service {
	out := *s
	out.Options = n.options(s.Options, scope)
	out.Methods = slices.Clone(s.Methods)
	for i := range out.Methods {
		out.Methods[i].Options = n.options(out.Methods[i].Options, scope)
		out.Methods[i].Request = n.full(out.Methods[i].Request, scope)
		out.Methods[i].Response = n.full(out.Methods[i].Response, scope)
	}
	return &out
}

// full is the full name with a leading dot; what is defined nowhere stays as
// it is written.
func (n *confluentNormalizer) full(name, scope string) string {
	if isScalar(name) {
		return name
	}
	if d := n.finder.resolve(scope, name); d != nil {
		return n.absolute(d)
	}
	if w, ok := wellKnown(name); ok {
		return "." + w.full
	}
	return name
}

// absolute makes the name of a type once, however many fields have it.
func (n *confluentNormalizer) absolute(d *decl) string {
	name, ok := n.names[d]
	if !ok {
		name = "." + d.full
		n.names[d] = name
	}
	return name
}

// split makes one statement of each entry, numbers before names.
func split(reserved []Reserved) []Reserved {
	var out []Reserved
	for _, r := range reserved {
		for _, entry := range r.Ranges {
			out = add(out, Reserved{Ranges: []Range{entry}})
		}
	}
	slices.SortStableFunc(out, func(a, b Reserved) int { return compareRanges(a.Ranges[0], b.Ranges[0]) })
	return out
}

func (n *confluentNormalizer) splitExtensions(extensions []Extensions, scope string) []Extensions {
	var out []Extensions
	for _, e := range extensions {
		for _, entry := range e.Ranges {
			out = add(out, Extensions{Ranges: []Range{entry}, Options: n.options(e.Options, scope)})
		}
	}
	slices.SortStableFunc(out, func(a, b Extensions) int { return compareRanges(a.Ranges[0], b.Ranges[0]) })
	return out
}

func compareRanges(a, b Range) int {
	if (a.Name == "") != (b.Name == "") {
		if a.Name == "" {
			return -1
		}
		return 1
	}
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}
