package protobuf

import "slices"

// The options that carry tags, as Confluent's meta.proto declares them.
const (
	messageMeta = "(confluent.message_meta)"
	fieldMeta   = "(confluent.field_meta)"
	tagsOf      = "tags"
)

// EachTagged calls edit for every message and every field of a text with its
// inline tags, and returns the text, as Karapace prints it, with the tags that
// edit returned in their place. Paths are names without the package:
// "Outer.Inner", "Outer.field". A returned error is an *Error.
func EachTagged(text string, limits Limits, edit func(path string, isMessage bool, tags []string) []string) (string, error) {
	f, err := parseAny(text, limits, newBudget(limits))
	if err != nil {
		return "", err
	}
	r := retagger{edit: edit}
	for _, m := range f.Messages {
		r.message("", m)
	}
	return canonicalOf(f)
}

type retagger struct {
	edit func(path string, isMessage bool, tags []string) []string
}

func (r retagger) message(scope string, m *Message) {
	path := dotted(scope, m.Name)
	m.Options = r.options(m.Options, messageMeta, path)
	r.fields(path, m.Fields)
	r.groups(path, m.Groups)
	for _, o := range m.Oneofs {
		r.fields(path, o.Fields)
		r.groups(path, o.Groups)
	}
	for _, inner := range m.Messages {
		r.message(path, inner)
	}
}

func (r retagger) groups(scope string, groups []*Group) {
	for _, g := range groups {
		r.message(scope, g.Body)
	}
}

func (r retagger) fields(scope string, fields []Field) {
	for i := range fields {
		f := &fields[i]
		options := r.options(f.Options(), fieldMeta, dotted(scope, f.Name))
		switch {
		case f.more != nil:
			f.more.options = options
		case len(options) > 0:
			f.more = &fieldMore{options: options}
		}
	}
}

// options returns options with other tags; the same ones when nothing changes.
func (r retagger) options(options []Option, meta, path string) []Option {
	var old []string
	for _, o := range options {
		switch {
		case o.Name == meta+"."+tagsOf:
			old = append(old, textsOf(o.Value)...)
		case o.Name == meta && o.Value.Kind == Block:
			for i, key := range o.Value.inner.keys {
				if key == tagsOf {
					old = append(old, textsOf(o.Value.inner.items[i])...)
				}
			}
		}
	}
	tags := r.edit(path, meta == messageMeta, old)
	if slices.Equal(old, tags) {
		return options
	}
	return withTags(options, meta, tags)
}

func textsOf(v Value) []string {
	if v.Kind != List {
		return []string{v.Text}
	}
	var texts []string
	for _, item := range v.items() {
		texts = append(texts, item.Text)
	}
	return texts
}

// withTags writes all tags into one block of the option and drops what held
// them before; what else the option says stays.
func withTags(options []Option, meta string, tags []string) []Option {
	block := Value{Kind: Block, inner: &inner{}}
	var out []Option
	at := -1
	for _, o := range options {
		switch {
		case o.Name == meta+"."+tagsOf:
		case o.Name == meta && o.Value.Kind == Block:
			for i, key := range o.Value.inner.keys {
				if key != tagsOf {
					block.inner.keys, block.inner.items = append(block.inner.keys, key), append(block.inner.items, o.Value.inner.items[i])
				}
			}
			at = len(out)
		default:
			out = append(out, o)
		}
	}
	if len(tags) > 0 {
		list := Value{Kind: List, inner: &inner{}}
		for _, tag := range tags {
			list.inner.items = append(list.inner.items, Value{Kind: String, Text: tag})
		}
		block.inner.keys, block.inner.items = append(block.inner.keys, tagsOf), append(block.inner.items, list)
	}
	if len(block.inner.keys) == 0 {
		return out
	}
	if at < 0 {
		at = len(out)
	}
	return slices.Insert(out, at, Option{Name: meta, Value: block, key: meta})
}
