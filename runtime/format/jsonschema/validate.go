package jsonschema

import (
	"fmt"
	"sync"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Validator tells whether values fit a schema. It is immutable and safe for
// concurrent use.
type Validator struct {
	root   *node
	forced bool // every schema is read as draft 7
	// dynamic: there are references that depend on the way to them.
	dynamic bool
	rules   map[*node]*nodeRules
	limits  Limits
	pool    sync.Pool // of *jsonx.Doc
}

// nodeRules is what is made ready of a node: its expressions compiled, its
// constants in a form that can be compared.
type nodeRules struct {
	pattern  *matcher
	patterns []*matcher // in the order of objectRules.patterns
	enum     map[string]struct{}
	constant string
}

// NewValidator makes a validator of a schema and the texts that it refers to.
// Karapace validates by draft 7, whatever "$schema" says; Confluent's registry
// by the draft that is declared. Both take "format" and the keywords about
// contents for remarks. The limits bound the schema's patterns and each value:
// its bytes, depth and number of values.
//
// A schema with a pattern that cannot be run in linear time has no validator;
// the error, an *Error of kind Unsupported, names the pattern.
func NewValidator(s *Schema, f schema.Flavour, limits Limits) (*Validator, error) {
	v := &Validator{
		root: s.root, forced: f != schema.Confluent, limits: limits.filled(),
		rules: map[*node]*nodeRules{},
		pool:  sync.Pool{New: func() any { return &jsonx.Doc{} }},
	}
	c := preparation{validator: v, seen: map[*node]struct{}{}, entered: map[*resource]struct{}{}, compiled: map[string]*matcher{}}
	if err := c.reach(v.root); err != nil {
		return nil, err
	}
	return v, nil
}

// Violation is the first thing that is wrong with a value.
type Violation struct {
	// Path is the place in the value as a JSON pointer, empty for the root.
	Path string
	// Text says what the value has to be there and what it is.
	Text string
	// Types are the names of the types that the schema allows there, for a
	// value of none of them.
	Types []string

	steps []string // innermost first
}

// Error is the sentence with the place in the value.
func (v *Violation) Error() string {
	if v.Path == "" {
		return "the value " + v.Text
	}
	return "the value at " + v.Path + " " + v.Text
}

// Validate returns nil for an instance that fits. A *Violation says what does
// not fit; an *Error that the instance is not JSON (Malformed), is beyond a
// limit or takes too many steps (TooLarge), or is subject to a reference that
// leads nowhere (Unresolved).
//
// Of equal keys the last one counts, as for every reader of JSON that keeps
// objects in maps.
func (v *Validator) Validate(instance []byte) error {
	doc := v.pool.Get().(*jsonx.Doc)
	defer func() {
		doc.Reset()
		v.pool.Put(doc)
	}()
	if err := doc.Parse(instance, v.limits.json()); err != nil {
		return fromJSON(err)
	}
	return v.ValidateDoc(doc)
}

// ValidateDoc is Validate for an instance that is parsed already.
func (v *Validator) ValidateDoc(doc *jsonx.Doc) error {
	unique, err := presentable(doc)
	if err != nil {
		return err
	}
	w := validation{Validator: v, budget: budget{steps: stepsFor(doc)}}
	found := w.check(v.root, unique.Root(), nil)
	switch {
	case w.unresolved != nil:
		return w.unresolved
	case w.exhausted:
		return &Error{Kind: TooLarge, Text: tooManySteps}
	case found != nil:
		found.finish()
		return found
	default:
		return nil
	}
}

// maxChecks is the most steps for one value, each some fifty nanoseconds.
const maxChecks = 2_000_000

// stepsFor is the budget for an instance: many times what schemas ask of a
// value, up to what some tenths of a second have room for.
func stepsFor(doc *jsonx.Doc) int {
	return min(maxChecks/2+100*doc.Nodes()+4*len(doc.Root().Raw()), maxChecks)
}

// presentable returns the document without members that a later one of the
// same name replaces, and refuses numbers that no double is near.
func presentable(doc *jsonx.Doc) (*jsonx.Doc, error) {
	repeated := false
	for i := range doc.Nodes() {
		switch v := doc.At(uint32(i)); v.Type() {
		case jsonx.Int, jsonx.Float:
			if v.Type() == jsonx.Int && len(v.Raw()) < 300 {
				continue
			}
			if _, ok := v.Float64(); !ok {
				line, column := v.Position()
				return nil, &Error{Kind: Malformed, Text: fmt.Sprintf(
					"a number beyond the range of a double: line %d column %d", line, column)}
			}
		case jsonx.Object:
			repeated = repeated || repeats(v)
		}
	}
	if !repeated {
		return doc, nil
	}
	text, err := appendStandard(nil, doc.Root(), false)
	if err != nil {
		return nil, fromJSON(err)
	}
	var unique jsonx.Doc
	if err := unique.Parse(text, jsonx.Limits{}); err != nil {
		return nil, fromJSON(err)
	}
	return &unique, nil
}

// repeats reports whether an object has members of the same name.
func repeats(v jsonx.Value) bool {
	const few = 12
	if v.Len() > few {
		return len(v.Members()) < v.Len()
	}
	var keys [few]jsonx.Value
	n := 0
	for it := v.Iter(); it.Next(); n++ {
		keys[n] = it.Key()
		for _, earlier := range keys[:n] {
			if sameText(earlier, keys[n]) {
				return true
			}
		}
	}
	return false
}

func sameText(a, b jsonx.Value) bool {
	x, plainX := a.Plain()
	y, plainY := b.Plain()
	if plainX && plainY {
		return string(x) == string(y)
	}
	return a.Text() == b.Text()
}

const tooManySteps = "checking the value takes more steps than are allowed: the schema refers to itself without end, or combines too many schemas"
