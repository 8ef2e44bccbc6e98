package format

import (
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// tree is a JSON document that can be changed; the order of members stays.
type tree struct {
	// isObject tells an object, with a key for each item, from an array.
	isObject bool
	keys     []string
	items    []*tree
	// raw is what a scalar is printed as; str is the text when isText.
	raw    []byte
	isText bool
	str    string
}

// editTree reads a schema that is JSON, lets edit change it and prints it.
func editTree(s schema.Schema, limits Limits, edit func(root *tree)) (string, error) {
	var doc jsonx.Doc
	if err := doc.Parse([]byte(s.Text), limits.json()); err != nil {
		return "", &Error{Type: s.Type, Kind: Malformed, Detail: err.Error(), Err: err}
	}
	root := treeOf(doc.Root())
	edit(root)
	return string(root.appendTo(make([]byte, 0, len(s.Text)))), nil
}

// treeOf copies a value; its depth is bounded by the limits of the document.
func treeOf(v jsonx.Value) *tree {
	t := &tree{}
	switch v.Type() {
	case jsonx.Object, jsonx.Array:
		t.isObject = v.Type() == jsonx.Object
		t.items = make([]*tree, 0, v.Len())
		for it := v.Iter(); it.Next(); {
			if t.isObject {
				t.keys = append(t.keys, it.Key().Text())
			}
			t.items = append(t.items, treeOf(it.Value()))
		}
		if t.items == nil {
			t.items = []*tree{}
		}
	case jsonx.String:
		t.isText, t.str, t.raw = true, v.Text(), v.Raw()
	default:
		t.raw = v.Raw()
	}
	return t
}

func (t *tree) appendTo(dst []byte) []byte {
	if t.items == nil {
		return append(dst, t.raw...)
	}
	ends := "[]"
	if t.isObject {
		ends = "{}"
	}
	dst = append(dst, ends[0])
	for i, item := range t.items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if t.isObject {
			dst = append(jsonx.AppendQuoted(dst, t.keys[i]), ':')
		}
		dst = item.appendTo(dst)
	}
	return append(dst, ends[1])
}

// get returns a member of an object, the last one of its name.
func (t *tree) get(key string) (*tree, bool) {
	if at := t.find(key); at >= 0 {
		return t.items[at], true
	}
	return nil, false
}

func (t *tree) find(key string) int {
	at := -1
	if t == nil || !t.isObject {
		return at
	}
	for i, k := range t.keys {
		if k == key {
			at = i
		}
	}
	return at
}

// text returns a member that is a text, empty when there is none.
func (t *tree) text(key string) string {
	if v, ok := t.get(key); ok && v.isText {
		return v.str
	}
	return ""
}

// elements returns the items of an array or object, none of anything else.
func (t *tree) elements() []*tree {
	if t == nil {
		return nil
	}
	return t.items
}

// retag lets edit change the tags of an object.
func (t *tree) retag(edit func(Entity, []string) []string, e Entity) {
	if !t.isObject {
		return
	}
	var old []string
	at := t.find(tagsMember)
	if at >= 0 {
		for _, tag := range t.items[at].elements() {
			if tag.isText {
				old = append(old, tag.str)
			}
		}
	}
	tags := edit(e, old)
	list := &tree{items: []*tree{}}
	for _, tag := range tags {
		list.items = append(list.items, &tree{raw: jsonx.AppendQuoted(nil, tag), isText: true, str: tag})
	}
	switch {
	case at >= 0 && len(tags) == 0:
		t.keys = append(t.keys[:at:at], t.keys[at+1:]...)
		t.items = append(t.items[:at:at], t.items[at+1:]...)
	case at >= 0:
		t.items[at] = list
	case len(tags) > 0:
		t.keys, t.items = append(t.keys, tagsMember), append(t.items, list)
	}
}
