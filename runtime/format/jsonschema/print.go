package jsonschema

import (
	"slices"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// Canonical returns the text as Karapace stores it: compact, with sorted keys.
// It looks at the JSON only, not at its meaning. A returned error is an *Error.
func Canonical(text string, limits Limits) (string, error) {
	canonical, err := jsonx.Canonical([]byte(text), limits.json())
	if err != nil {
		return "", fromJSON(err)
	}
	return string(canonical), nil
}

// appendStandard appends v as Confluent's registry prints it: compact, keys in
// the order of the text (sorted if asked), the last value of equal keys in the
// place of the first, integers of any length as they are.
func appendStandard(dst []byte, v jsonx.Value, sorted bool) ([]byte, error) {
	switch v.Type() {
	case jsonx.Object:
		return appendStandardObject(dst, v, sorted)
	case jsonx.Array:
		dst = append(dst, '[')
		first := true
		for it := v.Iter(); it.Next(); first = false {
			if !first {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = appendStandard(dst, it.Value(), sorted); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	case jsonx.Int:
		return append(dst, v.Raw()...), nil
	default:
		return jsonx.AppendCanonical(dst, v)
	}
}

type keyed struct {
	key   string
	value jsonx.Value
}

func appendStandardObject(dst []byte, v jsonx.Value, sorted bool) ([]byte, error) {
	dst = append(dst, '{')
	var room [4]keyed // Most objects are small, and there may be very many.
	for i, m := range distinct(room[:0], v, sorted) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonx.AppendQuoted(dst, m.key)
		dst = append(dst, ':')
		var err error
		if dst, err = appendStandard(dst, m.value, sorted); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// distinct lists the members of an object, equal keys once; members is empty,
// and used if it is large enough.
func distinct(members []keyed, v jsonx.Value, sorted bool) []keyed {
	members = slices.Grow(members, v.Len())
	if sorted && v.Len() > 1 {
		for _, m := range v.Members() {
			members = append(members, keyed{m.Key, m.Value})
		}
		return members
	}
	for it := v.Iter(); it.Next(); {
		members = append(members, keyed{it.Key().Text(), it.Value()})
	}
	if len(members) < 2 {
		return members
	}
	at := make(map[string]int, len(members))
	return slices.DeleteFunc(members, func(m keyed) bool {
		if i, again := at[m.key]; again {
			members[i].value = m.value
			return true
		}
		at[m.key] = len(at)
		return false
	})
}
