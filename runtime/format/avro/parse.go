package avro

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// Parse reads a new schema. Names of types and symbols of enums have to follow
// the Avro specification; names of fields, aliases and defaults are not
// checked, as Karapace does not check them. The texts of references stand
// before the texts that use them, so each finds its types already known;
// equal texts may repeat. A returned error is an *Error.
func Parse(text string, references []string, limits jsonx.Limits) (*Schema, error) {
	return parse(text, references, limits, true)
}

// ParseStored reads a schema that is in the log already. It accepts names and
// symbols that Parse refuses.
func ParseStored(text string, references []string, limits jsonx.Limits) (*Schema, error) {
	return parse(text, references, limits, false)
}

// Canonical returns the text as Karapace stores it. It looks at the JSON only,
// not at its meaning. A returned error is an *Error.
func Canonical(text string, limits jsonx.Limits) (string, error) {
	canonical, err := jsonx.Canonical([]byte(text), limits)
	if err != nil {
		return "", fromJSON(err)
	}
	return string(canonical), nil
}

func parse(text string, references []string, limits jsonx.Limits, strict bool) (*Schema, error) {
	p := parser{named: map[fullName]*Type{}, limits: limits, names: maxNames}
	s := &Schema{}
	seen := make(map[string]struct{}, len(references))
	for i, reference := range references {
		if _, repeated := seen[reference]; repeated {
			continue
		}
		seen[reference] = struct{}{}
		if _, _, err := p.text(reference); err != nil {
			if e, ok := errors.AsType[*Error](err); ok {
				e.Reference = i + 1
			}
			return nil, err
		}
	}
	if len(p.named) > 0 {
		s.external = make(map[*Type]struct{}, len(p.named))
		for _, t := range p.named {
			s.external[t] = struct{}{}
		}
	}
	p.strict = strict
	root, doc, err := p.text(text)
	if err != nil {
		return nil, err
	}
	if s.canonical, err = doc.CanonicalText(); err != nil {
		return nil, fromJSON(err)
	}
	s.root = root
	return s, nil
}

func fromJSON(err error) error {
	out := &Error{Kind: Malformed, Text: err.Error(), Err: err}
	if e, ok := errors.AsType[*jsonx.Error](err); ok {
		out.Line, out.Column = e.Line, e.Column
		if e.Kind == jsonx.TooLarge {
			out.Kind = TooLarge
		}
	}
	return out
}

// parser holds the names that are known so far and the way to the place where
// it is. Its recursion is bounded by the depth of the JSON.
type parser struct {
	named  map[fullName]*Type
	limits jsonx.Limits
	strict bool
	doc    *jsonx.Doc
	path   []string
	// names is what is left of maxNames, and texts how long all texts are.
	names, texts int

	primitives [String + 1]*Type
	// unions holds those of plain primitives by their text: most optional
	// fields of a record have one of two or three.
	unions map[string]*Type
}

func (p *parser) text(text string) (*Type, *jsonx.Doc, error) {
	if p.texts += len(text); len(text) <= p.limits.MaxBytes && p.texts/textsTogether >= p.limits.MaxBytes {
		return nil, nil, &Error{Kind: TooLarge, Line: 1, Column: 1, Text: fmt.Sprintf("the schema and its references have %d bytes together, %d times as many as one of them may have", p.texts, textsTogether)}
	}
	doc := &jsonx.Doc{}
	if err := doc.ParseText(text, p.limits); err != nil {
		return nil, nil, fromJSON(err)
	}
	if p.limits.MaxNodes > 0 {
		// References and the text share one budget.
		p.limits.MaxNodes = max(1, p.limits.MaxNodes-doc.Nodes())
	}
	p.doc = doc
	root := doc.Root()
	if root.Type() == jsonx.String {
		if _, ok := primitive(root.Text()); !ok {
			// Karapace refuses a text that is only a name, even a known one.
			return nil, nil, p.fail("a schema that is only a name has to be that of a primitive type, not %q", root.Text())
		}
	}
	t, err := p.value(root, "")
	return t, doc, err
}

// value reads a schema wherever one may stand. space is the namespace of the
// enclosing definition.
func (p *parser) value(v jsonx.Value, space string) (*Type, error) {
	switch v.Type() {
	case jsonx.String:
		return p.reference(v.Text(), space)
	case jsonx.Array:
		return p.union(v, space)
	case jsonx.Object:
		return p.object(v, space)
	default:
		return nil, p.fail("a schema is a name, an object or an array, not %s", v.Type())
	}
}

func (p *parser) reference(name, space string) (*Type, error) {
	if kind, ok := primitive(name); ok {
		return p.plain(kind), nil
	}
	short, in := splitName(name, nil, space)
	if !p.spend(short, in) {
		return nil, p.namesTooLong()
	}
	if t, ok := p.named[fullName{in, short}]; ok {
		return t, nil
	}
	// A name without dots also finds a type that has no namespace, as in Java.
	if t, ok := p.named[fullName{"", short}]; ok && !strings.Contains(name, ".") {
		return t, nil
	}
	if full := joinName(short, in); full != name {
		return nil, p.fail("unknown type %q (%s)", name, full)
	}
	return nil, p.fail("unknown type %q", name)
}

// plain returns the one Type of a schema for a primitive without properties: a
// record of 1e5 integers would otherwise hold as many equal ones.
func (p *parser) plain(kind TypeKind) *Type {
	if p.primitives[kind] == nil {
		p.primitives[kind] = &Type{Kind: kind}
	}
	return p.primitives[kind]
}

// sharedUnion is the length up to which texts of unions are looked up; a long
// one, or one that holds records, is not repeated.
const sharedUnion = 48

func (p *parser) union(v jsonx.Value, space string) (*Type, error) {
	plain := len(v.Raw()) <= sharedUnion
	if t, ok := p.unions[string(v.Raw()[:min(len(v.Raw()), sharedUnion+1)])]; ok {
		return t, nil
	}
	t := &Type{Kind: Union, Branches: make([]*Type, 0, v.Len())}
	var taken [Union + 1]bool
	i := 0
	for it := v.Iter(); it.Next(); i++ {
		p.push(strconv.Itoa(i))
		branch, err := p.value(it.Value(), space)
		if err != nil {
			return nil, err
		}
		if branch.Kind == Union {
			return nil, p.fail("a union may not directly contain another union")
		}
		if taken[branch.Kind] && !branch.Named() {
			return nil, p.fail("the type %s stands in the union already", branch.Kind)
		}
		taken[branch.Kind] = true
		plain = plain && branch.Kind <= String && branch == p.primitives[branch.Kind]
		t.Branches = append(t.Branches, branch)
		p.pop()
	}
	if plain {
		if p.unions == nil {
			p.unions = map[string]*Type{}
		}
		p.unions[string(v.Raw())] = t
	}
	return t, nil
}

// attributes are the members of a schema object or a field, sorted out in one
// pass; of equal keys the last one counts.
type attributes struct {
	typ, name, namespace, doc, aliases        jsonx.Value
	fields, symbols, items, values, size, def jsonx.Value
	order, logical, precision, scale          jsonx.Value
	props                                     []prop
}

func (p *parser) attributes(v jsonx.Value) attributes {
	var a attributes
	left := v.Len()
	for it := v.Iter(); it.Next(); left-- {
		key, value := it.Key().Text(), it.Value()
		if slot, ok := a.slot(key); ok {
			*slot = value
			continue
		}
		switch key {
		case "logicalType":
			a.logical = value
		case "precision":
			a.precision = value
		case "scale":
			a.scale = value
		}
		if a.props == nil {
			a.props = make([]prop, 0, left)
		}
		a.props = append(a.props, prop{key, value})
	}
	return a
}

func (a *attributes) slot(key string) (*jsonx.Value, bool) {
	switch key {
	case "type":
		return &a.typ, true
	case "name":
		return &a.name, true
	case "namespace":
		return &a.namespace, true
	case "doc":
		return &a.doc, true
	case "aliases":
		return &a.aliases, true
	case "fields":
		return &a.fields, true
	case "symbols":
		return &a.symbols, true
	case "items":
		return &a.items, true
	case "values":
		return &a.values, true
	case "size":
		return &a.size, true
	case "default":
		return &a.def, true
	case "order":
		return &a.order, true
	default:
		return nil, false
	}
}

func (p *parser) object(v jsonx.Value, space string) (*Type, error) {
	a := p.attributes(v)
	if !a.typ.Valid() || a.typ.Type() == jsonx.Null {
		return nil, p.fail(`a schema object needs the attribute "type"`)
	}
	if a.typ.Type() != jsonx.String {
		return nil, p.fail(`the attribute "type" of a schema object has to be the name of a type, not %s`, a.typ.Type())
	}
	name := a.typ.Text()
	if kind, ok := primitive(name); ok {
		if len(a.props) == 0 && !a.def.Valid() && !a.order.Valid() {
			return p.plain(kind), nil
		}
		t := &Type{Kind: kind}
		return t, p.finish(t, &a)
	}
	switch name {
	case "record", "error", "enum", "fixed":
		return p.definition(name, &a, space)
	case "array":
		return p.container(Array, "items", a.items, &a, space)
	case "map":
		return p.container(Map, "values", a.values, &a, space)
	default:
		return nil, p.fail("undefined type: %s", name)
	}
}

func (p *parser) container(kind TypeKind, key string, elem jsonx.Value, a *attributes, space string) (*Type, error) {
	t := &Type{Kind: kind}
	if !elem.Valid() {
		return nil, p.fail("the type %s needs the attribute %q", kind, key)
	}
	p.push(key)
	var err error
	if t.Elem, err = p.value(elem, space); err != nil {
		return nil, err
	}
	p.pop()
	return t, p.finish(t, a)
}

// finish fills what all types have in common.
func (p *parser) finish(t *Type, a *attributes) error {
	t.props = a.props
	if t.Kind != Enum && a.def.Valid() {
		// Only enums define a default; elsewhere it is one more property, at
		// the place where Java keeps it.
		t.props = insertProp(t.props, prop{"default", a.def})
	}
	if a.order.Valid() {
		t.props = insertProp(t.props, prop{"order", a.order})
	}
	if t.Named() {
		t.Doc, t.HasDoc = text(a.doc)
		t.Aliases = texts(a.aliases)
		t.badAliases = a.aliases.Valid() && (a.aliases.Type() != jsonx.Array || len(t.Aliases) != a.aliases.Len())
		for _, alias := range t.Aliases {
			if !p.spend(alias, t.Space) {
				return p.namesTooLong()
			}
		}
	}
	t.Logical, t.Precision, t.Scale = logicalOf(t, a)
	return nil
}

// textsTogether bounds a schema with its references: as many texts of the
// greatest length, since a thousand references may each have it.
const textsTogether = 4

// maxNames bounds the full names of all definitions, references and aliases
// together, in bytes: a short text with one long namespace has many long names.
const maxNames = 16 << 20

// spend takes a full name from the budget and reports whether it fits.
func (p *parser) spend(short, space string) bool {
	p.names -= len(space) + len(short)
	return p.names >= 0
}

func (p *parser) namesTooLong() error {
	return p.refuse(TooLarge, "the full names of all types are longer than %d bytes together: use shorter namespaces", maxNames)
}

// insertProp keeps properties in the order of the text.
func insertProp(props []prop, p prop) []prop {
	at := len(props)
	for at > 0 && props[at-1].value.Offset() > p.value.Offset() {
		at--
	}
	return slices.Insert(props, at, p)
}

func text(v jsonx.Value) (string, bool) {
	if !v.Valid() || v.Type() != jsonx.String {
		return "", false
	}
	return v.Text(), true
}

// texts returns the strings of an array; anything else in it, or another value
// in its place, is ignored.
func texts(v jsonx.Value) []string {
	if !v.Valid() || v.Type() != jsonx.Array {
		return nil
	}
	var list []string
	for it := v.Iter(); it.Next(); {
		if s, ok := text(it.Value()); ok {
			list = append(list, s)
		}
	}
	return list
}

func (p *parser) push(key string) { p.path = append(p.path, key) }
func (p *parser) pop()            { p.path = p.path[:len(p.path)-1] }

func (p *parser) fail(format string, args ...any) error {
	return p.refuse(Malformed, format, args...)
}

// refuse makes the error of the place where the parser is. What the text of
// the schema puts into a message is cut, so that the message stays short.
func (p *parser) refuse(kind Kind, format string, args ...any) error {
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			args[i] = clip(arg)
		case []byte:
			args[i] = clip(string(arg[:min(len(arg), 2*maxQuoted)]))
		}
	}
	e := &Error{Kind: kind, Path: pointer(p.path), Text: fmt.Sprintf(format, args...)}
	e.Line, e.Column = p.here().Position()
	return e
}

// maxQuoted is how much of a name stands in a message, in bytes.
const maxQuoted = 300

func clip(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	return strings.ToValidUTF8(s[:maxQuoted], "") + "..."
}

// here finds the value at the path: whoever parses without an error does not
// have to keep track of it.
func (p *parser) here() jsonx.Value {
	v := p.doc.Root()
	for _, key := range p.path {
		if v.Type() == jsonx.Object {
			v, _ = v.Get(key)
			continue
		}
		index, _ := strconv.Atoi(key)
		for it := v.Iter(); it.Next(); index-- {
			if index == 0 {
				v = it.Value()
				break
			}
		}
	}
	return v
}

// pointer prints a JSON pointer.
func pointer(path []string) string {
	var b strings.Builder
	for _, key := range path {
		b.WriteByte('/')
		b.WriteString(pointerEscapes(key))
	}
	return b.String()
}

func pointerEscapes(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// Limits bounds the JSON of a schema; MaxNodes counts the schema and its
// references together.
type Limits = jsonx.Limits
