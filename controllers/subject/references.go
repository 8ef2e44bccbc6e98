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
func (r *Reconciler) localReferences(ctx context.Context, in *verdict.Input) error {
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
		resolved, problem, message, err := r.subjectRef(ctx, s, ref)
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

func (r *Reconciler) subjectRef(ctx context.Context, s *v1alpha1.Subject, ref v1alpha1.SchemaReference) (
	resolved v1alpha1.ResolvedReference, problem, message string, err error,
) {
	name := ref.SubjectRef.Name
	cycle, err := r.cycle(ctx, s, name)
	if err != nil {
		return resolved, "", "", err
	}
	if cycle != nil {
		return resolved, v1alpha1.ReasonReferenceCycle,
			"the references lead back here: " + strings.Join(cycle, " -> ") + "; take one of them away", nil
	}
	other := &v1alpha1.Subject{}
	err = r.Client.Get(ctx, client.ObjectKey{Namespace: s.Namespace, Name: name}, other)
	switch {
	case apierrors.IsNotFound(err):
		return resolved, v1alpha1.ReasonReferenceNotFound, fmt.Sprintf("there is no Subject %s/%s; create it", s.Namespace, name), nil
	case err != nil:
		return resolved, "", "", fmt.Errorf("reading Subject %s/%s: %w", s.Namespace, name, err)
	case other.RegistryKey() != s.RegistryKey():
		return resolved, v1alpha1.ReasonReferenceDenied,
			fmt.Sprintf("Subject %s belongs to registry %s, this one to %s", name, other.RegistryKey(), s.RegistryKey()), nil
	}
	version := other.Status.Version
	if ref.Version != nil {
		version = *ref.Version
	}
	// A version that is registered stays usable whatever happens to the
	// Subject afterwards, so its conditions do not matter here.
	if version == 0 {
		return resolved, v1alpha1.ReasonReferenceNotRegistered, fmt.Sprintf("Subject %s has no version in the registry yet", name), nil
	}
	return v1alpha1.ResolvedReference{Name: ref.Name, Subject: other.SubjectName(), Version: version}, "", "", nil
}

// cycle walks from the Subject called start along subjectRefs and returns the
// way back to s, nil when there is none.
func (r *Reconciler) cycle(ctx context.Context, s *v1alpha1.Subject, start string) ([]string, error) {
	seen := map[string]bool{}
	var walk func(name string, path []string) ([]string, error)
	walk = func(name string, path []string) ([]string, error) {
		path = append(path, name)
		if name == s.Name {
			return path, nil
		}
		if seen[name] || len(path) > maxChain {
			return nil, nil
		}
		seen[name] = true
		other := &v1alpha1.Subject{}
		if err := r.Client.Get(ctx, client.ObjectKey{Namespace: s.Namespace, Name: name}, other); err != nil {
			return nil, client.IgnoreNotFound(err)
		}
		for _, ref := range other.Spec.References {
			if ref.SubjectRef == nil {
				continue
			}
			if found, err := walk(ref.SubjectRef.Name, path); found != nil || err != nil {
				return found, err
			}
		}
		return nil, nil
	}
	return walk(start, []string{s.Name})
}
