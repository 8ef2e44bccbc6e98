package webhook

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	// Dependents lists the Subjects that are registered anew with s.
	Dependents(ctx context.Context, s *v1alpha1.Subject) ([]string, error)
}

// lastUID is behind every UID in their order.
const lastUID = "~"

// mostNames bounds a list of objects in a warning.
const mostNames = 10

// subjects answers for Subjects.
type subjects struct {
	judge Judge
	// budget bounds the whole answer.
	budget time.Duration
}

// ValidateCreate answers for a new Subject.
func (v *subjects) ValidateCreate(ctx context.Context, s *v1alpha1.Subject) (admission.Warnings, error) {
	// Of two that claim one subject within a second the lesser UID goes first.
	// What is stored already must do so here: nobody knows the UID that comes.
	s.UID = lastUID
	ctx, cancel := context.WithTimeout(ctx, v.budget)
	defer cancel()
	in, err := v.judge.Preview(ctx, s)
	if err != nil {
		return unchecked(err), nil
	}
	a := opinion(in)
	if beyond := overreach(in); beyond != "" {
		a.refuse(beyond)
	}
	return a.result(s)
}

// ValidateUpdate answers for a changed Subject. One whose spec stays as it is,
// or that is being deleted, is let through unseen: finalizers and annotations
// have to come off whatever the spec says.
func (v *subjects) ValidateUpdate(ctx context.Context, old, s *v1alpha1.Subject) (admission.Warnings, error) {
	if !s.DeletionTimestamp.IsZero() || equality.Semantic.DeepEqual(old.Spec, s.Spec) {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, v.budget)
	defer cancel()
	in, err := v.judge.Preview(ctx, s)
	if err != nil {
		return unchecked(err), nil
	}
	a := opinion(in)
	if a.refusal != "" && onlyDeletionDiffers(old, s) {
		// It was so before, and how an object ends has to be free to change.
		a.warn(a.refusal)
		a.refusal = ""
	}
	switch beyond := overreach(in); {
	case beyond != "" && old.Deletion() == s.Deletion():
		a.warn(beyond) // The registry's owner came later.
	case beyond != "":
		a.refuse(beyond)
	}
	a.warnings = append(a.warnings, v.blastRadius(ctx, old, s)...)
	return a.result(s)
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

// blastRadius says who follows a change of what is registered. That nobody is
// found because the cluster did not answer costs a warning, nothing else.
func (v *subjects) blastRadius(ctx context.Context, old, s *v1alpha1.Subject) []string {
	a, b := old.Spec, s.Spec
	for _, spec := range []*v1alpha1.SubjectSpec{&a, &b} {
		*spec = v1alpha1.SubjectSpec{SchemaType: spec.SchemaType, Schema: spec.Schema, SchemaFrom: spec.SchemaFrom, References: spec.References}
	}
	if equality.Semantic.DeepEqual(a, b) {
		return nil
	}
	names, err := v.judge.Dependents(ctx, s)
	if err != nil || len(names) == 0 {
		return nil
	}
	more := ""
	if n := len(names) - mostNames; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return []string{fmt.Sprintf("%d Subjects refer to this one and are registered anew with its next version, unless they pin one: %s%s",
		len(names), strings.Join(names[:min(mostNames, len(names))], ", "), more)}
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

func (a *answer) result(s *v1alpha1.Subject) (admission.Warnings, error) {
	warnings := append(admission.Warnings(rules.SubjectRisks(s)), a.warnings...)
	if a.refusal != "" {
		return warnings, errors.New(a.refusal)
	}
	return warnings, nil
}
