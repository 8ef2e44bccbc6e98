package avro

// memo remembers the answers for pairs of types. Few schemas hold more than a
// handful of named types, so the first pairs are searched in order and a map
// is made only when there are more: a check against a thousand versions makes
// none.
type memo struct {
	few  [8]remembered
	used int
	many map[pair]*result
}

type remembered struct {
	pair   pair
	result *result // nil when it was dropped
}

func (m *memo) get(p pair) *result {
	for i := range m.used {
		if m.few[i].pair == p && m.few[i].result != nil {
			return m.few[i].result
		}
	}
	return m.many[p]
}

func (m *memo) put(p pair, r *result) {
	for i := range m.used {
		if m.few[i].result == nil {
			m.few[i] = remembered{p, r}
			return
		}
	}
	if m.used < len(m.few) {
		m.few[m.used] = remembered{p, r}
		m.used++
		return
	}
	if m.many == nil {
		m.many = map[pair]*result{}
	}
	m.many[p] = r
}

func (m *memo) drop(p pair) {
	for i := range m.used {
		if m.few[i].pair == p {
			m.few[i].result = nil
		}
	}
	delete(m.many, p)
}
