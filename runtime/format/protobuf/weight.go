package protobuf

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Weight bounds what binary data of a message may become in memory. It is
// asked before the data is unmarshalled: an empty message takes two bytes and
// hundreds once it is an object.
type Weight struct {
	// Nodes is what may be spent: 1 for a scalar, Message for a message and 1
	// more for each field that its type declares, since all of them may be
	// printed.
	Nodes, Message int
	// Depth is how deep messages may be nested.
	Depth int
}

// Take reports whether data of the message fits, and spends what it costs.
// Malformed data is not this function's concern: what it cannot walk, it
// leaves to the one who unmarshals.
func (w *Weight) Take(data []byte, md protoreflect.MessageDescriptor) bool {
	fields := md.Fields()
	w.Nodes -= w.Message + fields.Len()
	if w.Depth < 0 {
		return false
	}
	for len(data) > 0 && w.Nodes >= 0 {
		number, wire, n := protowire.ConsumeTag(data)
		if n < 0 {
			return true
		}
		size := protowire.ConsumeFieldValue(number, wire, data[n:])
		if size < 0 {
			return true
		}
		value := data[n : n+size]
		data = data[n+size:]
		w.Nodes--
		if field := fields.ByNumber(number); field != nil && !w.inside(field, wire, value) {
			return false
		}
	}
	return w.Nodes >= 0
}

func (w *Weight) inside(field protoreflect.FieldDescriptor, wire protowire.Type, value []byte) bool {
	switch {
	case wire == protowire.StartGroupType:
		// The end of a group is found by reading it, at each depth again.
		w.Nodes -= len(value) / 16
		inner, n := protowire.ConsumeGroup(field.Number(), value)
		if n < 0 {
			return true
		}
		value = inner
	case wire == protowire.BytesType:
		value, _ = protowire.ConsumeBytes(value)
	default:
		return true
	}
	if inner := field.Message(); inner != nil {
		w.Depth--
		ok := w.Take(value, inner)
		w.Depth++
		return ok
	}
	if field.IsList() && field.Kind() != protoreflect.StringKind && field.Kind() != protoreflect.BytesKind {
		w.Nodes -= len(value) / packedSize(field.Kind())
	}
	return w.Nodes >= 0
}

// packedSize is the least size of an element of a packed list.
func packedSize(k protoreflect.Kind) int {
	switch k {
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind, protoreflect.FloatKind:
		return 4
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind, protoreflect.DoubleKind:
		return 8
	default:
		return 1
	}
}
