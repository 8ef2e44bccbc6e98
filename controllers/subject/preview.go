package subject

import (
	"context"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/admission"
	"github.com/plastron-dev/plastron/controllers/verdict"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Preview gathers what Reconcile would judge s by, and writes nothing, neither
// to the cluster nor to the registry. s need not be stored yet. When ctx ends
// before the registry answered, the result says that it could not be asked.
//
// A text is looked at even then, as far as it can be judged alone.
func (r *Reconciler) Preview(ctx context.Context, s *v1alpha1.Subject) (*verdict.Input, error) {
	in, remote, err := r.examine(ctx, s)
	if err != nil {
		return nil, err
	}
	if remote != nil {
		remote.gather(ctx, in)
	}
	if in.State != nil || in.Source == nil || in.Source.Problem != "" || len(s.Spec.References) > 0 {
		return in, nil
	}
	in.Checked, err = admission.Check(schemaOf(in), schema.None, nil, nil)
	return in, err
}

// Objection says which other objects the deletion of s would have to wait for,
// empty when there are none.
func (r *Reconciler) Objection(ctx context.Context, s *v1alpha1.Subject) (string, error) {
	f, _, err := r.surroundings(ctx, s)
	if err != nil {
		return "", err
	}
	if _, wait, _ := verdict.Bury(f); wait != nil && wait.Reason == v1alpha1.ReasonWaitingForDependents {
		return wait.Message, nil
	}
	return "", nil
}

// Dependents lists the Subjects that refer to s and are registered anew when
// its version changes.
func (r *Reconciler) Dependents(ctx context.Context, s *v1alpha1.Subject) ([]string, error) {
	reg, err := r.registryOf(ctx, s)
	if err != nil || reg == nil {
		return nil, err
	}
	return r.dependents(ctx, reg, s)
}
