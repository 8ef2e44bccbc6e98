package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Selection says which subjects of which registry a command is about.
type Selection struct {
	// Registry is the SchemaRegistry, as NAME or NAMESPACE/NAME; the only one of
	// the namespace when empty.
	Registry string
	// Subjects by name or pattern (path.Match); all when empty.
	Subjects []string
	// Orphans leaves out subjects that an object stands for.
	Orphans bool
}

// manifest is a Subject as a file has it: without status.
type manifest struct {
	APIVersion string               `json:"apiVersion"`
	Kind       string               `json:"kind"`
	Metadata   manifestMeta         `json:"metadata"`
	Spec       v1alpha1.SubjectSpec `json:"spec"`
}

type manifestMeta struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

// File is one manifest of an export.
type File struct {
	// Name of the file.
	Name string
	// Text is the manifest.
	Text []byte
}

// Export returns a manifest for each selected subject: applied, the operator
// adopts what the registry has and changes nothing. References are pinned to
// the versions that the registry has them with.
func (p *Plugin) Export(ctx context.Context, o Selection) ([]File, error) {
	r, err := p.open(ctx, p.named(o.Registry))
	if err != nil {
		return nil, err
	}
	defer r.close()
	names, err := p.selected(ctx, r, o)
	if err != nil {
		return nil, err
	}
	files := make([]File, 0, len(names))
	for _, name := range names {
		spec, err := p.specOf(ctx, r, name)
		if err != nil {
			return nil, err
		}
		text, err := yaml.Marshal(manifest{
			APIVersion: v1alpha1.GroupVersion().String(), Kind: v1alpha1.KindSubject,
			Metadata: manifestMeta{Name: objectName(string(name)), Namespace: p.Namespace}, Spec: spec,
		})
		if err != nil {
			return nil, fmt.Errorf("writing the manifest of %s: %w", name, err)
		}
		files = append(files, File{Name: objectName(string(name)) + ".yaml", Text: text})
	}
	return files, nil
}

// Kustomization returns the file that makes a folder of exported manifests one
// for kustomize.
func Kustomization(files []File) (File, error) {
	names := make([]string, 0, len(files))
	for _, f := range files {
		names = append(names, f.Name)
	}
	text, err := yaml.Marshal(map[string]any{"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": names})
	return File{Name: "kustomization.yaml", Text: text}, err
}

// selected returns the names of the subjects that are meant, sorted.
func (p *Plugin) selected(ctx context.Context, r *opened, o Selection) ([]schema.Subject, error) {
	all, err := r.Subjects(ctx)
	if err != nil {
		return nil, err
	}
	slices.Sort(all)
	var owned map[string][]*v1alpha1.Subject
	if o.Orphans {
		if owned, err = p.subjectsOf(ctx, r.key()); err != nil {
			return nil, err
		}
	}
	var names []schema.Subject
	matched := map[string]bool{}
	for _, name := range all {
		meant, err := matches(string(name), o.Subjects, matched)
		if err != nil {
			return nil, err
		}
		if meant && len(owned[string(name)]) == 0 {
			names = append(names, name)
		}
	}
	for _, pattern := range o.Subjects {
		if !matched[pattern] {
			return nil, fmt.Errorf("registry %s has no subject %s", r.key(), pattern)
		}
	}
	return names, nil
}

// matches reports whether the name is one of the patterns, and marks those
// that it is.
func matches(name string, patterns []string, matched map[string]bool) (bool, error) {
	found := len(patterns) == 0
	for _, pattern := range patterns {
		ok, err := path.Match(pattern, name)
		if err != nil {
			return false, fmt.Errorf("pattern %q: %w", pattern, err)
		}
		if ok || pattern == name {
			found, matched[pattern] = true, true
		}
	}
	return found, nil
}

// specOf returns the spec that asks for what the registry has.
func (p *Plugin) specOf(ctx context.Context, r *opened, name schema.Subject) (v1alpha1.SubjectSpec, error) {
	latest, err := r.Version(ctx, name, schema.Latest)
	if err != nil {
		return v1alpha1.SubjectSpec{}, err
	}
	level, err := ownLevel(ctx, r, name)
	if err != nil {
		return v1alpha1.SubjectSpec{}, err
	}
	mode, err := ownMode(ctx, r, name)
	if err != nil {
		return v1alpha1.SubjectSpec{}, err
	}
	spec := v1alpha1.SubjectSpec{
		RegistryRef: v1alpha1.RegistryReference{Name: r.object.Name},
		SchemaType:  v1alpha1.SchemaType(latest.Schema.Type),
		Schema:      new(readable(latest.Schema)),
		References:  references(latest),
	}
	if objectName(string(name)) != string(name) {
		spec.Name = new(string(name))
	}
	if r.object.Namespace != p.Namespace {
		spec.RegistryRef.Namespace = new(r.object.Namespace)
	}
	if mode != "" {
		spec.Mode = new(v1alpha1.ModeOrInherit(mode))
	}
	if level != "" {
		spec.Compatibility = new(v1alpha1.LevelOrInherit(level))
	}
	return spec, nil
}

func references(from registry.Registered) []v1alpha1.SchemaReference {
	var out []v1alpha1.SchemaReference
	for _, r := range from.Schema.References {
		out = append(out, v1alpha1.SchemaReference{Name: r.Name, Subject: new(string(r.Subject)), Version: new(int32(r.Version))})
	}
	return out
}

// readable returns the text over several lines. White space outside of strings
// is no part of a schema that is JSON.
func readable(s schema.Schema) string {
	var b bytes.Buffer
	if s.Type == schema.Protobuf || json.Indent(&b, []byte(s.Text), "", "  ") != nil {
		return s.Text
	}
	return b.String() + "\n"
}
