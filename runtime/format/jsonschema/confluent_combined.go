package jsonschema

import (
	"maps"
	"slices"
	"strconv"
)

// combined compares two combinations: first how they combine, then how many
// branches there are, then whether each branch of the shorter list has a
// partner of its own in the other.
func (c *confluentWalk) combined(r *result, old, new *part) {
	before, after := c.kinds.branches(old), c.kinds.branches(new)
	if old.criterion != new.criterion {
		one, two := len(before) == 1, len(after) == 1
		widened := new.criterion == anyOf || one && two || one && new.criterion == oneOf || two && old.criterion == allOf
		if !widened {
			c.note(r, "COMBINED_TYPE_CHANGED")
			return
		}
		c.note(r, "COMBINED_TYPE_EXTENDED")
	}
	before, after = c.unequal(before), c.unequal(after)
	switch {
	case len(before) < len(after) && new.criterion == allOf:
		c.note(r, "PRODUCT_TYPE_EXTENDED")
	case len(before) < len(after):
		c.note(r, "SUM_TYPE_EXTENDED")
	case len(before) > len(after) && old.criterion == allOf:
		c.note(r, "PRODUCT_TYPE_NARROWED")
	case len(before) > len(after):
		c.note(r, "SUM_TYPE_NARROWED")
	}
	results := map[[2]int]*result{}
	partner := match(&c.budget, len(before), len(after), func(i, j int) bool {
		inner := c.compare(before[i], after[j])
		if !inner.bad && len(inner.found) > 0 {
			results[[2]int{i, j}] = inner
		}
		return !inner.bad
	})
	if count(partner) < min(len(before), len(after)) {
		c.note(r, "COMBINED_TYPE_SUBSCHEMAS_CHANGED")
		return
	}
	for i, j := range partner {
		if inner := results[[2]int{i, j}]; inner != nil {
			r.join(inner, old.criterion.String(), strconv.Itoa(i))
		}
	}
}

// unequal drops branches that stand in the list already. Only whole schemas
// can be equal: the parts of one schema differ in kind.
func (c *confluentWalk) unequal(parts []*part) []*part {
	if len(parts) < 2 {
		return parts
	}
	seen := make(map[string]struct{}, len(parts))
	kept := make([]*part, 0, len(parts))
	for _, p := range parts {
		if p.whole || p.kind == isReference && p.node.ref != nil && p.node.draft() <= Draft7 {
			raw := p.node.raw()
			if !c.spend(len(raw) / 64) {
				return parts
			}
			if _, again := seen[string(raw)]; again {
				continue
			}
			seen[string(raw)] = struct{}{}
		}
		kept = append(kept, p)
	}
	return kept
}

// raw is the canonical text of a schema.
func (n *node) raw() []byte {
	if n == anySchema {
		return []byte("true")
	}
	return n.value.Raw()
}

func sortedKeys[V any](a, b map[string]V) []string {
	keys := make([]string, 0, len(a)+len(b))
	for key := range maps.Keys(a) {
		keys = append(keys, key)
	}
	for key := range maps.Keys(b) {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
