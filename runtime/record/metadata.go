package record

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// Metadata is what a schema says of itself beside its text. It is a part of
// the content: equal texts with different metadata are different schemas
// (registry contract 14.2).
type Metadata struct {
	// Tags names sets of tags by the path of what they are attached to.
	Tags map[string][]string
	// Properties are free texts by name.
	Properties map[string]string
	// Sensitive names properties that are not for everybody's eyes.
	Sensitive []string
}

// ParseMetadata reads the JSON form of metadata; null is none. Sets are sorted
// and have each element once in the result. An error never quotes the text.
func ParseMetadata(raw []byte) (Metadata, error) {
	var in struct {
		Tags       map[string][]string `json:"tags"`
		Properties map[string]string   `json:"properties"`
		Sensitive  []string            `json:"sensitive"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return Metadata{}, errors.New("reading metadata: tags are lists of texts by path, properties are texts by name, sensitive is a list of names")
	}
	m := Metadata{Tags: in.Tags, Properties: in.Properties, Sensitive: set(in.Sensitive)}
	for path, tags := range m.Tags {
		m.Tags[path] = set(tags)
	}
	return m, nil
}

func set(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

// Empty reports whether the metadata says nothing, which means the same as its
// absence.
func (m Metadata) Empty() bool {
	return len(m.Tags) == 0 && len(m.Properties) == 0 && len(m.Sensitive) == 0
}

// Text is the one JSON form of equal metadata: members and sets sorted, what is
// empty left out. It is empty for empty metadata.
func (m Metadata) Text() string {
	if m.Empty() {
		return ""
	}
	b := []byte{'{'}
	if len(m.Tags) > 0 {
		b = append(b, `"tags":{`...)
		for i, path := range slices.Sorted(maps.Keys(m.Tags)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendList(append(AppendQuoted(b, path), ':'), set(m.Tags[path]))
		}
		b = append(b, '}', ',')
	}
	if len(m.Properties) > 0 {
		b = append(b, `"properties":{`...)
		for i, name := range slices.Sorted(maps.Keys(m.Properties)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(AppendQuoted(b, name), ':')
			b = AppendQuoted(b, m.Properties[name])
		}
		b = append(b, '}', ',')
	}
	if len(m.Sensitive) > 0 {
		b = appendList(append(b, `"sensitive":`...), set(m.Sensitive))
		b = append(b, ',')
	}
	b[len(b)-1] = '}'
	return string(b)
}

func appendList(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendQuoted(b, s)
	}
	return append(b, ']')
}

// Over returns m with what it does not say taken from below: tags are united,
// properties and sensitive names added (registry contract 5.3).
func (m Metadata) Over(below Metadata) Metadata {
	if below.Empty() {
		return m
	}
	if m.Empty() {
		return below
	}
	out := Metadata{Tags: maps.Clone(below.Tags), Properties: maps.Clone(below.Properties)}
	if out.Tags == nil {
		out.Tags = map[string][]string{}
	}
	if out.Properties == nil {
		out.Properties = map[string]string{}
	}
	for path, tags := range m.Tags {
		out.Tags[path] = set(slices.Concat(out.Tags[path], tags))
	}
	maps.Copy(out.Properties, m.Properties)
	out.Sensitive = set(slices.Concat(below.Sensitive, m.Sensitive))
	return out
}

// Extra is the part of a schema's content that is not its text: metadata, and
// the rules that only some registries carry out. Two are equal exactly when
// they say the same.
type Extra struct {
	// Metadata is Metadata.Text, empty for none. An object in the log that is no
	// metadata is kept as it was read.
	Metadata string
	// RuleSet is the JSON text as it was read, empty for none.
	RuleSet string
}

// ParsedMetadata returns the metadata behind the text.
func (x Extra) ParsedMetadata() Metadata {
	if x.Metadata == "" {
		return Metadata{}
	}
	m, err := ParseMetadata([]byte(x.Metadata))
	if err != nil { // Somebody else wrote it, and only they know what it means.
		return Metadata{}
	}
	return m
}

// extra reads the members of a schema value that make its Extra. An object that
// is no metadata is kept as it is: the schema is still of use.
func (o object) extra() (x Extra) {
	if raw := o.value("metadata"); raw != nil && raw[0] == '{' {
		x.Metadata = string(raw)
		if m, err := ParseMetadata(raw); err == nil {
			x.Metadata = m.Text()
		}
	}
	if raw := o.value("ruleSet"); raw != nil && raw[0] == '{' {
		x.RuleSet = string(raw)
	}
	return x
}
