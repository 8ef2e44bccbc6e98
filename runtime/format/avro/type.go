package avro

import "github.com/plastron-dev/plastron/runtime/internal/jsonx"

// TypeKind is one of the fourteen kinds of Avro types.
type TypeKind uint8

// The kinds. Errors are records.
const (
	Null TypeKind = iota
	Boolean
	Int
	Long
	Float
	Double
	Bytes
	String
	Record
	Enum
	Fixed
	Array
	Map
	Union
)

var kindNames = [...]string{
	"null", "boolean", "int", "long", "float", "double", "bytes", "string",
	"record", "enum", "fixed", "array", "map", "union",
}

// String is the name of the kind in a schema: "int", "record".
func (k TypeKind) String() string { return kindNames[k] }

func primitive(name string) (TypeKind, bool) {
	for k := Null; k <= String; k++ {
		if kindNames[k] == name {
			return k, true
		}
	}
	return 0, false
}

// Type is one type of a schema. Which fields mean something depends on Kind.
type Type struct {
	Kind TypeKind

	// Record, enum, fixed: the full name is Space.Short, or Short alone when
	// Space is empty. Aliases are as written, not expanded.
	Short, Space string
	Aliases      []string

	Doc    string
	HasDoc bool

	// IsError marks a record that was declared as "error".
	IsError bool
	Fields  []Field

	Symbols []string
	// Default is the symbol that stands for unknown ones when HasDefault.
	Default    string
	HasDefault bool

	// Size of a fixed, in bytes.
	Size int

	// Elem is the type of an array's items or a map's values.
	Elem *Type

	Branches []*Type

	// Logical is the logical type as far as it is one that readers know and
	// that suits the kind; otherwise LogicalNone.
	Logical          Logical
	Precision, Scale int

	props      []prop
	badAliases bool // the attribute is there but no array of strings
	fieldAt    map[string]int
	symbols    map[string]int
}

// Field is one field of a record.
type Field struct {
	Name    string
	Type    *Type
	Aliases []string
	Doc     string
	HasDoc  bool
	// Order is "descending" or "ignore", or empty for ascending.
	Order string
	// Default is the default as written, checked against nothing. It is valid
	// exactly when the field has one, null included.
	Default jsonx.Value

	props []prop
}

// prop is an attribute that Avro does not define.
type prop struct {
	key   string
	value jsonx.Value
}

// Named reports whether the type carries a name.
func (t *Type) Named() bool { return t.Kind == Record || t.Kind == Enum || t.Kind == Fixed }

// FullName is the name with its namespace, for named types only.
func (t *Type) FullName() string {
	if t.Space == "" {
		return t.Short
	}
	return t.Space + "." + t.Short
}

// Lists up to this length are searched in order; longer ones have an index.
const indexFrom = 9

// FieldIndex returns the position of the field with that name, or -1.
func (t *Type) FieldIndex(name string) int {
	if t.fieldAt != nil {
		if i, ok := t.fieldAt[name]; ok {
			return i
		}
		return -1
	}
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

// SymbolIndex returns the position of the symbol of an enum, or -1.
func (t *Type) SymbolIndex(symbol string) int {
	if t.symbols != nil {
		if i, ok := t.symbols[symbol]; ok {
			return i
		}
		return -1
	}
	for i, s := range t.Symbols {
		if s == symbol {
			return i
		}
	}
	return -1
}

// Schema is a parsed schema text.
type Schema struct {
	root      *Type
	canonical string
	// external holds the named types that came from referenced texts: they
	// are printed by name only.
	external map[*Type]struct{}
}

// Root is the type that the text describes.
func (s *Schema) Root() *Type { return s.root }

// Canonical is the text as Karapace stores and returns it: the JSON of the
// schema, compact, with sorted keys, nothing added or dropped.
func (s *Schema) Canonical() string { return s.canonical }

// HasReferences reports whether some of the types come from other texts.
func (s *Schema) HasReferences() bool { return len(s.external) > 0 }
