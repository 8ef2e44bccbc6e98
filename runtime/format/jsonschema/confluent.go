package jsonschema

import (
	"github.com/plastron-dev/plastron/runtime/schema"
)

// The words that stand for the two schemas in a Description. Whoever knows
// which of them is the new one replaces them by "new" and "old".
const (
	ReaderWord = "{reader}"
	WriterWord = "{writer}"
)

// Readable returns every reason why reader cannot read data that writer wrote,
// by the rules of the flavour and, for Confluent, the strict policy; none
// means it can. A schema reads what its like wrote.
func Readable(reader, writer *Schema, f schema.Flavour) []schema.Finding {
	return ReadableUnder(reader, writer, f, Strict)
}

// ReadableUnder is Readable with a policy, of which Karapace has only one.
func ReadableUnder(reader, writer *Schema, f schema.Flavour, policy Policy) []schema.Finding {
	if reader == writer || reader.canonical == writer.canonical && !reader.references && !writer.references {
		return nil
	}
	if f != schema.Confluent {
		return karapaceReadable(reader, writer)
	}
	c := newConfluentWalk(policy)
	r := c.compare(c.kinds.of(writer.root), c.kinds.of(reader.root))
	if c.exhausted {
		return tooComplex()
	}
	return findings(r, func(path string, f found) schema.Finding {
		text := description(f.kind, path)
		if text == "" {
			return schema.Finding{Kind: f.kind, Path: path, Karapace: f.kind + " at " + path}
		}
		return schema.Finding{Kind: f.kind, Path: path, Karapace: text, Description: text}
	})
}

// confluentWalk compares as Confluent's registry does: which differences does
// a new schema, the reader, have from an old one, the writer?
type confluentWalk struct {
	budget
	policy   Policy
	memo     memo[[2]*part]
	kinds    kindTable
	patterns patternCache
	// all makes the walk record what readers do not mind too.
	all bool
}

func newConfluentWalk(policy Policy) *confluentWalk {
	return &confluentWalk{
		budget: newBudget(), policy: policy, memo: newMemo[[2]*part](),
		kinds: kindTable{known: map[*node]*part{}},
	}
}

// note adds a difference where it matters.
func (c *confluentWalk) note(r *result, kind string, path ...string) {
	if !c.policy.allows(kind) {
		r.add(kind, "", path...)
	} else if c.all {
		r.found = append(r.found, found{path: path, kind: kind, fine: true})
	}
}

// under compares two schemas, either of which may be missing.
func (c *confluentWalk) under(old, new *node) *result {
	return c.compare(c.kinds.of(old), c.kinds.of(new))
}

func (c *confluentWalk) compare(old, new *part) *result {
	if !c.enter() {
		return fits
	}
	defer c.leave()
	var r result
	switch {
	case old == new:
		return fits
	case old == nil:
		c.note(&r, "SCHEMA_ADDED")
		return r.done()
	case new == nil:
		c.note(&r, "SCHEMA_REMOVED")
		return r.done()
	case old.kind != isReference && new.kind != isReference:
		return c.pair(old, new)
	}
	from, oldText := c.kinds.follow(old)
	to, newText := c.kinds.follow(new)
	switch {
	case from == nil && to == nil && oldText == newText, to == nil:
		return fits // Nothing is known about the new schema, or nothing new.
	case from == nil:
		from = c.kinds.of(anySchema)
	}
	return c.memo.do([2]*part{from, to}, func() *result { return c.pair(from, to) })
}

func (c *confluentWalk) pair(old, new *part) *result {
	if old == new {
		return fits
	}
	if r := c.unwrapped(old, new); r != nil {
		return r
	}
	var r result
	if old.kind != new.kind {
		if old.kind != isFalse && new.kind != isEmpty {
			c.note(&r, "TYPE_CHANGED")
		}
		return r.done()
	}
	if c.all && old.whole && new.whole {
		c.annotations(&r, old.node, new.node)
	}
	c.sameKind(&r, old, new)
	return r.done()
}

func (c *confluentWalk) sameKind(r *result, old, new *part) {
	switch old.kind {
	case isText:
		c.texts(r, old.node.texts(), new.node.texts())
	case isNumber:
		c.numbers(r, old, new)
	case isEnum:
		c.enums(r, old.node, new.node)
	case isConst:
		if jsonKey(old.node.constant) != jsonKey(new.node.constant) {
			c.note(r, "ENUM_ARRAY_CHANGED", "const")
		}
	case isNot:
		c.not(r, old.node.logics().not, new.node.logics().not)
	case isObject:
		c.object(r, old.node, new.node)
	case isArray:
		c.array(r, old.node, new.node)
	case isCombined:
		c.combined(r, old, new)
	}
}

// not compares with the sides changed: the more a schema excludes, the less it
// accepts.
func (c *confluentWalk) not(r *result, old, new *node) {
	swapped := c.under(new, old)
	switch {
	case swapped.bad:
		c.note(r, "NOT_TYPE_EXTENDED", "not")
	case len(swapped.found) > 0:
		c.note(r, "NOT_TYPE_NARROWED", "not")
	}
}

// unwrapped compares a combination with a schema that is none; nil when that
// is not the case or leads nowhere.
func (c *confluentWalk) unwrapped(old, new *part) *result {
	var r result
	switch {
	case old.kind != isCombined && new.kind == isCombined:
		branches := c.kinds.branches(new)
		if new.criterion == allOf && len(branches) != 1 {
			return nil
		}
		for _, branch := range branches {
			inner := c.compare(old, branch)
			if inner.bad {
				continue
			}
			r.join(inner)
			if len(branches) > 1 {
				c.note(&r, "SUM_TYPE_EXTENDED")
			}
			return r.done()
		}
	case old.kind == isCombined && new.kind != isCombined:
		branches := c.kinds.branches(old)
		if old.criterion != allOf && len(branches) != 1 {
			return nil
		}
		for _, branch := range branches {
			inner := c.compare(branch, new)
			if inner.bad {
				continue
			}
			r.join(inner)
			if len(branches) > 1 {
				c.note(&r, "PRODUCT_TYPE_NARROWED")
			}
			return r.done()
		}
	}
	return nil
}

func (c *confluentWalk) annotations(r *result, old, new *node) {
	if old.boolean != notBoolean || new.boolean != notBoolean {
		return
	}
	identifiers := [2]string{"$id", "id"}
	for _, a := range [...]struct{ keyword, kind string }{
		{identifiers[0], "ID_CHANGED"}, {identifiers[1], "ID_CHANGED"},
		{"title", "TITLE_CHANGED"}, {"description", "DESCRIPTION_CHANGED"}, {"default", "DEFAULT_CHANGED"},
	} {
		before, had := old.value.Get(a.keyword)
		after, has := new.value.Get(a.keyword)
		if had != has || had && jsonKey(before) != jsonKey(after) {
			c.note(r, a.kind)
		}
	}
}

// limit compares a number of which there may be none.
func (c *confluentWalk) limit(r *result, old, new *number, kind, keyword string) {
	switch {
	case old == nil && new == nil:
	case old == nil:
		c.noteOf(r, kind, "_ADDED", keyword)
	case new == nil:
		c.noteOf(r, kind, "_REMOVED", keyword)
	case old.compare(new) < 0:
		c.noteOf(r, kind, "_INCREASED", keyword)
	case old.compare(new) > 0:
		c.noteOf(r, kind, "_DECREASED", keyword)
	}
}

func (c *confluentWalk) flag(r *result, old, new bool, kind, keyword string) {
	switch {
	case !old && new:
		c.noteOf(r, kind, "_ADDED", keyword)
	case old && !new:
		c.noteOf(r, kind, "_REMOVED", keyword)
	}
}

// noteOf is note for a kind in two parts, which become one only if it matters:
// most changes of limits are allowed, and there may be very many.
func (c *confluentWalk) noteOf(r *result, kind, change, keyword string) {
	if c.all || !c.policy.allows(kind+change) {
		c.note(r, kind+change, keyword)
	}
}

func (c *confluentWalk) texts(r *result, old, new *textRules) {
	c.limit(r, old.maxLength, new.maxLength, "MAX_LENGTH", "maxLength")
	c.limit(r, old.minLength, new.minLength, "MIN_LENGTH", "minLength")
	if old.hasPattern && new.hasPattern {
		if old.pattern != new.pattern {
			c.note(r, "PATTERN_CHANGED", "pattern")
		}
		return
	}
	c.flag(r, old.hasPattern, new.hasPattern, "PATTERN", "pattern")
}

func (c *confluentWalk) numbers(r *result, old, new *part) {
	a, b := old.node.numbers(), new.node.numbers()
	c.limit(r, a.maximum, b.maximum, "MAXIMUM", "maximum")
	c.limit(r, a.minimum, b.minimum, "MINIMUM", "minimum")
	c.limit(r, a.exclusiveMaximum, b.exclusiveMaximum, "EXCLUSIVE_MAXIMUM", "exclusiveMaximum")
	c.limit(r, a.exclusiveMinimum, b.exclusiveMinimum, "EXCLUSIVE_MINIMUM", "exclusiveMinimum")
	c.flag(r, a.maximumExcluded, b.maximumExcluded, "EXCLUSIVE_MAXIMUM", "exclusiveMaximum")
	c.flag(r, a.minimumExcluded, b.minimumExcluded, "EXCLUSIVE_MINIMUM", "exclusiveMinimum")
	c.multiple(r, a.multipleOf, b.multipleOf)
	switch {
	case !old.integer && new.integer:
		c.note(r, "TYPE_NARROWED")
	case old.integer && !new.integer:
		c.note(r, "TYPE_EXTENDED")
	}
}

func (c *confluentWalk) multiple(r *result, old, new *number) {
	const keyword = "multipleOf"
	switch {
	case old == nil || new == nil:
		c.flag(r, old != nil, new != nil, "MULTIPLE_OF", keyword)
	case old.compare(new) == 0:
	case old.divides(new.decimal):
		c.note(r, "MULTIPLE_OF_EXPANDED", keyword)
	case new.divides(old.decimal):
		c.note(r, "MULTIPLE_OF_REDUCED", keyword)
	default:
		c.note(r, "MULTIPLE_OF_CHANGED", keyword)
	}
}

func (c *confluentWalk) enums(r *result, old, new *node) {
	before, after := setOf(old), setOf(new)
	lost, gained := 0, 0
	for key := range before {
		if _, ok := after[key]; !ok {
			lost++
		}
	}
	gained = len(after) - (len(before) - lost)
	switch {
	case lost > 0 && gained > 0:
		c.note(r, "ENUM_ARRAY_CHANGED", "enum")
	case lost > 0:
		c.note(r, "ENUM_ARRAY_NARROWED", "enum")
	case gained > 0:
		c.note(r, "ENUM_ARRAY_EXTENDED", "enum")
	}
}

func setOf(n *node) map[string]struct{} {
	set := make(map[string]struct{}, n.enum.Len())
	for it := n.enum.Iter(); it.Next(); {
		set[jsonKey(it.Value())] = struct{}{}
	}
	return set
}
