package jsonschema

import (
	"slices"
	"sort"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// lookup is get for a name in bytes.
func (m members) lookup(name []byte) *node {
	i := sort.Search(len(m), func(i int) bool { return m[i].name >= string(name) })
	if i < len(m) && m[i].name == string(name) {
		return m[i].node
	}
	return nil
}

// nameOf returns the text of a key, without a copy where it has no escapes.
func nameOf(key jsonx.Value) []byte {
	if plain, ok := key.Plain(); ok {
		return plain
	}
	return key.AppendText(nil)
}

func (w *validation) object(n *node, v jsonx.Value, d Draft, seen *evaluated) *Violation {
	o := n.object
	switch {
	case o.maxProperties.above(v.Len()):
		return w.fail("must have at most %s members, has %d", clip(o.maxProperties.text), v.Len())
	case o.minProperties.below(v.Len()):
		return w.fail("must have at least %s members, has %d", clip(o.minProperties.text), v.Len())
	}
	if !w.spend(v.Len() / 4) {
		return unfit
	}
	required, i := 0, 0
	for it := v.Iter(); it.Next(); i++ {
		name := nameOf(it.Key())
		if position(o.required, name) >= 0 {
			required++
		}
		known, bad := w.member(n, name, it.Value())
		if bad == nil && o.names != nil && d >= Draft6 {
			bad = w.check(o.names, it.Key(), nil)
		}
		if bad != nil {
			return bad.below(name)
		}
		if known {
			seen.mark(i)
		}
	}
	if required < len(o.required) {
		return w.missing(o.required, v)
	}
	return w.dependencies(o, v, d, seen)
}

// member tests one member and reports whether some keyword is about it.
func (w *validation) member(n *node, name []byte, v jsonx.Value) (known bool, bad *Violation) {
	o := n.object
	if property := o.properties.lookup(name); property != nil {
		known = true
		if bad = w.check(property, v, nil); bad != nil {
			return known, bad
		}
	}
	for i, p := range o.patterns {
		if !w.matches(w.rules[n].patterns[i], name) {
			continue
		}
		known = true
		if bad = w.check(p.node, v, nil); bad != nil {
			return known, bad
		}
	}
	if known || o.additional == nil {
		return known, nil
	}
	if o.additional.boolean == never {
		return true, w.fail("must not be there: the schema allows no additional properties")
	}
	return true, w.check(o.additional, v, nil)
}

// missing finds the first of the sorted names that an object does not have.
func (w *validation) missing(required []string, v jsonx.Value) *Violation {
	if len(required) == 0 || !w.spend((v.Len()+len(required))/4) {
		return nil
	}
	there := make([]bool, len(required))
	for it := v.Iter(); it.Next(); {
		if at := position(required, nameOf(it.Key())); at >= 0 {
			there[at] = true
		}
	}
	if at := slices.Index(there, false); at >= 0 {
		return w.fail("must have the member %s", quoted(required[at]))
	}
	return nil
}

// position returns where a name stands in a sorted list, -1 if nowhere.
func position(sorted []string, name []byte) int {
	at := sort.Search(len(sorted), func(i int) bool { return sorted[i] >= string(name) })
	if at < len(sorted) && sorted[at] == string(name) {
		return at
	}
	return -1
}

// dependencies applies what the presence of a member asks for.
func (w *validation) dependencies(o *objectRules, v jsonx.Value, d Draft, seen *evaluated) *Violation {
	if len(o.dependencies) == 0 && len(o.dependentSchemas) == 0 {
		return nil
	}
	for it := v.Iter(); it.Next(); {
		name := nameOf(it.Key())
		// From 2019-09 on two keywords stand for "dependencies".
		if dep, ok := o.dependency(string(name), d >= Draft2019); ok {
			if bad := w.missing(dep.required, v); bad != nil {
				return bad
			}
			if dep.schema != nil {
				if bad := w.check(dep.schema, v, seen); bad != nil {
					return bad
				}
			}
		}
		if d < Draft2019 {
			continue
		}
		if n := o.dependentSchemas.lookup(name); n != nil {
			if bad := w.check(n, v, seen); bad != nil {
				return bad
			}
		}
	}
	return nil
}
