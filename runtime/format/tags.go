package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/format/protobuf"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Entity is something in a schema that can carry inline tags: a record or a
// field of one (Confluent's words; a message, an object and its properties in
// the other formats).
type Entity struct {
	// Path names it: the full name of an Avro record, with ".field" for one of
	// its fields; the names of Protobuf messages without the package; the way
	// through a JSON schema, "object.a.array.object.b".
	Path string
	// Record tells a record from a field.
	Record bool
}

// Tagged is an entity with tags.
type Tagged struct {
	Entity
	Tags []string
}

// Tags lists the entities of a schema that have inline tags, in the order of
// the text. References are not followed. A returned error is an *Error.
func Tags(s schema.Schema, limits Limits) ([]Tagged, error) {
	var found []Tagged
	_, err := eachTagged(s, limits, func(e Entity, tags []string) []string {
		if len(tags) > 0 {
			found = append(found, Tagged{e, tags})
		}
		return tags
	})
	return found, err
}

// TagEdit says which inline tags come into a schema and which go.
type TagEdit struct {
	Add, Remove []Tagged
	// Carry are added where the schema has such an entity, and nothing is said
	// where it has none.
	Carry []Tagged
}

// Empty reports whether the edit changes nothing.
func (e TagEdit) Empty() bool { return len(e.Add) == 0 && len(e.Remove) == 0 && len(e.Carry) == 0 }

// Retag returns the text of a schema after an edit. An entity that the schema
// does not have is an error; a returned error is an *Error of kind Malformed.
func Retag(s schema.Schema, edit TagEdit, limits Limits) (string, error) {
	known := map[Entity]bool{}
	text, err := eachTagged(s, limits, func(e Entity, tags []string) []string {
		known[e] = true
		for _, list := range [][]Tagged{edit.Carry, edit.Add} {
			for _, tag := range tagsFor(list, e) {
				if !slices.Contains(tags, tag) {
					tags = append(slices.Clip(tags), tag)
				}
			}
		}
		gone := tagsFor(edit.Remove, e)
		return slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return slices.Contains(gone, tag) })
	})
	if err != nil {
		return "", err
	}
	for _, t := range slices.Concat(edit.Add, edit.Remove) {
		if !known[t.plain()] {
			return "", &Error{Type: s.Type, Kind: Malformed, Detail: fmt.Sprintf("the schema has no %s %q to tag", t.kind(), t.Path)}
		}
	}
	return text, nil
}

// plain is the entity without the dot that clients may write in front.
func (e Entity) plain() Entity {
	e.Path = strings.TrimPrefix(e.Path, ".")
	return e
}

func (e Entity) kind() string {
	if e.Record {
		return "record"
	}
	return "field"
}

func tagsFor(list []Tagged, e Entity) (tags []string) {
	for _, t := range list {
		if t.plain() == e {
			tags = append(tags, t.Tags...)
		}
	}
	return tags
}

// eachTagged calls edit for every entity of a schema with its tags and returns
// the text with the tags that edit returned.
func eachTagged(s schema.Schema, limits Limits, edit func(Entity, []string) []string) (string, error) {
	switch s.Type {
	case schema.Avro, "":
		return editTree(s, limits, func(root *tree) { avroTagger{edit}.visit(root, "") })
	case schema.JSON:
		return editTree(s, limits, func(root *tree) { jsonTagger{edit}.visit(root, "") })
	case schema.Protobuf:
		text, err := protobuf.EachTagged(s.Text, limits.protobuf(), func(path string, isMessage bool, tags []string) []string {
			return edit(Entity{Path: path, Record: isMessage}, tags)
		})
		return text, fromProtobuf(err, nil, limits)
	default:
		return "", unsupported(s.Type)
	}
}

// tagsMember carries the tags in Avro and JSON Schema.
const tagsMember = "confluent:tags"

// avroTagger walks an Avro schema. Records are visited where they are defined.
type avroTagger struct {
	edit func(Entity, []string) []string
}

func (a avroTagger) visit(t *tree, space string) {
	if !t.isObject {
		for _, branch := range t.items { // A union; a name has none.
			a.visit(branch, space)
		}
		return
	}
	switch kind := t.text("type"); kind {
	case "record", "error":
		name := t.text("name")
		if at := strings.LastIndexByte(name, '.'); at >= 0 {
			space = name[:at]
		} else if own, ok := t.get("namespace"); ok && own.isText {
			space = own.str
		}
		if space != "" && !strings.Contains(name, ".") {
			name = space + "." + name
		}
		t.retag(a.edit, Entity{Path: name, Record: true})
		fields, _ := t.get("fields")
		for _, field := range fields.elements() {
			field.retag(a.edit, Entity{Path: name + "." + field.text("name")})
			if inner, ok := field.get("type"); ok {
				a.visit(inner, space)
			}
		}
	case "array", "map":
		key := map[string]string{"array": "items", "map": "values"}[kind]
		if inner, ok := t.get(key); ok {
			a.visit(inner, space)
		}
	case "":
		if inner, ok := t.get("type"); ok {
			a.visit(inner, space)
		}
	}
}

// jsonTagger walks a JSON schema without following references.
type jsonTagger struct {
	edit func(Entity, []string) []string
}

func (j jsonTagger) visit(t *tree, path string) {
	if !t.isObject {
		return
	}
	properties, ok := t.get("properties")
	if ok && !properties.isObject {
		return
	}
	if ok || t.text("type") == "object" {
		object := joinPath(path, "object")
		t.retag(j.edit, Entity{Path: object, Record: true})
		for i, property := range properties.elements() {
			at := joinPath(object, properties.keys[i])
			property.retag(j.edit, Entity{Path: at})
			j.visit(property, at)
		}
	}
	if items, ok := t.get("items"); ok {
		j.visit(items, joinPath(path, "array"))
	}
	if not, ok := t.get("not"); ok {
		j.visit(not, joinPath(path, "not"))
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := t.get(keyword)
		for i, branch := range list.elements() {
			j.visit(branch, joinPath(path, fmt.Sprintf("%s.%d", strings.ToLower(keyword), i)))
		}
	}
	for _, keyword := range []string{"if", "then", "else"} {
		if branch, ok := t.get(keyword); ok {
			j.visit(branch, joinPath(path, "conditional."+keyword))
		}
	}
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
