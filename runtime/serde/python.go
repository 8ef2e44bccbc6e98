package serde

import (
	"math"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/format/jsonschema"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// maxRepr bounds what of a value goes into a text.
const maxRepr = 200

// pythonText is the first line of what Karapace says about a value of the wrong
// type, which its clients match: 'x' is not of type 'integer'. It is empty for
// everything else that can be wrong with a value.
func pythonText(root jsonx.Value, v *jsonschema.Violation) string {
	value, found := valueAt(root, v.Path)
	if len(v.Types) == 0 || !found {
		return ""
	}
	text := string(appendRepr(nil, value))
	if len(text) > maxRepr {
		text = strings.ToValidUTF8(text[:maxRepr], "") + "..."
	}
	return text + " is not of type '" + strings.Join(v.Types, "', '") + "'"
}

// valueAt follows a JSON pointer.
func valueAt(v jsonx.Value, path string) (jsonx.Value, bool) {
	if path == "" {
		return v, true
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for step := range strings.SplitSeq(path[1:], "/") {
		found := false
		if v.Type() == jsonx.Array {
			v, found = itemAt(v, step)
		} else {
			v, found = v.Get(unescape.Replace(step))
		}
		if !found {
			return v, false
		}
	}
	return v, true
}

func itemAt(list jsonx.Value, index string) (jsonx.Value, bool) {
	i := 0
	for it := list.Iter(); it.Next(); i++ {
		if strconv.Itoa(i) == index {
			return it.Value(), true
		}
	}
	return jsonx.Value{}, false
}

// appendRepr appends a value as Python shows it, and stops a little after
// maxRepr.
func appendRepr(dst []byte, v jsonx.Value) []byte {
	switch v.Type() {
	case jsonx.Null:
		return append(dst, "None"...)
	case jsonx.True:
		return append(dst, "True"...)
	case jsonx.False:
		return append(dst, "False"...)
	case jsonx.Int:
		return append(dst, v.Raw()...)
	case jsonx.Float:
		return appendPythonFloat(dst, v)
	case jsonx.String:
		return appendPythonString(dst, v.Text())
	}
	open, closing := byte('['), byte(']')
	if v.Type() == jsonx.Object {
		open, closing = '{', '}'
	}
	dst = append(dst, open)
	first := true
	for it := v.Iter(); len(dst) <= maxRepr && it.Next(); first = false {
		if !first {
			dst = append(dst, ", "...)
		}
		if v.Type() == jsonx.Object {
			dst = append(appendPythonString(dst, it.Key().Text()), ": "...)
		}
		dst = appendRepr(dst, it.Value())
	}
	return append(dst, closing)
}

func appendPythonFloat(dst []byte, v jsonx.Value) []byte {
	f, ok := v.Float64()
	size := math.Abs(f)
	switch {
	case !ok:
		return append(dst, v.Raw()...)
	case size != 0 && (size < 1e-4 || size >= 1e16):
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if !strings.Contains(string(dst[start:]), ".") {
		dst = append(dst, ".0"...)
	}
	return dst
}

func appendPythonString(dst []byte, s string) []byte {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	dst = append(dst, quote)
	for _, r := range s[:min(len(s), 4*maxRepr)] {
		switch {
		case r == rune(quote) || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r < ' ' || r == 0x7f:
			dst = append(dst, `\x`...)
			dst = append(dst, "0123456789abcdef"[r>>4], "0123456789abcdef"[r&15])
		default:
			dst = append(dst, string(r)...)
		}
	}
	return append(dst, quote)
}
