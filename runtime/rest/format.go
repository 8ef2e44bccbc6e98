package rest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Format is how keys and values stand in requests and answers.
type Format string

// The formats. The last three carry the id of a schema in front of the data.
const (
	Binary     Format = "binary"
	JSON       Format = "json"
	Avro       Format = "avro"
	JSONSchema Format = "jsonschema"
	Protobuf   Format = "protobuf"
)

// ParseFormat returns the format with that lower-case name.
func ParseFormat(name string) (Format, bool) {
	switch f := Format(name); f {
	case Binary, JSON, Avro, JSONSchema, Protobuf:
		return f, true
	default:
		return "", false
	}
}

// NeedsSchema reports whether records of the format have a schema.
func (f Format) NeedsSchema() bool { return f != Binary && f != JSON }

// schemaType is the language of inline schemas of the format.
func (f Format) schemaType() schema.Type {
	switch f {
	case JSONSchema:
		return schema.JSON
	case Protobuf:
		return schema.Protobuf
	default:
		return schema.Avro
	}
}

// side is the key or the value of a record.
type side string

const (
	keySide   side = "key"
	valueSide side = "value"
)

// decodeBase64 turns a JSON string of base64 into bytes. Padding may be
// missing; anything else that is not standard base64 is refused.
func decodeBase64(text []byte) ([]byte, error) {
	s, err := stringOf(text)
	if err != nil {
		return nil, notBase64(text)
	}
	if bytes.ContainsAny(s, "\r\n") { // which the decoder would skip
		return nil, notBase64(text)
	}
	encoding := base64.RawStdEncoding
	if bytes.HasSuffix(s, []byte("=")) {
		encoding = base64.StdEncoding
	}
	out := make([]byte, encoding.DecodedLen(len(s)))
	n, err := encoding.Decode(out, s)
	if err != nil {
		return nil, notBase64(text)
	}
	return out[:n], nil
}

func notBase64(text []byte) *Error {
	return fail(NotBase64, "data=%s  is not a base64 string.", shorten(text)) // two blanks, as Karapace has it
}

// stringOf returns the content of a JSON string. The result may share memory
// with text.
func stringOf(text []byte) ([]byte, error) {
	if len(text) < 2 || text[0] != '"' {
		return nil, fmt.Errorf("%s is not a string", shorten(text))
	}
	if bytes.IndexByte(text, '\\') < 0 {
		return text[1 : len(text)-1], nil
	}
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, err
	}
	return []byte(s), nil
}

// compact returns a JSON text without blanks between its tokens. Order of keys
// and spelling of numbers stay, and characters outside ASCII are not escaped.
func compact(text []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(text))
	if json.Compact(&out, text) != nil {
		return text // The HTTP layer has checked the syntax.
	}
	return out.Bytes()
}

// shorten bounds what of a client's data goes into an error text.
func shorten(text []byte) string {
	const most = 200
	if len(text) <= most {
		return string(text)
	}
	return string(bytes.ToValidUTF8(text[:most], nil)) + "..."
}

func appendBase64(dst, data []byte) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, data)
	return append(dst, '"')
}
