package protobuf

import (
	"math"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// options sets options by name on one of the messages that descriptor.proto
// has for them. What it does not know (custom options, and values of another
// type) is kept uninterpreted, or left out of descriptors that are linked.
func (b *builder) options(to proto.Message, options []Option) {
	m := to.ProtoReflect()
	var uninterpreted protoreflect.List
	for _, o := range options {
		if !strings.Contains(o.Name, "(") && setOption(m, strings.Split(o.Name, "."), o.Value) {
			continue
		}
		if b.links {
			continue
		}
		if uninterpreted == nil {
			uninterpreted = m.Mutable(m.Descriptor().Fields().ByName("uninterpreted_option")).List()
		}
		uninterpreted.Append(protoreflect.ValueOfMessage(uninterpretedOption(o).ProtoReflect()))
	}
}

func setOption(m protoreflect.Message, path []string, v Value) bool {
	field := m.Descriptor().Fields().ByName(protoreflect.Name(path[0]))
	switch {
	case field == nil || field.Name() == "uninterpreted_option" || field.IsMap():
		return false
	case len(path) > 1:
		return field.Message() != nil && !field.IsList() && setOption(m.Mutable(field).Message(), path[1:], v)
	case field.IsList():
		return appendOption(m.Mutable(field).List(), field, v)
	case field.Message() != nil:
		return v.Kind == Block && setBlock(m.Mutable(field).Message(), v)
	}
	value, ok := scalarOption(field, v)
	if ok {
		m.Set(field, value)
	}
	return ok
}

func setBlock(m protoreflect.Message, v Value) bool {
	for i, key := range v.inner.keys {
		if !setOption(m, []string{key}, v.inner.items[i]) {
			return false
		}
	}
	return true
}

func appendOption(list protoreflect.List, field protoreflect.FieldDescriptor, v Value) bool {
	if v.Kind == List {
		for _, item := range v.items() {
			if item.Kind == List || !appendOption(list, field, item) {
				return false
			}
		}
		return true
	}
	if field.Message() != nil {
		if v.Kind != Block {
			return false
		}
		element := list.NewElement()
		ok := setBlock(element.Message(), v)
		list.Append(element)
		return ok
	}
	value, ok := scalarOption(field, v)
	if ok {
		list.Append(value)
	}
	return ok
}

func scalarOption(field protoreflect.FieldDescriptor, v Value) (protoreflect.Value, bool) {
	switch field.Kind() {
	case protoreflect.BoolKind:
		// Karapace's print has quotes around every value in a block.
		return protoreflect.ValueOfBool(v.Text == "true"), v.Text == "true" || v.Text == "false"
	case protoreflect.EnumKind:
		value := field.Enum().Values().ByName(protoreflect.Name(v.Text))
		if value == nil {
			return protoreflect.Value{}, false
		}
		return protoreflect.ValueOfEnum(value.Number()), true
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(v.Text), v.Kind == String
	case protoreflect.Int32Kind:
		n, err := strconv.ParseInt(v.Text, 0, 32)
		return protoreflect.ValueOfInt32(int32(n)), err == nil
	default:
		return protoreflect.Value{}, false
	}
}

func uninterpretedOption(o Option) *descriptorpb.UninterpretedOption {
	d := &descriptorpb.UninterpretedOption{Name: nameParts(o.Name)}
	text := o.Value.Text
	switch o.Value.Kind {
	case String:
		d.StringValue = []byte(text)
	case Number:
		numberOption(d, text)
	case Block, List:
		p := printer{dialect: confluent, bol: true}
		if o.Value.Kind == Block {
			p.block(o.Value)
		} else {
			p.list(o.Value)
		}
		d.AggregateValue = proto.String(strings.TrimRight(p.result(), "\n"))
	default:
		d.IdentifierValue = &text
	}
	return d
}

func numberOption(d *descriptorpb.UninterpretedOption, text string) {
	if n, err := strconv.ParseUint(text, 0, 64); err == nil {
		d.PositiveIntValue = &n
	} else if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		d.NegativeIntValue = &n
	} else if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(f) {
		d.DoubleValue = &f
	} else {
		d.IdentifierValue = &text
	}
}

// nameParts splits "(pkg.custom).field" at the points outside of parentheses.
func nameParts(name string) []*descriptorpb.UninterpretedOption_NamePart {
	var parts []*descriptorpb.UninterpretedOption_NamePart
	for name != "" {
		var part string
		custom := strings.HasPrefix(name, "(")
		if custom {
			part, name, _ = strings.Cut(name[1:], ")")
			name = strings.TrimPrefix(name, ".")
		} else {
			part, name, _ = strings.Cut(name, ".")
		}
		parts = append(parts, &descriptorpb.UninterpretedOption_NamePart{NamePart: &part, IsExtension: proto.Bool(custom)})
	}
	return parts
}
