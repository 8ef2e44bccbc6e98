package serde

import (
	"bytes"
	"encoding/base64"
	"math"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// protobufEncoder fills messages from JSON.
type protobufEncoder struct {
	codec *ProtobufCodec
	// messages is how many more the record may hold.
	messages int
}

func unfit(reason string) *fault { return &fault{kind: Mismatch, reason: reason} }

// check refuses what is not an object before the runtime looks at it.
func (e *protobufEncoder) check(v jsonx.Value) *fault {
	objects := 0
	for i := range v.Doc().Nodes() {
		if v.Doc().At(uint32(i)).Type() == jsonx.Object {
			objects++
		}
	}
	if objects > e.messages {
		return &fault{kind: TooLarge, reason: "the record holds too many messages"}
	}
	return nil
}

// canonical reads Protobuf's own mapping.
func (e *protobufEncoder) canonical(m proto.Message, text []byte) *fault {
	options := protojson.UnmarshalOptions{Resolver: e.codec.types, RecursionLimit: maxDataDepth, AllowPartial: true}
	if err := options.Unmarshal(text, m); err != nil {
		return unfit(reasonOf(err))
	}
	return nil
}

func (e *protobufEncoder) message(m protoreflect.Message, v jsonx.Value) *fault {
	md := m.Descriptor()
	if v.Type() != jsonx.Object {
		return e.wellKnown(m, v)
	}
	fields := md.Fields()
	for it := v.Iter(); it.Next(); {
		name := it.Key().Text()
		field := fieldNamed(fields, name)
		if field == nil {
			return unfit("the message " + string(md.FullName()) + " has no field of that name").at(name)
		}
		m.Clear(field) // The last of equal keys counts.
		if it.Value().Type() == jsonx.Null && !takesNull(field) {
			continue
		}
		if other := otherMember(m, field); other != nil {
			return unfit("the field " + string(other.Name()) + " of the same oneof is set already").at(name)
		}
		if f := e.field(m, field, it.Value()); f != nil {
			return f.at(name)
		}
	}
	return nil
}

// otherMember is the field that is set in the oneof that a field belongs to,
// nil when there is none: setting both would lose the first one.
func otherMember(m protoreflect.Message, field protoreflect.FieldDescriptor) protoreflect.FieldDescriptor {
	oneof := field.ContainingOneof()
	if oneof == nil {
		return nil
	}
	return m.WhichOneof(oneof)
}

// fieldNamed finds a field by its name in the file, or by its JSON name. A
// group is called by the name of its message in the file.
func fieldNamed(fields protoreflect.FieldDescriptors, name string) protoreflect.FieldDescriptor {
	if field := fields.ByTextName(name); field != nil {
		return field
	}
	if field := fields.ByName(protoreflect.Name(name)); field != nil {
		return field
	}
	return fields.ByJSONName(name)
}

// takesNull reports whether null is a value of the field, and not its absence.
func takesNull(field protoreflect.FieldDescriptor) bool {
	return field.Message() != nil && field.Message().FullName() == "google.protobuf.Value" && field.Cardinality() != protoreflect.Repeated
}

// wellKnown reads a well-known type that is not written as an object: a
// timestamp as text, a wrapper as the value in it. A timestamp without zone is
// one in UTC, as Karapace writes it.
func (e *protobufEncoder) wellKnown(m protoreflect.Message, v jsonx.Value) *fault {
	name := m.Descriptor().FullName()
	if name.Parent() != "google.protobuf" {
		return unfit("expected an object, found " + v.Type().String())
	}
	raw := v.Raw()
	if name == timestampName && v.Type() == jsonx.String {
		raw = withZone(raw)
	}
	if f := e.canonical(m.Interface(), raw); f != nil {
		return unfit("the value is no " + string(name))
	}
	return nil
}

func withZone(quoted []byte) []byte {
	text := bytes.TrimSuffix(quoted, []byte(`"`))
	_, clock, hasTime := bytes.Cut(text, []byte("T"))
	if !hasTime || bytes.ContainsAny(clock, "Zz+-") {
		return quoted
	}
	return append(bytes.Clone(text), `Z"`...)
}

func (e *protobufEncoder) field(m protoreflect.Message, field protoreflect.FieldDescriptor, v jsonx.Value) *fault {
	switch {
	case field.IsMap():
		return e.mapping(m.Mutable(field).Map(), field, v)
	case field.IsList():
		return e.list(m.Mutable(field).List(), field, v)
	case field.Message() != nil:
		return e.message(m.Mutable(field).Message(), v)
	default:
		value, f := e.scalar(field, v)
		if f == nil {
			m.Set(field, value)
		}
		return f
	}
}

func (e *protobufEncoder) list(list protoreflect.List, field protoreflect.FieldDescriptor, v jsonx.Value) *fault {
	if v.Type() != jsonx.Array {
		return unfit("expected an array, found " + v.Type().String())
	}
	i := 0
	for it := v.Iter(); it.Next(); i++ {
		if field.Message() != nil {
			if f := e.message(list.AppendMutable().Message(), it.Value()); f != nil {
				return f.at(strconv.Itoa(i))
			}
			continue
		}
		value, f := e.scalar(field, it.Value())
		if f != nil {
			return f.at(strconv.Itoa(i))
		}
		list.Append(value)
	}
	return nil
}

func (e *protobufEncoder) mapping(to protoreflect.Map, field protoreflect.FieldDescriptor, v jsonx.Value) *fault {
	if v.Type() != jsonx.Object {
		return unfit("expected an object, found " + v.Type().String())
	}
	for it := v.Iter(); it.Next(); {
		name := it.Key().Text()
		key, f := mapKey(field.MapKey(), name)
		if f != nil {
			return f.at(name)
		}
		if field.MapValue().Message() != nil {
			to.Clear(key)
			f = e.message(to.Mutable(key).Message(), it.Value())
		} else {
			var value protoreflect.Value
			if value, f = e.scalar(field.MapValue(), it.Value()); f == nil {
				to.Set(key, value)
			}
		}
		if f != nil {
			return f.at(name)
		}
	}
	return nil
}

func mapKey(field protoreflect.FieldDescriptor, text string) (protoreflect.MapKey, *fault) {
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(text).MapKey(), nil
	case protoreflect.BoolKind:
		if text != "true" && text != "false" {
			return protoreflect.MapKey{}, unfit("the key is neither true nor false")
		}
		return protoreflect.ValueOfBool(text == "true").MapKey(), nil
	default:
		value, f := integer(field.Kind(), text)
		if f != nil {
			return protoreflect.MapKey{}, f
		}
		return value.MapKey(), nil
	}
}

func (e *protobufEncoder) scalar(field protoreflect.FieldDescriptor, v jsonx.Value) (protoreflect.Value, *fault) {
	var none protoreflect.Value
	kind := field.Kind()
	switch kind {
	case protoreflect.BoolKind:
		if v.Type() != jsonx.True && v.Type() != jsonx.False {
			return none, unfit("expected a boolean, found " + v.Type().String())
		}
		return protoreflect.ValueOfBool(v.Type() == jsonx.True), nil
	case protoreflect.StringKind:
		if v.Type() != jsonx.String {
			return none, unfit("expected a string, found " + v.Type().String())
		}
		return protoreflect.ValueOfString(v.Text()), nil
	case protoreflect.BytesKind:
		return base64Value(v)
	case protoreflect.EnumKind:
		return enumValue(field.Enum(), v)
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return floating(kind, v)
	}
	switch v.Type() {
	case jsonx.Int:
		return integer(kind, string(v.Raw()))
	case jsonx.String:
		return integer(kind, v.Text())
	default:
		return none, unfit("expected an integer, found " + v.Type().String())
	}
}

// base64Value takes both alphabets, with padding or without.
func base64Value(v jsonx.Value) (protoreflect.Value, *fault) {
	if v.Type() != jsonx.String {
		return protoreflect.Value{}, unfit("expected base64, found " + v.Type().String())
	}
	text := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(v.Text(), "="))
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return protoreflect.Value{}, unfit("the string is not base64")
	}
	return protoreflect.ValueOfBytes(raw), nil
}

// enumValue takes the name as given, then in capitals, or the number.
func enumValue(ed protoreflect.EnumDescriptor, v jsonx.Value) (protoreflect.Value, *fault) {
	switch v.Type() {
	case jsonx.Int:
		n, err := strconv.ParseInt(string(v.Raw()), 10, 32)
		if err != nil || ed.IsClosed() && ed.Values().ByNumber(protoreflect.EnumNumber(n)) == nil {
			return protoreflect.Value{}, unfit("the number is no value of the enum " + string(ed.FullName()))
		}
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(n)), nil
	case jsonx.String:
		name := v.Text()
		value := ed.Values().ByName(protoreflect.Name(name))
		if value == nil {
			value = ed.Values().ByName(protoreflect.Name(strings.ToUpper(name)))
		}
		if value == nil {
			return protoreflect.Value{}, unfit("the text is no value of the enum " + string(ed.FullName()))
		}
		return protoreflect.ValueOfEnum(value.Number()), nil
	default:
		return protoreflect.Value{}, unfit("expected the name of an enum's value, found " + v.Type().String())
	}
}

func floating(kind protoreflect.Kind, v jsonx.Value) (protoreflect.Value, *fault) {
	text := ""
	switch v.Type() {
	case jsonx.Int, jsonx.Float:
		text = string(v.Raw())
	case jsonx.String:
		text = v.Text()
		if strings.ContainsAny(text, "_xXpP ") {
			text = "" // Go's own spellings
		}
	default:
		return protoreflect.Value{}, unfit("expected a number, found " + v.Type().String())
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return protoreflect.Value{}, unfit("the value is no number, or out of range")
	}
	if kind == protoreflect.DoubleKind {
		return protoreflect.ValueOfFloat64(f), nil
	}
	if math.Abs(f) > math.MaxFloat32 && !math.IsInf(f, 0) {
		return protoreflect.Value{}, unfit("the number is out of the range of float")
	}
	return protoreflect.ValueOfFloat32(float32(f)), nil
}

func integer(kind protoreflect.Kind, text string) (protoreflect.Value, *fault) {
	bits := 64
	switch kind {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind, protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		bits = 32
	}
	switch kind {
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		n, err := strconv.ParseUint(text, 10, bits)
		if err != nil {
			return protoreflect.Value{}, unfit("the value is no unsigned integer of " + strconv.Itoa(bits) + " bits")
		}
		if bits == 32 {
			return protoreflect.ValueOfUint32(uint32(n)), nil
		}
		return protoreflect.ValueOfUint64(n), nil
	}
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		return protoreflect.Value{}, unfit("the value is no integer of " + strconv.Itoa(bits) + " bits")
	}
	if bits == 32 {
		return protoreflect.ValueOfInt32(int32(n)), nil
	}
	return protoreflect.ValueOfInt64(n), nil
}
