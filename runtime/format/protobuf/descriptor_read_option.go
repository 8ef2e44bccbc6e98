package protobuf

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// readOptions lists the options that are set on one of the messages that
// descriptor.proto has for them, in the order of their numbers. Options of
// extensions that nobody interpreted are last.
func readOptions(from proto.Message) []Option {
	m := from.ProtoReflect()
	if !m.IsValid() {
		return nil
	}
	return appendOptions(nil, "", m)
}

func appendOptions(options []Option, prefix string, m protoreflect.Message) []Option {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if !m.Has(field) || field.Name() == "map_entry" && prefix == "" {
			continue
		}
		name := prefix + string(field.Name())
		value := m.Get(field)
		switch {
		case field.Name() == "uninterpreted_option":
			options = appendUninterpreted(options, value.List())
		case field.IsList():
			for j := range value.List().Len() {
				options = append(options, namedOption(name, readValue(field, value.List().Get(j))))
			}
		case field.Message() != nil:
			options = appendOptions(options, name+".", value.Message())
		default:
			options = append(options, namedOption(name, readValue(field, value)))
		}
	}
	return options
}

func namedOption(name string, v Value) Option {
	return Option{Name: name, Value: v, key: name}
}

func readValue(field protoreflect.FieldDescriptor, v protoreflect.Value) Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return Value{Kind: Bool, Text: strconv.FormatBool(v.Bool())}
	case protoreflect.EnumKind:
		if e := field.Enum().Values().ByNumber(v.Enum()); e != nil {
			return Value{Kind: Ident, Text: string(e.Name())}
		}
		return Value{Kind: Number, Text: strconv.Itoa(int(v.Enum()))}
	case protoreflect.StringKind:
		return Value{Kind: String, Text: v.String()}
	case protoreflect.MessageKind:
		block := Value{Kind: Block, inner: &inner{}}
		for _, o := range appendOptions(nil, "", v.Message()) {
			block.inner.keys = append(block.inner.keys, o.Name)
			block.inner.items = append(block.inner.items, o.Value)
		}
		return block
	default:
		return Value{Kind: Number, Text: v.String()}
	}
}

func appendUninterpreted(options []Option, list protoreflect.List) []Option {
	for i := range list.Len() {
		d, ok := list.Get(i).Message().Interface().(*descriptorpb.UninterpretedOption)
		if !ok {
			continue
		}
		var name strings.Builder
		key := ""
		for j, part := range d.GetName() {
			if !isPlainWord(part.GetNamePart()) {
				return append(options, Option{Name: unreadable})
			}
			if j == 0 {
				key = part.GetNamePart()
			} else {
				name.WriteByte('.')
			}
			if part.GetIsExtension() {
				name.WriteString("(" + part.GetNamePart() + ")")
			} else {
				name.WriteString(part.GetNamePart())
			}
		}
		options = append(options, Option{Name: name.String(), Value: uninterpretedValue(d), key: key})
	}
	return options
}

func uninterpretedValue(d *descriptorpb.UninterpretedOption) Value {
	switch {
	case d.StringValue != nil:
		return Value{Kind: String, Text: strings.ToValidUTF8(string(d.GetStringValue()), "\ufffd")}
	case d.PositiveIntValue != nil:
		return Value{Kind: Number, Text: strconv.FormatUint(d.GetPositiveIntValue(), 10)}
	case d.NegativeIntValue != nil:
		return Value{Kind: Number, Text: strconv.FormatInt(d.GetNegativeIntValue(), 10)}
	case d.DoubleValue != nil:
		return Value{Kind: Number, Text: strconv.FormatFloat(d.GetDoubleValue(), 'g', -1, 64)}
	case d.AggregateValue != nil:
		return aggregate(d.GetAggregateValue())
	case isPlainWord(d.GetIdentifierValue()):
		return Value{Kind: Ident, Text: d.GetIdentifierValue()}
	default:
		return Value{Kind: Ident, Text: unreadable}
	}
}

// unreadable takes the place of what no file can hold, so that the print of
// the descriptor is refused.
const unreadable = "{"

// aggregate reads the text of a block, which stands without its braces.
func aggregate(text string) Value {
	whole := text
	if !strings.HasPrefix(text, "[") {
		whole = "{" + text + "\n}"
	}
	p := parser{scanner: scanner{text: whole}, file: &File{}, budget: newBudget(Limits{})}
	v := p.value()
	if p.peek() != 0 || p.err != nil {
		return Value{Kind: Ident, Text: unreadable}
	}
	return v
}
