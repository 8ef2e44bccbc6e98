package registryhttp

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// The level has one name in requests and their answers, and another when it is
// read (registry contract 3.5).
const (
	levelWritten = "compatibility"
	levelRead    = "compatibilityLevel"
)

// OriginHeader says in answers about the level that holds where it comes from:
// subject, context, global or default. The body of the answer is what clients
// of both registries know, so it has no place for that.
const OriginHeader = "X-Plastron-Level-Origin"

// getConfig is GET /config.
func (a *api) getConfig(c *call) error {
	c.w.Header().Set(OriginHeader, string(a.registry.LevelOrigin("")))
	return c.send(appendConfig(nil, levelRead, a.registry.GlobalConfig()))
}

// getSubjectConfig is GET /config/{subject}.
func (a *api) getSubjectConfig(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	config := a.registry.EffectiveConfig(s)
	if isTrue(c.query(), "defaultToGlobal") {
		c.w.Header().Set(OriginHeader, string(a.registry.LevelOrigin(s)))
	} else if config, err = a.registry.SubjectConfig(s); err != nil {
		return err
	}
	return c.send(appendConfig(nil, levelRead, config))
}

// putConfig is PUT /config and PUT /config/{subject}.
func (a *api) putConfig(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	body, err := a.read(c)
	if err != nil {
		return err
	}
	change, err := configBody(body)
	if err != nil {
		return err
	}
	set := func(ctx context.Context) (registry.Config, error) { return a.registry.SetGlobalConfig(ctx, change) }
	if _, one := c.vars["subject"]; one {
		set = func(ctx context.Context) (registry.Config, error) { return a.registry.SetSubjectConfig(ctx, s, change) }
	}
	return a.write(c, body, func(ctx context.Context) ([]byte, error) {
		after, err := set(ctx)
		return appendConfig(nil, levelWritten, after), err
	})
}

// deleteConfig is DELETE /config.
func (a *api) deleteConfig(c *call) error {
	return a.write(c, nil, func(ctx context.Context) ([]byte, error) {
		before, err := a.registry.DeleteGlobalConfig(ctx)
		return appendConfig(nil, levelRead, before), err
	})
}

// deleteSubjectConfig is DELETE /config/{subject}. Karapace's clients read the
// level that holds now, Confluent's the one that was deleted: both are sent.
func (a *api) deleteSubjectConfig(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	return a.write(c, nil, func(ctx context.Context) ([]byte, error) {
		before, err := a.registry.DeleteSubjectConfig(ctx, s)
		if err != nil {
			return nil, err
		}
		now := a.registry.EffectiveConfig(s).Level
		out := httpserver.AppendQuoted([]byte(`{"compatibility":`), string(now))
		if old := appendConfig(nil, levelRead, before); len(old) > len("{}") {
			return append(append(out, ','), old[1:]...), nil
		}
		return append(out, '}'), nil
	})
}

// appendConfig appends settings, the level under the given name; what is not
// set is left out.
func appendConfig(dst []byte, levelName string, c registry.Config) []byte {
	start := len(dst)
	dst = append(dst, '{')
	text := func(name, value string) {
		if value != "" {
			dst = httpserver.AppendQuoted(append(httpserver.AppendQuoted(dst, name), ':'), value)
			dst = append(dst, ',')
		}
	}
	flag := func(name string, value *bool) {
		if value != nil {
			dst = strconv.AppendBool(append(httpserver.AppendQuoted(dst, name), ':'), *value)
			dst = append(dst, ',')
		}
	}
	metadata := func(name string, m registry.Metadata) {
		if !m.Empty() {
			dst = append(append(httpserver.AppendQuoted(dst, name), ':'), m.Text()...)
			dst = append(dst, ',')
		}
	}
	text("alias", string(c.Alias))
	text("aliasForDeks", c.AliasForDeks)
	flag("normalize", c.Normalize)
	flag("validateFields", c.ValidateFields)
	flag("validateRules", c.ValidateRules)
	flag("validateNewSchemas", c.ValidateNewSchemas)
	text(levelName, string(c.Level))
	text("compatibilityPolicy", c.CompatibilityPolicy)
	text("compatibilityGroup", c.CompatibilityGroup)
	metadata("defaultMetadata", c.DefaultMetadata)
	metadata("overrideMetadata", c.OverrideMetadata)
	if len(dst) > start+1 {
		dst = dst[:len(dst)-1] // The last comma.
	}
	return append(dst, '}')
}

// configBody reads the body of PUT /config: what is not mentioned stays, null
// takes a setting out, what nobody knows is ignored. Rule sets are dropped
// (registry contract 7.1).
func configBody(body []byte) (registry.ConfigChange, error) {
	members, _, err := object(body)
	if err != nil {
		return registry.ConfigChange{}, err
	}
	change := registry.ConfigChange{Members: map[string][]byte{}}
	if raw, ok := members[levelWritten]; ok {
		var level schema.Level
		if string(raw) != "null" {
			if level, err = levelOf(raw); err != nil {
				return change, err
			}
		}
		change.Level = &level
	}
	for name, read := range settings() {
		raw, ok := members[name]
		switch {
		case !ok:
		case string(raw) == "null":
			change.Members[name] = nil
		default:
			if change.Members[name], err = read(raw, name); err != nil {
				return change, err
			}
		}
	}
	return change, nil
}

// settings says how each setting but the level is read. The result is what is
// stored, nil for what is the same as not being set.
func settings() map[string]func(raw json.RawMessage, name string) ([]byte, error) {
	return map[string]func(json.RawMessage, string) ([]byte, error){
		"alias": textSetting, "aliasForDeks": textSetting, "compatibilityGroup": textSetting, "compatibilityPolicy": policySetting,
		"normalize": flagSetting, "validateFields": flagSetting, "validateRules": flagSetting, "validateNewSchemas": flagSetting,
		"defaultMetadata": metadataSetting, "overrideMetadata": metadataSetting,
	}
}

func textSetting(raw json.RawMessage, name string) ([]byte, error) {
	text, err := textOf(raw, name)
	if err != nil || text == "" {
		return nil, err
	}
	return httpserver.AppendQuoted(nil, text), nil
}

func policySetting(raw json.RawMessage, name string) ([]byte, error) {
	policy := upperText(raw)
	if slices.Contains([]string{"STRICT", "LENIENT", "LOGICAL"}, policy) {
		return httpserver.AppendQuoted(nil, policy), nil
	}
	return nil, &problem{
		kind: "enum", text: "Input should be 'STRICT', 'LENIENT' or 'LOGICAL'", at: []any{"body", name}, input: raw,
		expected: "'STRICT', 'LENIENT' or 'LOGICAL'",
		status:   http.StatusUnprocessableEntity, code: http.StatusUnprocessableEntity,
		sentence: "Invalid compatibility policy. Valid values are strict, lenient, and logical",
	}
}

func flagSetting(raw json.RawMessage, name string) ([]byte, error) {
	var flag bool
	text := strings.Trim(string(raw), `"`)
	if json.Unmarshal([]byte(text), &flag) != nil {
		return nil, wrongType("boolean", raw, name)
	}
	return strconv.AppendBool(nil, flag), nil
}

func metadataSetting(raw json.RawMessage, name string) ([]byte, error) {
	m, err := registry.ParseMetadata(raw)
	if err != nil {
		return nil, wrongType("dictionary", raw, name)
	}
	if m.Empty() {
		return nil, nil
	}
	return []byte(m.Text()), nil
}
