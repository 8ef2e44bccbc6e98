package jsonschema

import (
	"unicode/utf8"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

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
	case r.multipleOf != nil && !r.multipleOf.dividesValue(v):
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
