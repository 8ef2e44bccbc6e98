package schemacli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func isManifest(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".yaml" || ext == ".yml"
}

// object is the part of a Kubernetes manifest that matters here. Which fields
// are allowed together is for the operator to say.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string // of a ConfigMap
	Spec     struct {
		Name          string
		SchemaType    string `yaml:"schemaType"`
		Schema        string
		Compatibility string
		SchemaFrom    struct {
			ConfigMapKeyRef struct{ Name, Key string } `yaml:"configMapKeyRef"`
		} `yaml:"schemaFrom"`
		References []subjectRef
	}
}

// subjectRef is a reference of a Subject.
type subjectRef struct {
	Name       string
	Subject    string
	SubjectRef struct{ Name string } `yaml:"subjectRef"`
}

// manifest reads every Subject with a schema from a file of manifests. A
// file without one is passed over: folders hold other kinds as well.
func manifest(path string, text []byte) ([]*Source, error) {
	objects, err := decode(path, text)
	if err != nil {
		return nil, err
	}
	var sources []*Source
	for i := range objects {
		o := &objects[i]
		if o.Kind != "Subject" {
			continue
		}
		s, err := subject(path, o, objects)
		if err != nil {
			return nil, err
		}
		if s != nil {
			sources = append(sources, s)
		}
	}
	return sources, nil
}

func decode(path string, text []byte) ([]object, error) {
	var objects []object
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var node yaml.Node
		err := d.Decode(&node)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: reading manifests: %w", path, err)
		}
		var head struct{ Kind string }
		if node.Decode(&head) != nil || head.Kind != "Subject" && head.Kind != "ConfigMap" {
			continue // Another kind: its fields have other types.
		}
		var o object
		if err := node.Decode(&o); err != nil {
			return nil, fmt.Errorf("%s: reading a %s: %w", path, head.Kind, err)
		}
		objects = append(objects, o)
	}
}

// subject returns nil for a Subject that manages only a level.
func subject(path string, o *object, objects []object) (*Source, error) {
	s := &Source{Path: path, Subject: o.Metadata.Name, references: o.Spec.References}
	if o.Spec.Name != "" {
		s.Subject = o.Spec.Name
	}
	t, ok := schema.ParseType(o.Spec.SchemaType)
	if !ok {
		return nil, fmt.Errorf("%s: Subject %s: schemaType %q is none of AVRO, JSON, PROTOBUF", path, s.Subject, o.Spec.SchemaType)
	}
	if c := o.Spec.Compatibility; c != "" && c != "Inherit" {
		if s.Level, ok = schema.ParseLevel(c); !ok {
			return nil, fmt.Errorf("%s: Subject %s: compatibility %q is none of %v", path, s.Subject, c, schema.Levels())
		}
	}
	s.Schema = schema.Schema{Type: t, Text: o.Spec.Schema}
	from := o.Spec.SchemaFrom.ConfigMapKeyRef
	if s.Schema.Text == "" && from.Name != "" {
		for i := range objects {
			if objects[i].Kind == "ConfigMap" && objects[i].Metadata.Name == from.Name {
				s.Schema.Text = objects[i].Data[from.Key]
			}
		}
		if s.Schema.Text == "" {
			return nil, fmt.Errorf("%s: Subject %s: the file has no ConfigMap %s with the key %s", path, s.Subject, from.Name, from.Key)
		}
	}
	if s.Schema.Text == "" {
		return nil, nil //nolint:nilnil // Documented above.
	}
	return s, nil
}

// library knows the subjects of one call by name.
type library struct {
	sources map[string]*Source
	given   map[string]struct{} // names of --reference, which win
	behind  map[schema.Subject]schema.Schema
	open    map[string]struct{}
}

func libraryOf(sources []*Source, given []Reference, behind map[schema.Subject]schema.Schema) *library {
	l := &library{sources: map[string]*Source{}, given: map[string]struct{}{}, behind: behind, open: map[string]struct{}{}}
	for _, s := range sources {
		if s.Subject != "" {
			l.sources[s.Subject] = s
		}
	}
	for _, r := range given {
		l.given[r.Name] = struct{}{}
	}
	return l
}

// references turns the references of a manifest into those of a schema, and
// puts the texts behind them, depth first.
func (l *library) references(s *Source) ([]schema.Reference, error) {
	if _, again := l.open[s.Subject]; again && s.Subject != "" {
		return nil, fmt.Errorf("%s: the references of the subject lead back to it", s.Name())
	}
	l.open[s.Subject] = struct{}{}
	defer delete(l.open, s.Subject)
	var list []schema.Reference
	for _, r := range s.references {
		if _, given := l.given[r.Name]; given {
			continue
		}
		target := r.Subject + r.SubjectRef.Name
		found, ok := l.sources[target]
		if !ok {
			return nil, fmt.Errorf("%s: nothing is known about subject %s behind the reference %s; give it a file with --reference %s=FILE", s.Name(), target, r.Name, r.Name)
		}
		below, err := l.references(found)
		if err != nil {
			return nil, err
		}
		text := found.Schema
		text.References = below
		l.behind[schema.Subject(target)] = text
		list = append(list, schema.Reference{Name: r.Name, Subject: schema.Subject(target), Version: 1})
	}
	return list, nil
}
