package avro

import (
	"strconv"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// ParsingForm is the Parsing Canonical Form of the Avro specification: full
// names, and only what decides how bytes are read. Types of referenced texts
// are written out.
func (s *Schema) ParsingForm() string {
	f := former{seen: map[*Type]struct{}{}, out: make([]byte, 0, len(s.canonical))}
	f.typ(s.root)
	return string(f.out)
}

type former struct {
	out  []byte
	seen map[*Type]struct{}
}

func (f *former) typ(t *Type) {
	switch {
	case t.Named():
		f.named(t)
	case t.Kind == Union:
		f.raw("[")
		for i, branch := range t.Branches {
			if i > 0 {
				f.raw(",")
			}
			f.typ(branch)
		}
		f.raw("]")
	case t.Kind == Array:
		f.raw(`{"type":"array","items":`)
		f.typ(t.Elem)
		f.raw("}")
	case t.Kind == Map:
		f.raw(`{"type":"map","values":`)
		f.typ(t.Elem)
		f.raw("}")
	default:
		f.raw(`"` + t.Kind.String() + `"`)
	}
}

func (f *former) named(t *Type) {
	if _, seen := f.seen[t]; seen {
		f.quoted(t.FullName())
		return
	}
	f.seen[t] = struct{}{}
	f.raw(`{"name":`)
	f.quoted(t.FullName())
	f.raw(`,"type":"` + t.Kind.String() + `"`) // An error is a record here.
	switch t.Kind {
	case Record:
		f.raw(`,"fields":[`)
		for i := range t.Fields {
			if i > 0 {
				f.raw(",")
			}
			f.raw(`{"name":`)
			f.quoted(t.Fields[i].Name)
			f.raw(`,"type":`)
			f.typ(t.Fields[i].Type)
			f.raw("}")
		}
		f.raw("]")
	case Enum:
		f.raw(`,"symbols":[`)
		for i, symbol := range t.Symbols {
			if i > 0 {
				f.raw(",")
			}
			f.quoted(symbol)
		}
		f.raw("]")
	default:
		f.raw(`,"size":` + strconv.Itoa(t.Size))
	}
	f.raw("}")
}

func (f *former) raw(s string)    { f.out = append(f.out, s...) }
func (f *former) quoted(s string) { f.out = jsonx.AppendQuoted(f.out, s) }
