package jsonschema

// patternCache compiles the patterns of a comparison once. The zero value is
// ready for patterns that may match anywhere.
type patternCache struct {
	atStart  bool // a match has to begin where the text does
	compiled map[string]*matcher
}

// matches reports whether name matches a pattern. A pattern that cannot be run
// in linear time matches nothing here.
func (c *patternCache) matches(b *budget, pattern, name string) bool {
	m, ok := c.compiled[pattern]
	if !ok {
		m, _ = compile(pattern, c.atStart, DefaultLimits())
		if c.compiled == nil {
			c.compiled = map[string]*matcher{}
		}
		c.compiled[pattern] = m
		if m != nil && !b.spend(m.cost) {
			return false
		}
	}
	return m != nil && b.spend(m.steps(len(name))) && m.match([]byte(name))
}
