package compat

// InGroup returns the earlier versions that a new schema is compared with when
// the subject's configuration names a compatibilityGroup: those whose metadata
// holds the same value for the property of that name as the new schema's. A
// property that is absent equals one that is absent, as in Confluent's
// registry. Without a group all versions count. The order stays; of the
// result the last is "the latest" for levels that are not transitive.
func InGroup(group string, next map[string]string, previous []Previous) []Previous {
	if group == "" {
		return previous
	}
	value, has := next[group]
	var same []Previous
	for _, p := range previous {
		other, otherHas := p.Properties[group]
		if has == otherHas && value == other {
			same = append(same, p)
		}
	}
	return same
}
