package protobuf

import (
	"strings"
	"unicode"
)

// The rules about comments are Karapace's: whatever comments stand before a
// declaration document it, and one that follows a field, an enum value or a
// reserved statement in its line is added below.

// documentation reads all comments before the next declaration.
func (s *scanner) documentation() string {
	doc := ""
	var many strings.Builder
	for s.err == nil {
		s.skipSpace()
		if s.pos == len(s.text) || s.text[s.pos] != '/' {
			break
		}
		comment := s.comment()
		switch {
		case many.Len() > 0:
			many.WriteByte('\n')
			many.WriteString(comment)
		case doc == "":
			doc = comment
		default:
			many.WriteString(doc)
			many.WriteByte('\n')
			many.WriteString(comment)
		}
	}
	if many.Len() > 0 {
		return many.String()
	}
	return doc
}

// comment reads one comment and returns what it says.
func (s *scanner) comment() string {
	start := s.pos
	rest := s.text[s.pos+1:]
	switch {
	case strings.HasPrefix(rest, "/"):
		line, _, _ := strings.Cut(rest[1:], "\n")
		s.pos = min(s.pos+len("//")+len(line)+1, len(s.text))
		return strings.TrimPrefix(line, " ")
	case strings.HasPrefix(rest, "*"):
		body, _, closed := strings.Cut(rest[1:], "*/")
		if !closed {
			s.failAt(start, malformed("the comment has no end"))
			return ""
		}
		s.pos += len("/*") + len(body) + len("*/")
		return blockComment(body)
	default:
		s.fail("expected a declaration but found \"/\"")
		return ""
	}
}

// blockComment removes what is there for the eye: indentation, and asterisks
// at the start of lines with one space after them.
func blockComment(body string) string {
	if !strings.Contains(body, "\n") && !strings.HasPrefix(body, "*") {
		return strings.TrimSpace(body)
	}
	var b strings.Builder
	for i, line := range strings.Split(body, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(undecorated(line))
	}
	return strings.TrimSpace(b.String())
}

func undecorated(line string) string {
	for line != "" {
		line = strings.TrimLeftFunc(line, unicode.IsSpace)
		if !strings.HasPrefix(line, "*") {
			return line
		}
		line = line[1:]
		if strings.HasPrefix(line, " ") {
			return line[1:]
		}
	}
	return line
}

// trailing adds the comment that follows in the same line to doc. Karapace
// drops one of a single character.
func (s *scanner) trailing(doc string) string {
	if s.err != nil {
		return doc
	}
	at := s.pos
	for at < len(s.text) && (s.text[at] == ' ' || s.text[at] == '\t') {
		at++
	}
	comment := ""
	switch rest := s.text[at:]; {
	case strings.HasPrefix(rest, "//"):
		line, _, _ := strings.Cut(rest[2:], "\n")
		s.pos = min(at+len("//")+len(line)+1, len(s.text))
		comment = line
	case strings.HasPrefix(rest, "/*"):
		body, _, closed := strings.Cut(rest[2:], "*/")
		if !closed {
			s.failAt(at, malformed("the comment has no end"))
			return doc
		}
		s.pos = at + len("/*") + len(body) + len("*/")
		comment = body
	default:
		return doc
	}
	comment = strings.TrimRight(strings.TrimPrefix(comment, " "), " \t")
	comment = strings.TrimLeft(comment, "\n")
	switch {
	case len(comment) <= 1:
		return doc
	case strings.TrimSpace(doc) == "":
		return comment
	default:
		return doc + "\n" + comment
	}
}
