package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// parseProperties reads a file of Java's class Properties: "key=value",
// "key: value" or "key value", lines continued by a backslash, comments after #
// or !, and escapes. A later line wins over an earlier one of the same key.
func parseProperties(text string) (map[string]string, error) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	properties := map[string]string{}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		first := i + 1
		line := strings.TrimLeft(lines[i], " \t\f")
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		for continued(line) && i+1 < len(lines) {
			i++
			line = line[:len(line)-1] + strings.TrimLeft(lines[i], " \t\f")
		}
		key, value, err := splitProperty(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", first, err)
		}
		properties[key] = value
	}
	return properties, nil
}

// continued reports whether a line ends with a backslash that is not escaped
// itself.
func continued(line string) bool {
	n := len(line) - len(strings.TrimRight(line, `\`))
	return n%2 == 1
}

// splitProperty splits at the first separator that is not escaped: an equals
// sign or a colon with white space around it, or white space alone.
func splitProperty(line string) (key, value string, err error) {
	end := len(line)
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' {
			i++
			continue
		}
		if strings.IndexByte("=: \t\f", line[i]) >= 0 {
			end = i
			break
		}
	}
	rest := strings.TrimLeft(line[end:], " \t\f")
	if rest != "" && (rest[0] == '=' || rest[0] == ':') {
		rest = strings.TrimLeft(rest[1:], " \t\f")
	}
	if key, err = unescape(line[:end]); err != nil {
		return "", "", err
	}
	value, err = unescape(rest)
	return key, value, err
}

func unescape(text string) (string, error) {
	if !strings.Contains(text, `\`) {
		return text, nil
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out.WriteByte(text[i])
			continue
		}
		i++
		if i == len(text) {
			break // A backslash at the very end of the file means nothing.
		}
		switch text[i] {
		case 't':
			out.WriteByte('\t')
		case 'n':
			out.WriteByte('\n')
		case 'r':
			out.WriteByte('\r')
		case 'f':
			out.WriteByte('\f')
		case 'u':
			r, taken, err := unescapeUnicode(text[i+1:])
			if err != nil {
				return "", err
			}
			out.WriteRune(r)
			i += taken
		default:
			out.WriteByte(text[i])
		}
	}
	return out.String(), nil
}

// unescapeUnicode reads the four digits after \u, and the second half of a
// pair of surrogates.
func unescapeUnicode(text string) (r rune, taken int, err error) {
	unit, err := codeUnit(text)
	if err != nil {
		return 0, 0, err
	}
	if utf16.IsSurrogate(unit) && strings.HasPrefix(text[4:], `\u`) {
		if low, err := codeUnit(text[6:]); err == nil {
			return utf16.DecodeRune(unit, low), 10, nil
		}
	}
	return unit, 4, nil
}

func codeUnit(text string) (rune, error) {
	if len(text) < 4 {
		return 0, errors.New(`\u needs four hexadecimal digits`)
	}
	n, err := strconv.ParseUint(text[:4], 16, 16)
	if err != nil {
		return 0, errors.New(`\u needs four hexadecimal digits`)
	}
	return rune(n), nil
}
