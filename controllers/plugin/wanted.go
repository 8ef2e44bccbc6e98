package plugin

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// wanted returns the schema that an object asks for, with the versions of its
// references; ok is false when it asks for settings only.
func (p *Plugin) wanted(ctx context.Context, r *opened, s *v1alpha1.Subject) (want schema.Schema, ok bool, err error) {
	if !s.HasSchema() {
		return want, false, nil
	}
	want.Type = schema.Type(s.Type())
	if want.Text, err = p.text(ctx, s); err != nil {
		return want, false, err
	}
	for _, ref := range s.Spec.References {
		resolved, err := p.reference(ctx, r, s, ref)
		if err != nil {
			return want, false, fmt.Errorf("reference %s: %w", ref.Name, err)
		}
		want.References = append(want.References, resolved)
	}
	return want, true, nil
}

func (p *Plugin) text(ctx context.Context, s *v1alpha1.Subject) (string, error) {
	if s.Spec.Schema != nil {
		return *s.Spec.Schema, nil
	}
	ref := s.Spec.SchemaFrom.ConfigMapKeyRef
	if ref == nil {
		return "", fmt.Errorf("spec.schemaFrom names no source")
	}
	m := &corev1.ConfigMap{}
	if err := p.Client.Get(ctx, client.ObjectKey{Namespace: s.Namespace, Name: ref.Name}, m); err != nil {
		return "", fmt.Errorf("reading ConfigMap %s: %w", ref.Name, err)
	}
	if text, ok := ref.Text(m); ok {
		return text, nil
	}
	return "", fmt.Errorf("ConfigMap %s has no key %s", ref.Name, ref.Key)
}

// reference finds the version of a reference as the operator does: the pinned
// one, that which the named Subject registered, or the latest.
func (p *Plugin) reference(ctx context.Context, r *opened, s *v1alpha1.Subject, ref v1alpha1.SchemaReference) (schema.Reference, error) {
	out := schema.Reference{Name: ref.Name}
	if ref.SubjectRef != nil {
		other := &v1alpha1.Subject{}
		key := client.ObjectKey{Namespace: ref.SubjectRef.NamespaceIn(s.Namespace), Name: ref.SubjectRef.Name}
		if err := p.Client.Get(ctx, key, other); err != nil {
			return out, fmt.Errorf("reading Subject %s: %w", ref.SubjectRef.Name, err)
		}
		out.Subject, out.Version = schema.Subject(other.SubjectName()), schema.Version(other.Status.Version)
		if ref.Version == nil && out.Version == 0 {
			return out, fmt.Errorf("the Subject %s has no version yet", other.Name)
		}
	} else {
		out.Subject = schema.Subject(*ref.Subject)
	}
	if ref.Version != nil {
		out.Version = schema.Version(*ref.Version)
	}
	if out.Version != 0 {
		return out, nil
	}
	latest, err := r.Version(ctx, out.Subject, schema.Latest)
	out.Version = latest.Version
	return out, err
}
