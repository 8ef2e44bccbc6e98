package jsonschema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// The texts in this file and the next are on the wire: clients match them,
// spelling included.

// limit compares a limit. tighter is 1 when a greater value is the more
// restrictive one and -1 when a smaller one is.
func (r *result) limit(reader, writer *number, keyword, kind string, tighter int) {
	switch {
	case reader == nil:
	case writer == nil:
		// The value that is printed is the writer's, which there is none of.
		r.add(kind+"_ADDED", "Introduced incompatible assertion "+keyword+" with value None", keyword)
	case reader.compare(writer) == tighter:
		changed := kind + "_INCREASED"
		if tighter < 0 {
			changed = kind + "_DECREASED"
		}
		r.add(changed, "More restrictive assertion "+keyword+" from "+writer.text+" to "+reader.text, keyword)
	}
}

func (k *karapaceWalk) numbers(reader, writer view) *result {
	var res result
	r, w := reader.node.numbers(), writer.node.numbers()
	res.limit(r.maximum, w.maximum, "maximum", "MAXIMUM", -1)
	res.limit(r.minimum, w.minimum, "minimum", "MINIMUM", 1)
	res.limit(r.exclusiveMaximum, w.exclusiveMaximum, "exclusiveMaximum", "EXCLUSIVE_MAXIMUM", -1)
	res.limit(r.exclusiveMinimum, w.exclusiveMinimum, "exclusiveMinimum", "EXCLUSIVE_MINIMUM", 1)
	if reader.kind() == kindInteger && writer.kind() == kindNumber {
		res.add("TYPE_NARROWED", "Writer produces numbers while reader only accepted integers")
	}
	return res.done()
}

func (k *karapaceWalk) strings(r, w *textRules) *result {
	var res result
	res.limit(r.maxLength, w.maxLength, "maxLength", "MAX_LENGTH", -1)
	res.limit(r.minLength, w.minLength, "minLength", "MIN_LENGTH", 1)
	switch {
	case !r.hasPattern:
	case !w.hasPattern:
		res.add("PATTERN_ADDED", "Introduced incompatible assertion pattern with value None", "pattern")
	case r.pattern != w.pattern:
		res.add("PATTERN_CHANGED", "Assertion of pattern changed from "+w.pattern+" to "+r.pattern, "pattern")
	}
	return res.done()
}

func enums(reader, writer *node) *result {
	known := make(map[string]struct{}, reader.enum.Len())
	for it := reader.enum.Iter(); it.Next(); {
		known[pythonKey(it.Value())] = struct{}{}
	}
	var gone []string
	for it := writer.enum.Iter(); it.Next(); {
		v := it.Value()
		if _, ok := known[pythonKey(v)]; !ok {
			gone = append(gone, plain(v))
		}
	}
	if len(gone) == 0 {
		return fits
	}
	slices.Sort(gone)
	var res result
	res.add("ENUM_ARRAY_NARROWED", "some of enum options are no longer valid "+strings.Join(slices.Compact(gone), ", "), "enum")
	return &res
}

// plain prints a value for a message: strings without quotes.
func plain(v jsonx.Value) string {
	if v.Type() == jsonx.String {
		return v.Text()
	}
	return string(v.Raw())
}

// combined compares when one of the schemas combines others.
func (k *karapaceWalk) combined(reader, writer view) *result {
	readers, r := reader.branches()
	writers, w := writer.branches()
	if r == "" {
		r = reader.kind()
	}
	if w == "" {
		w = writer.kind()
	}
	var inner *result
	switch {
	case r.combined() && !w.combined() && len(readers) == 1:
		inner = k.compare(readers[0], writer)
	case !r.combined() && w.combined() && len(writers) == 1:
		inner = k.compare(reader, writers[0])
	case (r == kindAnyOf || r == kindOneOf) && !w.combined():
		for _, branch := range readers {
			if !k.compare(branch, writer).bad {
				return fits
			}
		}
		return mismatch(r, w, r.keyword())
	case readers != nil && writers != nil:
		return k.combinations(readers, writers, r, w)
	default:
		return mismatch(r, w, r.keyword())
	}
	if !inner.bad {
		return fits
	}
	return mismatch(r, w, r.keyword())
}

func (k *karapaceWalk) combinations(readers, writers []view, r, w kind) *result {
	var res result
	needed := len(writers)
	switch {
	case r != kindAnyOf && r != w:
		res.add("COMBINED_TYPE_CHANGED", "incompatible subschema change, from "+string(r)+" to "+string(w), r.keyword())
		return &res
	case r == kindAllOf && len(writers) < len(readers):
		res.add("PRODUCT_TYPE_EXTENDED", "Not all required schemas were provided, number of required schemas increased from "+
			strconv.Itoa(len(writers))+" to "+strconv.Itoa(len(readers)), r.keyword())
		return &res
	case r != kindAllOf && len(writers) > len(readers):
		res.add("SUM_TYPE_NARROWED", "Not all schemas are accepted, number of schemas reduced from "+
			strconv.Itoa(len(writers))+" to "+strconv.Itoa(len(readers)), r.keyword())
		return &res
	case r == kindAllOf:
		needed = len(readers)
	}
	matched := match(&k.budget, len(writers), len(readers), func(i, j int) bool {
		return !k.compare(readers[j], writers[i]).bad
	})
	if count(matched) < needed {
		res.add("COMBINED_TYPE_SUBSCHEMAS_CHANGED", "subschemas are incompatible", r.keyword())
	}
	return res.done()
}
