package record

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// SchemaValue is the value of a SCHEMA record: one version of a subject.
//
// A value that was parsed keeps its bytes, and Bytes returns them whatever is
// done to the exported members; use the With methods to change it.
type SchemaValue struct {
	// Subject and Version are what the value says; empty and 0 when it does not.
	// The key of the record has the last word.
	Subject schema.Subject
	Version schema.Version
	// ID is the number by which serialized data names the schema.
	ID schema.ID
	// Schema is the text with its type and references. The type of a stored
	// schema may be one that nobody knows.
	Schema schema.Schema
	// Extra is what belongs to the content beside the schema.
	Extra Extra
	// Deleted marks a soft deletion.
	Deleted bool

	// raw and quoted are the value and, inside it, the literal of the text.
	raw, quoted []byte
}

// ParseSchemaValue reads the value of a SCHEMA record. The text of the schema
// is not parsed. The result refers to raw, which must not change.
func ParseSchemaValue(raw []byte) (SchemaValue, error) {
	o, err := scanObject(raw)
	if err != nil {
		return SchemaValue{}, fmt.Errorf("reading a schema: %w", err)
	}
	v, err := schemaValueOf(o)
	if err != nil {
		return SchemaValue{}, fmt.Errorf("reading a schema: %w", err)
	}
	return v, nil
}

func schemaValueOf(o object) (v SchemaValue, err error) {
	v.raw, v.quoted = o.raw, o.value("schema")
	if v.quoted == nil {
		return v, errors.New(`member "schema" is missing`)
	}
	if v.Schema.Text, err = unquote(v.quoted); err != nil {
		return v, fmt.Errorf(`reading member "schema": %w`, err)
	}
	id, err := o.positive("id")
	if err != nil {
		return v, err
	}
	v.ID = schema.ID(id)
	if v.Subject, _, err = o.subject(); err != nil {
		return v, err
	}
	if o.value("version") != nil {
		version, err := o.positive("version")
		if err != nil {
			return v, err
		}
		v.Version = schema.Version(version)
	}
	if v.Deleted, err = o.flag("deleted"); err != nil {
		return v, err
	}
	if v.Schema.Type, err = o.schemaType(); err != nil {
		return v, err
	}
	if v.Schema.References, err = o.references(); err != nil {
		return v, err
	}
	v.Extra = o.extra()
	return v, nil
}

func (o object) flag(name string) (bool, error) {
	switch v := o.value(name); string(v) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, fmt.Errorf("reading member %q: neither true nor false", name)
	}
}

// schemaType returns the stored type. Known ones are returned as the constants,
// so that no copy of their text is kept for each schema.
func (o object) schemaType() (schema.Type, error) {
	name, _, err := o.text("schemaType")
	if err != nil {
		return "", err
	}
	switch t := schema.Type(name); t {
	case "", schema.Avro:
		return schema.Avro, nil
	case schema.JSON:
		return schema.JSON, nil
	case schema.Protobuf:
		return schema.Protobuf, nil
	default:
		return t, nil
	}
}

func (o object) references() ([]schema.Reference, error) {
	list := o.value("references")
	if list == nil {
		return nil, nil
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(list, &raw); err != nil {
		return nil, errors.New(`reading member "references": not an array`)
	}
	if len(raw) == 0 {
		return nil, nil
	}
	refs := make([]schema.Reference, 0, len(raw))
	for i, text := range raw {
		ref, err := referenceOf(text)
		if err != nil {
			return nil, fmt.Errorf("reading reference %d: %w", i, err)
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

func referenceOf(text []byte) (ref schema.Reference, err error) {
	o, err := scanObject(text)
	if err != nil {
		return ref, err
	}
	if ref.Name, _, err = o.text("name"); err != nil {
		return ref, err
	}
	subject, ok, err := o.subject()
	if err != nil {
		return ref, err
	}
	if !ok {
		return ref, errors.New(`member "subject" is missing`)
	}
	ref.Subject = subject
	version, err := o.positive("version")
	ref.Version = schema.Version(version)
	return ref, err
}

// QuotedText returns the text of the schema as a JSON string literal. For a
// value that was read these are the stored bytes, which must not be changed.
func (v SchemaValue) QuotedText() []byte {
	if v.quoted != nil {
		return v.quoted
	}
	return AppendQuoted(nil, v.Schema.Text)
}

// Parts returns a value that was read in three parts: what stands before the
// literal of the text, the literal, and what stands behind it. They refer to
// the bytes that were read.
func (v SchemaValue) Parts() (before, literal, behind []byte) {
	// The literal is a slice of the value, so that their capacities tell where.
	at := cap(v.raw) - cap(v.quoted)
	return v.raw[:at], v.quoted, v.raw[at+len(v.quoted):]
}

// Bytes is BytesIn for KarapaceForm: the type only when it is not Avro,
// references only when there are some.
func (v SchemaValue) Bytes() []byte { return v.BytesIn(KarapaceForm) }

func (v SchemaValue) appendPlace(b []byte) []byte {
	b = append(b, `{"subject":`...)
	b = AppendQuoted(b, string(v.Subject))
	b = append(b, `,"version":`...)
	b = strconv.AppendInt(b, int64(v.Version), 10)
	b = append(b, `,"id":`...)
	return strconv.AppendInt(b, int64(v.ID), 10)
}

func (v SchemaValue) appendText(b []byte) []byte {
	b = append(b, `,"schema":`...)
	b = AppendQuoted(b, v.Schema.Text)
	b = append(b, `,"deleted":`...)
	return strconv.AppendBool(b, v.Deleted)
}

// appendType names the type; Avro, which is what no type means, on demand.
func (v SchemaValue) appendType(b []byte, avro bool) []byte {
	t := cmp.Or(v.Schema.Type, schema.Avro)
	if t == schema.Avro && !avro {
		return b
	}
	return AppendQuoted(append(b, `,"schemaType":`...), string(t))
}

func (v SchemaValue) appendExtra(b []byte) []byte {
	if v.Extra.Metadata != "" {
		b = append(append(b, `,"metadata":`...), v.Extra.Metadata...)
	}
	if v.Extra.RuleSet != "" {
		b = append(append(b, `,"ruleSet":`...), v.Extra.RuleSet...)
	}
	return b
}

func appendReferences(b []byte, refs []schema.Reference) []byte {
	for i, ref := range refs {
		if i == 0 {
			b = append(b, `,"references":[`...)
		} else {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = AppendQuoted(b, ref.Name)
		b = append(b, `,"subject":`...)
		b = AppendQuoted(b, string(ref.Subject))
		b = append(b, `,"version":`...)
		b = strconv.AppendInt(b, int64(ref.Version), 10)
		b = append(b, '}')
	}
	if len(refs) > 0 {
		b = append(b, ']')
	}
	return b
}

// WithDeleted returns the value with its deletion mark set or cleared and
// everything else, text and unknown members included, byte for byte as it was.
func (v SchemaValue) WithDeleted(deleted bool) SchemaValue {
	v.Deleted = deleted
	return v.with("deleted", strconv.FormatBool(deleted))
}

// WithPlace returns the value as that of another version of a subject, live,
// and everything else byte for byte as it was: what is written when an id that
// exists is used once more.
func (v SchemaValue) WithPlace(s schema.Subject, version schema.Version) SchemaValue {
	v.Subject, v.Version, v.Deleted = s, version, false
	v = v.with("subject", string(AppendQuoted(nil, string(s))))
	v = v.with("version", strconv.Itoa(int(version)))
	return v.with("deleted", "false")
}

// with replaces one member in the stored bytes, if the value has any.
func (v SchemaValue) with(name, text string) SchemaValue {
	if v.raw == nil {
		return v
	}
	o, err := scanObject(v.raw)
	if err != nil { // Impossible: raw was scanned before.
		v.raw, v.quoted = nil, nil
		return v
	}
	raw := o.with(name, text)
	if o, err = scanObject(raw); err != nil {
		v.raw, v.quoted = nil, nil
		return v
	}
	v.raw, v.quoted = raw, o.value("schema")
	return v
}
