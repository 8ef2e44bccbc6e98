package registryhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// read returns the body as it came, which a hand-over needs.
func (a *api) read(c *call) ([]byte, error) { return httpserver.ReadBody(c.r, a.MaxBody) }

// fields are the members of a JSON object: names are exact, the last of equal
// names counts, and what nobody asks for is ignored.
type fields map[string]json.RawMessage

// object reads a body as a JSON object. It also returns the body in UTF-8.
func object(body []byte) (fields, []byte, error) {
	if len(body) == 0 {
		return nil, nil, noBody()
	}
	text, err := httpserver.JSONText(body)
	if err != nil {
		return nil, nil, notJSON(err)
	}
	text = bytes.TrimSpace(text)
	var members fields
	err = json.Unmarshal(text, &members)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) || err == nil && members == nil:
		return nil, nil, notAnObject(text)
	case err != nil:
		return nil, nil, notJSON(err)
	}
	return members, text, nil
}

// given returns a member that is present and not null.
func (f fields) given(name string) (json.RawMessage, bool) {
	raw, ok := f[name]
	return raw, ok && string(raw) != "null"
}

// schemaBody reads the body of a registration, lookup or compatibility check
// with the parameters that belong to it (registry contract 1.3 and 3.4).
func (a *api) schemaBody(c *call, body []byte) (registry.Registration, error) {
	members, text, err := object(body)
	if err != nil {
		return registry.Registration{}, err
	}
	q := registry.Registration{Normalize: isTrue(c.query(), "normalize")}
	raw, ok := members["schema"]
	if mayLack := a.points.Extended || c.asked; mayLack && (!ok || string(raw) == "null") {
		q.Inherit = true // New metadata to an old text; Karapace has no such thing.
	} else if !ok {
		return q, missingField(text, "schema")
	} else if q.Schema.Text, err = textOf(raw, "schema"); err != nil {
		return q, err
	}
	if q.Schema.Type, err = typeOf(members); err != nil {
		return q, err
	}
	if q.Schema.References, err = referencesOf(members); err != nil {
		return q, err
	}
	if !a.points.LooseMetadata {
		if err := objectsOnly(members, "metadata", "ruleSet"); err != nil {
			return q, err
		}
	}
	if q.Metadata, err = a.metadataOf(members); err != nil {
		return q, err
	}
	if q.Tags, err = tagEdit(members, "schemaTagsToAdd", "schemaTagsToRemove"); err != nil {
		return q, err
	}
	if raw, ok := members.given("propagateSchemaTags"); ok {
		q.Propagate = string(raw) == "true"
	}
	q.Version = schema.Version(wholeNumber(members, "version", int64(schema.Latest)))
	q.ID = schema.ID(wholeNumber(members, "id", 0))
	return q, nil
}

// metadataOf reads the metadata. What is none is ignored under Karapace, which
// knows no metadata at all.
func (a *api) metadataOf(members fields) (*registry.Metadata, error) {
	raw, ok := members.given("metadata")
	if !ok {
		return nil, nil
	}
	m, err := registry.ParseMetadata(raw)
	switch {
	case err == nil:
		return &m, nil
	case !a.points.LooseMetadata:
		return nil, wrongType("dictionary", raw, "metadata")
	default:
		return nil, nil
	}
}

// wholeNumber reads a number, 0 when there is none or it is less than lowest;
// larger ones than an id or version can be are the largest.
func wholeNumber(members fields, name string, lowest int64) int32 {
	raw, ok := members.given(name)
	var n int64
	if !ok || json.Unmarshal(raw, &n) != nil || n < lowest {
		return 0
	}
	return int32(min(n, math.MaxInt32))
}

func textOf(raw json.RawMessage, at ...any) (string, error) {
	var s *string
	if json.Unmarshal(raw, &s) != nil || s == nil {
		return "", wrongType("string", raw, at...)
	}
	if loneSurrogate(raw) {
		return "", notJSON(errors.New("a string holds one half of a surrogate pair"))
	}
	return *s, nil
}

// typeOf reads the schema type; absent and null mean Avro.
func typeOf(members fields) (schema.Type, error) {
	raw, ok := members.given("schemaType")
	if !ok {
		return schema.Avro, nil
	}
	var name string
	if json.Unmarshal(raw, &name) != nil {
		return "", unknownType(raw, string(raw))
	}
	t, ok := schema.ParseType(name)
	if !ok || name == "" {
		return "", unknownType(raw, name)
	}
	return t, nil
}

// referencesOf reads the references; absent, null and [] mean none.
func referencesOf(members fields) ([]schema.Reference, error) {
	raw, ok := members.given("references")
	if !ok {
		return nil, nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil, wrongType("list", raw, "references")
	}
	var refs []schema.Reference
	for i, item := range list {
		ref, err := referenceOf(item, i)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

func referenceOf(item json.RawMessage, i int) (schema.Reference, error) {
	var members fields
	if json.Unmarshal(item, &members) != nil || members == nil {
		return schema.Reference{}, wrongType("dictionary", item, "references", i)
	}
	var texts [2]string
	for j, name := range []string{"name", "subject"} {
		raw, ok := members[name]
		if !ok {
			return schema.Reference{}, wrongType("string", nil, "references", i, name)
		}
		text, err := textOf(raw, "references", i, name)
		if err != nil {
			return schema.Reference{}, err
		}
		texts[j] = text
	}
	var version int32
	if raw, ok := members.given("version"); !ok || json.Unmarshal(raw, &version) != nil {
		return schema.Reference{}, wrongType("integer", raw, "references", i, "version")
	}
	return schema.Reference{Name: texts[0], Subject: schema.Subject(texts[1]), Version: schema.Version(version)}, nil
}

func objectsOnly(members fields, names ...string) error {
	for _, name := range names {
		if raw, ok := members.given(name); ok && raw[0] != '{' {
			return wrongType("dictionary", raw, name)
		}
	}
	return nil
}

// loneSurrogate reports whether a JSON string literal escapes one half of a
// surrogate pair. Decoding would replace it in silence, and the schema would be
// another one than the client meant.
func loneSurrogate(literal []byte) bool {
	for i := 0; i < len(literal); i++ {
		if literal[i] != '\\' {
			continue
		}
		i++
		unit, ok := escapedUnit(literal, i)
		if !ok || unit < 0xd800 || unit > 0xdfff {
			continue
		}
		low, ok := escapedUnit(literal, i+6)
		if unit >= 0xdc00 || !ok || literal[i+5] != '\\' || low < 0xdc00 || low > 0xdfff {
			return true
		}
		i += 10
	}
	return false
}

// escapedUnit returns the UTF-16 unit of the escape whose letter u is at i.
func escapedUnit(literal []byte, i int) (unit uint16, ok bool) {
	if i+5 > len(literal) || literal[i] != 'u' {
		return 0, false
	}
	for _, digit := range literal[i+1 : i+5] {
		unit <<= 4
		switch {
		case digit >= '0' && digit <= '9':
			unit |= uint16(digit - '0')
		case digit|0x20 >= 'a' && digit|0x20 <= 'f':
			unit |= uint16(digit|0x20-'a') + 10
		default:
			return 0, false
		}
	}
	return unit, true
}

// levelOf takes a level in any case.
func levelOf(raw json.RawMessage) (schema.Level, error) {
	name := upperText(raw)
	level, ok := schema.ParseLevel(name)
	if !ok {
		return "", &registry.Error{Kind: registry.InvalidLevel, Detail: name}
	}
	return level, nil
}

// modeBody reads the body of PUT /mode: a mode in any case, or null to take it
// out. echo is the mode as it is answered.
func modeBody(body []byte) (mode schema.Mode, echo string, err error) {
	members, _, err := object(body)
	if err != nil {
		return "", "", err
	}
	raw, ok := members["mode"]
	if ok && string(raw) == "null" {
		return "", "", nil
	}
	mode, ok = schema.ParseMode(upperText(raw))
	if !ok {
		return "", "", &registry.Error{Kind: registry.InvalidMode}
	}
	return mode, string(mode), nil
}

func upperText(raw json.RawMessage) string {
	var name string
	if json.Unmarshal(raw, &name) != nil {
		return ""
	}
	return string(bytes.ToUpper([]byte(name)))
}
