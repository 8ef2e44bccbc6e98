package jsonschema

import (
	"sort"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// jsonType is one of the seven names that "type" knows.
type jsonType uint8

const (
	noType jsonType = iota
	typeNull
	typeBoolean
	typeInteger
	typeNumber
	typeString
	typeArray
	typeObject
)

var typeNames = [...]string{"", "null", "boolean", "integer", "number", "string", "array", "object"}

func (t jsonType) String() string { return typeNames[t] }

func typeNamed(name string) (jsonType, bool) {
	for t := typeNull; t <= typeObject; t++ {
		if typeNames[t] == name {
			return t, true
		}
	}
	return noType, false
}

// verdict is what a schema that is a boolean says.
type verdict uint8

const (
	notBoolean verdict = iota
	always
	never
)

// node is one schema. Keywords of the wrong form are as good as absent:
// schemas that are stored already are not checked. Which keywords count is
// decided by whoever walks the nodes.
type node struct {
	value   jsonx.Value
	boolean verdict
	in      *resource

	ref *reference
	// dynamic is "$dynamicRef" or "$recursiveRef".
	dynamic *reference

	types []jsonType
	// listed: "type" is an array, even one of a single name.
	listed bool

	enum, constant jsonx.Value
	hasConstant    bool

	text   *textRules
	number *numberRules
	object *objectRules
	array  *arrayRules
	logic  *logicRules
}

type textRules struct {
	maxLength, minLength *number
	pattern              string
	hasPattern           bool
}

type numberRules struct {
	maximum, minimum, exclusiveMaximum, exclusiveMinimum, multipleOf *number
	// maximumExcluded and minimumExcluded are draft 4's booleans.
	maximumExcluded, minimumExcluded bool
}

type objectRules struct {
	properties, patterns, dependentSchemas members
	dependencies                           []dependency
	additional, unevaluated, names         *node
	maxProperties, minProperties           *number
	required                               []string // sorted
	any                                    bool     // some keyword is there
}

// dependency is an entry of "dependencies", or of "dependentRequired" with
// split set: a schema, or the names of properties.
type dependency struct {
	name     string
	schema   *node
	required []string // sorted
	split    bool
}

// dependency returns the entry for a property. The list is sorted by the
// keyword that the entries come from, and by name.
func (o *objectRules) dependency(name string, split bool) (dependency, bool) {
	list := o.dependencies
	i := sort.Search(len(list), func(i int) bool {
		if list[i].split != split {
			return list[i].split
		}
		return list[i].name >= name
	})
	if i < len(list) && list[i].name == name && list[i].split == split {
		return list[i], true
	}
	return dependency{}, false
}

type arrayRules struct {
	// items is the schema for all items, tuple the list form of "items",
	// prefix "prefixItems"; the last two are not nil when they are there.
	items                    *node
	tuple, prefix            []*node
	additional, unevaluated  *node
	contains                 *node
	minContains, maxContains *number
	maxItems, minItems       *number
	unique                   bool
	any                      bool // some keyword is there
}

// logicRules holds the applicators; the lists are not nil when they are there.
type logicRules struct {
	allOf, anyOf, oneOf []*node
	not                 *node
	condition           *node // "if"
	then, otherwise     *node
}

// members are schemas by name, sorted by name.
type members []member

type member struct {
	name string
	node *node
}

func (m members) get(name string) *node {
	i := sort.Search(len(m), func(i int) bool { return m[i].name >= name })
	if i < len(m) && m[i].name == name {
		return m[i].node
	}
	return nil
}

func contains(sorted []string, name string) bool {
	i := sort.SearchStrings(sorted, name)
	return i < len(sorted) && sorted[i] == name
}

// draft is the draft of the resource that the schema stands in.
func (n *node) draft() Draft { return n.in.draft }

// hasDefault reports whether the schema carries a "default".
func (n *node) hasDefault() bool {
	if n.boolean != notBoolean {
		return false
	}
	_, ok := n.value.Get("default")
	return ok
}

// Rules that are absent read as empty ones.
var (
	noText   = &textRules{}
	noNumber = &numberRules{}
	noObject = &objectRules{}
	noArray  = &arrayRules{}
	noLogic  = &logicRules{}
)

func (n *node) texts() *textRules     { return or(n.text, noText) }
func (n *node) numbers() *numberRules { return or(n.number, noNumber) }
func (n *node) objects() *objectRules { return or(n.object, noObject) }
func (n *node) arrays() *arrayRules   { return or(n.array, noArray) }
func (n *node) logics() *logicRules   { return or(n.logic, noLogic) }

func or[T any](have, otherwise *T) *T {
	if have == nil {
		return otherwise
	}
	return have
}

// subschemas shows the schemas that stand in the schema and apply to values.
func (n *node) subschemas(visit func(...*node)) {
	if o := n.object; o != nil {
		for _, list := range []members{o.properties, o.patterns, o.dependentSchemas} {
			for _, m := range list {
				visit(m.node)
			}
		}
		for _, d := range o.dependencies {
			visit(d.schema)
		}
		visit(o.additional, o.unevaluated, o.names)
	}
	if a := n.array; a != nil {
		visit(a.tuple...)
		visit(a.prefix...)
		visit(a.items, a.additional, a.unevaluated, a.contains)
	}
	if l := n.logic; l != nil {
		visit(l.allOf...)
		visit(l.anyOf...)
		visit(l.oneOf...)
		visit(l.not, l.condition, l.then, l.otherwise)
	}
}
