package jsonschema

import (
	"strings"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// view is a schema as Karapace looks at it: a list of types is a choice of
// views with one of the types each.
type view struct {
	node *node
	only jsonType
}

// karapaceWalk compares as Karapace does. Where Karapace fails with an error of
// its own (booleans for properties, some dependencies) the answer is that of
// Confluent's registry, and where it does not end (recursion) it is the answer
// that its rules have.
type karapaceWalk struct {
	budget
	memo      memo[[2]view]
	patterns  patternCache
	confluent *confluentWalk
}

func karapaceReadable(reader, writer *Schema) []schema.Finding {
	k := karapaceWalk{budget: newBudget(), memo: newMemo[[2]view](), patterns: patternCache{atStart: true}}
	r := k.compare(view{node: reader.root}, view{node: writer.root})
	if k.exhausted {
		return tooComplex()
	}
	return findings(r, func(path string, f found) schema.Finding {
		return schema.Finding{Kind: f.kind, Path: path, Karapace: f.text, Description: f.text}
	})
}

// kind is the name that Karapace gives to the type of a schema.
type kind string

// The kinds other than those of the seven types.
const (
	kindBoolean kind = "<class 'karapace.core.compatibility.jsonschema.types.BooleanSchema'>"
	kindAllOf   kind = "Subschema.ALL_OF"
	kindAnyOf   kind = "Subschema.ANY_OF"
	kindOneOf   kind = "Subschema.ONE_OF"
	kindNot     kind = "Subschema.NOT"
	kindEnum    kind = "Keyword.ENUM"
	kindObject  kind = "Instance.OBJECT"
	kindArray   kind = "Instance.ARRAY"
	kindNull    kind = "Instance.NULL"
	kindString  kind = "Instance.STRING"
	kindInteger kind = "Instance.INTEGER"
	kindNumber  kind = "Instance.NUMBER"
)

func (k kind) numeric() bool  { return k == kindInteger || k == kindNumber }
func (k kind) combined() bool { return k == kindAllOf || k == kindAnyOf || k == kindOneOf }

// keyword is the step that a combination adds to a path.
func (k kind) keyword() string {
	switch k {
	case kindAllOf:
		return "allOf"
	case kindAnyOf:
		return "anyOf"
	case kindOneOf:
		return "oneOf"
	case kindNot:
		return "not"
	default:
		return strings.ToLower(strings.TrimPrefix(string(k), "Instance."))
	}
}

func (v view) is(b verdict) bool { return v.node != nil && v.node.boolean == b }

func (v view) kind() kind {
	if v.node == nil {
		return kindNull // Where there is no schema, Karapace sees Python's None.
	}
	if v.node.boolean != notBoolean {
		return kindBoolean
	}
	if _, k := v.branches(); k != "" {
		return k
	}
	switch t := v.single(); {
	case t != noType:
		return kind("Instance." + strings.ToUpper(t.String()))
	case v.node.enum.Valid():
		return kindEnum
	default:
		return kindObject
	}
}

func (v view) single() jsonType {
	switch {
	case v.only != noType:
		return v.only
	case len(v.node.types) > 0 && !v.node.listed:
		return v.node.types[0]
	default:
		return noType
	}
}

// branches returns the parts of a schema that combines others, with the kind
// of the combination; the kind is empty for other schemas.
func (v view) branches() ([]view, kind) {
	if v.node == nil || v.node.boolean != notBoolean {
		return nil, ""
	}
	if v.node.listed && v.only == noType {
		list := make([]view, len(v.node.types))
		for i, t := range v.node.types {
			list[i] = view{v.node, t}
		}
		return list, kindAnyOf
	}
	l := v.node.logics()
	switch {
	case l.allOf != nil:
		return views(l.allOf), kindAllOf
	case l.anyOf != nil:
		return views(l.anyOf), kindAnyOf
	case l.oneOf != nil:
		return views(l.oneOf), kindOneOf
	case l.not != nil:
		return []view{{node: l.not}}, kindNot
	default:
		return nil, ""
	}
}

func views(nodes []*node) []view {
	list := make([]view, len(nodes))
	for i, n := range nodes {
		list[i] = view{node: n}
	}
	return list
}

// follow goes to the schema behind references. One that leads nowhere, or
// round in a circle, is a schema about which nothing is known; its text is
// returned.
func follow(v view) (target view, unknown string, followed bool) {
	for hops := 0; v.node != nil && v.node.ref != nil; hops++ {
		if v.node.ref.target == nil || hops > maxHops {
			return view{node: anySchema}, v.node.ref.text, true
		}
		v, followed = view{node: v.node.ref.target}, true
	}
	return v, "", followed
}

// maxHops is how many references in a row are followed before they are taken
// to run in a circle.
const maxHops = 1_000

// anySchema stands for a schema about which nothing is known.
var anySchema = &node{boolean: always, in: &resource{draft: Draft7}}

func (k *karapaceWalk) compare(reader, writer view) *result {
	if !k.enter() {
		return fits
	}
	defer k.leave()
	r, rText, rFollowed := follow(reader)
	w, wText, wFollowed := follow(writer)
	if rText != "" && wText != "" {
		if rText == wText {
			return fits
		}
		var res result
		res.add("TYPE_CHANGED", "reference "+rText+" is not compatible with reference "+wText)
		return &res
	}
	if rFollowed || wFollowed {
		return k.memo.do([2]view{r, w}, func() *result { return k.pair(r, w) })
	}
	return k.pair(r, w)
}

func mismatch(reader, writer kind, path ...string) *result {
	var res result
	res.add("TYPE_CHANGED", "type "+string(reader)+" is not compatible with type "+string(writer), path...)
	return &res
}

func (k *karapaceWalk) pair(reader, writer view) *result {
	var res result
	switch {
	case reader.node == writer.node && reader.only == writer.only:
		return fits
	case writer.node == nil:
		res.add("SCHEMA_ADDED", "schema added, previously used values may not be valid anymore")
		return &res
	case reader.node == nil:
		res.add("SCHEMA_REMOVED", "schema removed")
		return &res
	}
	r, w := reader.kind(), writer.kind()
	objects := (r == kindObject || reader.is(always)) && (w == kindObject || writer.is(always))
	switch {
	case r.numeric() && w.numeric():
		return k.numbers(reader, writer)
	case r.combined() || w.combined():
		return k.combined(reader, writer)
	case objects:
		return k.object(reader.node.objects(), writer.node.objects())
	case r != w:
		return mismatch(r, w)
	}
	switch r {
	case kindNot:
		return k.under(reader.node.logics().not, writer.node.logics().not, "not")
	case kindString:
		return k.strings(reader.node.texts(), writer.node.texts())
	case kindArray:
		return k.array(reader.node.arrays(), writer.node.arrays())
	case kindEnum:
		return enums(reader.node, writer.node)
	default:
		return fits
	}
}

// under compares two schemas one step further down.
func (k *karapaceWalk) under(reader, writer *node, path ...string) *result {
	var res result
	res.join(k.compare(view{node: reader}, view{node: writer}), path...)
	return res.done()
}

// confluently asks for the verdict of Confluent's registry on two schemas that
// Karapace fails on.
func (k *karapaceWalk) confluently(reader, writer *node, path ...string) *result {
	if k.confluent == nil {
		k.confluent = newConfluentWalk(Strict)
	}
	c := k.confluent
	c.budget = k.budget
	bad := c.compare(c.kinds.of(writer), c.kinds.of(reader)).bad
	k.budget = c.budget
	if !bad {
		return fits
	}
	return mismatch(view{node: reader}.kind(), view{node: writer}.kind(), path...)
}
