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
	// String is the characters of a text; only version 3 has it.
	String Format = "string"
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
func (f Format) NeedsSchema() bool { return f != Binary && f != JSON && f != String }

// SchemaType is the language of inline schemas of the format.
func (f Format) SchemaType() schema.Type {
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

// appendDecoded appends the bytes of a JSON string of base64. Padding may be
// missing; anything else that is not standard base64 is refused.
func appendDecoded(dst, text []byte) ([]byte, error) {
	s, err := stringOf(text)
	if err != nil {
		return dst, notBase64(text)
	}
	if bytes.ContainsAny(s, "\r\n") { // which the decoder would skip
		return dst, notBase64(text)
	}
	encoding := base64.RawStdEncoding
	if bytes.HasSuffix(s, []byte("=")) {
		encoding = base64.StdEncoding
	}
	out, err := encoding.AppendDecode(dst, s)
	if err != nil {
		return dst, notBase64(text)
	}
	return out, nil
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

// appendCompact appends a JSON text without blanks between its tokens. Order of
// keys and spelling of numbers stay, and characters outside ASCII are not
// escaped. That the text is JSON has been checked.
func appendCompact(dst, text []byte) []byte {
	for start := 0; start < len(text); {
		end := start
		for end < len(text) && text[end] > ' ' && text[end] != '"' {
			end++
		}
		if end < len(text) && text[end] == '"' {
			end = endOfString(text, end)
		}
		dst = append(dst, text[start:end]...)
		for end < len(text) && text[end] <= ' ' {
			end++
		}
		start = end
	}
	return dst
}

// endOfString returns the end of the JSON string that begins at i.
func endOfString(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// appendText appends the characters of a JSON string; a number or a truth value
// is its own text.
func appendText(dst, text []byte) ([]byte, error) {
	switch {
	case text[0] == '{' || text[0] == '[':
		return dst, fail(Improper, "%s is not a string", shorten(text))
	case text[0] != '"':
		return append(dst, text...), nil
	}
	s, err := stringOf(text)
	if err != nil {
		return dst, fail(Improper, "%s is not a string", shorten(text))
	}
	return append(dst, s...), nil
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
