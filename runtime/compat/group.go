package compat

// SameGroup reports whether two versions are compared with each other when the
// subject's configuration names a compatibilityGroup: their metadata holds the
// same value for the property of that name. A property that is absent equals
// one that is absent, as in Confluent's registry. Without a group all versions
// are of one.
func SameGroup(group string, a, b map[string]string) bool {
	if group == "" {
		return true
	}
	x, inA := a[group]
	y, inB := b[group]
	return inA == inB && x == y
}
