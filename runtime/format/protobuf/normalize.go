package protobuf

import (
	"slices"
	"strings"
)

// KarapaceNormalized is the text that Karapace stores for ?normalize=true:
// options are sorted by name, and type names lose a leading dot and the
// package where that leaves no doubt. Everything else stays as it is.
func (s *Schema) KarapaceNormalized() string {
	n := karapaceNormalizer{prefix: s.file.Package + ".", finder: s.names.finder()}
	text, ok := printFile(n.file(s.file), karapace)
	if !ok || n.finder.exhausted() {
		return s.canonical // only for a text that was built to be long
	}
	return text
}

type karapaceNormalizer struct {
	prefix string
	finder *finder
}

// The methods below copy what they change; the model of a Schema is shared.

func (n *karapaceNormalizer) file(f *File) *File {
	out := *f
	out.Options = sortedOptions(f.Options)
	out.Messages = mapped(f.Messages, n.message)
	out.Enums = mapped(f.Enums, sortedEnum)
	out.hoisted = mapped(f.hoisted, func(e *Extend) *Extend {
		out := *e
		out.Fields = n.fields(e.Fields)
		return &out
	})
	out.Services = mapped(f.Services, sortedService)
	return &out
}

func (n *karapaceNormalizer) message(m *Message) *Message {
	out := *m
	out.Options = sortedOptions(m.Options)
	out.Fields = n.fields(m.Fields)
	out.Oneofs = mapped(m.Oneofs, func(o *Oneof) *Oneof {
		out := *o
		out.Options = sortedOptions(o.Options)
		out.Fields = n.fields(o.Fields)
		return &out
	})
	out.Messages = mapped(m.Messages, n.message)
	out.Enums = mapped(m.Enums, sortedEnum)
	return &out
}

func (n *karapaceNormalizer) fields(fields []Field) []Field {
	out := slices.Clone(fields)
	for i := range out {
		f := &out[i]
		f.more = f.more.sorted()
		if !f.IsMap() {
			f.Type = n.typeName(f.Type)
		}
	}
	return out
}

// typeName shortens a name if exactly one declared type, or a well-known one,
// has the short name at its end.
func (n *karapaceNormalizer) typeName(name string) string {
	if isScalar(name) {
		return name
	}
	short := strings.TrimPrefix(strings.TrimPrefix(name, "."), n.prefix)
	if short == name {
		return name
	}
	if _, known := wellKnown(short); known || n.finder.count(short) == 1 {
		return short
	}
	return name
}

// count returns how many types have names that end with name, 2 for more.
func (f *finder) count(name string) int {
	if f.exhausted() {
		return 0
	}
	n := 0
	for _, d := range f.byLast[lastPart(name)] {
		f.steps--
		if _, ok := outside(d.full, name); ok {
			n++
		}
		if n == 2 {
			break
		}
	}
	return n
}

func mapped[T any](list []*T, f func(*T) *T) []*T {
	if len(list) == 0 {
		return nil
	}
	out := make([]*T, len(list))
	for i, item := range list {
		out[i] = f(item)
	}
	return out
}

func sortedOptions(options []Option) []Option {
	if len(options) < 2 {
		return options
	}
	out := slices.Clone(options)
	sortOptions(out)
	return out
}

func sortOptions(options []Option) {
	slices.SortStableFunc(options, func(a, b Option) int { return strings.Compare(a.key, b.key) })
}

func (m *fieldMore) sorted() *fieldMore {
	if m == nil || len(m.options) < 2 {
		return m
	}
	out := *m
	out.options = sortedOptions(m.options)
	return &out
}

func sortedEnum(e *Enum) *Enum {
	out := *e
	out.Options = sortedOptions(e.Options)
	out.Values = slices.Clone(e.Values)
	for i := range out.Values {
		out.Values[i].Options = sortedOptions(out.Values[i].Options)
	}
	return &out
}

func sortedService(s *Service) *Service {
	out := *s
	out.Options = sortedOptions(s.Options)
	out.Methods = slices.Clone(s.Methods)
	for i := range out.Methods {
		out.Methods[i].Options = sortedOptions(out.Methods[i].Options)
	}
	return &out
}
