package jsonschema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// Reference is a text that a schema uses, under the name by which its "$ref"s
// know it: a URI, absolute or relative.
type Reference struct {
	Name string
	Text string
}

// builder turns texts into nodes. It reads canonical texts, in which the keys
// of objects are sorted and unique. Its recursion is bounded by the depth of
// the JSON.
type builder struct {
	limits    Limits
	count     int
	resources map[string]*resource
	named     map[string]*resource
	documents []*document
	pending   []pending
	// dangling is the first reference that leads nowhere.
	dangling *Error
}

// pending is a reference that is not resolved yet.
type pending struct {
	from    *node
	ref     *reference
	dynamic bool
}

func (b *builder) document(canonical string, name string, fallback Draft) (*document, error) {
	d := &document{
		doc:      &jsonx.Doc{},
		nodes:    map[uint32]*node{},
		children: map[uint32]map[string]uint32{},
		items:    map[uint32][]uint32{},
	}
	if err := d.doc.Parse([]byte(canonical), b.limits.json()); err != nil {
		return nil, fromJSON(err)
	}
	if b.limits.MaxNodes > 0 { // The texts share one budget.
		b.limits.MaxNodes = max(1, b.limits.MaxNodes-d.doc.Nodes())
	}
	root := d.doc.Root()
	switch root.Type() {
	case jsonx.Object, jsonx.True, jsonx.False:
	default:
		return nil, &Error{Kind: Malformed, Text: "a schema is an object or a boolean, not " + root.Type().String()}
	}
	d.root = &resource{uri: nowhere(), of: d, draft: fallback}
	if root.Type() == jsonx.Object {
		d.root.draft = draftOf(root, fallback)
	}
	if name != "" {
		b.name(name, d.root)
	}
	b.documents = append(b.documents, d)
	var err error
	d.root.root, err = b.schema(root, d.root)
	return d, err
}

// name makes a document known by the name of its reference.
func (b *builder) name(name string, r *resource) {
	b.named[strings.TrimPrefix(name, "./")] = r
	if uri, _, ok := resolveURI(nowhere(), name); ok {
		r.uri = uri
		b.resources[uri.String()] = r
	}
}

func (b *builder) schema(v jsonx.Value, in *resource) (*node, error) {
	if b.count++; b.count > b.limits.MaxSubschemas {
		return nil, tooLarge(Subschemas, "the schema and its references hold more than %d schemas", b.limits.MaxSubschemas)
	}
	n := &node{value: v, in: in}
	in.of.nodes[v.Index()] = n
	switch v.Type() {
	case jsonx.True:
		n.boolean = always
	case jsonx.False:
		n.boolean = never
	case jsonx.Object:
		b.identify(n)
		for it := v.Iter(); it.Next(); {
			if err := b.keyword(n, it.Key().Text(), it.Value()); err != nil {
				return nil, err
			}
		}
	}
	return n, nil
}

// identify starts a new resource where the schema has an identifier, and
// records its anchors.
func (b *builder) identify(n *node) {
	id, anchor := identifier(n.value, n.in.draft)
	if id != "" {
		uri, _, ok := resolveURI(n.in.uri, id)
		if ok && n.value.Index() == 0 {
			n.in.uri = uri
			b.resources[uri.String()] = n.in
		} else if ok {
			n.in = &resource{uri: uri, of: n.in.of, draft: draftOf(n.value, n.in.draft)}
			b.resources[uri.String()] = n.in
		}
	}
	if n.in.root == nil {
		n.in.root = n
	}
	n.in.anchor(anchor, n)
	if n.in.draft < Draft2019 {
		return
	}
	if name, ok := textOf(n.value, "$anchor"); ok {
		n.in.anchor(name, n)
	}
	if name, ok := textOf(n.value, "$dynamicAnchor"); ok && n.in.draft == Draft2020 {
		n.in.anchor(name, n)
		if n.in.dynamic == nil {
			n.in.dynamic = map[string]*node{}
		}
		n.in.dynamic[name] = n
	}
	if v, ok := n.value.Get("$recursiveAnchor"); ok && n.in.root == n && n.in.draft == Draft2019 {
		n.in.recursive = v.Type() == jsonx.True
	}
}

func (r *resource) anchor(name string, n *node) {
	if name == "" {
		return
	}
	if r.anchors == nil {
		r.anchors = map[string]*node{}
	}
	r.anchors[name] = n
}

func textOf(v jsonx.Value, keyword string) (string, bool) {
	found, ok := v.Get(keyword)
	if !ok || found.Type() != jsonx.String {
		return "", false
	}
	return found.Text(), true
}

// keyword reads one keyword into the node. References and annotations are few,
// so they come last.
func (b *builder) keyword(n *node, keyword string, v jsonx.Value) error {
	switch keyword {
	case "type":
		n.types, n.listed = typesOf(v)
	case "enum":
		if v.Type() == jsonx.Array {
			n.enum = v
		}
	case "const":
		n.constant, n.hasConstant = v, true
	case "maxLength", "minLength", "pattern":
		b.textKeyword(n, keyword, v)
	case "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf":
		numberKeyword(n, keyword, v)
	case "properties", "patternProperties", "dependentSchemas", "dependencies", "dependentRequired",
		"additionalProperties", "unevaluatedProperties", "propertyNames", "maxProperties", "minProperties", "required":
		return b.objectKeyword(n, keyword, v)
	case "items", "prefixItems", "additionalItems", "unevaluatedItems", "contains",
		"minContains", "maxContains", "maxItems", "minItems", "uniqueItems":
		return b.arrayKeyword(n, keyword, v)
	case "allOf", "anyOf", "oneOf", "not", "if", "then", "else":
		return b.logicKeyword(n, keyword, v)
	case "definitions", "$defs":
		_, err := b.members(v, n.in)
		return err
	case "$ref", "$dynamicRef", "$recursiveRef":
		b.reference(n, keyword, v)
	}
	return nil
}

func (b *builder) reference(n *node, keyword string, v jsonx.Value) {
	d := n.in.draft
	if v.Type() != jsonx.String || keyword == "$dynamicRef" && d != Draft2020 || keyword == "$recursiveRef" && d != Draft2019 {
		return
	}
	r := &reference{text: v.Text()}
	if keyword == "$ref" {
		n.ref = r
	} else {
		n.dynamic = r
	}
	b.pending = append(b.pending, pending{from: n, ref: r, dynamic: keyword != "$ref"})
}

func typesOf(v jsonx.Value) (types []jsonType, listed bool) {
	switch v.Type() {
	case jsonx.String:
		if t, ok := typeNamed(v.Text()); ok {
			return []jsonType{t}, false
		}
	case jsonx.Array:
		for it := v.Iter(); it.Next(); {
			if it.Value().Type() != jsonx.String {
				continue
			}
			if t, ok := typeNamed(it.Value().Text()); ok && !slices.Contains(types, t) {
				types = append(types, t)
			}
		}
		return types, true
	}
	return nil, false
}

func (b *builder) textKeyword(n *node, keyword string, v jsonx.Value) {
	if n.text == nil {
		n.text = &textRules{}
	}
	switch keyword {
	case "maxLength":
		n.text.maxLength = numberOf(v)
	case "minLength":
		n.text.minLength = numberOf(v)
	default:
		if v.Type() == jsonx.String {
			n.text.pattern, n.text.hasPattern = v.Text(), true
		}
	}
}

func numberKeyword(n *node, keyword string, v jsonx.Value) {
	if n.number == nil {
		n.number = &numberRules{}
	}
	switch keyword {
	case "maximum":
		n.number.maximum = numberOf(v)
	case "minimum":
		n.number.minimum = numberOf(v)
	case "exclusiveMaximum":
		n.number.exclusiveMaximum, n.number.maximumExcluded = numberOf(v), v.Type() == jsonx.True
	case "exclusiveMinimum":
		n.number.exclusiveMinimum, n.number.minimumExcluded = numberOf(v), v.Type() == jsonx.True
	default:
		n.number.multipleOf = numberOf(v)
	}
}

// child reads a schema where one may stand, and nothing where there is none.
func (b *builder) child(v jsonx.Value, in *resource) (*node, error) {
	switch v.Type() {
	case jsonx.Object, jsonx.True, jsonx.False:
		return b.schema(v, in)
	default:
		return nil, nil
	}
}

func (b *builder) list(v jsonx.Value, in *resource) ([]*node, error) {
	if v.Type() != jsonx.Array {
		return nil, nil
	}
	nodes := make([]*node, 0, v.Len())
	for it := v.Iter(); it.Next(); {
		n, err := b.child(it.Value(), in)
		if err != nil {
			return nil, err
		}
		if n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes, nil
}

func (b *builder) members(v jsonx.Value, in *resource) (members, error) {
	if v.Type() != jsonx.Object {
		return nil, nil
	}
	list := make(members, 0, v.Len())
	for it := v.Iter(); it.Next(); {
		n, err := b.child(it.Value(), in)
		if err != nil {
			return nil, err
		}
		if n != nil {
			list = append(list, member{it.Key().Text(), n})
		}
	}
	return list, nil
}

// names reads a list of property names, sorted.
func names(v jsonx.Value) []string {
	if v.Type() != jsonx.Array {
		return nil
	}
	list := make([]string, 0, v.Len())
	for it := v.Iter(); it.Next(); {
		if it.Value().Type() == jsonx.String {
			list = append(list, it.Value().Text())
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// index reads a token of a JSON pointer as the position in an array.
func index(token string, length int) (int, bool) {
	i, err := strconv.Atoi(token)
	return i, err == nil && i >= 0 && i < length && (token == "0" || token[0] != '0')
}
