package jsonschema

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// classItem reads one member of a set of characters. single is false for those
// that stand for several characters, like \d.
func classItem(s string) (char rune, length int, single bool) {
	if s[0] != '\\' || len(s) < 2 {
		r, size := utf8.DecodeRuneInString(s)
		return r, size, true
	}
	length = escapeLength(s)
	switch c := s[1]; c {
	case 'd', 'D', 's', 'S', 'w', 'W', 'p', 'P':
		return 0, length, false
	case 'n':
		return '\n', length, true
	case 'r':
		return '\r', length, true
	case 't':
		return '\t', length, true
	case 'f':
		return '\f', length, true
	case 'v':
		return '\v', length, true
	case 'b':
		return '\b', length, true
	case '0':
		return 0, length, true
	case 'c':
		if length == 3 {
			return rune(s[2] & 0x1f), length, true
		}
		return 'c', length, true
	case 'x', 'u':
		if length == 2 {
			return rune(c), length, true
		}
		n, err := strconv.ParseUint(strings.Trim(s[2:length], "{}"), 16, 32)
		if err != nil || n > utf8.MaxRune {
			return utf8.MaxRune, length, true
		}
		return lowSurrogate(s, rune(n), length)
	default:
		r, size := utf8.DecodeRuneInString(s[1:])
		return r, 1 + size, true
	}
}

// lowSurrogate joins the two halves of a character that was written as two
// escapes.
func lowSurrogate(s string, r rune, length int) (rune, int, bool) {
	rest := s[length:]
	if utf16.IsSurrogate(r) && strings.HasPrefix(rest, `\u`) && isHex(rest, 2, 4) {
		low, _ := strconv.ParseUint(rest[2:6], 16, 32)
		if joined := utf16.DecodeRune(r, rune(low)); joined != utf8.RuneError {
			return joined, length + 6, true
		}
	}
	return r, length, true
}

// What the escapes of ECMAScript stand for where RE2 has a narrower idea.
const (
	spaces    = `\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	notSpaces = `\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}` +
		`\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`
	lineEnds = `\n\r\x{2028}\x{2029}`
)

// translate rewrites a pattern that checkPattern has accepted.
func translate(s string) (string, error) {
	var b strings.Builder
	var groups []int // where the open groups begin
	last := 0        // where the last item begins, which a repetition follows
	for i := 0; i < len(s); {
		start, length, err := b.Len(), 1, error(nil)
		switch s[i] {
		case '\\':
			length, err = translateEscape(&b, s[i:])
		case '[':
			length = translateClass(&b, s[i:])
		case '(':
			length, err = translateGroup(&b, s[i:])
			if length > 0 && s[i+length-1] != ')' {
				groups = append(groups, start)
			}
		case ')':
			b.WriteByte(')')
			start, groups = groups[len(groups)-1], groups[:len(groups)-1]
		case '.':
			b.WriteString(`[^` + lineEnds + `]`)
		case '{':
			if length = repeatOften(&b, last, s[i:]); length == 0 {
				b.WriteByte('{')
				length = 1
			}
		case '*', '+', '?', '}':
			b.WriteByte(s[i])
			if i+1 < len(s) && s[i+1] == '+' {
				return "", errors.New("possessive repetitions cannot be run in linear time")
			}
		default:
			b.WriteByte(s[i])
		}
		if err != nil {
			return "", err
		}
		last = start
		i += length
	}
	return b.String(), nil
}

// mostRepeats is how often RE2 repeats an item.
const mostRepeats = 1000

// repeatOften writes a repetition that is too great for RE2 as several ones of
// the last item and returns its length; 0 for all that RE2 can do, or that is
// no repetition.
func repeatOften(b *strings.Builder, last int, s string) int {
	length, most, err := braces(s)
	if err != nil || length == 0 || s[1] == ',' || most <= mostRepeats {
		return 0
	}
	low, high, _ := strings.Cut(s[1:length-1], ",")
	least, _ := digits(low)
	text := b.String()
	item := text[last:]
	b.Reset()
	b.WriteString(text[:last])
	write := func(format string, n int) {
		for ; n > 0; n -= mostRepeats {
			fmt.Fprintf(b, format, item, min(n, mostRepeats))
		}
	}
	write("%s{%d}", least)
	switch {
	case high != "":
		write("%s{0,%d}", most-least)
	case strings.Contains(s[:length], ","):
		b.WriteString(item + "*")
	}
	if length < len(s) && s[length] == '?' {
		length++
	}
	return length
}

func translateEscape(b *strings.Builder, s string) (int, error) {
	switch c := s[1]; {
	case c >= '1' && c <= '9':
		return 0, errors.New("references to groups cannot be run in linear time")
	case c == 'k' && len(s) > 2 && s[2] == '<':
		return 0, errors.New("references to groups cannot be run in linear time")
	case c == 'A' || c == 'b' || c == 'B':
		b.WriteString(s[:2])
		return 2, nil
	case c == 'Z' || c == 'z':
		b.WriteString(`\z`)
		return 2, nil
	case c == 's':
		b.WriteString("[" + spaces + "]")
		return 2, nil
	case c == 'S':
		b.WriteString("[^" + spaces + "]")
		return 2, nil
	}
	return translateItem(b, s), nil
}

// translateItem writes one character, or a class of them that RE2 knows.
func translateItem(b *strings.Builder, s string) int {
	char, length, single := classItem(s)
	switch {
	case !single && (s[1] == 'p' || s[1] == 'P') && length > 3:
		b.WriteString(s[:2] + "{" + property(s[3:length-1]) + "}")
	case !single:
		b.WriteString(s[:length])
	default:
		fmt.Fprintf(b, `\x{%x}`, char)
	}
	return length
}

// property turns the long names of ECMAScript into those of RE2.
func property(name string) string {
	if _, value, ok := strings.Cut(name, "="); ok {
		name = value
	}
	switch name {
	case "Letter":
		return "L"
	case "Lowercase_Letter":
		return "Ll"
	case "Uppercase_Letter":
		return "Lu"
	case "Mark":
		return "M"
	case "Number":
		return "N"
	case "Decimal_Number", "digit":
		return "Nd"
	case "Punctuation", "punct":
		return "P"
	case "Symbol":
		return "S"
	case "Separator":
		return "Z"
	case "Other":
		return "C"
	default:
		return name
	}
}

func translateClass(b *strings.Builder, s string) int {
	length, err := classLength(s, true)
	if err != nil || strings.HasPrefix(s, "[]") || strings.HasPrefix(s, "[^]") {
		// An empty set is ECMAScript's, a leading bracket Python's.
		if end, err := classLength(s, false); err == nil {
			length = end
		}
	}
	body := s[1 : length-1]
	negated := strings.HasPrefix(body, "^")
	body = strings.TrimPrefix(body, "^")
	if body == "" {
		b.WriteString(`[^\x{0}-\x{10ffff}]`)
		if negated {
			rewritten := strings.TrimSuffix(b.String(), `[^\x{0}-\x{10ffff}]`) + `[\x{0}-\x{10ffff}]`
			b.Reset()
			b.WriteString(rewritten)
		}
		return length
	}
	b.WriteByte('[')
	if negated {
		b.WriteByte('^')
	}
	for i := 0; i < len(body); {
		i += translateMember(b, body[i:])
	}
	b.WriteByte(']')
	return length
}

// translateMember writes one member of a set, or a range.
func translateMember(b *strings.Builder, s string) int {
	if hasAny(s, `\s`) {
		b.WriteString(spaces)
		return 2
	}
	if hasAny(s, `\S`) {
		b.WriteString(notSpaces)
		return 2
	}
	length := translateItem(b, s)
	_, _, single := classItem(s)
	rest := s[length:]
	if single && len(rest) > 1 && rest[0] == '-' {
		if _, _, alsoSingle := classItem(rest[1:]); alsoSingle {
			b.WriteByte('-')
			return length + 1 + translateItem(b, rest[1:])
		}
	}
	return length
}

func translateGroup(b *strings.Builder, s string) (int, error) {
	switch {
	case !strings.HasPrefix(s, "(?"):
		b.WriteString("(?:")
		return 1, nil
	case hasAny(s, "(?:"):
		b.WriteString("(?:")
		return 3, nil
	case hasAny(s, "(?=", "(?!", "(?<=", "(?<!"):
		return 0, errors.New("looking ahead or behind cannot be done in linear time")
	case hasAny(s, "(?#"):
		return strings.IndexByte(s, ')') + 1, nil
	case hasAny(s, "(?P<", "(?<"):
		b.WriteString("(?:")
		return strings.IndexByte(s, '>') + 1, nil
	case hasAny(s, "(?P=", "(?(", "(?>"):
		return 0, errors.New("conditional and atomic groups and references to groups cannot be run in linear time")
	}
	length, _, err := groupHead(s)
	if err != nil {
		return 0, err
	}
	head := s[:length]
	if strings.ContainsAny(head, "aLux") {
		return 0, fmt.Errorf("the flags %s are not known", head)
	}
	b.WriteString(head)
	return length, nil
}
