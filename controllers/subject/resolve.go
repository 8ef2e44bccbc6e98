package subject

import (
	"context"
	"fmt"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/index"
	"github.com/plastron-dev/plastron/controllers/verdict"
)

// maxText bounds a schema text in bytes, wherever it comes from.
const maxText = 900_000

// accept looks up the registry and other Subjects with the same target.
func (r *Reconciler) accept(ctx context.Context, in *verdict.Input) (*v1alpha1.SchemaRegistry, error) {
	s := in.Subject
	if !r.sees(s.RegistryNamespace()) {
		in.Registry.Unwatched = true
		return nil, nil
	}
	reg, err := r.registryOf(ctx, s)
	if err != nil || reg == nil {
		return nil, err
	}
	in.Registry = registryFacts(reg, s)
	if in.Registry.Grant, err = r.grant(ctx, reg, s); err != nil {
		return nil, err
	}

	var rivals v1alpha1.SubjectList
	if err := r.Client.List(ctx, &rivals, client.MatchingFields{index.SubjectTarget: s.TargetKey()}); err != nil {
		return nil, fmt.Errorf("listing Subjects of %s: %w", s.TargetKey(), err)
	}
	oldest := s
	for i := range rivals.Items {
		other := &rivals.Items[i]
		if other.UID == s.UID || !other.DeletionTimestamp.IsZero() || !other.IsOlder(oldest) {
			continue
		}
		// One that may not use the registry takes nobody's place.
		grant, err := r.grant(ctx, reg, other)
		if err != nil {
			return nil, err
		}
		if grant.Problem == "" {
			oldest = other
		}
	}
	if oldest != s {
		in.Winner = index.Key(oldest.Namespace, oldest.Name)
	}
	return reg, nil
}

// registryFacts trusts the registry's own probe: while it says that there is
// no answer, no Subject asks.
func registryFacts(reg *v1alpha1.SchemaRegistry, s *v1alpha1.Subject) verdict.Registry {
	facts := verdict.Registry{Found: reg.DeletionTimestamp.IsZero(), Enforces: reg.Enforces(), Can: reg.Status.Capabilities}
	c := meta.FindStatusCondition(reg.Status.Conditions, v1alpha1.ConditionReachable)
	switch {
	case c == nil:
		facts.Unreachable, facts.New = "The SchemaRegistry has not been looked at yet", true
	case c.Status != metav1.ConditionTrue:
		facts.Unreachable = fmt.Sprintf("SchemaRegistry %s is not reachable: %s", reg.Name, c.Message)
	case facts.Can == nil && len(verdict.Needs(s)) > 0:
		facts.Unreachable = fmt.Sprintf("SchemaRegistry %s has not told yet what it can do", reg.Name)
	}
	return facts
}

// resolveSource reads the schema text.
func (r *Reconciler) resolveSource(ctx context.Context, in *verdict.Input) error {
	spec := in.Subject.Spec
	switch {
	case spec.Schema != nil:
		in.Source = sourceOf("spec.schema", *spec.Schema)
	case spec.SchemaFrom != nil && spec.SchemaFrom.ConfigMapKeyRef != nil:
		source, err := r.configMapKey(ctx, in.Subject.Namespace, "spec.schemaFrom.configMapKeyRef", *spec.SchemaFrom.ConfigMapKeyRef)
		if err != nil {
			return err
		}
		in.Source = source
	}
	return nil
}

// configMapKey reads the text that the field at path refers to.
func (r *Reconciler) configMapKey(ctx context.Context, namespace, path string, ref v1alpha1.ConfigMapKeyReference) (*verdict.Source, error) {
	var m corev1.ConfigMap
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: ref.Name}, &m)
	if apierrors.IsNotFound(err) {
		return &verdict.Source{Problem: v1alpha1.ReasonConfigMapNotFound,
			Message: fmt.Sprintf("%s.name: there is no ConfigMap %s/%s; create it", path, namespace, ref.Name)}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading ConfigMap %s/%s: %w", namespace, ref.Name, err)
	}
	if text, ok := ref.Text(&m); ok {
		return sourceOf(path, text), nil
	}
	return &verdict.Source{Problem: v1alpha1.ReasonKeyNotFound,
		Message: fmt.Sprintf("%s.key: ConfigMap %s/%s has no key %s; add it, or name one that it has", path, namespace, ref.Name, ref.Key)}, nil
}

func sourceOf(path, text string) *verdict.Source {
	switch {
	case text == "":
		return &verdict.Source{Problem: v1alpha1.ReasonEmpty, Message: path + ": the schema text is empty"}
	case len(text) > maxText:
		return &verdict.Source{Problem: v1alpha1.ReasonTooLarge,
			Message: fmt.Sprintf("%s: the schema text has %d bytes, and at most %d fit into a record", path, len(text), maxText)}
	case !utf8.ValidString(text):
		return &verdict.Source{Problem: v1alpha1.ReasonInvalidSchema, Message: path + ": the schema text is not UTF-8"}
	default:
		return &verdict.Source{Text: text}
	}
}
