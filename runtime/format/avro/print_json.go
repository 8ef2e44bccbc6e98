package avro

import (
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// json prints a default or a property as Jackson does after reading it:
// compact, object keys in place (sorted when the printer sorts), integers as
// they are, other numbers in the form of Java's doubles.
func (p *printer) json(v jsonx.Value) {
	switch v.Type() {
	case jsonx.Object:
		p.raw("{")
		for i, m := range p.members(v) {
			if i > 0 {
				p.raw(",")
			}
			p.quoted(m.key)
			p.raw(":")
			p.json(m.value)
		}
		p.raw("}")
	case jsonx.Array:
		p.raw("[")
		first := true
		for it := v.Iter(); it.Next(); first = false {
			if !first {
				p.raw(",")
			}
			p.json(it.Value())
		}
		p.raw("]")
	case jsonx.String:
		p.quoted(v.Text())
	case jsonx.Float:
		f, _ := v.Float64() // The canonical print has seen that it fits.
		p.out = appendJavaDouble(p.out, f)
	case jsonx.Int:
		if string(v.Raw()) == "-0" {
			p.raw("0")
			return
		}
		p.out = append(p.out, v.Raw()...)
	default:
		p.out = append(p.out, v.Raw()...)
	}
}

func (p *printer) members(v jsonx.Value) []prop {
	props := make([]prop, 0, v.Len())
	for it := v.Iter(); it.Next(); {
		props = append(props, prop{it.Key().Text(), it.Value()})
	}
	return p.orderProps(props)
}

// appendJavaDouble prints f as java.lang.Double.toString does: plain from
// 1e-3 up to below 1e7, otherwise with an exponent after a capital E, always
// with a digit on both sides of the point.
func appendJavaDouble(dst []byte, f float64) []byte {
	abs := max(f, -f)
	if abs == 0 || abs >= 1e-3 && abs < 1e7 {
		return jsonx.AppendFloat(dst, f)
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	dst = append(dst, digits...)
	if !strings.Contains(digits, ".") {
		dst = append(dst, ".0"...)
	}
	dst = append(dst, 'E')
	n, _ := strconv.Atoi(exponent)
	return strconv.AppendInt(dst, int64(n), 10)
}
