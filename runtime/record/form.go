package record

import "github.com/plastron-dev/plastron/runtime/schema"

// Form is the byte form in which what is new goes into the topic. Everybody
// reads every form; what is there already is written again as it was, whoever
// wrote it.
type Form uint8

// The forms of the field. They differ in four places: where the type of a
// schema stands and whether Avro is named, where its references, metadata and
// rules stand, whether the configuration of a subject names the subject, and
// whether a global key says that it has none.
const (
	// KarapaceForm is also what Confluent before 6.2 wrote.
	KarapaceForm Form = iota
	// ConfluentForm is that of Confluent 8. Its registries from 5.5 on read it.
	ConfluentForm
)

// BytesIn returns the bytes of a key that is not in the topic yet. The forms
// have the same keys but for the global configuration and mode.
func (k Key) BytesIn(f Form) []byte {
	if f == ConfluentForm && k.Global && k.Other == "" {
		return []byte(`{"keytype":"` + string(k.Type) + `","magic":0}`)
	}
	return k.Bytes()
}

// BytesIn returns the value as it was read or, for one that was built here, in
// a form.
func (v SchemaValue) BytesIn(f Form) []byte {
	if v.raw != nil {
		return v.raw
	}
	b := make([]byte, 0, 128+len(v.Schema.Text)+len(v.Schema.Text)/4)
	b = v.appendPlace(b)
	if f == ConfluentForm {
		b = v.appendType(b, true)
		b = appendReferences(b, v.Schema.References)
		b = v.appendExtra(b)
		b = v.appendText(b)
		return append(b, '}')
	}
	b = v.appendText(b)
	b = appendReferences(b, v.Schema.References)
	b = v.appendType(b, false)
	b = v.appendExtra(b)
	return append(b, '}')
}

// In returns the configuration of a subject as it is written in a form:
// Confluent's names the subject, in front of everything else. The subject is
// empty for the global configuration.
func (c ConfigValue) In(f Form, s schema.Subject) ConfigValue {
	if f != ConfluentForm || s == "" {
		return c
	}
	o, err := scanObject(c.Bytes())
	if err != nil {
		return c
	}
	if _, named := o.find(subjectMember); named {
		return c
	}
	name := AppendQuoted([]byte(`{"`+subjectMember+`":`), string(s))
	if len(o.members) > 0 {
		name = append(name, ',')
	}
	// The value is compact or was written by somebody else; what follows the
	// opening brace stays as it is.
	c.raw = append(name, o.raw[skipSpace(o.raw, 0)+1:]...)
	return c
}
