package testkit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// variables matches $name, the escape $$, and ${repeat TEXT N}. A dollar in
// front of anything else stands for itself, so that it may end a regular
// expression.
var variables = regexp.MustCompile(`\$(?:\$|[a-z][a-zA-Z0-9]*|\{repeat [^ {}]+ [0-9]{1,8}\})`)

// blank is the name that matches everything and is never bound.
const blank = "any"

// maxRepeat bounds the text that ${repeat} makes.
const maxRepeat = 64 << 20

// bindings are the values of variables: a text as it is, everything else as
// JSON.
type bindings map[string]string

// substitute replaces $names by their values. A name without a value is an
// error; a dollar sign itself is written twice.
func (b bindings) substitute(text string) (string, error) {
	var err error
	result := variables.ReplaceAllStringFunc(text, func(found string) string {
		name := found[1:]
		switch {
		case name == "$":
			return "$"
		case strings.HasPrefix(name, "{"):
			repeated, problem := repeat(name)
			if problem != nil {
				err = problem
			}
			return repeated
		default:
			value, bound := b[name]
			if !bound {
				err = &unboundError{name}
			}
			return value
		}
	})
	return result, err
}

// repeat expands {repeat TEXT N}.
func repeat(call string) (string, error) {
	words := strings.Fields(strings.Trim(call, "{}"))
	n, err := strconv.Atoi(words[2])
	if err != nil || n*len(words[1]) > maxRepeat {
		return "", fmt.Errorf("${repeat %s %s} is too long", words[1], words[2])
	}
	return strings.Repeat(words[1], n), nil
}

// unboundError names a variable that has no value.
type unboundError struct{ name string }

func (e *unboundError) Error() string {
	return fmt.Sprintf("$%s has no value here; write $$%s if the dollar sign itself is meant", e.name, e.name)
}

// names returns the variables that text uses.
func names(text string) []string {
	var result []string
	for _, found := range variables.FindAllString(text, -1) {
		if name := found[1:]; name != "$" && name[0] != '{' {
			result = append(result, name)
		}
	}
	return result
}
