package serde

import (
	"github.com/plastron-dev/plastron/runtime/format/avro"
)

// The states of working out what a missing field is written as.
const (
	notStarted uint8 = iota
	underWay
	finished
)

// Defaults may hold records whose own missing fields have defaults, so a short
// schema can describe a very long value. Beyond these bounds a default counts
// as none.
const (
	maxDefaultBytes = 1 << 20 // of all fields together
	maxDefaultDepth = 64
	maxDefaultSteps = 1_000_000
)

// fillAbsent works out, for every field of the records, what it is written as
// when it is missing: null if its type allows null (as Karapace does), else its
// default, if that is one.
func fillAbsent(nodes []*node) {
	e := &encoder{}
	e.reset(nil, &AvroOptions{Bytes: Latin1, MaxBinary: maxDefaultBytes})
	e.steps = maxDefaultSteps
	e.defaults = true
	for _, n := range nodes {
		for i := range n.fields {
			e.depth = 0
			e.absent(&n.fields[i])
		}
	}
}

// absent fills f.absent once. It is called for fields in any order: a default
// that needs another one calls it for that, and a default that needs itself
// finds it under way and is none.
func (e *encoder) absent(f *field) {
	if f.state != notStarted {
		return
	}
	f.state = underWay
	switch {
	case f.node.kind == avro.Null:
		f.hasAbsent = true
	case f.node.nullAt >= 0:
		f.absent, f.hasAbsent = f.node.branches[f.node.nullAt].prefix, true
	case f.def.Valid():
		start := len(e.out)
		if e.value(f.node, f.def) == nil {
			f.absent = append([]byte(nil), e.out[start:]...)
			f.hasAbsent = true
			e.limit -= len(f.absent)
		}
		e.out = e.out[:start]
	}
	f.state = finished
}
