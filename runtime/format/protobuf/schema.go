package protobuf

import "errors"

// Reference is a file that a schema may use.
type Reference struct {
	// Name is what the schema calls it: the path of the import.
	Name string
	// Text is the file, or a descriptor in base64.
	Text string
}

// Schema is a parsed .proto file with the files that it refers to.
type Schema struct {
	file      *File
	canonical string
	// units holds the references and, as the last one, the schema itself.
	units []*unit
	names *names
	// nodes is what the declarations of all units cost, as in Limits.
	nodes int
}

// Parse reads a new schema: a .proto file, or a serialized FileDescriptorProto
// in base64. Every type that a field has must be defined in the schema, in a
// reference or in a well-known file that is imported; what else a compiler
// would refuse is accepted, as Karapace does. A returned error is an *Error.
func Parse(text string, references []Reference, limits Limits) (*Schema, error) {
	s, err := parse(text, references, limits)
	if err != nil {
		return nil, err
	}
	if err := s.checkTypes(); err != nil {
		return nil, err
	}
	return s, nil
}

// ParseStored reads a schema that is in the log already. Types may be missing.
func ParseStored(text string, references []Reference, limits Limits) (*Schema, error) {
	return parse(text, references, limits)
}

func parse(text string, references []Reference, limits Limits) (*Schema, error) {
	s := &Schema{names: newNames()}
	b := newBudget(limits)
	seen := make(map[Reference]struct{}, len(references))
	for i, r := range references {
		if _, again := seen[r]; again {
			continue
		}
		seen[r] = struct{}{}
		if err := s.reference(r, limits, b); err != nil {
			if e, ok := errors.AsType[*Error](err); ok {
				e.Reference = i + 1
			}
			return nil, err
		}
	}
	f, err := parseAny(text, limits, b)
	if err != nil {
		return nil, err
	}
	s.file = f
	if err := s.addUnit(&unit{file: f}); err != nil {
		return nil, err
	}
	s.nodes = newBudget(limits).nodes - b.nodes
	if s.canonical, err = canonicalOf(f); err != nil {
		return nil, err
	}
	if s.fieldTypes()*s.names.longest > maxPrint {
		return nil, tooLarge("the schema would be longer than %d bytes with the full names of its types", maxPrint)
	}
	return s, nil
}

// reference reads one reference. The text is kept to tell whether two schemas
// use the same file.
func (s *Schema) reference(r Reference, limits Limits, b *budget) error {
	f, err := parseAny(r.Text, limits, b)
	if err != nil {
		return err
	}
	return s.addUnit(&unit{file: f, path: r.Name, text: r.Text})
}

func (s *Schema) addUnit(u *unit) error {
	s.units = append(s.units, u)
	if !s.names.add(u) {
		return tooLarge("the full names of all types are longer than %d bytes", maxNames).at(s.names.over)
	}
	return nil
}

// fieldTypes counts the fields of the schema that have a named type.
func (s *Schema) fieldTypes() int {
	n := 0
	eachField(s.file, func(_ string, f *Field) {
		if !isScalar(f.Type) {
			n++
		}
	})
	return n
}

// eachField calls do for every field of the file with the scope that its type
// is looked up in.
func eachField(f *File, do func(scope string, f *Field)) {
	all := func(scope string, fields []Field) {
		for i := range fields {
			do(scope, &fields[i])
		}
	}
	extends := func(scope string, extends []*Extend) {
		for _, e := range extends {
			all(scope, e.Fields)
		}
	}
	var message func(scope string, m *Message)
	groups := func(scope string, groups []*Group) {
		for _, g := range groups {
			message(scope, g.Body)
		}
	}
	message = func(scope string, m *Message) {
		scope = dotted(scope, m.Name)
		all(scope, m.Fields)
		for _, o := range m.Oneofs {
			all(scope, o.Fields)
			groups(scope, o.Groups)
		}
		groups(scope, m.Groups)
		extends(scope, m.Extends)
		for _, inner := range m.Messages {
			message(scope, inner)
		}
	}
	extends(f.Package, f.Extends)
	for _, m := range f.Messages {
		message(f.Package, m)
	}
}

// File is the model of the text.
func (s *Schema) File() *File { return s.file }

// Canonical is the text as Karapace stores and returns it.
func (s *Schema) Canonical() string { return s.canonical }

// Standard is the text as Confluent's registry stores and returns it.
func (s *Schema) Standard() string {
	text, ok := printFile(s.file, confluent)
	if !ok {
		return s.canonical // only for a text that was built to be long
	}
	return text
}

// HasReferences reports whether other files were given.
func (s *Schema) HasReferences() bool { return len(s.units) > 1 }

// RecordName is the full name of the first message, or of the first enum in a
// file without messages. It reports false for a file without types.
func (s *Schema) RecordName() (string, bool) {
	switch {
	case len(s.file.Messages) > 0:
		return dotted(s.file.Package, s.file.Messages[0].Name), true
	case len(s.file.Enums) > 0:
		return dotted(s.file.Package, s.file.Enums[0].Name), true
	default:
		return "", false
	}
}

// Canonical returns the text as Karapace stores it, without looking at imports
// or at which types exist. The text may be a descriptor in base64. A returned
// error is an *Error.
func Canonical(text string, limits Limits) (string, error) {
	f, err := parseAny(text, limits, newBudget(limits))
	if err != nil {
		return "", err
	}
	return canonicalOf(f)
}

func canonicalOf(f *File) (string, error) {
	canonical, ok := printFile(f, karapace)
	if !ok {
		return "", tooLarge("the canonical text of the schema is longer than %d bytes", maxPrint)
	}
	return canonical, nil
}
