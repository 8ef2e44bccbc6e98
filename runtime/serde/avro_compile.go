package serde

import (
	"encoding/binary"

	"github.com/plastron-dev/plastron/runtime/format/avro"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// node is a type prepared for both directions: names quoted, branches with
// their prefix, missing fields with the bytes that stand for them.
type node struct {
	typ      *avro.Type
	kind     avro.TypeKind
	fields   []field
	symbols  [][]byte // as JSON
	elem     *node
	branches []branch
	nullAt   int // position of null in a union, or -1
}

type field struct {
	name   string
	quoted []byte // ,"name":
	node   *node

	// absent is what a missing field is written as when hasAbsent.
	absent    []byte
	hasAbsent bool
	state     uint8 // of working out absent
	def       jsonx.Value
}

type branch struct {
	node        *node
	short, full string
	tag         []byte // {"name":
	prefix      []byte // the position as it stands in binary data
}

// compile prepares a schema. It works from a queue, not by recursion: a chain
// of named types may be longer than any nesting of the text.
func compile(root *avro.Type) *node {
	c := compiler{known: map[*avro.Type]*node{}}
	n := c.node(root)
	for len(c.queue) > 0 {
		next := c.queue[len(c.queue)-1]
		c.queue = c.queue[:len(c.queue)-1]
		c.fill(next)
		c.records = append(c.records, next)
	}
	fillAbsent(c.records)
	return n
}

type compiler struct {
	known   map[*avro.Type]*node
	queue   []*node
	records []*node
}

func (c *compiler) node(t *avro.Type) *node {
	if n, ok := c.known[t]; ok {
		return n
	}
	n := &node{typ: t, kind: t.Kind, nullAt: -1}
	c.known[t] = n
	c.queue = append(c.queue, n)
	return n
}

func (c *compiler) fill(n *node) {
	switch t := n.typ; t.Kind {
	case avro.Record:
		n.fields = make([]field, len(t.Fields))
		for i := range t.Fields {
			f := &t.Fields[i]
			quoted := append(jsonx.AppendQuoted([]byte{','}, f.Name), ':')
			n.fields[i] = field{name: f.Name, quoted: quoted, node: c.node(f.Type), def: f.Default}
		}
	case avro.Enum:
		n.symbols = make([][]byte, len(t.Symbols))
		for i, symbol := range t.Symbols {
			n.symbols[i] = jsonx.AppendQuoted(nil, symbol)
		}
	case avro.Array, avro.Map:
		n.elem = c.node(t.Elem)
	case avro.Union:
		n.branches = make([]branch, len(t.Branches))
		for i, b := range t.Branches {
			if b.Kind == avro.Null {
				n.nullAt = i
			}
			short, full := tagNames(b)
			n.branches[i] = branch{
				node:   c.node(b),
				short:  short,
				full:   full,
				tag:    append(jsonx.AppendQuoted([]byte{'{'}, full), ':'),
				prefix: binary.AppendVarint(nil, int64(i)),
			}
		}
	}
}

func tagNames(t *avro.Type) (short, full string) {
	if t.Named() {
		return t.Short, t.FullName()
	}
	return t.Kind.String(), t.Kind.String()
}
