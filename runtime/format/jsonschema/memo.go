package jsonschema

// memo remembers results of pairs, and closes the circle when a pair is met
// again inside its own comparison: it is then taken to fit, which is right
// unless something else about it does not. What was concluded from that
// assumption is forgotten when the pair turns out not to fit:
//
//	A = {"next": B, "x": …}   B = {"back": A}
//
// While A is compared, B fits because A is assumed to. When "x" then makes A
// fail, the answer for B has to go. An answer that a pair does not fit needs
// no such care: it was reached in spite of the assumption.
type memo[P comparable] struct {
	known map[P]*remembered
	// trail lists the answers that rest on assumptions, newest last.
	trail []P
	depth int
	// lowest is the outermost open pair on which the current one rests.
	lowest int
}

// settled stands for a pair that rests on no open one.
const settled = 1 << 30

type remembered struct {
	result *result
	// lowest is the outermost open pair that the answer rests on, for an open
	// pair its own depth.
	lowest int
}

func newMemo[P comparable]() memo[P] {
	return memo[P]{known: map[P]*remembered{}, lowest: settled}
}

// do returns the result for a pair, from compare when it is not known yet.
func (m *memo[P]) do(pair P, compare func() *result) *result {
	if r, ok := m.known[pair]; ok {
		m.lowest = min(m.lowest, r.lowest)
		return r.result
	}
	m.depth++
	depth, outside, start := m.depth, m.lowest, len(m.trail)
	entry := &remembered{result: fits, lowest: depth}
	m.known[pair] = entry
	m.lowest = settled
	entry.result = compare()
	rests := m.lowest
	m.depth--
	switch {
	case entry.result.bad:
		for _, p := range m.trail[start:] {
			if !m.known[p].result.bad {
				delete(m.known, p)
			}
		}
		m.trail = m.trail[:start]
		entry.lowest = settled
	case rests >= depth:
		for _, p := range m.trail[start:] {
			m.known[p].lowest = settled
		}
		m.trail = m.trail[:start]
		entry.lowest = settled
	default:
		for _, p := range m.trail[start:] {
			m.known[p].lowest = min(m.known[p].lowest, rests)
		}
		m.trail = append(m.trail, pair)
		entry.lowest = rests
	}
	m.lowest = min(outside, entry.lowest)
	return entry.result
}
