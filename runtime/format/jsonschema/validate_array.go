package jsonschema

import (
	"strconv"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

func (w *validation) array(n *node, v jsonx.Value, d Draft, seen *evaluated) *Violation {
	a := n.array
	switch {
	case a.maxItems.above(v.Len()):
		return w.fail("must have at most %s items, has %d", clip(a.maxItems.text), v.Len())
	case a.minItems.below(v.Len()):
		return w.fail("must have at least %s items, has %d", clip(a.minItems.text), v.Len())
	}
	if !w.spend(v.Len() / 4) {
		return unfit
	}
	single, others := a.tuple, a.additional
	switch {
	case d == Draft2020:
		single, others = a.prefix, a.items
	case a.tuple == nil:
		others = a.items
	}
	i := 0
	for it := v.Iter(); it.Next(); i++ {
		item := others
		if i < len(single) {
			item = single[i]
		}
		if item == nil {
			break
		}
		if bad := w.check(item, it.Value(), nil); bad != nil {
			return bad.below(strconv.AppendInt(nil, int64(i), 10))
		}
		seen.mark(i)
	}
	if bad := w.contains(a, v, d, seen); bad != nil || !a.unique {
		return bad
	}
	return w.unique(v)
}

func (w *validation) contains(a *arrayRules, v jsonx.Value, d Draft, seen *evaluated) *Violation {
	if a.contains == nil || d < Draft6 {
		return nil
	}
	count, i := 0, 0
	for it := v.Iter(); it.Next(); i++ {
		if w.fits(a.contains, it.Value(), nil) {
			count++
			if d == Draft2020 {
				seen.mark(i)
			}
		}
	}
	least, most := a.minContains, a.maxContains
	if d < Draft2019 {
		least, most = nil, nil
	}
	switch {
	case least == nil && count == 0:
		return w.fail("must have an item that fits the schema of contains")
	case least.below(count):
		return w.fail("must have at least %s items that fit the schema of contains, has %d", clip(least.text), count)
	case most.above(count):
		return w.fail("must have at most %s items that fit the schema of contains, has %d", clip(most.text), count)
	default:
		return nil
	}
}

func (w *validation) unique(v jsonx.Value) *Violation {
	known := make(map[string]int, v.Len())
	i := 0
	for it := v.Iter(); it.Next(); i++ {
		if !w.spend(1) {
			return unfit
		}
		key := w.key(it.Value())
		if first, again := known[key]; again {
			return w.fail("must have different items, numbers %d and %d are equal", first+1, i+1)
		}
		known[key] = i
	}
	return nil
}
