package jsonschema

import (
	"bytes"
	"math/big"
	"slices"
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

// appendNumberKey prints a number so that equal ones are printed alike: its
// digits without zeros at the ends, and the power of ten that goes with them.
func appendNumberKey(dst []byte, v jsonx.Value) []byte {
	raw := v.Raw()
	if last := raw[len(raw)-1]; v.Type() == jsonx.Int && last != '0' {
		return append(dst, raw...)
	}
	mantissa, exponent, _ := bytes.Cut(bytes.ReplaceAll(raw, []byte("E"), []byte("e")), []byte("e"))
	negative := mantissa[0] == '-'
	whole, fraction, _ := bytes.Cut(bytes.TrimPrefix(mantissa, []byte("-")), []byte("."))
	digits := bytes.TrimLeft(slices.Concat(whole, fraction), "0")
	significant := bytes.TrimRight(digits, "0")
	if len(significant) == 0 {
		return append(dst, '0')
	}
	if negative {
		dst = append(dst, '-')
	}
	dst = append(dst, significant...)
	// An exponent beyond an int is one beyond every other.
	power, _ := strconv.Atoi(string(exponent))
	power += len(digits) - len(significant) - len(fraction)
	if power == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, 'e'), int64(power), 10)
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
