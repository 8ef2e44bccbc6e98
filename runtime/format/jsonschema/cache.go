package jsonschema

// patternCache compiles the patterns of a comparison once. The zero value is
// ready for patterns that may match anywhere.
type patternCache struct {
	atStart  bool // a match has to begin where the text does
	compiled map[string]*matcher
}

// cover returns the schema of the first pattern that a name matches, nil for
// none. A pattern that cannot be run in linear time matches nothing here.
func (c *patternCache) cover(b *budget, patterns members, name string) *node {
	for _, p := range patterns {
		m := c.matcher(b, p.name)
		if b.exhausted {
			return nil
		}
		if m != nil && b.spend(m.steps(len(name))) && m.match([]byte(name)) {
			return p.node
		}
	}
	return nil
}

// matcher pays for a pattern by its cost before it compiles it: some hundred
// nanoseconds and bytes for each unit, like a step.
func (c *patternCache) matcher(b *budget, pattern string) *matcher {
	if m, ok := c.compiled[pattern]; ok || b.exhausted {
		return m
	}
	var m *matcher
	if cost, err := checkPattern(pattern); err == nil && b.spend(patternCost+cost) {
		m, _ = compile(pattern, c.atStart, DefaultLimits())
	}
	if c.compiled == nil {
		c.compiled = map[string]*matcher{}
	}
	c.compiled[pattern] = m
	return m
}
