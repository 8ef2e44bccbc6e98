package jsonx

import (
	"errors"
	"strconv"
)

// Type is the type of a JSON value. Numbers are two types, because canonical
// text and record codecs tell them apart: a number is Float exactly when its
// text has a point or an exponent.
type Type uint8

// The types of values.
const (
	Null Type = iota
	False
	True
	Int
	Float
	String
	Array
	Object
)

// String names the type for a message: "an object", "a number".
func (t Type) String() string {
	switch t {
	case Null:
		return "null"
	case False, True:
		return "a boolean"
	case Int, Float:
		return "a number"
	case String:
		return "a string"
	case Array:
		return "an array"
	default:
		return "an object"
	}
}

// Value is one value of a document: two words, passed by value. The zero Value
// is no value at all; its Valid is false and nothing else may be asked.
type Value struct {
	doc *Doc
	at  uint32
}

// Valid reports whether v is a value of a document.
func (v Value) Valid() bool { return v.doc != nil }

// Type returns the type of the value.
func (v Value) Type() Type { return v.doc.nodes[v.at].kind }

// Index is the place of the value in its document's table, different for each
// value of the document.
func (v Value) Index() uint32 { return v.at }

// Doc returns the document of the value.
func (v Value) Doc() *Doc { return v.doc }

// At returns the value with an Index that came from the same document.
func (d *Doc) At(index uint32) Value { return Value{doc: d, at: index} }

// Len returns the number of elements of an array or of members of an object,
// duplicate keys counted each.
func (v Value) Len() int { return int(v.doc.nodes[v.at].count) }

// Raw returns the text of the value as it stands in the document. The caller
// must not change it.
func (v Value) Raw() []byte {
	n := &v.doc.nodes[v.at]
	return v.doc.src[n.start:n.end]
}

// Offset returns the position of the value in the text, in bytes.
func (v Value) Offset() int { return int(v.doc.nodes[v.at].start) }

// Position returns line and column of the value, both counted from 1.
func (v Value) Position() (line, column int) {
	e := newError(Syntax, v.doc.src, v.Offset(), "")
	return e.Line, e.Column
}

// Plain returns the text of a string that contains no escape, without a copy,
// and false for other strings.
func (v Value) Plain() ([]byte, bool) {
	n := &v.doc.nodes[v.at]
	if n.flag&flagEscaped != 0 {
		return nil, false
	}
	return v.doc.src[n.start+1 : n.end-1], true
}

// AppendText appends the text of a string.
func (v Value) AppendText(dst []byte) []byte {
	n := &v.doc.nodes[v.at]
	body := v.doc.src[n.start+1 : n.end-1]
	if n.flag&flagEscaped == 0 {
		return append(dst, body...)
	}
	return appendUnescaped(dst, body)
}

// Text returns the text of a string.
func (v Value) Text() string {
	b, plain := v.Plain()
	if !plain {
		return string(v.AppendText(nil))
	}
	if v.doc.text != "" {
		n := &v.doc.nodes[v.at]
		return v.doc.text[n.start+1 : n.end-1]
	}
	if word := keyword(b); word != "" {
		return word
	}
	return string(b)
}

// keyword returns the words that make up half of an Avro schema, so that they
// need not be copied, and the empty text for all others.
func keyword(b []byte) string {
	switch string(b) {
	case "type":
		return "type"
	case "name":
		return "name"
	case "null":
		return "null"
	case "string":
		return "string"
	case "default":
		return "default"
	case "doc":
		return "doc"
	case "int":
		return "int"
	case "long":
		return "long"
	case "double":
		return "double"
	case "boolean":
		return "boolean"
	case "record":
		return "record"
	case "fields":
		return "fields"
	case "items":
		return "items"
	case "array":
		return "array"
	case "namespace":
		return "namespace"
	case "logicalType":
		return "logicalType"
	default:
		return ""
	}
}

// Is reports whether v is a string with that text, without allocating.
func (v Value) Is(text string) bool {
	if v.Type() != String {
		return false
	}
	if b, ok := v.Plain(); ok {
		return string(b) == text
	}
	return v.Text() == text
}

// Int64 returns an integer. It reports false for fractions, exponents and
// numbers beyond 64 bits.
func (v Value) Int64() (int64, bool) {
	if v.Type() != Int {
		return 0, false
	}
	raw := v.Raw()
	if len(raw) >= 19 {
		n, err := strconv.ParseInt(string(raw), 10, 64)
		return n, err == nil
	}
	negative := raw[0] == '-'
	if negative {
		raw = raw[1:]
	}
	var n int64
	for _, c := range raw {
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// Float64 returns a number as the nearest double, and false when v is not a
// number or no finite double is near.
func (v Value) Float64() (float64, bool) {
	if t := v.Type(); t != Int && t != Float {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v.Raw()), 64)
	return f, err == nil || !errors.Is(err, strconv.ErrRange)
}

// Iter walks the elements of an array or the members of an object.
//
//	for it := v.Iter(); it.Next(); {
//		it.Key()   // objects only
//		it.Value()
//	}
type Iter struct {
	doc      *Doc
	key, at  uint32
	end      uint32
	next     uint32
	isObject bool
}

// Iter returns an iterator in front of the first element; for a scalar it ends
// at once.
func (v Value) Iter() Iter {
	n := &v.doc.nodes[v.at]
	return Iter{doc: v.doc, next: v.at + 1, end: n.next, isObject: n.kind == Object}
}

// Next steps to the next element and reports whether there is one.
func (it *Iter) Next() bool {
	if it.next >= it.end {
		return false
	}
	it.at = it.next
	if it.isObject {
		it.key = it.next
		it.at++
	}
	it.next = it.doc.nodes[it.at].next
	return true
}

// Key returns the key of the current member, a string value.
func (it *Iter) Key() Value { return Value{doc: it.doc, at: it.key} }

// Value returns the current element or the value of the current member.
func (it *Iter) Value() Value { return Value{doc: it.doc, at: it.at} }

// Get returns the member of an object with that key, the last one when the key
// stands there more than once. Each call walks the object.
func (v Value) Get(key string) (Value, bool) {
	var found Value
	if v.Type() != Object {
		return found, false
	}
	for it := v.Iter(); it.Next(); {
		if it.Key().Is(key) {
			found = it.Value()
		}
	}
	return found, found.Valid()
}

// Nodes returns how many values the document holds, keys included.
func (d *Doc) Nodes() int { return len(d.nodes) }
