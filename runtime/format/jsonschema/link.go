package jsonschema

import (
	"net/url"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// link resolves the references. Targets that stand where no schema is
// expected become nodes here, whose own references are resolved in turn.
func (b *builder) link() error {
	type place struct {
		in   *resource
		text string
	}
	known := map[place]*node{}
	// Resolving may add to the list.
	for i := 0; i < len(b.pending); i++ {
		p := b.pending[i]
		at := place{p.from.in, p.ref.text}
		target, done := known[at]
		if !done {
			var err error
			if target, err = b.resolve(p.from.in, p.ref.text); err != nil {
				return err
			}
			known[at] = target
		}
		p.ref.target = target
		p.ref.meta = target == nil && isMetaSchema(p.ref.text)
		if target == nil && !p.ref.meta && b.dangling == nil {
			b.dangling = &Error{Kind: Unresolved, Text: "the reference " + quoted(p.ref.text) +
				" leads nowhere: it is neither in the document nor among the references of the schema, and nothing is fetched"}
		}
		if p.dynamic {
			p.ref.anchor = dynamicAnchor(p.ref)
		}
	}
	return nil
}

// dynamicAnchor returns the name that a "$dynamicRef" looks for at run time,
// empty when it is an ordinary reference.
func dynamicAnchor(r *reference) string {
	if r.target == nil {
		return ""
	}
	_, name, _ := strings.Cut(r.text, "#")
	if r.target.in.dynamic[name] == r.target && name != "" {
		return name
	}
	return ""
}

// resolve finds the schema that text refers to from inside a resource; nil
// when there is none.
func (b *builder) resolve(from *resource, text string) (*node, error) {
	to, fragment := from, ""
	if rest, local := strings.CutPrefix(text, "#"); local {
		unescaped, err := url.PathUnescape(rest)
		if err != nil {
			return nil, nil
		}
		fragment = unescaped
	} else if to, fragment = b.find(from, text); to == nil {
		return nil, nil
	}
	switch {
	case fragment == "":
		return to.root, nil
	case fragment[0] == '/':
		return b.point(to, fragment[1:])
	default:
		return to.anchors[fragment], nil
	}
}

// find returns the resource that a URI names: one with that identifier, or the
// text of the reference with that name.
func (b *builder) find(from *resource, text string) (*resource, string) {
	uri, fragment, ok := resolveURI(from.uri, text)
	if !ok {
		return nil, ""
	}
	if r, ok := b.resources[uri.String()]; ok {
		return r, fragment
	}
	name, _, _ := strings.Cut(text, "#")
	if r, ok := b.named[strings.TrimPrefix(name, "./")]; ok {
		return r, fragment
	}
	return nil, ""
}

// point follows a JSON pointer from the root of a resource.
func (b *builder) point(in *resource, path string) (*node, error) {
	d, v := in.of, in.root.value
	for token := range strings.SplitSeq(path, "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		var ok bool
		if v, ok = d.step(v, token); !ok {
			return nil, nil
		}
		if n := d.nodes[v.Index()]; n != nil {
			in = n.in
		}
	}
	if n, ok := d.nodes[v.Index()]; ok {
		return n, nil
	}
	return b.child(v, in)
}

// step goes to a member or an item. "definitions" and "$defs" stand for each
// other where only one of them is there.
func (d *document) step(v jsonx.Value, token string) (jsonx.Value, bool) {
	switch v.Type() {
	case jsonx.Object:
		found, ok := d.member(v, token)
		if !ok && token == "definitions" {
			return d.member(v, "$defs")
		}
		if !ok && token == "$defs" {
			return d.member(v, "definitions")
		}
		return found, ok
	case jsonx.Array:
		i, ok := index(token, v.Len())
		if !ok {
			return v, false
		}
		return d.item(v, i), true
	default:
		return v, false
	}
}
