package protobuf

import (
	"math"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

func descriptorLabel(l Label) *descriptorpb.FieldDescriptorProto_Label {
	switch l {
	case Required:
		return descriptorpb.FieldDescriptorProto_LABEL_REQUIRED.Enum()
	case Repeated:
		return descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	default:
		return descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()
	}
}

// member adds a field to a message; a map brings the message of its entries.
func (b *builder) member(d *descriptorpb.DescriptorProto, f *Field, scope string) {
	out := b.field(f, scope)
	if f.IsMap() {
		entry := b.entry(f, scope)
		d.NestedType = append(d.NestedType, entry)
		out.Label = descriptorLabel(Repeated)
		out.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
		out.TypeName = proto.String("." + dotted(scope, entry.GetName()))
	}
	out.Proto3Optional = nil
	if f.Label == Optional && b.file3 {
		out.Proto3Optional = proto.Bool(true)
	}
	d.Field = append(d.Field, out)
}

func (b *builder) entry(f *Field, scope string) *descriptorpb.DescriptorProto {
	key := &Field{Name: "key", Type: f.Key, Number: 1}
	value := &Field{Name: "value", Type: f.Type, Number: 2}
	return &descriptorpb.DescriptorProto{
		Name:    proto.String(entryName(f.Name)),
		Field:   []*descriptorpb.FieldDescriptorProto{b.field(key, scope), b.field(value, scope)},
		Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)},
	}
}

// entryName is the name that protoc gives to the message of a map's entries.
func entryName(field string) string {
	name := []byte(defaultJSONName(field))
	if len(name) > 0 && name[0] >= 'a' && name[0] <= 'z' {
		name[0] -= 'a' - 'A'
	}
	return string(name) + "Entry"
}

func (b *builder) field(f *Field, scope string) *descriptorpb.FieldDescriptorProto {
	d := &descriptorpb.FieldDescriptorProto{Name: &f.Name, Number: number(f.Number), Label: descriptorLabel(f.Label)}
	if !f.IsMap() {
		b.fieldType(d, f.Type, scope)
	}
	if f.more == nil {
		return d
	}
	if f.more.jsonName != "" {
		d.JsonName = &f.more.jsonName
	}
	if f.more.hasDefault {
		d.DefaultValue = proto.String(descriptorDefault(f))
	}
	if len(f.more.options) > 0 {
		d.Options = &descriptorpb.FieldOptions{}
		b.options(d.Options, f.more.options)
	}
	return d
}

func (b *builder) fieldType(d *descriptorpb.FieldDescriptorProto, name, scope string) {
	if isScalar(name) {
		kind := descriptorpb.FieldDescriptorProto_Type_value["TYPE_"+strings.ToUpper(name)]
		d.Type = descriptorpb.FieldDescriptorProto_Type(kind).Enum()
		return
	}
	t := b.resolve(scope, name)
	switch {
	case t.full == "":
		d.TypeName = &name
		return
	case t.isEnum:
		d.Type = descriptorpb.FieldDescriptorProto_TYPE_ENUM.Enum()
	default:
		d.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
	}
	d.TypeName = proto.String("." + t.full)
	b.paths = append(b.paths, t.path)
}

// decimalText is a number of 32 or 64 bits as protoc writes it: with 6 or 15
// digits if they are enough to read the same number again, else with 9 or 17.
func decimalText(n float64, bits int) string {
	few, all := 15, 17
	if bits == 32 {
		few, all = 6, 9
		n = float64(float32(n))
	}
	if math.IsInf(n, 0) {
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(n, 'g', few, bits)), "+")
	}
	text := strconv.FormatFloat(n, 'g', few, 64)
	if again, err := strconv.ParseFloat(text, bits); err != nil || again != n {
		return strconv.FormatFloat(n, 'g', all, 64)
	}
	return text
}

// descriptorDefault is the text of a default in a descriptor, where bytes are
// escaped and numbers have one form.
func descriptorDefault(f *Field) string {
	text := f.more.value.Text
	switch kind := scalarKind(f.Type); kind {
	case bytes:
		if f.Type == "bytes" {
			return quoteWith(text, "\"'\\")
		}
	case float, double:
		if n, err := strconv.ParseFloat(text, 64); err == nil && !math.IsInf(n, 0) && !math.IsNaN(n) {
			bits := 64
			if kind == float {
				bits = 32
			}
			return decimalText(n, bits)
		}
	case notScalar:
	default:
		if n, err := strconv.ParseInt(text, 0, 64); err == nil {
			return strconv.FormatInt(n, 10)
		}
		if n, err := strconv.ParseUint(text, 0, 64); err == nil {
			return strconv.FormatUint(n, 10)
		}
	}
	return text
}

func (b *builder) enum(e *Enum) *descriptorpb.EnumDescriptorProto {
	d := &descriptorpb.EnumDescriptorProto{Name: &e.Name, Visibility: visibility(e.Visibility)}
	if len(e.Options) > 0 {
		d.Options = &descriptorpb.EnumOptions{}
		b.options(d.Options, e.Options)
	}
	for i := range e.Values {
		v := &e.Values[i]
		out := &descriptorpb.EnumValueDescriptorProto{Name: &v.Name, Number: number(v.Number)}
		if len(v.Options) > 0 {
			out.Options = &descriptorpb.EnumValueOptions{}
			b.options(out.Options, v.Options)
		}
		d.Value = append(d.Value, out)
	}
	for _, reserved := range e.Reserved {
		for _, r := range reserved.Ranges {
			if r.Name != "" {
				d.ReservedName = append(d.ReservedName, r.Name)
				continue
			}
			d.ReservedRange = append(d.ReservedRange, &descriptorpb.EnumDescriptorProto_EnumReservedRange{
				Start: number(r.From), End: number(r.To),
			})
		}
	}
	return d
}

func (b *builder) services(f *File) []*descriptorpb.ServiceDescriptorProto {
	var list []*descriptorpb.ServiceDescriptorProto
	for _, s := range f.Services {
		d := &descriptorpb.ServiceDescriptorProto{Name: &s.Name}
		if len(s.Options) > 0 {
			d.Options = &descriptorpb.ServiceOptions{}
			b.options(d.Options, s.Options)
		}
		for i := range s.Methods {
			d.Method = append(d.Method, b.method(&s.Methods[i], f.Package))
		}
		list = append(list, d)
	}
	return list
}

func (b *builder) method(m *Method, scope string) *descriptorpb.MethodDescriptorProto {
	d := &descriptorpb.MethodDescriptorProto{
		Name:       &m.Name,
		InputType:  proto.String(b.named(scope, m.Request)),
		OutputType: proto.String(b.named(scope, m.Response)),
	}
	if m.RequestStreams {
		d.ClientStreaming = proto.Bool(true)
	}
	if m.ResponseStreams {
		d.ServerStreaming = proto.Bool(true)
	}
	if len(m.Options) > 0 {
		d.Options = &descriptorpb.MethodOptions{}
		b.options(d.Options, m.Options)
	}
	return d
}
