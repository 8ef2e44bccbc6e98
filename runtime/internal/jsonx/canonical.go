package jsonx

import (
	"bytes"
	"slices"
)

// AppendCanonical appends v compactly with the keys of every object sorted by
// code point, the last of equal keys kept, numbers and strings in one form
// each: byte for byte the text that Karapace makes of a JSON document. It
// fails, with an *Error, only for a number that no finite double holds.
func AppendCanonical(dst []byte, v Value) ([]byte, error) {
	switch t := v.Type(); t {
	case Object:
		return appendCanonicalObject(dst, v)
	case Array:
		dst = append(dst, '[')
		first := true
		for it := v.Iter(); it.Next(); first = false {
			if !first {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = AppendCanonical(dst, it.Value()); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	case String:
		return appendString(dst, v), nil
	case Int, Float:
		dst, ok := appendNumber(dst, v.Raw(), t)
		if !ok {
			return dst, newError(Syntax, v.doc.src, v.Offset(), "a number is too large for a double")
		}
		return dst, nil
	default:
		return append(dst, v.Raw()...), nil
	}
}

func appendString(dst []byte, v Value) []byte {
	if plain, ok := v.Plain(); ok {
		dst = append(dst, '"')
		dst = append(dst, plain...)
		return append(dst, '"')
	}
	return AppendQuoted(dst, v.Text())
}

func appendCanonicalObject(dst []byte, v Value) ([]byte, error) {
	dst = append(dst, '{')
	var room [12]Member // enough for most objects, and spares an allocation
	for i, m := range v.appendMembers(room[:0]) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendQuoted(dst, m.Key)
		dst = append(dst, ':')
		var err error
		if dst, err = AppendCanonical(dst, m.Value); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// Member is a key of an object with its value.
type Member struct {
	Key   string
	Value Value
	order int
}

// Members returns the members of an object sorted by key, the last of equal
// keys kept.
func (v Value) Members() []Member {
	return v.appendMembers(nil)
}

func (v Value) appendMembers(members []Member) []Member {
	members = slices.Grow(members, v.Len())
	sorted := true
	for it := v.Iter(); it.Next(); {
		m := Member{Key: it.Key().Text(), Value: it.Value(), order: len(members)}
		sorted = sorted && (len(members) == 0 || members[len(members)-1].Key < m.Key)
		members = append(members, m)
	}
	if sorted {
		return members // What is stored was sorted when it was.
	}
	slices.SortFunc(members, func(a, b Member) int {
		switch {
		case a.Key < b.Key:
			return -1
		case a.Key > b.Key:
			return 1
		default:
			return b.order - a.order // The last of equal keys comes first …
		}
	})
	// … and is the one that stays.
	return slices.CompactFunc(members, func(a, b Member) bool { return a.Key == b.Key })
}

// Canonical parses text and returns its canonical form.
func Canonical(text []byte, limits Limits) ([]byte, error) {
	var doc Doc
	if err := doc.Parse(text, limits); err != nil {
		return nil, err
	}
	return AppendCanonical(make([]byte, 0, len(text)), doc.Root())
}

// CanonicalText returns the canonical form of the document, which ParseText
// made from text: text itself when it has that form already, as everything has that
// a registry stored.
func (d *Doc) CanonicalText() (string, error) {
	if length, ok := d.Root().plainLength(); ok && length == len(d.text) {
		return d.text, nil
	}
	canonical, err := AppendCanonical(make([]byte, 0, len(d.src)), d.Root())
	return string(canonical), err
}

// plainLength returns how long the canonical form of v is when it consists of
// the tokens as they stand. It reports false when a token may change, or the
// keys of an object are not in order. A text of just that length then has no
// white space, so it is the canonical form.
func (v Value) plainLength() (length int, ok bool) {
	n := &v.doc.nodes[v.at]
	switch n.kind {
	case Object:
		length = len("{}") + 2*int(n.count) - min(int(n.count), 1) // colons and commas
		var last []byte
		for at := v.at + 1; at < n.next; {
			key, plain := Value{v.doc, at}.Plain()
			if !plain || at > v.at+1 && bytes.Compare(last, key) >= 0 {
				return 0, false
			}
			inner, ok := Value{v.doc, at + 1}.plainLength()
			if !ok {
				return 0, false
			}
			last = key
			length += len(key) + len(`""`) + inner
			at = v.doc.nodes[at+1].next
		}
		return length, true
	case Array:
		length = len("[]") + int(n.count) - min(int(n.count), 1)
		for at := v.at + 1; at < n.next; at = v.doc.nodes[at].next {
			inner, ok := Value{v.doc, at}.plainLength()
			if !ok {
				return 0, false
			}
			length += inner
		}
		return length, true
	case String:
		return int(n.end - n.start), n.flag&flagEscaped == 0
	case Int:
		const safe = 18 // digits that no 64-bit integer is too small for
		raw := v.Raw()
		return len(raw), len(raw) <= safe && string(raw) != "-0"
	default:
		return int(n.end - n.start), n.kind != Float
	}
}
