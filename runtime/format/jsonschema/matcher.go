package jsonschema

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// matcher is a regular expression that runs in time linear in the text.
type matcher struct {
	re   *regexp.Regexp
	cost int
	// ahead are conditions on the text from its start, which an expression
	// that begins there puts in front: "^(?=.*[0-9])(?!admin)[a-z0-9]+$".
	ahead []condition
}

type condition struct {
	re      *regexp.Regexp
	negated bool
}

// steps is what running the expression costs on a text of so many bytes.
func (m *matcher) steps(length int) int { return 1 + m.cost*length/16 }

func (m *matcher) match(text []byte) bool {
	for _, c := range m.ahead {
		if c.re.Match(text) == c.negated {
			return false
		}
	}
	return m.re.Match(text)
}

// compile turns a regular expression of ECMAScript into one of RE2, which
// never backtracks. What only backtracking can do is refused. atStart asks for
// a match that begins where the text does.
func compile(text string, atStart bool, limits Limits) (*matcher, error) {
	cost, err := checkPattern(text)
	if err != nil {
		return nil, err
	}
	if cost > limits.MaxPatternCost {
		return nil, fmt.Errorf("it costs %d, at most %d is allowed", cost, limits.MaxPatternCost)
	}
	m := &matcher{cost: max(cost, 1)}
	if strings.HasPrefix(text, "^(?") {
		if text, err = m.lookAhead(text); err != nil {
			return nil, err
		}
	}
	m.re, err = linear(text, atStart)
	return m, err
}

// lookAhead takes the conditions off the front of an expression and returns
// what is left of it.
func (m *matcher) lookAhead(text string) (string, error) {
	rest := text[1:]
	for hasAny(rest, "(?=", "(?!") {
		end := groupEnd(rest)
		re, err := linear(rest[3:end-1], true)
		if err != nil {
			return "", err
		}
		m.ahead = append(m.ahead, condition{re, rest[2] == '!'})
		if rest = rest[end:]; hasAny(rest, "*", "+", "?", "{") {
			return "", errors.New("a repetition of looking ahead cannot be done in linear time")
		}
	}
	if len(m.ahead) > 0 && alternatives(rest) {
		return "", errors.New("looking ahead in one of several alternatives cannot be done in linear time")
	}
	return "^" + rest, nil
}

// groupEnd returns the length of the group that a checked text begins with.
func groupEnd(text string) int {
	s := scanner{src: text, open: []group{{}}}
	for err := s.next(); err == nil && len(s.open) > 1; {
		err = s.next()
	}
	return s.pos
}

// alternatives reports whether a checked text is more than one alternative.
func alternatives(text string) bool {
	s := scanner{src: text, open: []group{{}}}
	for s.pos < len(text) {
		if len(s.open) == 1 && text[s.pos] == '|' {
			return true
		}
		if s.next() != nil {
			return false
		}
	}
	return false
}

func linear(text string, atStart bool) (*regexp.Regexp, error) {
	translated, err := translate(text)
	if err != nil {
		return nil, err
	}
	if atStart {
		translated = "^(?:" + translated + ")"
	}
	re, err := regexp.Compile(translated)
	if err != nil {
		return nil, fmt.Errorf("it cannot be run in linear time: %w", err)
	}
	return re, nil
}
