package webhook

import (
	"context"
	"errors"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	rules "github.com/plastron-dev/plastron/controllers/admission"
)

// workload answers for a kind whose rules need the object alone.
type workload[T client.Object] struct {
	// spec is what an answer depends on.
	spec func(T) any
	// errors are what is wrong with the fields, and changes what is wrong with
	// a change of them.
	errors  func(T) field.ErrorList
	changes func(old, now T) field.ErrorList
	// risks are allowed, and worth a word.
	risks func(T) []string
}

func registries() *workload[*v1alpha1.SchemaRegistry] {
	return &workload[*v1alpha1.SchemaRegistry]{
		spec:   func(r *v1alpha1.SchemaRegistry) any { return r.Spec },
		errors: rules.SchemaRegistry, changes: rules.SchemaRegistryChange, risks: rules.SchemaRegistryRisks,
	}
}

func proxies() *workload[*v1alpha1.RestProxy] {
	return &workload[*v1alpha1.RestProxy]{
		spec:    func(p *v1alpha1.RestProxy) any { return p.Spec },
		errors:  rules.RestProxy,
		changes: func(_, _ *v1alpha1.RestProxy) field.ErrorList { return nil },
		risks:   rules.RestProxyRisks,
	}
}

// ValidateCreate answers for a new object.
func (v *workload[T]) ValidateCreate(_ context.Context, o T) (admission.Warnings, error) {
	return v.risks(o), refusal(v.errors(o))
}

// ValidateUpdate answers for a changed object. What was wrong before does not
// stand in the way of other changes: an object that an older operator accepted
// stays editable.
func (v *workload[T]) ValidateUpdate(_ context.Context, old, o T) (admission.Warnings, error) {
	if o.GetDeletionTimestamp() != nil || equality.Semantic.DeepEqual(v.spec(old), v.spec(o)) {
		return nil, nil
	}
	warnings := admission.Warnings(v.risks(o))
	was, found := v.errors(old), v.changes(old, o)
	for _, e := range v.errors(o) {
		if slices.ContainsFunc(was, func(w *field.Error) bool { return w.Error() == e.Error() }) {
			warnings = append(warnings, e.Error())
			continue
		}
		found = append(found, e)
	}
	return warnings, refusal(found)
}

// ValidateDelete lets every deletion through: nothing outside the cluster ends
// with a workload.
func (v *workload[T]) ValidateDelete(context.Context, T) (admission.Warnings, error) { return nil, nil }

func refusal(errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	return errors.New(rules.Message(errs))
}
