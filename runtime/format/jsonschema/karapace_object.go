package jsonschema

import (
	"strconv"
	"strings"
)

func (k *karapaceWalk) object(r, w *objectRules) *result {
	var res result
	k.properties(&res, r, w)
	k.dependencies(&res, r, w)
	for _, old := range w.dependentSchemas {
		res.join(k.under(r.dependentSchemas.get(old.name), old.node), "dependentSchemas", old.name)
	}
	res.limit(r.maxProperties, w.maxProperties, "maxProperties", "MAX_PROPERTIES", -1)
	res.limit(r.minProperties, w.minProperties, "minProperties", "MIN_PROPERTIES", 1)
	switch {
	case r.additional != nil && w.additional == nil:
		res.add("ADDITIONAL_PROPERTIES_NARROWED", "additionalProperties instroduced", "additionalProperties")
	case r.additional.truthy() && w.additional.truthy():
		res.join(k.under(r.additional, w.additional), "additionalProperties")
	}
	return res.done()
}

// truthy tells what Python takes for true: neither nothing, nor false, nor an
// empty object.
func (n *node) truthy() bool {
	return n != nil && n.boolean != never && (n.boolean == always || n.value.Len() > 0)
}

// open reports whether properties without a schema of their own may hold
// anything.
func (o *objectRules) open() bool {
	return len(o.patterns) == 0 && (o.additional == nil || o.additional.boolean == always)
}

// cover returns the schema for a property that has none of its own, nil when
// there is none.
func (k *karapaceWalk) cover(o *objectRules, name string) *node {
	if n := k.patterns.cover(&k.budget, o.patterns, name); n != nil {
		return n
	}
	return o.additional
}

// properties compares the properties. What the writer alone knows is looked at
// unless the reader is open, and then what the reader alone knows is not:
// Karapace asks one of the two questions only.
func (k *karapaceWalk) properties(res *result, r, w *objectRules) {
	for _, p := range r.properties {
		if old := w.properties.get(p.name); old != nil {
			k.common(res, p.node, old, p.name)
		}
	}
	var added, removed []member
	for _, p := range r.properties {
		if w.properties.get(p.name) == nil {
			added = append(added, p)
		}
	}
	for _, p := range w.properties {
		if r.properties.get(p.name) == nil {
			removed = append(removed, p)
		}
	}
	switch {
	case len(removed) > 0 && !r.open():
		k.removed(res, r, removed)
	case len(added) > 0 && w.open():
		names := make([]string, len(added))
		for i, p := range added {
			names[i] = p.name
		}
		res.add("PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL", "Restricting acceptable values of properties is an incompatible change. "+
			"The following properties "+strings.Join(names, ", ")+" accepted any value because of the lack of validation (the object "+
			"schema had neither patternProperties nor additionalProperties), now these values are restricted.", "properties")
	case len(added) > 0:
		k.added(res, r, w, added)
	}
}

func (k *karapaceWalk) common(res *result, reader, writer *node, name string) {
	r, rText, _ := follow(view{node: reader})
	w, wText, _ := follow(view{node: writer})
	lost := rText != "" && wText != ""
	if !lost && (r.node.boolean != notBoolean || w.node.boolean != notBoolean) {
		res.join(k.confluently(reader, writer), "properties", name)
		return
	}
	// Karapace asks whether the property has requirements, not whether it is
	// required.
	if len(r.node.objects().required) > 0 && len(w.node.objects().required) == 0 {
		res.add("REQUIRED_ATTRIBUTE_ADDED", "Property "+name+" became required", "properties", name)
	}
	res.join(k.under(reader, writer), "properties", name)
}

func (k *karapaceWalk) removed(res *result, r *objectRules, removed []member) {
	for _, p := range removed {
		cover := k.cover(r, p.name)
		if cover == nil {
			res.add("PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL", "The property "+p.name+" is not accepted anymore", "properties", p.name)
			continue
		}
		inner := k.under(cover, p.node)
		if inner.bad {
			res.join(inner, "properties", p.name)
			res.add("PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", "property "+p.name+" is not compatible", "properties", p.name)
		}
	}
}

func (k *karapaceWalk) added(res *result, r, w *objectRules, added []member) {
	for _, p := range added {
		cover := k.cover(w, p.name)
		if cover != nil && cover.boolean != never && k.under(p.node, cover).bad {
			res.add("PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", "incompatible schemas", "properties", p.name)
		}
		// Whether the property has a default makes no difference; Karapace
		// looks for it in the schema of a property called "required".
		quirk := r.properties.get("required")
		if contains(r.required, p.name) && (quirk == nil || !quirk.hasDefault()) {
			res.add("REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL", "Property "+p.name+" added without a default", "properties", p.name)
		}
	}
}

// dependencies compares in the direction opposite to what the keyword means:
// what the writer asked for has to be asked for by the reader. Where Karapace
// fails because the reader asks for nothing, that is no problem.
func (k *karapaceWalk) dependencies(res *result, r, w *objectRules) {
	for _, old := range w.dependencies {
		reader, ok := r.dependency(old.name, false)
		if old.split || !ok {
			continue
		}
		if reader.schema != nil && reader.schema.boolean != notBoolean || old.schema != nil && old.schema.boolean != notBoolean {
			if reader.schema != nil && old.schema != nil {
				res.join(k.confluently(reader.schema, old.schema), "dependencies", old.name)
			}
			continue
		}
		// Karapace minds an empty dependency in both, too: a schema would not
		// read its like.
		asked := reader.names()
		if len(asked) == 0 && len(old.names()) > 0 {
			res.add("DEPENDENCY_ARRAY_ADDED", "incompatible dependency array", "dependencies", old.name)
		}
		var missing []string
		for _, name := range old.names() {
			if !contains(asked, name) {
				missing = append(missing, "'"+name+"'")
			}
		}
		if len(missing) > 0 {
			res.add("DEPENDENCY_ARRAY_EXTENDED", "new dependencies {"+strings.Join(missing, ", ")+"}", "dependencies", old.name)
		}
	}
}

// names are the entries of a dependency; those of a schema are its keywords.
func (d dependency) names() []string {
	if d.schema == nil {
		return d.required
	}
	var list []string
	for it := d.schema.value.Iter(); it.Next(); {
		list = append(list, it.Key().Text())
	}
	return list
}

func (k *karapaceWalk) array(r, w *arrayRules) *result {
	if (r.tuple != nil) != (w.tuple != nil) {
		return mismatch(kindArray, kindArray)
	}
	var res result
	if r.tuple != nil {
		k.tuple(&res, r, w)
	} else {
		res.join(k.under(r.items, w.items), "items")
	}
	res.limit(r.maxItems, w.maxItems, "maxItems", "MAX_ITEMS", -1)
	res.limit(r.minItems, w.minItems, "minItems", "MIN_ITEMS", 1)
	return res.done()
}

// tuple compares items by position. The positions in the texts are Karapace's:
// they start from the last item that both have, and of what the reader has
// more, the first is not looked at.
func (k *karapaceWalk) tuple(res *result, r, w *arrayRules) {
	common := min(len(r.tuple), len(w.tuple))
	for i := range common {
		res.join(k.under(r.tuple[i], w.tuple[i]), "items", strconv.Itoa(i))
	}
	at := max(common-1, 0)
	restricts := func(a *arrayRules) bool { return a.additional != nil && a.additional.boolean != always }
	if len(w.tuple) > common && restricts(r) {
		for i, old := range w.tuple[common:] {
			// Not the schema for additional items is compared with, but that
			// there is one: the boolean schema true.
			if k.under(anySchema, old).bad {
				res.add("ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
					"Item in position "+strconv.Itoa(at+i)+" is not compatible", "additionalItems")
			}
		}
	}
	if len(r.tuple) > common {
		from := at
		if restricts(w) {
			for i, item := range r.tuple[common+1:] {
				from = at + i
				if k.under(item, w.additional).bad {
					res.add("ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
						"New element schema incompatible with the other version", "items", strconv.Itoa(common+1+i))
				}
			}
		}
		res.add("ITEM_ADDED_TO_OPEN_CONTENT_MODEL", "Elements starting from index "+strconv.Itoa(from)+" are now required", "items")
	}
	closed := func(a *arrayRules) bool { return a.additional != nil && a.additional.boolean == never }
	if closed(r) && !closed(w) {
		res.add("ADDITIONAL_ITEMS_REMOVED", "Additional items are not longer allowed", "additionalItems")
	}
}
