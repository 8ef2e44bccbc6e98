package serde

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// protobufDecoder writes messages as Karapace does.
type protobufDecoder struct {
	out   []byte
	limit int
}

func (d *protobufDecoder) room() *fault {
	if len(d.out) > d.limit {
		return &fault{kind: TooLarge, reason: "the JSON of the record is too large"}
	}
	return nil
}

const timestampName = "google.protobuf.Timestamp"

func (d *protobufDecoder) message(m protoreflect.Message) *fault {
	if m.Descriptor().FullName() == timestampName {
		return d.timestamp(m)
	}
	fields := m.Descriptor().Fields()
	d.out = append(d.out, '{')
	first := true
	for i := range fields.Len() {
		field := fields.Get(i)
		if !m.Has(field) && !hasDefault(field) {
			continue
		}
		if !first {
			d.out = append(d.out, ',')
		}
		first = false
		d.out = jsonx.AppendQuoted(d.out, string(field.TextName()))
		d.out = append(d.out, ':')
		if f := d.field(field, m.Get(field)); f != nil {
			return f.at(field.TextName())
		}
	}
	d.out = append(d.out, '}')
	return d.room()
}

// hasDefault reports whether a field that is not set is written: all but
// messages and members of oneofs, which optional fields of proto3 are too.
func hasDefault(field protoreflect.FieldDescriptor) bool {
	return field.IsList() || field.IsMap() || field.Message() == nil && field.ContainingOneof() == nil
}

func (d *protobufDecoder) field(field protoreflect.FieldDescriptor, v protoreflect.Value) *fault {
	switch {
	case field.IsMap():
		return d.mapping(field, v.Map())
	case field.IsList():
		d.out = append(d.out, '[')
		list := v.List()
		for i := range list.Len() {
			if i > 0 {
				d.out = append(d.out, ',')
			}
			if f := d.value(field, list.Get(i)); f != nil {
				return f.at(strconv.Itoa(i))
			}
		}
		d.out = append(d.out, ']')
		return d.room()
	default:
		return d.value(field, v)
	}
}

// mapping writes entries sorted by key, since the runtime does not keep their
// order.
func (d *protobufDecoder) mapping(field protoreflect.FieldDescriptor, m protoreflect.Map) *fault {
	keys := make([]protoreflect.MapKey, 0, m.Len())
	for k := range m.Range {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareKeys)
	d.out = append(d.out, '{')
	for i, k := range keys {
		if i > 0 {
			d.out = append(d.out, ',')
		}
		d.out = jsonx.AppendQuoted(d.out, k.String())
		d.out = append(d.out, ':')
		if f := d.value(field.MapValue(), m.Get(k)); f != nil {
			return f.at(k.String())
		}
	}
	d.out = append(d.out, '}')
	return d.room()
}

func compareKeys(a, b protoreflect.MapKey) int {
	switch x := a.Interface().(type) {
	case int32, int64:
		return cmp.Compare(a.Int(), b.Int())
	case uint32, uint64:
		return cmp.Compare(a.Uint(), b.Uint())
	case bool:
		return cmp.Compare(strconv.FormatBool(x), b.String())
	default:
		return cmp.Compare(a.String(), b.String())
	}
}

func (d *protobufDecoder) value(field protoreflect.FieldDescriptor, v protoreflect.Value) *fault {
	switch field.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return d.message(v.Message())
	case protoreflect.BoolKind:
		d.out = strconv.AppendBool(d.out, v.Bool())
	case protoreflect.StringKind:
		d.out = jsonx.AppendQuoted(d.out, v.String())
	case protoreflect.BytesKind:
		d.out = append(d.out, '"')
		d.out = base64.StdEncoding.AppendEncode(d.out, v.Bytes())
		d.out = append(d.out, '"')
	case protoreflect.EnumKind:
		if value := field.Enum().Values().ByNumber(v.Enum()); value != nil {
			d.out = jsonx.AppendQuoted(d.out, string(value.Name()))
		} else {
			d.out = strconv.AppendInt(d.out, int64(v.Enum()), 10)
		}
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		d.float(v.Float())
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		d.out = strconv.AppendUint(d.out, v.Uint(), 10)
	default:
		d.out = strconv.AppendInt(d.out, v.Int(), 10)
	}
	return d.room()
}

// float writes what JSON has no numbers for as the words of Protobuf's mapping.
func (d *protobufDecoder) float(f float64) {
	switch {
	case math.IsNaN(f):
		d.out = append(d.out, `"NaN"`...)
	case math.IsInf(f, 1):
		d.out = append(d.out, `"Infinity"`...)
	case math.IsInf(f, -1):
		d.out = append(d.out, `"-Infinity"`...)
	default:
		d.out = jsonx.AppendFloat(d.out, f)
	}
}

// timestamp writes ISO 8601 without zone, with microseconds if there are any.
func (d *protobufDecoder) timestamp(m protoreflect.Message) *fault {
	fields := m.Descriptor().Fields()
	seconds, nanos := m.Get(fields.ByNumber(1)).Int(), m.Get(fields.ByNumber(2)).Int()
	t := time.Unix(seconds, 0).UTC()
	if t.Year() < 1 || t.Year() > 9999 || nanos < 0 || nanos >= int64(time.Second) {
		return broken(fmt.Sprintf("%d seconds and %d nanoseconds are no timestamp", seconds, nanos))
	}
	d.out = append(d.out, '"')
	d.out = t.AppendFormat(d.out, "2006-01-02T15:04:05")
	if micros := nanos / int64(time.Microsecond); micros > 0 {
		d.out = fmt.Appendf(d.out, ".%06d", micros)
	}
	d.out = append(d.out, '"')
	return nil
}
