package jsonschema

// shapeKind is the kind of a schema as Confluent's registry sees it.
type shapeKind uint8

const (
	isEmpty shapeKind = iota // also true
	isFalse
	isText
	isNumber
	isBoolean
	isNull
	isObject
	isArray
	isCombined
	isNot
	isConst
	isEnum
	isCondition
	isReference
)

// part is a schema, or a part of one, that has a single kind. A schema with
// keywords of several kinds is a combination of such parts: {"type":"string",
// "enum":["a"]} is to Confluent's registry the conjunction of {"enum":["a"]}
// and {"type":"string"}.
type part struct {
	kind shapeKind
	node *node
	// whole: the part is all there is of the node, so that the annotations of
	// the node are its own.
	whole bool
	// integer numbers only.
	integer bool

	criterion criterion
	parts     []*part
	// target of a reference; nil when it leads nowhere.
	target *node
	text   string
}

// criterion says how the parts of a combination are combined.
type criterion uint8

const (
	allOf criterion = iota
	anyOf
	oneOf
)

func (c criterion) String() string { return [...]string{"allOf", "anyOf", "oneOf"}[c] }

// kindTable makes the parts of nodes, each once. It belongs to one comparison.
type kindTable struct {
	known map[*node]*part
}

// of returns the part that stands for a whole node, nil for no node. The
// branches of a combination are made when they are asked for.
func (t *kindTable) of(n *node) *part {
	if n == nil {
		return nil
	}
	if p, ok := t.known[n]; ok {
		return p
	}
	p := t.make(n)
	t.known[n] = p
	return p
}

func (t *kindTable) make(n *node) *part {
	switch {
	case n.boolean == always:
		return &part{kind: isEmpty, node: n, whole: true}
	case n.boolean == never:
		return &part{kind: isFalse, node: n, whole: true}
	case n.ref != nil && n.draft() <= Draft7:
		return referenceTo(n, n.ref)
	}
	parts := split(n)
	switch len(parts) {
	case 0:
		return &part{kind: isEmpty, node: n, whole: true}
	case 1:
		parts[0].whole = true
		return parts[0]
	default:
		return &part{kind: isCombined, node: n, whole: true, criterion: allOf, parts: parts}
	}
}

func referenceTo(n *node, r *reference) *part {
	return &part{kind: isReference, node: n, target: r.target, text: r.text}
}

// branches returns the parts of a combination.
func (t *kindTable) branches(p *part) []*part {
	if p.parts == nil {
		l := p.node.logics()
		for _, n := range [...][]*node{l.allOf, l.anyOf, l.oneOf}[p.criterion] {
			p.parts = append(p.parts, t.of(n))
		}
	}
	return p.parts
}

// split lists the parts of a schema in the order in which Confluent's registry
// finds them.
func split(n *node) []*part {
	var parts []*part
	add := func(p part) {
		p.node = n
		parts = append(parts, &p)
	}
	for _, r := range []*reference{n.ref, n.dynamic} {
		if r != nil {
			parts = append(parts, referenceTo(n, r))
		}
	}
	if n.enum.Valid() {
		add(part{kind: isEnum})
	}
	l := n.logics()
	for i, branches := range [...][]*node{l.allOf, l.anyOf, l.oneOf} {
		if branches != nil {
			add(part{kind: isCombined, criterion: criterion(i)})
		}
	}
	if l.not != nil {
		add(part{kind: isNot})
	}
	if n.hasConstant && n.draft() >= Draft6 {
		add(part{kind: isConst})
	}
	typed := typedParts(n)
	switch {
	case n.listed && len(typed) > 0:
		add(part{kind: isCombined, criterion: anyOf, parts: typed})
	case len(typed) > 0:
		add(*typed[0])
	}
	return append(parts, untypedParts(n, typed)...)
}

func typedParts(n *node) []*part {
	parts := make([]*part, 0, len(n.types))
	for _, t := range n.types {
		p := &part{node: n, integer: t == typeInteger}
		switch t {
		case typeNull:
			p.kind = isNull
		case typeBoolean:
			p.kind = isBoolean
		case typeInteger, typeNumber:
			p.kind = isNumber
		case typeString:
			p.kind = isText
		case typeArray:
			p.kind = isArray
		default:
			p.kind = isObject
		}
		parts = append(parts, p)
	}
	return parts
}

// untypedParts finds the keywords that belong to none of the types.
func untypedParts(n *node, typed []*part) []*part {
	var parts []*part
	add := func(kind shapeKind, there bool) {
		for _, p := range typed {
			there = there && p.kind != kind
		}
		if there {
			parts = append(parts, &part{kind: kind, node: n})
		}
	}
	add(isArray, n.array != nil && n.array.any)
	add(isObject, n.object != nil && n.object.any)
	add(isNumber, n.number != nil)
	add(isText, n.text != nil)
	add(isCondition, n.logics().condition != nil && n.draft() >= Draft7)
	return parts
}

// follow goes to the schema behind references, nil with the text of the
// reference when nothing is known about it.
func (t *kindTable) follow(p *part) (target *part, unknown string) {
	for hops := 0; p != nil && p.kind == isReference; hops++ {
		if p.target == nil || hops > maxHops {
			return nil, p.text
		}
		p = t.of(p.target)
	}
	return p, ""
}

// content is what an object says about properties, or an array about items,
// that have no schema of their own.
type content struct {
	// schema is for those that have to fit one; otherwise allowed says whether
	// there may be any.
	schema  *node
	allowed bool
	// patterns: there are schemas for properties by pattern.
	patterns members
}

// rest turns a keyword that is a schema or a boolean into a content model.
func rest(keyword *node) content {
	switch {
	case keyword == nil || keyword.boolean == always:
		return content{allowed: true}
	case keyword.boolean == never:
		return content{}
	default:
		return content{schema: keyword, allowed: true}
	}
}

func (c content) open() bool { return c.allowed && c.schema == nil && len(c.patterns) == 0 }

// propertyContent is the content model of an object. Properties that are not
// evaluated elsewhere count where no other keyword is about them.
func propertyContent(n *node) content {
	o := n.objects()
	c := rest(o.additional)
	if o.additional == nil && n.draft() >= Draft2019 {
		c = rest(o.unevaluated)
	}
	c.patterns = o.patterns
	return c
}

// tuple returns the schemas for single items and the one for all others: up to
// 2019-09 the list form of "items" and "additionalItems", later "prefixItems"
// and "items".
func tuple(n *node) (single []*node, others *node) {
	a := n.arrays()
	if n.draft() == Draft2020 {
		if a.prefix == nil {
			return nil, nil
		}
		return a.prefix, a.items
	}
	return a.tuple, a.additional
}

// allItems is the schema for every item of an array without a tuple.
func allItems(n *node) *node {
	a := n.arrays()
	if n.draft() == Draft2020 && a.prefix != nil || a.tuple != nil && n.draft() < Draft2020 {
		return nil
	}
	return a.items
}

func itemContent(n *node) content {
	_, others := tuple(n)
	if others == nil && n.draft() >= Draft2019 && allItems(n) == nil {
		return rest(n.arrays().unevaluated)
	}
	return rest(others)
}
