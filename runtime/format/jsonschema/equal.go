package jsonschema

import (
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// equal compares two values of canonical texts as Python compares documents:
// numbers by value, and a boolean like the number that stands for it.
func equal(a, b jsonx.Value) bool {
	return pythonKey(a) == pythonKey(b)
}

// pythonKey is a text that is the same for values that are equal in Python.
func pythonKey(v jsonx.Value) string { return string(appendKey(nil, v, true)) }

// jsonKey is a text that is the same for values that are equal in JSON Schema:
// numbers by value, booleans only like each other.
func jsonKey(v jsonx.Value) string { return string(appendKey(nil, v, false)) }

func appendKey(dst []byte, v jsonx.Value, python bool) []byte {
	switch v.Type() {
	case jsonx.Object:
		dst = append(dst, '{')
		for _, m := range v.Members() {
			dst = jsonx.AppendQuoted(dst, m.Key)
			dst = append(dst, ':')
			dst = appendKey(dst, m.Value, python)
			dst = append(dst, ',')
		}
		return append(dst, '}')
	case jsonx.Array:
		dst = append(dst, '[')
		for it := v.Iter(); it.Next(); {
			dst = appendKey(dst, it.Value(), python)
			dst = append(dst, ',')
		}
		return append(dst, ']')
	case jsonx.Int, jsonx.Float:
		return appendNumberKey(dst, v)
	case jsonx.True, jsonx.False:
		if python {
			return append(dst, '0'+byte(v.Type()-jsonx.False))
		}
		return append(dst, v.Raw()...)
	case jsonx.String:
		return jsonx.AppendQuoted(dst, v.Text())
	default:
		return append(dst, v.Raw()...)
	}
}

// appendNumberKey prints a number so that equal ones are printed alike.
func appendNumberKey(dst []byte, v jsonx.Value) []byte {
	raw := v.Raw()
	if last := raw[len(raw)-1]; v.Type() == jsonx.Int && last != '0' {
		return append(dst, raw...)
	}
	return readDecimal(raw).appendKey(dst)
}
