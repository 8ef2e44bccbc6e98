package serde

import (
	"math/bits"
	"strings"

	"github.com/plastron-dev/plastron/runtime/format/avro"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// attempt is a branch that was tried for a value. What failed once below a
// union fails again, and without remembering that, n unions inside each other
// would cost 2^n attempts.
type attempt struct {
	node  *node
	value uint32
}

// maxAttemptSteps bounds the work of a document in which unions are ambiguous.
const maxAttemptSteps = 4_000_000

// Ranks of a branch for a value: the higher, the better. A branch of rank 0
// cannot take the value.
const (
	noFit    = 0
	loose    = 1 // a boolean for a number
	encoded  = 3 // a text that stands for bytes, a date or a number that is none
	widened  = 5 // an integer for a double, an object for a map
	nearly   = 8 // the larger of two exact types
	exact    = 9
	tagged   = 10 // the value names the branch by its short name …
	tagFull  = 11 // … or by its full one
	maxRanks = tagFull + 1
)

// union chooses the branch by the value. An object with one key that names a
// branch is a tag, if what it holds fits that branch; otherwise the branch
// whose type is nearest to the JSON takes the value, earlier ones first.
func (e *encoder) union(n *node, v jsonx.Value) *fault {
	if v.Type() == jsonx.Null && n.nullAt >= 0 {
		e.out = append(e.out, n.branches[n.nullAt].prefix...)
		return nil
	}
	tag, content := tagOf(v)
	var found uint32 // set of ranks that occur
	only, count := 0, 0
	for i := range n.branches {
		for _, r := range e.ranks(&n.branches[i], v, tag) {
			if r != noFit {
				found |= 1 << r
				count++
				only = i
			}
		}
	}
	switch count {
	case 0:
		return e.noBranch(n, v)
	case 1:
		// Nothing to choose: a fault in it is the fault of the value.
		b := &n.branches[only]
		if found >= 1<<tagged {
			v = content
		}
		e.out = append(e.out, b.prefix...)
		return e.value(b.node, v)
	}
	for found != 0 {
		rank := bits.Len32(found) - 1
		found &^= 1 << rank
		inner := v
		if rank >= tagged {
			inner = content
		}
		for i := range n.branches {
			b := &n.branches[i]
			ranks := e.ranks(b, v, tag)
			if (ranks[0] == rank || ranks[1] == rank) && e.try(b, inner) {
				return nil
			}
		}
	}
	if e.steps < 0 {
		return &fault{kind: TooLarge, reason: "the unions of the record are too ambiguous"}
	}
	return e.fail("the value fits none of the branches " + names(n))
}

// tagOf returns the only member of an object.
func tagOf(v jsonx.Value) (tag, content jsonx.Value) {
	if v.Type() != jsonx.Object || v.Len() != 1 {
		return tag, content
	}
	it := v.Iter()
	it.Next()
	return it.Key(), it.Value()
}

// ranks returns the rank of a branch for the value as it stands, and for its
// content if the value is an object that names the branch.
func (e *encoder) ranks(b *branch, v, tag jsonx.Value) [2]int {
	var r [2]int
	r[0] = e.rank(b.node, v)
	if !tag.Valid() || e.defaults {
		return r
	}
	switch {
	case tag.Is(b.full):
		r[1] = tagFull
	case tag.Is(b.short):
		r[1] = tagged
	}
	return r
}

// rank looks at the value itself and the keys of a record, not deeper.
func (e *encoder) rank(n *node, v jsonx.Value) int {
	e.steps--
	switch t := v.Type(); n.kind {
	case avro.Null:
		return when(t == jsonx.Null, exact)
	case avro.Boolean:
		return when(t == jsonx.True || t == jsonx.False, exact)
	case avro.Int, avro.Long:
		return rankInteger(n, v)
	case avro.Float, avro.Double:
		return rankFloat(n, v)
	case avro.String:
		return when(t == jsonx.String, exact)
	case avro.Enum:
		return when(t == jsonx.String && symbolIndex(n, v) >= 0, exact)
	case avro.Bytes, avro.Fixed:
		number := t == jsonx.Int || t == jsonx.Float
		return when(t == jsonx.String || number && n.typ.Logical == avro.Decimal, encoded)
	case avro.Array:
		return when(t == jsonx.Array, exact)
	case avro.Map:
		return when(t == jsonx.Object, widened)
	case avro.Record:
		return when(t == jsonx.Object && e.shape(n, v), exact)
	default:
		return noFit
	}
}

func when(fits bool, rank int) int {
	if fits {
		return rank
	}
	return noFit
}

func rankInteger(n *node, v jsonx.Value) int {
	switch v.Type() {
	case jsonx.Int:
		i, ok := v.Int64()
		if n.kind == avro.Int {
			return when(ok && i == int64(int32(i)), exact)
		}
		return when(ok, nearly)
	case jsonx.True, jsonx.False:
		return loose
	case jsonx.String:
		return when(n.typ.Logical != avro.LogicalNone, encoded)
	default:
		return noFit
	}
}

func rankFloat(n *node, v jsonx.Value) int {
	double := n.kind == avro.Double
	switch v.Type() {
	case jsonx.Float:
		if double {
			return exact
		}
		return nearly
	case jsonx.Int:
		if double {
			return widened
		}
		return widened - 1
	case jsonx.True, jsonx.False:
		return loose
	case jsonx.String:
		return when(v.Is("NaN") || v.Is("Infinity") || v.Is("-Infinity"), encoded)
	default:
		return noFit
	}
}

// shape reports whether an object has only keys that the record knows, and all
// that it needs.
func (e *encoder) shape(n *node, v jsonx.Value) bool {
	needed := 0
	for i := range n.fields {
		if !n.fields[i].hasAbsent {
			needed++
		}
	}
	expected, found := 0, 0
	for it := v.Iter(); it.Next(); {
		i := n.fieldIndex(it.Key(), expected)
		if i < 0 {
			return false
		}
		if !n.fields[i].hasAbsent {
			found++
		}
		expected = i + 1
	}
	e.steps -= len(n.fields) + v.Len()
	return found >= needed || e.defaults
}

// try writes the value as a value of the branch, or nothing.
func (e *encoder) try(b *branch, v jsonx.Value) bool {
	key := attempt{b.node, v.Index()}
	if _, known := e.failed[key]; known || e.steps < 0 {
		return false
	}
	if e.trying == 0 && e.steps > maxAttemptSteps {
		e.steps = maxAttemptSteps
	}
	length, slots, depth := len(e.out), len(e.slots), e.depth
	e.trying++
	e.out = append(e.out, b.prefix...)
	f := e.value(b.node, v)
	e.trying--
	if f == nil {
		return true
	}
	e.out, e.slots, e.depth = e.out[:length], e.slots[:slots], depth
	if b.node.kind >= avro.Record {
		if e.failed == nil {
			e.failed = map[attempt]struct{}{}
		}
		e.failed[key] = struct{}{}
	}
	return false
}

// noBranch explains why nothing fits. An object that has a single type to fit
// is shown what is wrong with it.
func (e *encoder) noBranch(n *node, v jsonx.Value) *fault {
	if e.trying > 0 || e.defaults {
		return misfit
	}
	if v.Type() == jsonx.Object {
		var only *branch
		for i := range n.branches {
			b := &n.branches[i]
			if b.node.kind != avro.Record {
				continue
			}
			if only != nil {
				only = nil
				break
			}
			only = b
		}
		if only != nil {
			return e.value(only.node, v)
		}
	}
	return e.fail("a value of one of the types " + names(n) + " is expected, not " + v.Type().String())
}

func names(n *node) string {
	list := make([]string, 0, len(n.branches))
	for i := range n.branches {
		if i == 8 {
			list = append(list, "…")
			break
		}
		list = append(list, n.branches[i].full)
	}
	return strings.Join(list, ", ")
}
