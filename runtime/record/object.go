package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/plastron-dev/plastron/runtime/schema"
)

var (
	errNotJSON   = errors.New("not JSON")
	errNotUTF8   = errors.New("not UTF-8")
	errNotObject = errors.New("not a JSON object")
	errNotString = errors.New("not a JSON string")
)

// object is a JSON object that was read member by member: the text and where
// in it the members stand. Values are not decoded.
type object struct {
	raw     []byte
	members []member
	end     int // position of the closing brace
}

// member is one member of an object. start and end delimit its value.
type member struct {
	name       []byte
	start, end int
}

// scanObject finds the members of the JSON object raw. The result refers to
// raw. Of members with one name the last counts, as it does for every JSON
// library that the writers of such topics use.
func scanObject(raw []byte) (object, error) {
	if !utf8.Valid(raw) {
		return object{}, errNotUTF8
	}
	if !json.Valid(raw) {
		return object{}, errNotJSON
	}
	o := object{raw: raw, members: make([]member, 0, 8)}
	i := skipSpace(raw, 0)
	if raw[i] != '{' {
		return object{}, errNotObject
	}
	i = skipSpace(raw, i+1)
	// The text is valid JSON from here on, so positions cannot run past its end.
	for raw[i] != '}' {
		nameEnd := skipString(raw, i)
		name, err := memberName(raw[i:nameEnd])
		if err != nil {
			return object{}, err
		}
		start := skipSpace(raw, skipSpace(raw, nameEnd)+1)
		end := skipValue(raw, start)
		o.members = append(o.members, member{name: name, start: start, end: end})
		i = skipSpace(raw, end)
		if raw[i] == ',' {
			i = skipSpace(raw, i+1)
		}
	}
	o.end = i
	return o, nil
}

func memberName(literal []byte) ([]byte, error) {
	if bytes.IndexByte(literal, '\\') < 0 {
		return literal[1 : len(literal)-1], nil
	}
	s, err := unquote(literal)
	return []byte(s), err
}

func skipSpace(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r' {
		i++
	}
	return i
}

// skipString returns the position after the string literal that starts at i.
func skipString(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// skipValue returns the position after the value that starts at i.
func skipValue(b []byte, i int) int {
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		return skipNested(b, i)
	}
	for i < len(b) && bytes.IndexByte([]byte(",}] \t\n\r"), b[i]) < 0 {
		i++
	}
	return i
}

func skipNested(b []byte, i int) int {
	depth := 0
	for {
		switch b[i] {
		case '"':
			i = skipString(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		i++
		if depth == 0 {
			return i
		}
	}
}

// value returns the text of the last member with that name; nil when there is
// none or when it is null.
func (o object) value(name string) []byte {
	v, _ := o.find(name)
	if string(v) == "null" {
		return nil
	}
	return v
}

// find returns the text of the last member with that name.
func (o object) find(name string) ([]byte, bool) {
	for i := len(o.members) - 1; i >= 0; i-- {
		if m := o.members[i]; string(m.name) == name {
			return o.raw[m.start:m.end], true
		}
	}
	return nil, false
}

// text returns the string that the member holds; false when it is absent.
func (o object) text(name string) (string, bool, error) {
	v := o.value(name)
	if v == nil {
		return "", false, nil
	}
	s, err := unquote(v)
	if err != nil {
		return "", false, fmt.Errorf("reading member %q: %w", name, err)
	}
	return s, true, nil
}

// number returns the integer that the member holds; false when it is absent.
func (o object) number(name string) (int64, bool, error) {
	v := o.value(name)
	if v == nil {
		return 0, false, nil
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return 0, false, fmt.Errorf("reading member %q: not an integer", name)
	}
	return n, true, nil
}

// positive returns the integer from 1 to the largest id or version that the
// member holds; it is an error when the member is absent.
func (o object) positive(name string) (int32, error) {
	n, ok, err := o.number(name)
	switch {
	case err != nil:
		return 0, err
	case !ok:
		return 0, fmt.Errorf("member %q is missing", name)
	case n < 1 || n > math.MaxInt32:
		return 0, fmt.Errorf("reading member %q: %d is not between 1 and %d", name, n, math.MaxInt32)
	default:
		return int32(n), nil
	}
}

// subject returns the subject that the member holds; false when it is absent.
func (o object) subject() (schema.Subject, bool, error) {
	s, ok, err := o.text("subject")
	return schema.Subject(s), ok, err
}

// with returns the text of the object with the value of one member replaced by
// the JSON text v, everything else byte for byte as it was. A member that the
// object does not have is added at its end.
func (o object) with(name, v string) []byte {
	out := make([]byte, 0, len(o.raw)+len(name)+len(v)+8)
	copied, found := 0, false
	for _, m := range o.members {
		if string(m.name) != name {
			continue
		}
		out = append(out, o.raw[copied:m.start]...)
		out = append(out, v...)
		copied, found = m.end, true
	}
	if found {
		return append(out, o.raw[copied:]...)
	}
	out = append(out, o.raw[:o.end]...)
	if len(o.members) > 0 {
		out = append(out, ',')
	}
	out = AppendQuoted(out, name)
	out = append(out, ':')
	out = append(out, v...)
	return append(out, o.raw[o.end:]...)
}
