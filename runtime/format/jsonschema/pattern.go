package jsonschema

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// checkPattern reports whether text is a regular expression of Python or of
// ECMAScript, and what it costs. Karapace knows the former only, but a schema
// is not refused for what the standard allows. The cost is about the number of
// instructions of a machine that runs it: a repetition costs as much as what
// it repeats, as often as it may.
func checkPattern(text string) (cost int, err error) {
	s := scanner{src: text, open: []group{{}}}
	for s.pos < len(s.src) {
		if err := s.next(); err != nil {
			return 0, fmt.Errorf("%w at character %d", err, s.pos+1)
		}
	}
	if len(s.open) > 1 {
		return 0, errors.New("a parenthesis is not closed")
	}
	return s.open[0].total, nil
}

// maxCost keeps costs far from an overflow.
const maxCost = 1 << 40

// group is an open parenthesis.
type group struct {
	total int // cost of what is in it so far
	last  int // cost of the last item, which a repetition follows
	state itemState
	look  bool // a look around: it may be repeated, for what that is worth
}

// itemState says what stands before the place of the scanner.
type itemState uint8

const (
	nothing itemState = iota // nothing that can be repeated
	item
	repeated
)

// scanner reads a regular expression from left to right, without recursion.
type scanner struct {
	src  string
	pos  int
	open []group
}

func (s *scanner) top() *group { return &s.open[len(s.open)-1] }

func (s *scanner) rest() string { return s.src[s.pos:] }

// add takes length bytes as one item.
func (s *scanner) add(length, cost int, state itemState) {
	s.pos += length
	g := s.top()
	g.total = min(g.total+cost, maxCost)
	g.last, g.state = cost, state
}

func (s *scanner) next() error {
	switch c := s.src[s.pos]; c {
	case '(':
		return s.group()
	case ')':
		return s.close()
	case '[':
		return s.class()
	case '\\':
		return s.escape()
	case '|':
		s.add(1, 1, nothing)
	case '^':
		s.add(1, 1, nothing)
	case '*', '+', '?':
		return s.repeat(1, 2, 1)
	case '{':
		if length, most, err := braces(s.rest()); err != nil {
			return err
		} else if length > 0 {
			return s.repeat(length, most, most)
		}
		s.add(1, 1, item)
	default:
		s.add(1, 1, item)
	}
	return nil
}

// repeat applies a repetition to the last item. most is how many copies of it
// there are in the end.
func (s *scanner) repeat(length, most, copies int) error {
	g := s.top()
	switch g.state {
	case nothing:
		return errors.New("there is nothing to repeat")
	case repeated:
		return errors.New("a repetition is repeated")
	}
	s.pos += length
	if s.pos < len(s.src) && (s.src[s.pos] == '?' || s.src[s.pos] == '+') {
		s.pos++ // Lazy or possessive.
	}
	g.total = min(g.total+g.last*max(copies-1, 0)+min(most, 2), maxCost)
	g.state = repeated
	return nil
}

// braces reads a repetition in braces; length is 0 when the brace is a
// character like others.
func braces(s string) (length, most int, err error) {
	end := strings.IndexByte(s, '}')
	if end < 0 || end > 24 {
		return 0, 0, nil
	}
	low, high, isRange := strings.Cut(s[1:end], ",")
	least, okLow := digits(low)
	if !okLow || low == "" && (!isRange || high == "") {
		return 0, 0, nil
	}
	if !isRange || high == "" {
		return end + 1, max(least, 1), nil
	}
	most, okHigh := digits(high)
	if !okHigh {
		return 0, 0, nil
	}
	if most < least {
		return 0, 0, errors.New("the greatest number of a repetition is below the least")
	}
	return end + 1, most, nil
}

func digits(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	if strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil || n > maxCost>>16 {
		return maxCost >> 16, true
	}
	return n, true
}

// group opens a parenthesis.
func (s *scanner) group() error {
	rest := s.rest()
	opening, look := 1, false
	if strings.HasPrefix(rest, "(?") {
		switch {
		case hasAny(rest, "(?=", "(?!"):
			opening, look = 3, true
		case hasAny(rest, "(?<=", "(?<!"):
			opening, look = 4, true
		case hasAny(rest, "(?:", "(?>"):
			opening = 3
		case strings.HasPrefix(rest, "(?#"):
			return s.comment(rest)
		default:
			length, whole, err := groupHead(rest)
			if err != nil {
				return err
			}
			if whole {
				s.add(length, 1, item)
				return nil
			}
			opening = length
		}
	}
	s.pos += opening
	s.open = append(s.open, group{look: look})
	return nil
}

func hasAny(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func (s *scanner) comment(rest string) error {
	end := strings.IndexByte(rest, ')')
	if end < 0 {
		return errors.New("a comment is not closed")
	}
	s.pos += end + 1
	return nil
}

// groupHead reads the beginnings "(?<name>", "(?P<name>", "(?flags:" and
// "(?(1)", and the whole groups "(?P=name)" and "(?flags)".
func groupHead(s string) (length int, whole bool, err error) {
	unknown := errors.New("an unknown kind of group")
	switch {
	case hasAny(s, "(?P<", "(?<"):
		end := strings.IndexByte(s, '>')
		start := strings.IndexByte(s, '<') + 1
		if end <= start || strings.ContainsAny(s[start:end], "()[]{}|\\ ") {
			return 0, false, errors.New("the name of a group is missing or wrong")
		}
		return end + 1, false, nil
	case hasAny(s, "(?P=", "(?("):
		end := strings.IndexByte(s, ')')
		if end <= 4 && s[2] == 'P' || end <= 3 {
			return 0, false, errors.New("the name of a group is missing")
		}
		return end + 1, s[2] == 'P', nil
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == ')' && i > 2:
			return i + 1, true, nil
		case c == ':' && i > 2:
			return i + 1, false, nil
		case c != '-' && !strings.ContainsRune("aiLmsux", rune(c)):
			return 0, false, unknown
		}
	}
	return 0, false, unknown
}

func (s *scanner) close() error {
	if len(s.open) == 1 {
		return errors.New("a closing parenthesis has no opening one")
	}
	inner := s.top()
	cost := inner.total + 2
	s.open = s.open[:len(s.open)-1]
	s.add(1, cost, item)
	return nil
}

// escape reads a backslash with what belongs to it. Letters without a meaning
// stand for themselves, as in ECMAScript.
func (s *scanner) escape() error {
	rest := s.rest()
	if len(rest) < 2 {
		return errors.New("there is nothing after the last backslash")
	}
	switch rest[1] {
	case 'b', 'B', 'A', 'Z', 'z':
		s.add(2, 1, nothing)
	default:
		s.add(escapeLength(rest), 1, item)
	}
	return nil
}

// escapeLength is the length of an escape, its braces and digits included.
func escapeLength(s string) int {
	switch s[1] {
	case 'p', 'P', 'u':
		if len(s) > 2 && s[2] == '{' {
			if end := strings.IndexByte(s, '}'); end > 0 {
				return end + 1
			}
		}
		if s[1] == 'u' && isHex(s, 2, 4) {
			return 6
		}
	case 'x':
		if isHex(s, 2, 2) {
			return 4
		}
	case 'c':
		if len(s) > 2 && (s[2]|0x20 >= 'a' && s[2]|0x20 <= 'z') {
			return 3
		}
	}
	return 2
}

func isHex(s string, from, count int) bool {
	return len(s) >= from+count && strings.Trim(s[from:from+count], "0123456789abcdefABCDEF") == ""
}

// class reads a set of characters. Python takes a closing bracket in the first
// place as a character, ECMAScript as the end of an empty set; the latter is
// tried when the former does not work.
func (s *scanner) class() error {
	length, err := classLength(s.rest(), true)
	if err != nil {
		var asEmpty error
		if length, asEmpty = classLength(s.rest(), false); asEmpty != nil {
			return err
		}
	}
	s.add(length, 2+length/8, item)
	return nil
}

func classLength(s string, firstIsLiteral bool) (int, error) {
	i := 1
	if i < len(s) && s[i] == '^' {
		i++
	}
	low, inRange, first := rune(-1), false, firstIsLiteral
	for i < len(s) {
		if s[i] == ']' && !first {
			return i + 1, nil
		}
		first = false
		char, length, single := classItem(s[i:])
		i += length
		switch {
		case inRange && single && low > char:
			return 0, errors.New("the ends of a range of characters are in the wrong order")
		case inRange || !single:
			low, inRange = -1, false
		case i+1 < len(s) && s[i] == '-' && s[i+1] != ']':
			low, inRange = char, true
			i++
		default:
			low = char
		}
	}
	return 0, errors.New("a set of characters is not closed")
}
