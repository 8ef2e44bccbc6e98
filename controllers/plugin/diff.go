package plugin

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// DiffOptions say what Diff compares.
type DiffOptions struct {
	// Names of Subjects; all of the namespace when empty.
	Names []string
	// Manifests are Subjects that need not exist yet, as YAML documents, in
	// place of those of the cluster. Documents of other kinds are passed over.
	Manifests []byte
}

// Diff compares Subjects with what their registries have, writes nothing, and
// returns ErrDifferent when there is a difference.
func (p *Plugin) Diff(ctx context.Context, o DiffOptions) error {
	subjects, err := p.toCompare(ctx, o)
	if err != nil {
		return err
	}
	registries := map[string]*opened{}
	defer func() {
		for _, r := range registries {
			r.close()
		}
	}()
	different := 0
	for _, s := range subjects {
		key := s.RegistryKey()
		if registries[key] == nil {
			namespace, name, _ := strings.Cut(key, "/")
			if registries[key], err = p.open(ctx, client.ObjectKey{Namespace: namespace, Name: name}); err != nil {
				delete(registries, key)
				return err
			}
		}
		found, err := p.compare(ctx, registries[key], s)
		if err != nil {
			return fmt.Errorf("comparing Subject %s/%s: %w", s.Namespace, s.Name, err)
		}
		if len(found) == 0 {
			continue
		}
		different++
		fmt.Fprintf(p.Out, "Subject %s/%s, subject %s of registry %s\n", s.Namespace, s.Name, s.SubjectName(), key)
		for _, line := range found {
			fmt.Fprintln(p.Out, "  "+strings.ReplaceAll(line, "\n", "\n  "))
		}
	}
	if different == 0 {
		fmt.Fprintf(p.Out, "%d Subjects are as their registries have them\n", len(subjects))
		return nil
	}
	return ErrDifferent
}

func (p *Plugin) toCompare(ctx context.Context, o DiffOptions) ([]*v1alpha1.Subject, error) {
	if o.Manifests != nil {
		return p.manifests(o.Manifests)
	}
	var subjects []*v1alpha1.Subject
	for _, name := range o.Names {
		s := &v1alpha1.Subject{}
		if err := p.Client.Get(ctx, client.ObjectKey{Namespace: p.Namespace, Name: name}, s); apierrors.IsNotFound(err) {
			return nil, fmt.Errorf("there is no Subject %s in namespace %s", name, p.Namespace)
		} else if err != nil {
			return nil, fmt.Errorf("reading Subject %s: %w", name, err)
		}
		subjects = append(subjects, s)
	}
	if len(o.Names) > 0 {
		return subjects, nil
	}
	var all v1alpha1.SubjectList
	if err := p.Client.List(ctx, &all, client.InNamespace(p.Namespace)); err != nil {
		return nil, fmt.Errorf("listing Subjects: %w", err)
	}
	for i := range all.Items {
		subjects = append(subjects, &all.Items[i])
	}
	return subjects, nil
}

func (p *Plugin) manifests(text []byte) ([]*v1alpha1.Subject, error) {
	var subjects []*v1alpha1.Subject
	for i, doc := range strings.Split("\n"+string(text), "\n---") {
		s := &v1alpha1.Subject{}
		var kind struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal([]byte(doc), &kind); err != nil {
			return nil, fmt.Errorf("reading document %d: %w", i+1, err)
		}
		if kind.Kind != v1alpha1.KindSubject || kind.APIVersion != v1alpha1.GroupVersion().String() {
			continue
		}
		if err := yaml.UnmarshalStrict([]byte(doc), s); err != nil {
			return nil, fmt.Errorf("reading document %d: %w", i+1, err)
		}
		if s.Namespace == "" {
			s.Namespace = p.Namespace
		}
		subjects = append(subjects, s)
	}
	return subjects, nil
}

// compare returns what differs, each as a text for people.
func (p *Plugin) compare(ctx context.Context, r *opened, s *v1alpha1.Subject) ([]string, error) {
	name := schema.Subject(s.SubjectName())
	var found []string
	want, ok, err := p.wanted(ctx, r, s)
	if err != nil {
		found = append(found, "what the object asks for is not complete: "+err.Error())
	} else if ok {
		different, err := compareSchema(ctx, r, name, want)
		if err != nil {
			return nil, err
		}
		found = append(found, different...)
	}
	level, err := ownLevel(ctx, r, name)
	if err != nil {
		return nil, err
	}
	found = append(found, compareSetting("compatibility", string(level), s.Spec.Compatibility)...)
	if s.Spec.Mode == nil {
		return found, nil
	}
	mode, err := ownMode(ctx, r, name)
	if err != nil {
		return nil, err
	}
	if global, err := r.GlobalMode(ctx); err != nil || (mode == "" && string(*s.Spec.Mode) == string(global)) {
		return found, err // In force, whoever set it.
	}
	return append(found, compareSetting("mode", string(mode), s.Spec.Mode)...), nil
}

// compareSetting compares what is set on the subject itself, empty for
// nothing, with what an object asks for, nil for nothing.
func compareSetting[T ~string](name, have string, want *T) []string {
	if want == nil {
		return nil
	}
	if have == "" {
		have = string(v1alpha1.Inherit)
	}
	if have == string(*want) {
		return nil
	}
	return []string{fmt.Sprintf("%s: the registry has %s, the object asks for %s", name, have, *want)}
}

// ownLevel is the level that is set on the subject itself, empty for none.
func ownLevel(ctx context.Context, r *opened, name schema.Subject) (schema.Level, error) {
	settings, err := r.SubjectConfig(ctx, name)
	if registry.ClassOf(err) == registry.NotConfigured || registry.NotFound(err) {
		return "", nil
	}
	return settings.Level, err
}

// ownMode is the mode that is set on the subject itself, empty for none.
// Registries of Karapace's kind answer the mode in force, so one that is that
// of the registry counts as none.
func ownMode(ctx context.Context, r *opened, name schema.Subject) (schema.Mode, error) {
	mode, err := r.SubjectMode(ctx, name)
	switch registry.ClassOf(err) {
	case "":
	case registry.NotConfigured, registry.NotFoundSubject, registry.Other: // Other: a registry without modes.
		return "", nil
	default:
		return "", err
	}
	global, err := r.GlobalMode(ctx)
	if mode == global {
		mode = ""
	}
	return mode, err
}

func compareSchema(ctx context.Context, r *opened, name schema.Subject, want schema.Schema) ([]string, error) {
	latest, err := r.Version(ctx, name, schema.Latest)
	if registry.NotFound(err) {
		return []string{"schema: the registry has no such subject; the object would register version 1"}, nil
	}
	if err != nil {
		return nil, err
	}
	ours, err := r.Lookup(ctx, name, want)
	switch {
	case err == nil && ours.Version == latest.Version:
		return nil, nil
	case err == nil:
		return []string{fmt.Sprintf("schema: the text is version %d (id %d), which version %d (id %d) has superseded",
			ours.Version, ours.ID, latest.Version, latest.ID), between(latest, want)}, nil
	case registry.ClassOf(err) == registry.InvalidSchema:
		return []string{"schema: the registry cannot read it: " + err.Error()}, nil
	case !registry.NotFound(err):
		return nil, err
	}
	verdict, err := r.CheckCompatibility(ctx, name, schema.Latest, want)
	switch {
	case registry.ClassOf(err) == registry.InvalidSchema:
		return []string{"schema: the registry cannot read it: " + err.Error()}, nil
	case err != nil:
		return nil, err
	case !verdict.Compatible:
		return []string{fmt.Sprintf("schema: not registered, and it may not follow version %d (id %d):\n- %s",
			latest.Version, latest.ID, strings.Join(verdict.Messages, "\n- ")), between(latest, want)}, nil
	default:
		return []string{fmt.Sprintf("schema: not registered; it may follow version %d (id %d)", latest.Version, latest.ID), between(latest, want)}, nil
	}
}

// between shows the lines that differ, and the references.
func between(have registry.Registered, want schema.Schema) string {
	a, b := pretty(have.Schema), pretty(want)
	return fmt.Sprintf("--- registry, version %d\n+++ object\n%s", have.Version, strings.Join(lines(a, b), "\n"))
}
