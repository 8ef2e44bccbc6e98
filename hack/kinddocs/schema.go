package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// foreign are fields that have the shape of Kubernetes' own types: they are
// named and not taken apart.
func foreign(name string) (string, bool) {
	what, ok := map[string]string{
		"affinity": "as in a pod", "tolerations": "as in a pod", "topologySpreadConstraints": "as in a pod", "env": "as in a container",
		"resources": "as in a container", "conditions": "as everywhere in Kubernetes", "podSecurityContext": "as in a pod",
		"securityContext": "as in a container", "pullSecrets": "as in a pod", "selector": "as in a Service", "namespaceSelector": "a label selector",
		"podSelector": "a label selector", "matchExpressions": "as in a label selector", "parentRefs": "as in an HTTPRoute",
		"from": "as in a NetworkPolicy", "podTemplatePatch": "as in a pod template",
	}[name]
	return what, ok
}

// writeFields writes a table of all fields below a schema.
func writeFields(b *bytes.Buffer, path string, s *apiextensionsv1.JSONSchemaProps) {
	b.WriteString("| field | type | |\n|---|---|---|\n")
	fields(b, path, s)
}

func fields(b *bytes.Buffer, path string, s *apiextensionsv1.JSONSchemaProps) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		at := path + "." + name
		shape, inner := shapeOf(&p)
		text := cell(p.Description)
		if slices.Contains(s.Required, name) {
			text = "**Required.** " + text
		}
		what, isForeign := foreign(name)
		if isForeign && inner != nil && len(inner.Properties) > 0 {
			shape, inner = what, nil
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", at, shape, strings.TrimSpace(text+limits(&p)))
		if inner != nil {
			fields(b, at+suffix(&p), inner)
		}
	}
}

// shapeOf names a type and returns what has fields of its own.
func shapeOf(p *apiextensionsv1.JSONSchemaProps) (string, *apiextensionsv1.JSONSchemaProps) {
	switch {
	case p.XIntOrString:
		return "integer or string", nil
	case p.Type == "array" && p.Items != nil && p.Items.Schema != nil:
		shape, inner := shapeOf(p.Items.Schema)
		return "list of " + shape, inner
	case p.AdditionalProperties != nil && p.AdditionalProperties.Schema != nil:
		shape, inner := shapeOf(p.AdditionalProperties.Schema)
		return "map to " + shape, inner
	case p.Type == "object":
		return "object", p
	case p.Format == "int32", p.Format == "int64":
		return "integer", nil
	case p.Format != "":
		return p.Type + ", " + p.Format, nil
	default:
		return p.Type, nil
	}
}

func suffix(p *apiextensionsv1.JSONSchemaProps) string {
	switch {
	case p.Type == "array":
		return "[]"
	case p.AdditionalProperties != nil:
		return ".*"
	default:
		return ""
	}
}

// limits are the values that a field may have.
func limits(p *apiextensionsv1.JSONSchemaProps) string {
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	leaf := p
	if p.Items != nil && p.Items.Schema != nil {
		leaf = p.Items.Schema
	}
	if p.Default != nil {
		add("default `%s`", strings.Trim(string(p.Default.Raw), `"`))
	}
	if len(leaf.Enum) > 0 {
		var values []string
		for _, v := range leaf.Enum {
			values = append(values, "`"+strings.Trim(string(v.Raw), `"`)+"`")
		}
		add("one of %s", strings.Join(values, ", "))
	}
	if p.Minimum != nil {
		add("at least %g", *p.Minimum)
	}
	if p.Maximum != nil {
		add("at most %g", *p.Maximum)
	}
	if p.MaxLength != nil {
		add("at most %d characters", *p.MaxLength)
	}
	if p.MinItems != nil && *p.MinItems > 0 {
		add("at least %d", *p.MinItems)
	}
	if p.MaxItems != nil {
		add("at most %d", *p.MaxItems)
	}
	if p.Pattern != "" {
		add("pattern `%s`", strings.ReplaceAll(p.Pattern, "|", "\\|"))
	}
	if len(all) == 0 {
		return ""
	}
	return " *" + strings.ReplaceAll(strings.Join(all, "; "), "*", "\\*") + "*"
}

// rulesOf returns the messages of all CEL rules, with the fields that they are
// about, each once.
func rulesOf(path string, s *apiextensionsv1.JSONSchemaProps) []string {
	var all []string
	for _, r := range s.XValidations {
		at := strings.TrimPrefix(path, ".")
		if at == "" {
			at = "the object"
		} else {
			at = "`" + at + "`"
		}
		all = append(all, at+": "+paragraph(r.Message))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		all = append(all, rulesOf(path+"."+name, &p)...)
	}
	if s.Items != nil && s.Items.Schema != nil {
		all = append(all, rulesOf(path+"[]", s.Items.Schema)...)
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		all = append(all, rulesOf(path+".*", s.AdditionalProperties.Schema)...)
	}
	return all
}
