package protobuf

// Label is what stands in front of a field's type.
type Label uint8

// The labels. NoLabel is a field without one: implicit presence in proto3,
// what the features say in editions, every member of a oneof and every map.
const (
	NoLabel Label = iota
	Optional
	Required
	Repeated
)

var labelNames = [...]string{"", "optional", "required", "repeated"}

// String is the keyword, empty for NoLabel.
func (l Label) String() string { return labelNames[l] }

// File is one .proto file as it is written: names are not resolved.
type File struct {
	// Syntax is "proto2" or "proto3", empty when the file does not say.
	Syntax string
	// Edition is "2023" or "2024", empty for files with a syntax.
	Edition string
	Package string
	Imports []Import
	Options []Option
	// Messages and Enums are the types of the file, each in source order.
	Messages []*Message
	Enums    []*Enum
	// Extends are the extend blocks of the file level; hoisted are those of
	// all levels in the order of the text.
	Extends  []*Extend
	Services []*Service

	hoisted []*Extend
}

// proto3 reports whether fields need no label.
func (f *File) proto3() bool { return f.Syntax == "proto3" }

// Import is one import line.
type Import struct {
	Path string
	// Modifier is "public", "weak" or "option" (edition 2024), or empty.
	Modifier string
}

// Message is a message or the body of a group.
type Message struct {
	Doc, Name string
	// Visibility is "export" or "local" (edition 2024), or empty.
	Visibility string
	Reserved   []Reserved
	Options    []Option
	// Fields are those outside of oneofs and groups.
	Fields     []Field
	Oneofs     []*Oneof
	Groups     []*Group
	Extensions []Extensions
	Extends    []*Extend
	Messages   []*Message
	Enums      []*Enum
}

// Field is a field of a message, a oneof or an extend block.
type Field struct {
	Doc string
	// Type is the type as written, the type of the values for a map. Key is
	// the type of a map's keys, empty for all other fields.
	Type, Key string
	Name      string
	Number    int64
	Label     Label
	more      *fieldMore
}

// fieldMore is what few fields have.
type fieldMore struct {
	options    []Option
	value      Value // of the option "default"
	hasDefault bool
	jsonName   string
}

// Options are the options of the field without default and json_name, which
// are none although they are written among them.
func (f *Field) Options() []Option {
	if f.more == nil {
		return nil
	}
	return f.more.options
}

// Default returns the default as written.
func (f *Field) Default() (Value, bool) {
	if f.more == nil {
		return Value{}, false
	}
	return f.more.value, f.more.hasDefault
}

// JSONName is the json_name that is written, or empty.
func (f *Field) JSONName() string {
	if f.more == nil {
		return ""
	}
	return f.more.jsonName
}

// IsMap reports whether the field is written as map<Key, Type>.
func (f *Field) IsMap() bool { return f.Key != "" }

// Oneof is a oneof that is written as one.
type Oneof struct {
	Doc, Name string
	Options   []Option
	Fields    []Field
	Groups    []*Group
}

// Group is a field whose message is declared with it (proto2). Body has the
// group's name and documentation.
type Group struct {
	Label   Label
	Number  int64
	Options []Option
	Body    *Message
}

// Reserved is one reserved statement.
type Reserved struct {
	Doc    string
	Ranges []Range
}

// Range is one entry of a reserved or extensions statement: a name, a number
// (From equals To and IsRange is false) or a range, both ends included.
type Range struct {
	// Name is a reserved name; Bare tells that it is written without quotes.
	Name     string
	Bare     bool
	From, To int64
	IsRange  bool
	// Max tells that the end is written as "max".
	Max bool
}

// Extensions is one extensions statement.
type Extensions struct {
	Doc     string
	Ranges  []Range
	Options []Option
}

// Extend is one extend block.
type Extend struct {
	Doc, Name string
	Fields    []Field
	Groups    []*Group
}

// Enum is an enum.
type Enum struct {
	Doc, Name  string
	Visibility string
	Options    []Option
	Reserved   []Reserved
	Values     []EnumValue
}

// EnumValue is one constant of an enum.
type EnumValue struct {
	Doc, Name string
	Number    int64
	Options   []Option
}

// Service is a service.
type Service struct {
	Doc, Name string
	Options   []Option
	Methods   []Method
}

// Method is one rpc.
type Method struct {
	Doc, Name                       string
	Request, Response               string
	RequestStreams, ResponseStreams bool
	Options                         []Option
}

// Option is one option with its name as written: "deprecated",
// "(pkg.custom).field". key is what options are sorted by.
type Option struct {
	Name  string
	Value Value
	key   string
}

// ValueKind is the form in which a value is written.
type ValueKind uint8

// The kinds of values.
const (
	Ident ValueKind = iota
	Number
	Bool
	String
	Block
	List
)

// Value is the value of an option. Text is the word, or the decoded text of a
// String.
type Value struct {
	Kind  ValueKind
	Text  string
	inner *inner
}

// inner is the content of a Block or a List.
type inner struct {
	keys  []string // of a Block, one for each value
	items []Value
}

func (v Value) items() []Value {
	if v.inner == nil {
		return nil
	}
	return v.inner.items
}

// empty reports what Python calls false: no text, no entries.
func (v Value) empty() bool { return v.Text == "" && len(v.items()) == 0 }
