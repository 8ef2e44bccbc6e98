package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// value is a checked value of a key: string, int, bool, map[string]string for
// an object, or []string for a list.
type value any

// fromText reads the value of an environment variable. The accepted forms are
// those of Karapace 4 and 5 together: spaces around and underscores inside a
// number, and any of the usual words for a boolean in any case (Python writes
// True and False).
func fromText(k Key, text string) (value, error) {
	switch k.Kind {
	case Integer:
		return checkRange(k, strings.ReplaceAll(strings.TrimSpace(text), "_", ""))
	case Boolean:
		return parseBool(text)
	case Object, List:
		decoded, err := decode([]byte(text))
		if err != nil {
			return nil, err
		}
		return fromJSON(k, decoded)
	default:
		return checkText(k, text)
	}
}

// fromJSON reads a value of the file, as decode returns it. A text is read as
// an environment variable would be, so that "8081" is a port; a number or a
// boolean is a text where a text is wanted, so that 0123 as a password is not.
func fromJSON(k Key, v any) (value, error) {
	switch v := v.(type) {
	case string:
		if k.Kind == Object || k.Kind == List {
			return nil, fmt.Errorf("is not %s", article(k.Kind))
		}
		return fromText(k, v)
	case json.Number:
		if k.Kind == Object || k.Kind == List {
			return nil, fmt.Errorf("is not %s", article(k.Kind))
		}
		return fromText(k, v.String())
	case bool:
		if k.Kind == Boolean {
			return v, nil
		}
	case map[string]any:
		if k.Kind == Object {
			return texts(v)
		}
	case []any:
		if k.Kind == List {
			return list(v)
		}
	}
	if k.Kind == Text || k.Kind == File {
		return nil, fmt.Errorf("is wrong: `%s` is not a string", k.Name)
	}
	return nil, fmt.Errorf("is not %s", article(k.Kind))
}

func checkRange(k Key, text string) (value, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		// A JSON number may be written 8081.0 or 1e4.
		f, ferr := strconv.ParseFloat(text, 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) > maxInt32 {
			return nil, fmt.Errorf("is not %s", article(Integer))
		}
		n = int64(f)
	}
	if k.Max != 0 && (n < int64(k.Min) || n > int64(k.Max)) {
		return nil, fmt.Errorf("is outside %d to %d", k.Min, k.Max)
	}
	return int(n), nil
}

func parseBool(text string) (value, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "1", "yes", "on", "t", "y":
		return true, nil
	case "false", "0", "no", "off", "f", "n":
		return false, nil
	default:
		return nil, errors.New("is neither true nor false")
	}
}

// checkText returns the allowed spelling of text.
func checkText(k Key, text string) (value, error) {
	if len(k.Values) == 0 {
		return text, nil
	}
	i := slices.IndexFunc(k.Values, func(allowed string) bool {
		return strings.EqualFold(allowed, strings.TrimSpace(text))
	})
	if i < 0 && k.Refusal != "" {
		return nil, fmt.Errorf("is wrong: "+k.Refusal, text)
	}
	if i < 0 {
		return nil, fmt.Errorf("is not one of %s", strings.Join(k.Values, ", "))
	}
	return k.Values[i], nil
}

func texts(object map[string]any) (value, error) {
	result := make(map[string]string, len(object))
	for name, v := range object {
		switch v := v.(type) {
		case string:
			result[name] = v
		case nil:
		default:
			text, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			result[name] = string(text)
		}
	}
	return result, nil
}

func list(array []any) (value, error) {
	result := make([]string, 0, len(array))
	for _, v := range array {
		text, isText := v.(string)
		if !isText {
			return nil, errors.New("is not a list of texts")
		}
		result = append(result, text)
	}
	return result, nil
}

// decode parses one JSON value and keeps numbers as they are written.
func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("is not JSON: %w", err)
	}
	if d.More() {
		return nil, errors.New("has text after the end of its JSON")
	}
	return v, nil
}

// assign stores v in the place that the key is bound to.
func assign(c *Config, k Key, v value) {
	if k.bind == nil {
		return
	}
	switch place := k.bind(c).(type) {
	case *string:
		*place, _ = v.(string)
	case *Secret:
		text, _ := v.(string)
		*place = Secret(text)
	case *int:
		*place, _ = v.(int)
	case *bool:
		*place, _ = v.(bool)
	case *map[string]string:
		*place, _ = v.(map[string]string)
	case *map[string]Secret:
		texts, _ := v.(map[string]string)
		secrets := make(map[string]Secret, len(texts))
		for name, text := range texts {
			secrets[name] = Secret(text)
		}
		*place = secrets
	case *[]string:
		*place, _ = v.([]string)
	}
}

func article(k Kind) string {
	switch k {
	case Integer, Object:
		return "an " + string(k)
	default:
		return "a " + string(k)
	}
}
