package config

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Mask stands for a secret value wherever configuration is shown.
const Mask = "****"

// Setting is one value as it may be shown.
type Setting struct {
	Key    string `json:"key"`
	Value  string `json:"value"` // Value is masked when it is secret
	Source Source `json:"source"`
}

// Settings lists every key that has an effect, in the order of the table,
// with secrets masked.
func (c *Config) Settings() []Setting {
	var settings []Setting
	for _, k := range Keys() {
		if k.bind == nil {
			continue
		}
		value := text(k.bind(c))
		if k.Default == "" && c.Source(k.Name) == Default {
			value = "" // Of a number the zero that stands for unset.
		}
		settings = append(settings, Setting{Key: k.Name, Value: shown(k, value), Source: c.Source(k.Name)})
	}
	return settings
}

// Changed lists the settings that are not defaults.
func (c *Config) Changed() []Setting {
	var changed []Setting
	for _, s := range c.Settings() {
		if s.Source != Default {
			changed = append(changed, s)
		}
	}
	return changed
}

// String lists the changed settings in one line, so that a Config may be
// formatted anywhere without showing a secret.
func (c *Config) String() string {
	var b strings.Builder
	for _, s := range c.Changed() {
		fmt.Fprintf(&b, "%s=%q ", s.Key, s.Value)
	}
	return strings.TrimSpace(b.String())
}

func text(place any) string {
	switch v := place.(type) {
	case *string:
		return *v
	case *Secret:
		return v.String()
	case *int:
		return fmt.Sprint(*v)
	case *bool:
		return fmt.Sprint(*v)
	case *map[string]string:
		return object(*v)
	case *map[string]Secret:
		if len(*v) == 0 {
			return ""
		}
		return Mask
	case *[]string:
		return strings.Join(*v, ",")
	default:
		return ""
	}
}

// object shows an object as the JSON that a file would hold.
func object(m map[string]string) string {
	if len(m) == 0 {
		return ""
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Sprint(m)
	}
	return string(text)
}

// userInfo matches what may hold a password in a URL. It is greedy up to the
// last @, since a password may contain one.
var userInfo = regexp.MustCompile(`(://).*@`)

// shown returns text as it may be shown: secrets masked as a whole, the
// user-info of URLs masked in every key, and long texts cut.
func shown(k Key, text string) string {
	if text == "" {
		return ""
	}
	if k.Secret {
		return Mask
	}
	text = userInfo.ReplaceAllString(text, "${1}"+Mask+"@")
	const most = 200
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}
