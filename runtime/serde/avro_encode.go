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

// encoder writes one JSON document as Avro. It walks the table of the parsed
// document along the compiled schema, so each value is looked at once, except
// below a union with several candidates.
type encoder struct {
	doc     jsonx.Doc
	out     []byte
	options *AvroOptions
	limit   int
	depth   int
	steps   int
	// slots are the values of the fields of the records on the way, by field.
	slots []jsonx.Value
	text  []byte

	// trying counts the unions on the way in which a branch is being tried:
	// faults need no reason then.
	trying int
	failed map[attempt]struct{}
	// defaults marks the encoding of a schema's defaults.
	defaults bool
}

func (e *encoder) reset(dst []byte, options *AvroOptions) {
	e.out, e.options = dst, options
	e.limit = len(dst) + options.MaxBinary
	e.depth, e.trying = 0, 0
	e.steps = math.MaxInt
	e.slots = e.slots[:0]
	e.failed = nil
}

// fail makes the fault of a value that does not fit.
func (e *encoder) fail(reason string) *fault {
	if e.trying > 0 || e.defaults {
		return misfit
	}
	return &fault{kind: Mismatch, reason: reason}
}

func (e *encoder) mismatch(n *node, v jsonx.Value) *fault {
	if e.trying > 0 || e.defaults {
		return misfit
	}
	return &fault{kind: Mismatch, reason: fmt.Sprintf("%s is expected, not %s", describe(n), v.Type())}
}

// describe names a type for a message: "a value of type int".
func describe(n *node) string {
	if n.typ.Named() {
		return fmt.Sprintf("a value of the %s %s", n.kind, n.typ.FullName())
	}
	return "a value of type " + n.kind.String()
}

func (e *encoder) value(n *node, v jsonx.Value) *fault {
	e.steps--
	if e.steps < 0 || len(e.out) > e.limit {
		return &fault{kind: TooLarge, reason: "the record is too large or its unions are too ambiguous"}
	}
	switch n.kind {
	case avro.Null:
		if v.Type() != jsonx.Null {
			return e.mismatch(n, v)
		}
	case avro.Boolean:
		switch v.Type() {
		case jsonx.True:
			e.out = append(e.out, 1)
		case jsonx.False:
			e.out = append(e.out, 0)
		default:
			return e.mismatch(n, v)
		}
	case avro.Int, avro.Long:
		return e.integer(n, v)
	case avro.Float, avro.Double:
		return e.float(n, v)
	case avro.String:
		return e.str(n, v)
	case avro.Bytes, avro.Fixed:
		return e.bytes(n, v)
	case avro.Enum:
		return e.enum(n, v)
	default:
		return e.compound(n, v)
	}
	return nil
}

func (e *encoder) compound(n *node, v jsonx.Value) *fault {
	limit := maxDataDepth
	if e.defaults {
		limit = maxDefaultDepth
	}
	if e.depth >= limit {
		return &fault{kind: TooLarge, reason: fmt.Sprintf("the record is nested more than %d deep", limit)}
	}
	e.depth++
	var f *fault
	switch n.kind {
	case avro.Array:
		f = e.array(n, v)
	case avro.Map:
		f = e.mapping(n, v)
	case avro.Union:
		f = e.union(n, v)
	default:
		f = e.record(n, v)
	}
	e.depth--
	return f
}

func (e *encoder) integer(n *node, v jsonx.Value) *fault {
	var i int64
	switch v.Type() {
	case jsonx.Int:
		var ok bool
		if i, ok = v.Int64(); !ok {
			return e.fail("the number is out of the range of " + n.kind.String())
		}
	case jsonx.True:
		i = 1 // Booleans are integers in Karapace's language.
	case jsonx.False:
	case jsonx.String:
		if n.typ.Logical == avro.LogicalNone || e.defaults {
			return e.mismatch(n, v)
		}
		var reason string
		if i, reason = parseTemporal(n.typ.Logical, v.Text()); reason != "" {
			return e.fail(reason)
		}
	default:
		return e.mismatch(n, v)
	}
	if n.kind == avro.Int && i != int64(int32(i)) {
		return e.fail("the number is out of the range of int")
	}
	e.out = binary.AppendVarint(e.out, i)
	return nil
}

func (e *encoder) float(n *node, v jsonx.Value) *fault {
	var f float64
	finite := true
	switch v.Type() {
	case jsonx.Int, jsonx.Float:
		f, finite = v.Float64()
	case jsonx.True:
		f = 1
	case jsonx.False:
	case jsonx.String:
		switch {
		case v.Is("NaN"):
			f = math.NaN()
		case v.Is("Infinity"):
			f = math.Inf(1)
		case v.Is("-Infinity"):
			f = math.Inf(-1)
		default:
			return e.mismatch(n, v)
		}
	default:
		return e.mismatch(n, v)
	}
	if n.kind == avro.Double {
		if !finite {
			return e.fail("the number is out of the range of double")
		}
		e.out = binary.LittleEndian.AppendUint64(e.out, math.Float64bits(f))
		return nil
	}
	single := float32(f)
	if !finite || math.IsInf(float64(single), 0) && !math.IsInf(f, 0) {
		return e.fail("the number is out of the range of float")
	}
	e.out = binary.LittleEndian.AppendUint32(e.out, math.Float32bits(single))
	return nil
}

func (e *encoder) str(n *node, v jsonx.Value) *fault {
	if v.Type() != jsonx.String {
		return e.mismatch(n, v)
	}
	e.out = e.appendText(v)
	return nil
}

// appendText appends a string with its length.
func (e *encoder) appendText(v jsonx.Value) []byte {
	text, plain := v.Plain()
	if !plain {
		e.text = v.AppendText(e.text[:0])
		text = e.text
	}
	return append(binary.AppendVarint(e.out, int64(len(text))), text...)
}

func (e *encoder) bytes(n *node, v jsonx.Value) *fault {
	data, f := e.raw(n, v)
	if f != nil {
		return f
	}
	if n.kind == avro.Fixed {
		if len(data) != n.typ.Size {
			return e.fail(fmt.Sprintf("%d bytes are expected for %s, not %d", n.typ.Size, n.typ.FullName(), len(data)))
		}
		e.out = append(e.out, data...)
		return nil
	}
	e.out = append(binary.AppendVarint(e.out, int64(len(data))), data...)
	return nil
}

// raw returns the bytes that a JSON value stands for, valid until the next
// call.
func (e *encoder) raw(n *node, v jsonx.Value) ([]byte, *fault) {
	number := v.Type() == jsonx.Int || v.Type() == jsonx.Float
	if v.Type() != jsonx.String && !number {
		return nil, e.mismatch(n, v)
	}
	if n.typ.Logical == avro.Decimal && !e.defaults {
		digits := v.Raw()
		if !number {
			digits = v.AppendText(nil)
		}
		data, isDecimal, reason := parseDecimal(digits, n.typ)
		if isDecimal && reason != "" {
			return nil, e.fail(reason)
		}
		if isDecimal {
			return data, nil
		}
	}
	if number {
		return nil, e.mismatch(n, v)
	}
	if e.options.Bytes == Latin1 {
		return e.latin1(v)
	}
	text, plain := v.Plain()
	if !plain {
		text = v.AppendText(nil)
	}
	var err error
	if e.text, err = base64.StdEncoding.AppendDecode(e.text[:0], text); err != nil {
		return nil, e.fail("the text is not base64")
	}
	return e.text, nil
}

func (e *encoder) latin1(v jsonx.Value) ([]byte, *fault) {
	text := v.AppendText(nil)
	e.text = e.text[:0]
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r > 0xff {
			return nil, e.fail("a character above U+00FF stands for no byte")
		}
		e.text = append(e.text, byte(r))
		text = text[size:]
	}
	return e.text, nil
}

func (e *encoder) enum(n *node, v jsonx.Value) *fault {
	if v.Type() != jsonx.String {
		return e.mismatch(n, v)
	}
	i := symbolIndex(n, v)
	if i < 0 {
		return e.fail("the text is no symbol of the enum " + n.typ.FullName())
	}
	e.out = binary.AppendVarint(e.out, int64(i))
	return nil
}

func symbolIndex(n *node, v jsonx.Value) int {
	if text, plain := v.Plain(); plain {
		return n.typ.SymbolIndex(string(text))
	}
	return n.typ.SymbolIndex(v.Text())
}

func (e *encoder) array(n *node, v jsonx.Value) *fault {
	if v.Type() != jsonx.Array {
		return e.mismatch(n, v)
	}
	if v.Len() > 0 {
		e.out = binary.AppendVarint(e.out, int64(v.Len()))
		i := 0
		for it := v.Iter(); it.Next(); i++ {
			if f := e.value(n.elem, it.Value()); f != nil {
				return f.at(strconv.Itoa(i))
			}
		}
	}
	e.out = append(e.out, 0)
	return nil
}
