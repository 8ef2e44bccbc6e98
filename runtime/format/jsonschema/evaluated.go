package jsonschema

import (
	"strconv"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// evaluated is which members or items of one value some schema has looked at.
// Nil stands for nobody who wants to know.
type evaluated struct {
	bits []uint64
}

// evaluatedOf starts the list of a value, nil for scalars.
func (w *validation) evaluatedOf(v jsonx.Value) *evaluated {
	words := (v.Len() + 63) / 64
	if t := v.Type(); t != jsonx.Object && t != jsonx.Array || !w.spend(words) {
		return nil
	}
	return &evaluated{bits: make([]uint64, words)}
}

func (e *evaluated) mark(i int) {
	if e != nil {
		e.bits[i/64] |= 1 << (i % 64)
	}
}

func (e *evaluated) has(i int) bool { return e.bits[i/64]&(1<<(i%64)) != 0 }

func (e *evaluated) join(other *evaluated) {
	if e == nil || other == nil {
		return
	}
	for i, b := range other.bits {
		e.bits[i] |= b
	}
}

// rest applies the keywords about what nothing else has looked at.
func (w *validation) rest(n *node, v jsonx.Value, seen *evaluated) *Violation {
	remaining, what := n.objects().unevaluated, "properties"
	if v.Type() == jsonx.Array {
		remaining, what = n.arrays().unevaluated, "items"
	}
	if remaining == nil || seen == nil {
		return nil
	}
	i := 0
	for it := v.Iter(); it.Next(); i++ {
		if seen.has(i) {
			continue
		}
		bad := w.check(remaining, it.Value(), nil)
		if bad != nil && remaining.boolean == never {
			bad = w.fail("must not be there: the schema allows no unevaluated %s", what)
		}
		switch {
		case bad != nil && v.Type() == jsonx.Array:
			return bad.below(strconv.AppendInt(nil, int64(i), 10))
		case bad != nil:
			return bad.below(nameOf(it.Key()))
		}
		seen.mark(i)
	}
	return nil
}
