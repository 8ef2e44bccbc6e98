package jsonschema

import (
	"cmp"
	"math/big"
	"unicode/utf8"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// compareTo returns -1, 0 or 1 as the value is below, at or above the limit.
func (l *number) compareTo(v jsonx.Value) int {
	if n, ok := v.Int64(); ok {
		return l.compareInt(n)
	}
	if rat := exact(v); rat != nil {
		return rat.Cmp(l.rat)
	}
	return 0 // Not met: the validator refuses such numbers.
}

func (l *number) compareInt(n int64) int {
	if !l.isWhole {
		return new(big.Rat).SetInt64(n).Cmp(l.rat)
	}
	return cmp.Compare(n, l.whole)
}

// above and below report whether a count is beyond a limit of which there may
// be none.
func (l *number) above(n int) bool { return l != nil && l.compareInt(int64(n)) > 0 }
func (l *number) below(n int) bool { return l != nil && l.compareInt(int64(n)) < 0 }

// divides reports whether the value is a multiple.
func (l *number) divides(v jsonx.Value) bool {
	if n, ok := v.Int64(); ok && l.isWhole && l.whole > 0 {
		return n%l.whole == 0
	}
	rat := exact(v)
	return rat == nil || l.rat.Sign() == 0 || divides(l.rat, rat)
}

func (w *validation) number(r *numberRules, v jsonx.Value, d Draft) *Violation {
	is := func() string { return clip(string(v.Raw())) }
	highest, lowest := r.exclusiveMaximum, r.exclusiveMinimum
	if d == Draft4 {
		highest, lowest = nil, nil
		if r.maximumExcluded {
			highest = r.maximum
		}
		if r.minimumExcluded {
			lowest = r.minimum
		}
	}
	switch {
	case r.maximum != nil && r.maximum.compareTo(v) > 0:
		return w.fail("must be at most %s, is %s", clip(r.maximum.text), is())
	case r.minimum != nil && r.minimum.compareTo(v) < 0:
		return w.fail("must be at least %s, is %s", clip(r.minimum.text), is())
	case highest != nil && highest.compareTo(v) >= 0:
		return w.fail("must be less than %s, is %s", clip(highest.text), is())
	case lowest != nil && lowest.compareTo(v) <= 0:
		return w.fail("must be more than %s, is %s", clip(lowest.text), is())
	case r.multipleOf != nil && !r.multipleOf.divides(v):
		return w.fail("must be a multiple of %s, is %s", clip(r.multipleOf.text), is())
	default:
		return nil
	}
}

func (w *validation) text(n *node, v jsonx.Value) *Violation {
	text, plain := v.Plain()
	if !plain {
		text = v.AppendText(nil)
	}
	r := n.text
	if r.maxLength != nil || r.minLength != nil {
		length := utf8.RuneCount(text)
		switch {
		case r.maxLength.above(length):
			return w.fail("must have at most %s characters, has %d", clip(r.maxLength.text), length)
		case r.minLength.below(length):
			return w.fail("must have at least %s characters, has %d", clip(r.minLength.text), length)
		}
	}
	if r.hasPattern && !w.matches(w.rules[n].pattern, text) {
		return w.fail("must match %s", quoted(r.pattern))
	}
	return nil
}

// matches runs an expression, paid for by the length of the text.
func (w *validation) matches(m *matcher, text []byte) bool {
	return w.spend(m.steps(len(text))) && m.match(text)
}
