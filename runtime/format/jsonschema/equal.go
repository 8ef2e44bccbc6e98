package jsonschema

import (
	"math/big"
	"strconv"

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

// appendNumberKey prints a number so that equal ones are printed alike. The
// exponents of numbers beyond a double are left alone: they could be as long
// as they like when written out.
func appendNumberKey(dst []byte, v jsonx.Value) []byte {
	if n, ok := v.Int64(); ok {
		return strconv.AppendInt(dst, n, 10)
	}
	rat := exact(v)
	if rat == nil {
		return append(dst, v.Raw()...)
	}
	return append(dst, rat.RatString()...)
}

// exactDigits is how long a number may be to be read without loss.
const exactDigits = 400

// exact returns a number without loss unless it is very long, nil when no
// finite double is near it.
func exact(v jsonx.Value) *big.Rat {
	f, ok := v.Float64()
	if !ok {
		return nil
	}
	if f == 0 && v.Type() == jsonx.Float {
		return new(big.Rat) // The text may have an exponent of any length.
	}
	if len(v.Raw()) > exactDigits {
		return new(big.Rat).SetFloat64(f)
	}
	rat, ok := new(big.Rat).SetString(string(v.Raw()))
	if !ok {
		return nil
	}
	return rat
}
