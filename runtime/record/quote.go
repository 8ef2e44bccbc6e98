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
	dst = append(dst, '"')
	start := 0 // of what can be copied as it is
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				dst = appendEscape(append(dst, s[start:i]...), c)
				start = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = utf8.AppendRune(append(dst, s[start:i]...), r)
			start = i + 1
		}
		i += size
	}
	return append(append(dst, s[start:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	default:
		return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	}
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
