package backup

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// maxAnonymizedDepth bounds the nesting of a schema that is anonymised.
const maxAnonymizedDepth = 500

// anonymizer replaces names in the records of a schemas topic. What it does not
// understand it leaves out, since it could not promise that nothing is told.
type anonymizer struct {
	dropped int64
	// doc holds the value of the record and text a schema in it.
	doc, text jsonx.Doc
}

// record returns the anonymised record, or false if it is to be left out.
func (a *anonymizer) record(r Record) (Record, bool) {
	k, err := record.ParseKey(r.Key)
	if err != nil {
		a.dropped++
		return Record{}, false
	}
	switch k.Type {
	case record.SchemaKey, record.ConfigKey, record.ModeKey, record.DeleteSubjectKey, record.ClearSubjectKey, record.NoopKey:
	default:
		a.dropped++
		return Record{}, false
	}
	r.Headers = nil
	if !k.Global {
		k.Subject = schema.Subject(anonymousName(string(k.Subject)))
	}
	r.Key = k.Bytes()
	if len(r.Value) == 0 || string(r.Value) == nullText {
		return r, true
	}
	value, ok := a.value(r.Value, k.Type == record.SchemaKey)
	if !ok {
		a.dropped++
		return Record{}, false
	}
	r.Value = value
	return r, true
}

// value keeps the members of a value that tell nothing, and anonymises its
// subject and schema.
func (a *anonymizer) value(raw []byte, isSchema bool) ([]byte, bool) {
	if err := a.doc.Parse(raw, jsonx.Limits{MaxDepth: maxAnonymizedDepth}); err != nil || a.doc.Root().Type() != jsonx.Object {
		return nil, false
	}
	defer a.doc.Reset()
	if t, ok := a.doc.Root().Get("schemaType"); ok && isSchema && t.Type() != jsonx.Null && !t.Is("AVRO") {
		return nil, false
	}
	out := []byte{'{'}
	for it := a.doc.Root().Iter(); it.Next(); {
		name, v := it.Key().Text(), it.Value()
		var text []byte
		switch name {
		case "subject":
			text = anonymousText(v, false)
		case "schema":
			var ok bool
			if text, ok = a.schema(v); !ok {
				return nil, false
			}
		case "version", "id", "deleted", "schemaType", "references", "compatibilityLevel", "mode", "maxId":
			text = compact(v)
		default:
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(jsonx.AppendQuoted(out, name), ':')
		out = append(out, text...)
	}
	return append(out, '}'), true
}

// schema anonymises the text of an Avro schema and returns it as a literal.
func (a *anonymizer) schema(v jsonx.Value) ([]byte, bool) {
	if v.Type() != jsonx.String {
		return nil, false
	}
	if err := a.text.Parse(v.AppendText(nil), jsonx.Limits{MaxDepth: maxAnonymizedDepth}); err != nil {
		return nil, false
	}
	defer a.text.Reset()
	return jsonx.AppendQuoted(nil, appendAnonymous(nil, a.text.Root(), true)), true
}

// appendAnonymous appends a part of a schema. All texts are names, but for the
// words of Avro itself, which only schemas hold and defaults do not.
func appendAnonymous(dst []byte, v jsonx.Value, words bool) []byte {
	switch v.Type() {
	case jsonx.String:
		return append(dst, anonymousText(v, words)...)
	case jsonx.Array:
		dst = append(dst, '[')
		for it := v.Iter(); it.Next(); {
			dst = separated(dst, '[')
			dst = appendAnonymous(dst, it.Value(), words)
		}
		return append(dst, ']')
	case jsonx.Object:
		dst = append(dst, '{')
		for it := v.Iter(); it.Next(); {
			dst = appendMember(dst, it.Key(), it.Value(), words)
		}
		return append(dst, '}')
	default:
		return append(dst, v.Raw()...)
	}
}

func appendMember(dst []byte, key, v jsonx.Value, words bool) []byte {
	name := key.Text()
	if words && name == "doc" {
		return dst
	}
	dst = separated(dst, '{')
	switch {
	case words && (name == "logicalType" || name == "order"):
		dst = append(jsonx.AppendQuoted(dst, name), ':')
		return append(dst, compact(v)...)
	case words && isMember(name):
		dst = append(jsonx.AppendQuoted(dst, name), ':')
		return appendAnonymous(dst, v, name != "default" && name != "name" && name != "symbols" && name != "aliases")
	default: // An attribute that Avro does not know, or a field of a default.
		dst = append(append(dst, anonymousText(key, false)...), ':')
		return appendAnonymous(dst, v, false)
	}
}

func separated(dst []byte, open byte) []byte {
	if dst[len(dst)-1] == open {
		return dst
	}
	return append(dst, ',')
}

// compact is the text of a value without white space.
func compact(v jsonx.Value) []byte {
	var out bytes.Buffer
	if err := json.Compact(&out, v.Raw()); err != nil {
		return []byte(nullText)
	}
	return out.Bytes()
}

func anonymousText(v jsonx.Value, words bool) []byte {
	if v.Type() != jsonx.String {
		return compact(v)
	}
	name := v.Text()
	if words && isType(name) {
		return jsonx.AppendQuoted(nil, name)
	}
	return jsonx.AppendQuoted(nil, anonymousName(name))
}

// anonymousName replaces every part of a name between dots. Nothing stays
// nothing.
func anonymousName(name string) string {
	parts := strings.Split(name, ".")
	for i, part := range parts {
		parts[i] = anonymousPart(part)
	}
	return strings.Join(parts, ".")
}

// anonymousPart is the letter a, the SHA-1 without its first digit, and the
// characters of the part that Avro does not allow in names, so that an invalid
// name stays invalid.
func anonymousPart(part string) string {
	if part == "" {
		return ""
	}
	sum := sha1.Sum([]byte(part))
	var illegal []rune
	for _, c := range part {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			illegal = append(illegal, c)
		}
	}
	slices.Sort(illegal)
	return "a" + hex.EncodeToString(sum[:])[1:] + string(slices.Compact(illegal))
}

// isType reports whether a text names a type of Avro.
func isType(s string) bool {
	switch s {
	case "null", "boolean", "int", "long", "float", "double", "bytes", "string",
		"record", "error", "enum", "array", "map", "fixed":
		return true
	default:
		return false
	}
}

// isMember reports whether a schema may have a member of that name.
func isMember(s string) bool {
	switch s {
	case "type", "name", "namespace", "fields", "items", "values", "symbols", "size",
		"aliases", "default", "precision", "scale":
		return true
	default:
		return false
	}
}
