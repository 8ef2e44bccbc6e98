package protobuf

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// scanner reads characters, words and strings. The first error is kept and
// moves to the end of the text, so that every loop ends.
type scanner struct {
	text string
	pos  int
	err  *Error
}

func (s *scanner) failAt(pos int, e *Error) {
	if s.err != nil {
		return
	}
	before := s.text[:min(pos, len(s.text))]
	e.Line = 1 + strings.Count(before, "\n")
	e.Column = len(before) - strings.LastIndexByte(before, '\n')
	s.err = e
	s.pos = len(s.text)
}

func (s *scanner) fail(format string, args ...any) {
	s.failAt(s.pos, malformed(format, args...))
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v'
}

func (s *scanner) skipSpace() {
	for s.pos < len(s.text) && isSpace(s.text[s.pos]) {
		s.pos++
	}
}

// skip passes over white space and comments.
func (s *scanner) skip() {
	for s.err == nil {
		s.skipSpace()
		if s.pos == len(s.text) || s.text[s.pos] != '/' {
			return
		}
		s.comment()
	}
}

// peek returns the next character that is neither space nor comment, and 0 at
// the end of the text.
func (s *scanner) peek() byte {
	s.skip()
	if s.pos == len(s.text) {
		return 0
	}
	return s.text[s.pos]
}

// next passes over c if it comes next.
func (s *scanner) next(c byte) bool {
	if s.peek() != c || s.pos == len(s.text) {
		return false
	}
	s.pos++
	return true
}

func (s *scanner) require(c byte) {
	if !s.next(c) && s.err == nil {
		s.fail("expected %q but found %s", string(c), s.found())
	}
}

// found describes what comes next, for messages.
func (s *scanner) found() string {
	if s.peek() == 0 {
		return "the end of the text"
	}
	if w := s.wordAt(s.pos); w != "" {
		if len(w) > 40 {
			w = w[:40] + "..."
		}
		return strconv.Quote(w)
	}
	r, _ := utf8.DecodeRuneInString(s.text[s.pos:])
	return strconv.Quote(string(r))
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

func (s *scanner) wordAt(pos int) string {
	end := pos
	for end < len(s.text) && isWord(s.text[end]) {
		end++
	}
	return s.text[pos:end]
}

// word reads a name, a keyword or a number: Karapace takes the same characters
// for all of them.
func (s *scanner) word(what string) string {
	s.skip()
	w := s.wordAt(s.pos)
	if w == "" && s.err == nil {
		s.fail("expected %s but found %s", what, s.found())
		return ""
	}
	s.pos += len(w)
	return w
}

// number reads a word with the sign and fraction that a number may have, such
// as 1.5e+10.
func (s *scanner) number() string {
	start := s.pos
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		exponent := s.pos > start && (s.text[s.pos-1] == 'e' || s.text[s.pos-1] == 'E')
		if !isWord(c) && (c != '+' || !exponent) {
			break
		}
		s.pos++
	}
	return s.text[start:s.pos]
}

// integer reads the number of a field, value or range. Like protoc it takes
// 010 for octal; no registry looks at the range of a number.
func (s *scanner) integer(what string) int64 {
	s.skip()
	start := s.pos
	if s.next('-') {
		s.skip() // a space may follow the sign
	}
	digits := s.wordAt(s.pos)
	s.pos += len(digits)
	if s.err != nil {
		return 0
	}
	n, err := strconv.ParseInt(digits, 0, 64)
	if err != nil || strings.ContainsAny(digits, "-_oObB") && !strings.HasPrefix(strings.ToLower(digits), "0x") {
		s.pos = start
		s.fail("expected %s but found %s", what, s.found())
		return 0
	}
	if s.text[start] == '-' {
		return -n
	}
	return n
}

// quoted reads a string. Adjacent strings are one.
func (s *scanner) quoted() string {
	var whole strings.Builder
	for first := true; ; first = false {
		piece, plain := s.piece()
		if s.err != nil {
			return ""
		}
		c := s.peek()
		last := c != '"' && c != '\''
		if last && first && plain {
			return piece
		}
		if plain {
			whole.WriteString(piece)
		} else {
			unescape(&whole, piece)
		}
		if last {
			return whole.String()
		}
	}
}

// piece returns what stands between two quotes, and whether that is the text
// itself, without escapes.
func (s *scanner) piece() (raw string, plain bool) {
	quote := s.peek()
	if quote != '"' && quote != '\'' {
		s.fail("expected a string but found %s", s.found())
		return "", false
	}
	start := s.pos
	s.pos++
	plain = true
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; c {
		case quote:
			s.pos++
			return s.text[start+1 : s.pos-1], plain
		case '\\':
			plain = false
			s.pos++
		}
		s.pos++
	}
	s.failAt(start, malformed("the string has no end"))
	return "", false
}

// unescape decodes escapes. Numeric ones are characters, not bytes, as in
// Karapace.
func unescape(b *strings.Builder, raw string) {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			b.WriteByte(raw[i])
			continue
		}
		i++
		switch c := raw[i]; c {
		case 'a':
			b.WriteByte('\a')
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'v':
			b.WriteByte('\v')
		case 'x', 'X':
			i += numeric(b, raw[i:], 16, 2)
		case 'u':
			i += numeric(b, raw[i:], 16, 4)
		case 'U':
			i += numeric(b, raw[i:], 16, 8)
		case '0', '1', '2', '3', '4', '5', '6', '7':
			i += numeric(b, raw[i-1:], 8, 3) - 1
		default:
			b.WriteByte(c)
		}
	}
}

// numeric decodes up to most digits that follow the first character of raw and
// returns how many there were. Without any, the character stands for itself.
func numeric(b *strings.Builder, raw string, base, most int) int {
	end := 1
	for end < len(raw) && end <= most && isDigit(raw[end], base) {
		end++
	}
	if end == 1 {
		b.WriteByte(raw[0])
		return 0
	}
	n, err := strconv.ParseUint(raw[1:end], base, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		n = utf8.RuneError
	}
	b.WriteRune(rune(n))
	return end - 1
}

func isDigit(c byte, base int) bool {
	if base == 8 {
		return c >= '0' && c <= '7'
	}
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
