package protobuf

import (
	"encoding/base64"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Serialized returns the schema as a FileDescriptorProto in base64, which is
// what registries return for format=serialized and take in the place of text.
// Custom options are in it uninterpreted; comments are not. Types that are
// defined nowhere stay as they are written.
func (s *Schema) Serialized() (string, error) {
	b := builder{resolve: s.names.finder().target}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(b.file(s.file))
	if err != nil {
		return "", malformed("the schema cannot be written as a descriptor: %v", err)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

// target is what a type name means in a descriptor.
type target struct {
	full   string // without leading dot, empty when it is not known
	isEnum bool
	path   string // of the file, empty for the file itself
}

// target resolves the name of a type by the schema, then as a well-known type.
func (f *finder) target(scope, name string) target {
	if d := f.resolve(scope, name); d != nil {
		return target{full: d.full, isEnum: d.enum != nil, path: d.unit.path}
	}
	if w, ok := wellKnown(name); ok {
		return target{full: w.full, isEnum: wellKnownEnum(w.full), path: w.path}
	}
	return target{}
}

func wellKnownEnum(full string) bool {
	switch full {
	case "google.protobuf.NullValue", "google.protobuf.Syntax", "google.type.CalendarPeriod", "google.type.DayOfWeek", "google.type.Month":
		return true
	default:
		return false
	}
}

// builder makes descriptors of the model.
type builder struct {
	resolve func(scope, name string) target
	// links is set for descriptors that are linked here and now: what the
	// conversion of records does not need is left out.
	links bool
	file3 bool
	paths []string // of the types that were used
}

func (b *builder) file(f *File) *descriptorpb.FileDescriptorProto {
	b.file3 = f.proto3()
	d := &descriptorpb.FileDescriptorProto{}
	if f.Package != "" {
		d.Package = &f.Package
	}
	switch {
	case f.Edition != "":
		d.Syntax = proto.String("editions")
		d.Edition = descriptorpb.Edition(descriptorpb.Edition_value["EDITION_"+f.Edition]).Enum()
	case f.Syntax != "":
		d.Syntax = &f.Syntax
	}
	if !b.links {
		imports(d, f.Imports)
		d.Service = b.services(f)
	}
	if len(f.Options) > 0 {
		d.Options = &descriptorpb.FileOptions{}
		b.options(d.Options, f.Options)
	}
	for _, m := range f.Messages {
		d.MessageType = append(d.MessageType, b.message(m, f.Package))
	}
	for _, e := range f.Enums {
		d.EnumType = append(d.EnumType, b.enum(e))
	}
	for _, e := range f.Extends {
		fields, groups := b.extension(e, f.Package)
		d.Extension = append(d.Extension, fields...)
		d.MessageType = append(d.MessageType, groups...)
	}
	return d
}

func imports(d *descriptorpb.FileDescriptorProto, list []Import) {
	for _, i := range list {
		if i.Modifier == "option" {
			d.OptionDependency = append(d.OptionDependency, i.Path)
			continue
		}
		at := int32(len(d.Dependency))
		d.Dependency = append(d.Dependency, i.Path)
		switch i.Modifier {
		case "public":
			d.PublicDependency = append(d.PublicDependency, at)
		case "weak":
			d.WeakDependency = append(d.WeakDependency, at)
		}
	}
}

func (b *builder) message(m *Message, outer string) *descriptorpb.DescriptorProto {
	scope := dotted(outer, m.Name)
	d := &descriptorpb.DescriptorProto{Name: &m.Name, Visibility: visibility(m.Visibility)}
	if len(m.Options) > 0 {
		d.Options = &descriptorpb.MessageOptions{}
		b.options(d.Options, m.Options)
	}
	for i := range m.Fields {
		b.member(d, &m.Fields[i], scope)
	}
	b.groups(d, m.Groups, scope, nil)
	for at, o := range m.Oneofs {
		b.oneof(d, o, scope, int32(at))
	}
	b.synthetic(d)
	for _, inner := range m.Messages {
		d.NestedType = append(d.NestedType, b.message(inner, scope))
	}
	for _, e := range m.Enums {
		d.EnumType = append(d.EnumType, b.enum(e))
	}
	for _, e := range m.Extends {
		fields, groups := b.extension(e, scope)
		d.Extension = append(d.Extension, fields...)
		d.NestedType = append(d.NestedType, groups...)
	}
	b.reservations(d, m)
	return d
}

// reservations adds reserved and extension ranges, whose ends are exclusive.
func (b *builder) reservations(d *descriptorpb.DescriptorProto, m *Message) {
	for _, e := range m.Extensions {
		var options *descriptorpb.ExtensionRangeOptions
		if len(e.Options) > 0 {
			options = &descriptorpb.ExtensionRangeOptions{}
			b.options(options, e.Options)
		}
		for _, r := range e.Ranges {
			d.ExtensionRange = append(d.ExtensionRange, &descriptorpb.DescriptorProto_ExtensionRange{
				Start: number(r.From), End: number(r.To + 1), Options: options,
			})
		}
	}
	if b.links {
		return
	}
	for _, reserved := range m.Reserved {
		for _, r := range reserved.Ranges {
			if r.Name != "" {
				d.ReservedName = append(d.ReservedName, r.Name)
				continue
			}
			d.ReservedRange = append(d.ReservedRange, &descriptorpb.DescriptorProto_ReservedRange{
				Start: number(r.From), End: number(r.To + 1),
			})
		}
	}
}

// number keeps a number that no descriptor can hold out of range, whatever it
// is, so that linking refuses it.
func number(n int64) *int32 {
	return proto.Int32(int32(max(min(n, 1<<31-1), -1<<31)))
}

func visibility(v string) *descriptorpb.SymbolVisibility {
	switch v {
	case "export":
		return descriptorpb.SymbolVisibility_VISIBILITY_EXPORT.Enum()
	case "local":
		return descriptorpb.SymbolVisibility_VISIBILITY_LOCAL.Enum()
	default:
		return nil
	}
}

func (b *builder) oneof(d *descriptorpb.DescriptorProto, o *Oneof, scope string, at int32) {
	decl := &descriptorpb.OneofDescriptorProto{Name: &o.Name}
	if len(o.Options) > 0 {
		decl.Options = &descriptorpb.OneofOptions{}
		b.options(decl.Options, o.Options)
	}
	d.OneofDecl = append(d.OneofDecl, decl)
	for i := range o.Fields {
		f := b.field(&o.Fields[i], scope)
		f.OneofIndex = &at
		d.Field = append(d.Field, f)
	}
	b.groups(d, o.Groups, scope, &at)
}

func (b *builder) groups(d *descriptorpb.DescriptorProto, groups []*Group, scope string, oneof *int32) {
	for _, g := range groups {
		f, body := b.group(g, scope)
		f.OneofIndex = oneof
		d.Field = append(d.Field, f)
		d.NestedType = append(d.NestedType, body)
	}
}

func (b *builder) group(g *Group, scope string) (*descriptorpb.FieldDescriptorProto, *descriptorpb.DescriptorProto) {
	f := &descriptorpb.FieldDescriptorProto{
		Name:     proto.String(strings.ToLower(g.Body.Name)),
		Number:   number(g.Number),
		Label:    descriptorLabel(g.Label),
		Type:     descriptorpb.FieldDescriptorProto_TYPE_GROUP.Enum(),
		TypeName: proto.String("." + dotted(scope, g.Body.Name)),
	}
	if len(g.Options) > 0 {
		f.Options = &descriptorpb.FieldOptions{}
		b.options(f.Options, g.Options)
	}
	return f, b.message(g.Body, scope)
}

// synthetic puts optional fields of proto3 into oneofs of their own, after
// those that are written.
func (b *builder) synthetic(d *descriptorpb.DescriptorProto) {
	for _, f := range d.Field {
		if f.GetProto3Optional() {
			f.OneofIndex = proto.Int32(int32(len(d.OneofDecl)))
			d.OneofDecl = append(d.OneofDecl, &descriptorpb.OneofDescriptorProto{Name: proto.String("_" + f.GetName())})
		}
	}
}

func (b *builder) extension(e *Extend, scope string) (fields []*descriptorpb.FieldDescriptorProto, groups []*descriptorpb.DescriptorProto) {
	if b.links {
		return nil, nil
	}
	extendee := b.named(scope, e.Name)
	for i := range e.Fields {
		f := b.field(&e.Fields[i], scope)
		f.Extendee = &extendee
		fields = append(fields, f)
	}
	for _, g := range e.Groups {
		f, body := b.group(g, scope)
		f.Extendee = &extendee
		fields, groups = append(fields, f), append(groups, body)
	}
	return fields, groups
}

// named is the name of a message in a descriptor.
func (b *builder) named(scope, name string) string {
	t := b.resolve(scope, name)
	if t.full == "" {
		return name
	}
	b.paths = append(b.paths, t.path)
	return "." + t.full
}
