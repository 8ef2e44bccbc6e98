package auth

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// maxPattern bounds the text of a pattern in bytes.
const maxPattern = 4096

// pattern is a resource expression of an auth file: a regular expression in
// Python's syntax, matched from the start of the resource but not to its end.
type pattern struct {
	text string
	// prefix is what the resource has to begin with when that is all that the
	// pattern says, which is the usual case; then expression is nil.
	prefix     string
	expression *regexp.Regexp
}

// matches reports whether the pattern covers the resource.
func (p *pattern) matches(resource string) bool {
	if p.expression == nil {
		return strings.HasPrefix(resource, p.prefix)
	}
	return p.expression.MatchString(resource)
}

// everything reports whether the pattern covers all resources.
func (p *pattern) everything() bool { return p.expression == nil && p.prefix == "" }

// compilePattern reads a pattern. Its errors tell what Go's linear-time
// engine, which no pattern can make slow, cannot do.
func compilePattern(text string) (pattern, error) {
	if len(text) > maxPattern {
		return pattern{}, fmt.Errorf("pattern of %d bytes is longer than the allowed %d", len(text), maxPattern)
	}
	translated, err := translate(text)
	if err != nil {
		return pattern{}, fmt.Errorf("pattern %q %w", text, err)
	}
	tree, err := syntax.Parse(translated, syntax.Perl)
	if err != nil {
		return pattern{}, fmt.Errorf("pattern %q is not supported: %w; look-around, back-references and possessive or atomic groups do not exist here", text, err)
	}
	if prefix, only := literalPrefix(tree); only {
		return pattern{text: text, prefix: prefix}, nil
	}
	expression, err := regexp.Compile(`\A(?:` + translated + `)`)
	if err != nil {
		return pattern{}, fmt.Errorf("pattern %q is not supported: %w", text, err)
	}
	return pattern{text: text, expression: expression}, nil
}

// literalPrefix recognises "Subject:orders-", "Subject:orders-.*" and ".*":
// since the end is open, a trailing ".*" says nothing.
func literalPrefix(tree *syntax.Regexp) (string, bool) {
	parts := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpConcat {
		parts = tree.Sub
	}
	if last := parts[len(parts)-1]; last.Op == syntax.OpStar && isAny(last.Sub[0]) {
		parts = parts[:len(parts)-1]
	}
	var prefix strings.Builder
	for _, part := range parts {
		switch {
		case part.Op == syntax.OpEmptyMatch:
		case part.Op == syntax.OpBeginText:
		case part.Op == syntax.OpLiteral && part.Flags&syntax.FoldCase == 0:
			prefix.WriteString(string(part.Rune))
		default:
			return "", false
		}
	}
	return prefix.String(), true
}

func isAny(e *syntax.Regexp) bool {
	return e.Op == syntax.OpAnyCharNotNL || e.Op == syntax.OpAnyChar
}

// translate turns Python's syntax into Go's where they differ in what they
// mean, and refuses what would silently mean something else.
func translate(text string) (string, error) {
	var out strings.Builder
	inClass := false
	for i := 0; i < len(text); i++ {
		b := text[i]
		switch {
		case b == '\\' && i+1 < len(text):
			i++
			escape, err := translateEscape(text[i])
			if err != nil {
				return "", err
			}
			out.WriteString(escape)
			continue
		case inClass && b == '[' && i+1 < len(text) && text[i+1] == ':':
			return "", errors.New("has [: inside brackets, which is a set of characters in Python and a named class here; write the class out")
		case inClass:
			inClass = b != ']'
		case b == '[':
			n := classStart(text[i:])
			out.WriteString(text[i : i+n])
			i += n - 1
			inClass = true
			continue
		case strings.HasPrefix(text[i:], "{,"):
			out.WriteString("{0,")
			i++
			continue
		}
		out.WriteByte(b)
	}
	return out.String(), nil
}

// classStart is the length of "[", "[^", "[]" or "[^]": a bracket that comes
// first is a member, not the end. A class inside it is for the next step.
func classStart(text string) int {
	n := 1
	if strings.HasPrefix(text[n:], "^") {
		n++
	}
	if strings.HasPrefix(text[n:], "]") {
		n++
	}
	return n
}

func translateEscape(b byte) (string, error) {
	switch b {
	case 'Z':
		return `\z`, nil
	case 'Q', 'E', 'p', 'P', 'C':
		return "", fmt.Errorf(`has \%c, which Python does not know`, b)
	default:
		return string([]byte{0x5c, b}), nil
	}
}
