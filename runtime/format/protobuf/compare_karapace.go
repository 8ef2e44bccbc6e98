package protobuf

import (
	"strconv"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// karapaceComparer walks a writer and a reader by the rules of Karapace.
type karapaceComparer struct {
	*walk
	writerPackage, readerPackage string
}

// place is where the names in two messages are looked up from.
type place struct{ writer, reader string }

// types compares two lists of types by name. An enum in the place of a message
// is no reason to Karapace, a message that is gone is one.
func (c *karapaceComparer) types(writer, reader scope, at place) {
	if len(writer.messages) == 0 {
		return
	}
	own := byName(writer.messages)
	messages := byName(reader.messages)
	enums := make(map[string]struct{}, len(reader.enums))
	for _, e := range reader.enums {
		enums[e.Name] = struct{}{}
	}
	for _, m := range writer.messages {
		if own[m.Name] != m || !c.step(1) {
			continue
		}
		c.enter(m.Name)
		if other := messages[m.Name]; other != nil {
			c.message(m, other, place{dotted(at.writer, m.Name), dotted(at.reader, other.Name)})
		} else if _, isEnum := enums[m.Name]; !isEnum {
			c.modified("MESSAGE_DROP")
		}
		c.leave()
	}
}

func (c *karapaceComparer) modified(modification string) {
	c.add(func(path []string) schema.Finding { return karapaceFinding(modification, path) })
}

// message compares the fields of two messages, then what is nested in them.
// All findings go into one list, so a pair that was compared need not be
// compared again.
func (c *karapaceComparer) message(writer, reader *Message, at place) {
	key := visit{writer, reader}
	defer c.shallower()
	if !c.deeper() || c.visited[key] != nil {
		return
	}
	c.visited[key] = &outcome{}
	own, ownNames := indexFields(writer.Fields)
	others, otherNames := indexFields(reader.Fields)
	for _, o := range reader.Oneofs {
		converted := 0
		for i := range o.Fields {
			if _, plain := own[o.Fields[i].Number]; plain {
				delete(own, o.Fields[i].Number)
				converted++
			}
		}
		if converted > 1 {
			c.enter(o.Name)
			c.modified("FEW_FIELDS_CONVERTED_TO_ONE_OF")
			c.leave()
		}
	}
	for i := range writer.Fields {
		f := &writer.Fields[i]
		if own[f.Number] != f || !c.step(1) {
			continue
		}
		if a, b := ownNames[f.Name], otherNames[f.Name]; b != nil && a.Number != b.Number {
			c.enter(f.Name)
			c.modified("FIELD_TAG_ALTER")
			c.leave()
		}
		if other := others[f.Number]; other != nil {
			c.field(f, other, at)
		}
	}
	c.oneofs(writer, reader, at)
	c.types(writer.scope(), reader.scope(), at)
}

func indexFields(fields []Field) (byNumber map[int64]*Field, named map[string]*Field) {
	byNumber = make(map[int64]*Field, len(fields))
	named = make(map[string]*Field, len(fields))
	for i := range fields {
		f := &fields[i]
		byNumber[f.Number] = f
		named[f.Name] = f
	}
	return byNumber, named
}

// oneofs compares oneofs of equal names.
func (c *karapaceComparer) oneofs(writer, reader *Message, at place) {
	if len(writer.Oneofs) == 0 {
		return
	}
	named := make(map[string]*Oneof, len(reader.Oneofs))
	for _, o := range reader.Oneofs {
		named[o.Name] = o
	}
	for _, o := range writer.Oneofs {
		other := named[o.Name]
		if other == nil {
			continue
		}
		c.enter(o.Name)
		own, _ := indexFields(o.Fields)
		others, _ := indexFields(other.Fields)
		for i := range o.Fields {
			f := &o.Fields[i]
			if own[f.Number] != f || !c.step(1) {
				continue
			}
			if kept := others[f.Number]; kept != nil {
				c.field(f, kept, at)
				continue
			}
			c.enter(strconv.FormatInt(f.Number, 10))
			c.modified("ONE_OF_FIELD_DROP")
			c.leave()
		}
		c.leave()
	}
}

func (c *karapaceComparer) field(writer, reader *Field, at place) {
	c.enter(strconv.FormatInt(writer.Number, 10))
	defer c.leave()
	w, r := c.typeOf(writer.Type, writer.Key, at, true), c.typeOf(reader.Type, reader.Key, at, false)
	c.compare(w, r, writer.Label != reader.Label, at)
}

func (c *karapaceComparer) typeOf(name, key string, at place, ofWriter bool) fieldType {
	t := fieldType{name: name, key: key}
	switch {
	case key != "" || isScalar(name):
	case ofWriter:
		t.decl = c.writer.findBelow(c.writerPackage, at.writer, name)
	default:
		t.decl = c.reader.findBelow(c.readerPackage, at.reader, name)
	}
	return t
}

func (c *karapaceComparer) compare(w, r fieldType, relabeled bool, at place) {
	switch {
	case w.kind() != r.kind():
		c.modified("FIELD_KIND_ALTER")
	case w.kind() == mapType:
		c.compare(c.typeOf(w.key, "", at, true), c.typeOf(r.key, "", at, false), false, at)
		c.compare(c.typeOf(w.name, "", at, true), c.typeOf(r.name, "", at, false), false, at)
	case w.kind() == messageType:
		c.messages(w, r)
	default:
		if relabeled && w.wire() != bytes {
			c.modified("FIELD_LABEL_ALTER")
		}
		if w.wire() != r.wire() {
			c.modified("FIELD_KIND_ALTER")
		}
	}
}

// messages compares the types of two fields. Another name is only a note, and
// then the messages are not looked into. What is defined nowhere is compared
// by its text. Types of the files themselves are compared where they are
// declared. The names in a message of a reference are looked up from the
// package of the schema, not from its own: Karapace knows where it is, and not
// what it looks at.
func (c *karapaceComparer) messages(w, r fieldType) {
	if w.decl == nil || r.decl == nil {
		if w.name != r.name {
			c.modified("FIELD_TYPE_ALTER")
		}
		return
	}
	oneWithout := (w.decl.unit.file.Package == "") != (r.decl.unit.file.Package == "")
	if oneWithout || w.decl.local() != r.decl.local() {
		return
	}
	if w.decl.unit.path != "" || r.decl.unit.path != "" {
		c.message(w.decl.message, r.decl.message, place{c.writerPackage, c.readerPackage})
	}
}
