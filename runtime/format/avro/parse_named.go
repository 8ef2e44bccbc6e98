package avro

import (
	"strconv"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// Texts that clients of Karapace match.
const (
	invalidNameText = `%s is not a valid Avro name because it does not match the pattern (?:^|\.)[A-Za-z_][A-Za-z0-9_]*$`
	symbolsText     = `Enum symbols must be a sequence of strings, but it is <class '%s'>`
)

// definition reads a record, error, enum or fixed and makes its name known.
func (p *parser) definition(kind string, a *attributes, space string) (*Type, error) {
	t := &Type{IsError: kind == "error"}
	switch kind {
	case "enum":
		t.Kind = Enum
	case "fixed":
		t.Kind = Fixed
	default:
		t.Kind = Record
	}
	if err := p.declare(t, a, space); err != nil {
		return nil, err
	}
	var err error
	switch t.Kind {
	case Enum:
		err = p.symbols(t, a)
	case Fixed:
		err = p.size(t, a)
	default:
		err = p.fields(t, a)
	}
	if err != nil {
		return nil, err
	}
	return t, p.finish(t, a)
}

func (p *parser) declare(t *Type, a *attributes, space string) error {
	name, ok := text(a.name)
	if !ok {
		return p.fail("the type %s needs a name, which has to be a string", t.Kind)
	}
	if name == "" {
		return p.fail("the name of a type must not be empty")
	}
	var namespace *string
	if a.namespace.Valid() && a.namespace.Type() != jsonx.Null {
		ns, ok := text(a.namespace)
		if !ok {
			return p.fail("the namespace has to be a string, not %s", a.namespace.Type())
		}
		namespace = &ns
	}
	t.Short, t.Space = splitName(name, namespace, space)
	if !p.spend(t.Short, t.Space) {
		return p.namesTooLong()
	}
	key, full := fullName{t.Space, t.Short}, t.FullName()
	if p.strict {
		if part, bad := invalidPart(full); bad {
			return p.fail(invalidNameText, part)
		}
	}
	if _, reserved := primitive(full); reserved {
		return p.fail("%s is a reserved type name", full)
	}
	if _, taken := p.named[key]; taken {
		return p.fail(`The name "%s" is already in use.`, full)
	}
	p.named[key] = t
	return nil
}

func (p *parser) symbols(t *Type, a *attributes) error {
	if !a.symbols.Valid() || a.symbols.Type() != jsonx.Array {
		return p.fail(symbolsText, pythonClass(a.symbols))
	}
	n := a.symbols.Len()
	t.Symbols = make([]string, 0, n)
	if n >= indexFrom {
		t.symbols = make(map[string]int, n)
	}
	for it := a.symbols.Iter(); it.Next(); {
		symbol, ok := text(it.Value())
		if !ok {
			return p.fail("Enum symbols must be a sequence of strings, but one symbol is a <class '%s'>", pythonClass(it.Value()))
		}
		if p.strict && !validName(symbol) {
			return p.fail("the enum symbol %q is not a valid name", symbol)
		}
		if t.SymbolIndex(symbol) >= 0 {
			return p.fail("the enum symbol %q stands there twice", symbol)
		}
		if t.symbols != nil {
			t.symbols[symbol] = len(t.Symbols)
		}
		t.Symbols = append(t.Symbols, symbol)
	}
	if !a.def.Valid() {
		return nil
	}
	t.Default, t.HasDefault = text(a.def)
	if p.strict && (!t.HasDefault || t.SymbolIndex(t.Default) < 0) {
		return p.fail("the enum default %s is not one of its symbols", a.def.Raw())
	}
	return nil
}

// maxFixed is the greatest size of a fixed, that of Java's arrays.
const maxFixed = 1<<31 - 1

func (p *parser) size(t *Type, a *attributes) error {
	var size int64
	ok := a.size.Valid()
	if ok {
		size, ok = a.size.Int64()
	}
	if !ok || size < 0 || size > maxFixed {
		return p.fail("a fixed needs a size, an integer from 0 to %d", maxFixed)
	}
	t.Size = int(size)
	return nil
}

func (p *parser) fields(t *Type, a *attributes) error {
	if !a.fields.Valid() || a.fields.Type() != jsonx.Array {
		return p.fail(`a record needs the attribute "fields", an array`)
	}
	n := a.fields.Len()
	// The type is known under its name already, so the fields may refer to it;
	// nobody looks at them before they are complete.
	t.Fields = make([]Field, 0, n)
	if n >= indexFrom {
		t.fieldAt = make(map[string]int, n)
	}
	p.push("fields")
	i := 0
	for it := a.fields.Iter(); it.Next(); i++ {
		p.push(strconv.Itoa(i))
		f, err := p.field(it.Value(), t.Space)
		if err != nil {
			return err
		}
		if t.FieldIndex(f.Name) >= 0 {
			return p.fail("the field name %q stands there twice", f.Name)
		}
		if t.fieldAt != nil {
			t.fieldAt[f.Name] = i
		}
		t.Fields = append(t.Fields, f)
		p.pop()
	}
	p.pop()
	return nil
}

func (p *parser) field(v jsonx.Value, space string) (Field, error) {
	var f Field
	if v.Type() != jsonx.Object {
		return f, p.fail("a field is an object, not %s", v.Type())
	}
	a := p.attributes(v)
	var ok bool
	if f.Name, ok = text(a.name); !ok || f.Name == "" {
		return f, p.fail("a field needs a name, which has to be a string and not empty")
	}
	if !a.typ.Valid() {
		return f, p.fail(`the field %q needs the attribute "type"`, f.Name)
	}
	if err := p.fieldOrder(&f, a.order); err != nil {
		return f, err
	}
	p.push("type")
	var err error
	if f.Type, err = p.value(a.typ, space); err != nil {
		return f, err
	}
	p.pop()
	f.Doc, f.HasDoc = text(a.doc)
	f.Aliases = texts(a.aliases)
	f.Default = a.def
	f.props = a.props
	for _, extra := range []prop{
		{"namespace", a.namespace}, {"fields", a.fields}, {"symbols", a.symbols},
		{"items", a.items}, {"values", a.values}, {"size", a.size},
	} {
		if extra.value.Valid() {
			f.props = insertProp(f.props, extra)
		}
	}
	return f, nil
}

func (p *parser) fieldOrder(f *Field, order jsonx.Value) error {
	if !order.Valid() || order.Type() == jsonx.Null {
		return nil
	}
	switch {
	case order.Is("ascending"):
		return nil
	case order.Is("descending"), order.Is("ignore"):
		f.Order = order.Text()
		return nil
	default:
		return p.fail("the order %s of the field %q is none of ascending, descending, ignore", order.Raw(), f.Name)
	}
}

// pythonClass names the class that a JSON value has in Karapace's messages.
func pythonClass(v jsonx.Value) string {
	if !v.Valid() {
		return "NoneType"
	}
	switch v.Type() {
	case jsonx.Null:
		return "NoneType"
	case jsonx.True, jsonx.False:
		return "bool"
	case jsonx.Int:
		return "int"
	case jsonx.Float:
		return "float"
	case jsonx.String:
		return "str"
	case jsonx.Array:
		return "list"
	default:
		return "dict"
	}
}
