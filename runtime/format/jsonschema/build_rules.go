package jsonschema

import "github.com/plastron-dev/plastron/runtime/internal/jsonx"

func (b *builder) objectKeyword(n *node, keyword string, v jsonx.Value) (err error) {
	if n.object == nil {
		n.object = &objectRules{}
	}
	o := n.object
	o.any = true
	switch keyword {
	case "properties":
		o.properties, err = b.members(v, n.in)
	case "patternProperties":
		o.patterns, err = b.members(v, n.in)
	case "dependentSchemas":
		o.dependentSchemas, err = b.members(v, n.in)
	case "dependencies", "dependentRequired":
		err = b.dependencies(n, keyword, v)
	case "additionalProperties":
		o.additional, err = b.child(v, n.in)
	case "unevaluatedProperties":
		o.unevaluated, err = b.child(v, n.in)
	case "propertyNames":
		o.names, err = b.child(v, n.in)
	case "maxProperties":
		o.maxProperties = numberOf(v)
	case "minProperties":
		o.minProperties = numberOf(v)
	case "required":
		o.required = names(v)
	}
	return err
}

func (b *builder) dependencies(n *node, keyword string, v jsonx.Value) error {
	if v.Type() != jsonx.Object {
		return nil
	}
	for it := v.Iter(); it.Next(); {
		d := dependency{name: it.Key().Text(), split: keyword == "dependentRequired"}
		if it.Value().Type() == jsonx.Array {
			d.required = names(it.Value())
		} else if !d.split {
			var err error
			if d.schema, err = b.child(it.Value(), n.in); err != nil {
				return err
			}
		}
		n.object.dependencies = append(n.object.dependencies, d)
	}
	return nil
}

func (b *builder) arrayKeyword(n *node, keyword string, v jsonx.Value) (err error) {
	if n.array == nil {
		n.array = &arrayRules{}
	}
	a := n.array
	a.any = true
	switch keyword {
	case "items":
		if v.Type() == jsonx.Array {
			a.tuple, err = b.list(v, n.in)
		} else {
			a.items, err = b.child(v, n.in)
		}
	case "prefixItems":
		a.prefix, err = b.list(v, n.in)
	case "additionalItems":
		a.additional, err = b.child(v, n.in)
	case "unevaluatedItems":
		a.unevaluated, err = b.child(v, n.in)
	case "contains":
		a.contains, err = b.child(v, n.in)
	case "minContains":
		a.minContains = numberOf(v)
	case "maxContains":
		a.maxContains = numberOf(v)
	case "maxItems":
		a.maxItems = numberOf(v)
	case "minItems":
		a.minItems = numberOf(v)
	case "uniqueItems":
		a.unique = v.Type() == jsonx.True
	}
	return err
}

func (b *builder) logicKeyword(n *node, keyword string, v jsonx.Value) (err error) {
	if n.logic == nil {
		n.logic = &logicRules{}
	}
	l := n.logic
	switch keyword {
	case "allOf":
		l.allOf, err = b.list(v, n.in)
	case "anyOf":
		l.anyOf, err = b.list(v, n.in)
	case "oneOf":
		l.oneOf, err = b.list(v, n.in)
	case "not":
		l.not, err = b.child(v, n.in)
	case "if":
		l.condition, err = b.child(v, n.in)
	case "then":
		l.then, err = b.child(v, n.in)
	case "else":
		l.otherwise, err = b.child(v, n.in)
	}
	return err
}
