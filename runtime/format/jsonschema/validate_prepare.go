package jsonschema

import "fmt"

// preparation visits the schemas that values can meet.
type preparation struct {
	validator *Validator
	seen      map[*node]struct{}
	entered   map[*resource]struct{}
	compiled  map[string]*matcher
	cost      int
}

// maxPreparedCost bounds the memory of all the expressions of a schema, each
// of which counts patternCost more than it costs: a compiled one takes some
// two hundred bytes for each unit.
const (
	maxPreparedCost = 160_000
	patternCost     = 40
)

func (c *preparation) reach(root *node) error {
	// A list instead of recursion: references lead anywhere.
	todo := []*node{root}
	visit := func(nodes ...*node) {
		for _, n := range nodes {
			if n == nil {
				continue
			}
			if _, done := c.seen[n]; !done {
				c.seen[n] = struct{}{}
				todo = append(todo, n)
			}
		}
	}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if err := c.prepare(n); err != nil {
			return err
		}
		n.subschemas(visit)
		for _, r := range []*reference{n.ref, n.dynamic} {
			if r != nil {
				visit(r.target)
			}
		}
		c.enter(n.in, visit)
		c.validator.dynamic = c.validator.dynamic || n.dynamic != nil
	}
	return nil
}

// enter visits what becomes a target of references once the way has led into
// a resource.
func (c *preparation) enter(in *resource, visit func(...*node)) {
	if _, done := c.entered[in]; done {
		return
	}
	c.entered[in] = struct{}{}
	for _, anchored := range in.dynamic {
		visit(anchored)
	}
	if in.recursive {
		visit(in.root)
	}
}

func (c *preparation) prepare(n *node) (err error) {
	var r nodeRules
	used := false
	if n.text != nil && n.text.hasPattern {
		used = true
		if r.pattern, err = c.compile(n.text.pattern); err != nil {
			return err
		}
	}
	for _, p := range n.objects().patterns {
		used = true
		m, err := c.compile(p.name)
		if err != nil {
			return err
		}
		r.patterns = append(r.patterns, m)
	}
	if n.enum.Valid() {
		used, r.enum = true, setOf(n)
	}
	if n.hasConstant {
		used, r.constant = true, jsonKey(n.constant)
	}
	if used {
		c.validator.rules[n] = &r
	}
	return nil
}

func (c *preparation) compile(pattern string) (*matcher, error) {
	if m, ok := c.compiled[pattern]; ok {
		return m, nil
	}
	m, err := compile(pattern, false, c.validator.limits)
	if err != nil {
		return nil, &Error{Kind: Unsupported, Text: fmt.Sprintf("the pattern %q cannot be used to check values: %s", clip(pattern), err)}
	}
	if c.cost += m.cost + patternCost; c.cost > maxPreparedCost {
		return nil, tooLarge(NoBound, "the patterns of the schema cost more than %d together", maxPreparedCost)
	}
	c.compiled[pattern] = m
	return m, nil
}
