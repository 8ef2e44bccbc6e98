package protobuf

import (
	"slices"
	"strings"
)

// WithoutExtensions returns the text, as Karapace prints it, without the options
// that extensions define: those whose name is in parentheses. A returned error
// is an *Error.
func WithoutExtensions(text string, limits Limits) (string, error) {
	f, err := parseAny(text, limits, newBudget(limits))
	if err != nil {
		return "", err
	}
	f.Options = builtIn(f.Options)
	for _, m := range f.Messages {
		m.ignoreExtensions()
	}
	ignoreInEnums(f.Enums)
	for _, e := range f.Extends {
		ignoreInFields(e.Fields)
		ignoreInGroups(e.Groups)
	}
	for _, s := range f.Services {
		s.Options = builtIn(s.Options)
		for i := range s.Methods {
			s.Methods[i].Options = builtIn(s.Methods[i].Options)
		}
	}
	return canonicalOf(f)
}

func (m *Message) ignoreExtensions() {
	m.Options = builtIn(m.Options)
	ignoreInFields(m.Fields)
	ignoreInGroups(m.Groups)
	for _, o := range m.Oneofs {
		o.Options = builtIn(o.Options)
		ignoreInFields(o.Fields)
		ignoreInGroups(o.Groups)
	}
	for i := range m.Extensions {
		m.Extensions[i].Options = builtIn(m.Extensions[i].Options)
	}
	for _, e := range m.Extends {
		ignoreInFields(e.Fields)
		ignoreInGroups(e.Groups)
	}
	for _, inner := range m.Messages {
		inner.ignoreExtensions()
	}
	ignoreInEnums(m.Enums)
}

func ignoreInFields(fields []Field) {
	for i := range fields {
		if more := fields[i].more; more != nil {
			more.options = builtIn(more.options)
		}
	}
}

func ignoreInGroups(groups []*Group) {
	for _, g := range groups {
		g.Options = builtIn(g.Options)
		g.Body.ignoreExtensions()
	}
}

func ignoreInEnums(enums []*Enum) {
	for _, e := range enums {
		e.Options = builtIn(e.Options)
		for i := range e.Values {
			e.Values[i].Options = builtIn(e.Values[i].Options)
		}
	}
}

func builtIn(options []Option) []Option {
	return slices.DeleteFunc(slices.Clone(options), func(o Option) bool { return strings.HasPrefix(o.Name, "(") })
}
