package jsonschema

import "strconv"

func (c *confluentWalk) object(r *result, old, new *node) {
	a, b := old.objects(), new.objects()
	c.required(r, a, b)
	c.properties(r, old, new)
	c.dependencies(r, old, new)
	c.remainder(r, a.additional, b.additional, "ADDITIONAL_PROPERTIES", "additionalProperties")
	if old.draft() >= Draft2019 || new.draft() >= Draft2019 {
		c.remainder(r, a.unevaluated, b.unevaluated, "UNEVALUATED_PROPERTIES", "unevaluatedProperties")
	}
	c.limit(r, a.maxProperties, b.maxProperties, "MAX_PROPERTIES", "maxProperties")
	c.limit(r, a.minProperties, b.minProperties, "MIN_PROPERTIES", "minProperties")
}

// required looks at properties that both schemas declare; the others count
// where they are added.
func (c *confluentWalk) required(r *result, old, new *objectRules) {
	for _, p := range new.properties {
		if old.properties.get(p.name) == nil {
			continue
		}
		was, is := contains(old.required, p.name), contains(new.required, p.name)
		switch {
		case !was && is && p.node.hasDefault():
			c.note(r, "REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED", "required", p.name)
		case !was && is:
			c.note(r, "REQUIRED_ATTRIBUTE_ADDED", "required", p.name)
		case was && !is:
			c.note(r, "REQUIRED_ATTRIBUTE_REMOVED", "required", p.name)
		}
	}
}

func (c *confluentWalk) properties(r *result, old, new *node) {
	a, b := old.objects(), new.objects()
	for _, p := range a.properties {
		if update := b.properties.get(p.name); update != nil {
			r.join(c.under(p.node, update), "properties", p.name)
		} else {
			c.removed(r, p, propertyContent(new))
		}
	}
	for _, p := range b.properties {
		if a.properties.get(p.name) == nil {
			c.added(r, p, propertyContent(old), contains(b.required, p.name))
		}
	}
}

// cover returns the schema that a content model has for a name.
func (c *confluentWalk) cover(model content, name string) *node {
	if n := c.patterns.cover(&c.budget, model.patterns, name); n != nil {
		return n
	}
	return model.schema
}

func (c *confluentWalk) removed(r *result, p member, model content) {
	if model.open() {
		c.note(r, "PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL", "properties", p.name)
		return
	}
	if cover := c.cover(model, p.name); cover != nil {
		inner := c.under(p.node, cover)
		r.join(inner, "properties", p.name)
		c.note(r, "PROPERTY_REMOVED_"+covered(inner), "properties", p.name)
		return
	}
	if p.node.boolean == never {
		c.note(r, "PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL", "properties", p.name)
		return
	}
	c.note(r, "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL", "properties", p.name)
}

func covered(r *result) string {
	if r.bad {
		return "NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
	}
	return "IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
}

func (c *confluentWalk) added(r *result, p member, model content, required bool) {
	how := "OPTIONAL_PROPERTY"
	switch {
	case required && p.node.hasDefault():
		how = "REQUIRED_PROPERTY_WITH_DEFAULT"
	case required:
		how = "REQUIRED_PROPERTY"
	}
	if model.open() {
		if c.kinds.of(p.node).kind == isEmpty {
			c.note(r, "PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL", "properties", p.name)
			return
		}
		c.note(r, how+"_ADDED_TO_OPEN_CONTENT_MODEL", "properties", p.name)
		return
	}
	if cover := c.cover(model, p.name); cover != nil {
		inner := c.under(cover, p.node)
		r.join(inner, "properties", p.name)
		c.note(r, "PROPERTY_ADDED_"+covered(inner), "properties", p.name)
	}
	c.note(r, how+"_ADDED_TO_UNOPEN_CONTENT_MODEL", "properties", p.name)
}

// remainder compares keywords about what no other keyword is about.
func (c *confluentWalk) remainder(r *result, old, new *node, kind, keyword string) {
	a, b := rest(old), rest(new)
	switch {
	case a.allowed != b.allowed:
		c.flag(r, a.allowed, b.allowed, kind, keyword)
	case a.schema == nil && b.schema != nil:
		c.note(r, kind+"_NARROWED", keyword)
	case a.schema != nil && b.schema == nil:
		c.note(r, kind+"_EXTENDED", keyword)
	case a.schema != nil:
		r.join(c.under(a.schema, b.schema), keyword)
	}
}

// requirement is what the presence of a property asks for, from whichever
// keyword the draft has.
type requirement struct {
	names  []string
	schema *node
}

// requirements lists them by name.
func requirements(n *node) map[string]requirement {
	o := n.objects()
	if len(o.dependencies) == 0 && len(o.dependentSchemas) == 0 {
		return nil
	}
	list := make(map[string]requirement, len(o.dependencies)+len(o.dependentSchemas))
	for _, d := range o.dependencies {
		if d.split && n.draft() < Draft2019 {
			continue
		}
		list[d.name] = requirement{names: d.required, schema: d.schema}
	}
	for _, d := range o.dependentSchemas {
		if n.draft() >= Draft2019 {
			list[d.name] = requirement{names: list[d.name].names, schema: d.node}
		}
	}
	return list
}

func (c *confluentWalk) dependencies(r *result, old, new *node) {
	before, after := requirements(old), requirements(new)
	for _, name := range sortedKeys(before, after) {
		a, b := before[name], after[name]
		switch {
		case a.schema == nil && b.schema != nil:
			c.note(r, "DEPENDENCY_SCHEMA_ADDED", "dependencies", name)
		case a.schema != nil && b.schema == nil:
			c.note(r, "DEPENDENCY_SCHEMA_REMOVED", "dependencies", name)
		case a.schema != nil:
			r.join(c.under(a.schema, b.schema), "dependencies", name)
		}
		if change := arrayChange(a.names, b.names); change != "" {
			c.note(r, "DEPENDENCY_ARRAY_"+change, "dependencies", name)
		}
	}
}

// arrayChange compares two sorted lists, of which either may be absent.
func arrayChange(old, new []string) string {
	lost, gained := 0, 0
	for _, name := range old {
		if !contains(new, name) {
			lost++
		}
	}
	gained = len(new) - (len(old) - lost)
	switch {
	case old == nil && new == nil:
		return ""
	case old == nil:
		return "ADDED"
	case new == nil:
		return "REMOVED"
	case lost > 0 && gained > 0:
		return "CHANGED"
	case lost > 0:
		return "NARROWED"
	case gained > 0:
		return "EXTENDED"
	default:
		return ""
	}
}

func (c *confluentWalk) array(r *result, old, new *node) {
	a, b := old.arrays(), new.arrays()
	r.join(c.under(allItems(old), allItems(new)), "items")
	c.tuples(r, old, new)
	_, oldRest := tuple(old)
	_, newRest := tuple(new)
	c.remainder(r, oldRest, newRest, "ADDITIONAL_ITEMS", "additionalItems")
	if old.draft() >= Draft2019 || new.draft() >= Draft2019 {
		c.remainder(r, a.unevaluated, b.unevaluated, "UNEVALUATED_ITEMS", "unevaluatedItems")
		c.limit(r, a.maxContains, b.maxContains, "MAX_CONTAINS", "maxContains")
		c.limit(r, a.minContains, b.minContains, "MIN_CONTAINS", "minContains")
	}
	c.limit(r, a.maxItems, b.maxItems, "MAX_ITEMS", "maxItems")
	c.limit(r, a.minItems, b.minItems, "MIN_ITEMS", "minItems")
	c.flag(r, a.unique, b.unique, "UNIQUE_ITEMS", "uniqueItems")
}

func (c *confluentWalk) tuples(r *result, old, new *node) {
	a, _ := tuple(old)
	b, _ := tuple(new)
	for i := range max(len(a), len(b)) {
		at := strconv.Itoa(i)
		switch {
		case i >= len(b):
			c.itemRemoved(r, a[i], itemContent(new), at)
		case i >= len(a):
			c.itemAdded(r, b[i], itemContent(old), at)
		default:
			r.join(c.under(a[i], b[i]), "items", at)
		}
	}
}

func (c *confluentWalk) itemRemoved(r *result, item *node, model content, at string) {
	switch {
	case model.open():
		c.note(r, "ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL", "items", at)
	case model.schema != nil:
		inner := c.under(item, model.schema)
		r.join(inner, "items", at)
		c.note(r, "ITEM_REMOVED_"+covered(inner), "items", at)
	case item.boolean == never:
		c.note(r, "ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL", "items", at)
	default:
		c.note(r, "ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL", "items", at)
	}
}

func (c *confluentWalk) itemAdded(r *result, item *node, model content, at string) {
	switch {
	case model.open() && c.kinds.of(item).kind == isEmpty:
		c.note(r, "ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL", "items", at)
	case model.open():
		c.note(r, "ITEM_ADDED_TO_OPEN_CONTENT_MODEL", "items", at)
	case model.schema != nil:
		inner := c.under(model.schema, item)
		r.join(inner, "items", at)
		c.note(r, "ITEM_ADDED_"+covered(inner), "items", at)
	default:
		c.note(r, "ITEM_ADDED_TO_CLOSED_CONTENT_MODEL", "items", at)
	}
}
