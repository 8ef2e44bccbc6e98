package schemacli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Options say how files are read.
type Options struct {
	// Type of the schemas in files; empty means that the extension says it.
	Type schema.Type
	// References give names that schemas use a file each, in the order in
	// which they build on each other.
	References []Reference
	// Limits bound what a schema may cost; nil means those of the product.
	Limits *format.Limits
}

func (o Options) limits() format.Limits {
	if o.Limits == nil {
		return format.DefaultLimits()
	}
	return *o.Limits
}

// ParseLimits reads NAME=NUMBER pairs, whose names are those of configuration
// keys, over the limits of the product.
func ParseLimits(pairs []string) (*format.Limits, error) {
	limits := format.DefaultLimits()
	for _, pair := range pairs {
		name, text, _ := strings.Cut(pair, "=")
		place := limits.Of(format.Limit(name))
		n, err := strconv.Atoi(text)
		if place == nil || err != nil || n < 1 {
			return nil, fmt.Errorf("limit %q is not NAME=NUMBER with a number above 0 and a name of %v", pair, format.LimitNames())
		}
		*place = n
	}
	return &limits, nil
}

// Reference is a name that a schema uses and the file that stands behind it.
type Reference struct{ Name, Path string }

// ParseReference reads NAME=FILE.
func ParseReference(s string) (Reference, error) {
	name, path, ok := strings.Cut(s, "=")
	if !ok || name == "" || path == "" {
		return Reference{}, fmt.Errorf("reference %q is not NAME=FILE, as in com.example.Customer=customer.avsc", s)
	}
	return Reference{name, path}, nil
}

// ParseType reads a schema type in any case: avro, JSON, protobuf.
func ParseType(s string) (schema.Type, error) {
	t, ok := schema.ParseType(strings.ToUpper(s))
	if !ok {
		return "", fmt.Errorf("type %q is none of avro, json, protobuf", s)
	}
	return t, nil
}

// ParseLevel reads a compatibility level in any case; the empty text is none.
func ParseLevel(s string) (schema.Level, error) {
	if s == "" {
		return "", nil
	}
	l, ok := schema.ParseLevel(strings.ToUpper(s))
	if !ok {
		return "", fmt.Errorf("level %q is none of %v", s, schema.Levels())
	}
	return l, nil
}

// ParseFlavour reads a flavour in any case.
func ParseFlavour(s string) (schema.Flavour, error) {
	switch f := schema.Flavour(strings.ToLower(s)); f {
	case schema.Karapace, schema.Confluent:
		return f, nil
	default:
		return "", fmt.Errorf("flavour %q is neither karapace nor confluent", s)
	}
}

// ParsePolicy reads a compatibility policy in any case, the empty text as the
// strict one. Only Confluent's registry has another.
func ParsePolicy(s string, f schema.Flavour) (format.Policy, error) {
	switch name := strings.ToLower(s); {
	case name == "" || name == "strict":
		return format.Strict, nil
	case name == "lenient" && f == schema.Confluent:
		return format.Lenient, nil
	case name == "lenient":
		return format.Strict, errors.New("policy lenient is one of Confluent's registry: choose the flavour confluent")
	default:
		return format.Strict, fmt.Errorf("policy %q is neither strict nor lenient", s)
	}
}

// Source is one schema that was read.
type Source struct {
	// Path is the file.
	Path string
	// Subject is the name of the subject when the file is a manifest.
	Subject string
	Schema  schema.Schema
	// Level is the level that a manifest asks for, or empty.
	Level schema.Level

	references []subjectRef // of a manifest
}

// Name is how messages call the source.
func (s *Source) Name() string {
	if s.Subject == "" {
		return s.Path
	}
	return s.Path + ": " + s.Subject
}

// Load reads all schemas of the files, in their order. A file of Kubernetes
// manifests may hold several or none, but one of the files has to hold one.
func Load(paths []string, o Options) ([]*Source, error) {
	var sources []*Source
	for _, path := range paths {
		found, err := load(path, o.Type)
		if err != nil {
			return nil, err
		}
		sources = append(sources, found...)
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("%s: no schema and no manifest of kind Subject with one", strings.Join(paths, ", "))
	}
	return sources, nil
}

func load(path string, wanted schema.Type) ([]*Source, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading schema: %w", err)
	}
	if isManifest(path) {
		return manifest(path, text)
	}
	t := wanted
	if t == "" {
		if t, err = typeOf(path); err != nil {
			return nil, err
		}
	}
	return []*Source{{Path: path, Schema: schema.Schema{Type: t, Text: string(text)}}}, nil
}

func typeOf(path string) (schema.Type, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".avsc":
		return schema.Avro, nil
	case ".json":
		return schema.JSON, nil
	case ".proto":
		return schema.Protobuf, nil
	default:
		return "", fmt.Errorf("%s: the extension names no schema type (.avsc, .json, .proto); say it with --type", path)
	}
}

// Parse reads the text of a source by the strict rules for new schemas.
// library is where the subjects of a manifest's references are looked for.
func (s *Source) Parse(library []*Source, o Options) (format.Parsed, error) {
	return s.parse(library, o, format.Parse)
}

// ParseStored reads the text by the rules for schemas that are registered.
func (s *Source) ParseStored(library []*Source, o Options) (format.Parsed, error) {
	return s.parse(library, o, format.ParseStored)
}

type parser func(schema.Schema, format.Resolver, format.Limits) (format.Parsed, error)

func (s *Source) parse(library []*Source, o Options, parse parser) (format.Parsed, error) {
	wanted := s.Schema
	behind := map[schema.Subject]schema.Schema{}
	for _, r := range o.References {
		found, err := load(r.Path, s.Schema.Type)
		if err != nil {
			return nil, err
		}
		if len(found) != 1 {
			return nil, fmt.Errorf("%s: a reference needs a file with one schema, this one has %d", r.Path, len(found))
		}
		wanted.References = append(wanted.References, schema.Reference{Name: r.Name, Subject: schema.Subject(r.Path), Version: 1})
		behind[schema.Subject(r.Path)] = found[0].Schema
	}
	l := libraryOf(library, o.References, behind)
	own, err := l.references(s)
	if err != nil {
		return nil, err
	}
	wanted.References = append(wanted.References, own...)
	resolve := func(r schema.Reference) (schema.Schema, error) {
		found, ok := behind[r.Subject]
		if !ok {
			return schema.Schema{}, fmt.Errorf("nothing is known about %s", r.Subject)
		}
		return found, nil
	}
	return parse(wanted, resolve, o.limits())
}
