package jsonschema

// match pairs as many of n left things with different ones of m right things
// as possible, where fits says which go together. It returns for each left
// thing its partner, or -1. fits is asked once for a pair at most.
//
// Things that stand in the same place of both lists are tried first: branches
// that did not change are found without looking at all pairs.
func match(b *budget, n, m int, fits func(i, j int) bool) []int {
	a := assignment{
		budget: b, fits: fits, m: m,
		partner: filled(n), holder: filled(m),
		known: make(map[uint64]bool, min(n, m)), visited: make([]int, m),
	}
	for i := range min(n, m) {
		if a.goTogether(i, i) {
			a.partner[i], a.holder[i] = i, i
		}
	}
	for i := range n {
		if a.partner[i] < 0 && !b.exhausted {
			a.round++
			a.place(i)
		}
	}
	return a.partner
}

func filled(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = -1
	}
	return list
}

func count(partner []int) int {
	n := 0
	for _, p := range partner {
		if p >= 0 {
			n++
		}
	}
	return n
}

// assignment is Kuhn's algorithm for bipartite matching.
type assignment struct {
	budget          *budget
	fits            func(i, j int) bool
	m               int
	partner, holder []int
	known           map[uint64]bool // by the two places, which are below 2^32
	visited         []int           // the round in which a right thing was looked at last
	round           int
}

func (a *assignment) goTogether(i, j int) bool {
	if !a.budget.spend(1) {
		return false
	}
	pair := uint64(i)<<32 | uint64(j)
	together, ok := a.known[pair]
	if !ok {
		together = a.fits(i, j)
		a.known[pair] = together
	}
	return together
}

// place finds a partner for i, moving those that are placed already to other
// partners where that helps. Its recursion is bounded like all comparisons.
func (a *assignment) place(i int) bool {
	if !a.budget.enter() {
		return false
	}
	defer a.budget.leave()
	for j := range a.m {
		if a.budget.exhausted {
			return false
		}
		if a.visited[j] == a.round || !a.goTogether(i, j) {
			continue
		}
		a.visited[j] = a.round
		if a.holder[j] < 0 || a.place(a.holder[j]) {
			a.partner[i], a.holder[j] = j, i
			return true
		}
	}
	return false
}
