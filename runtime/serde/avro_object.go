package serde

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

func (e *encoder) mapping(n *node, v jsonx.Value) *fault {
	if v.Type() != jsonx.Object {
		return e.mismatch(n, v)
	}
	if v.Len() > 0 {
		later := repeatedKeys(v)
		e.out = binary.AppendVarint(e.out, int64(v.Len()-len(later)))
		for it := v.Iter(); it.Next(); {
			if _, again := later[it.Key().Index()]; again {
				continue
			}
			e.out = e.appendText(it.Key())
			if f := e.value(n.elem, it.Value()); f != nil {
				return f.at(it.Key().Text())
			}
		}
	}
	e.out = append(e.out, 0)
	return nil
}

// repeatedKeys returns the members of an object whose key stands there again
// later: of equal keys the last one counts. It is nil for nearly all objects.
func repeatedKeys(v jsonx.Value) map[uint32]struct{} {
	const few = 8
	if v.Len() <= few && !sameKeyTwice(v) {
		return nil
	}
	var repeated map[uint32]struct{}
	seen := make(map[string]uint32, v.Len())
	for it := v.Iter(); it.Next(); {
		key := it.Key().Text()
		if earlier, again := seen[key]; again {
			if repeated == nil {
				repeated = map[uint32]struct{}{}
			}
			repeated[earlier] = struct{}{}
		}
		seen[key] = it.Key().Index()
	}
	return repeated
}

// sameKeyTwice compares all pairs of keys. It also reports true when a key has
// escapes, so that its text cannot be compared as it stands.
func sameKeyTwice(v jsonx.Value) bool {
	for it := v.Iter(); it.Next(); {
		key, plain := it.Key().Plain()
		if !plain {
			return true
		}
		for rest := it; rest.Next(); {
			if other, _ := rest.Key().Plain(); bytes.Equal(key, other) {
				return true
			}
		}
	}
	return false
}

func (e *encoder) record(n *node, v jsonx.Value) *fault {
	if v.Type() != jsonx.Object {
		return e.mismatch(n, v)
	}
	base := len(e.slots)
	e.slots = slices.Grow(e.slots, len(n.fields))[:base+len(n.fields)]
	clear(e.slots[base:])
	f := e.fields(n, v, base)
	e.slots = e.slots[:base]
	return f
}

// fields sorts the members of an object into the slots from base on, then
// writes them in the order of the schema.
func (e *encoder) fields(n *node, v jsonx.Value, base int) *fault {
	expected := 0
	for it := v.Iter(); it.Next(); {
		i := n.fieldIndex(it.Key(), expected)
		if i < 0 {
			if e.trying > 0 || e.defaults {
				return misfit
			}
			return e.fail("the record " + n.typ.FullName() + " has no such field").at(it.Key().Text())
		}
		e.slots[base+i] = it.Value()
		expected = i + 1
	}
	for i := range n.fields {
		f := &n.fields[i]
		if value := e.slots[base+i]; value.Valid() {
			if fault := e.value(f.node, value); fault != nil {
				return fault.at(f.name)
			}
			continue
		}
		if e.defaults {
			e.absent(f)
		}
		if !f.hasAbsent {
			return e.fail("the field is missing, and its type allows no null and it has no usable default").at(f.name)
		}
		e.out = append(e.out, f.absent...)
	}
	return nil
}

// fieldIndex finds the field that a key names, at the expected position first:
// most documents have their fields in the order of the schema.
func (n *node) fieldIndex(key jsonx.Value, expected int) int {
	name, plain := key.Plain()
	if !plain {
		return n.typ.FieldIndex(key.Text())
	}
	if expected < len(n.fields) && n.fields[expected].name == string(name) {
		return expected
	}
	return n.typ.FieldIndex(string(name))
}
