package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
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

// unquote returns the text of a valid JSON string literal. It makes the text in
// one piece of memory, since most of what a replay leaves behind would
// otherwise be from here.
func unquote(literal []byte) (string, error) {
	if len(literal) < 2 || literal[0] != '"' || literal[len(literal)-1] != '"' {
		return "", errNotString
	}
	inside := literal[1 : len(literal)-1]
	escapes := 0
	for i := bytes.IndexByte(inside, '\\'); i >= 0; i = nextEscape(inside, i) {
		if _, ok := unescape(inside[i+1:]); !ok {
			return unquoteAny(literal)
		}
		escapes++
	}
	if escapes == 0 {
		return string(inside), nil
	}
	var text strings.Builder
	text.Grow(len(inside) - escapes)
	start := 0
	for i := bytes.IndexByte(inside, '\\'); i >= 0; i = nextEscape(inside, i) {
		plain, _ := unescape(inside[i+1:])
		text.Write(inside[start:i])
		text.WriteByte(plain)
		start = i + 2
	}
	text.Write(inside[start:])
	return text.String(), nil
}

// nextEscape returns the position of the next backslash behind the escape of
// two bytes at i, -1 if there is none.
func nextEscape(b []byte, i int) int {
	next := bytes.IndexByte(b[i+2:], '\\')
	if next < 0 {
		return -1
	}
	return i + 2 + next
}

// unescape returns what the escape behind a backslash stands for, if that is
// one of those with a single letter.
func unescape(rest []byte) (plain byte, ok bool) {
	if len(rest) == 0 {
		return 0, false
	}
	switch c := rest[0]; c {
	case '"', '\\', '/':
		return c, true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	default:
		return 0, false
	}
}

func unquoteAny(literal []byte) (string, error) {
	var s string
	if err := json.Unmarshal(literal, &s); err != nil {
		// The error of the decoder may quote the text; ours does not.
		return "", fmt.Errorf("reading a string of %d bytes: not a JSON string", len(literal))
	}
	return s, nil
}
