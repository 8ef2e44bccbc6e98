package protobuf

import (
	"slices"
	"strings"
)

// extensions names the fields that extend blocks declare, in all files.
func (s *Schema) extensions() *names {
	n := newNames()
	for _, u := range s.units {
		eachExtend(u.file, func(scope string, e *Extend) {
			for i := range e.Fields {
				if n.bytes <= maxNames {
					n.declare(&decl{full: dotted(scope, e.Fields[i].Name), unit: u}, e.Fields[i].Name)
				}
			}
		})
	}
	return n
}

// eachExtend calls do for every extend block with the scope that it is in.
func eachExtend(f *File, do func(scope string, e *Extend)) {
	if len(f.hoisted) == 0 {
		return
	}
	var message func(scope string, m *Message)
	message = func(scope string, m *Message) {
		scope = dotted(scope, m.Name)
		for _, e := range m.Extends {
			do(scope, e)
		}
		for _, inner := range m.Messages {
			message(scope, inner)
		}
	}
	for _, e := range f.Extends {
		do(f.Package, e)
	}
	for _, m := range f.Messages {
		message(f.Package, m)
	}
}

// options sorts options by name and names custom ones in full.
func (n *confluentNormalizer) options(options []Option, scope string) []Option {
	var out []Option
	for i, o := range options {
		custom, rest, ok := strings.Cut(o.Name, ")")
		if !ok || !strings.HasPrefix(custom, "(") || n.spent > maxPrint {
			continue
		}
		d := n.extensions.find(scope, custom[1:])
		if d == nil {
			continue
		}
		if out == nil {
			out = slices.Clone(options)
		}
		if i > 0 && options[i-1].Name == o.Name {
			out[i].Name, out[i].key = out[i-1].Name, out[i-1].key
			continue
		}
		out[i].Name, out[i].key = "("+d.full+")"+rest, d.full
		n.spent += len(out[i].Name)
	}
	if out == nil {
		return sortedOptions(options)
	}
	sortOptions(out)
	return out
}

func (n *confluentNormalizer) more(m *fieldMore, scope string) *fieldMore {
	if m == nil || len(m.options) == 0 {
		return m
	}
	out := *m
	out.options = n.options(m.options, scope)
	return &out
}
