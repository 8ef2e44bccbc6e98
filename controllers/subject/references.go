package subject

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/verdict"
)

// maxChain bounds the walk that looks for cycles.
const maxChain = 64

// localReferences resolves what Subject objects can tell: references by
// subjectRef get the version that their Subject registered. References by
// subject name keep the version of the spec; version 0 stands for the latest,
// which only the registry knows.
func (r *Reconciler) localReferences(ctx context.Context, reg *v1alpha1.SchemaRegistry, in *verdict.Input) error {
	s := in.Subject
	in.References = &verdict.References{}
	for i, ref := range s.Spec.References {
		path := fmt.Sprintf("spec.references[%d]", i)
		if ref.SubjectRef == nil {
			resolved := v1alpha1.ResolvedReference{Name: ref.Name, Subject: *ref.Subject}
			if ref.Version != nil {
				resolved.Version = *ref.Version
			}
			in.References.Resolved = append(in.References.Resolved, resolved)
			continue
		}
		resolved, problem, message, err := r.subjectRef(ctx, reg, s, ref)
		if err != nil {
			return err
		}
		if problem != "" {
			in.References.Problem, in.References.Message = problem, path+".subjectRef: "+message
			return nil
		}
		in.References.Resolved = append(in.References.Resolved, resolved)
	}
	return nil
}

func (r *Reconciler) subjectRef(ctx context.Context, reg *v1alpha1.SchemaRegistry, s *v1alpha1.Subject, ref v1alpha1.SchemaReference) (
	resolved v1alpha1.ResolvedReference, problem, message string, err error,
) {
	key := keyIn(ref.SubjectRef, s.Namespace)
	if !r.sees(key.Namespace) {
		return resolved, v1alpha1.ReasonReferenceNotFound, fmt.Sprintf("this operator does not watch namespace %s", key.Namespace), nil
	}
	cycle, err := r.cycle(ctx, s, key)
	if err != nil {
		return resolved, "", "", err
	}
	if cycle != nil {
		return resolved, v1alpha1.ReasonReferenceCycle,
			"the references lead back here: " + strings.Join(cycle, " -> ") + "; take one of them away", nil
	}
	other := &v1alpha1.Subject{}
	err = r.Client.Get(ctx, key, other)
	switch {
	case apierrors.IsNotFound(err):
		return resolved, v1alpha1.ReasonReferenceNotFound, fmt.Sprintf("there is no Subject %s; create it", key), nil
	case err != nil:
		return resolved, "", "", fmt.Errorf("reading Subject %s: %w", key, err)
	case other.RegistryKey() != s.RegistryKey():
		return resolved, v1alpha1.ReasonReferenceDenied,
			fmt.Sprintf("Subject %s belongs to registry %s, this one to %s", key, other.RegistryKey(), s.RegistryKey()), nil
	}
	grant, err := r.grant(ctx, reg, other)
	if err != nil {
		return resolved, "", "", err
	}
	if grant.Problem != "" {
		return resolved, v1alpha1.ReasonReferenceDenied, fmt.Sprintf("registry %s does not admit Subject %s", s.RegistryKey(), key), nil
	}
	version := other.Status.Version
	if ref.Version != nil {
		version = *ref.Version
	}
	// A version that is registered stays usable whatever happens to the
	// Subject afterwards, so its conditions do not matter here.
	if version == 0 {
		return resolved, v1alpha1.ReasonReferenceNotRegistered, fmt.Sprintf("Subject %s has no version in the registry yet", key), nil
	}
	return v1alpha1.ResolvedReference{Name: ref.Name, Subject: other.SubjectName(), Version: version}, "", "", nil
}

// keyIn names the Subject that a reference of namespace own means.
func keyIn(ref *v1alpha1.LocalSubjectReference, own string) client.ObjectKey {
	return client.ObjectKey{Namespace: ref.NamespaceIn(own), Name: ref.Name}
}

// cycle walks from the Subject start along subjectRefs and returns the way
// back to s, nil when there is none.
func (r *Reconciler) cycle(ctx context.Context, s *v1alpha1.Subject, start client.ObjectKey) ([]string, error) {
	seen := map[client.ObjectKey]bool{}
	home := client.ObjectKeyFromObject(s)
	var walk func(key client.ObjectKey, path []string) ([]string, error)
	walk = func(key client.ObjectKey, path []string) ([]string, error) {
		path = append(path, nameFrom(key, s.Namespace))
		if key == home {
			return path, nil
		}
		if seen[key] || len(path) > maxChain || !r.sees(key.Namespace) {
			return nil, nil
		}
		seen[key] = true
		other := &v1alpha1.Subject{}
		if err := r.Client.Get(ctx, key, other); err != nil {
			return nil, client.IgnoreNotFound(err)
		}
		for _, ref := range other.Spec.References {
			if ref.SubjectRef == nil {
				continue
			}
			if found, err := walk(keyIn(ref.SubjectRef, key.Namespace), path); found != nil || err != nil {
				return found, err
			}
		}
		return nil, nil
	}
	return walk(start, []string{s.Name})
}

// nameFrom is how an object is called in a message to somebody of a namespace.
func nameFrom(key client.ObjectKey, namespace string) string {
	if key.Namespace == namespace {
		return key.Name
	}
	return key.String()
}
