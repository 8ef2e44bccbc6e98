package jsonschema

import (
	"strings"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// The budgets of one comparison. A step is some hundred nanoseconds; schemas
// that people write need some thousands.
const (
	maxSteps    = 200_000
	maxNesting  = 4_000
	maxFindings = 1_000
)

// budget bounds one comparison. Once it is exhausted everything is answered at
// once, and the answer as a whole is that the schemas are too complex.
type budget struct {
	steps, nesting int
	exhausted      bool
}

func newBudget() budget { return budget{steps: maxSteps} }

// spend takes steps and reports whether there were so many left.
func (b *budget) spend(steps int) bool {
	if b.steps -= steps; b.steps < 0 {
		b.exhausted = true
	}
	return !b.exhausted
}

// enter goes one level down; leave has to follow where it reports true.
func (b *budget) enter() bool {
	if !b.spend(1) {
		return false
	}
	if b.nesting++; b.nesting > maxNesting {
		b.exhausted = true
	}
	return true
}

func (b *budget) leave() { b.nesting-- }

// result is what is known about a pair of schemas. It is not changed after the
// comparison of the pair has returned it, since pairs share results.
type result struct {
	bad   bool
	found []found
}

// fits is the result of pairs about which there is nothing to say.
var fits = &result{}

// found is one difference, or the result of a pair further down. The path is
// relative to the pair whose result it is part of: the same pair may be met in
// many places.
type found struct {
	path  []string
	kind  string
	text  string // what Karapace says
	fine  bool   // readers do not mind
	inner *result
}

// bad adds a difference that readers mind.
func (r *result) add(kind, text string, path ...string) {
	r.bad = true
	r.found = append(r.found, found{path: path, kind: kind, text: text})
}

// join adds what was found further down.
func (r *result) join(inner *result, path ...string) {
	if len(inner.found) == 0 {
		return
	}
	r.bad = r.bad || inner.bad
	r.found = append(r.found, found{path: path, inner: inner})
}

// done is what a comparison returns: pairs without differences share one
// result.
func (r *result) done() *result {
	if len(r.found) == 0 {
		return fits
	}
	return r
}

// flattener lists the differences of a tree of results with their full paths.
type flattener struct {
	path  []string
	steps int
	emit  func(path string, f found) bool
}

// walk reports false when enough has been listed.
func (f *flattener) walk(r *result) bool {
	for _, one := range r.found {
		if f.steps--; f.steps < 0 {
			return false
		}
		before := len(f.path)
		f.path = append(f.path, one.path...)
		more := true
		if one.inner != nil {
			more = f.walk(one.inner)
		} else {
			more = f.emit("#/"+strings.Join(f.path, "/"), one)
		}
		f.path = f.path[:before]
		if !more {
			return false
		}
	}
	return true
}

// findings turns a result into what the caller gets: what readers mind, in the
// order in which it was found.
func findings(r *result, describe func(path string, f found) schema.Finding) []schema.Finding {
	var list []schema.Finding
	f := flattener{steps: 100 * maxFindings, emit: func(path string, one found) bool {
		if !one.fine {
			list = append(list, describe(path, one))
		}
		return len(list) < maxFindings
	}}
	f.walk(r)
	return list
}

// KindTooComplex is the kind of the finding that the schemas were not compared
// to the end.
const KindTooComplex = "TOO_COMPLEX"

func tooComplex() []schema.Finding {
	text := "the schemas are too complex to be compared"
	return []schema.Finding{{Kind: KindTooComplex, Path: "#/", Karapace: text, Description: text}}
}
