package protobuf

import "github.com/plastron-dev/plastron/runtime/schema"

// Readable returns every reason why reader cannot read data that writer wrote;
// none means it can. The rules of the two registries differ in much more than
// their texts: Karapace compares messages by name and their fields by number,
// knows nothing of packages and required fields and judges moves into and out
// of oneofs by the name of the oneof; Confluent's registry compares all fields
// of a message by number, wherever they stand.
//
// The walk is linear in the size of the schemas for all but contrived ones and
// gives up with a finding of kind KindTooComplex beyond a fixed budget.
func Readable(reader, writer *Schema, f schema.Flavour) []schema.Finding {
	w := walk{
		writer:  writer.names.finder(),
		reader:  reader.names.finder(),
		steps:   maxSteps,
		visited: map[visit]*outcome{},
	}
	if f == schema.Confluent {
		c := confluentComparer{walk: &w, writerFile: writer.file, readerFile: reader.file}
		c.files()
	} else {
		c := karapaceComparer{walk: &w, writerPackage: writer.file.Package, readerPackage: reader.file.Package}
		c.types(writer.file.scope(), reader.file.scope(), place{c.writerPackage, c.readerPackage})
	}
	if w.exhausted() {
		return []schema.Finding{tooComplex()}
	}
	return w.findings
}

// The budgets of one comparison. A step is a field or a message; 300,000 are
// below 100 ms.
const (
	maxSteps    = 300_000
	maxFindings = 1_000
	maxReported = 1 << 20 // bytes of all paths in findings
	maxDepth    = 2_000   // messages through fields of messages; bounds the stack
)

// walk is what the comparers of both registries share.
type walk struct {
	writer, reader *finder
	steps          int
	findings       []schema.Finding
	path           []string
	reported       int
	depth          int
	visited        map[visit]*outcome
}

// visit is a pair of messages that has been compared.
type visit struct{ writer, reader *Message }

// outcome is what is known about a visit. While the pair is being compared it
// counts as readable, which is how recursive messages are read.
type outcome struct{ unreadable bool }

func (w *walk) exhausted() bool {
	return w.steps < 0 || w.writer.exhausted() || w.reader.exhausted()
}

// step takes n steps and reports whether the walk goes on.
func (w *walk) step(n int) bool {
	w.steps -= n
	return !w.exhausted()
}

// enter and leave move along the path that findings report.
func (w *walk) enter(name string) { w.path = append(w.path, name) }
func (w *walk) leave()            { w.path = w.path[:len(w.path)-1] }

// add reports a finding at the present path, unless enough are reported.
func (w *walk) add(finding func(path []string) schema.Finding) {
	if len(w.findings) >= maxFindings || w.reported > maxReported {
		return
	}
	f := finding(w.path)
	w.reported += len(f.Path)
	w.findings = append(w.findings, f)
}

// deeper starts to compare two messages. A walk that is too deep is given up,
// since the messages below were not compared.
func (w *walk) deeper() bool {
	w.depth++
	if w.depth > maxDepth {
		w.steps = -1
	}
	return !w.exhausted()
}

func (w *walk) shallower() { w.depth-- }

// scope is a list of types: those of a file or those nested in a message.
type scope struct {
	messages []*Message
	enums    []*Enum
}

func (f *File) scope() scope    { return scope{f.Messages, f.Enums} }
func (m *Message) scope() scope { return scope{m.Messages, m.Enums} }

// byName indexes messages; of equal names the last counts.
func byName(messages []*Message) map[string]*Message {
	if len(messages) == 0 {
		return nil
	}
	named := make(map[string]*Message, len(messages))
	for _, m := range messages {
		named[m.Name] = m
	}
	return named
}

// kind of a field's type, as both registries tell them apart.
type kind uint8

const (
	scalarType kind = iota
	messageType
	mapType
)

// fieldType is the type of a field or of a part of a map.
type fieldType struct {
	name string
	key  string // of a map
	decl *decl  // nil for scalars and for what is defined nowhere
}

func (t fieldType) kind() kind {
	switch {
	case t.key != "":
		return mapType
	case t.wire() != notScalar:
		return scalarType
	default:
		return messageType
	}
}

// wire is the group of the type; enums are numbers.
func (t fieldType) wire() wireKind {
	if t.decl != nil && t.decl.enum != nil {
		return varint
	}
	if t.decl != nil {
		return notScalar
	}
	return scalarKind(t.name)
}
