package protobuf

import (
	"slices"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// confluentComparer walks a writer and a reader by the rules of Confluent's
// registry.
type confluentComparer struct {
	*walk
	writerFile, readerFile *File
}

func (c *confluentComparer) files() {
	if c.writerFile.Package != c.readerFile.Package {
		c.differs(packageChanged)
	}
	c.types(c.writerFile.scope(), c.readerFile.scope(), c.writerFile.Package, c.readerFile.Package)
}

func (c *confluentComparer) differs(d difference) {
	c.add(func(path []string) schema.Finding { return confluentFinding(d, path) })
}

// types compares two lists of messages by name. Enums never matter.
func (c *confluentComparer) types(writer, reader scope, writerScope, readerScope string) {
	if len(writer.messages) == 0 {
		return
	}
	own, others := byName(writer.messages), byName(reader.messages)
	for _, m := range writer.messages {
		if own[m.Name] != m || !c.step(1) {
			continue
		}
		c.enter(m.Name)
		if other := others[m.Name]; other != nil {
			c.message(m, other, dotted(writerScope, m.Name), dotted(readerScope, m.Name))
		} else {
			c.differs(messageRemoved)
		}
		c.leave()
	}
}

// member is a field with the oneof that it is in.
type member struct {
	*Field
	oneof string
	in    bool // in a oneof
}

func (m member) required(f *File) bool { return m.effectiveLabel(f) == Required }

// members indexes all fields of a message, those of oneofs included.
func members(m *Message) map[int64]member {
	all := make(map[int64]member, len(m.Fields))
	for i := range m.Fields {
		all[m.Fields[i].Number] = member{Field: &m.Fields[i]}
	}
	for _, o := range m.Oneofs {
		for i := range o.Fields {
			all[o.Fields[i].Number] = member{Field: &o.Fields[i], oneof: o.Name, in: true}
		}
	}
	return all
}

// message compares two messages; their paths and scopes are the caller's. It
// reports whether the reader cannot read the writer.
func (c *confluentComparer) message(writer, reader *Message, writerScope, readerScope string) bool {
	key := visit{writer: writer, reader: reader}
	if known := c.visited[key]; known != nil {
		return known.unreadable
	}
	result := &outcome{}
	c.visited[key] = result
	defer c.shallower()
	if !c.deeper() {
		return false
	}
	before := len(c.findings)
	was, is := members(writer), members(reader)
	c.exclusive(reader, was)
	gone := goneOneofs(writer, reader, is)
	for _, number := range numbers(was, is) {
		if !c.step(1) {
			break
		}
		w, old := was[number]
		r, kept := is[number]
		switch {
		case !kept:
			c.removed(w, gone)
		case !old && !r.in && r.required(c.readerFile):
			c.at(r, requiredAdded)
		case old:
			c.field(w, r, writerScope, readerScope)
		}
	}
	c.types(writer.scope(), reader.scope(), writerScope, readerScope)
	result.unreadable = len(c.findings) > before
	return result.unreadable
}

// numbers returns the numbers of all fields in order.
func numbers(a, b map[int64]member) []int64 {
	list := make([]int64, 0, len(a)+len(b))
	for n := range a {
		list = append(list, n)
	}
	for n := range b {
		if _, again := a[n]; !again {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list
}

// exclusive finds fields that could be set together before and cannot be any
// more: those of a oneof that come from more than one oneof or plain field.
func (c *confluentComparer) exclusive(reader *Message, was map[int64]member) {
	for _, o := range reader.Oneofs {
		origins := map[string]struct{}{}
		plain := 0
		for i := range o.Fields {
			m, old := was[o.Fields[i].Number]
			switch {
			case !old:
			case m.in:
				origins[m.oneof] = struct{}{}
			default:
				plain++
			}
		}
		if len(origins)+plain <= 1 {
			continue
		}
		c.enter(o.Name)
		if plain > 1 {
			c.differs(multipleMoved)
		} else {
			c.differs(movedToExisting)
		}
		c.leave()
	}
}

// goneOneofs returns the oneofs that were removed with all their members,
// which is fine, as removing plain fields is.
func goneOneofs(writer, reader *Message, is map[int64]member) map[string]struct{} {
	if len(writer.Oneofs) == 0 {
		return nil
	}
	kept := make(map[string]struct{}, len(reader.Oneofs))
	for _, o := range reader.Oneofs {
		kept[o.Name] = struct{}{}
	}
	gone := map[string]struct{}{}
	for _, o := range writer.Oneofs {
		_, survives := kept[o.Name]
		for i := range o.Fields {
			_, is := is[o.Fields[i].Number]
			survives = survives || is
		}
		if !survives {
			gone[o.Name] = struct{}{}
		}
	}
	return gone
}

func (c *confluentComparer) removed(w member, gone map[string]struct{}) {
	if !w.in {
		if w.required(c.writerFile) {
			c.at(w, requiredRemoved)
		}
		return
	}
	if _, whole := gone[w.oneof]; !whole {
		c.at(w, oneofFieldRemoved)
	}
}

// at reports a difference at a field, below its oneof if it is in one.
func (c *confluentComparer) at(m member, d difference) {
	c.enterMember(m)
	c.differs(d)
	c.leaveMember(m)
}

func (c *confluentComparer) enterMember(m member) {
	if m.in {
		c.enter(m.oneof)
	}
	c.enter(strconv.FormatInt(m.Number, 10))
}

func (c *confluentComparer) leaveMember(m member) {
	c.leave()
	if m.in {
		c.leave()
	}
}

func (c *confluentComparer) field(w, r member, writerScope, readerScope string) {
	c.enterMember(r)
	defer c.leaveMember(r)
	scopes := [2]string{writerScope, readerScope}
	labels := [2]Label{w.effectiveLabel(c.writerFile), r.effectiveLabel(c.readerFile)}
	c.compare(c.typeOf(w.Type, w.Key, scopes, true), c.typeOf(r.Type, r.Key, scopes, false), labels, scopes)
}

func (c *confluentComparer) typeOf(name, key string, scopes [2]string, ofWriter bool) fieldType {
	t := fieldType{name: name, key: key}
	switch {
	case key != "" || isScalar(name):
	case ofWriter:
		t.decl = c.writer.find(scopes[0], name)
	default:
		t.decl = c.reader.find(scopes[1], name)
	}
	return t
}

func (c *confluentComparer) compare(w, r fieldType, labels [2]Label, scopes [2]string) {
	switch {
	case w.kind() != r.kind():
		c.differs(kindChanged)
	case w.kind() == mapType:
		none := [2]Label{}
		c.compare(c.typeOf(w.key, "", scopes, true), c.typeOf(r.key, "", scopes, false), none, scopes)
		c.compare(c.typeOf(w.name, "", scopes, true), c.typeOf(r.name, "", scopes, false), none, scopes)
	case w.kind() == messageType:
		c.messages(w, r)
	case w.wire() != r.wire():
		c.differs(scalarKindChanged)
	case labels[0] != NoLabel && labels[1] != NoLabel && labels[0] != labels[1] && w.wire() != bytes:
		c.differs(numericLabelChanged)
	}
}

// messages compares the types of two fields. Types of the files themselves are
// compared once, where they are declared; types of references here, and then
// with their own names as the path.
func (c *confluentComparer) messages(w, r fieldType) {
	if w.decl == nil || r.decl == nil {
		if w.name != r.name {
			c.differs(namedTypeChanged)
		}
		return
	}
	if w.decl.local() != r.decl.local() {
		c.differs(namedTypeChanged)
		return
	}
	if w.decl.unit.path == "" && r.decl.unit.path == "" {
		return
	}
	path := c.path
	c.path = strings.Split(w.decl.local(), ".")
	unreadable := c.message(w.decl.message, r.decl.message, w.decl.full, r.decl.full)
	c.path = path
	if unreadable {
		c.differs(namedTypeChanged)
	}
}

// effectiveLabel is the label as written, or what the features of an edition
// say in its place.
func (f *Field) effectiveLabel(file *File) Label {
	if file.Edition == "" || f.more == nil {
		return f.Label
	}
	for _, o := range f.more.options {
		if o.Name == "features.field_presence" && o.Value.Text == "LEGACY_REQUIRED" {
			return Required
		}
	}
	return f.Label
}
