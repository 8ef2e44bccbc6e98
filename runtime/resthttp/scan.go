package resthttp

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

// The functions of this file walk JSON that json.Valid has accepted, so they
// look for structure only. They do not recurse: depth costs nothing.

// members calls f for every member of an object. The key is decoded; the value
// is its text, without blanks around it.
func members(object []byte, f func(key string, value []byte) error) error {
	i := skipSpace(object, skipSpace(object, 0)+1)
	for i < len(object) && object[i] == '"' {
		end := skipValue(object, i)
		key := object[i:end]
		i = skipSpace(object, skipSpace(object, end)+1) // the colon
		end = skipValue(object, i)
		if err := f(keyText(key), object[i:end]); err != nil {
			return err
		}
		i = skipSpace(object, end)
		if i < len(object) && object[i] == ',' {
			i = skipSpace(object, i+1)
		}
	}
	return nil
}

// elements calls f for every element of an array.
func elements(array []byte, f func(value []byte) error) error {
	i := skipSpace(array, skipSpace(array, 0)+1)
	for i < len(array) && array[i] != ']' {
		end := skipValue(array, i)
		if err := f(array[i:end]); err != nil {
			return err
		}
		i = skipSpace(array, end)
		if i < len(array) && array[i] == ',' {
			i = skipSpace(array, i+1)
		}
	}
	return nil
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipValue returns the end of the value that begins at i.
func skipValue(b []byte, i int) int {
	if i >= len(b) {
		return len(b)
	}
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		return skipNested(b, i)
	}
	for i < len(b) {
		switch b[i] {
		case ',', ']', '}', ' ', '\n', '\t', '\r':
			return i
		}
		i++
	}
	return i
}

func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

func skipNested(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = skipString(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(b)
}

func keyText(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return known(quoted[1 : len(quoted)-1])
	}
	s, _ := stringValue(quoted)
	return s
}

// known returns a name, without allocating for those that are in every record.
func known(name []byte) string {
	switch string(name) {
	case "key":
		return "key"
	case "value":
		return "value"
	case "type":
		return "type"
	case "data":
		return "data"
	case "partition_id":
		return "partition_id"
	case "schema_id":
		return "schema_id"
	default:
		return string(name)
	}
}

// stringValue decodes a string.
func stringValue(value []byte) (string, bool) {
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(value, '\\') < 0 && utf8.Valid(value) {
		return string(value[1 : len(value)-1]), true
	}
	var s string
	err := json.Unmarshal(value, &s)
	return s, err == nil
}

func isNull(value []byte) bool { return len(value) == 0 || value[0] == 'n' }

func isArray(value []byte) bool { return len(value) > 0 && value[0] == '[' }

func isObject(value []byte) bool { return len(value) > 0 && value[0] == '{' }

// intValue reads an integer, also from a string, as the replaced proxy does.
// Numbers beyond 64 bits become the largest.
func intValue(value []byte) (int64, bool) {
	text := string(value)
	if s, ok := stringValue(value); ok {
		text = string(bytes.TrimSpace([]byte(s)))
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		return n, true
	}
	if e, ok := err.(*strconv.NumError); ok && e.Err == strconv.ErrRange { // strconv documents the concrete type
		return n, true
	}
	return 0, false
}

// partitionValue is intValue for a partition number. What cannot be one is a
// number that no topic has.
func partitionValue(value []byte) (int32, bool) {
	n, ok := intValue(value)
	if n < 0 || n > math.MaxInt32 {
		n = math.MaxInt32
	}
	return int32(n), ok
}
