package webhook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	rules "github.com/plastron-dev/plastron/controllers/admission"
	"github.com/plastron-dev/plastron/controllers/verdict"
)

// Judge is the reconciler of Subjects, as far as it writes nothing.
type Judge interface {
	// Preview gathers what s is judged by.
	Preview(ctx context.Context, s *v1alpha1.Subject) (*verdict.Input, error)
	// Objection says which objects the deletion of s would wait for.
	Objection(ctx context.Context, s *v1alpha1.Subject) (string, error)
}

// subjects answers for Subjects.
type subjects struct {
	judge Judge
	// budget bounds the whole answer.
	budget time.Duration
}

// ValidateCreate answers for a new Subject.
func (v *subjects) ValidateCreate(ctx context.Context, s *v1alpha1.Subject) (admission.Warnings, error) {
	a := v.review(ctx, s)
	return result(a)
}

// ValidateUpdate answers for a changed Subject. One whose spec stays as it is,
// or that is being deleted, is let through unseen: finalizers and annotations
// have to come off whatever the spec says.
func (v *subjects) ValidateUpdate(ctx context.Context, old, s *v1alpha1.Subject) (admission.Warnings, error) {
	if !s.DeletionTimestamp.IsZero() || equality.Semantic.DeepEqual(old.Spec, s.Spec) {
		return nil, nil
	}
	a := v.review(ctx, s)
	if a.refusal != "" && onlyDeletionDiffers(old, s) && s.Deletion() == v1alpha1.Retain {
		// Whatever else is wrong was so before, and asking for less deletion
		// has to be possible at all times.
		a.warn(a.refusal)
		a.refusal = ""
	}
	return result(a)
}

// ValidateDelete refuses a deletion that would destroy what others build on. A
// softer one waits for them by itself and can be taken back.
func (v *subjects) ValidateDelete(ctx context.Context, s *v1alpha1.Subject) (admission.Warnings, error) {
	if s.Deletion() != v1alpha1.HardDelete || !s.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, v.budget)
	defer cancel()
	objection, err := v.judge.Objection(ctx, s)
	switch {
	case err != nil:
		return unchecked(err), nil
	case objection != "":
		return nil, fmt.Errorf("spec.deletionPolicy is HardDelete, and %s; delete them first, or set deletionPolicy to Retain", objection)
	}
	return nil, nil
}

func (v *subjects) review(ctx context.Context, s *v1alpha1.Subject) answer {
	ctx, cancel := context.WithTimeout(ctx, v.budget)
	defer cancel()
	in, err := v.judge.Preview(ctx, s)
	if err != nil {
		return answer{warnings: unchecked(err)}
	}
	a := opinion(in, false)
	a.warnings = append(rules.SubjectRisks(s), a.warnings...)
	return a
}

func onlyDeletionDiffers(old, s *v1alpha1.Subject) bool {
	a, b := old.Spec.DeepCopy(), s.Spec.DeepCopy()
	a.DeletionPolicy, b.DeletionPolicy = nil, nil
	return equality.Semantic.DeepEqual(a, b)
}

// unchecked lets an object through that could not be looked at.
func unchecked(err error) admission.Warnings {
	return admission.Warnings{"Not checked, the operator does so when it reconciles the object: " + err.Error()}
}

func result(a answer) (admission.Warnings, error) {
	if a.refusal != "" {
		return a.warnings, errors.New(a.refusal)
	}
	return a.warnings, nil
}
