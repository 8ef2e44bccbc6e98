package protobuf

import (
	"encoding/base64"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// parseAny reads a text or, if the whole of it is base64, a descriptor. That
// is Karapace's order: a text that is base64 by accident is not looked at as
// a .proto file.
func parseAny(text string, limits Limits, b *budget) (*File, error) {
	raw, ok := fromBase64(text, limits)
	if !ok {
		return parseText(text, limits, b)
	}
	source, err := descriptorText(raw, b)
	if err != nil {
		return nil, err
	}
	// What a descriptor holds need not be what a file can hold; reading the
	// print tells.
	f, err := parseText(source, Limits{}, b)
	if err != nil {
		return nil, caused("the descriptor is no .proto file", err)
	}
	return f, nil
}

func fromBase64(text string, limits Limits) ([]byte, bool) {
	if text == "" || len(text)%4 != 0 || limits.MaxBytes > 0 && len(text) > limits.MaxBytes {
		return nil, false
	}
	for i := range len(text) {
		c := text[i]
		if c == '_' || c == '-' || c == '.' || !isWord(c) && c != '+' && c != '/' && c != '=' {
			return nil, false
		}
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	return raw, err == nil
}

func descriptorText(raw []byte, b *budget) (string, error) {
	d := &descriptorpb.FileDescriptorProto{}
	weight := Weight{Nodes: 2 * b.nodes, Message: messageCost, Depth: b.depth}
	if !weight.Take(raw, d.ProtoReflect().Descriptor()) {
		return "", tooLarge("the descriptor declares more than is allowed, or is nested too deep")
	}
	if err := proto.Unmarshal(raw, d); err != nil {
		return "", caused("the text is base64 but no serialized FileDescriptorProto", err)
	}
	r := reader{proto3: d.GetSyntax() == "proto3", editions: d.GetSyntax() == "editions"}
	f := r.file(d)
	if r.err != nil {
		return "", r.err
	}
	source, ok := printFile(f, confluent)
	if !ok {
		return "", tooLarge("the text of the descriptor is longer than %d bytes", maxPrint)
	}
	return source, nil
}

// reader makes the model of a descriptor, with maps, groups and optional
// fields as they are written in a file.
type reader struct {
	proto3, editions bool
	// at is the message that is being read.
	at  string
	err *Error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = malformed(format, args...).at(r.at)
	}
}

// word returns a name, which must be one: the print is read again, and what is
// no name could be anything there.
func (r *reader) word(name, what string) string {
	if !isPlainWord(name) {
		r.fail("the descriptor has %s that is no name: %.60q", what, name)
	}
	return name
}

func (r *reader) file(d *descriptorpb.FileDescriptorProto) *File {
	f := &File{Package: d.GetPackage(), Syntax: d.GetSyntax()}
	if r.editions {
		f.Syntax = ""
		f.Edition = strings.TrimPrefix(d.GetEdition().String(), "EDITION_")
	}
	if f.Package != "" {
		r.word(f.Package, "a package")
	}
	if len(f.Package) > maxPackage {
		r.fail("the name of the package is longer than %d", maxPackage)
	}
	modifiers := map[int32]string{}
	for _, i := range d.GetWeakDependency() {
		modifiers[i] = "weak"
	}
	for _, i := range d.GetPublicDependency() {
		modifiers[i] = "public"
	}
	for i, path := range d.GetDependency() {
		f.Imports = append(f.Imports, Import{Path: path, Modifier: modifiers[int32(i)]})
	}
	for _, path := range d.GetOptionDependency() {
		f.Imports = append(f.Imports, Import{Path: path, Modifier: "option"})
	}
	f.Options = readOptions(d.GetOptions())
	used := map[string]struct{}{}
	groups := groupBodies(d.GetMessageType(), d.GetExtension(), d.GetPackage())
	f.Extends = r.extends(d.GetExtension(), groups, d.GetPackage(), used)
	for _, m := range d.GetMessageType() {
		if _, body := used[m.GetName()]; !body {
			f.Messages = append(f.Messages, r.message(m, d.GetPackage()))
		}
	}
	for _, e := range d.GetEnumType() {
		f.Enums = append(f.Enums, r.enum(e))
	}
	for _, s := range d.GetService() {
		f.Services = append(f.Services, r.service(s))
	}
	return f
}

// groupBodies indexes the messages that may be bodies of groups: those of the
// scope in which fields of type group are declared.
func groupBodies(messages []*descriptorpb.DescriptorProto, fields []*descriptorpb.FieldDescriptorProto, scope string) map[string]*descriptorpb.DescriptorProto {
	isGroup := func(f *descriptorpb.FieldDescriptorProto) bool {
		return f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_GROUP
	}
	if !slices.ContainsFunc(fields, isGroup) {
		return nil
	}
	bodies := make(map[string]*descriptorpb.DescriptorProto, len(messages))
	for _, m := range messages {
		bodies["."+dotted(scope, m.GetName())] = m
	}
	return bodies
}

func (r *reader) message(d *descriptorpb.DescriptorProto, outer string) *Message {
	scope := dotted(outer, d.GetName())
	r.at = scope
	m := &Message{Name: r.word(d.GetName(), "a message"), Visibility: readVisibility(d.GetVisibility()), Options: readOptions(d.GetOptions())}
	all := slices.Concat(d.GetField(), d.GetExtension())
	bodies := groupBodies(d.GetNestedType(), all, scope)
	used := map[string]struct{}{} // nested messages that are part of a field
	r.members(m, d, bodies, scope, used)
	m.Extends = r.extends(d.GetExtension(), bodies, scope, used)
	for _, inner := range d.GetNestedType() {
		if _, part := used[inner.GetName()]; !part {
			m.Messages = append(m.Messages, r.message(inner, scope))
		}
	}
	for _, e := range d.GetEnumType() {
		m.Enums = append(m.Enums, r.enum(e))
	}
	for _, e := range d.GetExtensionRange() {
		m.Extensions = append(m.Extensions, Extensions{
			Ranges:  []Range{readRange(int64(e.GetStart()), int64(e.GetEnd())-1, maxFieldNumber)},
			Options: readOptions(e.GetOptions()),
		})
	}
	reserved := make([]Range, 0, len(d.GetReservedRange()))
	for _, e := range d.GetReservedRange() {
		reserved = append(reserved, readRange(int64(e.GetStart()), int64(e.GetEnd())-1, maxFieldNumber))
	}
	m.Reserved = r.reserved(reserved, d.GetReservedName())
	return m
}

// reserved makes a statement of the numbers and one of the names: no statement
// may hold both.
func (r *reader) reserved(ranges []Range, names []string) []Reserved {
	var list []Reserved
	if len(ranges) > 0 {
		list = append(list, Reserved{Ranges: ranges})
	}
	if len(names) > 0 {
		named := make([]Range, len(names))
		for i, name := range names {
			named[i] = Range{Name: r.word(name, "a reserved name"), Bare: r.editions}
		}
		list = append(list, Reserved{Ranges: named})
	}
	return list
}

func readRange(from, to, most int64) Range {
	return Range{From: from, To: to, IsRange: from != to, Max: from != to && to >= most}
}

func readVisibility(v descriptorpb.SymbolVisibility) string {
	switch v {
	case descriptorpb.SymbolVisibility_VISIBILITY_EXPORT:
		return "export"
	case descriptorpb.SymbolVisibility_VISIBILITY_LOCAL:
		return "local"
	default:
		return ""
	}
}

// members sorts the fields of a message into plain fields, oneofs and groups.
func (r *reader) members(m *Message, d *descriptorpb.DescriptorProto, bodies map[string]*descriptorpb.DescriptorProto, scope string, used map[string]struct{}) {
	entries := map[string]*descriptorpb.DescriptorProto{}
	for _, inner := range d.GetNestedType() {
		if inner.GetOptions().GetMapEntry() && len(inner.GetField()) == 2 {
			entries["."+dotted(scope, inner.GetName())] = inner
		}
	}
	oneofs := make([]*Oneof, len(d.GetOneofDecl()))
	for i, o := range d.GetOneofDecl() {
		oneofs[i] = &Oneof{Name: r.word(o.GetName(), "a oneof"), Options: readOptions(o.GetOptions())}
	}
	synthetic := map[int32]struct{}{}
	for _, f := range d.GetField() {
		var in *Oneof
		switch at := f.GetOneofIndex(); {
		case f.OneofIndex == nil:
		case f.GetProto3Optional():
			synthetic[at] = struct{}{}
		case at < 0 || int(at) >= len(oneofs):
			r.fail("field %s is in a oneof that does not exist", f.GetName())
			return
		default:
			in = oneofs[at]
		}
		field := r.field(f)
		if in != nil {
			field.Label = NoLabel
		}
		if body := bodies[f.GetTypeName()]; body != nil && f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_GROUP {
			used[body.GetName()] = struct{}{}
			m.addGroup(in, &Group{Label: field.Label, Number: field.Number, Options: field.Options(), Body: r.message(body, scope)})
			continue
		}
		if entry := entries[f.GetTypeName()]; entry != nil && field.Label == Repeated {
			used[entry.GetName()] = struct{}{}
			field.Label = NoLabel
			field.Key, field.Type = r.field(entry.GetField()[0]).Type, r.field(entry.GetField()[1]).Type
		}
		m.addField(in, field)
	}
	for i, o := range oneofs {
		if _, made := synthetic[int32(i)]; !made {
			m.Oneofs = append(m.Oneofs, o)
		}
	}
}

func (m *Message) addField(in *Oneof, f Field) {
	if in != nil {
		in.Fields = append(in.Fields, f)
	} else {
		m.Fields = append(m.Fields, f)
	}
}

func (m *Message) addGroup(in *Oneof, g *Group) {
	if in != nil {
		in.Groups = append(in.Groups, g)
	} else {
		m.Groups = append(m.Groups, g)
	}
}

func (r *reader) extends(fields []*descriptorpb.FieldDescriptorProto, bodies map[string]*descriptorpb.DescriptorProto, scope string, used map[string]struct{}) []*Extend {
	var list []*Extend
	for _, f := range fields {
		if len(list) == 0 || list[len(list)-1].Name != f.GetExtendee() {
			list = append(list, &Extend{Name: r.word(f.GetExtendee(), "an extended message")})
		}
		e := list[len(list)-1]
		field := r.field(f)
		if body := bodies[f.GetTypeName()]; body != nil && f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_GROUP {
			used[body.GetName()] = struct{}{}
			e.Groups = append(e.Groups, &Group{Label: field.Label, Number: field.Number, Options: field.Options(), Body: r.message(body, scope)})
			continue
		}
		e.Fields = append(e.Fields, field)
	}
	return list
}

func (r *reader) field(d *descriptorpb.FieldDescriptorProto) Field {
	f := Field{Name: r.word(d.GetName(), "a field"), Number: int64(d.GetNumber()), Type: d.GetTypeName(), Label: r.label(d)}
	switch {
	case f.Type != "":
		r.word(f.Type, "a type")
	case d.Type == nil:
		r.fail("field %s has no type", d.GetName())
	default:
		f.Type = strings.ToLower(strings.TrimPrefix(d.GetType().String(), "TYPE_"))
	}
	more := fieldMore{options: readOptions(d.GetOptions())}
	if json := d.GetJsonName(); json != "" && json != defaultJSONName(d.GetName()) {
		more.jsonName = json
	}
	if d.GetDefaultValue() != "" {
		more.hasDefault = true
		more.value = r.defaultValue(d)
	}
	if len(more.options) > 0 || more.jsonName != "" || more.hasDefault {
		f.more = &more
	}
	return f
}

// label is the label as a file would have it.
func (r *reader) label(d *descriptorpb.FieldDescriptorProto) Label {
	switch d.GetLabel() {
	case descriptorpb.FieldDescriptorProto_LABEL_REPEATED:
		return Repeated
	case descriptorpb.FieldDescriptorProto_LABEL_REQUIRED:
		return Required
	}
	if r.editions || r.proto3 && !d.GetProto3Optional() {
		return NoLabel
	}
	return Optional
}

func (r *reader) defaultValue(d *descriptorpb.FieldDescriptorProto) Value {
	text := d.GetDefaultValue()
	switch d.GetType() {
	case descriptorpb.FieldDescriptorProto_TYPE_STRING:
		return Value{Kind: String, Text: text}
	case descriptorpb.FieldDescriptorProto_TYPE_BYTES:
		var b strings.Builder
		unescape(&b, text)
		return Value{Kind: String, Text: b.String()}
	case descriptorpb.FieldDescriptorProto_TYPE_ENUM, descriptorpb.FieldDescriptorProto_TYPE_BOOL:
		return Value{Kind: Ident, Text: r.word(text, "a default")}
	default:
		r.word(strings.ReplaceAll(text, "e+", "e"), "a default")
		return Value{Kind: Number, Text: text}
	}
}

// defaultJSONName is the JSON name of a field that declares none.
func defaultJSONName(name string) string {
	var b strings.Builder
	up := false
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '_':
			up = true
			continue
		case up && c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		}
		up = false
		b.WriteByte(c)
	}
	return b.String()
}

func (r *reader) enum(d *descriptorpb.EnumDescriptorProto) *Enum {
	e := &Enum{Name: r.word(d.GetName(), "an enum"), Visibility: readVisibility(d.GetVisibility()), Options: readOptions(d.GetOptions())}
	for _, v := range d.GetValue() {
		e.Values = append(e.Values, EnumValue{Name: r.word(v.GetName(), "a value"), Number: int64(v.GetNumber()), Options: readOptions(v.GetOptions())})
	}
	reserved := make([]Range, 0, len(d.GetReservedRange()))
	for _, x := range d.GetReservedRange() {
		reserved = append(reserved, readRange(int64(x.GetStart()), int64(x.GetEnd()), maxEnumNumber))
	}
	e.Reserved = r.reserved(reserved, d.GetReservedName())
	return e
}

func (r *reader) service(d *descriptorpb.ServiceDescriptorProto) *Service {
	s := &Service{Name: r.word(d.GetName(), "a service"), Options: readOptions(d.GetOptions())}
	for _, m := range d.GetMethod() {
		s.Methods = append(s.Methods, Method{
			Name:    r.word(m.GetName(), "an rpc"),
			Request: r.word(m.GetInputType(), "a type"), Response: r.word(m.GetOutputType(), "a type"),
			RequestStreams: m.GetClientStreaming(), ResponseStreams: m.GetServerStreaming(),
			Options: readOptions(m.GetOptions()),
		})
	}
	return s
}
