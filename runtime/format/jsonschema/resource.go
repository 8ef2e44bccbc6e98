package jsonschema

import (
	"net/url"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// document is one text: the schema's own or that of a reference.
type document struct {
	doc  *jsonx.Doc
	root *resource
	// nodes finds the schema of a value, children the members of large
	// objects by name, items those of arrays by position. All are needed for
	// references only and dropped after.
	nodes    map[uint32]*node
	children map[uint32]map[string]uint32
	items    map[uint32][]uint32
}

// resource is a schema with an identifier of its own, to which the references
// inside are relative: a document, or a part of one with "$id".
type resource struct {
	uri     *url.URL
	draft   Draft
	root    *node
	of      *document
	anchors map[string]*node
	// dynamic holds the anchors that "$dynamicRef" may move to, recursive is
	// "$recursiveAnchor".
	dynamic   map[string]*node
	recursive bool
}

// reference is a "$ref" and its like. Without a target nothing is known about
// the schema behind it.
type reference struct {
	text   string
	target *node
	// anchor is the name that a "$dynamicRef" looks for at each level of the
	// dynamic scope, when its first target is a dynamic anchor.
	anchor string
	// meta: the reference is to a schema of the JSON Schema project.
	meta bool
}

// nowhere is the base of texts that have no identifier: an absolute URI to
// which relative ones can be resolved, and which nothing else has.
func nowhere() *url.URL { return &url.URL{Scheme: "json-schema", Path: "/"} }

// resolveURI returns text relative to base, without its fragment, and the
// fragment.
func resolveURI(base *url.URL, text string) (uri *url.URL, fragment string, ok bool) {
	parsed, err := url.Parse(text)
	if err != nil {
		return nil, "", false
	}
	resolved := base.ResolveReference(parsed)
	fragment = resolved.Fragment
	resolved.Fragment, resolved.RawFragment = "", ""
	return resolved, fragment, true
}

// identifier returns the text of the "$id" that starts a resource, or the name
// of the anchor that old drafts write as an identifier.
func identifier(v jsonx.Value, d Draft) (id, anchor string) {
	keyword := "$id"
	if d == Draft4 {
		keyword = "id"
	}
	if _, ref := v.Get("$ref"); ref && d <= Draft7 {
		return "", "" // A reference hides everything beside it.
	}
	found, ok := v.Get(keyword)
	if !ok || found.Type() != jsonx.String {
		return "", ""
	}
	id = found.Text()
	if name, isFragment := strings.CutPrefix(id, "#"); isFragment {
		if d <= Draft7 {
			return "", name
		}
		return "", ""
	}
	return id, ""
}

// member returns the member of an object by name.
func (d *document) member(v jsonx.Value, name string) (jsonx.Value, bool) {
	const small = 16
	if v.Len() <= small {
		return v.Get(name)
	}
	index, ok := d.children[v.Index()]
	if !ok {
		index = make(map[string]uint32, v.Len())
		for it := v.Iter(); it.Next(); {
			index[it.Key().Text()] = it.Value().Index()
		}
		d.children[v.Index()] = index
	}
	at, ok := index[name]
	if !ok {
		return jsonx.Value{}, false
	}
	return d.doc.At(at), true
}

// item returns the item of an array at a position that it has.
func (d *document) item(v jsonx.Value, i int) jsonx.Value {
	list, ok := d.items[v.Index()]
	if !ok {
		list = make([]uint32, 0, v.Len())
		for it := v.Iter(); it.Next(); {
			list = append(list, it.Value().Index())
		}
		d.items[v.Index()] = list
	}
	return d.doc.At(list[i])
}
