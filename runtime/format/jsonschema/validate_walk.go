package jsonschema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// validation is one walk over a value. A check returns nil or what is wrong;
// it returns anything at all once the budget is exhausted or a reference leads
// nowhere, and the answer is then that.
type validation struct {
	*Validator
	budget
	scope      *scope
	unresolved *Error
	// quiet counts the checks around the current one whose reasons nobody
	// will read.
	quiet int

	lastOf  jsonx.Value
	lastKey string
}

// scope is the way through resources that led to a schema, innermost first.
type scope struct {
	in    *resource
	outer *scope
}

// unfit is what is wrong when nobody will read it.
var unfit = &Violation{}

func (w *validation) fail(format string, args ...any) *Violation {
	if w.quiet > 0 {
		return unfit
	}
	return &Violation{Text: fmt.Sprintf(format, args...)}
}

// failType says that a value is of none of the types.
func (w *validation) failType(types []jsonType, v jsonx.Value) *Violation {
	if w.quiet > 0 {
		return unfit
	}
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.String()
	}
	bad := w.fail("must be of type %s, is %s", strings.Join(names, " or "), v.Type())
	bad.Types = names
	return bad
}

// below adds the step that led to a value to the path of what is wrong there.
func (v *Violation) below(step []byte) *Violation {
	if v != unfit {
		v.steps = append(v.steps, string(step))
	}
	return v
}

// finish makes the path of the steps.
func (v *Violation) finish() {
	slices.Reverse(v.steps)
	v.Path, v.steps = pointer(v.steps), nil
}

func (v *Validator) draftOf(n *node) Draft {
	if v.forced {
		return Draft7
	}
	return n.draft()
}

// check tests a value against a schema. seen, if not nil, learns which members
// or items of the value have been looked at.
func (w *validation) check(n *node, v jsonx.Value, seen *evaluated) *Violation {
	switch n.boolean {
	case always:
		return nil
	case never:
		return w.fail("must not be there: the schema allows no value")
	}
	if !w.enter() {
		return unfit
	}
	defer w.leave()
	if w.dynamic && (w.scope == nil || w.scope.in != n.in) {
		w.scope = &scope{in: n.in, outer: w.scope}
		defer func() { w.scope = w.scope.outer }()
	}
	d := w.draftOf(n)
	if d < Draft2019 || n.objects().unevaluated == nil && n.arrays().unevaluated == nil {
		return w.keywords(n, v, d, seen)
	}
	// What others have looked at does not count for the schema's own rest.
	own := w.evaluatedOf(v)
	if bad := w.keywords(n, v, d, own); bad != nil {
		return bad
	}
	if bad := w.rest(n, v, own); bad != nil {
		return bad
	}
	seen.join(own)
	return nil
}

// keywords tests a value against everything but the keywords about the rest.
func (w *validation) keywords(n *node, v jsonx.Value, d Draft, seen *evaluated) *Violation {
	if n.ref != nil {
		if bad := w.follow(n.ref.target, n.ref, v, seen); bad != nil || d <= Draft7 {
			return bad
		}
	}
	if n.dynamic != nil && d >= Draft2019 {
		if bad := w.follow(w.dynamicTarget(n), n.dynamic, v, seen); bad != nil {
			return bad
		}
	}
	if bad := w.value(n, v, d); bad != nil {
		return bad
	}
	return w.applied(n, v, d, seen)
}

// applied runs the keywords that apply other schemas.
func (w *validation) applied(n *node, v jsonx.Value, d Draft, seen *evaluated) *Violation {
	switch v.Type() {
	case jsonx.Object:
		if n.object != nil {
			if bad := w.object(n, v, d, seen); bad != nil {
				return bad
			}
		}
	case jsonx.Array:
		if n.array != nil {
			if bad := w.array(n, v, d, seen); bad != nil {
				return bad
			}
		}
	}
	if n.logic == nil {
		return nil
	}
	return w.logic(n.logic, v, d, seen)
}

func (w *validation) follow(target *node, r *reference, v jsonx.Value, seen *evaluated) *Violation {
	switch {
	case target != nil:
		return w.check(target, v, seen)
	case r.meta:
		if err := conforms(v, draftNamed(strings.TrimSuffix(r.text, "#"), Draft7), w.limits); err != nil {
			return w.fail("must be a schema: %s", err)
		}
		return nil
	}
	if w.unresolved == nil {
		w.unresolved = &Error{Kind: Unresolved, Text: "the value is subject to the reference " + quoted(r.text) + ", which leads nowhere"}
	}
	return unfit
}

// dynamicTarget finds where a reference leads that depends on the way to it:
// to the outermost resource on the way that has the anchor, if the place it
// would lead to without any way has it too.
func (w *validation) dynamicTarget(n *node) *node {
	r := n.dynamic
	if r.target == nil || r.anchor == "" && !r.target.in.recursive {
		return r.target
	}
	target := r.target
	for s := w.scope; s != nil && w.spend(1); s = s.outer {
		if r.anchor == "" {
			if s.in.recursive {
				target = s.in.root
			}
		} else if there := s.in.dynamic[r.anchor]; there != nil {
			target = there
		}
	}
	return target
}

// value tests what the keywords say about the value as such.
func (w *validation) value(n *node, v jsonx.Value, d Draft) *Violation {
	if n.types != nil && !slices.ContainsFunc(n.types, func(t jsonType) bool { return isOf(v, t, d) }) {
		return w.failType(n.types, v)
	}
	if n.enum.Valid() {
		if _, ok := w.rules[n].enum[w.key(v)]; !ok {
			return w.fail("must be one of %s", clip(string(n.enum.Raw())))
		}
	}
	if n.hasConstant && d >= Draft6 && w.rules[n].constant != w.key(v) {
		return w.fail("must be %s", clip(string(n.constant.Raw())))
	}
	switch v.Type() {
	case jsonx.Int, jsonx.Float:
		if n.number != nil {
			return w.number(n.number, v, d)
		}
	case jsonx.String:
		if n.text != nil {
			return w.text(n, v)
		}
	}
	return nil
}

// key is jsonKey, paid for by its length. The last one is kept: the branches
// of a choice ask for the same, one after the other.
func (w *validation) key(v jsonx.Value) string {
	switch size := len(v.Raw()); {
	case w.lastKey != "" && w.lastOf == v:
		w.spend(size / 256)
	case w.spend(size / 8):
		w.lastOf, w.lastKey = v, jsonKey(v)
	default:
		return ""
	}
	return w.lastKey
}

func isOf(v jsonx.Value, t jsonType, d Draft) bool {
	switch v.Type() {
	case jsonx.Null:
		return t == typeNull
	case jsonx.False, jsonx.True:
		return t == typeBoolean
	case jsonx.Int:
		return t == typeInteger || t == typeNumber
	case jsonx.Float:
		return t == typeNumber || t == typeInteger && d >= Draft6 && isWhole(v)
	case jsonx.String:
		return t == typeString
	case jsonx.Array:
		return t == typeArray
	default:
		return t == typeObject
	}
}

// logic applies the keywords that combine schemas.
func (w *validation) logic(l *logicRules, v jsonx.Value, d Draft, seen *evaluated) *Violation {
	for _, n := range l.allOf {
		if bad := w.check(n, v, seen); bad != nil {
			return bad
		}
	}
	if l.anyOf != nil {
		if bad := w.anyOf(l.anyOf, v, seen); bad != nil {
			return bad
		}
	}
	if l.oneOf != nil {
		if bad := w.oneOf(l.oneOf, v, seen); bad != nil {
			return bad
		}
	}
	if l.not != nil && w.fits(l.not, v, nil) {
		return w.fail("must not fit the schema of not")
	}
	if l.condition == nil || d < Draft7 {
		return nil
	}
	next := l.otherwise
	if w.fits(l.condition, v, seen) {
		next = l.then
	}
	if next == nil {
		return nil
	}
	return w.check(next, v, seen)
}

// fits tests a value whose reason to fail nobody will read. What has been
// looked at counts only when it fits.
func (w *validation) fits(n *node, v jsonx.Value, seen *evaluated) bool {
	w.quiet++
	defer func() { w.quiet-- }()
	var own *evaluated
	if seen != nil {
		own = w.evaluatedOf(v)
	}
	if w.check(n, v, own) != nil {
		return false
	}
	seen.join(own)
	return true
}

func (w *validation) anyOf(branches []*node, v jsonx.Value, seen *evaluated) *Violation {
	if len(branches) == 1 {
		return w.check(branches[0], v, seen)
	}
	found := false
	for _, n := range branches {
		if w.fits(n, v, seen) {
			if found = true; seen == nil {
				return nil
			}
		}
	}
	if !found {
		return w.fail("must fit one of the %d schemas of anyOf, fits none", len(branches))
	}
	return nil
}

func (w *validation) oneOf(branches []*node, v jsonx.Value, seen *evaluated) *Violation {
	if len(branches) == 1 {
		return w.check(branches[0], v, seen)
	}
	first := -1
	for i, n := range branches {
		if !w.fits(n, v, seen) {
			continue
		}
		if first >= 0 {
			return w.fail("must fit exactly one of the schemas of oneOf, fits numbers %d and %d", first+1, i+1)
		}
		first = i
	}
	if first < 0 {
		return w.fail("must fit exactly one of the %d schemas of oneOf, fits none", len(branches))
	}
	return nil
}
