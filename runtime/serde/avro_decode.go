package serde

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/plastron-dev/plastron/runtime/format/avro"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// decoder writes one Avro value as JSON. Every length in the data is checked
// against what is left of it before it is used, and nothing is reserved on the
// word of the data.
type decoder struct {
	in      []byte
	pos     int
	out     []byte
	options *AvroOptions
	limit   int
	depth   int
	empty   int
}

func broken(reason string) *fault { return &fault{kind: Malformed, reason: reason} }

func (d *decoder) value(n *node) *fault {
	if len(d.out) > d.limit {
		return &fault{kind: TooLarge, reason: fmt.Sprintf("the JSON of the record has more than %d bytes", d.options.MaxJSON)}
	}
	switch n.kind {
	case avro.Null:
		d.out = append(d.out, "null"...)
	case avro.Boolean:
		return d.boolean()
	case avro.Int, avro.Long:
		return d.integer(n)
	case avro.Float, avro.Double:
		return d.float(n)
	case avro.String:
		return d.text()
	case avro.Bytes, avro.Fixed:
		return d.bytes(n)
	case avro.Enum:
		return d.enum(n)
	default:
		return d.compound(n)
	}
	return nil
}

func (d *decoder) compound(n *node) *fault {
	if d.depth >= maxDataDepth {
		return &fault{kind: TooLarge, reason: fmt.Sprintf("the record is nested more than %d deep", maxDataDepth)}
	}
	d.depth++
	var f *fault
	switch n.kind {
	case avro.Array:
		f = d.array(n)
	case avro.Map:
		f = d.mapping(n)
	case avro.Union:
		f = d.union(n)
	default:
		f = d.record(n)
	}
	d.depth--
	return f
}

func (d *decoder) boolean() *fault {
	if d.pos >= len(d.in) {
		return broken("the data ends within a boolean")
	}
	switch d.in[d.pos] {
	case 0:
		d.out = append(d.out, "false"...)
	case 1:
		d.out = append(d.out, "true"...)
	default:
		return broken("a boolean is neither 0 nor 1")
	}
	d.pos++
	return nil
}

func (d *decoder) varint() (int64, *fault) {
	v, size := binary.Varint(d.in[d.pos:])
	if size <= 0 {
		if size < 0 {
			return 0, broken("a number has more than 64 bits")
		}
		return 0, broken("the data ends within a number")
	}
	d.pos += size
	return v, nil
}

func (d *decoder) integer(n *node) *fault {
	v, f := d.varint()
	if f != nil {
		return f
	}
	if n.kind == avro.Int && v != int64(int32(v)) {
		return broken("an int has more than 32 bits")
	}
	if n.typ.Logical != avro.LogicalNone && d.options.Logical == ISOText {
		if out, ok := appendTemporal(d.out, n.typ.Logical, v); ok {
			d.out = out
			return nil
		}
	}
	d.out = strconv.AppendInt(d.out, v, 10)
	return nil
}

func (d *decoder) float(n *node) *fault {
	var v float64
	if n.kind == avro.Float {
		b, f := d.take(4)
		if f != nil {
			return f
		}
		v = float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	} else {
		b, f := d.take(8)
		if f != nil {
			return f
		}
		v = math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	switch {
	case math.IsNaN(v):
		d.out = append(d.out, `"NaN"`...)
	case math.IsInf(v, 1):
		d.out = append(d.out, `"Infinity"`...)
	case math.IsInf(v, -1):
		d.out = append(d.out, `"-Infinity"`...)
	default:
		d.out = jsonx.AppendFloat(d.out, v)
	}
	return nil
}

func (d *decoder) take(n int) ([]byte, *fault) {
	if n > len(d.in)-d.pos {
		return nil, broken("the data ends within a value")
	}
	b := d.in[d.pos : d.pos+n]
	d.pos += n
	return b, nil
}

// sized takes bytes that have their length in front.
func (d *decoder) sized() ([]byte, *fault) {
	n, f := d.varint()
	if f != nil {
		return nil, f
	}
	if n < 0 || n > int64(len(d.in)-d.pos) {
		return nil, broken("a length is negative or beyond the end of the data")
	}
	return d.take(int(n))
}

func (d *decoder) text() *fault {
	b, f := d.sized()
	if f != nil {
		return f
	}
	if !utf8.Valid(b) {
		return broken("a string is not UTF-8")
	}
	d.out = jsonx.AppendQuoted(d.out, b)
	return nil
}

func (d *decoder) bytes(n *node) *fault {
	var b []byte
	var f *fault
	if n.kind == avro.Fixed {
		b, f = d.take(n.typ.Size)
	} else {
		b, f = d.sized()
	}
	if f != nil {
		return f
	}
	if n.typ.Logical == avro.Decimal && d.options.Logical == ISOText {
		if out, ok := appendDecimal(d.out, b, n.typ.Scale); ok {
			d.out = out
			return nil
		}
	}
	d.out = append(d.out, '"')
	if d.options.Bytes == Base64 {
		d.out = base64.StdEncoding.AppendEncode(d.out, b)
	} else {
		d.out = appendLatin1(d.out, b)
	}
	d.out = append(d.out, '"')
	return nil
}

// appendLatin1 appends the inside of a JSON string with a character for each
// byte.
func appendLatin1(dst, b []byte) []byte {
	for _, c := range b {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = utf8.AppendRune(dst, rune(c))
		}
	}
	return dst
}

func (d *decoder) enum(n *node) *fault {
	i, f := d.varint()
	if f != nil {
		return f
	}
	if i < 0 || i >= int64(len(n.symbols)) {
		return broken("the enum " + n.typ.FullName() + " has no symbol with that position")
	}
	d.out = append(d.out, n.symbols[i]...)
	return nil
}

func (d *decoder) union(n *node) *fault {
	i, f := d.varint()
	if f != nil {
		return f
	}
	if i < 0 || i >= int64(len(n.branches)) {
		return broken("the union has no branch with that position")
	}
	b := &n.branches[i]
	if d.options.Unions == BareUnions || b.node.kind == avro.Null {
		return d.value(b.node)
	}
	d.out = append(d.out, b.tag...)
	if f := d.value(b.node); f != nil {
		return f.at(b.full)
	}
	d.out = append(d.out, '}')
	return nil
}

func (d *decoder) record(n *node) *fault {
	d.out = append(d.out, '{')
	for i := range n.fields {
		field := &n.fields[i]
		key := field.quoted
		if i == 0 {
			key = key[1:] // without the comma
		}
		d.out = append(d.out, key...)
		if f := d.value(field.node); f != nil {
			return f.at(field.name)
		}
	}
	d.out = append(d.out, '}')
	return nil
}

// block reads the count in front of a block of items; 0 ends them. A negative
// count stands for its absolute value and has the size of the block after it.
func (d *decoder) block() (int64, *fault) {
	count, f := d.varint()
	if f != nil || count >= 0 {
		return count, f
	}
	size, f := d.varint()
	switch {
	case f != nil:
		return 0, f
	case count == math.MinInt64 || size < 0 || size > int64(len(d.in)-d.pos):
		return 0, broken("a block of items has a size beyond the end of the data")
	}
	return -count, nil
}

// progress refuses items without end that take no bytes: without it, ten bytes
// of data could ask for 2^62 nulls.
func (d *decoder) progress(before int) *fault {
	if d.pos > before {
		return nil
	}
	d.empty++
	if d.empty > maxEmptyItems {
		return &fault{kind: TooLarge, reason: fmt.Sprintf("the record has more than %d items of no bytes", maxEmptyItems)}
	}
	return nil
}

func (d *decoder) array(n *node) *fault {
	d.out = append(d.out, '[')
	for index := int64(0); ; {
		count, f := d.block()
		if f != nil {
			return f
		}
		if count == 0 {
			break
		}
		for range count {
			if index > 0 {
				d.out = append(d.out, ',')
			}
			before := d.pos
			if f = d.value(n.elem); f == nil {
				f = d.progress(before)
			}
			if f != nil {
				return f.at(strconv.FormatInt(index, 10))
			}
			index++
		}
	}
	d.out = append(d.out, ']')
	return nil
}

func (d *decoder) mapping(n *node) *fault {
	d.out = append(d.out, '{')
	for first := true; ; {
		count, f := d.block()
		if f != nil {
			return f
		}
		if count == 0 {
			break
		}
		for range count {
			if !first {
				d.out = append(d.out, ',')
			}
			first = false
			start := len(d.out)
			if f = d.text(); f != nil { // At least one byte: its length.
				return f
			}
			end := len(d.out)
			d.out = append(d.out, ':')
			if f = d.value(n.elem); f != nil {
				return f.at(string(d.out[start+1 : end-1]))
			}
		}
	}
	d.out = append(d.out, '}')
	return nil
}
