package record

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// AppendQuoted appends s as a JSON string literal and returns the extended
// slice. Only what JSON demands is escaped: the quote, the backslash and
// control characters. Go's own encoder also escapes <, >, & and U+2028, which
// would make keys that compaction takes for other ones. Invalid UTF-8 becomes
// U+FFFD, since no reader accepts it.
func AppendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		}
		i++
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= ' ':
			dst = append(dst, c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c == '\b':
			dst = append(dst, '\\', 'b')
		case c == '\f':
			dst = append(dst, '\\', 'f')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(dst, '"')
}

// unquote returns the text of a valid JSON string literal.
func unquote(literal []byte) (string, error) {
	if len(literal) < 2 || literal[0] != '"' {
		return "", errNotString
	}
	for _, c := range literal {
		if c != '\\' {
			continue
		}
		var s string
		if err := json.Unmarshal(literal, &s); err != nil {
			// The error of the decoder may quote the text; ours does not.
			return "", fmt.Errorf("reading a string of %d bytes: not a JSON string", len(literal))
		}
		return s, nil
	}
	return string(literal[1 : len(literal)-1]), nil
}
